// WITH: items, their columns, SEARCH and CYCLE.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr Oid kDefaultCollation{100};

std::unique_ptr<CommonTableExpression> new_cte(const parser::ParsedCte& parsed) {
  auto cte = std::make_unique<CommonTableExpression>();
  cte->name = parsed.name;
  cte->alias_columns = parsed.columns;
  cte->materialize = static_cast<CteMaterialize>(parsed.materialize);
  cte->location = parsed.location;
  return cte;
}

struct ColumnSource {
  std::string name;
  Oid type;
  int32_t typmod;
  Oid collation;
};

}  // namespace

void Analyzer::bind_with(Scope& s, const parser::ParsedWith& with) {
  BoundQuery& query = *s.query;
  query.recursive = with.recursive;
  for (size_t i = 0; i < with.ctes.size(); ++i) {
    const auto& cte = with.ctes[i];
    for (size_t j = i + 1; j < with.ctes.size(); ++j)
      if (with.ctes[j].name == cte.name)
        throw error(sqlstate::kDuplicateAlias, "WITH query name \"" + cte.name + "\" specified more than once",
                    with.ctes[j].location);
    if (cte.query->kind != parser::StatementKind::kSelect) {
      if (s.parent)
        throw error(sqlstate::kFeatureNotSupported,
                    "WITH clause containing a data-modifying statement must be at the top level", cte.location);
      query.has_modifying_cte = true;
    }
  }
  if (!with.recursive) {
    for (const auto& cte : with.ctes) s.future_ctes.push_back(&cte);
    for (const auto& cte : with.ctes) {
      query.ctes.push_back(new_cte(cte));
      bind_cte(s, cte, *query.ctes.back());
      s.ctes.push_back(query.ctes.back().get());
      s.future_ctes.erase(s.future_ctes.begin());
    }
    return;
  }
  std::vector<size_t> order;
  std::vector<bool> recursive;
  check_recursion(with, order, recursive);
  for (size_t index : order) {
    query.ctes.push_back(new_cte(with.ctes[index]));
    query.ctes.back()->recursive = recursive[index];
    s.ctes.push_back(query.ctes.back().get());
  }
  for (size_t i = 0; i < order.size(); ++i) bind_cte(s, with.ctes[order[i]], *query.ctes[i]);
}

namespace {

void set_columns(Analyzer& a, CommonTableExpression& cte, const std::vector<ColumnSource>& columns) {
  cte.columns = cte.alias_columns;
  cte.column_types.clear();
  cte.column_typmods.clear();
  cte.column_collations.clear();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i >= cte.columns.size()) cte.columns.push_back(columns[i].name);
    ColumnSource column = columns[i];
    // What is still unknown when a recursive query begins is taken as text.
    if (cte.recursive && column.type == oid::kUnknown) column = {column.name, oid::kText, -1, kDefaultCollation};
    cte.column_types.push_back(column.type);
    cte.column_typmods.push_back(column.typmod);
    cte.column_collations.push_back(column.collation);
  }
  if (columns.size() < cte.alias_columns.size())
    throw a.error(sqlstate::kInvalidColumnReference,
                  "WITH query \"" + cte.name + "\" has " + std::to_string(columns.size()) + " columns available but " +
                      std::to_string(cte.alias_columns.size()) + " columns specified",
                  cte.location);
}

}  // namespace

void Analyzer::set_recursive_columns(Scope& s, const std::vector<SetColumn>& columns) {
  std::vector<ColumnSource> list;
  for (const auto& column : columns) {
    Expression& e = column.expression();
    assign_collations(e);
    list.push_back({column.name, e.type, e.typmod, e.collation});
  }
  set_columns(*this, *s.parent_cte, list);
}

void Analyzer::set_cte_columns(CommonTableExpression& cte, const std::vector<TargetEntry>& targets) {
  std::vector<ColumnSource> list;
  for (const auto& target : targets)
    if (!target.junk)
      list.push_back({target.name, target.expression->type, target.expression->typmod, target.expression->collation});
  set_columns(*this, cte, list);
}

void Analyzer::bind_cte(Scope& s, const parser::ParsedCte& parsed, CommonTableExpression& cte) {
  if (parsed.search || parsed.cycle) bind_search_cycle(s, parsed, cte);
  auto query = bind_statement(*parsed.query, &s, &cte, false, true);
  if (query->command != CommandKind::kSelect) query->can_set_tag = false;
  const auto& targets = query->command == CommandKind::kSelect ? query->targets : query->returning;
  if (!cte.recursive) {
    set_cte_columns(cte, targets);
    cte.query = std::move(query);
    if (parsed.search || parsed.cycle)
      throw error(sqlstate::kSyntaxError, "WITH query is not recursive", parsed.location);
    return;
  }
  size_t index = 0;
  for (const auto& target : targets) {
    if (target.junk) continue;
    const Expression& e = *target.expression;
    Oid known = cte.column_types[index];
    int32_t known_typmod = cte.column_typmods[index];
    if (e.type != known || e.typmod != known_typmod)
      throw error(sqlstate::kDatatypeMismatch,
                  "recursive query \"" + cte.name + "\" column " + std::to_string(index + 1) + " has type " +
                      type_name(known, known_typmod) + " in non-recursive term but type " +
                      type_name(e.type, e.typmod) + " overall",
                  e.location)
          .hint("Cast the output of the non-recursive term to the correct type.");
    Oid collation = cte.column_collations[index];
    if (e.collation != collation) {
      auto name_of = [&](Oid c) {
        const auto* found = catalog.collation(c);
        return found ? found->name : std::string();
      };
      throw error(sqlstate::kCollationMismatch,
                  "recursive query \"" + cte.name + "\" column " + std::to_string(index + 1) + " has collation \"" +
                      name_of(collation) + "\" in non-recursive term but collation \"" + name_of(e.collation) +
                      "\" overall",
                  e.location)
          .hint("Use the COLLATE clause to set the collation of the non-recursive term.");
    }
    ++index;
  }
  cte.query = std::move(query);
  if (cte.search || cte.cycle) check_search_cycle(parsed, cte);
}

