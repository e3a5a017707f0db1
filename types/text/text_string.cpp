// Functions that cut, join, pad and replace text, and those of case.
#include <cstring>
#include <unordered_map>

#include "types/text/search.hpp"
#include "types/text/text.hpp"
#include "types/text/text_range.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

int32_t text_length(std::string_view s) { return static_cast<int32_t>(utf8::length(s)); }
int32_t bpchar_length(std::string_view s) { return text_length(unpadded(s)); }
int32_t octet_length(std::string_view s) { return static_cast<int32_t>(s.size()); }

constexpr size_t kAskBytes = 64 * 1024;  // larger results ask the query's budget first (QRY-10)

void text_concatenate(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  auto a = arguments[0].view<common::StringRef>();
  auto b = arguments[1].view<common::StringRef>();
  auto* out = result.data<common::StringRef>();
  bool constant = a.constant && b.constant && rows > 0;
  uint32_t count = constant ? 1 : rows;
  char small[common::StringRef::kInlineBytesMax];
  for (uint32_t row = 0; row < count; ++row) {
    if (a.is_null(row) || b.is_null(row)) {
      result.set_null(row);
      continue;
    }
    const common::StringRef &left = a[row], &right = b[row];
    uint64_t size = uint64_t{left.size()} + right.size();
    if (size > kTextBytesMax) {
      return call.fail(row, SqlError(sqlstate::kProgramLimitExceeded,
                                     "invalid memory alloc request size " + std::to_string(size + 4)));
    }
    common::MemoryReservation asked(&call.context->memory());
    if (size > kAskBytes) asked.resize(size);
    char* target = size <= sizeof small ? small : result.own_heap().allocate(size);
    std::memcpy(target, left.data(), left.size());
    std::memcpy(target + left.size(), right.data(), right.size());
    out[row] = common::StringRef(target, static_cast<uint32_t>(size));
  }
  if (constant) result.make_constant();
}

std::string_view cut(std::string_view s, CharacterRange range) {
  if (range.end <= range.begin) return {};
  size_t from = utf8::offset_of(s, static_cast<size_t>(range.begin));
  if (range.end == CharacterRange::kToEnd) return s.substr(from);
  std::string_view rest = s.substr(from);
  return rest.substr(0, utf8::offset_of(rest, static_cast<size_t>(range.end - range.begin)));
}

std::string_view substr(std::string_view s, int32_t start, int32_t length) {
  return cut(s, character_range(start, length));
}
std::string_view substr_to_end(std::string_view s, int32_t start) { return cut(s, character_range(start)); }

std::string overlay(std::string_view s, std::string_view replacement, int32_t start, int32_t length) {
  OverlayRanges ranges = overlay_ranges(start, length);
  std::string out(cut(s, ranges.before));
  out.append(replacement);
  out.append(cut(s, ranges.after));
  return out;
}
std::string overlay_whole(std::string_view s, std::string_view replacement, int32_t start) {
  return overlay(s, replacement, start, text_length(replacement));
}

int32_t position(FunctionCall& call, std::string_view s, std::string_view wanted) {
  deterministic_collation(call, "substring searches", "string comparison");
  if (wanted.empty()) return 1;
  size_t at = find_bytes(s, wanted, 0);
  return at == std::string_view::npos ? 0 : text_length(s.substr(0, at)) + 1;
}

std::string_view left(std::string_view s, int32_t n) {
  if (n >= 0) return s.substr(0, utf8::offset_of(s, static_cast<size_t>(n)));
  int64_t keep = static_cast<int64_t>(utf8::length(s)) + n;
  return keep <= 0 ? std::string_view() : s.substr(0, utf8::offset_of(s, static_cast<size_t>(keep)));
}

std::string_view right(std::string_view s, int32_t n) {
  int64_t skip = n < 0 ? -int64_t{n} : static_cast<int64_t>(utf8::length(s)) - n;
  return skip <= 0 ? s : s.substr(utf8::offset_of(s, static_cast<size_t>(skip)));
}

std::string reverse(std::string_view s) {
  std::string out(s.size(), '\0');
  size_t to = s.size();
  for (size_t at = 0; at < s.size();) {
    size_t size = std::min(utf8::sequence_length(static_cast<unsigned char>(s[at])), s.size() - at);
    to -= size;
    std::memcpy(out.data() + to, s.data() + at, size);
    at += size;
  }
  return out;
}

