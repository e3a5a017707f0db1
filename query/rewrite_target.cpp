// Target lists of INSERT, UPDATE and MERGE made whole: defaults, identity values, checks on generated columns.
//
// After this the targets of an INSERT hold one entry for each column that is not dropped, in column order (generated
// columns: a NULL that the executor overwrites when BEFORE triggers have run); those of an UPDATE hold the assigned
// columns in column order, then junk.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/rewriter.hpp"
#include "query/stored_form.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr Oid kClassCatalog{1259}, kTypeCatalog{1247}, kDependCatalog{2608}, kDependReferenceIndex{2674},
    kTypeOidIndex{2703}, kNextval{1574};
constexpr size_t kTypeDefaultTree = 29, kTypeDefaultText = 30;

Value oid_value(Oid o) { return Value::of(static_cast<int32_t>(o.value)); }
Oid oid_of(const Value& v) { return Oid{static_cast<uint32_t>(v.as<int32_t>())}; }

}  // namespace

// nextval() of the identity column's sequence. Who may insert may have its next value without any right to the
// sequence: nextval() is told so by an argument of type oid, which no call that is written has.
ExpressionPointer Rewriter::identity_value(const catalog::RelationDescriptor& relation,
                                           const catalog::ColumnDescriptor& column) {
  Oid sequence;
  std::vector<Value> key{oid_value(kClassCatalog), oid_value(relation.oid),
                         Value::of(static_cast<int32_t>(column.number))};
  catalog.scan(kDependCatalog, kDependReferenceIndex, key, [&](common::RowId, const catalog::CatalogRow& row) {
    if (oid_of(row[0]) != kClassCatalog || static_cast<char>(row[6].as<int16_t>()) != 'i') return true;
    sequence = oid_of(row[1]);
    return false;
  });
  if (!sequence.valid()) throw SqlError(sqlstate::kInternalError, "no owned sequence found");
  auto argument = std::make_unique<Constant>();
  argument->type = oid::kOid;
  argument->value = oid_value(sequence);
  auto call = std::make_unique<Function>();
  call->function = kNextval;
  call->type = oid::kInt8;
  call->arguments.push_back(std::move(argument));
  return analyzer.coerce_to_target(std::move(call), column.type, column.typmod, CoercionContext::kAssignment,
                                   CoercionForm::kImplicitCast, -1);
}

// Null: the column has no default.
ExpressionPointer Rewriter::column_default(const catalog::RelationDescriptor& relation,
                                           const catalog::ColumnDescriptor& column) {
  if (column.identity) return identity_value(relation, column);
  if (column.has_default && !column.generated) return expression_from_stored(column.default_tree, catalog);
  TypePointer type = catalog.type(column.type);
  if (!type || type->kind != 'd' || column.generated) return nullptr;
  ExpressionPointer found;
  Value key = oid_value(column.type);
  catalog.scan(kTypeCatalog, kTypeOidIndex, {&key, 1}, [&](common::RowId, const catalog::CatalogRow& row) {
    if (row.size() > kTypeDefaultTree && !row[kTypeDefaultTree].is_null())
      found = expression_from_stored(row[kTypeDefaultTree].string(), catalog);
    return false;
  });
  if (!found) return nullptr;
  return analyzer.coerce_to_target(std::move(found), column.type, column.typmod, CoercionContext::kAssignment,
                                   CoercionForm::kImplicitCast, -1);
}

ExpressionPointer Rewriter::default_or_null(const catalog::RelationDescriptor& relation,
                                            const catalog::ColumnDescriptor& column) {
  if (auto found = column_default(relation, column)) return found;
  ExpressionPointer null = analyzer.make_null(column.type, column.typmod, column.collation);
  int32_t base_typmod = -1;
  Oid base = analyzer.base_type(column.type, base_typmod);
  if (base == column.type) return null;
  return analyzer.coerce_domain(analyzer.make_null(base, base_typmod, column.collation), base, base_typmod, column.type,
                                CoercionContext::kImplicit, CoercionForm::kImplicitCast, -1, false);
}

