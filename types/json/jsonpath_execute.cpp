#include "types/json/jsonpath_execute.hpp"

#include <cmath>
#include <cstdlib>

#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types::json::path {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

bool is_data_error(const SqlError& error) { return error.report().sqlstate.view().starts_with("22"); }

const char* method_name(Op op) {
  switch (op) {
    case Op::kAbs:
      return "abs";
    case Op::kFloor:
      return "floor";
    case Op::kCeiling:
      return "ceiling";
    default:
      return "";
  }
}

const char* arithmetic_name(Op op) {
  switch (op) {
    case Op::kAdd:
      return "+";
    case Op::kSubtract:
      return "-";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    default:
      return "%";
  }
}

std::string type_name(View value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kString:
      return "string";
    case Kind::kNumber:
      return "number";
    case Kind::kArray:
      return "array";
    case Kind::kObject:
      return "object";
    default:
      return "boolean";
  }
}

std::string as_double(View value) {
  bool text = value.kind() == Kind::kString;
  std::string digits = text ? std::string(value.payload()) : numeric::to_string(value.payload());
  const char* begin = digits.c_str();
  char* end = nullptr;
  double number = std::strtod(begin, &end);
  while (*end == ' ' || (*end >= '\t' && *end <= '\r')) ++end;
  if (end == begin || *end != '\0' || !std::isfinite(number) || digits.find_first_of("xX") != std::string::npos) {
    throw SqlError(sqlstate::kNonNumericSqlJsonItem,
                   std::string(text ? "string" : "numeric") +
                       " argument of jsonpath item method .double() is not a valid representation of a double "
                       "precision number");
  }
  return numeric::from_double(number);
}

}  // namespace

Executor::Executor(const Path& path, View document, View vars, common::Interrupt& interrupt)
    : path_(path), document_(document), vars_(vars), interrupt_(interrupt), ignore_structure_(path.lax) {
  if (!vars.is_object()) {
    throw SqlError(sqlstate::kInvalidParameterValue, "\"vars\" argument is not an object")
        .detail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.");
  }
}

void Executor::each(const Sink& sink) { run(*path_.root, document_, sink); }

View Executor::keep(std::string node) {
  made_.push_back(std::move(node));
  return View(made_.back());
}
View Executor::number(std::string_view numeric) { return keep(Builder().number(numeric).finish()); }

bool Executor::next(const Item& item, View value, const Sink& sink) {
  return item.next ? run(*item.next, value, sink) : sink(value);
}

bool Executor::unwrapped(const Item& item, View array, const Sink& sink) {
  for (uint32_t i = 0; i < array.size(); ++i) {
    if (!run(item, array.element(i), sink, false)) return false;
  }
  return true;
}

bool Executor::run(const Item& item, View value, const Sink& sink, bool unwrap) {
  common::check_stack_depth();
  interrupt_.check();
  if (is_predicate(item.op)) {
    Truth truth = test(item, value);
    Builder builder;
    if (truth == Truth::kUnknown)
      builder.null();
    else
      builder.boolean(truth == Truth::kTrue);
    return next(item, keep(builder.finish()), sink);
  }
  switch (item.op) {
    case Op::kKey:
      return run_key(item, value, sink, unwrap);
    case Op::kAnyKey:
      return run_any_key(item, value, sink, unwrap);
    case Op::kAnyElement:
      return run_any_element(item, value, sink);
    case Op::kIndex:
      return run_index(item, value, sink);
    case Op::kAnyDepth:
      return run_any_depth(item, value, sink);
    case Op::kFilter:
      return run_filter(item, value, sink, unwrap);
    case Op::kType:
      return next(item, keep(Builder().string(type_name(value)).finish()), sink);
    case Op::kPlus:
    case Op::kMinus:
      return run_sign(item, value, sink);
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kModulo:
      return run_arithmetic(item, value, sink);
    case Op::kSize:
    case Op::kAbs:
    case Op::kFloor:
    case Op::kCeiling:
    case Op::kDouble:
    case Op::kKeyvalue:
    case Op::kDatetime:
      return run_method(item, value, sink, unwrap);
    default:
      return run_primary(item, value, sink);
  }
}

bool Executor::run_primary(const Item& item, View value, const Sink& sink) {
  switch (item.op) {
    case Op::kNull:
      return next(item, keep(Builder().null().finish()), sink);
    case Op::kBool:
      return next(item, keep(Builder().boolean(item.truth).finish()), sink);
    case Op::kNumber:
      return next(item, number(item.number), sink);
    case Op::kString:
      return next(item, keep(Builder().string(item.text).finish()), sink);
    case Op::kRoot:
      return next(item, document_, sink);
    case Op::kCurrent:
      return next(item, current_.value_or(value), sink);
    case Op::kLast:
      return next(item, number(numeric::from_int64(innermost_size_ - 1)), sink);
    default:
      break;
  }
  std::optional<View> variable = vars_.find(item.text);
  if (!variable) {
    throw SqlError(sqlstate::kUndefinedObject, "could not find jsonpath variable \"" + item.text + "\"");
  }
  return next(item, *variable, sink);
}

