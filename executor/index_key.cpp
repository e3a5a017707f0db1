#include "executor/index_key.hpp"

#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/null_attribute.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"
#include "types/container/value_codec.hpp"

namespace basalt::executor {

namespace {

constexpr size_t kIndexEntryBytesMax = 2704;  // PostgreSQL's limit for a btree page

void note_columns(const query::Expression& expression, const catalog::RelationDescriptor& relation,
                  std::vector<int16_t>& attributes) {
  query::walk(expression, [&](const query::Expression& e) {
    const auto* column = query::try_as<query::Column>(&e);
    if (column && column->column > 0) attributes.push_back(column->column);
    if (column && column->column == 0)
      for (int16_t number : all_attributes(relation)) attributes.push_back(number);
    return false;
  });
}

query::ExpressionPointer slot_of(int16_t number, common::Oid type, int32_t typmod, common::Oid collation) {
  auto slot = std::make_unique<query::Slot>();
  slot->type = type;
  slot->typmod = typmod;
  slot->collation = collation;
  slot->index = number - 1;
  return slot;
}

query::ExpressionPointer row_of_slots(const query::Column& whole, const catalog::RelationDescriptor& relation) {
  auto row = std::make_unique<query::RowConstructor>();
  row->type = whole.type;
  row->typmod = whole.typmod;
  for (const auto& column : relation.columns) {
    row->names.push_back(column.name);
    row->arguments.push_back(column.dropped ? query::null_attribute()
                                            : slot_of(column.number, column.type, column.typmod, column.collation));
  }
  return row;
}

}  // namespace

void columns_to_slots(query::ExpressionPointer& expression, const catalog::RelationDescriptor& relation) {
  constexpr int16_t kTableOid = -6;
  query::transform(expression, [&](query::ExpressionPointer& e) {
    const auto* column = query::try_as<query::Column>(e.get());
    if (!column) return;
    if (column->column == 0) {
      e = row_of_slots(*column, relation);
    } else if (column->column == kTableOid) {
      auto constant = std::make_unique<query::Constant>();
      constant->type = column->type;
      constant->value = Value::of(static_cast<int32_t>(relation.oid.value));
      e = std::move(constant);
    } else if (column->column < 0) {
      throw common::not_supported("a system column other than tableoid in an expression of a table");
    } else {
      e = slot_of(column->column, column->type, column->typmod, column->collation);
    }
  });
}

IndexKeyBuilder::IndexKeyBuilder(ExecutionContext& context, const catalog::RelationDescriptor& relation,
                                 catalog::IndexPointer index)
    : index_(std::move(index)) {
  catalog::CatalogReader& catalog = *context.evaluation.catalog;
  query::ExpressionCompiler compiler(catalog, *context.evaluation.call);
  query::ExpressionList expressions;
  if (!index_->expressions_tree.empty()) expressions = query::list_from_stored(index_->expressions_tree, catalog);
  size_t next = 0;
  for (size_t k = 0; k < index_->keys.size(); ++k) {
    const catalog::IndexKeyDescriptor& key = index_->keys[k];
    if (key.column == 0) {
      note_columns(*expressions.at(next), relation, attributes_);
      columns_to_slots(expressions[next], relation);
      expressions_.push_back(compiler.compile(*expressions[next]));
      ++next;
    } else {
      attributes_.push_back(key.column);
      expressions_.push_back(nullptr);
    }
    if (static_cast<int>(k) < index_->key_count)
      key_columns_.push_back(
          {types::type_operations(*context.evaluation.call, key.type, key.collation), key.descending, key.nulls_first});
  }
  if (!index_->predicate_tree.empty()) {
    query::ExpressionPointer predicate = query::expression_from_stored(index_->predicate_tree, catalog);
    note_columns(*predicate, relation, attributes_);
    columns_to_slots(predicate, relation);
    predicate_ = compiler.compile(*predicate);
  }
  std::sort(attributes_.begin(), attributes_.end());
  attributes_.erase(std::unique(attributes_.begin(), attributes_.end()), attributes_.end());
}

std::vector<Vector> IndexKeyBuilder::evaluate_keys(ExecutionContext& context, const Chunk& one) {
  std::vector<Vector> values;
  for (size_t k = 0; k < index_->keys.size(); ++k) {
    if (!expressions_[k]) {
      values.push_back(one.columns[static_cast<size_t>(index_->keys[k].column) - 1]);
      continue;
    }
    query::Rows rows(1);
    values.push_back(expressions_[k]->evaluate(context.evaluation, one, rows));
    rows.raise();
  }
  return values;
}

// The size that PostgreSQL speaks of is that of its index tuple: a header, and each value in the alignment of its type.
common::SqlError IndexKeyBuilder::too_large(ExecutionContext& context, const std::vector<Vector>& values, uint32_t row,
                                            size_t own_bytes) const {
  constexpr size_t kTupleBytesMax = 8191, kHeaderBytes = 8, kShortBytesMax = 126;
  bool null = false;
  size_t bytes = 0;
  auto align = [&](size_t to) { bytes = (bytes + to - 1) / to * to; };
  for (size_t k = 0; k < values.size(); ++k) {
    if (values[k].is_null(row)) {
      null = true;
      continue;
    }
    types::TypePointer type = context.evaluation.catalog->type(index_->keys[k].type);
    const size_t alignment = type->alignment == 'd' ? 8 : type->alignment == 'i' ? 4 : type->alignment == 's' ? 2 : 1;
    if (type->length > 0 || values[k].type() != common::PhysicalType::kString) {
      align(alignment);
      bytes += static_cast<size_t>(std::max<int>(type->length, 1));
      continue;
    }
    const size_t length = values[k].value(row).string().size();
    if (length > kShortBytesMax) align(alignment);
    bytes += length + (length > kShortBytesMax ? 4 : 1);
  }
  bytes += null ? 2 * kHeaderBytes : kHeaderBytes;
  align(8);
  if (bytes > kTupleBytesMax)
    return common::SqlError(
        common::sqlstate::kProgramLimitExceeded,
        "index row requires " + std::to_string(bytes) + " bytes, maximum size is " + std::to_string(kTupleBytesMax));
  if (bytes <= kIndexEntryBytesMax) bytes = own_bytes;
  return common::SqlError(common::sqlstate::kProgramLimitExceeded,
                          "index row size " + std::to_string(bytes) + " exceeds btree version 4 maximum " +
                              std::to_string(kIndexEntryBytesMax) + " for index \"" + index_->name + "\"")
      .hint(
          "Values larger than 1/3 of a buffer page cannot be indexed.\nConsider a function index of an MD5 hash of "
          "the value, or use full text indexing.");
}

IndexKeyBuilder::Entry IndexKeyBuilder::build(ExecutionContext& context, const Chunk& row_chunk, uint32_t row) {
  Chunk sliced;
  const Chunk* one = &row_chunk;
  if (row_chunk.rows != 1 && (predicate_ || !index_->expressions_tree.empty())) {
    sliced = row_chunk;
    sliced.slice(std::make_shared<common::Selection>(common::Selection{row}));
    one = &sliced;
    row = 0;
  }
  Entry entry;
  if (predicate_) {
    query::Rows rows(1);
    Vector holds = predicate_->evaluate(context.evaluation, *one, rows);
    rows.raise();
    entry.present = !holds.is_null(0) && holds.view<bool>()[0];
    if (!entry.present) return entry;
  }
  std::vector<Vector> values = evaluate_keys(context, *one);
  for (size_t k = 0; k < key_columns_.size(); ++k) {
    entry.has_null |= values[k].is_null(row);
    types::append_key_part(key_columns_[k], values[k], row, entry.key);
  }
  for (size_t k = key_columns_.size(); k < values.size(); ++k) {
    Value value = values[k].value(row);
    entry.payload.push_back(value.is_null() ? 1 : 0);
    if (!value.is_null()) types::append_value(entry.payload, values[k].type(), value);
  }
  if (entry.key.size() + entry.payload.size() > kIndexEntryBytesMax)
    throw too_large(context, values, row, entry.key.size() + entry.payload.size());
  return entry;
}

std::vector<Value> IndexKeyBuilder::key_values(ExecutionContext& context, const Chunk& row_chunk, uint32_t row) {
  Chunk one = row_chunk;
  one.slice(std::make_shared<common::Selection>(common::Selection{row}));
  std::vector<Vector> vectors = evaluate_keys(context, one);
  std::vector<Value> values;
  for (int k = 0; k < index_->key_count; ++k) values.push_back(vectors[static_cast<size_t>(k)].value(0));
  return values;
}

std::vector<int16_t> all_attributes(const catalog::RelationDescriptor& relation) {
  std::vector<int16_t> out;
  for (const auto& column : relation.columns)
    if (!column.dropped) out.push_back(column.number);
  return out;
}

std::vector<types::RecordRefresherPointer> record_refreshers(catalog::CatalogReader& catalog,
                                                             const catalog::RelationDescriptor& relation,
                                                             const std::vector<common::ColumnIndex>& columns) {
  std::vector<types::RecordRefresherPointer> out(columns.size());
  bool any = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].value >= relation.columns.size()) continue;  // a system column
    out[i] =
        types::record_refresher(relation.columns[columns[i].value].type, [&](Oid type) { return catalog.type(type); });
    any |= out[i] != nullptr;
  }
  if (!any) out.clear();
  return out;
}

