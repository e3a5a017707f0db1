#include "types/text/collation.hpp"

#include <unicode/ucol.h>
#include <unicode/ustring.h>

#include <clocale>
#include <cstring>
#include <cwctype>
#include <vector>

#include "common/sqlstate.hpp"
#include "types/call_context.hpp"
#include "types/text/character.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

int compare_as_bytes(std::string_view a, std::string_view b) {
  int order = a.compare(b);
  return order < 0 ? -1 : order > 0;
}

class BytewiseCollation final : public Collation {
 public:
  explicit BytewiseCollation(CaseRules rules) : Collation(true, true, rules) {}
  int compare(std::string_view a, std::string_view b) const override { return compare_as_bytes(a, b); }
  void append_sort_key(std::string_view s, std::string& out) const override { out.append(s); }

  std::string lower(std::string_view s) const override { return map(s, character::ascii_lower, character::lower); }
  std::string upper(std::string_view s) const override { return map(s, character::ascii_upper, character::upper); }

  std::string initcap(std::string_view s) const override {
    bool ascii_only = case_rules() == CaseRules::kAscii;
    std::string out;
    out.reserve(s.size());
    bool in_word = false;
    const char* p = s.data();
    const char* end = p + s.size();
    while (p < end) {
      char32_t c = utf8::decode(p, end);
      if (ascii_only) {
        utf8::append(out, in_word ? character::ascii_lower(c) : character::ascii_upper(c));
        in_word = character::is_ascii_alnum(c);
      } else {
        utf8::append(out, in_word ? character::lower(c) : character::upper(c));
        in_word = character::is_alnum(c);
      }
    }
    return out;
  }

 private:
  std::string map(std::string_view s, char32_t (*ascii)(char32_t), char32_t (*unicode)(char32_t)) const {
    if (case_rules() == CaseRules::kAscii || utf8::is_ascii(s)) {
      std::string out(s);
      for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(ascii(static_cast<unsigned char>(c)));
      }
      return out;
    }
    std::string out;
    out.reserve(s.size());
    const char* p = s.data();
    const char* end = p + s.size();
    while (p < end) utf8::append(out, unicode(utf8::decode(p, end)));
    return out;
  }
};

std::vector<UChar> to_utf16(std::string_view s) {
  std::vector<UChar> out(s.size() + 1);
  int32_t size = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strFromUTF8(out.data(), static_cast<int32_t>(out.size()), &size, s.data(), static_cast<int32_t>(s.size()), &error);
  if (U_FAILURE(error)) {
    throw SqlError(sqlstate::kInternalError, std::string("u_strFromUTF8 failed: ") + u_errorName(error));
  }
  out.resize(static_cast<size_t>(size));
  return out;
}

std::string from_utf16(const std::vector<UChar>& s) {
  std::string out(s.size() * 3, '\0');
  int32_t size = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strToUTF8(out.data(), static_cast<int32_t>(out.size()), &size, s.data(), static_cast<int32_t>(s.size()), &error);
  if (U_FAILURE(error)) {
    throw SqlError(sqlstate::kInternalError, std::string("u_strToUTF8 failed: ") + u_errorName(error));
  }
  out.resize(static_cast<size_t>(size));
  return out;
}