// --- accessors -----------------------------------------------------------------------------------------------------

bool Executor::run_key(const Item& item, View value, const Sink& sink, bool unwrap) {
  if (value.is_object()) {
    if (std::optional<View> member = value.find(item.text)) return next(item, *member, sink);
    if (ignore_structure_) return true;
    throw SqlError(sqlstate::kSqlJsonMemberNotFound, "JSON object does not contain key \"" + item.text + "\"");
  }
  if (unwrap && value.is_array()) return unwrapped(item, value, sink);
  if (ignore_structure_) return true;
  throw SqlError(sqlstate::kSqlJsonMemberNotFound, "jsonpath member accessor can only be applied to an object");
}

bool Executor::run_any_key(const Item& item, View value, const Sink& sink, bool unwrap) {
  if (value.is_object()) {
    for (uint32_t i = 0; i < value.size(); ++i) {
      if (!next(item, value.value(i), sink)) return false;
    }
    return true;
  }
  if (unwrap && value.is_array()) return unwrapped(item, value, sink);
  if (ignore_structure_) return true;
  throw SqlError(sqlstate::kSqlJsonObjectNotFound,
                 "jsonpath wildcard member accessor can only be applied to an object");
}

bool Executor::run_any_element(const Item& item, View value, const Sink& sink) {
  if (value.is_array()) {
    for (uint32_t i = 0; i < value.size(); ++i) {
      if (!next(item, value.element(i), sink)) return false;
    }
    return true;
  }
  if (path_.lax) return next(item, value, sink);
  if (ignore_structure_) return true;
  throw SqlError(sqlstate::kSqlJsonArrayNotFound, "jsonpath wildcard array accessor can only be applied to an array");
}

int64_t Executor::array_index(const Item& item, View value) {
  std::vector<View> found = collect(item, value, false);
  if (found.size() != 1 || found[0].kind() != Kind::kNumber) {
    throw SqlError(sqlstate::kInvalidSqlJsonSubscript, "jsonpath array subscript is not a single numeric value");
  }
  int64_t index = 0;
  bool fits = numeric::to_exact_int64(numeric::truncate(found[0].payload(), 0), index);
  if (!fits || index < INT32_MIN || index > INT32_MAX) {
    throw SqlError(sqlstate::kInvalidSqlJsonSubscript, "jsonpath array subscript is out of integer range");
  }
  return index;
}

bool Executor::run_index(const Item& item, View value, const Sink& sink) {
  if (!value.is_array() && !path_.lax) {
    if (ignore_structure_) return true;
    throw SqlError(sqlstate::kSqlJsonArrayNotFound, "jsonpath array accessor can only be applied to an array");
  }
  int64_t size = value.is_array() ? value.size() : 1;
  int64_t outer_size = innermost_size_;
  for (const Subscript& subscript : item.subscripts) {
    innermost_size_ = size;
    int64_t from = array_index(*subscript.from, value);
    int64_t to = subscript.to ? array_index(*subscript.to, value) : from;
    if (!ignore_structure_ && (from < 0 || from > to || to >= size)) {
      innermost_size_ = outer_size;
      throw SqlError(sqlstate::kInvalidSqlJsonSubscript, "jsonpath array subscript is out of bounds");
    }
    for (int64_t i = std::max<int64_t>(from, 0); i <= std::min(to, size - 1); ++i) {
      if (!next(item, value.is_array() ? value.element(static_cast<uint32_t>(i)) : value, sink)) {
        innermost_size_ = outer_size;
        return false;
      }
    }
  }
  innermost_size_ = outer_size;
  return true;
}

bool Executor::descend(const Item& item, View value, uint32_t level, const Sink& sink) {
  if (level > item.last) return true;
  bool leaves_only = item.first == kDepthLast && item.last == kDepthLast;
  for (uint32_t i = 0; i < value.size(); ++i) {
    View child = value.is_object() ? value.value(i) : value.element(i);
    if (level >= item.first || (leaves_only && !child.is_container())) {
      if (!next(item, child, sink)) return false;
    }
    if (level < item.last && child.is_container() && !descend(item, child, level + 1, sink)) return false;
  }
  return true;
}

bool Executor::run_any_depth(const Item& item, View value, const Sink& sink) {
  struct Restore {
    bool& flag;
    bool old;
    ~Restore() { flag = old; }
  } restore{ignore_structure_, ignore_structure_};
  ignore_structure_ = true;
  if (item.first == 0 && !next(item, value, sink)) return false;
  return !value.is_container() || descend(item, value, 1, sink);
}

