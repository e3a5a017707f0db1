#include "types/container/range_text.hpp"

#include "types/container/array_text.hpp"
#include "types/container/message.hpp"
#include "types/container/record_text.hpp"
#include "types/container/value_codec.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

class RangeParser {
 public:
  explicit RangeParser(std::string_view text) : text_(text) {}

  bool read_empty() {
    skip_blanks();
    if (!equals_ignoring_case(text_.substr(at_, 5), "empty")) return false;
    at_ += 5;
    skip_blanks();
    if (at_ < text_.size()) fail("Junk after \"empty\" key word.");
    return true;
  }
  // True: inclusive.
  bool open() {
    char c = take();
    if (c != '[' && c != '(') fail("Missing left parenthesis or bracket.");
    return c == '[';
  }
  // False: an infinite bound.
  bool bound(std::string& out) {
    if (peek() == ',' || peek() == ')' || peek() == ']') return false;
    bool quoted = false;
    while (quoted || (peek() != ',' && peek() != ')' && peek() != ']')) {
      if (at_ >= text_.size()) fail("Unexpected end of input.");
      char c = take();
      if (c == '\\') {
        if (at_ >= text_.size()) fail("Unexpected end of input.");
        out.push_back(take());
      } else if (c != '"') {
        out.push_back(c);
      } else if (quoted && peek() == '"') {
        out.push_back(take());
      } else {
        quoted = !quoted;
      }
    }
    return true;
  }
  void comma() {
    if (take() != ',') fail("Missing comma after lower bound.");
  }
  bool close() {
    char c = take();
    if (c != ']' && c != ')') fail("Too many commas.");
    skip_blanks();
    if (at_ < text_.size()) fail("Junk after right parenthesis or bracket.");
    return c == ']';
  }

