// Statements: the way in, SELECT, and what every query level does at its end.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

std::unique_ptr<BoundQuery> Analyzer::bind_statement(const parser::ParsedStatement& statement, Scope* parent,
                                                     CommonTableExpression* parent_cte, bool locked_from_parent,
                                                     bool resolve_unknowns) {
  auto query = std::make_unique<BoundQuery>();
  query->from = std::make_unique<FromNode>();
  query->location = statement.location;
  Scope s(parent, *query);
  s.parent_cte = parent_cte;
  s.locked_from_parent = locked_from_parent;
  s.resolve_unknowns = resolve_unknowns;
  using K = parser::StatementKind;
  switch (statement.kind) {
    case K::kSelect: {
      const auto& select = as<parser::ParsedSelect>(statement);
      if (select.is_values)
        bind_values(s, select);
      else if (select.op != parser::SetOperation::kNone)
        bind_set_operation_statement(s, select);
      else
        bind_select(s, select);
      break;
    }
    case K::kInsert:
      query->command = CommandKind::kInsert;
      bind_insert(s, as<parser::ParsedInsert>(statement));
      break;
    case K::kUpdate:
      query->command = CommandKind::kUpdate;
      bind_update(s, as<parser::ParsedUpdate>(statement));
      break;
    case K::kDelete:
      query->command = CommandKind::kDelete;
      bind_delete(s, as<parser::ParsedDelete>(statement));
      break;
    case K::kMerge:
      query->command = CommandKind::kMerge;
      bind_merge(s, as<parser::ParsedMerge>(statement));
      break;
    default:
      UNREACHABLE("statement is not a query");
  }
  return query;
}

void Analyzer::finish_query(Scope& s) {
  BoundQuery& query = *s.query;
  assign_collations(query);
  if (query.has_aggregates || !query.group_by.empty() || !query.grouping_sets.empty() || query.having)
    check_grouping(s, query);
}

void Analyzer::bind_select(Scope& s, const parser::ParsedSelect& select) {
  BoundQuery& query = *s.query;
  if (select.with) bind_with(s, *select.with);
  if (select.into && s.parent)
    throw error(sqlstate::kSyntaxError, "SELECT ... INTO is not allowed here",
                select.into->relation ? select.into->relation->location : -1);
  for (const auto& window : select.windows) s.windows.push_back(&window);
  for (const auto& locking : select.locking) s.locking.push_back(&locking);
  bind_from(s, select.from);
  query.targets = bind_targets(s, select.targets, Clause::kSelectTarget);
  mark_origins(s, query.targets);
  auto where = bind_where(s, select.where.get(), Clause::kWhere, "WHERE");
  query.having = bind_where(s, select.having.get(), Clause::kHaving, "HAVING");
  query.order_by = bind_sort(s, select.order_by, query.targets, Clause::kOrderBy, false);
  bind_group_clause(s, select.group_by, query.targets, query.order_by);
  query.group_distinct = select.group_distinct;
  if (select.distinct == parser::DistinctKind::kDistinct) {
    query.distinct = bind_distinct_clause(query.targets, query.order_by, false);
  } else if (select.distinct == parser::DistinctKind::kOn) {
    query.distinct = bind_distinct_on(s, select.distinct_on, query.targets, query.order_by);
    query.has_distinct_on = true;
  }
  query.has_distinct = !query.distinct.empty();
  query.offset = bind_limit(s, select.limit_offset.get(), Clause::kOffset, "OFFSET", select.limit_option);
  query.limit = bind_limit(s, select.limit_count.get(), Clause::kLimit, "LIMIT", select.limit_option);
  query.limit_option = static_cast<LimitOption>(select.limit_option);
  bind_window_clauses(s, query.targets);
  if (s.resolve_unknowns) resolve_unknown_targets(query.targets);
  query.from->condition = std::move(where);
  for (const auto& locking : select.locking) bind_locking(s, query, locking, false);
  finish_query(s);
}

