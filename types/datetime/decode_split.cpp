// Cutting date and time text into fields.
#include <cctype>
#include <cstring>

#include "types/datetime/decode.hpp"

namespace basalt::types::decode {

namespace {

constexpr size_t kFieldsMax = 25;
constexpr size_t kTextMax = 128 + 25;  // PostgreSQL's work buffer

bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool alnum(char c) { return alpha(c) || digit(c); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool punctuation(char c) { return static_cast<unsigned char>(c) < 0x80 && std::ispunct(static_cast<unsigned char>(c)); }

// Cuts text into fields; `at` past the end reads as NUL.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool done() const { return at_ >= text_.size() || text_[at_] == '\0'; }
  void skip() { ++at_; }
  void take() {
    field_.text += lower(text_[at_]);
    ++at_;
  }
  template <typename Test>
  void take_while(Test test) {
    while (!done() && test(peek())) take();
  }
  void start() { field_ = Field{FieldType::kNumber, {}}; }
  Field& field() { return field_; }

 private:
  std::string_view text_;
  size_t at_ = 0;
  Field field_{FieldType::kNumber, {}};
};

void split_digits(Splitter& in) {
  in.take_while(digit);
  if (in.peek() == ':') {
    in.field().type = FieldType::kTime;
    in.take_while([](char c) { return digit(c) || c == ':' || c == '.'; });
    return;
  }
  char delimiter = in.peek();
  if (delimiter != '-' && delimiter != '/' && delimiter != '.') return;
  in.take();
  if (digit(in.peek())) {
    in.field().type = delimiter == '.' ? FieldType::kNumber : FieldType::kDate;
    in.take_while(digit);
    if (in.peek() == delimiter) {
      in.field().type = FieldType::kDate;
      in.take_while([delimiter](char c) { return digit(c) || c == delimiter; });
    }
    return;
  }
  in.field().type = FieldType::kDate;
  in.take_while([delimiter](char c) { return alnum(c) || c == delimiter; });
}

void split_word(Splitter& in) {
  in.field().type = FieldType::kString;
  in.take_while(alpha);
  char next = in.peek();
  bool date = next == '-' || next == '/' || next == '.';
  if (next == '+' || digit(next)) date = find_word(in.field().text).word == Word::kUnknown;
  if (!date) return;
  in.field().type = FieldType::kDate;
  in.take_while([](char c) { return alnum(c) || std::strchr("+-/_.:", c); });
}

Error split_signed(Splitter& in) {
  in.take();
  while (space(in.peek())) in.skip();
  if (digit(in.peek())) {
    in.field().type = FieldType::kZone;
    in.take_while([](char c) { return digit(c) || c == ':' || c == '.' || c == '-'; });
    return Error::kNone;
  }
  if (!alpha(in.peek())) return Error::kBadFormat;
  in.field().type = FieldType::kSpecial;
  in.take_while(alpha);
  return Error::kNone;
}

}  // namespace

Error split(std::string_view text, std::vector<Field>& fields) {
  if (text.size() > kTextMax) return Error::kBadFormat;
  Splitter in(text);
  while (!in.done()) {
    char c = in.peek();
    if (space(c)) {
      in.skip();
      continue;
    }
    in.start();
    if (digit(c)) {
      split_digits(in);
    } else if (c == '.') {
      in.take();
      in.take_while(digit);
    } else if (alpha(c)) {
      split_word(in);
    } else if (c == '+' || c == '-') {
      if (Error error = split_signed(in); error != Error::kNone) return error;
    } else if (punctuation(c)) {
      in.skip();
      continue;
    } else {
      return Error::kBadFormat;
    }
    if (fields.size() >= kFieldsMax) return Error::kBadFormat;
    fields.push_back(std::move(in.field()));
  }
  return Error::kNone;
}

}  // namespace basalt::types::decode
