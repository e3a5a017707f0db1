// jsonb: the bytes of a value in a kString value.
//
//   node    kind : 1, then
//     null, false, true   nothing
//     number              the bytes of a numeric (every digit is kept)
//     string              its bytes
//     array               count : 4 | end offsets : 4 each | nodes
//     object              count : 4 | end offsets of the keys : 4 each | of the values : 4 each | keys | nodes
//
// A node's length is known from what holds it. Keys are unique and sorted by (length, bytes), as PostgreSQL keeps them,
// so a key is found by binary search and objects print in PostgreSQL's order. Equal jsonb need not have equal bytes
// (1.0 and 1.00): compare() decides.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basalt::types::json {

// In PostgreSQL's order of values of different kinds; false < true.
enum class Kind : uint8_t { kNull, kString, kNumber, kFalse, kTrue, kArray, kObject };

// Reads a node in place.
class View {
 public:
  explicit View(std::string_view node) : node_(node) {}

  std::string_view bytes() const { return node_; }
  Kind kind() const { return static_cast<Kind>(node_[0]); }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_container() const { return kind() >= Kind::kArray; }
  bool is_boolean() const { return kind() == Kind::kFalse || kind() == Kind::kTrue; }
  // The bytes of a string, or of a number's numeric.
  std::string_view payload() const { return node_.substr(1); }

  // Elements or pairs.
  uint32_t size() const { return word(0); }
  View element(uint32_t i) const { return View(slice(4 + 4 * size_t{size()}, i ? word(i) : 0, word(i + 1))); }
  std::string_view key(uint32_t i) const { return slice(4 + 8 * size_t{size()}, i ? word(i) : 0, word(i + 1)); }
  View value(uint32_t i) const {
    uint32_t n = size();
    return View(slice(4 + 8 * size_t{n} + word(n), i ? word(n + i) : 0, word(n + i + 1)));
  }
  // The value of a key of an object.
  std::optional<View> find(std::string_view key) const;
  // The element of an array, counted from the end when negative.
  std::optional<View> at(int64_t index) const;

 private:
  uint32_t word(uint32_t i) const {
    uint32_t out;
    std::memcpy(&out, node_.data() + 1 + 4 * size_t{i}, 4);
    return out;
  }
  std::string_view slice(size_t base, uint32_t begin, uint32_t end) const {
    return {node_.data() + 1 + base + begin, end - begin};
  }
  std::string_view node_;
};

// Builds a node from the outside in. Of equal keys the last one stays.
class Builder {
 public:
  Builder& begin_array();
  Builder& end_array();
  Builder& begin_object();
  Builder& key(std::string_view name);
  Builder& end_object();
  Builder& null();
  Builder& boolean(bool value);
  Builder& string(std::string_view value);
  Builder& number(std::string_view numeric);
  Builder& integer(int64_t value);
  Builder& node(View value);
  std::string finish();

 private:
  struct Frame {
    bool object;
    std::string keys;
    std::vector<uint32_t> key_ends;
    std::string values;
    std::vector<uint32_t> value_ends;
  };
  std::string& target() { return frames_.empty() ? result_ : frames_.back().values; }
  void complete();
  void write_array(const Frame& frame);
  void write_object(const Frame& frame);

  std::vector<Frame> frames_;
  std::string result_;
};

// jsonb_in; throws as Lexer does.
std::string parse_jsonb(std::string_view text);
// jsonb_out, and jsonb_pretty.
void append_text(View value, std::string& out);
std::string to_text(View value);
std::string to_pretty_text(View value);
// What ->> gives: the string itself, or the text of another value; nothing for null.
std::optional<std::string> to_plain_text(View value);

// PostgreSQL's order: Object > Array > Boolean > Number > String > Null; sizes first.
int compare(std::string_view a, std::string_view b);
// The executor's hash of a jsonb.
uint64_t hash(std::string_view value);
// jsonb_hash and jsonb_hash_extended.
uint32_t hash_jsonb(std::string_view value);
uint64_t hash_extended(std::string_view value, uint64_t seed);
void append_key(std::string_view value, std::string& out);
// a @> b
bool contains(View a, View b);

}  // namespace basalt::types::json
