// format(), concat(), concat_ws(), the quote functions and parse_ident().
#include <charconv>
#include <limits>

#include "types/container/array.hpp"
#include "types/text/any_text.hpp"
#include "types/text/character.hpp"
#include "types/text/quote.hpp"
#include "types/text/text.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

std::string text_of(FunctionCall& call, Oid type, const Value& value) {
  // These are their own text; all others go through their output function.
  if (type == oid::kText || type == oid::kVarchar || type == oid::kName || type == oid::kUnknown ||
      type == oid::kBpchar || type == oid::kCstring) {
    return std::string(value.string());
  }
  return call.context->output(type, value);
}

std::optional<std::string> text_of(FunctionCall& call, Oid type, const Vector& vector, uint32_t row) {
  if (vector.is_null(row)) return std::nullopt;
  return text_of(call, type, vector.value(row));
}

namespace {

void append_joined(std::string& out, bool& first, std::string_view separator, std::string_view text) {
  if (!first) out.append(separator);
  first = false;
  out.append(text);
  check_length(out.size());
}

// Arguments from number `from` on, or the elements of the VARIADIC array there, without NULLs; nullopt: the array is
// NULL.
std::optional<std::string> concatenate(FunctionCall& call, std::span<const Vector> arguments, size_t from, uint32_t row,
                                       std::string_view separator) {
  std::string out;
  bool first = true;
  if (call.variadic_array) {
    if (arguments[from].is_null(row)) return std::nullopt;
    Value bytes = arguments[from].value(row);
    ArrayView array(bytes.string());
    for (uint32_t i = 0; i < array.size(); ++i) {
      if (!array.is_null(i)) append_joined(out, first, separator, text_of(call, array.element_type(), array.value(i)));
    }
    return out;
  }
  for (size_t i = from; i < arguments.size(); ++i) {
    std::optional<std::string> text = text_of(call, call.argument_types[i], arguments[i], row);
    if (text) append_joined(out, first, separator, *text);
  }
  return out;
}

void concat(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  run_rows(call, arguments, rows, result, [&](uint32_t row) { return concatenate(call, arguments, 0, row, ""); });
}

void concat_ws(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  auto separators = arguments[0].view<common::StringRef>();
  run_rows(call, arguments, rows, result, [&](uint32_t row) -> std::optional<std::string> {
    if (separators.is_null(row)) return std::nullopt;
    return concatenate(call, arguments, 1, row, separators[row].view());
  });
}

// One %[position$][flags][width]type of a format string.
struct Specifier {
  int32_t argument = -1;        // explicit position, or -1: the next one
  int32_t width_argument = -1;  // 0: the next one, -1: none
  int32_t width = 0;
  bool left_aligned = false;
  char type = 0;
};

class FormatReader {
 public:
  explicit FormatReader(std::string_view format) : format_(format) {}

  // Reads behind a '%' that does not double.
  Specifier read(size_t& at) {
    at_ = at;
    Specifier spec;
    need();
    parse(spec);
    spec.type = format_[at_];
    if (spec.type != 's' && spec.type != 'I' && spec.type != 'L') {
      size_t size = utf8::sequence_length(static_cast<unsigned char>(spec.type));
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "unrecognized format() type specifier \"" + std::string(format_.substr(at_, size)) + "\"")
          .hint("For a single \"%\" use \"%%\".");
    }
    at = at_ + 1;
    return spec;
  }

