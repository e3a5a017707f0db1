// UNION, INTERSECT, EXCEPT: the tree of arms, and the common types of their columns.
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

const char* operation_name(parser::SetOperation op) {
  return op == parser::SetOperation::kUnion ? "UNION" : op == parser::SetOperation::kIntersect ? "INTERSECT" : "EXCEPT";
}

bool has_own_clauses(const parser::ParsedSelect& select) {
  return !select.order_by.empty() || select.limit_offset || select.limit_count || !select.locking.empty() ||
         select.with;
}

}  // namespace

void Analyzer::bind_set_operation_statement(Scope& s, const parser::ParsedSelect& select) {
  BoundQuery& query = *s.query;
  if (select.with) bind_with(s, *select.with);
  const parser::ParsedSelect* leftmost = &select;
  while (leftmost->op != parser::SetOperation::kNone) leftmost = leftmost->left.get();
  if (!select.locking.empty())
    throw error(sqlstate::kFeatureNotSupported, "FOR UPDATE is not allowed with UNION/INTERSECT/EXCEPT");
  std::vector<SetColumn> columns;
  query.set_operation = bind_set_operation(s, select, true, columns);
  const SetOperation& top = *query.set_operation;
  int leftmost_table = 0;
  for (const SetOperation* node = &top; node; node = node->left.get()) leftmost_table = node->table;
  // What ORDER BY may name: the result columns only.
  auto names = std::make_unique<RangeTableEntry>();
  names->kind = RangeKind::kJoin;
  names->name = "*SELECT*";
  std::vector<NamespaceColumn> shown;
  for (size_t i = 0; i < columns.size(); ++i) {
    auto column = make<Column>(query.entry(leftmost_table).subquery->targets[i].expression->location);
    column->table = leftmost_table;
    column->column = static_cast<int16_t>(i + 1);
    column->type = top.column_types[i];
    column->typmod = top.column_typmods[i];
    column->collation = top.column_collations[i];
    NamespaceColumn visible;
    visible.table = visible.name_table = leftmost_table;
    visible.column = visible.name_column = column->column;
    visible.type = column->type;
    visible.typmod = column->typmod;
    visible.collation = column->collation;
    shown.push_back(visible);
    names->columns.push_back(columns[i].name);
    TargetEntry target;
    target.name = columns[i].name;
    target.number = static_cast<int16_t>(s.next_number++);
    target.expression = std::move(column);
    query.targets.push_back(std::move(target));
  }
  NamespaceItem item;
  item.entry = names.get();
  item.table = leftmost_table;
  item.name = names->name;
  item.names = names->columns;
  item.columns = std::move(shown);
  item.relation_visible = false;
  Namespace saved = std::exchange(s.names, Namespace{&item});
  size_t before = query.targets.size();
  query.order_by = bind_sort(s, select.order_by, query.targets, Clause::kOrderBy, false);
  s.names = std::move(saved);
  if (query.targets.size() != before)
    throw error(sqlstate::kFeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                query.targets[before].expression->location)
        .detail("Only result column names can be used, not expressions or functions.")
        .hint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.");
  query.offset = bind_limit(s, select.limit_offset.get(), Clause::kOffset, "OFFSET", select.limit_option);
  query.limit = bind_limit(s, select.limit_count.get(), Clause::kLimit, "LIMIT", select.limit_option);
  query.limit_option = static_cast<LimitOption>(select.limit_option);
  finish_query(s);
}

std::unique_ptr<SetOperation> Analyzer::bind_set_leaf(Scope& s, const parser::ParsedSelect& select,
                                                      std::vector<SetColumn>& columns) {
  auto query = bind_statement(select, &s, nullptr, false, false);
  bool refers = walk_with_depth(*query, [&](const Expression& e, int depth) {
    auto* column = try_as<Column>(&e);
    if (!column || column->levels_up != depth + 1 || s.names.empty()) return false;
    throw error(sqlstate::kInvalidColumnReference,
                "UNION/INTERSECT/EXCEPT member statement cannot refer to other relations of same query level",
                e.location);
  });
  (void)refers;
  parser::ParsedAlias alias;
  alias.name = "*SELECT* " + std::to_string(s.query->range_table.size() + 1);
  auto* item = add_subquery(s, std::move(query), alias, false, false);
  size_t index = 0;
  for (auto& target : item->entry->subquery->targets) {
    if (target.junk) continue;
    SetColumn column;
    column.name = target.name;
    column.slot = &target.expression;
    column.entry = item->entry;
    column.index = index++;
    columns.push_back(std::move(column));
  }
  auto leaf = std::make_unique<SetOperation>();
  leaf->table = item->table;
  return leaf;
}

