// Type names in text (regtypein, regprocedurein): SQL's spellings without an SQL parser.
#include "catalog/names.hpp"
#include "common/sqlstate.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::catalog {

namespace {

using common::SqlError;
namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

struct Token {
  enum Kind { kEnd, kWord, kQuoted, kNumber, kSymbol } kind = kEnd;
  std::string text;
};

class TypeNameParser {
 public:
  TypeNameParser(const NameScope& scope, std::string_view text) : scope_(scope), whole_(text), rest_(text) {
    advance();
  }

  ParsedTypeName parse() {
    ParsedTypeName out = base();
    bool array = false;
    while (at_symbol("[") || at_word("array")) {
      array = true;
      bool bracket = at_symbol("[");
      advance();
      if (!bracket && !at_symbol("[")) continue;
      if (!bracket) advance();
      if (token_.kind == Token::kNumber) advance();
      expect("]");
    }
    if (token_.kind != Token::kEnd) syntax_error();
    // The syntax is judged before the name.
    if (!name_.empty()) out = resolve_name();
    if (array) out.type = array_of(out.type);
    return out;
  }

 private:
  void advance() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\n')) rest_.remove_prefix(1);
    token_ = Token();
    if (rest_.empty()) return;
    char c = rest_[0];
    if (c == '"') return quoted();
    if ((c >= '0' && c <= '9') || (c == '-' && rest_.size() > 1 && rest_[1] >= '0' && rest_[1] <= '9')) {
      token_.kind = Token::kNumber;
      do take();
      while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9');
      return;
    }
    if (!is_word(c)) {
      token_.kind = Token::kSymbol;
      return take();
    }
    token_.kind = Token::kWord;
    while (!rest_.empty() && (is_word(rest_[0]) || (rest_[0] >= '0' && rest_[0] <= '9') || rest_[0] == '$')) take();
  }
  void quoted() {
    token_.kind = Token::kQuoted;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      if (rest_[0] == '"') {
        if (rest_.size() < 2 || rest_[1] != '"') break;
        rest_.remove_prefix(1);
      }
      token_.text.push_back(rest_[0]);
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) syntax_error();
    rest_.remove_prefix(1);
  }
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 128;
  }
  void take() {
    char c = rest_[0];
    token_.text.push_back(token_.kind == Token::kWord && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    rest_.remove_prefix(1);
  }
  bool at_word(std::string_view word) const { return token_.kind == Token::kWord && token_.text == word; }
  bool at_symbol(std::string_view symbol) const { return token_.kind == Token::kSymbol && token_.text == symbol; }
  bool accept(std::string_view word) {
    if (!at_word(word)) return false;
    advance();
    return true;
  }
  void expect(std::string_view symbol) {
    if (!at_symbol(symbol)) syntax_error();
    advance();
  }
  [[noreturn]] void syntax_error() const {
    SqlError error(sqlstate::kSyntaxError, token_.kind == Token::kEnd
                                               ? "syntax error at end of input"
                                               : "syntax error at or near \"" + token_.text + "\"");
    error.report().context = "invalid type name \"" + std::string(whole_) + "\"";
    throw error;
  }

  std::vector<int32_t> modifiers() {
    std::vector<int32_t> out;
    if (!at_symbol("(")) return out;
    advance();
    for (;;) {
      if (token_.kind != Token::kNumber) syntax_error();
      out.push_back(static_cast<int32_t>(std::stol(token_.text)));
      advance();
      if (!at_symbol(",")) break;
      advance();
    }
    expect(")");
    return out;
  }
  static int32_t first_or(const std::vector<int32_t>& values, int32_t otherwise) {
    return values.empty() ? otherwise : values[0];
  }
  static int32_t length(const std::vector<int32_t>& m, int32_t otherwise) { return m.empty() ? otherwise : m[0] + 4; }

  ParsedTypeName time_type(Oid plain, Oid zoned) {
    std::vector<int32_t> m = modifiers();
    Oid type = plain;
    if (at_word("with") || at_word("without")) {
      if (at_word("with")) type = zoned;
      advance();
      if (!accept("time") || !accept("zone")) syntax_error();
    }
    return {type, first_or(m, -1)};
  }

  ParsedTypeName interval_type() {
    constexpr std::pair<const char*, int32_t> kUnits[] = {{"year", 1 << 2},  {"month", 1 << 1},   {"day", 1 << 3},
                                                          {"hour", 1 << 10}, {"minute", 1 << 11}, {"second", 1 << 12}};
    auto unit = [&]() -> int {
      for (int i = 0; i < 6; ++i) {
        if (accept(kUnits[i].first)) return i;
      }
      return -1;
    };
    int from = unit();
    if (from < 0) {
      std::vector<int32_t> m = modifiers();
      return {oid::kInterval, m.empty() ? -1 : (0x7fff << 16) | m[0]};
    }
    int to = from;
    if (accept("to")) to = unit();
    if (to < from) syntax_error();
    int32_t mask = 0;
    for (int i = from; i <= to; ++i) mask |= kUnits[i].second;
    return {oid::kInterval, (mask << 16) | first_or(modifiers(), 0xffff)};
  }

  ParsedTypeName base() {
    accept("setof");
    if (token_.kind == Token::kWord) {
      ParsedTypeName out;
      if (keyword_type(out)) return out;
    }
    return named_type();
  }

  ParsedTypeName character_type() {
    if (accept("varying")) return {oid::kVarchar, length(modifiers(), -1)};
    return {oid::kBpchar, length(modifiers(), 5)};
  }
  ParsedTypeName bit_type() {
    if (accept("varying")) return {oid::kVarbit, first_or(modifiers(), -1)};
    return {oid::kBit, first_or(modifiers(), 1)};
  }
  ParsedTypeName float_type() {
    std::vector<int32_t> m = modifiers();
    return {first_or(m, 53) < 25 ? oid::kFloat4 : oid::kFloat8, -1};
  }
  ParsedTypeName numeric_type() {
    std::vector<int32_t> m = modifiers();
    if (m.empty()) return {oid::kNumeric, -1};
    return {oid::kNumeric, ((m[0] << 16) | ((m.size() > 1 ? m[1] : 0) & 0x7ff)) + 4};
  }

  // The types that grammar, not pg_type, names.
  bool keyword_type(ParsedTypeName& out) {
    static const std::pair<std::string_view, Oid> kPlain[] = {{"int", oid::kInt4},      {"integer", oid::kInt4},
                                                              {"smallint", oid::kInt2}, {"bigint", oid::kInt8},
                                                              {"real", oid::kFloat4},   {"boolean", oid::kBool}};
    for (const auto& [word, type] : kPlain) {
      if (accept(word)) return out = {type, -1}, true;
    }
    if (accept("double")) {
      if (!accept("precision")) syntax_error();
      return out = {oid::kFloat8, -1}, true;
    }
    if (accept("float")) return out = float_type(), true;
    if (accept("numeric") || accept("decimal") || accept("dec")) return out = numeric_type(), true;
    if (accept("character") || accept("char") || accept("nchar")) return out = character_type(), true;
    if (accept("national")) {
      if (!accept("character") && !accept("char")) syntax_error();
      return out = character_type(), true;
    }
    if (accept("varchar")) return out = {oid::kVarchar, length(modifiers(), -1)}, true;
    if (accept("bit")) return out = bit_type(), true;
    if (accept("time")) return out = time_type(oid::kTime, oid::kTimetz), true;
    if (accept("timestamp")) return out = time_type(oid::kTimestamp, oid::kTimestamptz), true;
    if (accept("interval")) return out = interval_type(), true;
    return false;
  }

  ParsedTypeName named_type() {
    for (;;) {
      if (token_.kind != Token::kWord && token_.kind != Token::kQuoted) syntax_error();
      name_.push_back(token_.text);
      advance();
      if (!at_symbol(".")) break;
      advance();
    }
    name_modifiers_ = modifiers();
    return {};
  }

  ParsedTypeName resolve_name() const {
    Oid type = find_type(scope_, name_);
    if (!type.valid()) {
      std::string all;
      for (const std::string& part : name_) all += (all.empty() ? "" : ".") + part;
      throw SqlError(sqlstate::kUndefinedObject, "type \"" + all + "\" does not exist");
    }
    const bool with_length = type == oid::kVarchar || type == oid::kBpchar;
    return {type, with_length ? length(name_modifiers_, -1) : first_or(name_modifiers_, -1)};
  }

  Oid array_of(Oid type) {
    TypePointer t = scope_.catalog.type(type);
    if (!t || !t->array.valid()) {
      throw SqlError(sqlstate::kUndefinedObject,
                     "could not find array type for data type " + format_type(scope_, type, -1));
    }
    return t->array;
  }

  const NameScope& scope_;
  std::string_view whole_, rest_;
  Token token_;
  std::vector<std::string> name_;  // of a type that is not named by key words
  std::vector<int32_t> name_modifiers_;
};

}  // namespace

ParsedTypeName parse_type_name(const NameScope& scope, std::string_view text) {
  return TypeNameParser(scope, text).parse();
}

}  // namespace basalt::catalog
