// Expressions: PostgreSQL's operator precedence over the grammar's flat sequences, by precedence climbing.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

namespace {

// Binding strength, loosest first. Comparison, IS, and the BETWEEN family do not associate: a < b < c is an error.
enum Precedence : int {
  kAny = 0,
  kOrLevel,
  kAndLevel,
  kNotLevel,
  kIsLevel,
  kComparisonLevel,
  kLikeLevel,  // BETWEEN, IN, LIKE, ILIKE, SIMILAR
  kEscapeLevel,
  kOperatorLevel,  // every operator without a level of its own
  kAddLevel,
  kMultiplyLevel,
  kPowerLevel,
  kAtLevel,
  kCollateLevel,
  kSignLevel,
  kCastLevel,
};

// Of the operator that the cursor stands on; -1 for none.
int precedence_of(const Cursor& c, bool b_expr) {
  if (c.done()) return -1;
  if (c.is(Rule::kOperatorLa)) return kOperatorLevel;
  switch (c.token()) {
    case Token::kPlus:
    case Token::kMinus:
      return kAddLevel;
    case Token::kStar:
    case Token::kSlash:
    case Token::kPercent:
      return kMultiplyLevel;
    case Token::kCaret:
      return kPowerLevel;
    case Token::kLess:
    case Token::kGreater:
    case Token::kEquals:
    case Token::kLessEquals:
    case Token::kGreaterEquals:
    case Token::kNotEquals:
      return kComparisonLevel;
    case Token::kOp:
      return kOperatorLevel;
    case Token::kTypecast:
      return kCastLevel;
    case Token::kIs:
      return kIsLevel;
    default:
      break;
  }
  if (b_expr) return -1;
  switch (c.token()) {
    case Token::kOr:
      return kOrLevel;
    case Token::kAnd:
      return kAndLevel;
    case Token::kIsnull:
    case Token::kNotnull:
      return kIsLevel;
    case Token::kBetween:
    case Token::kIn:
    case Token::kLike:
    case Token::kIlike:
    case Token::kSimilarLa:
    case Token::kNotLa:
      return kLikeLevel;
    case Token::kOverlaps:
      return kLikeLevel;
    case Token::kAtLa:
      return kAtLevel;
    case Token::kCollate:
      return kCollateLevel;
    default:
      return -1;
  }
}

}  // namespace

ExpressionPtr Builder::make_operator(QualifiedName op, ExpressionPtr left, ExpressionPtr right, int32_t location) {
  auto node = std::make_unique<ParsedOperator>();
  node->name = std::move(op);
  node->left = std::move(left);
  node->right = std::move(right);
  node->location = location;
  return node;
}

ExpressionPtr Builder::make_bool(BoolOperator op, ExpressionPtr left, ExpressionPtr right, int32_t location) {
  if (auto* chain = as_if<ParsedBool>(left.get()); chain && chain->op == op && op != BoolOperator::kNot) {
    chain->arguments.push_back(std::move(right));
    return left;
  }
  auto node = std::make_unique<ParsedBool>();
  node->op = op;
  node->location = location;
  node->arguments.push_back(std::move(left));
  if (right) node->arguments.push_back(std::move(right));
  return node;
}

std::unique_ptr<ParsedFunctionCall> Builder::system_call(std::string_view function, int32_t location) {
  auto call = std::make_unique<ParsedFunctionCall>();
  call->name = {"pg_catalog", std::string(function)};
  call->location = location;
  call->form = CallForm::kSqlSyntax;
  return call;
}

// A minus sign before a number is part of the number (so -2147483648 is an integer).
ExpressionPtr Builder::negate(ExpressionPtr argument, int32_t location) {
  auto* number = as_if<ParsedLiteral>(argument.get());
  if (number && number->literal_class >= LiteralClass::kInteger && number->literal_class <= LiteralClass::kNumeric) {
    number->location = location;
    if (number->negated)
      number->text.erase(0, 1);
    else
      number->text.insert(0, 1, '-');
    number->negated = !number->negated;
    return argument;
  }
  return make_operator({"-"}, nullptr, std::move(argument), location);
}