bool Executor::run_filter(const Item& item, View value, const Sink& sink, bool unwrap) {
  if (unwrap && value.is_array()) return unwrapped(item, value, sink);
  std::optional<View> outer = current_;
  current_ = value;
  Truth truth = test(*item.left, value);
  current_ = outer;
  return truth != Truth::kTrue || next(item, value, sink);
}

// --- methods and arithmetic ----------------------------------------------------------------------------------------

bool Executor::run_keyvalue(const Item& item, View value, const Sink& sink) {
  // An id tells objects of one document apart: where the object lies in it.
  std::string_view all = document_.bytes(), mine = value.bytes();
  bool inside = mine.data() >= all.data() && mine.data() < all.data() + all.size();
  int64_t id = inside ? mine.data() - all.data() : 10000000000;
  for (uint32_t i = 0; i < value.size(); ++i) {
    Builder builder;
    builder.begin_object();
    builder.key("key").string(value.key(i));
    builder.key("value").node(value.value(i));
    builder.key("id").integer(id);
    if (!next(item, keep(builder.end_object().finish()), sink)) return false;
  }
  return true;
}

bool Executor::run_method(const Item& item, View value, const Sink& sink, bool unwrap) {
  if (item.op == Op::kSize) {
    if (!value.is_array() && !path_.lax && !ignore_structure_) {
      throw SqlError(sqlstate::kSqlJsonArrayNotFound, "jsonpath item method .size() can only be applied to an array");
    }
    return next(item, number(numeric::from_int64(value.is_array() ? value.size() : 1)), sink);
  }
  if (unwrap && value.is_array()) return unwrapped(item, value, sink);
  switch (item.op) {
    case Op::kKeyvalue:
      if (value.is_object()) return run_keyvalue(item, value, sink);
      throw SqlError(sqlstate::kSqlJsonObjectNotFound,
                     "jsonpath item method .keyvalue() can only be applied to an object");
    case Op::kDouble:
      if (value.kind() == Kind::kString || value.kind() == Kind::kNumber) {
        return next(item, number(as_double(value)), sink);
      }
      throw SqlError(sqlstate::kNonNumericSqlJsonItem,
                     "jsonpath item method .double() can only be applied to a string or numeric value");
    case Op::kDatetime:
      throw common::not_supported("jsonpath item method .datetime()");
    default:
      break;
  }
  if (value.kind() != Kind::kNumber) {
    throw SqlError(sqlstate::kNonNumericSqlJsonItem, std::string("jsonpath item method .") + method_name(item.op) +
                                                         "() can only be applied to a numeric value");
  }
  std::string_view n = value.payload();
  std::string result = item.op == Op::kAbs     ? numeric::absolute(n)
                       : item.op == Op::kFloor ? numeric::floor(n)
                                               : numeric::ceil(n);
  return next(item, number(result), sink);
}

bool Executor::run_sign(const Item& item, View value, const Sink& sink) {
  for (View operand : collect(*item.left, value, true)) {
    if (operand.kind() != Kind::kNumber) {
      throw SqlError(sqlstate::kSqlJsonNumberNotFound, std::string("operand of unary jsonpath operator ") +
                                                           (item.op == Op::kPlus ? "+" : "-") +
                                                           " is not a numeric value");
    }
    View result = item.op == Op::kPlus ? operand : number(numeric::negate(operand.payload()));
    if (!next(item, result, sink)) return false;
  }
  return true;
}

bool Executor::run_arithmetic(const Item& item, View value, const Sink& sink) {
  std::vector<View> left = collect(*item.left, value, true), right = collect(*item.right, value, true);
  auto check = [&](const std::vector<View>& found, const char* side) {
    if (found.size() == 1 && found[0].kind() == Kind::kNumber) return;
    throw SqlError(sqlstate::kSingletonSqlJsonItemRequired, std::string(side) + " operand of jsonpath operator " +
                                                                arithmetic_name(item.op) +
                                                                " is not a single numeric value");
  };
  check(left, "left");
  check(right, "right");
  std::string_view a = left[0].payload(), b = right[0].payload();
  switch (item.op) {
    case Op::kAdd:
      return next(item, number(numeric::add(a, b)), sink);
    case Op::kSubtract:
      return next(item, number(numeric::subtract(a, b)), sink);
    case Op::kMultiply:
      return next(item, number(numeric::multiply(a, b)), sink);
    case Op::kDivide:
      return next(item, number(numeric::divide(a, b)), sink);
    default:
      return next(item, number(numeric::modulo(a, b)), sink);
  }
}

