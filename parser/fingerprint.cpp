#include "parser/fingerprint.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <tuple>

#include "parser/builder.hpp"

namespace basalt::parser {

namespace {

uint64_t mix(uint64_t a, uint64_t b) {
  __uint128_t product = static_cast<__uint128_t>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Two independent 64-bit hashes by folded multiplication, eight bytes at a time.
void hash_bytes(std::string_view bytes, uint64_t& low, uint64_t& high) {
  constexpr uint64_t kA = 0x9E3779B97F4A7C15u, kB = 0xC2B2AE3D27D4EB4Fu, kC = 0x165667B19E3779F9u;
  low = kA ^ bytes.size();
  high = kB + bytes.size();
  const char* p = bytes.data();
  size_t left = bytes.size();
  while (left > 0) {
    uint64_t word = 0;
    size_t take = left < 8 ? left : 8;
    std::memcpy(&word, p, take);
    low = mix(low ^ word, kB);
    high = mix(high + word, kC) ^ word;
    p += take;
    left -= take;
  }
  low = mix(low, kC);
  high = mix(high, kA);
}

bool starts_cacheable(Token type) {
  switch (type) {
    case Token::kSelect:
    case Token::kInsert:
    case Token::kUpdate:
    case Token::kDelete:
    case Token::kMerge:
    case Token::kValues:
    case Token::kTable:
    case Token::kWith:
    case Token::kLparen:
      return true;
    default:
      return false;
  }
}

LiteralClass class_of(const ScannedToken& token) {
  switch (token.type) {
    case Token::kSconst:
      return LiteralClass::kString;
    case Token::kBconst:
      return LiteralClass::kBitString;
    case Token::kXconst:
      return LiteralClass::kHexBitString;
    default:
      return number_class(token.value, token.type == Token::kIconst);
  }
}

// A token in the sequence: two bytes of type, and for names and generic operators the length and the text.
void append_token(std::string& out, const ScannedToken& token) {
  auto type = static_cast<uint16_t>(token.type);
  out += static_cast<char>(type & 0xFF);
  out += static_cast<char>(type >> 8);
  if (token.type == Token::kIdent || token.type == Token::kOp || token.type == Token::kParam) {
    auto length = static_cast<uint16_t>(token.value.size());
    out += static_cast<char>(length & 0xFF);
    out += static_cast<char>(length >> 8);
    out += token.value;
  }
}

std::string_view keep_in(Fingerprint& out, std::string_view text, std::string_view value) {
  bool in_text = value.data() >= text.data() && value.data() <= text.data() + text.size();
  return in_text ? value : out.owned.emplace_back(value);
}

// Reads the rows of literals behind VALUES of an INSERT.
class RowReader {
 public:
  RowReader(Scanner& scanner, Fingerprint& out)
      : scanner_(scanner), text_(scanner.text()), out_(out), rows_(out.rows) {}

  // False: something else stands there as well, and nothing is left out. The scanner is behind the rows, or anywhere.
  bool read() {
    rows_.first_literal = static_cast<int32_t>(out_.literals.size());
    take();
    rows_.all.begin = token_.start;
    FingerprintRows::Place second;
    for (size_t count = 0;; ++count) {
      FingerprintRows::Place place{token_.start, 0};
      bool news = count == 0;
      if (!read_row(count == 0, news)) return false;
      place.end = rows_.all.end = token_.end;
      if (count == 1) second = place;
      if (news) rows_.examples.push_back(place);
      int32_t end = scanner_.offset();
      take();
      if (token_.type == Token::kComma) {
        take();
        continue;
      }
      if (count == 0 || !may_follow(token_.type)) return false;
      if (rows_.examples.size() == 1) rows_.examples.push_back(second);
      out_.length = rows_.all.end - out_.location;
      scanner_.seek(end);
      append_ways();
      return true;
    }
  }

 private:
  // How a cell is written.
  struct Way {
    LiteralClass literal_class = LiteralClass::kNull;
    Token cast = Token::kEndOfText;  // the type's name, if any
    std::string_view type;
    auto key() const { return std::tuple(literal_class, cast, type); }
  };

  void take() { token_ = scanner_.next(); }

  // With ORDER BY, LIMIT or UNION the rows are more than a list.
  static bool may_follow(Token type) {
    return type == Token::kEndOfText || type == Token::kSemicolon || type == Token::kReturning || type == Token::kOn;
  }

  // A row at token_, which is its closing parenthesis then.
  bool read_row(bool first, bool& news) {
    if (token_.type != Token::kLparen) return false;
    uint32_t column = 0;
    do {
      if (first) ways_.emplace_back();
      if (column == ways_.size()) return false;
      take();
      if (!read_cell(ways_[column], news)) return false;
      ++column;
    } while (token_.type == Token::kComma);
    if (first) rows_.columns = column;
    return token_.type == Token::kRparen && column == rows_.columns;
  }

  // Leaves token_ behind the cell.
  bool read_cell(std::vector<Way>& ways, bool& news) {
    FingerprintRows::Cell cell;
    int32_t start = token_.start;
    bool sign = token_.type == Token::kMinus || token_.type == Token::kPlus;
    if (sign) {
      cell.negated = token_.type == Token::kMinus;
      take();
      if (token_.type != Token::kIconst && token_.type != Token::kFconst) return false;
    }
    switch (token_.type) {
      case Token::kNull:
        break;
      case Token::kTrue:
      case Token::kFalse:
        cell.literal_class = LiteralClass::kBoolean;
        cell.text = token_.type == Token::kTrue ? "true" : "false";
        break;
      case Token::kIconst:
      case Token::kFconst:
      case Token::kSconst:
        cell.literal_class = class_of(token_);
        cell.text = signed_text(cell.negated, start);
        break;
      default:
        return false;
    }
    Way way{cell.literal_class, Token::kEndOfText, {}};
    take();
    if (token_.type == Token::kTypecast) {
      take();
      if (sign || way.literal_class == LiteralClass::kNull || !is_type_name(token_)) return false;
      way.cast = token_.type;
      if (way.cast == Token::kIdent) way.type = token_.value;
      take();
    }
    rows_.cells.push_back(cell);
    if (way.literal_class == LiteralClass::kNull) return true;
    for (const Way& known : ways)
      if (known.key() == way.key()) return true;
    ways.push_back(way);
    news = true;
    return true;
  }

  std::string_view signed_text(bool negated, int32_t start) {
    if (!negated) return keep_in(out_, text_, token_.value);
    if (start + 1 == token_.start)
      return text_.substr(static_cast<size_t>(start), static_cast<size_t>(token_.end - start));
    return out_.owned.emplace_back("-" + std::string(token_.value));
  }

  // Types of one word; those of several, with modifiers or a schema are left to the parser.
  static bool is_type_name(const ScannedToken& token) {
    switch (token.type) {
      case Token::kIdent:
      case Token::kTimestamp:
      case Token::kTime:
      case Token::kBoolean:
      case Token::kInt:
      case Token::kInteger:
      case Token::kSmallint:
      case Token::kBigint:
      case Token::kNumeric:
      case Token::kReal:
      case Token::kText:
        return true;
      default:
        return false;
    }
  }

  void append_ways() {
    std::string& tokens = out_.tokens;
    tokens += '\xFE';
    tokens += static_cast<char>(rows_.columns & 0xFF);
    tokens += static_cast<char>(rows_.columns >> 8);
    for (auto& ways : ways_) {
      std::sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) { return a.key() < b.key(); });
      tokens += static_cast<char>(ways.size());
      for (const Way& way : ways) {
        tokens += static_cast<char>(way.literal_class);
        ScannedToken type;
        type.type = way.cast;
        type.value = way.type;
        append_token(tokens, type);
      }
    }
  }

