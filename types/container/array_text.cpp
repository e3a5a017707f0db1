#include "types/container/array_text.hpp"

#include "common/sqlstate.hpp"
#include "types/call_context.hpp"
#include "types/container/detail.hpp"

namespace basalt::types {

namespace sqlstate = common::sqlstate;
using common::SqlError;
using common::Value;

bool equals_ignoring_case(std::string_view a, std::string_view lower_case) {
  if (a.size() != lower_case.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (c != lower_case[i]) return false;
  }
  return true;
}

namespace {

// Parses the structure and collects the texts of the elements. What may follow what is the table below; the messages
// tell apart the same cases as PostgreSQL's.
class ArrayParser {
 public:
  ArrayParser(std::string_view text, char delimiter, bool nulls) : text_(text), delimiter_(delimiter), nulls_(nulls) {}

  struct Element {
    std::string text;
    bool null;
  };
  std::vector<Element> elements;
  std::vector<ArrayDimension> shape;

  void run() {
    skip_blanks();
    bool explicit_bounds = parse_bounds();
    if (peek() != '{') {
      fail(explicit_bounds ? "Array contents must start with \"{\"."
                           : "Array value must start with \"{\" or dimension information.");
    }
    parse_contents();
    skip_blanks();
    if (at_ < text_.size()) fail("Junk after closing right brace.");
    settle_shape(explicit_bounds);
  }

 private:
  enum class After : uint8_t {
    kNothing,
    kOpen,          // {
    kElement,       // inside an unquoted element
    kQuoted,        // a quoted element has ended
    kClose,         // }
    kElementComma,  // delimiter after an element
    kLevelComma,    // delimiter after }
  };

  [[noreturn]] void fail(std::string detail) const {
    SqlError error(sqlstate::kInvalidTextRepresentation, "malformed array literal: \"" + std::string(text_) + "\"");
    error.report().detail = std::move(detail);
    throw error;
  }
  [[noreturn]] void fail_character(char c) const { fail(std::string("Unexpected \"") + c + "\" character."); }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  int32_t parse_bound() {
    size_t begin = at_;
    if (peek() == '-' || peek() == '+') ++at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    std::string digits(text_.substr(begin, at_ - begin));
    if (digits.empty()) fail("Missing array dimension value.");
    return static_cast<int32_t>(std::strtoll(digits.c_str(), nullptr, 10));
  }

  bool parse_bounds() {
    for (;;) {
      skip_blanks();
      if (peek() != '[') break;
      ++at_;
      if (bounds_.size() >= kArrayDimensionsMax) fail_dimensions(static_cast<int>(bounds_.size()) + 1);
      skip_blanks();
      if (!(peek() == '-' || peek() == '+' || (peek() >= '0' && peek() <= '9'))) {
        fail("\"[\" must introduce explicitly-specified array dimensions.");
      }
      int32_t lower = 1, upper = parse_bound();
      if (peek() == ':') {
        ++at_;
        lower = upper;
        upper = parse_bound();
      }
      if (peek() != ']') fail("Missing \"]\" after array dimensions.");
      ++at_;
      if (upper < lower) {
        throw SqlError(sqlstate::kArraySubscriptError, "upper bound cannot be less than lower bound");
      }
      bounds_.push_back({upper - lower + 1, lower});
    }
    if (bounds_.empty()) return false;
    if (peek() != '=') fail("Missing \"=\" after array dimensions.");
    ++at_;
    skip_blanks();
    return true;
  }

  [[noreturn]] static void fail_dimensions(int count) {
    throw SqlError(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(count) +
                                                        ") exceeds the maximum allowed (" +
                                                        std::to_string(kArrayDimensionsMax) + ")");
  }

  void open_level() {
    if (after_ != After::kNothing && after_ != After::kOpen && after_ != After::kLevelComma) fail_character('{');
    after_ = After::kOpen;
    if (level_ >= kArrayDimensionsMax) fail_dimensions(level_ + 1);
    counts_[level_++] = 0;
    depth_ = std::max(depth_, level_);
  }

  void close_level() {
    bool empty = level_ == 1 && after_ == After::kOpen;
    if (!empty && after_ != After::kElement && after_ != After::kQuoted && after_ != After::kClose) fail_character('}');
    end_element();
    if (after_ != After::kOpen) ++counts_[level_ - 1];
    after_ = After::kClose;
    --level_;
    if (lengths_[level_] >= 0 && lengths_[level_] != counts_[level_]) {
      fail("Multidimensional arrays must have sub-arrays with matching dimensions.");
    }
    lengths_[level_] = counts_[level_];
  }

  void delimit() {
    if (after_ != After::kElement && after_ != After::kQuoted && after_ != After::kClose) fail_character(delimiter_);
    end_element();
    ++counts_[level_ - 1];
    after_ = after_ == After::kClose ? After::kLevelComma : After::kElementComma;
  }

  bool may_begin_element() const { return after_ == After::kOpen || after_ == After::kElementComma; }

  // A quoted element; the opening quote is next.
  void read_quoted() {
    if (!may_begin_element()) fail("Unexpected array element.");
    begin_element();
    ++at_;
    for (;; ++at_) {
      if (at_ >= text_.size()) fail("Unexpected end of input.");
      char c = text_[at_];
      if (c == '"') break;
      if (c == '\\' && ++at_ >= text_.size()) fail("Unexpected end of input.");
      elements.back().text.push_back(text_[at_]);
    }
    kept_ = elements.back().text.size();
    plain_ = false;
    after_ = After::kQuoted;
  }