void Analyzer::bind_search_cycle(Scope& s, const parser::ParsedCte& parsed, CommonTableExpression& cte) {
  if (!cte.recursive) throw error(sqlstate::kSyntaxError, "WITH query is not recursive", parsed.location);
  if (parsed.search) {
    cte.search = std::make_unique<CommonTableExpression::Search>();
    cte.search->columns = parsed.search->columns;
    cte.search->breadth_first = parsed.search->breadth_first;
    cte.search->sequence_column = parsed.search->set_column;
  }
  if (!parsed.cycle) return;
  cte.cycle = std::make_unique<CommonTableExpression::Cycle>();
  auto& cycle = *cte.cycle;
  cycle.columns = parsed.cycle->columns;
  cycle.mark_column = parsed.cycle->mark_column;
  cycle.path_column = parsed.cycle->path_column;
  auto value = [&](const parser::ExpressionPtr& e, bool otherwise) -> ExpressionPointer {
    if (e) return bind(s, *e, Clause::kCycleMark);
    return make_boolean(otherwise);
  };
  cycle.mark_value = value(parsed.cycle->mark_value, true);
  cycle.mark_default = value(parsed.cycle->mark_default, false);
  std::vector<const Expression*> both{cycle.mark_value.get(), cycle.mark_default.get()};
  cycle.mark_type = common_type(both, "CYCLE");
  cycle.mark_value = coerce_to_common(std::move(cycle.mark_value), cycle.mark_type, "CYCLE/SET/TO");
  cycle.mark_default = coerce_to_common(std::move(cycle.mark_default), cycle.mark_type, "CYCLE/SET/DEFAULT");
  both = {cycle.mark_value.get(), cycle.mark_default.get()};
  cycle.mark_typmod = common_typmod(both, cycle.mark_type);
  cycle.mark_collation = common_collation(both, true);
  cycle.equal_operator =
      at(parsed.cycle->location, [&] { return sort_operators(cycle.mark_type, false, true, false).equal; });
}

void Analyzer::check_search_cycle(const parser::ParsedCte& parsed, const CommonTableExpression& cte) {
  auto has = [&](const std::string& name) {
    return std::find(cte.columns.begin(), cte.columns.end(), name) != cte.columns.end();
  };
  auto check_list = [&](const char* what, const std::vector<std::string>& columns, int location) {
    std::vector<std::string> seen;
    for (const auto& column : columns) {
      if (!has(column))
        throw error(sqlstate::kUndefinedColumn,
                    std::string(what) + " column \"" + column + "\" not in WITH query column list", location);
      if (std::find(seen.begin(), seen.end(), column) != seen.end())
        throw error(sqlstate::kDuplicateColumn,
                    std::string(what) + " column \"" + column + "\" specified more than once", location);
      seen.push_back(column);
    }
  };
  auto check_new = [&](const char* what, const std::string& name, int location) {
    if (has(name))
      throw error(sqlstate::kSyntaxError,
                  std::string(what) + " column name \"" + name + "\" already used in WITH query column list", location);
  };
  if (cte.search) {
    check_list("search", cte.search->columns, parsed.search->location);
    check_new("search sequence", cte.search->sequence_column, parsed.search->location);
  }
  if (!cte.cycle) return;
  int location = parsed.cycle->location;
  check_list("cycle", cte.cycle->columns, location);
  check_new("cycle mark", cte.cycle->mark_column, location);
  check_new("cycle path", cte.cycle->path_column, location);
  if (cte.cycle->mark_column == cte.cycle->path_column)
    throw error(sqlstate::kSyntaxError, "cycle mark column name and cycle path column name are the same", location);
  if (!cte.search) return;
  if (cte.search->sequence_column == cte.cycle->mark_column)
    throw error(sqlstate::kSyntaxError, "search sequence column name and cycle mark column name are the same",
                parsed.search->location);
  if (cte.search->sequence_column == cte.cycle->path_column)
    throw error(sqlstate::kSyntaxError, "search sequence column name and cycle path column name are the same",
                parsed.search->location);
}

}  // namespace basalt::query
