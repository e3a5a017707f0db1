#include "types/json/jsonb.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "common/ensure.hpp"
#include "types/hash_bytes.hpp"
#include "types/json/json.hpp"
#include "types/json/lexer.hpp"
#include "types/key_codec.hpp"
#include "types/mix_hash.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types::json {

namespace {

int compare_keys(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

void append_word(std::string& out, uint32_t word) { out.append(reinterpret_cast<const char*>(&word), sizeof word); }

std::string_view part(const std::string& bytes, const std::vector<uint32_t>& ends, uint32_t i) {
  uint32_t begin = i ? ends[i - 1] : 0;
  return std::string_view(bytes).substr(begin, ends[i] - begin);
}

}  // namespace

std::optional<View> View::find(std::string_view wanted) const {
  uint32_t low = 0, high = size();
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = compare_keys(key(middle), wanted);
    if (order == 0) return value(middle);
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

std::optional<View> View::at(int64_t index) const {
  int64_t n = size();
  if (index < 0) index += n;
  if (index < 0 || index >= n) return std::nullopt;
  return element(static_cast<uint32_t>(index));
}

// --- building ------------------------------------------------------------------------------------------------------

void Builder::complete() {
  if (!frames_.empty()) frames_.back().value_ends.push_back(static_cast<uint32_t>(frames_.back().values.size()));
}

Builder& Builder::begin_array() {
  frames_.push_back({false, {}, {}, {}, {}});
  return *this;
}
Builder& Builder::begin_object() {
  frames_.push_back({true, {}, {}, {}, {}});
  return *this;
}
Builder& Builder::key(std::string_view name) {
  Frame& frame = frames_.back();
  frame.keys += name;
  frame.key_ends.push_back(static_cast<uint32_t>(frame.keys.size()));
  return *this;
}

void Builder::write_array(const Frame& frame) {
  std::string& out = target();
  out.push_back(static_cast<char>(Kind::kArray));
  append_word(out, static_cast<uint32_t>(frame.value_ends.size()));
  out.append(reinterpret_cast<const char*>(frame.value_ends.data()), frame.value_ends.size() * 4);
  out += frame.values;
}

void Builder::write_object(const Frame& frame) {
  std::vector<uint32_t> order(frame.key_ends.size());
  std::iota(order.begin(), order.end(), 0);
  auto key_of = [&](uint32_t i) { return part(frame.keys, frame.key_ends, i); };
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return compare_keys(key_of(a), key_of(b)) < 0; });
  std::vector<uint32_t> kept;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i + 1 == order.size() || key_of(order[i]) != key_of(order[i + 1])) kept.push_back(order[i]);
  }
  std::string& out = target();
  out.push_back(static_cast<char>(Kind::kObject));
  append_word(out, static_cast<uint32_t>(kept.size()));
  uint32_t end = 0;
  for (uint32_t i : kept) append_word(out, end += static_cast<uint32_t>(key_of(i).size()));
  end = 0;
  for (uint32_t i : kept) {
    append_word(out, end += static_cast<uint32_t>(part(frame.values, frame.value_ends, i).size()));
  }
  for (uint32_t i : kept) out += key_of(i);
  for (uint32_t i : kept) out += part(frame.values, frame.value_ends, i);
}

Builder& Builder::end_array() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  write_array(frame);
  complete();
  return *this;
}
Builder& Builder::end_object() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  ENSURE(frame.key_ends.size() == frame.value_ends.size(), "jsonb object with a key without a value");
  write_object(frame);
  complete();
  return *this;
}
Builder& Builder::null() {
  target().push_back(static_cast<char>(Kind::kNull));
  complete();
  return *this;
}
Builder& Builder::boolean(bool value) {
  target().push_back(static_cast<char>(value ? Kind::kTrue : Kind::kFalse));
  complete();
  return *this;
}
Builder& Builder::string(std::string_view value) {
  target().push_back(static_cast<char>(Kind::kString));
  target() += value;
  complete();
  return *this;
}
Builder& Builder::number(std::string_view numeric) {
  target().push_back(static_cast<char>(Kind::kNumber));
  target() += numeric;
  complete();
  return *this;
}
Builder& Builder::integer(int64_t value) { return number(numeric::from_int64(value)); }
Builder& Builder::node(View value) {
  target() += value.bytes();
  complete();
  return *this;
}
std::string Builder::finish() {
  ENSURE(frames_.empty() && !result_.empty(), "jsonb value is not complete");
  return std::move(result_);
}