// --- predicates ----------------------------------------------------------------------------------------------------

std::vector<View> Executor::collect(const Item& item, View value, bool unwrap) {
  std::vector<View> out;
  run(item, value, [&](View found) {
    if (unwrap && path_.lax && found.is_array()) {
      for (uint32_t i = 0; i < found.size(); ++i) out.push_back(found.element(i));
    } else {
      out.push_back(found);
    }
    return true;
  });
  return out;
}

Executor::Truth Executor::test(const Item& item, View value) {
  common::check_stack_depth();
  switch (item.op) {
    case Op::kAnd:
    case Op::kOr: {
      Truth decisive = item.op == Op::kAnd ? Truth::kFalse : Truth::kTrue;
      Truth left = test(*item.left, value);
      if (left == decisive) return decisive;
      Truth right = test(*item.right, value);
      return right == decisive || left != Truth::kUnknown ? right : Truth::kUnknown;
    }
    case Op::kNot: {
      Truth inner = test(*item.left, value);
      if (inner == Truth::kUnknown) return inner;
      return inner == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
    }
    case Op::kIsUnknown:
      return test(*item.left, value) == Truth::kUnknown ? Truth::kTrue : Truth::kFalse;
    case Op::kExists:
      return test_exists(item, value);
    default:
      return test_pairs(item, value);
  }
}

Executor::Truth Executor::test_exists(const Item& item, View value) {
  bool found = false;
  try {
    run(*item.left, value, [&](View) {
      found = true;
      return !path_.lax;
    });
  } catch (const SqlError& error) {
    if (!is_data_error(error)) throw;
    return Truth::kUnknown;
  }
  return found ? Truth::kTrue : Truth::kFalse;
}

// True when a pair of the operands' items satisfies; in strict mode no pair may be in error.
Executor::Truth Executor::test_pairs(const Item& item, View value) {
  std::vector<View> left, right;
  try {
    left = collect(*item.left, value, true);
    if (item.right) right = collect(*item.right, value, item.op != Op::kStartsWith);
  } catch (const SqlError& error) {
    if (!is_data_error(error)) throw;
    return Truth::kUnknown;
  }
  bool found = false, unknown = false;
  for (View a : left) {
    size_t rounds = item.right ? right.size() : 1;
    for (size_t i = 0; i < rounds; ++i) {
      Truth truth = test_pair(item, a, item.right ? &right[i] : nullptr);
      if (truth == Truth::kUnknown && !path_.lax) return Truth::kUnknown;
      if (truth == Truth::kTrue && path_.lax) return Truth::kTrue;
      found = found || truth == Truth::kTrue;
      unknown = unknown || truth == Truth::kUnknown;
    }
  }
  return found ? Truth::kTrue : unknown ? Truth::kUnknown : Truth::kFalse;
}

Executor::Truth Executor::test_pair(const Item& item, View left, const View* right) {
  auto truth = [](bool b) { return b ? Truth::kTrue : Truth::kFalse; };
  if (item.op == Op::kLikeRegex) {
    if (left.kind() != Kind::kString) return Truth::kUnknown;
    return truth(matches(item, left.payload()));
  }
  if (item.op == Op::kStartsWith) {
    if (left.kind() != Kind::kString || right->kind() != Kind::kString) return Truth::kUnknown;
    return truth(left.payload().starts_with(right->payload()));
  }
  return compare(item.op, left, *right);
}

Executor::Truth Executor::compare(Op op, View left, View right) {
  auto truth = [](bool b) { return b ? Truth::kTrue : Truth::kFalse; };
  if (left.is_container() || right.is_container()) {
    if (left.is_null() || right.is_null()) return truth(op == Op::kNotEqual);
    return Truth::kUnknown;
  }
  bool same_kind = left.kind() == right.kind() || (left.is_boolean() && right.is_boolean());
  if (!same_kind) {
    return left.is_null() || right.is_null() ? truth(op == Op::kNotEqual) : Truth::kUnknown;
  }
  int order = json::compare(left.bytes(), right.bytes());
  switch (op) {
    case Op::kEqual:
      return truth(order == 0);
    case Op::kNotEqual:
      return truth(order != 0);
    case Op::kLess:
      return truth(order < 0);
    case Op::kGreater:
      return truth(order > 0);
    case Op::kLessEqual:
      return truth(order <= 0);
    default:
      return truth(order >= 0);
  }
}

bool Executor::matches(const Item& item, std::string_view text) {
  std::unique_ptr<regex::Regex>& compiled = regexes_[&item];
  if (!compiled) compiled = std::make_unique<regex::Regex>(item.text, regex_options(item.flags));
  return compiled->matches(regex::Text(text), 0, &interrupt_);
}

}  // namespace basalt::types::json::path