ExpressionPointer Analyzer::bind_cell(Scope& s, const parser::ParsedLiteralRows& rows, size_t index) {
  const auto& cell = rows.cells[index];
  if (cell.literal_class == parser::LiteralClass::kParameter) {
    parser::ParsedParameter parameter;
    parameter.location = cell.location;
    parameter.number = static_cast<int32_t>(std::strtoll(std::string(rows.text(cell)).c_str(), nullptr, 10));
    return bind_parameter(s, parameter);
  }
  if (cell.literal_class == parser::LiteralClass::kDefaultMarker) {
    auto node = make<SetDefault>(cell.location);
    node->type = oid::kUnknown;
    return node;
  }
  parser::ParsedLiteral literal;
  literal.literal_class = cell.literal_class;
  literal.negated = cell.negated;
  literal.boolean = cell.boolean;
  literal.location = cell.location;
  literal.text = rows.text(cell);
  return bind_literal(literal);
}

// The rows of VALUES, as written; all rows have the length of the first.
std::vector<ExpressionList> Analyzer::bind_values_rows(Scope& s, const parser::ParsedSelect& select, Clause clause,
                                                       bool allow_default) {
  std::vector<ExpressionList> rows;
  size_t width = 0;
  bool first = true;
  auto add = [&](ExpressionList row, int location) {
    if (first) {
      width = row.size();
      first = false;
    } else if (row.size() != width) {
      throw error(sqlstate::kSyntaxError, "VALUES lists must all be the same length",
                  row.empty() ? location : row[0]->location);
    }
    rows.push_back(std::move(row));
  };
  for (size_t i = 0; i < select.values_lists.size(); ++i)
    add(bind_expression_list(s, select.values_lists[i], clause, allow_default),
        i < select.values_locations.size() ? select.values_locations[i] : -1);
  if (!select.literal_rows) return rows;
  const auto& literal_rows = *select.literal_rows;
  rows.reserve(rows.size() + literal_rows.row_count());
  for (size_t r = 0; r < literal_rows.row_count(); ++r) {
    ExpressionList row;
    row.reserve(literal_rows.columns);
    for (size_t c = 0; c < literal_rows.columns; ++c) {
      auto cell = bind_cell(s, literal_rows, r * literal_rows.columns + c);
      if (cell->kind == ExpressionKind::kSetDefault && !allow_default)
        throw error(sqlstate::kSyntaxError, "DEFAULT is not allowed in this context", cell->location);
      row.push_back(std::move(cell));
    }
    add(std::move(row), r < literal_rows.row_locations.size() ? literal_rows.row_locations[r] : -1);
  }
  return rows;
}

void Analyzer::bind_values(Scope& s, const parser::ParsedSelect& select) {
  BoundQuery& query = *s.query;
  if (select.with) bind_with(s, *select.with);
  auto rows = bind_values_rows(s, select, Clause::kValues, false);
  std::vector<ColumnDefinition> columns(rows.empty() ? 0 : rows[0].size());
  for (size_t c = 0; c < columns.size(); ++c) {
    std::vector<const Expression*> list;
    for (const auto& row : rows) list.push_back(row[c].get());
    columns[c].type = common_type(list, "VALUES");
    list.clear();
    for (auto& row : rows) {
      row[c] = coerce_to_common(std::move(row[c]), columns[c].type, "VALUES");
      list.push_back(row[c].get());
    }
    columns[c].typmod = common_typmod(list, columns[c].type);
    columns[c].collation = common_collation(list, true);
  }
  bool lateral = false;
  for (auto& row : rows)
    for (auto& e : row) {
      assign_collations(*e);
      lateral = lateral || contains_column_of_level(*e, 0);
    }
  auto* item = add_values(s, std::move(rows), std::move(columns), {}, lateral, true);
  add_to_names(s, item, true, true);
  auto node = std::make_unique<FromNode>();
  node->kind = FromKind::kTable;
  node->table = item->table;
  query.from->items.push_back(std::move(node));
  expand_item(s, *item, 0, false, -1, &query.targets, nullptr);
  query.order_by = bind_sort(s, select.order_by, query.targets, Clause::kOrderBy, false);
  query.offset = bind_limit(s, select.limit_offset.get(), Clause::kOffset, "OFFSET", select.limit_option);
  query.limit = bind_limit(s, select.limit_count.get(), Clause::kLimit, "LIMIT", select.limit_option);
  query.limit_option = static_cast<LimitOption>(select.limit_option);
  if (!select.locking.empty()) throw error(sqlstate::kFeatureNotSupported, "FOR UPDATE cannot be applied to VALUES");
  finish_query(s);
}

}  // namespace basalt::query
