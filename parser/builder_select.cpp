// SELECT, VALUES, set operations and their clauses.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

namespace {

// A chain of set operations is as deep as it is long, and so is every walk over it.
constexpr int kSetOperationsMax = 4000;

SelectPtr combine(SetOperation op, bool all, SelectPtr left, SelectPtr right) {
  auto select = std::make_unique<ParsedSelect>();
  select->location = left->location;
  select->op = op;
  select->all = all;
  select->left = std::move(left);
  select->right = std::move(right);
  return select;
}

}  // namespace

StatementPtr Builder::query_stmt(Node n) {
  Cursor c = n.children();
  WithPtr with;
  if (c.is(Rule::kWithClause)) with = with_clause(c.take());
  switch (c.rule()) {
    case Rule::kInsertStmt: {
      StatementPtr s = insert(c.peek());
      as<ParsedInsert>(*s).with = std::move(with);
      return s;
    }
    case Rule::kUpdateStmt: {
      StatementPtr s = update(c.peek());
      as<ParsedUpdate>(*s).with = std::move(with);
      return s;
    }
    case Rule::kDeleteStmt: {
      StatementPtr s = remove(c.peek());
      as<ParsedDelete>(*s).with = std::move(with);
      return s;
    }
    case Rule::kMergeStmt: {
      StatementPtr s = merge(c.peek());
      as<ParsedMerge>(*s).with = std::move(with);
      return s;
    }
    default:
      break;
  }
  SelectPtr select = select_body(c.peek());
  if (with) attach_with(*select, std::move(with));
  return select;
}

void Builder::attach_with(ParsedSelect& select, WithPtr with) {
  if (select.with) fail(with->location, sqlstate::kSyntaxError, "multiple WITH clauses not allowed");
  select.with = std::move(with);
}

SelectPtr Builder::select_no_parens(Node n) {
  Cursor c = n.children();
  WithPtr with;
  if (c.is(Rule::kWithClause)) with = with_clause(c.take());
  SelectPtr select = select_body(c.peek());
  if (with) attach_with(*select, std::move(with));
  return select;
}

SelectPtr Builder::select_with_parens(Node n) {
  check_stack();
  Cursor c = n.children();
  c.skip();
  return select_no_parens(c.peek());
}

WithPtr Builder::with_clause(Node n) {
  auto with = std::make_unique<ParsedWith>();
  with->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Token::kRecursive))
      with->recursive = true;
    else if (c.is(Rule::kCte))
      with->ctes.push_back(cte(c.peek()));
  }
  return with;
}

ParsedCte Builder::cte(Node n) {
  ParsedCte cte;
  cte.location = n.location();
  Cursor c = n.children();
  cte.name = name(c.take());
  if (c.is(Rule::kNameListParens)) cte.columns = name_list(c.take());
  c.skip();
  if (c.accept(Token::kNot))
    cte.materialize = CteMaterialize::kNever;
  else if (c.is(Token::kMaterialized))
    cte.materialize = CteMaterialize::kAlways;
  c.find(Rule::kQueryStmt);
  cte.query = query_stmt(c.take());
  c.skip();
  if (c.is(Rule::kCteSearch)) {
    Cursor s = c.take().children();
    cte.search = std::make_unique<ParsedCteSearch>();
    cte.search->location = s.location();
    s.skip();
    cte.search->breadth_first = s.is(Token::kBreadth);
    s.find(Rule::kNameList);
    cte.search->columns = name_list(s.take());
    s.find(Rule::kColid);
    cte.search->set_column = name(s.peek());
  }
  if (c.is(Rule::kCteCycle)) {
    Cursor s = c.take().children();
    cte.cycle = std::make_unique<ParsedCteCycle>();
    cte.cycle->location = s.location();
    s.find(Rule::kNameList);
    cte.cycle->columns = name_list(s.take());
    s.find(Rule::kColid);
    cte.cycle->mark_column = name(s.take());
    if (s.accept(Token::kTo)) {
      cte.cycle->mark_value = a_const(s.take());
      s.skip();
      cte.cycle->mark_default = a_const(s.take());
    }
    s.find(Rule::kColid);
    cte.cycle->path_column = name(s.peek());
  }
  return cte;
}

