// Operands: literals, columns, parentheses, rows, arrays, CASE.
#include <cstdlib>
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

LiteralClass number_class(std::string_view digits, bool is_integer_token) {
  if (is_integer_token) return LiteralClass::kInteger;
  for (char c : digits)
    if (c < '0' || c > '9') return LiteralClass::kNumeric;
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  constexpr std::string_view kIntMin = "2147483648";
  constexpr std::string_view kBigintMin = "9223372036854775808";
  if (digits == kIntMin) return LiteralClass::kIntegerMin;
  if (digits == kBigintMin) return LiteralClass::kBigintMin;
  if (digits.size() < kBigintMin.size() || (digits.size() == kBigintMin.size() && digits < kBigintMin))
    return LiteralClass::kBigint;
  return LiteralClass::kNumeric;
}

ExpressionPtr Builder::literal(Node token) {
  auto literal = std::make_unique<ParsedLiteral>();
  literal->location = token.location();
  literal->text = token.text();
  switch (token.token()) {
    case Token::kIconst:
    case Token::kFconst:
      literal->literal_class = number_class(literal->text, token.is(Token::kIconst));
      break;
    case Token::kBconst:
      literal->literal_class = LiteralClass::kBitString;
      break;
    case Token::kXconst:
      literal->literal_class = LiteralClass::kHexBitString;
      break;
    default:
      literal->literal_class = LiteralClass::kString;
  }
  literal->literal_index = literal_index(source_.scanned_index(token.token_number()));
  return literal;
}

std::unique_ptr<ParsedSubLink> Builder::sublink(SubLinkKind kind, Node n, int32_t location) {
  auto link = std::make_unique<ParsedSubLink>();
  link->link_kind = kind;
  link->location = location;
  link->subselect = select_with_parens(n);
  return link;
}