std::string repeat(FunctionCall& call, std::string_view s, int32_t count) {
  if (count <= 0 || s.empty()) return {};
  check_length(uint64_t{s.size()} * static_cast<uint64_t>(count));
  size_t size = s.size() * static_cast<size_t>(count);
  common::MemoryReservation reservation(&call.context->memory());
  if (size > 65536) reservation.grow(size);
  std::string out;
  out.reserve(size);
  for (int32_t i = 0; i < count; ++i) {
    if ((i & 0xffff) == 0) call.context->interrupt().check();
    out.append(s);
  }
  return out;
}

std::string replace(FunctionCall& call, std::string_view s, std::string_view from, std::string_view to) {
  if (s.empty() || from.empty()) return std::string(s);
  deterministic_collation(call, "substring searches", "string comparison");
  std::string out;
  size_t at = 0;
  for (;;) {
    size_t found = find_bytes(s, from, at);
    if (found == std::string_view::npos) break;
    out.append(s.substr(at, found - at));
    out.append(to);
    check_length(out.size());
    at = found + from.size();
  }
  out.append(s.substr(at));
  return out;
}

std::string translate(std::string_view s, std::string_view from, std::string_view to) {
  constexpr char32_t kDelete = ~char32_t{0};
  std::u32string sources = utf8::to_utf32(from), targets = utf8::to_utf32(to);
  std::unordered_map<char32_t, char32_t> map;
  for (size_t i = 0; i < sources.size(); ++i) map.emplace(sources[i], i < targets.size() ? targets[i] : kDelete);
  std::string out;
  out.reserve(s.size());
  const char* p = s.data();
  const char* end = p + s.size();
  while (p < end) {
    char32_t c = utf8::decode(p, end);
    auto it = map.find(c);
    if (it == map.end())
      utf8::append(out, c);
    else if (it->second != kDelete)
      utf8::append(out, it->second);
  }
  return out;
}

enum class Side : uint8_t { kLeft = 1, kRight = 2, kBoth = 3 };

// Whether the character of `size` bytes at `p` is one of `set`.
bool contains_character(std::string_view set, const char* p, size_t size) {
  for (size_t at = 0; at < set.size();) {
    size_t step = utf8::sequence_length(static_cast<unsigned char>(set[at]));
    if (step == size && at + step <= set.size() && std::memcmp(set.data() + at, p, size) == 0) return true;
    at += step;
  }
  return false;
}

template <Side kSide>
std::string_view trim(std::string_view s, std::string_view set) {
  if (set.empty()) return s;
  if constexpr (static_cast<int>(kSide) & 1) {
    while (!s.empty()) {
      size_t size = std::min(utf8::sequence_length(static_cast<unsigned char>(s[0])), s.size());
      if (!contains_character(set, s.data(), size)) break;
      s.remove_prefix(size);
    }
  }
  if constexpr (static_cast<int>(kSide) & 2) {
    while (!s.empty()) {
      size_t at = s.size() - 1;
      while (at > 0 && utf8::is_continuation(s[at])) --at;
      if (!contains_character(set, s.data() + at, s.size() - at)) break;
      s.remove_suffix(s.size() - at);
    }
  }
  return s;
}
template <Side kSide>
std::string_view trim_spaces(std::string_view s) {
  return trim<kSide>(s, " ");
}

// `fill` repeated to `characters` characters.
void append_fill(std::string& out, std::string_view fill, size_t characters) {
  size_t fill_length = utf8::length(fill);
  for (; characters >= fill_length; characters -= fill_length) out.append(fill);
  out.append(fill.substr(0, utf8::offset_of(fill, characters)));
}

template <Side kSide>
std::string pad(FunctionCall& call, std::string_view s, int32_t length, std::string_view fill) {
  size_t wanted = length < 0 ? 0 : static_cast<size_t>(length);
  size_t have = utf8::length(s);
  if (have >= wanted) return std::string(s.substr(0, utf8::offset_of(s, wanted)));
  if (fill.empty()) return std::string(s);
  check_length(uint64_t{wanted} * 4);
  common::MemoryReservation reservation(&call.context->memory());
  if (wanted > 65536) reservation.grow(wanted * (fill.size() + 1) / std::max<size_t>(1, utf8::length(fill)));
  std::string out;
  if (kSide == Side::kRight) out.append(s);
  append_fill(out, fill, wanted - have);
  if (kSide == Side::kLeft) out.append(s);
  return out;
}

int32_t first_code(std::string_view s) {
  if (s.empty()) return 0;
  const char* p = s.data();
  return static_cast<int32_t>(utf8::decode(p, p + s.size()));
}