// UNION and EXCEPT associate to the left; INTERSECT binds tighter.
SelectPtr Builder::select_body(Node n) {
  Cursor c = n.children();
  SelectPtr result;  // complete UNION and EXCEPT operations
  SetOperation pending = SetOperation::kNone;
  bool pending_all = false;
  SelectPtr term = select_operand(c.take());
  int count = 0;
  while (!c.is(Rule::kSelectTail)) {
    Token op = c.take().token();
    bool all = c.accept(Token::kAll);
    c.accept(Token::kDistinct);
    SelectPtr right = select_operand(c.take());
    if (++count > kSetOperationsMax)
      throw common::SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded");
    if (op == Token::kIntersect) {
      term = combine(SetOperation::kIntersect, all, std::move(term), std::move(right));
      continue;
    }
    result = result ? combine(pending, pending_all, std::move(result), std::move(term)) : std::move(term);
    pending = op == Token::kUnion ? SetOperation::kUnion : SetOperation::kExcept;
    pending_all = all;
    term = std::move(right);
  }
  if (result) term = combine(pending, pending_all, std::move(result), std::move(term));
  select_tail(term, c.peek());
  return term;
}

SelectPtr Builder::select_operand(Node n) {
  Cursor c = n.children();
  if (c.is(Rule::kSimpleSelect)) return simple_select(c.peek());
  if (c.is(Rule::kSelectWithParens)) return select_with_parens(c.peek());
  if (c.is(Rule::kValuesClause)) return values_clause(c.peek());
  // TABLE name is SELECT * FROM name
  auto select = std::make_unique<ParsedSelect>();
  select->location = n.location();
  c.skip();
  auto star = std::make_unique<ParsedColumnRef>();
  star->star = true;
  ParsedResTarget target;
  target.value = std::move(star);
  select->targets.push_back(std::move(target));
  select->from.push_back(relation(c.peek()));
  return select;
}

SelectPtr Builder::simple_select(Node n) {
  auto select = std::make_unique<ParsedSelect>();
  select->location = n.location();
  Cursor c = n.children();
  for (; !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kDistinctClause:
        select->distinct = DistinctKind::kDistinct;
        if (e.find(Rule::kExprList)) {
          select->distinct = DistinctKind::kOn;
          select->distinct_on = expression_list(e.peek());
        }
        break;
      case Rule::kTargetList:
        select->targets = target_list(c.peek());
        break;
      case Rule::kIntoClause:
        select->into = into_clause(c.peek());
        break;
      case Rule::kFromClause:
        e.skip();
        select->from = from_list(e.peek());
        break;
      case Rule::kWhereClause:
        e.skip();
        select->where = expression(e.peek());
        break;
      case Rule::kGroupClause:
        e.skip(2);
        select->group_distinct = e.accept(Token::kDistinct);
        select->group_by = group_items(e);
        break;
      case Rule::kHavingClause:
        e.skip();
        select->having = expression(e.peek());
        break;
      case Rule::kWindowClause:
        while (e.find(Rule::kWindowDefinition)) {
          Cursor w = e.take().children();
          std::string window_name = name(w.take());
          w.skip();
          auto window = window_specification(w.peek());
          window->name = std::move(window_name);
          select->windows.push_back(std::move(*window));
        }
        break;
      default:
        break;
    }
  }
  return select;
}