class IcuCollation final : public Collation {
 public:
  IcuCollation(const std::string& locale, bool deterministic)
      : Collation(false, deterministic, CaseRules::kLanguage), locale_(locale) {
    UErrorCode error = U_ZERO_ERROR;
    collator_ = ucol_open(locale.c_str(), &error);
    if (U_FAILURE(error)) {
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "could not open collator for locale \"" + locale + "\": " + u_errorName(error));
    }
  }
  ~IcuCollation() override { ucol_close(collator_); }
  IcuCollation(const IcuCollation&) = delete;
  IcuCollation& operator=(const IcuCollation&) = delete;

  int compare(std::string_view a, std::string_view b) const override {
    if (a == b) return 0;
    UErrorCode error = U_ZERO_ERROR;
    UCollationResult order = ucol_strcollUTF8(collator_, a.data(), static_cast<int32_t>(a.size()), b.data(),
                                              static_cast<int32_t>(b.size()), &error);
    if (U_FAILURE(error)) {
      throw SqlError(sqlstate::kInternalError, std::string("collation failed: ") + u_errorName(error));
    }
    if (order == UCOL_EQUAL && is_deterministic()) return compare_as_bytes(a, b);
    return order == UCOL_LESS ? -1 : order == UCOL_GREATER;
  }

  void append_sort_key(std::string_view s, std::string& out) const override {
    std::vector<UChar> wide = to_utf16(s);
    size_t start = out.size();
    size_t room = wide.size() * 4 + 16;
    for (;;) {
      out.resize(start + room);
      int32_t size = ucol_getSortKey(collator_, wide.data(), static_cast<int32_t>(wide.size()),
                                     reinterpret_cast<uint8_t*>(out.data() + start), static_cast<int32_t>(room));
      if (static_cast<size_t>(size) <= room) {
        out.resize(start + static_cast<size_t>(size));  // ends with a zero byte, and holds no other
        break;
      }
      room = static_cast<size_t>(size);
    }
    if (is_deterministic()) out.append(s);
  }

  std::string lower(std::string_view s) const override { return map(s, u_strToLower); }
  std::string upper(std::string_view s) const override { return map(s, u_strToUpper); }
  std::string initcap(std::string_view s) const override {
    return map(s, [](UChar* out, int32_t room, const UChar* in, int32_t size, const char* locale, UErrorCode* error) {
      return u_strToTitle(out, room, in, size, nullptr, locale, error);
    });
  }

 private:
  using Mapping = int32_t (*)(UChar*, int32_t, const UChar*, int32_t, const char*, UErrorCode*);

  std::string map(std::string_view s, Mapping mapping) const {
    std::vector<UChar> in = to_utf16(s);
    std::vector<UChar> out(in.size() + 8);
    for (;;) {
      UErrorCode error = U_ZERO_ERROR;
      int32_t size = mapping(out.data(), static_cast<int32_t>(out.size()), in.data(), static_cast<int32_t>(in.size()),
                             locale_.c_str(), &error);
      bool fits = static_cast<size_t>(size) <= out.size();
      if (error != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(error)) {
        throw SqlError(sqlstate::kInternalError, std::string("case conversion failed: ") + u_errorName(error));
      }
      out.resize(static_cast<size_t>(size));
      if (fits) return from_utf16(out);
    }
  }

  std::string locale_;
  UCollator* collator_ = nullptr;
};

}  // namespace

const CollationPointer& c_collation() {
  static const CollationPointer kCollation = std::make_shared<BytewiseCollation>(CaseRules::kAscii);
  return kCollation;
}

const CollationPointer& default_collation() {
  static const CollationPointer kCollation = std::make_shared<BytewiseCollation>(CaseRules::kUnicode);
  return kCollation;
}

CollationPointer make_icu_collation(const std::string& locale, bool deterministic) {
  return std::make_shared<IcuCollation>(locale, deterministic);
}

CollationPointer resolve_collation(CallContext* context, common::Oid oid, const char* purpose) {
  constexpr common::Oid kUcsBasic{12340}, kCUtf8{12341};
  if (oid == kDefaultCollation || oid == kCUtf8) return default_collation();
  if (oid == kCCollation || oid == kPosixCollation || oid == kUcsBasic) return c_collation();
  if (!oid.valid()) {
    throw SqlError(sqlstate::kIndeterminateCollation,
                   std::string("could not determine which collation to use for ") + purpose)
        .hint("Use the COLLATE clause to set the collation explicitly.");
  }
  auto* catalog = context ? static_cast<CollationCatalog*>(context->service("collation")) : nullptr;
  if (!catalog) {
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for collation " + std::to_string(oid.value));
  }
  return catalog->collation(oid);
}

}  // namespace basalt::types
