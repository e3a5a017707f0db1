// INSERT: target columns, the three kinds of source, RETURNING.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr uint32_t kInsertPrivilege = 1u << 0, kUpdatePrivilege = 1u << 2;

void add_number(std::vector<int16_t>& list, int16_t number) {
  if (std::find(list.begin(), list.end(), number) == list.end()) list.push_back(number);
}

// A SELECT proper, or VALUES with clauses of its own.
bool is_general_select(const parser::ParsedSelect& select) {
  return !select.is_values || !select.order_by.empty() || select.limit_offset || select.limit_count ||
         !select.locking.empty() || select.with;
}

size_t row_count(const parser::ParsedSelect& select) {
  return select.values_lists.size() + (select.literal_rows ? select.literal_rows->row_count() : 0);
}

}  // namespace

void Analyzer::bind_insert(Scope& s, const parser::ParsedInsert& insert) {
  BoundQuery& query = *s.query;
  s.is_insert = true;
  if (insert.with) bind_with(s, *insert.with);
  query.overriding = insert.overriding == parser::Overriding::kUserValue     ? 'u'
                     : insert.overriding == parser::Overriding::kSystemValue ? 's'
                                                                             : 0;
  bool updates = insert.on_conflict && insert.on_conflict->action == parser::ConflictAction::kUpdate;
  set_target(s, *insert.relation, false, false, kInsertPrivilege | (updates ? kUpdatePrivilege : 0));
  auto& entry = *s.target->entry;
  std::vector<int16_t> numbers = insert_columns(s, insert.columns);
  ExpressionList row = bind_insert_source(s, insert, insert.columns, numbers);
  for (size_t i = 0; i < row.size(); ++i) {
    TargetEntry target;
    target.number = numbers[i];
    target.name = entry.relation->columns[static_cast<size_t>(numbers[i]) - 1].name;
    target.expression = std::move(row[i]);
    add_number(entry.inserted_columns, target.number);
    query.targets.push_back(std::move(target));
  }
  s.is_insert = false;
  if (insert.on_conflict || !insert.returning.empty()) {
    s.names.clear();
    add_to_names(s, s.target, true, true);
  }
  if (insert.on_conflict) query.on_conflict = bind_on_conflict(s, *insert.on_conflict);
  bind_returning(s, insert.returning);
  finish_query(s);
}

std::vector<int16_t> Analyzer::insert_columns(Scope& s, const std::vector<parser::ParsedResTarget>& given) {
  const auto& relation = *s.target->entry->relation;
  std::vector<int16_t> numbers;
  if (given.empty()) {
    for (const auto& column : relation.columns)
      if (!column.dropped) numbers.push_back(column.number);
    return numbers;
  }
  std::vector<int16_t> whole, partial;
  for (const auto& target : given) {
    int16_t number = attribute_number(relation, target.name, target.location, "");
    bool seen_whole = std::find(whole.begin(), whole.end(), number) != whole.end();
    bool seen_part = std::find(partial.begin(), partial.end(), number) != partial.end();
    if (seen_whole || (seen_part && target.indirection.empty()))
      throw error(sqlstate::kDuplicateColumn, "column \"" + target.name + "\" specified more than once",
                  target.location);
    (target.indirection.empty() ? whole : partial).push_back(number);
    numbers.push_back(number);
  }
  return numbers;
}

ExpressionList Analyzer::bind_insert_source(Scope& s, const parser::ParsedInsert& insert,
                                            const std::vector<parser::ParsedResTarget>& columns,
                                            const std::vector<int16_t>& numbers) {
  if (!insert.source) return {};
  if (is_general_select(*insert.source))
    return bind_insert_row(s, bind_insert_select(s, insert), columns, numbers, false);
  if (row_count(*insert.source) > 1) return bind_insert_values(s, insert, columns, numbers);
  auto rows = bind_values_rows(s, *insert.source, Clause::kValuesSingle, true);
  return bind_insert_row(s, std::move(rows[0]), columns, numbers, false);
}

ExpressionList Analyzer::bind_insert_select(Scope& s, const parser::ParsedInsert& insert) {
  auto sub = bind_statement(*insert.source, &s, nullptr, false, false);
  parser::ParsedAlias alias;
  alias.name = "*SELECT*";
  auto* item = add_subquery(s, std::move(sub), alias, false, false);
  auto node = std::make_unique<FromNode>();
  node->kind = FromKind::kTable;
  node->table = item->table;
  s.query->from->items.push_back(std::move(node));
  ExpressionList row;
  size_t index = 0;
  for (const auto& target : item->entry->subquery->targets) {
    if (target.junk) continue;
    const Expression& e = *target.expression;
    ++index;
    if (e.type == oid::kUnknown && (e.kind == ExpressionKind::kConstant || e.kind == ExpressionKind::kParameter)) {
      row.push_back(clone(e));
      continue;
    }
    auto column = make<Column>(e.location);
    column->table = item->table;
    column->column = static_cast<int16_t>(index);
    column->type = e.type;
    column->typmod = e.typmod;
    column->collation = e.collation;
    row.push_back(std::move(column));
  }
  return row;
}