 private:
  void need() const {
    if (at_ < format_.size()) return;
    throw SqlError(sqlstate::kInvalidParameterValue, "unterminated format() type specifier")
        .hint("For a single \"%\" use \"%%\".");
  }
  void advance() {
    ++at_;
    need();
  }
  bool digits(int32_t& number) {
    bool any = false;
    number = 0;
    while (character::is_ascii_digit(static_cast<unsigned char>(format_[at_]))) {
      int32_t digit = format_[at_] - '0';
      if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, digit, &number)) {
        throw SqlError(sqlstate::kNumericValueOutOfRange, "number is out of range");
      }
      any = true;
      advance();
    }
    return any;
  }
  static void refuse_zero(int32_t position) {
    if (position == 0) {
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "format specifies argument 0, but arguments are numbered from 1");
    }
  }
  void parse(Specifier& spec) {
    int32_t number;
    if (digits(number)) {
      if (format_[at_] != '$') {
        spec.width = number;
        return;
      }
      spec.argument = number;
      refuse_zero(number);
      advance();
    }
    while (format_[at_] == '-') {
      spec.left_aligned = true;
      advance();
    }
    if (format_[at_] == '*') {
      advance();
      if (digits(number)) {
        if (format_[at_] != '$') {
          throw SqlError(sqlstate::kInvalidParameterValue, "width argument position must be ended by \"$\"");
        }
        spec.width_argument = number;
        refuse_zero(number);
        advance();
      } else {
        spec.width_argument = 0;
      }
    } else if (digits(number)) {
      spec.width = number;
    }
  }

  std::string_view format_;
  size_t at_ = 0;
};

// The arguments behind the format string: columns, or the elements of a VARIADIC array.
class FormatArguments {
 public:
  FormatArguments(FunctionCall& call, std::span<const Vector> arguments, uint32_t row)
      : call_(call), arguments_(arguments), row_(row) {
    if (call.variadic_array && !arguments[1].is_null(row)) {
      array_bytes_ = arguments[1].value(row);
      array_.emplace(array_bytes_.string());
    }
  }
  int32_t count() const {
    if (call_.variadic_array) return array_ ? static_cast<int32_t>(array_->size()) : 0;
    return static_cast<int32_t>(arguments_.size()) - 1;
  }
  // Number from 1.
  Value value(int32_t number) const {
    need(number);
    return array_ ? array_->value(static_cast<uint32_t>(number - 1))
                  : arguments_[static_cast<size_t>(number)].value(row_);
  }
  Oid type(int32_t number) const {
    return array_ ? array_->element_type() : call_.argument_types[static_cast<size_t>(number)];
  }

 private:
  void need(int32_t number) const {
    if (number > count()) throw SqlError(sqlstate::kInvalidParameterValue, "too few arguments for format()");
  }
  FunctionCall& call_;
  std::span<const Vector> arguments_;
  uint32_t row_;
  Value array_bytes_;
  std::optional<ArrayView> array_;
};

int32_t width_of(FunctionCall& call, Oid type, const Value& value) {
  if (value.is_null()) return 0;
  if (type == oid::kInt4) return value.as<int32_t>();
  if (type == oid::kInt2) return value.as<int16_t>();
  return call.context->input(oid::kInt4, text_of(call, type, value), -1).as<int32_t>();
}

void append_aligned(std::string& out, std::string_view text, bool left_aligned, int32_t width) {
  if (width < 0) {
    left_aligned = true;
    if (width == std::numeric_limits<int32_t>::min()) {
      throw SqlError(sqlstate::kNumericValueOutOfRange, "number is out of range");
    }
    width = -width;
  }
  size_t length = width ? utf8::length(text) : 0;
  size_t padding = static_cast<size_t>(width) > length ? static_cast<size_t>(width) - length : 0;
  check_length(out.size() + text.size() + padding);
  if (!left_aligned) out.append(padding, ' ');
  out.append(text);
  if (left_aligned) out.append(padding, ' ');
}

std::string converted(FunctionCall& call, char type, Oid value_type, const Value& value) {
  if (value.is_null()) {
    if (type == 'I') {
      throw SqlError(sqlstate::kNullValueNotAllowed, "null values cannot be formatted as an SQL identifier");
    }
    return type == 'L' ? "NULL" : "";
  }
  std::string text = text_of(call, value_type, value);
  if (type == 'I') return quote_identifier(text);
  return type == 'L' ? quote_literal(text) : text;
}