namespace {

// The innermost argument of a chain of assignments to parts of one column; null when `e` is none.
ExpressionPointer* assignment_base(ExpressionPointer& e) {
  if (auto* store = try_mutable<FieldStore>(e.get())) return &store->argument;
  if (auto* subscript = try_mutable<Subscript>(e.get())) return subscript->assigned ? &subscript->container : nullptr;
  if (auto* domain = try_mutable<CoerceToDomain>(e.get()))
    if (domain->form == CoercionForm::kImplicitCast) return assignment_base(domain->argument);
  return nullptr;
}

}  // namespace

// Several assignments to parts of one column become one expression: each works on the result of the one before.
void Rewriter::merge_assignment(std::unique_ptr<TargetEntry>& present, TargetEntry next) {
  if (!present) {
    present = std::make_unique<TargetEntry>(std::move(next));
    return;
  }
  ExpressionPointer* base = assignment_base(next.expression);
  bool both = base && assignment_base(present->expression);
  if (!both) throw SqlError(sqlstate::kSyntaxError, "multiple assignments to same column \"" + present->name + "\"");
  ExpressionPointer* bottom = base;
  while (auto* deeper = assignment_base(*bottom)) bottom = deeper;
  *bottom = std::move(present->expression);
  present->expression = std::move(next.expression);
}

namespace {

void refuse_value(const catalog::ColumnDescriptor& column, bool insert) {
  std::string what = insert ? "cannot insert a non-DEFAULT value into column \"" + column.name + "\""
                            : "column \"" + column.name + "\" can only be updated to DEFAULT";
  if (column.generated)
    throw SqlError(sqlstate::kGeneratedAlways, what).detail("Column \"" + column.name + "\" is a generated column.");
  SqlError failure(sqlstate::kGeneratedAlways, what);
  failure.report().detail = "Column \"" + column.name + "\" is an identity column defined as GENERATED ALWAYS.";
  if (insert) failure.report().hint = "Use OVERRIDING SYSTEM VALUE to override.";
  throw failure;
}

// A column of VALUES rows that says DEFAULT in every row.
bool all_default(const RangeTableEntry& values, const Expression& e) {
  auto* column = try_as<Column>(&e);
  if (!column) return false;
  auto index = static_cast<size_t>(column->column) - 1;
  return std::all_of(values.values.begin(), values.values.end(),
                     [&](const auto& row) { return row[index]->kind == ExpressionKind::kSetDefault; });
}

}  // namespace

void Rewriter::fill_target_list(BoundQuery& query, std::vector<TargetEntry>& targets, bool insert, char overriding,
                                const RangeTableEntry* values) {
  const auto& relation = *query.entry(query.result_table).relation;
  std::vector<std::unique_ptr<TargetEntry>> by_column(relation.columns.size());
  std::vector<TargetEntry> junk;
  for (auto& target : targets) {
    if (target.junk) {
      junk.push_back(std::move(target));
      continue;
    }
    target.name = relation.columns[static_cast<size_t>(target.number) - 1].name;
    merge_assignment(by_column[static_cast<size_t>(target.number) - 1], std::move(target));
  }
  targets.clear();
  for (const auto& column : relation.columns) {
    if (column.dropped) continue;
    auto& entry = by_column[static_cast<size_t>(column.number) - 1];
    bool given_default = entry && entry->expression->kind == ExpressionKind::kSetDefault;
    bool apply_default = insert ? !entry || given_default : entry && given_default;
    if (entry && !given_default) {
      if (insert && column.identity && overriding == 'u') {
        apply_default = true;
      } else if (column.generated || (column.identity == 'a' && !(insert && overriding == 's'))) {
        // VALUES of several rows may say DEFAULT, in all of them; other columns get their defaults in the rows.
        if (!values || !all_default(*values, *entry->expression)) refuse_value(column, insert);
        apply_default = true;
      }
    }
    if (!entry && !insert) continue;
    TargetEntry made;
    if (entry) made = std::move(*entry);
    made.number = column.number;
    made.name = column.name;
    if (column.generated) {
      if (!insert) continue;  // recomputed by the executor
      made.expression = analyzer.make_null(column.type, column.typmod, column.collation);
    } else if (apply_default && relation.kind != 'v') {
      made.expression = default_or_null(relation, column);
    } else if (apply_default) {
      // A view: its own default counts; what an INSERT lacks then, the base column's default, looked for later.
      auto own = column_default(relation, column);
      if (!own && !entry) continue;
      if (own)
        made.expression = std::move(own);
      else if (!insert)
        made.expression = default_or_null(relation, column);
    }
    targets.push_back(std::move(made));
  }
  for (auto& target : junk) targets.push_back(std::move(target));
}