std::string character_of(int32_t code) {
  if (code < 0) throw SqlError(sqlstate::kInvalidParameterValue, "character number must be positive");
  if (code == 0) throw SqlError(sqlstate::kProgramLimitExceeded, "null character not permitted");
  if (code > 0x10ffff) {
    throw SqlError(sqlstate::kProgramLimitExceeded,
                   "requested character too large for encoding: " + std::to_string(code));
  }
  if (code >= 0xd800 && code <= 0xdfff) {
    throw SqlError(sqlstate::kProgramLimitExceeded,
                   "requested character not valid for encoding: " + std::to_string(code));
  }
  std::string out;
  utf8::append(out, static_cast<char32_t>(code));
  return out;
}

template <typename T>
std::string to_hex(T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  char buffer[16];
  char* p = buffer + sizeof buffer;
  do {
    *--p = "0123456789abcdef"[bits & 15];
    bits >>= 4;
  } while (bits);
  return std::string(p, static_cast<size_t>(buffer + sizeof buffer - p));
}

std::string lower(FunctionCall& call, std::string_view s) {
  return resolve_collation(call.context, call.collation, "lower() function")->lower(s);
}
std::string upper(FunctionCall& call, std::string_view s) {
  return resolve_collation(call.context, call.collation, "upper() function")->upper(s);
}
std::string initcap(FunctionCall& call, std::string_view s) {
  return resolve_collation(call.context, call.collation, "initcap() function")->initcap(s);
}

std::string split_part(FunctionCall& call, std::string_view s, std::string_view delimiter, int32_t field) {
  if (field == 0) throw SqlError(sqlstate::kInvalidParameterValue, "field position must not be zero");
  if (s.empty()) return {};
  if (delimiter.empty()) return field == 1 || field == -1 ? std::string(s) : std::string();
  deterministic_collation(call, "substring searches", "string comparison");
  constexpr size_t kNone = std::string_view::npos;
  int64_t wanted = field;
  if (wanted < 0) {
    int64_t fields = 1;
    for (size_t at = find_bytes(s, delimiter, 0); at != kNone; at = find_bytes(s, delimiter, at + delimiter.size()))
      ++fields;
    wanted += fields + 1;
    if (wanted <= 0) return {};
  }
  size_t begin = 0;
  for (;;) {
    size_t at = find_bytes(s, delimiter, begin);
    if (wanted == 1) return std::string(s.substr(begin, at == kNone ? kNone : at - begin));
    if (at == kNone) return {};
    begin = at + delimiter.size();
    --wanted;
  }
}

}  // namespace

void register_text_string(FunctionRegistry& registry) {
  registry.add_scalar("textlen", scalar<text_length>());
  registry.add_scalar("bpcharlen", scalar<bpchar_length>());
  for (const char* symbol : {"textoctetlen", "bpcharoctetlen", "byteaoctetlen"}) {
    registry.add_scalar(symbol, scalar<octet_length>());
  }
  for (const char* symbol : {"textcat", "byteacat"}) registry.add_scalar(symbol, &text_concatenate);
  registry.add_scalar("text_substr", scalar<substr>());
  registry.add_scalar("text_substr_no_len", scalar<substr_to_end>());
  registry.add_scalar("textoverlay", scalar<overlay>());
  registry.add_scalar("textoverlay_no_len", scalar<overlay_whole>());
  registry.add_scalar("textpos", scalar<position>());
  registry.add_scalar("text_left", scalar<left>());
  registry.add_scalar("text_right", scalar<right>());
  registry.add_scalar("text_reverse", scalar<reverse>());
  registry.add_scalar("repeat", scalar<repeat>());
  registry.add_scalar("replace_text", scalar<replace>());
  registry.add_scalar("translate", scalar<translate>());
  registry.add_scalar("btrim", scalar<trim<Side::kBoth>>());
  registry.add_scalar("ltrim", scalar<trim<Side::kLeft>>());
  registry.add_scalar("rtrim", scalar<trim<Side::kRight>>());
  registry.add_scalar("btrim1", scalar<trim_spaces<Side::kBoth>>());
  registry.add_scalar("ltrim1", scalar<trim_spaces<Side::kLeft>>());
  registry.add_scalar("rtrim1", scalar<trim_spaces<Side::kRight>>());
  registry.add_scalar("lpad", scalar<pad<Side::kLeft>>());
  registry.add_scalar("rpad", scalar<pad<Side::kRight>>());
  registry.add_scalar("ascii", scalar<first_code>());
  registry.add_scalar("chr", scalar<character_of>());
  registry.add_scalar("to_hex32", scalar<to_hex<int32_t>>());
  registry.add_scalar("to_hex64", scalar<to_hex<int64_t>>());
  registry.add_scalar("lower", scalar<lower>());
  registry.add_scalar("upper", scalar<upper>());
  registry.add_scalar("initcap", scalar<initcap>());
  registry.add_scalar("split_part", scalar<split_part>());
}

}  // namespace basalt::types