ExpressionList Analyzer::bind_insert_values(Scope& s, const parser::ParsedInsert& insert,
                                            const std::vector<parser::ParsedResTarget>& columns,
                                            const std::vector<int16_t>& numbers) {
  auto rows = bind_values_rows(s, *insert.source, Clause::kValues, true);
  bool lateral = false;
  for (auto& row : rows) {
    row = bind_insert_row(s, std::move(row), columns, numbers, true);
    for (auto& e : row) {
      assign_collations(*e);
      lateral = lateral || contains_column_of_level(*e, 0);
    }
  }
  std::vector<ColumnDefinition> definitions;
  for (const auto& e : rows[0]) definitions.push_back({"", e->type, e->typmod, Oid{}});
  // A typmod must hold for all rows.
  for (const auto& row : rows)
    for (size_t c = 0; c < row.size(); ++c)
      if (row[c]->typmod != definitions[c].typmod) definitions[c].typmod = -1;
  for (auto& definition : definitions) definition.collation = type_collation(definition.type);
  auto* item = add_values(s, std::move(rows), std::move(definitions), {}, lateral, true);
  auto node = std::make_unique<FromNode>();
  node->kind = FromKind::kTable;
  node->table = item->table;
  s.query->from->items.push_back(std::move(node));
  ExpressionList row;
  Namespace saved = std::exchange(s.names, Namespace{item});
  expand_item(s, *item, 0, false, -1, nullptr, &row);
  s.names = std::move(saved);
  return bind_insert_row(s, std::move(row), columns, numbers, false);
}

namespace {

// Inside VALUES rows only the innermost value counts; the assignment to the part of the column is made outside.
ExpressionPointer strip_assignment(ExpressionPointer e) {
  for (;;) {
    ExpressionPointer inner;
    if (auto* store = try_mutable<FieldStore>(e.get()))
      inner = std::move(store->values[0]);
    else if (auto* subscript = try_mutable<Subscript>(e.get()); subscript && subscript->assigned)
      inner = std::move(subscript->assigned);
    else if (auto* domain = try_mutable<CoerceToDomain>(e.get());
             domain && (domain->argument->kind == ExpressionKind::kFieldStore ||
                        domain->argument->kind == ExpressionKind::kSubscript))
      inner = std::move(domain->argument);
    else
      return e;
    e = std::move(inner);
  }
}

}  // namespace

ExpressionList Analyzer::bind_insert_row(Scope& s, ExpressionList row,
                                         const std::vector<parser::ParsedResTarget>& columns,
                                         const std::vector<int16_t>& numbers, bool strip_indirection) {
  if (row.size() > numbers.size())
    throw error(sqlstate::kSyntaxError, "INSERT has more expressions than target columns",
                row[numbers.size()]->location);
  if (!columns.empty() && row.size() < numbers.size()) {
    auto failure =
        error(sqlstate::kSyntaxError, "INSERT has more target columns than expressions", columns[row.size()].location);
    auto* single = row.size() == 1 ? try_as<RowConstructor>(row[0].get()) : nullptr;
    if (single && single->arguments.size() == numbers.size())
      failure.report().hint =
          "The insertion source is a row expression containing the same number of columns expected by the INSERT. Did "
          "you accidentally use extra parentheses?";
    throw failure;
  }
  const auto& relation = *s.target->entry->relation;
  for (size_t i = 0; i < row.size(); ++i) {
    const std::string& name = relation.columns[static_cast<size_t>(numbers[i]) - 1].name;
    int location = i < columns.size() ? columns[i].location : -1;
    bool whole = i >= columns.size() || columns[i].indirection.empty();
    row[i] = assigned_value(s, std::move(row[i]), Clause::kInsertTarget, name, numbers[i], columns, i, location);
    if (strip_indirection && !whole) row[i] = strip_assignment(std::move(row[i]));
  }
  return row;
}

void Analyzer::bind_returning(Scope& s, const std::vector<parser::ParsedResTarget>& list) {
  if (list.empty()) return;
  int saved = std::exchange(s.next_number, 1);
  s.query->returning = bind_targets(s, list, Clause::kReturning);
  if (s.query->returning.empty())
    throw error(sqlstate::kSyntaxError, "RETURNING must have at least one column", list[0].value->location);
  mark_origins(s, s.query->returning);
  if (s.resolve_unknowns) resolve_unknown_targets(s.query->returning);
  s.next_number = saved;
}

}  // namespace basalt::query
