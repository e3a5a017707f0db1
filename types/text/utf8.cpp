#include "types/text/utf8.hpp"

#include <cstdio>
#include <cstring>

#include "common/sqlstate.hpp"

namespace basalt::types::utf8 {

namespace sqlstate = common::sqlstate;

size_t length(std::string_view s) {
  size_t continuations = 0;
  for (char c : s) continuations += is_continuation(c);
  return s.size() - continuations;
}

size_t offset_of(std::string_view s, size_t characters) {
  size_t at = 0;
  while (characters > 0 && at < s.size()) {
    at += sequence_length(static_cast<unsigned char>(s[at]));
    --characters;
  }
  return at < s.size() ? at : s.size();
}

size_t clip(std::string_view s, size_t bytes_max) {
  if (s.size() <= bytes_max) return s.size();
  size_t at = bytes_max;
  while (at > 0 && is_continuation(s[at])) --at;
  return at;
}

bool is_ascii(std::string_view s) {
  unsigned char all = 0;
  for (char c : s) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

char32_t decode(const char*& p, const char* end) {
  auto byte = [](char c) { return static_cast<char32_t>(static_cast<unsigned char>(c)); };
  char32_t lead = byte(*p++);
  if (lead < 0x80) return lead;
  size_t rest = sequence_length(static_cast<unsigned char>(lead)) - 1;
  char32_t c = rest == 1 ? lead & 0x1f : rest == 2 ? lead & 0x0f : rest == 3 ? lead & 0x07 : lead;
  for (; rest > 0 && p < end; --rest) c = c << 6 | (byte(*p++) & 0x3f);
  return c;
}

void append(std::string& out, char32_t c) {
  auto push = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xc0 | c >> 6);
    push(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    push(0xe0 | c >> 12);
    push(0x80 | (c >> 6 & 0x3f));
    push(0x80 | (c & 0x3f));
  } else {
    push(0xf0 | c >> 18);
    push(0x80 | (c >> 12 & 0x3f));
    push(0x80 | (c >> 6 & 0x3f));
    push(0x80 | (c & 0x3f));
  }
}

std::u32string to_utf32(std::string_view s) {
  std::u32string out;
  out.reserve(s.size());
  const char* p = s.data();
  const char* end = p + s.size();
  while (p < end) out.push_back(decode(p, end));
  return out;
}

std::string from_utf32(std::u32string_view s) {
  std::string out;
  out.reserve(s.size());
  for (char32_t c : s) append(out, c);
  return out;
}

namespace {

// Length of the well-formed sequence at p (Unicode 15, table 3-7), or 0.
size_t well_formed(const unsigned char* p, size_t available) {
  unsigned char lead = p[0];
  if (lead < 0x80) return lead != 0;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  size_t size = sequence_length(lead);
  if (size > available) return 0;
  unsigned char low = 0x80, high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  if (p[1] < low || p[1] > high) return 0;
  for (size_t i = 2; i < size; ++i) {
    if ((p[i] & 0xc0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

size_t find_invalid(std::string_view s) {
  const auto* p = reinterpret_cast<const unsigned char*>(s.data());
  size_t at = 0;
  while (at < s.size()) {
    // Eight ASCII bytes without NUL at a time: no high bit, and no borrow out of a byte.
    while (at + 8 <= s.size()) {
      uint64_t word;
      std::memcpy(&word, p + at, 8);
      if ((word | (word - 0x0101010101010101u)) & 0x8080808080808080u) break;
      at += 8;
    }
    if (at == s.size()) break;
    size_t size = well_formed(p + at, s.size() - at);
    if (size == 0) return at;
    at += size;
  }
  return std::string_view::npos;
}

std::string show_bytes(std::string_view s, size_t offset, size_t count) {
  std::string text;
  char buffer[8];
  for (size_t i = offset; i < s.size() && i < offset + count; ++i) {
    std::snprintf(buffer, sizeof buffer, "%s0x%02x", text.empty() ? "" : " ", static_cast<unsigned char>(s[i]));
    text += buffer;
  }
  return text;
}

void validate(std::string_view s) {
  size_t at = find_invalid(s);
  if (at == std::string_view::npos) return;
  size_t count = sequence_length(static_cast<unsigned char>(s[at]));
  throw common::SqlError(sqlstate::kCharacterNotInRepertoire,
                         "invalid byte sequence for encoding \"UTF8\": " + show_bytes(s, at, count));
}

}  // namespace basalt::types::utf8