std::vector<ParsedResTarget> Builder::target_list(Node n) {
  std::vector<ParsedResTarget> targets;
  for (Cursor c = n.children(); c.find(Rule::kTargetEl);) {
    Node element = c.take();
    Cursor e = element.children();
    ParsedResTarget target;
    target.location = element.location();
    if (e.is(Token::kStar)) {
      auto star = std::make_unique<ParsedColumnRef>();
      star->star = true;
      star->location = element.location();
      target.value = std::move(star);
    } else {
      target.value = expression(e.take());
      e.accept(Token::kAs);
      if (!e.done()) target.name = name(e.peek());
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

std::unique_ptr<ParsedInto> Builder::into_clause(Node n) {
  auto into = std::make_unique<ParsedInto>();
  Cursor c = n.children();
  c.skip();
  c = c.peek().children();
  Persistence persistence = Persistence::kPermanent;
  for (; !c.is(Rule::kQualifiedName); c.skip()) {
    if (c.is(Token::kUnlogged)) persistence = Persistence::kUnlogged;
    if (c.is(Token::kTemp) || c.is(Token::kTemporary)) persistence = Persistence::kTemporary;
  }
  into->relation = range_var(c.peek());
  into->relation->persistence = persistence;
  return into;
}

std::vector<ParsedGroupingItem> Builder::group_items(Cursor& c) {
  std::vector<ParsedGroupingItem> items;
  while (c.find(Rule::kGroupItem)) items.push_back(group_item(c.take()));
  return items;
}

ParsedGroupingItem Builder::group_item(Node n) {
  ParsedGroupingItem item;
  item.location = n.location();
  Cursor c = n.children();
  if (c.is(Token::kLparen)) {
    item.kind = GroupingKind::kEmpty;
    return item;
  }
  if (c.is(Token::kGrouping)) {
    item.kind = GroupingKind::kSets;
    item.sets = group_items(c);
    return item;
  }
  // CUBE (...) and ROLLUP (...) look like function calls.
  Node element = c.peek();
  const ScannedToken& word = element.scanned();
  ExpressionPtr expression = this->expression(element);
  auto* call = as_if<ParsedFunctionCall>(expression.get());
  if ((word.type == Token::kCube || word.type == Token::kRollup) && call && call->name.size() == 1 &&
      call->location == item.location && !call->star && !call->over) {
    if (call->arguments.empty()) syntax_error_at(source_.scanned_index(element.token_number()) + 2);
    item.kind = word.type == Token::kCube ? GroupingKind::kCube : GroupingKind::kRollup;
    item.expressions = std::move(call->arguments);
    return item;
  }
  item.expressions.push_back(std::move(expression));
  return item;
}

SelectPtr Builder::values_clause(Node n) {
  auto select = std::make_unique<ParsedSelect>();
  select->location = n.location();
  select->is_values = true;
  for (Cursor c = n.children(); c.find(Rule::kValuesRow);) {
    Node row = c.take();
    Cursor e = row.children();
    e.skip();
    select->values_locations.push_back(row.location());
    select->values_lists.push_back(expression_list(e.peek()));
    if (!blocks_.empty() && select->values_lists.size() == 1)
      select->literal_rows = literal_rows(source_.scanned_index(row.token_number()), select->values_lists[0].size());
  }
  return select;
}

std::unique_ptr<ParsedLiteralRows> Builder::literal_rows(uint32_t first_row_token, size_t columns) {
  const LiteralBlock* block = nullptr;
  for (auto& candidate : blocks_)
    if (candidate.first_row_token == first_row_token) block = &candidate;
  if (!block) return nullptr;
  auto rows = std::make_unique<ParsedLiteralRows>();
  rows->columns = static_cast<uint32_t>(columns);
  const auto& tokens = *source_.tokens;
  rows->cells.reserve((block->end - block->begin) / 2);
  rows->bytes.reserve(static_cast<size_t>(tokens[block->end - 1].end - tokens[block->begin].start));
  ParsedLiteralRows::Cell cell;
  for (uint32_t i = block->begin; i < block->end; ++i) {
    const ScannedToken& token = tokens[i];
    if (token.type == Token::kComma || token.type == Token::kRparen || token.type == Token::kPlus) continue;
    if (token.type == Token::kLparen) {
      rows->row_locations.push_back(token.start);
      continue;
    }
    if (cell.location < 0) {
      cell.location = token.start;
      cell.offset = static_cast<uint32_t>(rows->bytes.size());
    }
    if (token.type == Token::kMinus) {
      cell.negated = true;
      rows->bytes += '-';
      continue;
    }
    switch (token.type) {
      case Token::kNull:
        cell.literal_class = LiteralClass::kNull;
        break;
      case Token::kTrue:
      case Token::kFalse:
        cell.literal_class = LiteralClass::kBoolean;
        cell.boolean = token.type == Token::kTrue;
        break;
      case Token::kDefault:
        cell.literal_class = LiteralClass::kDefaultMarker;
        break;
      case Token::kParam:
        cell.literal_class = LiteralClass::kParameter;
        break;
      case Token::kBconst:
        cell.literal_class = LiteralClass::kBitString;
        break;
      case Token::kXconst:
        cell.literal_class = LiteralClass::kHexBitString;
        break;
      case Token::kSconst:
        cell.literal_class = LiteralClass::kString;
        break;
      default:
        cell.literal_class = number_class(token.value, token.type == Token::kIconst);
    }
    rows->bytes.append(token.value);
    cell.length = static_cast<uint32_t>(rows->bytes.size()) - cell.offset;
    rows->cells.push_back(cell);
    cell = {};
  }
  rows->first_literal_index = literal_index(block->begin);
  return rows;
}

// ------------------------------------------------------------------------------------------ ORDER BY, LIMIT, FOR

std::vector<ParsedSortBy> Builder::sort_clause(Node n) {
  std::vector<ParsedSortBy> list;
  for (Cursor c = n.children(); c.find(Rule::kSortItem);) {
    Cursor e = c.take().children();
    ParsedSortBy item;
    item.expression = expression(e.take());
    if (e.is(Token::kUsing)) {
      e.skip();
      item.direction = SortDirection::kUsing;
      item.location = e.location();
      item.using_operator = operator_name(e.take());
    } else if (e.accept(Token::kAsc)) {
      item.direction = SortDirection::kAsc;
    } else if (e.accept(Token::kDesc)) {
      item.direction = SortDirection::kDesc;
    }
    if (e.accept(Token::kNullsLa)) item.nulls = e.is(Token::kFirst) ? SortNulls::kFirst : SortNulls::kLast;
    list.push_back(std::move(item));
  }
  return list;
}

void Builder::select_tail(SelectPtr& select, Node n) {
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kSortClause)) {
      auto order_by = sort_clause(c.peek());
      if (!select->order_by.empty())
        fail(order_by[0].expression->location, sqlstate::kSyntaxError, "multiple ORDER BY clauses not allowed");
      select->order_by = std::move(order_by);
    } else if (c.is(Rule::kSelectLimit)) {
      select_limit(*select, c.peek());
    } else if (!c.peek().children().has(Token::kRead)) {
      select->locking.push_back(locking(c.peek()));
    }
  }
  if (select->limit_option != LimitOption::kWithTies) return;
  for (auto& lock : select->locking)
    if (lock.wait == LockWait::kSkip)
      fail(-1, sqlstate::kSyntaxError, "SKIP LOCKED and WITH TIES options cannot be used together");
}

