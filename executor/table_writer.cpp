#include "executor/table_writer.hpp"

#include <algorithm>
#include <optional>

#include "catalog/acl.hpp"
#include "catalog/catalog_service.hpp"
#include "common/sqlstate.hpp"
#include "executor/wait_for_row.hpp"
#include "query/stored_form.hpp"

namespace basalt::executor {

using common::SqlError;
namespace sqlstate = common::sqlstate;

TableWriter::TableWriter(ExecutionContext& context, catalog::RelationPointer relation)
    : relation_(std::move(relation)), heap_(context.storage->heap(relation_->tree)) {
  catalog::CatalogReader& catalog = *context.evaluation.catalog;
  query::ExpressionCompiler compiler(catalog, *context.evaluation.call);
  for (const auto& column : relation_->columns) {
    if (column.dropped || column.generated != 's') continue;
    query::ExpressionPointer expression = query::expression_from_stored(column.default_tree, catalog);
    columns_to_slots(expression, *relation_);
    generated_.push_back({column.number, compiler.compile(*expression)});
  }
  for (const auto& constraint : relation_->constraints) {
    if (constraint.type != 'c') continue;
    query::ExpressionPointer expression = query::expression_from_stored(constraint.expression_tree, catalog);
    columns_to_slots(expression, *relation_);
    checks_.push_back({constraint.name, compiler.compile(*expression)});
  }
  for (const auto& index : relation_->indexes) {
    if (!index->ready) continue;
    IndexState state;
    state.builder = std::make_unique<IndexKeyBuilder>(context, *relation_, index);
    state.tree = &context.storage->index(index->tree);
    state.deferrable = !index->immediate;
    indexes_.push_back(std::move(state));
  }
}

TableWriter::~TableWriter() = default;

void TableWriter::compute_generated(ExecutionContext& context, Chunk& rows, query::Rows& wanted) {
  for (Generated& generated : generated_) {
    Vector value = generated.expression->evaluate(context.evaluation, rows, wanted);
    rows.columns[static_cast<size_t>(generated.column) - 1] = value.flatten(rows.rows);
  }
}

void TableWriter::check_constraints(ExecutionContext& context, const Chunk& rows, query::Rows& wanted) {
  for (const auto& column : relation_->columns) {
    if (!column.not_null || column.dropped) continue;
    const Vector& values = rows.columns[static_cast<size_t>(column.number) - 1];
    for (uint32_t row = 0; row < wanted.count; ++row) {
      if (!values.is_null(row)) continue;
      SqlError error(sqlstate::kNotNullViolation, "null value in column \"" + column.name + "\" of relation \"" +
                                                      relation_->name + "\" violates not-null constraint");
      wanted.fail(row, with_row(context, rows, row, std::move(error)).column(column.name));
    }
  }
  for (Check& check : checks_) {
    Vector holds = check.expression->evaluate(context.evaluation, rows, wanted);
    for (uint32_t row = 0; row < wanted.count; ++row) {
      if (holds.is_null(row) || holds.view<bool>()[row]) continue;
      SqlError error(sqlstate::kCheckViolation, "new row for relation \"" + relation_->name +
                                                    "\" violates check constraint \"" + check.name + "\"");
      wanted.fail(row, with_row(context, rows, row, std::move(error)).constraint(check.name));
    }
  }
}

namespace {

// The role whose rights decide what error messages show; none: no session, everything may be seen.
std::optional<Oid> viewer(ExecutionContext& context) {
  auto* service = static_cast<catalog::CatalogService*>(context.evaluation.call->service("catalog"));
  return service ? std::optional(service->current_user()) : std::nullopt;
}

bool may_select(ExecutionContext& context, const catalog::RelationDescriptor& relation, Oid user) {
  return catalog::relation_privileges(*context.evaluation.catalog, relation.oid, user, catalog::privilege::kSelect);
}

bool may_select(ExecutionContext& context, const catalog::RelationDescriptor& relation, int16_t column, Oid user) {
  return catalog::column_privileges(*context.evaluation.catalog, relation.oid, column, user,
                                    catalog::privilege::kSelect);
}

// Long values are cut as PostgreSQL cuts them.
std::string shortened(std::string shown) {
  constexpr size_t kValueBytesMax = 64;
  if (shown.size() <= kValueBytesMax) return shown;
  size_t cut = kValueBytesMax;
  while (cut > 0 && (static_cast<unsigned char>(shown[cut]) & 0xc0) == 0x80) --cut;
  return shown.substr(0, cut) + "...";
}

}  // namespace

std::string row_description(ExecutionContext& context, const catalog::RelationDescriptor& relation,
                            const std::vector<int16_t>& given_columns, const Chunk& rows, uint32_t row) {
  const std::optional<Oid> user = viewer(context);
  const bool all = !user || may_select(context, relation, *user);
  std::string names, values;
  for (const auto& column : relation.columns) {
    if (column.dropped) continue;
    const bool given = std::find(given_columns.begin(), given_columns.end(), column.number) != given_columns.end();
    if (!all && !given && !may_select(context, relation, column.number, *user)) continue;
    Value value = rows.columns[static_cast<size_t>(column.number) - 1].value(row);
    std::string shown = value.is_null() ? "null" : context.evaluation.call->output(column.type, value);
    names += (names.empty() ? "" : ", ") + column.name;
    values += (values.empty() ? "(" : ", ") + shortened(std::move(shown));
  }
  if (values.empty()) return all ? "()" : "";
  return all ? values + ")" : "(" + names + ") = " + values + ")";
}

SqlError TableWriter::with_row(ExecutionContext& context, const Chunk& rows, uint32_t row, SqlError error) const {
  std::string shown = row_description(context, rows, row);
  if (!shown.empty()) error.report().detail = "Failing row contains " + shown + ".";
  error.report().schema_name = context.evaluation.catalog->name_space(relation_->namespace_oid)->name;
  error.report().table_name = relation_->name;
  return error;
}

bool TableWriter::may_show_key(ExecutionContext& context, const catalog::IndexDescriptor& index) const {
  const std::optional<Oid> user = viewer(context);
  if (!user || may_select(context, *relation_, *user)) return true;
  for (int k = 0; k < index.key_count; ++k) {
    const int16_t column = index.keys[static_cast<size_t>(k)].column;
    if (column <= 0 || !may_select(context, *relation_, column, *user)) return false;
  }
  return true;
}

void TableWriter::insert(ExecutionContext& context, const Chunk& rows, std::vector<RowId>& ids, ModifyHooks* hooks) {
  size_t first = ids.size();
  last_row_ = 0;
  heap_.insert(*context.transaction, rows, ids);
  for (uint32_t row = 0; row < rows.rows; ++row) {
    last_row_ = row;
    for (IndexState& index : indexes_) insert_entry(context, index, rows, row, ids[first + row], hooks);
  }
}

void TableWriter::insert_entry(ExecutionContext& context, IndexState& index, const Chunk& rows, uint32_t row, RowId id,
                               ModifyHooks* hooks) {
  IndexKeyBuilder::Entry entry = index.builder->build(context, rows, row);
  if (!entry.present) return;
  const catalog::IndexDescriptor& descriptor = index.builder->index();
  bool unique = descriptor.unique && (!entry.has_null || descriptor.nulls_not_distinct);
  if (!unique) {
    index.tree->insert(*context.transaction, entry.key, entry.payload, id);
    return;
  }
  if (index.deferrable && hooks) {
    index.tree->insert(*context.transaction, entry.key, entry.payload, id);
    if (index.tree->find_conflict(*context.transaction, entry.key, id).row.valid())
      hooks->recheck_unique(*relation_, descriptor.oid, id);
    return;
  }
  while (true) {
    storage::UniqueConflict conflict = index.tree->insert_unique(*context.transaction, entry.key, entry.payload, id);
    if (!conflict.row.valid()) return;
    if (!conflict.in_progress.valid()) raise_unique(context, index, rows, row);
    wait_for_row(context, conflict.in_progress, "inserting index tuple", id, descriptor.name);
  }
}

void TableWriter::raise_unique(ExecutionContext& context, IndexState& index, const Chunk& rows, uint32_t row) {
  const catalog::IndexDescriptor& descriptor = index.builder->index();
  std::vector<Value> values = index.builder->key_values(context, rows, row);
  std::string names, shown;
  for (size_t k = 0; k < values.size(); ++k) {
    if (k > 0) {
      names += ", ";
      shown += ", ";
    }
    int16_t column = descriptor.keys[k].column;
    Value definition_arguments[] = {Value::of(static_cast<int32_t>(descriptor.oid.value)),
                                    Value::of(static_cast<int32_t>(k + 1)), Value::of(true)};
    if (column > 0) {
      names += relation_->columns[static_cast<size_t>(column) - 1].name;
    } else {
      // pg_get_indexdef(oid, int4, bool) prints the expression.
      Oid types[] = {types::oid::kOid, types::oid::kInt4, types::oid::kBool};
      names += query::call_function(*context.evaluation.catalog, *context.evaluation.call, context.evaluation.functions,
                                    Oid{2507}, definition_arguments, types, types::oid::kText)
                   .string();
    }
    shown += values[k].is_null() ? "null" : context.evaluation.call->output(descriptor.keys[k].type, values[k]);
  }
  throw SqlError(sqlstate::kUniqueViolation,
                 "duplicate key value violates unique constraint \"" + descriptor.name + "\"")
      .detail(may_show_key(context, descriptor) ? "Key (" + names + ")=(" + shown + ") already exists." : "")
      .schema(context.evaluation.catalog->name_space(relation_->namespace_oid)->name)
      .table(relation_->name)
      .constraint(descriptor.name);
}

bool TableWriter::touches_index(const std::vector<int16_t>& changed) const {
  for (const IndexState& index : indexes_)
    for (int16_t attribute : index.builder->attributes())
      if (std::find(changed.begin(), changed.end(), attribute) != changed.end()) return true;
  return false;
}

bool TableWriter::touches_key(const std::vector<int16_t>& changed) const {
  for (const IndexState& index : indexes_) {
    const catalog::IndexDescriptor& descriptor = index.builder->index();
    if (!descriptor.unique || !descriptor.predicate_tree.empty() || !descriptor.expressions_tree.empty()) continue;
    for (int k = 0; k < descriptor.key_count; ++k)
      if (std::find(changed.begin(), changed.end(), descriptor.keys[static_cast<size_t>(k)].column) != changed.end())
        return true;
  }
  return false;
}

storage::WriteResult TableWriter::update(ExecutionContext& context, const storage::Snapshot& snapshot, RowId row,
                                         const Chunk& old_row, const Chunk& new_row,
                                         const std::vector<int16_t>& changed, ModifyHooks* hooks) {
  std::vector<common::ColumnIndex> columns;
  Chunk values;
  for (int16_t attribute : changed) {
    columns.emplace_back(static_cast<uint16_t>(attribute - 1));
    values.columns.push_back(new_row.columns[static_cast<size_t>(attribute) - 1]);
  }
  values.rows = 1;
  storage::WriteResult result = heap_.update(*context.transaction, snapshot, row, columns, values, 0);
  if (result.outcome != storage::WriteOutcome::kOk) return result;
  for (IndexState& index : indexes_) {
    const auto& attributes = index.builder->attributes();
    bool touched = std::any_of(attributes.begin(), attributes.end(), [&](int16_t attribute) {
      return std::find(changed.begin(), changed.end(), attribute) != changed.end();
    });
    if (!touched) continue;
    IndexKeyBuilder::Entry before = index.builder->build(context, old_row, 0);
    IndexKeyBuilder::Entry after = index.builder->build(context, new_row, 0);
    if (before.present == after.present && before.key == after.key && before.payload == after.payload) continue;
    if (before.present) index.tree->mark(*context.transaction, before.key, row);
    if (after.present) insert_entry(context, index, new_row, 0, row, hooks);
  }
  return result;
}

storage::WriteResult TableWriter::remove(ExecutionContext& context, const storage::Snapshot& snapshot, RowId row,
                                         const Chunk& old_row) {
  storage::WriteResult result = heap_.remove(*context.transaction, snapshot, row);
  if (result.outcome != storage::WriteOutcome::kOk) return result;
  for (IndexState& index : indexes_) {
    IndexKeyBuilder::Entry entry = index.builder->build(context, old_row, 0);
    if (entry.present) index.tree->mark(*context.transaction, entry.key, row);
  }
  return result;
}

RowId TableWriter::find_conflict(ExecutionContext& context, const Chunk& rows, uint32_t row,
                                 const std::vector<Oid>& arbiters) {
  for (IndexState& index : indexes_) {
    const catalog::IndexDescriptor& descriptor = index.builder->index();
    if (!descriptor.unique) continue;
    if (!arbiters.empty() && std::find(arbiters.begin(), arbiters.end(), descriptor.oid) == arbiters.end()) continue;
    if (index.deferrable)
      throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                     "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters")
          .schema(context.evaluation.catalog->name_space(relation_->namespace_oid)->name)
          .table(relation_->name)
          .constraint(descriptor.name);
    IndexKeyBuilder::Entry entry = index.builder->build(context, rows, row);
    if (!entry.present || (entry.has_null && !descriptor.nulls_not_distinct)) continue;
    while (true) {
      storage::UniqueConflict conflict = index.tree->find_conflict(*context.transaction, entry.key, RowId{});
      if (!conflict.row.valid()) break;
      if (!conflict.in_progress.valid()) return conflict.row;
      wait_for_row(context, conflict.in_progress, "inserting index tuple", conflict.row, descriptor.name);
    }
  }
  return RowId{};
}

}  // namespace basalt::executor
