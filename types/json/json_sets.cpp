// Set functions over json and jsonb: each, array_elements, object_keys.
#include "common/sqlstate.hpp"
#include "types/json/detail.hpp"
#include "types/json/document.hpp"
#include "types/value_function.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::PhysicalType;
using common::SqlError;

namespace {

// Rows of one or two string columns that were computed at once.
class Rows final : public RowSetFunction {
 public:
  using Cell = std::optional<std::string>;
  explicit Rows(size_t columns) : RowSetFunction(std::vector(columns, PhysicalType::kString)), columns_(columns) {}
  void add(Cell value) { cells_.push_back(std::move(value)); }

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (at_ >= cells_.size()) return false;
    for (size_t c = 0; c < columns_; ++c) {
      const Cell& cell = cells_[at_++];
      if (cell)
        out.columns[c].data<common::StringRef>()[row] = out.columns[c].add_string(*cell);
      else
        out.columns[c].set_null(row);
    }
    return true;
  }

 private:
  size_t columns_;
  std::vector<Cell> cells_;
  size_t at_ = 0;
};

[[noreturn]] void fail(const std::string& message) { throw SqlError(sqlstate::kInvalidParameterValue, message); }

Rows::Cell plain_text(const Document& value) {
  if (value.is_null()) return std::nullopt;
  return value.token == Token::kString ? value.string : std::string(value.raw);
}

template <bool AsText>
std::unique_ptr<SetFunction> json_each(FunctionCall&, std::span<const Value> arguments) {
  auto rows = std::make_unique<Rows>(2);
  if (arguments[0].is_null()) return rows;
  Document document = parse_document(arguments[0].string());
  if (document.is_array()) fail("cannot deconstruct an array as an object");
  if (!document.is_object()) fail("cannot deconstruct a scalar");
  for (size_t i = 0; i < document.keys.size(); ++i) {
    rows->add(std::move(document.keys[i]));
    rows->add(AsText ? plain_text(document.values[i]) : std::string(document.values[i].raw));
  }
  return rows;
}

template <bool AsText>
std::unique_ptr<SetFunction> jsonb_each(FunctionCall&, std::span<const Value> arguments) {
  auto rows = std::make_unique<Rows>(2);
  if (arguments[0].is_null()) return rows;
  View value(arguments[0].string());
  if (!value.is_object()) fail(std::string("cannot call jsonb_each") + (AsText ? "_text" : "") + " on a non-object");
  for (uint32_t i = 0; i < value.size(); ++i) {
    rows->add(std::string(value.key(i)));
    rows->add(AsText ? to_plain_text(value.value(i)) : std::string(value.value(i).bytes()));
  }
  return rows;
}

template <bool AsText>
std::unique_ptr<SetFunction> json_elements(FunctionCall&, std::span<const Value> arguments) {
  auto rows = std::make_unique<Rows>(1);
  if (arguments[0].is_null()) return rows;
  Document document = parse_document(arguments[0].string());
  std::string function = std::string("json_array_elements") + (AsText ? "_text" : "");
  if (document.is_object()) fail("cannot call " + function + " on a non-array");
  if (!document.is_array()) fail("cannot call " + function + " on a scalar");
  for (const Document& element : document.values) rows->add(AsText ? plain_text(element) : std::string(element.raw));
  return rows;
}

template <bool AsText>
std::unique_ptr<SetFunction> jsonb_elements(FunctionCall&, std::span<const Value> arguments) {
  auto rows = std::make_unique<Rows>(1);
  if (arguments[0].is_null()) return rows;
  View value(arguments[0].string());
  if (value.is_object()) fail("cannot extract elements from an object");
  if (!value.is_array()) fail("cannot extract elements from a scalar");
  for (uint32_t i = 0; i < value.size(); ++i) {
    rows->add(AsText ? to_plain_text(value.element(i)) : std::string(value.element(i).bytes()));
  }
  return rows;
}

std::unique_ptr<SetFunction> json_object_keys(FunctionCall&, std::span<const Value> arguments) {
  auto rows = std::make_unique<Rows>(1);
  if (arguments[0].is_null()) return rows;
  Document document = parse_document(arguments[0].string());
  if (document.is_array()) fail("cannot call json_object_keys on an array");
  if (!document.is_object()) fail("cannot call json_object_keys on a scalar");
  for (std::string& key : document.keys) rows->add(std::move(key));
  return rows;
}

std::unique_ptr<SetFunction> jsonb_object_keys(FunctionCall&, std::span<const Value> arguments) {
  auto rows = std::make_unique<Rows>(1);
  if (arguments[0].is_null()) return rows;
  View value(arguments[0].string());
  if (value.is_array()) fail("cannot call jsonb_object_keys on an array");
  if (!value.is_object()) fail("cannot call jsonb_object_keys on a scalar");
  for (uint32_t i = 0; i < value.size(); ++i) rows->add(std::string(value.key(i)));
  return rows;
}

}  // namespace

void register_json_sets(FunctionRegistry& registry) {
  registry.add_set("json_each", json_each<false>);
  registry.add_set("json_each_text", json_each<true>);
  registry.add_set("jsonb_each", jsonb_each<false>);
  registry.add_set("jsonb_each_text", jsonb_each<true>);
  registry.add_set("json_array_elements", json_elements<false>);
  registry.add_set("json_array_elements_text", json_elements<true>);
  registry.add_set("jsonb_array_elements", jsonb_elements<false>);
  registry.add_set("jsonb_array_elements_text", jsonb_elements<true>);
  registry.add_set("json_object_keys", json_object_keys);
  registry.add_set("jsonb_object_keys", jsonb_object_keys);
}

}  // namespace basalt::types::json
