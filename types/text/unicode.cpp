// Unicode normal forms (through ICU) and escapes.
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <cstdio>
#include <vector>

#include "types/text/text.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

const UNormalizer2* normalizer(std::string_view form) {
  std::string name = c_collation()->upper(form);
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* found = nullptr;
  if (name == "NFC")
    found = unorm2_getNFCInstance(&error);
  else if (name == "NFD")
    found = unorm2_getNFDInstance(&error);
  else if (name == "NFKC")
    found = unorm2_getNFKCInstance(&error);
  else if (name == "NFKD")
    found = unorm2_getNFKDInstance(&error);
  else
    throw SqlError(sqlstate::kInvalidParameterValue, "invalid normalization form: " + std::string(form));
  if (U_FAILURE(error)) throw SqlError(sqlstate::kInternalError, u_errorName(error));
  return found;
}

std::vector<UChar> to_utf16(std::string_view s) {
  std::vector<UChar> out(s.size() + 1);
  int32_t size = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strFromUTF8(out.data(), static_cast<int32_t>(out.size()), &size, s.data(), static_cast<int32_t>(s.size()), &error);
  if (U_FAILURE(error)) throw SqlError(sqlstate::kInternalError, u_errorName(error));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::string normalize(std::string_view s, std::string_view form) {
  const UNormalizer2* normal = normalizer(form);
  if (utf8::is_ascii(s)) return std::string(s);
  std::vector<UChar> in = to_utf16(s);
  std::vector<UChar> out(in.size() + 16);
  for (;;) {
    UErrorCode error = U_ZERO_ERROR;
    int32_t size = unorm2_normalize(normal, in.data(), static_cast<int32_t>(in.size()), out.data(),
                                    static_cast<int32_t>(out.size()), &error);
    if (error != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(error)) {
      throw SqlError(sqlstate::kInternalError, u_errorName(error));
    }
    bool fits = static_cast<size_t>(size) <= out.size();
    out.resize(static_cast<size_t>(size));
    if (fits) break;
  }
  std::string text(out.size() * 3, '\0');
  int32_t size = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strToUTF8(text.data(), static_cast<int32_t>(text.size()), &size, out.data(), static_cast<int32_t>(out.size()),
              &error);
  if (U_FAILURE(error)) throw SqlError(sqlstate::kInternalError, u_errorName(error));
  text.resize(static_cast<size_t>(size));
  return text;
}

bool is_normalized(std::string_view s, std::string_view form) {
  const UNormalizer2* normal = normalizer(form);
  if (utf8::is_ascii(s)) return true;
  std::vector<UChar> in = to_utf16(s);
  UErrorCode error = U_ZERO_ERROR;
  UBool result = unorm2_isNormalized(normal, in.data(), static_cast<int32_t>(in.size()), &error);
  if (U_FAILURE(error)) throw SqlError(sqlstate::kInternalError, u_errorName(error));
  return result != 0;
}

[[noreturn]] void throw_bad_pair() { throw SqlError(sqlstate::kSyntaxError, "invalid Unicode surrogate pair"); }

// Reads the escapes of unistr(): \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX and \\ .
class EscapeReader {
 public:
  explicit EscapeReader(std::string_view s) : s_(s) {}

  std::string read() {
    std::string out;
    char32_t high = 0;
    while (at_ < s_.size()) {
      if (s_[at_] != '\\') {
        if (high) throw_bad_pair();
        out.push_back(s_[at_++]);
        continue;
      }
      if (at_ + 1 < s_.size() && s_[at_ + 1] == '\\') {
        if (high) throw_bad_pair();
        out.push_back('\\');
        at_ += 2;
        continue;
      }
      char32_t c = escape();
      if (high) {
        if (c < 0xdc00 || c > 0xdfff) throw_bad_pair();
        c = 0x10000 + ((high & 0x3ff) << 10) + (c & 0x3ff);
        high = 0;
      } else if (c >= 0xdc00 && c <= 0xdfff) {
        throw_bad_pair();
      }
      if (c >= 0xd800 && c <= 0xdbff)
        high = c;
      else
        utf8::append(out, c);
    }
    if (high) throw_bad_pair();
    return out;
  }

 private:
  bool hex(size_t from, size_t count, char32_t& value) const {
    if (from + count > s_.size()) return false;
    value = 0;
    for (size_t i = from; i < from + count; ++i) {
      char c = s_[i];
      unsigned digit;
      if (c >= '0' && c <= '9')
        digit = static_cast<unsigned>(c - '0');
      else if ((c | 32) >= 'a' && (c | 32) <= 'f')
        digit = static_cast<unsigned>((c | 32) - 'a' + 10);
      else
        return false;
      value = value << 4 | digit;
    }
    return true;
  }
  char32_t escape() {
    struct Form {
      char mark;
      size_t digits;
    };
    constexpr Form kForms[] = {{0, 4}, {'u', 4}, {'+', 6}, {'U', 8}};
    for (const Form& form : kForms) {
      size_t digits_at = at_ + (form.mark ? 2 : 1);
      if (form.mark && (at_ + 1 >= s_.size() || s_[at_ + 1] != form.mark)) continue;
      char32_t value;
      if (!hex(digits_at, form.digits, value)) continue;
      if (value == 0 || value > 0x10ffff) {
        throw SqlError(sqlstate::kInvalidParameterValue, "invalid Unicode code point: " + shown_code(value));
      }
      at_ = digits_at + form.digits;
      return value;
    }
    throw SqlError(sqlstate::kSyntaxError, "invalid Unicode escape")
        .hint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.");
  }
  static std::string shown_code(char32_t value) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%04X", static_cast<unsigned>(value));
    return buffer;
  }

  std::string_view s_;
  size_t at_ = 0;
};

std::string unistr(std::string_view s) { return EscapeReader(s).read(); }

}  // namespace

void register_text_unicode(FunctionRegistry& registry) {
  registry.add_scalar("unicode_normalize_func", scalar<normalize>());
  registry.add_scalar("unicode_is_normalized", scalar<is_normalized>());
  registry.add_scalar("unistr", scalar<unistr>());
}

}  // namespace basalt::types