// DEFAULT in multi-row VALUES.
void Rewriter::fill_values(BoundQuery& query, RangeTableEntry& values, int table) {
  const auto& relation = *query.entry(query.result_table).relation;
  for (size_t c = 0; c < values.columns.size(); ++c) {
    const catalog::ColumnDescriptor* column = nullptr;
    for (const auto& target : query.targets) {
      auto* reference = try_as<Column>(target.expression.get());
      if (reference && reference->table == table && reference->column == static_cast<int16_t>(c + 1))
        column = &relation.columns[static_cast<size_t>(target.number) - 1];
    }
    for (auto& row : values.values) {
      auto& cell = row[c];
      if (cell->kind != ExpressionKind::kSetDefault) continue;
      if (column && relation.kind == 'v') {
        if (auto own = column_default(relation, *column)) cell = std::move(own);
      } else if (column) {
        cell = default_or_null(relation, *column);
      } else {
        cell = analyzer.make_null(cell->type, cell->typmod, cell->collation);
      }
    }
  }
}

void Rewriter::defaults_to_null(RangeTableEntry& values) {
  for (auto& row : values.values)
    for (auto& cell : row)
      if (cell->kind == ExpressionKind::kSetDefault)
        cell = analyzer.make_null(cell->type, cell->typmod, cell->collation);
}

void Rewriter::defaults_to_null(BoundQuery& query) {
  for (auto& entry : query.range_table) defaults_to_null(*entry);
  for (auto& target : query.targets) {
    ExpressionPointer& e = target.expression;
    if (e->kind == ExpressionKind::kSetDefault) e = analyzer.make_null(e->type, e->typmod, e->collation);
  }
}

void Rewriter::fill_targets(BoundQuery& query) {
  RangeTableEntry* values = nullptr;
  int values_table = 0;
  if (query.command == CommandKind::kInsert && query.from)
    for (const auto& item : query.from->items)
      if (item->kind == FromKind::kTable && query.entry(item->table).kind == RangeKind::kValues) {
        values = &query.entry(item->table);
        values_table = item->table;
      }
  switch (query.command) {
    case CommandKind::kInsert:
      fill_target_list(query, query.targets, true, query.overriding, values);
      if (values) fill_values(query, *values, values_table);
      if (query.on_conflict && query.on_conflict->action == ConflictAction::kUpdate)
        fill_target_list(query, query.on_conflict->set, false, 0, nullptr);
      break;
    case CommandKind::kUpdate:
      fill_target_list(query, query.targets, false, 0, nullptr);
      break;
    case CommandKind::kMerge:
      for (auto& action : query.merge_actions) {
        if (action.kind == MergeActionKind::kInsert)
          fill_target_list(query, action.targets, true, action.overriding, nullptr);
        else if (action.kind == MergeActionKind::kUpdate)
          fill_target_list(query, action.targets, false, 0, nullptr);
      }
      break;
    default:
      break;
  }
}

}  // namespace basalt::query