namespace {

class BuildingEvents : public Events {
 public:
  Builder builder;
  void begin_object() override { builder.begin_object(); }
  void key(const Lexer& lexer) override { builder.key(lexer.string()); }
  void end_object() override { builder.end_object(); }
  void begin_array() override { builder.begin_array(); }
  void end_array() override { builder.end_array(); }
  void scalar(const Lexer& lexer) override {
    switch (lexer.token()) {
      case Token::kString:
        builder.string(lexer.string());
        break;
      case Token::kNumber:
        builder.number(numeric::parse(lexer.lexeme()));
        break;
      case Token::kTrue:
        builder.boolean(true);
        break;
      case Token::kFalse:
        builder.boolean(false);
        break;
      default:
        builder.null();
    }
  }
};

}  // namespace

std::string parse_jsonb(std::string_view text) {
  Lexer lexer(text, Escapes::kResolve);
  BuildingEvents events;
  parse(lexer, events);
  return events.builder.finish();
}

// --- text ----------------------------------------------------------------------------------------------------------

void append_text(View value, std::string& out) {
  switch (value.kind()) {
    case Kind::kNull:
      out += "null";
      break;
    case Kind::kFalse:
      out += "false";
      break;
    case Kind::kTrue:
      out += "true";
      break;
    case Kind::kNumber:
      out += numeric::to_string(value.payload());
      break;
    case Kind::kString:
      append_quoted(value.payload(), out);
      break;
    case Kind::kArray:
      out.push_back('[');
      for (uint32_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ", ";
        append_text(value.element(i), out);
      }
      out.push_back(']');
      break;
    case Kind::kObject:
      out.push_back('{');
      for (uint32_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ", ";
        append_quoted(value.key(i), out);
        out += ": ";
        append_text(value.value(i), out);
      }
      out.push_back('}');
      break;
  }
}

std::string to_text(View value) {
  std::string out;
  append_text(value, out);
  return out;
}

namespace {

void append_pretty(View value, size_t level, std::string& out) {
  if (!value.is_container()) return append_text(value, out);
  bool object = value.is_object();
  out.push_back(object ? '{' : '[');
  for (uint32_t i = 0; i < value.size(); ++i) {
    if (i > 0) out.push_back(',');
    out.push_back('\n');
    out.append((level + 1) * 4, ' ');
    if (object) {
      append_quoted(value.key(i), out);
      out += ": ";
    }
    append_pretty(object ? value.value(i) : value.element(i), level + 1, out);
  }
  out.push_back('\n');
  out.append(level * 4, ' ');
  out.push_back(object ? '}' : ']');
}

}  // namespace

std::string to_pretty_text(View value) {
  std::string out;
  append_pretty(value, 0, out);
  return out;
}

std::optional<std::string> to_plain_text(View value) {
  if (value.is_null()) return std::nullopt;
  if (value.kind() == Kind::kString) return std::string(value.payload());
  return to_text(value);
}

// --- order ---------------------------------------------------------------------------------------------------------