  Scanner& scanner_;
  std::string_view text_;
  Fingerprint& out_;
  FingerprintRows& rows_;
  ScannedToken token_;
  std::vector<std::vector<Way>> ways_;  // of each column
};

void forget_rows(FingerprintRows& rows) {
  rows.columns = 0;
  rows.cells.clear();
  rows.examples.clear();
}

// Behind VALUES. Leaves the scanner there when nothing is left out.
void leave_out_rows(Scanner& scanner, Fingerprint& out) {
  int32_t here = scanner.offset();
  if (RowReader(scanner, out).read()) return;
  forget_rows(out.rows);
  scanner.seek(here);
}

}  // namespace

void fingerprint_statement(std::string_view text, int32_t from, Fingerprint& out, const ScannerOptions* options,
                           LiteralRows rows) {
  // The buffers of a Fingerprint that is used again are kept.
  out.tokens.clear();
  out.literals.clear();
  out.owned.clear();
  forget_rows(out.rows);
  out.cacheable = out.deferred_error = false;
  out.length = out.parameters_max = 0;
  out.empty = true;
  Scanner scanner(text, options);
  scanner.seek(from);
  out.tokens.reserve(256);
  int depth = 0;
  bool may_have_rows = false;
  Token before = Token::kEndOfText;
  out.location = out.next = static_cast<int32_t>(text.size());
  try {
    for (;;) {
      ScannedToken token = scanner.next();
      if (token.type == Token::kEndOfText) break;
      if (token.type == Token::kSemicolon && depth == 0) {
        out.next = token.end;
        break;
      }
      if (out.empty) {
        out.empty = false;
        out.location = token.start;
        out.cacheable = starts_cacheable(token.type);
        may_have_rows = rows == LiteralRows::kLeaveOut && token.type == Token::kInsert;
      }
      out.length = token.end - out.location;
      if (token.type == Token::kLparen) ++depth;
      if (token.type == Token::kRparen && depth > 0) --depth;
      if (token.type == Token::kParam) {
        int32_t number = 0;
        std::from_chars(token.value.data(), token.value.data() + token.value.size(), number);
        if (number > out.parameters_max) out.parameters_max = number;
      }
      if (token.type >= Token::kIconst && token.type <= Token::kXconst) {
        FingerprintLiteral literal;
        literal.literal_class = class_of(token);
        literal.after_minus = before == Token::kMinus;
        literal.location = token.start;
        literal.text = keep_in(out, text, token.value);
        out.literals.push_back(literal);
        out.tokens += '\xFF';
        out.tokens += static_cast<char>(literal.literal_class);
      } else {
        append_token(out.tokens, token);
        if (token.type == Token::kValues && depth == 0 && may_have_rows) {
          may_have_rows = false;
          leave_out_rows(scanner, out);
        }
      }
      before = token.type;
    }
  } catch (const common::SqlError&) {
    out.deferred_error = true;
    out.cacheable = false;
  }
  hash_bytes(out.tokens, out.hash_low, out.hash_high);
}

}  // namespace basalt::parser