ExpressionPtr Builder::expression(Node n) {
  check_stack();
  Cursor c = n.children();
  bool b_expr = n.is(Rule::kBExpr);
  if (b_expr && c.is(Rule::kCExpr) && c.peek().children().is(Token::kDefault)) syntax_error(c.peek());
  ExpressionPtr result = climb(c, kAny, b_expr);
  if (!c.done()) syntax_error(c.peek());
  return result;
}

ExpressionList Builder::expression_list(Node n) {
  ExpressionList list;
  for (Cursor c = n.children(); c.find(Rule::kAExpr);) list.push_back(expression(c.take()));
  return list;
}

ExpressionPtr Builder::climb_prefix(Cursor& c, bool b_expr) {
  if (!c.is(Rule::kPrefixOp) && !c.is(Rule::kBPrefixOp)) return operand(c.take());
  check_stack();
  Node prefix = c.take();
  Node op = prefix.children().peek();
  int32_t location = prefix.location();
  switch (op.token()) {
    case Token::kNot:
      if (b_expr) syntax_error(prefix);
      return make_bool(BoolOperator::kNot, climb(c, kNotLevel, false), nullptr, location);
    case Token::kMinus:
      return negate(climb(c, kSignLevel, b_expr), location);
    case Token::kPlus:
      return make_operator({"+"}, nullptr, climb(c, kSignLevel, b_expr), location);
    default: {
      QualifiedName name = operator_name(op);
      return make_operator(std::move(name), nullptr, climb(c, kOperatorLevel + 1, b_expr), location);
    }
  }
}

ExpressionPtr Builder::climb(Cursor& c, int minimum, bool b_expr) {
  ExpressionPtr left = climb_prefix(c, b_expr);
  int forbidden = -1;  // the level of a non-associative operator just built
  for (;;) {
    int level = precedence_of(c, b_expr);
    if (level < 0 || level < minimum) return left;
    if (level == forbidden) syntax_error(c.peek());
    forbidden = -1;
    int32_t location = c.location();
    Node op = c.peek();
    if (level == kIsLevel) {
      bool non_associative = false;
      left = climb_is(c, std::move(left), b_expr, non_associative);
      if (non_associative) forbidden = kIsLevel;
    } else if (level == kCastLevel) {
      c.skip();
      auto cast = std::make_unique<ParsedTypeCast>();
      cast->location = location;
      cast->argument = std::move(left);
      cast->type = type_name(c.take());
      left = std::move(cast);
    } else if (level == kAndLevel || level == kOrLevel) {
      c.skip();
      ExpressionPtr right = climb(c, level + 1, false);
      left = make_bool(level == kAndLevel ? BoolOperator::kAnd : BoolOperator::kOr, std::move(left), std::move(right),
                       location);
    } else if (level == kAtLevel) {
      c.skip(3);
      auto call = system_call("timezone", location);
      call->arguments.push_back(climb(c, kAtLevel + 1, false));
      call->arguments.push_back(std::move(left));
      left = std::move(call);
    } else if (level == kCollateLevel) {
      c.skip();
      auto collate = std::make_unique<ParsedCollate>();
      collate->location = location;
      collate->argument = std::move(left);
      collate->collation = names(c.take());
      left = std::move(collate);
    } else if (level == kLikeLevel) {
      bool negated = c.accept(Token::kNotLa);
      if (c.is(Token::kBetween)) {
        left = climb_between(c, std::move(left), negated, location);
        forbidden = kLikeLevel;
      } else if (c.is(Token::kIn)) {
        left = climb_in(c, std::move(left), negated, location);
      } else {
        bool complete = false;
        Cursor after = c;
        after.skip();
        complete = after.is(Rule::kSubQuantified);
        left = climb_like(c, std::move(left), negated, location, b_expr);
        if (!complete) forbidden = kLikeLevel;
      }
    } else {
      c.skip();
      QualifiedName name = operator_name(op);
      if (c.is(Rule::kSubQuantified)) {
        left = quantified(c.take(), std::move(left), std::move(name), location, OperatorForm::kOperator);
        continue;
      }
      ExpressionPtr right = climb(c, level + 1, b_expr);
      left = make_operator(std::move(name), std::move(left), std::move(right), location);
      if (level == kComparisonLevel) forbidden = kComparisonLevel;
    }
  }
}