namespace {

int sign(int order) { return order < 0 ? -1 : order > 0; }

int rank(Kind kind) { return kind == Kind::kFalse ? static_cast<int>(Kind::kTrue) : static_cast<int>(kind); }

int compare_nodes(View a, View b) {
  if (rank(a.kind()) != rank(b.kind())) return rank(a.kind()) < rank(b.kind()) ? -1 : 1;
  switch (a.kind()) {
    case Kind::kNull:
      return 0;
    case Kind::kFalse:
    case Kind::kTrue:
      return sign(static_cast<int>(a.kind()) - static_cast<int>(b.kind()));
    case Kind::kString:
      return sign(a.payload().compare(b.payload()));
    case Kind::kNumber:
      return sign(numeric::compare(a.payload(), b.payload()));
    default:
      break;
  }
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (uint32_t i = 0; i < a.size(); ++i) {
    if (a.is_object()) {
      if (int order = sign(a.key(i).compare(b.key(i)))) return order;
    }
    int order = a.is_object() ? compare_nodes(a.value(i), b.value(i)) : compare_nodes(a.element(i), b.element(i));
    if (order != 0) return order;
  }
  return 0;
}

// At the top level an empty array is below every scalar, and a scalar below every other array.
int top_class(View v) {
  if (v.is_object()) return 3;
  if (v.is_array()) return v.size() == 0 ? 0 : 2;
  return 1;
}

uint64_t rotate_halves(uint64_t v) {
  auto high = static_cast<uint32_t>(v >> 32), low = static_cast<uint32_t>(v);
  return (static_cast<uint64_t>(std::rotl(high, 1)) << 32) | std::rotl(low, 1);
}

uint64_t scalar_hash(View v, uint64_t seed) {
  switch (v.kind()) {
    case Kind::kNull:
      return seed + 1;
    case Kind::kString:
      return hash_bytes_extended(v.payload(), seed);
    case Kind::kNumber:
      return numeric::hash_numeric_extended(v.payload(), seed);
    default:
      break;
  }
  bool truth = v.kind() == Kind::kTrue;
  if (seed != 0) return hash_uint32_extended(truth ? 1 : 0, seed);
  return truth ? 2 : 4;
}

constexpr uint64_t kArrayMark = 0x4000000040000000ull;
constexpr uint64_t kObjectMark = 0x2000000020000000ull;

void fold_hash(View v, uint64_t seed, uint64_t& result) {
  if (!v.is_container()) {
    result = rotate_halves(result) ^ scalar_hash(v, seed);
    return;
  }
  result ^= v.is_array() ? kArrayMark : kObjectMark;
  for (uint32_t i = 0; i < v.size(); ++i) {
    if (v.is_object()) result = rotate_halves(result) ^ hash_bytes_extended(v.key(i), seed);
    fold_hash(v.is_object() ? v.value(i) : v.element(i), seed, result);
  }
}

void append_node_key(View v, std::string& out) {
  out.push_back(static_cast<char>(v.kind()));
  switch (v.kind()) {
    case Kind::kString:
      append_key_string(out, v.payload());
      break;
    case Kind::kNumber:
      numeric::append_key(v.payload(), out);
      break;
    case Kind::kArray:
      append_key_unsigned(out, v.size());
      for (uint32_t i = 0; i < v.size(); ++i) append_node_key(v.element(i), out);
      break;
    case Kind::kObject:
      append_key_unsigned(out, v.size());
      for (uint32_t i = 0; i < v.size(); ++i) {
        append_key_string(out, v.key(i));
        append_node_key(v.value(i), out);
      }
      break;
    default:
      break;
  }
}

}  // namespace

int compare(std::string_view left, std::string_view right) {
  View a(left), b(right);
  int x = top_class(a), y = top_class(b);
  return x != y ? (x < y ? -1 : 1) : compare_nodes(a, b);
}

uint64_t hash_extended(std::string_view value, uint64_t seed) {
  View v(value);
  if (v.is_container() && v.size() == 0) return seed;
  uint64_t result = v.is_container() ? 0 : kArrayMark;
  fold_hash(v, seed, result);
  return result;
}

uint32_t hash_jsonb(std::string_view value) { return static_cast<uint32_t>(hash_extended(value, 0)); }
uint64_t hash(std::string_view value) { return mix_hash(hash_extended(value, 0), 0x428a2f98d728ae22ull); }

void append_key(std::string_view value, std::string& out) {
  View v(value);
  out.push_back(static_cast<char>(top_class(v)));
  append_node_key(v, out);
}

// --- containment ---------------------------------------------------------------------------------------------------

namespace {

bool equal_scalars(View a, View b) { return a.kind() == b.kind() && compare_nodes(a, b) == 0; }

bool contains_containers(View a, View b);

bool array_contains(View a, View element) {
  for (uint32_t i = 0; i < a.size(); ++i) {
    View candidate = a.element(i);
    if (element.is_container()) {
      if (candidate.kind() == element.kind() && contains_containers(candidate, element)) return true;
    } else if (equal_scalars(candidate, element)) {
      return true;
    }
  }
  return false;
}

bool contains_containers(View a, View b) {
  if (a.is_array()) {
    for (uint32_t i = 0; i < b.size(); ++i) {
      if (!array_contains(a, b.element(i))) return false;
    }
    return true;
  }
  if (a.size() < b.size()) return false;
  for (uint32_t i = 0; i < b.size(); ++i) {
    std::optional<View> mine = a.find(b.key(i));
    View wanted = b.value(i);
    if (!mine || rank(mine->kind()) != rank(wanted.kind())) return false;
    if (wanted.is_container() ? !contains_containers(*mine, wanted) : !equal_scalars(*mine, wanted)) return false;
  }
  return true;
}

}  // namespace

// At the top level an array contains a scalar that is one of its elements.
bool contains(View a, View b) {
  if (!b.is_container()) return a.is_array() ? array_contains(a, b) : !a.is_container() && equal_scalars(a, b);
  return a.kind() == b.kind() && contains_containers(a, b);
}

}  // namespace basalt::types::json
