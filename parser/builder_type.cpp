// Type names, with PostgreSQL's translation of the grammar's own: int is pg_catalog.int4, char is pg_catalog.bpchar(1).
#include <cstdlib>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

TypeNamePtr Builder::system_type(std::string_view name, int32_t location) {
  auto type = std::make_unique<ParsedTypeName>();
  type->names = {"pg_catalog", std::string(name)};
  type->location = location;
  return type;
}

ExpressionPtr Builder::integer_literal(Node token) { return literal(token); }

ExpressionPtr Builder::integer_value(int64_t value) {
  auto literal = std::make_unique<ParsedLiteral>();
  literal->literal_class = LiteralClass::kInteger;
  literal->text = std::to_string(value);
  return literal;
}

ExpressionPtr Builder::null_literal(int32_t location) {
  auto literal = std::make_unique<ParsedLiteral>();
  literal->location = location;
  return literal;
}

TypeNamePtr Builder::type_name(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  bool set_of = c.accept(Token::kSetof);
  TypeNamePtr type = simple_type(c.take());
  type->set_of = set_of;
  if (set_of) type->location = location;
  Cursor bounds = c.peek().children();
  while (!bounds.done()) {
    if (bounds.accept(Token::kArray)) {
      int32_t bound = -1;
      if (bounds.accept(Token::kLbracket)) {
        bound = integer(bounds.take());
        bounds.skip();
      }
      type->array_bounds.push_back(bound);
      break;
    }
    bounds.skip();
    type->array_bounds.push_back(bounds.is(Token::kIconst) ? integer(bounds.take()) : -1);
    bounds.skip();
  }
  return type;
}

TypeNamePtr Builder::simple_type(Node n) {
  Cursor c = n.children();
  if (c.is(Rule::kKeywordType)) return keyword_type(c.peek());
  if (c.is(Rule::kIntervalType)) {
    Cursor interval = c.peek().children();
    interval.skip();
    return interval_type(interval, n.location());
  }
  auto type = std::make_unique<ParsedTypeName>();
  type->location = n.location();
  for (; !c.done(); c.skip()) {
    if (c.is(Rule::kTypeFunctionName) || c.is(Rule::kCollabel)) {
      type->names.push_back(name(c.peek()));
    } else if (c.is(Rule::kTypeModifiers)) {
      Cursor m = c.peek().children();
      m.find(Rule::kExprList);
      type->typmods = expression_list(m.peek());
    } else if (c.is(Token::kPercent)) {
      type->pct_type = true;
    }
  }
  return type;
}

TypeNamePtr Builder::keyword_type(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  Token word = c.take().token();
  auto modifiers = [&](ParsedTypeName& type) {
    if (c.find(Rule::kTypeModifiers)) {
      Cursor m = c.peek().children();
      m.find(Rule::kExprList);
      type.typmods = expression_list(m.peek());
    }
  };
  auto length = [&](ParsedTypeName& type) {
    if (c.find(Token::kIconst)) type.typmods.push_back(integer_literal(c.peek()));
  };
  switch (word) {
    case Token::kInt:
    case Token::kInteger:
      return system_type("int4", location);
    case Token::kSmallint:
      return system_type("int2", location);
    case Token::kBigint:
      return system_type("int8", location);
    case Token::kReal:
      return system_type("float4", location);
    case Token::kBoolean:
      return system_type("bool", location);
    case Token::kDoubleLa:
      return system_type("float8", location);
    case Token::kFloat: {
      if (!c.find(Token::kIconst)) return system_type("float8", location);
      pin(c.peek());
      int32_t precision = integer(c.peek());
      if (precision < 1)
        fail(c.location(), sqlstate::kInvalidParameterValue, "precision for type float must be at least 1 bit");
      if (precision > 53)
        fail(c.location(), sqlstate::kInvalidParameterValue, "precision for type float must be less than 54 bits");
      return system_type(precision <= 24 ? "float4" : "float8", location);
    }
    case Token::kDecimal:
    case Token::kDec:
    case Token::kNumeric: {
      auto type = system_type("numeric", location);
      modifiers(*type);
      return type;
    }
    case Token::kBit: {
      bool varying = c.accept(Token::kVarying);
      auto type = system_type(varying ? "varbit" : "bit", location);
      modifiers(*type);
      if (!varying && type->typmods.empty()) type->typmods.push_back(integer_value(1));
      return type;
    }
    case Token::kTimestamp:
    case Token::kTime: {
      bool zone = c.has(Token::kWithLa);
      std::string_view name =
          word == Token::kTimestamp ? (zone ? "timestamptz" : "timestamp") : (zone ? "timetz" : "time");
      auto type = system_type(name, location);
      length(*type);
      return type;
    }
    default:
      break;
  }
  bool varying = word == Token::kVarchar || c.has(Token::kVarying);
  auto type = system_type(varying ? "varchar" : "bpchar", location);
  length(*type);
  if (!varying && type->typmods.empty()) type->typmods.push_back(integer_value(1));
  return type;
}

TypeNamePtr Builder::interval_type(Cursor c, int32_t location) {
  TypeNamePtr type = system_type("interval", location);
  if (c.is(Rule::kIntervalFields)) {
    type->interval_fields = interval_fields(c.peek(), type->typmods);
  } else if (c.find(Token::kIconst)) {
    type->typmods.push_back(integer_literal(c.peek()));
  }
  return type;
}

int32_t Builder::interval_fields(Node n, ExpressionList& typmods) {
  // From the first field to the second, with all that lie between.
  constexpr int32_t kMasks[] = {kIntervalYear, kIntervalMonth,  kIntervalDay,
                                kIntervalHour, kIntervalMinute, kIntervalSecond};
  auto position = [&](Node field) {
    if (field.is(Rule::kIntervalSecond)) {
      Cursor s = field.children();
      if (s.find(Token::kIconst)) typmods.push_back(integer_literal(s.peek()));
      return 5;
    }
    switch (field.token()) {
      case Token::kYear:
        return 0;
      case Token::kMonth:
        return 1;
      case Token::kDay:
        return 2;
      case Token::kHour:
        return 3;
      default:
        return 4;
    }
  };
  Cursor c = n.children();
  int first = position(c.take());
  int last = first;
  if (c.accept(Token::kTo)) last = position(c.take());
  int32_t mask = 0;
  for (int i = first; i <= last; ++i) mask |= kMasks[i];
  return mask;
}

}  // namespace basalt::parser