ExpressionPtr Builder::quantified(Node n, ExpressionPtr left, QualifiedName op, int32_t location, OperatorForm) {
  Cursor c = n.children();
  bool all = c.take().is(Token::kAll);
  if (c.is(Rule::kSelectWithParens)) {
    auto link = sublink(all ? SubLinkKind::kAll : SubLinkKind::kAny, c.peek(), location);
    link->test = std::move(left);
    link->operator_name = std::move(op);
    return link;
  }
  c.skip();
  ExpressionPtr node = make_operator(std::move(op), std::move(left), expression(c.peek()), location);
  as<ParsedOperator>(*node).form = all ? OperatorForm::kOperatorAll : OperatorForm::kOperatorAny;
  return node;
}

// IS [NOT] ..., ISNULL, NOTNULL
ExpressionPtr Builder::climb_is(Cursor& c, ExpressionPtr left, bool b_expr, bool& non_associative) {
  int32_t location = c.location();
  auto null_test = [&](bool is_not) {
    auto test = std::make_unique<ParsedNullTest>();
    test->location = location;
    test->is_not = is_not;
    test->argument = std::move(left);
    return test;
  };
  if (c.accept(Token::kIsnull)) return null_test(false);
  if (c.accept(Token::kNotnull)) return null_test(true);
  c.skip();
  bool is_not = c.accept(Token::kNot);
  Node word = c.take();
  auto boolean_test = [&](BooleanTest plain, BooleanTest negated) {
    auto test = std::make_unique<ParsedBooleanTest>();
    test->location = location;
    test->test = is_not ? negated : plain;
    test->argument = std::move(left);
    return test;
  };
  switch (word.token()) {
    case Token::kNull:
      return null_test(is_not);
    case Token::kTrue:
      return boolean_test(BooleanTest::kTrue, BooleanTest::kNotTrue);
    case Token::kFalse:
      return boolean_test(BooleanTest::kFalse, BooleanTest::kNotFalse);
    case Token::kUnknown:
      return boolean_test(BooleanTest::kUnknown, BooleanTest::kNotUnknown);
    case Token::kDistinct: {
      c.skip();
      ExpressionPtr right = climb(c, kIsLevel + 1, b_expr);
      ExpressionPtr node = make_operator({"="}, std::move(left), std::move(right), location);
      as<ParsedOperator>(*node).form = is_not ? OperatorForm::kNotDistinct : OperatorForm::kDistinct;
      non_associative = true;
      return node;
    }
    case Token::kDocument: {
      auto xml = std::make_unique<ParsedXml>();
      xml->location = location;
      xml->function = "IS DOCUMENT";
      return xml;
    }
    default:
      break;
  }
  auto call = system_call("is_normalized", location);
  call->arguments.push_back(std::move(left));
  if (!word.is(Token::kNormalized)) {
    auto form = std::make_unique<ParsedLiteral>();
    form->literal_class = LiteralClass::kString;
    form->text = word.text();
    for (char& letter : form->text) letter = static_cast<char>(letter - 32);
    form->location = word.location();
    call->arguments.push_back(std::move(form));
    c.skip();
  }
  if (!is_not) return call;
  return make_bool(BoolOperator::kNot, std::move(call), nullptr, location);
}