std::string format_row(FunctionCall& call, std::string_view format, const FormatArguments& arguments) {
  std::string out;
  FormatReader reader(format);
  int32_t next = 1;
  for (size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      size_t until = std::min(format.find('%', at), format.size());
      out.append(format.substr(at, until - at));
      at = until;
      continue;
    }
    ++at;
    if (at < format.size() && format[at] == '%') {
      out.push_back('%');
      ++at;
      continue;
    }
    Specifier spec = reader.read(at);
    if (spec.width_argument >= 0) {
      if (spec.width_argument > 0) next = spec.width_argument;
      Value width = arguments.value(next);
      spec.width = width_of(call, arguments.type(next), width);
      ++next;
    }
    if (spec.argument > 0) next = spec.argument;
    Value value = arguments.value(next);
    std::string text = converted(call, spec.type, arguments.type(next), value);
    append_aligned(out, text, spec.left_aligned, spec.width);
    ++next;
  }
  return out;
}

void format(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  auto formats = arguments[0].view<common::StringRef>();
  run_rows(call, arguments, rows, result, [&](uint32_t row) -> std::optional<std::string> {
    if (formats.is_null(row)) return std::nullopt;
    return format_row(call, formats[row].view(), FormatArguments(call, arguments, row));
  });
}

std::string quote_nullable(std::optional<std::string_view> text) {
  return text ? quote_literal(*text) : std::string("NULL");
}

// Reads "a"."b".c for parse_ident().
class IdentifierParser {
 public:
  IdentifierParser(std::string_view text, bool strict) : text_(text), strict_(strict) {}

  std::string parse() {
    ArrayBuilder parts(oid::kText, common::PhysicalType::kString);
    bool after_dot = false;
    skip_space();
    for (;;) {
      parts.append_string(part(after_dot));
      skip_space();
      if (at_ < text_.size() && text_[at_] == '.') {
        after_dot = true;
        ++at_;
        skip_space();
      } else if (at_ == text_.size()) {
        break;
      } else if (strict_) {
        throw error("");
      } else {
        break;
      }
    }
    return parts.finish();
  }

 private:
  static bool is_start(char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || character::is_ascii_alpha(byte) || c == '_';
  }
  static bool is_part(char c) { return is_start(c) || (c >= '0' && c <= '9') || c == '$'; }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\n\r\f").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  SqlError error(const char* detail) const {
    return SqlError(sqlstate::kInvalidParameterValue,
                    "string is not a valid identifier: \"" + std::string(text_) + "\"")
        .detail(detail);
  }
  std::string part(bool after_dot) {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    if (at_ < text_.size() && is_start(text_[at_])) {
      std::string out;
      for (; at_ < text_.size() && is_part(text_[at_]); ++at_) {
        out.push_back(static_cast<unsigned char>(text_[at_]) < 0x80
                          ? static_cast<char>(character::ascii_lower(static_cast<unsigned char>(text_[at_])))
                          : text_[at_]);
      }
      return out;
    }
    if (at_ < text_.size() && text_[at_] == '.') throw error("No valid identifier before \".\".");
    throw error(after_dot ? "No valid identifier after \".\"." : "");
  }
  std::string quoted() {
    std::string out;
    for (++at_;; ++at_) {
      if (at_ >= text_.size()) throw error("String has unclosed double quotes.");
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
        ++at_;
      }
      out.push_back(text_[at_]);
    }
    ++at_;
    if (out.empty()) throw error("Quoted identifier must not be empty.");
    return out;
  }

  std::string_view text_;
  bool strict_;
  size_t at_ = 0;
};

std::string parse_ident(std::string_view text, bool strict) { return IdentifierParser(text, strict).parse(); }

}  // namespace

void register_text_format(FunctionRegistry& registry) {
  registry.add_scalar("text_concat", &concat);
  registry.add_scalar("text_concat_ws", &concat_ws);
  registry.add_scalar("text_format", &format);
  registry.add_scalar("text_format_nv", &format);
  registry.add_scalar("quote_ident", scalar<quote_identifier>());
  registry.add_scalar("quote_literal", scalar<quote_literal>());
  registry.add_scalar("quote_nullable", scalar<quote_nullable>());
  registry.add_scalar("parse_ident", scalar<parse_ident>());
}

}  // namespace basalt::types