std::vector<ParsedIndirectionStep> Builder::indirection(Cursor& c) {
  std::vector<ParsedIndirectionStep> steps;
  while (c.is(Rule::kIndirectionEl)) {
    Cursor e = c.take().children();
    ParsedIndirectionStep step;
    step.location = e.location();
    if (e.accept(Token::kDot)) {
      if (e.is(Token::kStar))
        step.kind = IndirectionKind::kStar;
      else
        step.field = name(e.peek());
    } else {
      e.skip();
      step.kind = IndirectionKind::kSubscript;
      if (e.is(Rule::kAExpr)) step.upper = expression(e.take());
      if (e.accept(Token::kColon)) {
        step.kind = IndirectionKind::kSlice;
        step.lower = std::move(step.upper);
        if (e.is(Rule::kAExpr)) step.upper = expression(e.take());
      }
    }
    bool star_before = !steps.empty() && steps.back().kind == IndirectionKind::kStar;
    if (star_before) {
      while (c.is(Rule::kIndirectionEl)) c.skip();
      if (c.done()) syntax_error_after(c, "improper use of \"*\"");
      syntax_error(c.peek(), "improper use of \"*\"");
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

ExpressionPtr Builder::with_indirection(ExpressionPtr argument, Cursor& c) {
  if (!c.is(Rule::kIndirectionEl)) return argument;
  auto node = std::make_unique<ParsedIndirection>();
  node->location = argument->location;
  node->argument = std::move(argument);
  node->steps = indirection(c);
  return node;
}

ExpressionPtr Builder::column_reference(std::vector<ParsedIndirectionStep> steps, std::string first, int32_t location) {
  auto column = std::make_unique<ParsedColumnRef>();
  column->location = location;
  column->names.push_back(std::move(first));
  size_t used = 0;
  while (used < steps.size() && !column->star) {
    if (steps[used].kind == IndirectionKind::kField)
      column->names.push_back(std::move(steps[used].field));
    else if (steps[used].kind == IndirectionKind::kStar)
      column->star = true;
    else
      break;
    ++used;
  }
  if (used == steps.size()) return column;
  auto node = std::make_unique<ParsedIndirection>();
  node->location = location;
  node->argument = std::move(column);
  for (; used < steps.size(); ++used) node->steps.push_back(std::move(steps[used]));
  return node;
}

ExpressionPtr Builder::constant_cast(TypeNamePtr type, Node string, int32_t location) {
  auto cast = std::make_unique<ParsedTypeCast>();
  cast->location = location;
  cast->type = std::move(type);
  cast->argument = literal(string);
  return cast;
}

// unreserved_name indirection* (call | 'literal')?
ExpressionPtr Builder::name_expression(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  std::string first = name(c.take());
  if (c.done()) {
    auto column = std::make_unique<ParsedColumnRef>();
    column->location = location;
    column->names.push_back(std::move(first));
    return column;
  }
  std::vector<ParsedIndirectionStep> steps = indirection(c);
  if (c.done()) return column_reference(std::move(steps), std::move(first), location);
  QualifiedName function = {std::move(first)};
  for (auto& step : steps) {
    if (step.kind != IndirectionKind::kField) syntax_error(c.peek());
    function.push_back(std::move(step.field));
  }
  if (c.is(Token::kSconst)) {
    auto type = std::make_unique<ParsedTypeName>();
    type->names = std::move(function);
    type->location = location;
    return constant_cast(std::move(type), c.peek(), location);
  }
  Node arguments = c.take();
  ExpressionPtr call = function_call(std::move(function), arguments, location);
  if (c.done()) return call;
  auto& parsed = as<ParsedFunctionCall>(*call);
  if (c.is(Rule::kCallTail)) {
    call_tail(parsed, c.peek());
    return call;
  }
  // name(modifiers) 'literal'
  for (auto& argument : parsed.arguments)
    if (argument->kind == ExpressionKind::kNamedArgument)
      fail(argument->location, sqlstate::kSyntaxError, "type modifier cannot have parameter name");
  if (!parsed.order_by.empty()) {
    Cursor sort = arguments.children();
    sort.find(Rule::kSortClause);
    fail(sort.location(), sqlstate::kSyntaxError, "type modifier cannot have ORDER BY");
  }
  if (parsed.star || parsed.distinct || parsed.variadic || parsed.arguments.empty()) syntax_error(c.peek());
  auto type = std::make_unique<ParsedTypeName>();
  type->names = std::move(parsed.name);
  type->typmods = std::move(parsed.arguments);
  type->location = location;
  return constant_cast(std::move(type), c.peek(), location);
}

ExpressionPtr Builder::typed_literal(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  if (c.is(Rule::kKeywordType)) {
    Node type_node = c.take();
    TypeNamePtr type = keyword_type(type_node);
    // Without a length a character or bit literal is not cut to one.
    if (!type->typmods.empty() && as<ParsedLiteral>(*type->typmods[0]).literal_index < 0) type->typmods.clear();
    return constant_cast(std::move(type), c.peek(), location);
  }
  c.skip();
  TypeNamePtr type = system_type("interval", location);
  if (c.is(Token::kSconst)) {
    Node string = c.take();
    if (c.is(Rule::kIntervalFields)) type->interval_fields = interval_fields(c.peek(), type->typmods);
    return constant_cast(std::move(type), string, location);
  }
  c.find(Token::kIconst);
  type->typmods.push_back(integer_literal(c.peek()));
  c.find(Token::kSconst);
  return constant_cast(std::move(type), c.peek(), location);
}

ExpressionPtr Builder::a_const(Node n) {
  Cursor c = n.children();
  if (c.is(Rule::kLiteral)) return literal(c.peek().children().peek());
  if (c.is(Rule::kTypedLiteral)) return typed_literal(c.peek());
  if (c.is(Rule::kFuncName)) {
    auto type = std::make_unique<ParsedTypeName>();
    type->location = n.location();
    type->names = names(c.take());
    return constant_cast(std::move(type), c.peek(), n.location());
  }
  if (c.is(Token::kMinus) || c.is(Token::kPlus)) {
    bool minus = c.take().is(Token::kMinus);
    ExpressionPtr number = literal(c.peek());
    return minus ? negate(std::move(number), n.location()) : std::move(number);
  }
  auto node = std::make_unique<ParsedLiteral>();
  node->location = n.location();
  if (!c.is(Token::kNull)) {
    node->literal_class = LiteralClass::kBoolean;
    node->boolean = c.is(Token::kTrue);
    node->text = node->boolean ? "true" : "false";
  }
  return node;
}

ExpressionPtr Builder::case_expression(Node n) {
  auto node = std::make_unique<ParsedCase>();
  node->location = n.location();
  Cursor c = n.children();
  c.skip();
  if (c.is(Rule::kAExpr)) node->argument = expression(c.take());
  while (c.is(Rule::kCaseWhen)) {
    Cursor w = c.take().children();
    ParsedCase::When when;
    when.location = w.location();
    w.skip();
    when.condition = expression(w.take());
    w.skip();
    when.result = expression(w.take());
    node->whens.push_back(std::move(when));
  }
  if (c.accept(Token::kElse)) node->otherwise = expression(c.take());
  return node;
}

ExpressionPtr Builder::array_brackets(Node n) {
  check_stack();
  auto node = std::make_unique<ParsedArray>();
  node->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kAExpr))
      node->elements.push_back(expression(c.peek()));
    else if (c.is(Rule::kArrayBrackets))
      node->elements.push_back(array_brackets(c.peek()));
  }
  return node;
}