ExpressionPtr Builder::climb_between(Cursor& c, ExpressionPtr left, bool negated, int32_t location) {
  c.skip();
  bool symmetric = c.accept(Token::kSymmetric);
  c.accept(Token::kAsymmetric);
  auto node = std::make_unique<ParsedOperator>();
  node->location = location;
  node->form = negated ? (symmetric ? OperatorForm::kNotBetweenSymmetric : OperatorForm::kNotBetween)
                       : (symmetric ? OperatorForm::kBetweenSymmetric : OperatorForm::kBetween);
  node->name = {std::string(negated ? "NOT BETWEEN" : "BETWEEN") + (symmetric ? " SYMMETRIC" : "")};
  node->left = std::move(left);
  node->list.push_back(climb(c, kAny, true));
  if (!c.is(Token::kAnd)) {
    if (c.done()) syntax_error_after(c);
    syntax_error(c.peek());
  }
  c.skip();
  node->list.push_back(climb(c, kLikeLevel + 1, false));
  return node;
}

ExpressionPtr Builder::climb_in(Cursor& c, ExpressionPtr left, bool negated, int32_t location) {
  c.skip();
  if (c.is(Rule::kSelectWithParens)) {
    auto link = sublink(SubLinkKind::kAny, c.take(), location);
    link->test = std::move(left);
    if (!negated) return link;
    return make_bool(BoolOperator::kNot, std::move(link), nullptr, location);
  }
  auto node = std::make_unique<ParsedOperator>();
  node->location = location;
  node->form = OperatorForm::kIn;
  node->name = {negated ? "<>" : "="};
  node->left = std::move(left);
  c.skip();
  node->list = expression_list(c.take());
  c.skip();
  return node;
}

// LIKE, ILIKE, SIMILAR TO with ESCAPE, and OVERLAPS.
ExpressionPtr Builder::climb_like(Cursor& c, ExpressionPtr left, bool negated, int32_t location, bool b_expr) {
  Node word = c.take();
  if (word.is(Token::kOverlaps)) {
    ExpressionPtr right = operand(c.take());
    auto call = system_call("overlaps", location);
    auto* left_row = as_if<ParsedRow>(left.get());
    auto* right_row = as_if<ParsedRow>(right.get());
    if (!left_row || !right_row) syntax_error(word);
    if (left_row->elements.size() != 2)
      fail(left_row->location, sqlstate::kSyntaxError,
           "wrong number of parameters on left side of OVERLAPS expression");
    if (right_row->elements.size() != 2)
      fail(right_row->location, sqlstate::kSyntaxError,
           "wrong number of parameters on right side of OVERLAPS expression");
    for (auto* row : {left_row, right_row})
      for (auto& element : row->elements) call->arguments.push_back(std::move(element));
    return call;
  }
  bool similar = word.is(Token::kSimilarLa) || word.is(Token::kSimilar);
  if (similar) c.skip();
  OperatorForm form = similar                 ? OperatorForm::kSimilar
                      : word.is(Token::kLike) ? OperatorForm::kLike
                                              : OperatorForm::kILike;
  QualifiedName name = {similar                       ? (negated ? "!~" : "~")
                        : form == OperatorForm::kLike ? (negated ? "!~~" : "~~")
                                                      : (negated ? "!~~*" : "~~*")};
  if (c.is(Rule::kSubQuantified))
    return quantified(c.take(), std::move(left), std::move(name), location, OperatorForm::kOperator);
  ExpressionPtr pattern = climb(c, kLikeLevel + 1, b_expr);
  bool escape = c.accept(Token::kEscapeLa);
  if (escape || similar) {
    auto call = system_call(similar ? "similar_to_escape" : "like_escape", location);
    call->form = CallForm::kExplicit;
    call->arguments.push_back(std::move(pattern));
    if (escape) call->arguments.push_back(climb(c, kLikeLevel + 1, b_expr));
    pattern = std::move(call);
  }
  ExpressionPtr node = make_operator(std::move(name), std::move(left), std::move(pattern), location);
  as<ParsedOperator>(*node).form = form;
  return node;
}

}  // namespace basalt::parser