 private:
  [[noreturn]] void fail(const char* detail) const {
    throw SqlError(sqlstate::kInvalidTextRepresentation, "malformed range literal: \"" + std::string(text_) + "\"")
        .detail(detail);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char take() {
    char c = peek();
    if (at_ < text_.size()) ++at_;
    return c;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  std::string_view text_;
  size_t at_ = 0;
};

void append_bound_text(std::string& out, std::string_view text) { append_quoted(out, text, "()[],"); }

Value bound_value(const RangeType& type, const Bound& bound) { return value_of_bytes(type.physical(), bound.bytes); }

// The extents of the ranges in a multirange's text. Quotes and brackets of the ranges are followed, not checked.
class MultirangeSplitter {
 public:
  explicit MultirangeSplitter(std::string_view text) : text_(text) {}

  std::vector<std::string_view> run() {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != '{') fail("Missing left brace.");
    ++at_;
    std::vector<std::string_view> out;
    for (bool first = true;; first = false) {
      skip_blanks();
      if (at_ >= text_.size()) fail("Unexpected end of input.");
      if (text_[at_] == '}' && (first || !comma_)) break;
      if (!first && !comma_) {
        if (text_[at_] != ',') fail("Expected comma or end of multirange.");
        ++at_;
        comma_ = true;
        continue;
      }
      comma_ = false;
      out.push_back(one_range());
    }
    ++at_;
    skip_blanks();
    if (at_ < text_.size()) fail("Junk after closing right brace.");
    return out;
  }

 private:
  [[noreturn]] void fail(const char* detail) const {
    throw SqlError(sqlstate::kInvalidTextRepresentation, "malformed multirange literal: \"" + std::string(text_) + "\"")
        .detail(detail);
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  std::string_view one_range() {
    size_t begin = at_;
    if (equals_ignoring_case(text_.substr(at_, 5), "empty")) {
      at_ += 5;
      return text_.substr(begin, 5);
    }
    if (text_[at_] != '[' && text_[at_] != '(') fail("Expected range start.");
    bool quoted = false;
    for (++at_;; ++at_) {
      if (at_ >= text_.size()) fail("Unexpected end of input.");
      char c = text_[at_];
      if (c == '\\') {
        if (++at_ >= text_.size()) fail("Unexpected end of input.");
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == ']' || c == ')')) {
        break;
      }
    }
    ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string_view text_;
  size_t at_ = 0;
  bool comma_ = false;
};

}  // namespace

Range parse_range(CallContext& context, const RangeType& type, std::string_view text, int32_t typmod) {
  RangeParser parser(text);
  if (parser.read_empty()) return Range{true, {}, {}};
  Bound lower, upper;
  std::string lower_text, upper_text;
  lower.inclusive = parser.open();
  lower.infinite = !parser.bound(lower_text);
  parser.comma();
  upper.infinite = !parser.bound(upper_text);
  upper.inclusive = parser.close();
  auto read = [&](Bound& bound, const std::string& bound_text) {
    if (!bound.infinite) append_bare_value(bound.bytes, context.input(type.subtype(), bound_text, typmod));
  };
  read(lower, lower_text);
  read(upper, upper_text);
  return type.make(std::move(lower), std::move(upper));
}

RangeSet parse_multirange(CallContext& context, const RangeType& type, std::string_view text, int32_t typmod) {
  RangeSet ranges;
  for (std::string_view part : MultirangeSplitter(text).run()) {
    ranges.push_back(parse_range(context, type, part, typmod));
  }
  return type.normalized(std::move(ranges));
}

std::string range_text(CallContext& context, const RangeType& type, const Range& range) {
  if (range.empty) return "empty";
  std::string out(1, range.lower.inclusive ? '[' : '(');
  if (!range.lower.infinite) append_bound_text(out, context.output(type.subtype(), bound_value(type, range.lower)));
  out.push_back(',');
  if (!range.upper.infinite) append_bound_text(out, context.output(type.subtype(), bound_value(type, range.upper)));
  out.push_back(range.upper.inclusive ? ']' : ')');
  return out;
}

std::string multirange_text(CallContext& context, const RangeType& type, const RangeSet& ranges) {
  std::string out = "{";
  for (const Range& range : ranges) {
    if (out.size() > 1) out.push_back(',');
    out += range_text(context, type, range);
  }
  return out + "}";
}

Range receive_range(CallContext& context, const RangeType& type, std::string_view& message, int32_t typmod) {
  auto flags = take_message<uint8_t>(message);
  flags &= 0x1f;
  RangePart part;
  part.flags = flags;
  Bound lower{"", !part.has_lower(), part.lower_inclusive(), true};
  Bound upper{"", !part.has_upper(), part.upper_inclusive(), false};
  auto read = [&](Bound& bound) {
    if (bound.infinite) return;
    auto size = take_message<uint32_t>(message);
    append_bare_value(bound.bytes, context.receive(type.subtype(), take_message_bytes(message, size), typmod));
  };
  read(lower);
  read(upper);
  if (part.empty()) return Range{true, {}, {}};
  return type.make(std::move(lower), std::move(upper));
}

std::string send_range(CallContext& context, const RangeType& type, const Range& range) {
  uint8_t flags = 0;
  if (range.empty)
    flags = range_flag::kEmpty;
  else {
    if (range.lower.infinite) flags |= range_flag::kLowerInfinite;
    if (range.upper.infinite) flags |= range_flag::kUpperInfinite;
    if (range.lower.inclusive) flags |= range_flag::kLowerInclusive;
    if (range.upper.inclusive) flags |= range_flag::kUpperInclusive;
  }
  std::string out(1, static_cast<char>(flags));
  if (range.empty) return out;
  for (const Bound* bound : {&range.lower, &range.upper}) {
    if (bound->infinite) continue;
    std::string bytes = context.send(type.subtype(), bound_value(type, *bound));
    append_message(out, static_cast<uint32_t>(bytes.size()));
    out += bytes;
  }
  return out;
}

}  // namespace basalt::types::container