  void begin_element() {
    elements.push_back({"", false});
    kept_ = 0;
    plain_ = true;
  }

  void add_character(char c, bool escaped) {
    if (after_ != After::kElement) {
      if (!may_begin_element()) {
        if (escaped) fail_character('\\');
        fail("Unexpected array element.");
      }
      begin_element();
      after_ = After::kElement;
    }
    elements.back().text.push_back(c);
    if (escaped) plain_ = false;
    if (escaped || !is_blank(c)) kept_ = elements.back().text.size();
  }

  // Trailing blanks of an unquoted element do not belong to it; an unquoted NULL is one.
  void end_element() {
    if (after_ != After::kElement) return;
    Element& element = elements.back();
    element.text.resize(kept_);
    element.null = plain_ && nulls_ && equals_ignoring_case(element.text, "null");
  }

  void parse_contents() {
    do {
      if (at_ >= text_.size()) fail("Unexpected end of input.");
      char c = text_[at_];
      if (c == '\\') {
        if (after_ != After::kElement && !may_begin_element()) fail_character('\\');
        if (++at_ >= text_.size()) fail("Unexpected end of input.");
        add_character(text_[at_], true);
      } else if (c == '"') {
        read_quoted();
      } else if (c == '{') {
        open_level();
      } else if (c == '}') {
        close_level();
      } else if (c == delimiter_) {
        delimit();
      } else if (!is_blank(c)) {
        add_character(c, false);
      } else if (after_ == After::kElement) {
        add_character(c, false);
      }
      ++at_;
    } while (level_ > 0);
  }

  void settle_shape(bool explicit_bounds) {
    if (elements.empty()) {
      if (explicit_bounds) fail("Specified array dimensions do not match array contents.");
      return;
    }
    for (int d = 0; d < depth_; ++d) shape.push_back({lengths_[d], 1});
    if (explicit_bounds) {
      bool same = bounds_.size() == shape.size();
      for (size_t d = 0; same && d < shape.size(); ++d) same = shape[d].length == bounds_[d].length;
      if (!same) fail("Specified array dimensions do not match array contents.");
      shape = bounds_;
    }
  }

  std::string_view text_;
  char delimiter_;
  bool nulls_;
  size_t at_ = 0;
  std::vector<ArrayDimension> bounds_;
  After after_ = After::kNothing;
  int level_ = 0;
  int depth_ = 0;
  int32_t counts_[kArrayDimensionsMax] = {};
  int32_t lengths_[kArrayDimensionsMax] = {-1, -1, -1, -1, -1, -1};
  size_t kept_ = 0;    // bytes of the current element that are no trailing blanks
  bool plain_ = true;  // nothing quoted or escaped in it
};

bool needs_quotes(std::string_view text, char delimiter) {
  if (text.empty() || equals_ignoring_case(text, "null")) return true;
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '{' || c == '}' || c == delimiter || is_blank(c)) return true;
  }
  return false;
}

void append_element(std::string& out, std::string_view text, char delimiter) {
  if (!needs_quotes(text, delimiter)) {
    out += text;
    return;
  }
  out.push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

std::string parse_array(CallContext& context, std::string_view text, const TypeDescriptor& element, int32_t typmod) {
  ArrayParser parser(text, element.delimiter, context.settings().array_nulls);
  parser.run();
  checked_element_count(parser.shape);
  ArrayBuilder builder(element.oid, element.physical);
  for (const ArrayParser::Element& e : parser.elements) {
    if (e.null)
      builder.append_null();
    else
      builder.append(context.input(element.oid, e.text, typmod));
  }
  return builder.finish(parser.shape);
}

std::string array_to_string(CallContext& context, std::string_view bytes) {
  ArrayView array(bytes);
  if (array.size() == 0) return "{}";
  char delimiter = context.type(array.element_type())->delimiter;
  std::string out;
  std::vector<ArrayDimension> shape = array.shape();
  bool bounds = false;
  for (const ArrayDimension& d : shape) bounds = bounds || d.lower != 1;
  if (bounds) {
    for (const ArrayDimension& d : shape) {
      out += "[" + std::to_string(d.lower) + ":" + std::to_string(d.upper()) + "]";
    }
    out.push_back('=');
  }
  // Braces open and close where an index of the row-major walk comes to a multiple of a dimension's size.
  std::vector<uint32_t> spans(shape.size());
  uint32_t span = 1;
  for (size_t d = shape.size(); d-- > 0;) spans[d] = span *= static_cast<uint32_t>(shape[d].length);
  for (uint32_t i = 0; i < array.size(); ++i) {
    if (i > 0) out.push_back(delimiter);
    for (uint32_t s : spans) {
      if (i % s == 0) out.push_back('{');
    }
    if (array.is_null(i))
      out += "NULL";
    else
      append_element(out, context.output(array.element_type(), array.value(i)), delimiter);
    container::check_growing_text(context, out);
    for (uint32_t s : spans) {
      if ((i + 1) % s == 0) out.push_back('}');
    }
  }
  return out;
}

}  // namespace basalt::types