void Builder::select_limit(ParsedSelect& select, Node n) {
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    int32_t location = c.location();
    if (c.is(Rule::kOffsetClause)) {
      e.skip();
      ExpressionPtr offset = expression(e.peek());
      if (select.limit_offset) fail(offset->location, sqlstate::kSyntaxError, "multiple OFFSET clauses not allowed");
      select.limit_offset = std::move(offset);
      continue;
    }
    ExpressionPtr count;
    if (e.accept(Token::kLimit)) {
      count = e.is(Token::kAll) ? null_literal(e.location()) : expression(e.peek());
      e.skip();
      if (e.is(Token::kComma))
        throw error_at(source_.text, location, sqlstate::kSyntaxError, "LIMIT #,# syntax is not supported")
            .hint("Use separate LIMIT and OFFSET clauses.");
    } else {
      e.skip(2);
      if (e.is(Rule::kFetchCount)) {
        Cursor f = e.take().children();
        if (f.is(Rule::kCExpr)) {
          count = operand(f.peek());
        } else {
          bool minus = f.take().is(Token::kMinus);
          count = literal(f.peek());
          if (minus) count = negate(std::move(count), location);
        }
      } else {
        count = integer_value(1);
      }
      if (e.has(Token::kWith)) {
        select.limit_option = LimitOption::kWithTies;
        if (select.order_by.empty())
          fail(-1, sqlstate::kSyntaxError, "WITH TIES cannot be specified without ORDER BY clause");
      }
    }
    if (select.limit_count) fail(count->location, sqlstate::kSyntaxError, "multiple LIMIT clauses not allowed");
    select.limit_count = std::move(count);
  }
}

ParsedLocking Builder::locking(Node n) {
  ParsedLocking lock;
  lock.location = n.location();
  Cursor c = n.children();
  c.skip();
  if (c.accept(Token::kNo))
    lock.strength = LockStrength::kNoKeyUpdate;
  else if (c.is(Token::kKey))
    lock.strength = LockStrength::kKeyShare;
  else if (c.is(Token::kShare))
    lock.strength = LockStrength::kShare;
  for (; !c.done(); c.skip()) {
    if (c.is(Rule::kQualifiedNameList))
      lock.relations = range_vars(c.peek());
    else if (c.is(Token::kNowait))
      lock.wait = LockWait::kError;
    else if (c.is(Token::kSkip))
      lock.wait = LockWait::kSkip;
  }
  return lock;
}

}  // namespace basalt::parser