ExpressionPtr Builder::operand(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  switch (c.rule()) {
    case Rule::kNameExpr:
      return name_expression(c.peek());
    case Rule::kLiteral:
      return literal(c.peek().children().peek());
    case Rule::kCaseExpr:
      return case_expression(c.peek());
    case Rule::kSpecialFunction:
      return special_function(c.peek());
    case Rule::kTypedLiteral:
      return typed_literal(c.peek());
    case Rule::kColumnKeyword: {
      std::string first = c.take().text();
      return column_reference(indirection(c), std::move(first), location);
    }
    case Rule::kTypeFuncKeyword: {
      QualifiedName name = {c.take().text()};
      if (c.is(Rule::kCallArguments)) {
        ExpressionPtr call = function_call(std::move(name), c.take(), location);
        if (c.is(Rule::kCallTail)) call_tail(as<ParsedFunctionCall>(*call), c.take());
        if (c.done()) return call;
        name = as<ParsedFunctionCall>(*call).name;
      }
      auto type = std::make_unique<ParsedTypeName>();
      type->names = std::move(name);
      type->location = location;
      return constant_cast(std::move(type), c.peek(), location);
    }
    case Rule::kSelectWithParens: {
      ExpressionPtr link = sublink(SubLinkKind::kExpr, c.take(), location);
      return with_indirection(std::move(link), c);
    }
    default:
      break;
  }
  switch (c.token()) {
    case Token::kNull:
      return null_literal(location);
    case Token::kTrue:
    case Token::kFalse: {
      auto node = std::make_unique<ParsedLiteral>();
      node->location = location;
      node->literal_class = LiteralClass::kBoolean;
      node->boolean = c.is(Token::kTrue);
      node->text = node->boolean ? "true" : "false";
      return node;
    }
    case Token::kDefault: {
      auto node = std::make_unique<ParsedDefault>();
      node->location = location;
      return node;
    }
    case Token::kParam: {
      auto node = std::make_unique<ParsedParameter>();
      node->location = location;
      node->number = static_cast<int32_t>(std::strtoll(c.take().text().c_str(), nullptr, 10));
      return with_indirection(std::move(node), c);
    }
    case Token::kExists: {
      c.skip();
      return sublink(SubLinkKind::kExists, c.peek(), location);
    }
    case Token::kArray: {
      c.skip();
      if (c.is(Rule::kSelectWithParens)) return sublink(SubLinkKind::kArray, c.peek(), location);
      ExpressionPtr array = array_brackets(c.peek());
      array->location = location;
      return array;
    }
    case Token::kUnique:
      fail(location, sqlstate::kFeatureNotSupported, "UNIQUE predicate is not yet implemented");
    case Token::kLparen:
      break;
    default:
      syntax_error(c.peek());
  }
  c.skip();
  ExpressionPtr first = expression(c.take());
  if (c.accept(Token::kRparen)) return with_indirection(std::move(first), c);
  auto row = std::make_unique<ParsedRow>();
  row->location = location;
  row->elements.push_back(std::move(first));
  while (c.accept(Token::kComma)) row->elements.push_back(expression(c.take()));
  c.skip();
  if (!c.done()) syntax_error(c.peek());
  return row;
}

}  // namespace basalt::parser
