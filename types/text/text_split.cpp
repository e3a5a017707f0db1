// string_to_array(), string_to_table(), array_to_string().
#include "types/container/array.hpp"
#include "types/text/any_text.hpp"
#include "types/text/search.hpp"
#include "types/text/text.hpp"
#include "types/text/text_list.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

void StringSet::next(common::Chunk& out, uint32_t rows_max) {
  common::PhysicalType type = common::PhysicalType::kString;
  out.reset(std::span(&type, 1), rows_max);
  Vector& column = out.columns[0];
  std::optional<std::string> value;
  uint32_t row = 0;
  for (; row < rows_max && produce(value); ++row) {
    if (value)
      column.data<common::StringRef>()[row] = column.add_string(*value);
    else
      column.set_null(row);
  }
  out.rows = row;
}

namespace {

using Text = std::optional<std::string_view>;

// Yields the fields of a string one by one.
class Splitter {
 public:
  // No separator: each character is a field.
  Splitter(FunctionCall& call, std::string_view s, Text separator) : rest_(s), separator_(separator) {
    done_ = s.empty();
    if (!done_ && separator && !separator->empty()) {
      deterministic_collation(call, "substring searches", "string comparison");
    }
  }
  bool next(std::string_view& field) {
    if (done_) return false;
    size_t end, skip = 0;
    if (!separator_) {
      end = std::min(utf8::sequence_length(static_cast<unsigned char>(rest_[0])), rest_.size());
      done_ = end == rest_.size();
    } else {
      end = separator_->empty() ? std::string_view::npos : find_bytes(rest_, *separator_, 0);
      done_ = end == std::string_view::npos;
      skip = separator_->size();
    }
    field = rest_.substr(0, end);
    if (!done_) rest_.remove_prefix(end + skip);
    return true;
  }

 private:
  std::string_view rest_;
  Text separator_;
  bool done_;
};

std::optional<std::string> split_with_null(FunctionCall& call, Text s, Text separator, Text null_text) {
  if (!s) return std::nullopt;
  ArrayBuilder out(oid::kText, common::PhysicalType::kString);
  Splitter splitter(call, *s, separator);
  std::string_view field;
  while (splitter.next(field)) {
    if ((out.size() & 0xfff) == 0) call.context->interrupt().check();
    if (null_text && field == *null_text)
      out.append_null();
    else
      out.append_string(field);
  }
  return out.finish();
}
std::optional<std::string> split(FunctionCall& call, Text s, Text separator) {
  return split_with_null(call, s, separator, std::nullopt);
}

class SplitSet final : public StringSet {
 public:
  SplitSet(FunctionCall& call, std::span<const Value> arguments)
      : s_(arguments[0]),
        separator_(arguments[1]),
        null_text_(arguments.size() > 2 ? arguments[2] : Value()),
        splitter_(call, s_.string(), text(separator_)) {}

 private:
  static Text text(const Value& value) { return value.is_null() ? Text() : Text(value.string()); }
  bool produce(std::optional<std::string>& value) override {
    std::string_view field;
    if (!splitter_.next(field)) return false;
    if (!null_text_.is_null() && field == null_text_.string())
      value.reset();
    else
      value.emplace(field);
    return true;
  }
  Value s_, separator_, null_text_;
  Splitter splitter_;
};

std::unique_ptr<SetFunction> split_to_table(FunctionCall& call, std::span<const Value> arguments) {
  if (arguments[0].is_null()) return std::make_unique<EmptySet>();
  return std::make_unique<SplitSet>(call, arguments);
}

std::optional<std::string> join_with_null(FunctionCall& call, Text bytes, Text separator, Text null_text) {
  if (!bytes || !separator) return std::nullopt;
  ArrayView array(*bytes);
  std::string out;
  bool first = true;
  for (uint32_t i = 0; i < array.size(); ++i) {
    if ((i & 0xfff) == 0) call.context->interrupt().check();
    if (array.is_null(i) && !null_text) continue;
    if (!first) out.append(*separator);
    first = false;
    if (array.is_null(i))
      out.append(*null_text);
    else
      out.append(text_of(call, array.element_type(), array.value(i)));
    check_length(out.size());
  }
  return out;
}
std::optional<std::string> join(FunctionCall& call, Text bytes, Text separator) {
  return join_with_null(call, bytes, separator, std::nullopt);
}

}  // namespace

void register_text_split(FunctionRegistry& registry) {
  registry.add_scalar("text_to_array", scalar<split>());
  registry.add_scalar("text_to_array_null", scalar<split_with_null>());
  registry.add_set("text_to_table", &split_to_table);
  registry.add_set("text_to_table_null", &split_to_table);
  registry.add_scalar("array_to_text", scalar<join>());
  registry.add_scalar("array_to_text_null", scalar<join_with_null>());
}

}  // namespace basalt::types