std::unique_ptr<SetOperation> Analyzer::bind_set_operation(Scope& s, const parser::ParsedSelect& select, bool top_level,
                                                           std::vector<SetColumn>& columns) {
  if (select.into)
    throw error(sqlstate::kSyntaxError, "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT",
                select.into->relation ? select.into->relation->location : -1);
  if (!select.locking.empty())
    throw error(sqlstate::kFeatureNotSupported, "FOR UPDATE is not allowed with UNION/INTERSECT/EXCEPT");
  bool leaf = select.op == parser::SetOperation::kNone || (!top_level && has_own_clauses(select));
  if (leaf) return bind_set_leaf(s, select, columns);
  auto node = std::make_unique<SetOperation>();
  const char* name = operation_name(select.op);
  node->kind = static_cast<SetOperationKind>(static_cast<int>(select.op) - 1);
  node->all = select.all;
  std::vector<SetColumn> left, right;
  node->left = bind_set_operation(s, *select.left, false, left);
  if (top_level && s.parent_cte && s.parent_cte->recursive) set_recursive_columns(s, left);
  node->right = bind_set_operation(s, *select.right, false, right);
  if (left.size() != right.size())
    throw error(sqlstate::kSyntaxError, "each " + std::string(name) + " query must have the same number of columns",
                right.empty() ? -1 : right[0].expression().location);
  for (size_t i = 0; i < left.size(); ++i) unify_set_columns(s, *node, name, left[i], right[i], columns);
  return node;
}

void Analyzer::unify_set_columns(Scope&, SetOperation& node, const char* name, SetColumn& left, SetColumn& right,
                                 std::vector<SetColumn>& out) {
  std::vector<const Expression*> both{&left.expression(), &right.expression()};
  const Expression* best = nullptr;
  Oid common = common_type(both, name, &best);
  int best_location = best->location;
  for (auto* side : {&left, &right}) {
    Expression& e = side->expression();
    bool literal = e.kind == ExpressionKind::kConstant || e.kind == ExpressionKind::kParameter;
    if (e.type == oid::kUnknown && side->slot && literal) {
      *side->slot = coerce_to_common(std::move(*side->slot), common, name);
      if (side->entry) {
        side->entry->column_types[side->index] = side->expression().type;
        side->entry->column_collations[side->index] = side->expression().collation;
      }
    } else if (e.type != common && !can_coerce(e.type, common, CoercionContext::kImplicit)) {
      throw error(sqlstate::kCannotCoerce,
                  std::string(name) + " could not convert type " + type_name(e.type) + " to " + type_name(common),
                  e.location);
    }
  }
  both = {&left.expression(), &right.expression()};
  int32_t typmod = common_typmod(both, common);
  bool union_all = node.kind == SetOperationKind::kUnion && node.all;
  Oid collation = common_collation(both, union_all);
  if (!type_collation(common).valid()) collation = Oid{};
  node.column_types.push_back(common);
  node.column_typmods.push_back(typmod);
  node.column_collations.push_back(collation);
  if (!union_all) {
    SortOperators ops = at(best_location, [&] { return sort_operators(common, false, true, false); });
    SortGroupItem item;
    item.equal_operator = ops.equal;
    item.sort_operator = ops.less;
    item.hashable = ops.hashable;
    node.group_items.push_back(item);
  }
  SetColumn result;
  result.name = left.name;
  auto own = make<SetDefault>(best_location);
  own->type = common;
  own->typmod = typmod;
  own->collation = collation;
  result.own = std::move(own);
  out.push_back(std::move(result));
}

}  // namespace basalt::query
