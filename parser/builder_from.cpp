// FROM items.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

std::vector<TableRefPtr> Builder::from_list(Node n) {
  std::vector<TableRefPtr> list;
  for (Cursor c = n.children(); c.find(Rule::kTableRef);) list.push_back(table_ref(c.take()));
  return list;
}

TableRefPtr Builder::table_ref(Node n) {
  constexpr int kJoinsMax = 4000;  // a chain of joins is as deep as it is long
  check_stack();
  Cursor c = n.children();
  TableRefPtr left = table_primary(c.take());
  for (int count = 0; c.is(Rule::kJoinTail); ++count) {
    if (count > kJoinsMax) throw common::SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded");
    left = join(std::move(left), c.take());
  }
  return left;
}

TableRefPtr Builder::join(TableRefPtr left, Node n) {
  auto join = std::make_unique<ParsedJoin>();
  join->location = n.location();
  join->left = std::move(left);
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kJoinType:
        if (e.is(Token::kFull))
          join->type = JoinType::kFull;
        else if (e.is(Token::kLeft))
          join->type = JoinType::kLeft;
        else if (e.is(Token::kRight))
          join->type = JoinType::kRight;
        break;
      case Rule::kTablePrimary:
        join->right = table_primary(c.peek());
        break;
      case Rule::kTableRef:
        join->right = table_ref(c.peek());
        break;
      case Rule::kJoinQual:
        if (e.accept(Token::kOn)) {
          join->condition = expression(e.peek());
        } else {
          e.find(Rule::kNameList);
          join->using_columns = name_list(e.take());
          if (e.find(Token::kAs)) {
            e.skip();
            join->using_alias.name = name(e.peek());
          }
        }
        break;
      default:
        if (c.is(Token::kCross))
          join->cross = true;
        else if (c.is(Token::kNatural))
          join->natural = true;
    }
  }
  return join;
}

void Builder::alias(ParsedAlias& alias, Node n) {
  Cursor c = n.children();
  c.accept(Token::kAs);
  alias.name = name(c.take());
  if (c.is(Rule::kNameListParens)) alias.columns = name_list(c.peek());
}

TableRefPtr Builder::table_primary(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  bool lateral = c.accept(Token::kLateral);
  switch (c.rule()) {
    case Rule::kRelationExpr: {
      RangeVarPtr var = relation(c.take());
      if (c.is(Rule::kAliasClause)) alias(var->alias, c.take());
      if (!c.is(Rule::kTablesampleClause)) return var;
      Cursor s = c.peek().children();
      auto sample = std::make_unique<ParsedRangeTableSample>();
      s.skip();
      sample->location = s.location();
      sample->method = names(s.take());
      sample->relation = std::move(var);
      s.find(Rule::kExprList);
      sample->arguments = expression_list(s.take());
      if (s.find(Rule::kAExpr)) sample->repeatable = expression(s.peek());
      return sample;
    }
    case Rule::kSelectWithParens: {
      auto subselect = std::make_unique<ParsedRangeSubselect>();
      subselect->location = location;
      subselect->lateral = lateral;
      Node query = c.take();
      subselect->subquery = select_with_parens(query);
      if (c.is(Rule::kAliasClause)) {
        alias(subselect->alias, c.peek());
        return subselect;
      }
      bool values = subselect->subquery->is_values;
      throw error_at(source_.text, query.location(), sqlstate::kSyntaxError,
                     values ? "VALUES in FROM must have an alias" : "subquery in FROM must have an alias")
          .hint(values ? "For example, FROM (VALUES ...) [AS] foo." : "For example, FROM (SELECT ...) [AS] foo.");
    }
    case Rule::kFuncTable: {
      auto function = std::make_unique<ParsedRangeFunction>();
      function->location = location;
      function->lateral = lateral;
      for (Cursor f = c.take().children(); !f.done(); f.skip()) {
        if (f.is(Rule::kFuncExprWindowless)) {
          ParsedRangeFunction::Item item;
          item.function = func_expr_windowless(f.peek());
          function->functions.push_back(std::move(item));
        } else if (f.is(Rule::kRowsFromItem)) {
          Cursor i = f.peek().children();
          ParsedRangeFunction::Item item;
          item.function = func_expr_windowless(i.take());
          if (i.find(Rule::kFuncAliasColumns)) item.columns = function_columns(i.peek());
          function->functions.push_back(std::move(item));
        } else if (f.is(Token::kRows)) {
          function->is_rows_from = true;
        } else if (f.is(Rule::kOrdinality)) {
          function->ordinality = true;
        }
      }
      if (c.is(Rule::kFuncAliasClause)) function_alias(*function, c.peek());
      return function;
    }
    default:
      break;
  }
  c.skip();
  Node inner = c.take();
  TableRefPtr ref = table_ref(inner);
  c.skip();
  auto* join = as_if<ParsedJoin>(ref.get());
  if (!join) {  // only a join may stand in parentheses
    Cursor closing = n.children();
    closing.find(Token::kRparen);
    syntax_error(closing.peek());
  }
  if (c.is(Rule::kAliasClause)) alias(join->alias, c.peek());
  return ref;
}

std::vector<ParsedFunctionColumn> Builder::function_columns(Node n) {
  std::vector<ParsedFunctionColumn> columns;
  for (Cursor c = n.children(); c.find(Rule::kFuncAliasColumn);) {
    Cursor e = c.take().children();
    ParsedFunctionColumn column;
    column.location = e.location();
    column.name = name(e.take());
    if (e.is(Rule::kTypeName)) column.type = type_name(e.take());
    if (e.is(Rule::kCollateClause)) {
      Cursor k = e.peek().children();
      k.skip();
      column.collation = names(k.peek());
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

void Builder::function_alias(ParsedRangeFunction& function, Node n) {
  Cursor c = n.children();
  c.accept(Token::kAs);
  if (c.is(Rule::kColid)) function.alias.name = name(c.take());
  if (!c.is(Rule::kFuncAliasColumns)) return;
  Node list = c.peek();
  std::vector<ParsedFunctionColumn> columns = function_columns(list);
  bool typed = columns[0].type != nullptr;
  for (size_t i = 0; i < columns.size(); ++i)
    if ((columns[i].type != nullptr) != typed) {
      Cursor e = list.children();
      for (size_t k = 0; k <= i; ++k) {
        e.find(Rule::kFuncAliasColumn);
        if (k < i) e.skip();
      }
      Cursor inside = e.peek().children();
      inside.skip();
      if (typed) e.skip();
      syntax_error(typed ? e.peek() : inside.peek());
    }
  if (typed) {
    function.columns = std::move(columns);
    return;
  }
  for (auto& column : columns) function.alias.columns.push_back(std::move(column.name));
}

}  // namespace basalt::parser