void refresh_columns(const std::vector<types::RecordRefresherPointer>& refreshers, Chunk& chunk) {
  for (size_t i = 0; i < refreshers.size(); ++i)
    if (refreshers[i]) types::refresh_column(*refreshers[i], chunk.columns[i], chunk.rows);
}

bool fetch_row(ExecutionContext& context, const catalog::RelationDescriptor& relation, RowId row,
               const std::vector<int16_t>& attributes, bool newest, Chunk& out) {
  std::vector<common::ColumnIndex> columns;
  for (int16_t a : attributes) columns.emplace_back(static_cast<uint16_t>(a - 1));
  storage::HeapTree& heap = context.storage->heap(relation.tree);
  Chunk narrow;
  bool found;
  if (newest) {
    found = heap.fetch_newest(*context.transaction, row, columns, narrow, nullptr);
  } else {
    std::vector<bool> flags;
    heap.fetch(context.snapshot, {&row, 1}, columns, narrow, flags);
    found = flags[0];
  }
  if (!found) return false;
  narrow.rows = 1;
  refresh_columns(record_refreshers(*context.evaluation.catalog, relation, columns), narrow);
  out.columns.resize(relation.columns.size());
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    out.columns[i] = Vector(relation.columns[i].physical, 1);
    out.columns[i].set_null(0);
  }
  for (size_t i = 0; i < attributes.size(); ++i)
    out.columns[static_cast<size_t>(attributes[i]) - 1] = narrow.columns[i];
  out.rows = 1;
  return true;
}

}  // namespace basalt::executor
