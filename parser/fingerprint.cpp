#include "parser/fingerprint.hpp"

#include <charconv>
#include <cstring>

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

}  // namespace

void fingerprint_statement(std::string_view text, int32_t from, Fingerprint& out, const ScannerOptions* options) {
  // The buffers of a Fingerprint that is used again are kept.
  out.tokens.clear();
  out.literals.clear();
  out.owned.clear();
  out.cacheable = out.deferred_error = false;
  out.length = out.parameters_max = 0;
  out.empty = true;
  Scanner scanner(text, options);
  scanner.seek(from);
  out.tokens.reserve(256);
  int depth = 0;
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
        bool in_text = token.value.data() >= text.data() && token.value.data() <= text.data() + text.size();
        literal.text = in_text ? token.value : out.owned.emplace_back(token.value);
        out.literals.push_back(literal);
        out.tokens += '\xFF';
        out.tokens += static_cast<char>(literal.literal_class);
      } else {
        append_token(out.tokens, token);
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
