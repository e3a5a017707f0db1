#include "common/sqlstate.hpp"
#include "types/json/jsonpath.hpp"
#include "types/json/jsonpath_execute.hpp"
#include "types/json/lexer.hpp"
#include "types/number/numeric.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types::json::path {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

enum class Lex : uint8_t { kEnd, kWord, kString, kVariable, kNumber, kInteger, kSymbol };

struct Tok {
  Lex kind = Lex::kEnd;
  std::string text;  // decoded
  size_t begin = 0, end = 0;
};

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr std::string_view kSpecial = "?%$.[]{}()|&!=<>@#,*:-+/";

class PathLexer {
 public:
  explicit PathLexer(std::string_view text) : text_(text) {}
  std::string_view text() const { return text_; }

  Tok next() {
    skip();
    Tok tok;
    tok.begin = at_;
    if (at_ >= text_.size()) {
      tok.end = at_;
      return tok;
    }
    char c = text_[at_];
    if (c == '"') {
      tok.kind = Lex::kString;
      tok.text = quoted();
    } else if (c == '$') {
      ++at_;
      if (at_ < text_.size() && text_[at_] == '"') {
        tok.kind = Lex::kVariable;
        tok.text = quoted();
      } else if (at_ < text_.size() && is_word(text_[at_])) {
        tok.kind = Lex::kVariable;
        tok.text = word();
      } else {
        tok.kind = Lex::kSymbol;
        tok.text = "$";
      }
    } else if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      number(tok);
    } else if (is_word(c)) {
      tok.kind = Lex::kWord;
      tok.text = word();
    } else {
      tok.kind = Lex::kSymbol;
      tok.text = symbol();
    }
    tok.end = at_;
    return tok;
  }

  [[noreturn]] void fail(const std::string& what, size_t begin, size_t end) const {
    if (begin >= text_.size()) throw SqlError(sqlstate::kSyntaxError, what + " at end of jsonpath input");
    throw SqlError(sqlstate::kSyntaxError,
                   what + " at or near \"" + std::string(text_.substr(begin, end - begin)) + "\" of jsonpath input");
  }

 private:
  static bool is_word(char c) { return !is_blank(c) && c != '"' && kSpecial.find(c) == std::string_view::npos; }

  void skip() {
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (text_.substr(at_, 2) != "/*") return;
      size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) fail("unexpected end of comment", text_.size(), text_.size());
      at_ = end + 2;
    }
  }

  std::string symbol() {
    for (std::string_view two : {"&&", "||", "==", "!=", "<>", "<=", ">=", "**"}) {
      if (text_.substr(at_, 2) == two) {
        at_ += 2;
        return std::string(two == "<>" ? "!=" : two);
      }
    }
    return std::string(1, text_[at_++]);
  }

  void number(Tok& tok) {
    size_t begin = at_;
    bool integer = true;
    auto digits = [&] {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    };
    digits();
    if (at_ - begin > 1 && text_[begin] == '0') fail("trailing junk after numeric literal", begin, begin + 2);
    if (at_ < text_.size() && text_[at_] == '.') {
      integer = false;
      ++at_;
      digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      size_t mark = at_++;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (at_ >= text_.size() || !is_digit(text_[at_])) fail("trailing junk after numeric literal", begin, mark + 1);
      digits();
      integer = false;
    }
    if (at_ < text_.size() && is_word(text_[at_])) fail("trailing junk after numeric literal", begin, at_ + 1);
    tok.kind = integer ? Lex::kInteger : Lex::kNumber;
    tok.text = std::string(text_.substr(begin, at_ - begin));
  }

  uint32_t hex(size_t digits) {
    uint32_t code = 0;
    for (size_t i = 0; i < digits; ++i, ++at_) {
      char c = at_ < text_.size() ? text_[at_] : '\0';
      int value = is_digit(c)            ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (value < 0) fail("invalid Unicode escape sequence", at_, at_ + 1);
      code = code * 16 + static_cast<uint32_t>(value);
    }
    return code;
  }

  // The character of an escape; the backslash is behind.
  void escape(std::string& out, uint32_t& high) {
    if (at_ >= text_.size()) fail("unexpected end after backslash", at_, at_);
    char c = text_[at_++];
    uint32_t code = 0;
    switch (c) {
      case 'b':
        out.push_back('\b');
        return;
      case 'f':
        out.push_back('\f');
        return;
      case 'n':
        out.push_back('\n');
        return;
      case 'r':
        out.push_back('\r');
        return;
      case 't':
        out.push_back('\t');
        return;
      case 'v':
        out.push_back('\v');
        return;
      case 'x':
        code = hex(2);
        break;
      case 'u':
        if (at_ < text_.size() && text_[at_] == '{') {
          size_t close = text_.find('}', at_);
          if (close == std::string_view::npos || close - at_ > 7) fail("invalid Unicode escape sequence", at_, at_ + 1);
          ++at_;
          code = hex(close - at_);
          ++at_;
        } else {
          code = hex(4);
        }
        break;
      default:
        out.push_back(c);
        return;
    }
    append_code(out, code, high);
  }

  static void append_code(std::string& out, uint32_t code, uint32_t& high) {
    auto fail_surrogate = [](const char* detail) {
      throw SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type jsonpath").detail(detail);
    };
    if (code >= 0xd800 && code <= 0xdbff) {
      if (high) fail_surrogate("Unicode high surrogate must not follow a high surrogate.");
      high = code;
      return;
    }
    bool low = code >= 0xdc00 && code <= 0xdfff;
    if (low != (high != 0)) fail_surrogate("Unicode low surrogate must follow a high surrogate.");
    if (low) code = 0x10000 + ((high & 0x3ff) << 10) + (code & 0x3ff);
    high = 0;
    if (code == 0) {
      throw SqlError(sqlstate::kUntranslatableCharacter, "unsupported Unicode escape sequence")
          .detail("\\u0000 cannot be converted to text.");
    }
    utf8::append(out, code);
  }

  std::string quoted() {
    std::string out;
    uint32_t high = 0;
    size_t begin = at_++;
    for (;;) {
      if (at_ >= text_.size()) fail("unterminated quoted string", text_.size(), text_.size());
      char c = text_[at_++];
      if (c == '"') break;
      if (c == '\\')
        escape(out, high);
      else
        out.push_back(c);
    }
    (void)begin;
    return out;
  }

  std::string word() {
    std::string out;
    uint32_t high = 0;
    while (at_ < text_.size() && is_word(text_[at_])) {
      char c = text_[at_++];
      if (c == '\\')
        escape(out, high);
      else
        out.push_back(c);
    }
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::string lowered(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

ItemPointer make(Op op, ItemPointer left = nullptr, ItemPointer right = nullptr) {
  auto item = std::make_unique<Item>();
  item->op = op;
  item->left = std::move(left);
  item->right = std::move(right);
  return item;
}

class PathParser {
 public:
  explicit PathParser(std::string_view text) : lexer_(text) { advance(); }

  Path run() {
    Path path;
    if (tok_.kind == Lex::kEnd) {
      throw SqlError(sqlstate::kInvalidTextRepresentation,
                     "invalid input syntax for type jsonpath: \"" + std::string(lexer_.text()) + "\"");
    }
    if (is_word("strict") || is_word("lax")) {
      Tok mode = tok_;
      advance();
      path.lax = lowered(mode.text) == "lax";
    }
    path.root = disjunction();
    if (tok_.kind != Lex::kEnd) fail();
    return path;
  }

 private:
  // How deep in filters and subscripts: @ and last have their places.
  int filters_ = 0, subscripts_ = 0, depth_ = 0;

  [[noreturn]] void fail() const { lexer_.fail("syntax error", tok_.begin, tok_.end); }
  void advance() { tok_ = lexer_.next(); }
  bool is_symbol(std::string_view s) const { return tok_.kind == Lex::kSymbol && tok_.text == s; }
  // true, false and null are keywords only in lower case; the others in any.
  bool is_word(std::string_view s) const {
    if (tok_.kind != Lex::kWord) return false;
    if (s == "true" || s == "false" || s == "null") return tok_.text == s;
    return lowered(tok_.text) == s;
  }
  bool accept(std::string_view s) {
    if (!is_symbol(s)) return false;
    advance();
    return true;
  }
  void expect(std::string_view s) {
    if (!accept(s)) fail();
  }

  struct Depth {
    int& depth;
    explicit Depth(int& d) : depth(d) {
      if (++depth > 1000) throw SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded");
    }
    ~Depth() { --depth; }
  };

  ItemPointer disjunction() {
    Depth guard(depth_);
    ItemPointer left = conjunction();
    while (is_symbol("||")) {
      require_predicate(*left);
      advance();
      ItemPointer right = conjunction();
      require_predicate(*right);
      left = make(Op::kOr, std::move(left), std::move(right));
    }
    return left;
  }
  ItemPointer conjunction() {
    ItemPointer left = comparison();
    while (is_symbol("&&")) {
      require_predicate(*left);
      advance();
      ItemPointer right = comparison();
      require_predicate(*right);
      left = make(Op::kAnd, std::move(left), std::move(right));
    }
    return left;
  }
  void require_predicate(const Item& item) const {
    if (!is_predicate(item.op) || item.next) fail();
  }
  void require_expression(const Item& item) const {
    if (is_predicate(item.op) && !item.next) fail();
  }

  ItemPointer comparison() {
    if (accept("!")) {
      ItemPointer inner;
      if (is_word("exists")) {
        inner = primary();
      } else {
        expect("(");
        inner = disjunction();
        require_predicate(*inner);
        expect(")");
      }
      return make(Op::kNot, std::move(inner));
    }
    ItemPointer left = sum();
    static constexpr std::pair<std::string_view, Op> kOperators[] = {{"==", Op::kEqual},     {"!=", Op::kNotEqual},
                                                                     {"<", Op::kLess},       {">", Op::kGreater},
                                                                     {"<=", Op::kLessEqual}, {">=", Op::kGreaterEqual}};
    for (const auto& [symbol, op] : kOperators) {
      if (!is_symbol(symbol)) continue;
      require_expression(*left);
      advance();
      ItemPointer right = sum();
      require_expression(*right);
      return make(op, std::move(left), std::move(right));
    }
    if (is_word("starts")) return starts_with(std::move(left));
    if (is_word("like_regex")) return like_regex(std::move(left));
    return left;
  }

  ItemPointer starts_with(ItemPointer left) {
    advance();
    if (!is_word("with")) fail();
    advance();
    ItemPointer right;
    if (tok_.kind != Lex::kString && tok_.kind != Lex::kVariable) fail();
    right = make(tok_.kind == Lex::kString ? Op::kString : Op::kVariable);
    right->text = tok_.text;
    advance();
    return make(Op::kStartsWith, std::move(left), std::move(right));
  }

  ItemPointer like_regex(ItemPointer left) {
    advance();
    if (tok_.kind != Lex::kString) fail();
    ItemPointer item = make(Op::kLikeRegex, std::move(left));
    item->text = tok_.text;
    advance();
    if (is_word("flag")) {
      advance();
      if (tok_.kind != Lex::kString) fail();
      for (char c : tok_.text) {
        if (std::string_view("ismxq").find(c) == std::string_view::npos) {
          throw SqlError(sqlstate::kSyntaxError, "invalid input syntax for type jsonpath")
              .detail("Unrecognized flag character \"" + std::string(1, c) + "\" in LIKE_REGEX predicate.");
        }
      }
      for (char c : std::string_view("ismxq")) {
        if (tok_.text.find(c) != std::string::npos) item->flags.push_back(c);
      }
      advance();
    }
    if (item->flags.find('x') != std::string::npos && item->flags.find('q') == std::string::npos) {
      throw SqlError(sqlstate::kFeatureNotSupported,
                     "XQuery \"x\" flag (expanded regular expressions) is not implemented");
    }
    regex::Regex check(item->text, regex_options(item->flags));
    return item;
  }

  ItemPointer sum() {
    ItemPointer left = product();
    while (is_symbol("+") || is_symbol("-")) {
      Op op = is_symbol("+") ? Op::kAdd : Op::kSubtract;
      require_expression(*left);
      advance();
      ItemPointer right = product();
      require_expression(*right);
      left = make(op, std::move(left), std::move(right));
    }
    return left;
  }
  ItemPointer product() {
    ItemPointer left = unary();
    while (is_symbol("*") || is_symbol("/") || is_symbol("%")) {
      Op op = is_symbol("*") ? Op::kMultiply : is_symbol("/") ? Op::kDivide : Op::kModulo;
      require_expression(*left);
      advance();
      ItemPointer right = unary();
      require_expression(*right);
      left = make(op, std::move(left), std::move(right));
    }
    return left;
  }
  ItemPointer unary() {
    Depth guard(depth_);
    if (is_symbol("+") || is_symbol("-")) {
      bool minus = is_symbol("-");
      advance();
      ItemPointer inner = unary();
      require_expression(*inner);
      // The sign of a number belongs to it.
      if (inner->op == Op::kNumber && !inner->next) {
        if (minus) inner->number = numeric::negate(inner->number);
        return inner;
      }
      return make(minus ? Op::kMinus : Op::kPlus, std::move(inner));
    }
    return accessors(primary());
  }

  ItemPointer primary() {
    if (accept("$")) return make(Op::kRoot);
    if (is_symbol("@")) {
      if (filters_ == 0) throw SqlError(sqlstate::kSyntaxError, "@ is not allowed in root expressions");
      advance();
      return make(Op::kCurrent);
    }
    if (accept("(")) return parenthesized();
    ItemPointer item;
    switch (tok_.kind) {
      case Lex::kString:
        item = make(Op::kString);
        break;
      case Lex::kVariable:
        item = make(Op::kVariable);
        break;
      case Lex::kInteger:
      case Lex::kNumber:
        item = make(Op::kNumber);
        item->number = numeric::parse(tok_.text);
        break;
      case Lex::kWord:
        return keyword();
      default:
        fail();
    }
    item->text = tok_.text;
    advance();
    return item;
  }

  ItemPointer parenthesized() {
    ItemPointer inner = disjunction();
    expect(")");
    if (is_word("is") && is_predicate(inner->op) && !inner->next) {
      advance();
      if (!is_word("unknown")) fail();
      advance();
      return make(Op::kIsUnknown, std::move(inner));
    }
    return inner;
  }

  ItemPointer keyword() {
    if (is_word("null")) {
      advance();
      return make(Op::kNull);
    }
    if (is_word("true") || is_word("false")) {
      ItemPointer item = make(Op::kBool);
      item->truth = tok_.text == "true";
      advance();
      return item;
    }
    if (is_word("last")) {
      if (subscripts_ == 0) throw SqlError(sqlstate::kSyntaxError, "LAST is allowed only in array subscripts");
      advance();
      return make(Op::kLast);
    }
    if (is_word("exists")) {
      advance();
      expect("(");
      ItemPointer inner = sum();
      require_expression(*inner);
      expect(")");
      return make(Op::kExists, std::move(inner));
    }
    fail();
  }

  ItemPointer accessors(ItemPointer head) {
    Item* tail = head.get();
    while (tail->next) tail = tail->next.get();
    for (;;) {
      ItemPointer item;
      if (is_symbol("."))
        item = member();
      else if (is_symbol("["))
        item = array_accessor();
      else if (is_symbol("?"))
        item = filter();
      else
        return head;
      tail->next = std::move(item);
      tail = tail->next.get();
    }
  }

  ItemPointer filter() {
    advance();
    expect("(");
    ++filters_;
    ItemPointer inner = disjunction();
    require_predicate(*inner);
    --filters_;
    expect(")");
    return make(Op::kFilter, std::move(inner));
  }

  uint32_t level() {
    if (is_word("last")) {
      advance();
      return kDepthLast;
    }
    if (tok_.kind != Lex::kInteger) fail();
    auto value = static_cast<uint32_t>(std::stoul(tok_.text));
    advance();
    return value;
  }

  ItemPointer member() {
    advance();
    if (accept("*")) return make(Op::kAnyKey);
    if (accept("**")) {
      ItemPointer item = make(Op::kAnyDepth);
      if (accept("{")) {
        item->first = item->last = level();
        if (is_word("to")) {
          advance();
          item->last = level();
        }
        expect("}");
      }
      return item;
    }
    if (tok_.kind != Lex::kWord && tok_.kind != Lex::kString) fail();
    Tok name = tok_;
    advance();
    if (name.kind == Lex::kWord && is_symbol("(")) return method(name);
    ItemPointer item = make(Op::kKey);
    item->text = name.text;
    return item;
  }

  ItemPointer method(const Tok& name) {
    static constexpr std::pair<std::string_view, Op> kMethods[] = {
        {"type", Op::kType},       {"size", Op::kSize},     {"abs", Op::kAbs},           {"floor", Op::kFloor},
        {"ceiling", Op::kCeiling}, {"double", Op::kDouble}, {"keyvalue", Op::kKeyvalue}, {"datetime", Op::kDatetime}};
    for (const auto& [word, op] : kMethods) {
      if (lowered(name.text) != word) continue;
      advance();
      ItemPointer item = make(op);
      if (op == Op::kDatetime && tok_.kind == Lex::kString) {
        item->left = make(Op::kString);
        item->left->text = tok_.text;
        advance();
      }
      expect(")");
      return item;
    }
    fail();
  }

  ItemPointer array_accessor() {
    advance();
    if (accept("*")) {
      expect("]");
      return make(Op::kAnyElement);
    }
    ItemPointer item = make(Op::kIndex);
    ++subscripts_;
    do {
      Subscript subscript;
      subscript.from = sum();
      require_expression(*subscript.from);
      if (is_word("to")) {
        advance();
        subscript.to = sum();
        require_expression(*subscript.to);
      }
      item->subscripts.push_back(std::move(subscript));
    } while (accept(","));
    --subscripts_;
    expect("]");
    return item;
  }

  PathLexer lexer_;
  Tok tok_;
};

}  // namespace

bool is_predicate(Op op) { return op >= Op::kEqual; }

regex::Options regex_options(const std::string& flags) {
  auto flag = [&](char c) { return flags.find(c) != std::string::npos; };
  regex::Options options;
  options.ignore_case = flag('i');
  if (flag('q')) {
    options.syntax = regex::Options::Syntax::kLiteral;
  } else {
    options.newline_stops = !flag('s');
    options.newline_anchors = flag('m');
  }
  return options;
}

Item::~Item() {
  std::vector<ItemPointer> waiting;
  auto take = [&](ItemPointer& item) {
    if (item) waiting.push_back(std::move(item));
  };
  auto take_parts = [&](Item& item) {
    take(item.left);
    take(item.right);
    take(item.next);
    for (Subscript& subscript : item.subscripts) {
      take(subscript.from);
      take(subscript.to);
    }
  };
  take_parts(*this);
  while (!waiting.empty()) {
    ItemPointer item = std::move(waiting.back());
    waiting.pop_back();
    take_parts(*item);
  }
}

Path parse(std::string_view text) { return PathParser(text).run(); }

}  // namespace basalt::types::json::path
