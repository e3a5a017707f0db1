#include "types/text/character.hpp"

#include <locale.h>
#include <unicode/uchar.h>

#include <cwctype>

namespace basalt::types::character {

namespace {

locale_t c_utf8() {
  static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLocale;
}

bool icu_is(Class kind, char32_t c) {
  auto code = static_cast<UChar32>(c);
  switch (kind) {
    case Class::kAlnum:
      return u_isalnum(code);
    case Class::kAlpha:
      return u_isalpha(code);
    case Class::kBlank:
      return u_isblank(code);
    case Class::kControl:
      return u_iscntrl(code);
    case Class::kDigit:
      return is_ascii_digit(c);
    case Class::kGraph:
      return u_isgraph(code);
    case Class::kLower:
      return u_islower(code);
    case Class::kPrint:
      return u_isprint(code);
    case Class::kPunct:
      return u_isgraph(code) && !u_isalnum(code);
    case Class::kSpace:
      return u_isspace(code);
    case Class::kUpper:
      return u_isupper(code);
    case Class::kXdigit:
      return is_ascii(kind, c);
  }
  return false;
}

bool libc_is(Class kind, wint_t c, locale_t locale) {
  switch (kind) {
    case Class::kAlnum:
      return iswalnum_l(c, locale);
    case Class::kAlpha:
      return iswalpha_l(c, locale);
    case Class::kBlank:
      return iswblank_l(c, locale);
    case Class::kControl:
      return iswcntrl_l(c, locale);
    case Class::kDigit:
      return iswdigit_l(c, locale);
    case Class::kGraph:
      return iswgraph_l(c, locale);
    case Class::kLower:
      return iswlower_l(c, locale);
    case Class::kPrint:
      return iswprint_l(c, locale);
    case Class::kPunct:
      return iswpunct_l(c, locale);
    case Class::kSpace:
      return iswspace_l(c, locale);
    case Class::kUpper:
      return iswupper_l(c, locale);
    case Class::kXdigit:
      return iswxdigit_l(c, locale);
  }
  return false;
}

}  // namespace

char32_t lower(char32_t c) {
  if (c < 0x80) return ascii_lower(c);
  locale_t locale = c_utf8();
  return locale ? towlower_l(c, locale) : static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
}

char32_t upper(char32_t c) {
  if (c < 0x80) return ascii_upper(c);
  locale_t locale = c_utf8();
  return locale ? towupper_l(c, locale) : static_cast<char32_t>(u_toupper(static_cast<UChar32>(c)));
}

bool is_ascii(Class kind, char32_t c) {
  if (c >= 0x80) return false;
  bool graph = c > 0x20 && c < 0x7f;
  switch (kind) {
    case Class::kAlnum:
      return is_ascii_alnum(c);
    case Class::kAlpha:
      return is_ascii_alpha(c);
    case Class::kBlank:
      return c == ' ' || c == '\t';
    case Class::kControl:
      return c < 0x20 || c == 0x7f;
    case Class::kDigit:
      return is_ascii_digit(c);
    case Class::kGraph:
      return graph;
    case Class::kLower:
      return c - U'a' < 26;
    case Class::kPrint:
      return graph || c == ' ';
    case Class::kPunct:
      return graph && !is_ascii_alnum(c);
    case Class::kSpace:
      return c == ' ' || (c >= 9 && c <= 13);
    case Class::kUpper:
      return c - U'A' < 26;
    case Class::kXdigit:
      return is_ascii_digit(c) || (c | 32) - U'a' < 6;
  }
  return false;
}

bool is(Class kind, char32_t c) {
  if (c < 0x80) return is_ascii(kind, c);
  locale_t locale = c_utf8();
  return locale ? libc_is(kind, c, locale) : icu_is(kind, c);
}

}  // namespace basalt::types::character
