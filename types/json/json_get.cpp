// -> ->> #> #>> and array lengths of json and jsonb.
#include <charconv>

#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/function_adaptor.hpp"
#include "types/json/detail.hpp"
#include "types/json/document.hpp"
#include "types/json/edit.hpp"

namespace basalt::types::json {

namespace sqlstate = common::sqlstate;
using common::SqlError;

TextArray text_array(std::string_view array) {
  ArrayView view(array);
  TextArray out;
  out.reserve(view.size());
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (view.is_null(i))
      out.push_back(std::nullopt);
    else
      out.emplace_back(std::string(view.string(i)));
  }
  return out;
}

TextArray path_array(std::string_view array) {
  if (ArrayView(array).dimensions() > 1) {
    throw SqlError(sqlstate::kArraySubscriptError, "wrong number of array subscripts");
  }
  return text_array(array);
}

std::optional<int64_t> path_index(std::string_view step) {
  while (!step.empty() && (step.front() == ' ' || (step.front() >= '\t' && step.front() <= '\r'))) {
    step.remove_prefix(1);
  }
  if (step.starts_with('+')) step.remove_prefix(1);
  int32_t index = 0;
  auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (step.empty() || error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return index;
}

std::optional<View> value_at_path(View value, const std::vector<std::string>& path) {
  std::optional<View> at = value;
  for (const std::string& step : path) {
    if (at->is_object()) {
      at = at->find(step);
    } else if (at->is_array()) {
      std::optional<int64_t> index = path_index(step);
      at = index ? at->at(*index) : std::nullopt;
    } else {
      return std::nullopt;
    }
    if (!at) return std::nullopt;
  }
  return at;
}

namespace {

using Text = std::optional<std::string>;

// --- jsonb ---------------------------------------------------------------------------------------------------------

Text node_of(const std::optional<View>& value) { return value ? Text(std::string(value->bytes())) : std::nullopt; }
Text text_of(const std::optional<View>& value) { return value ? to_plain_text(*value) : std::nullopt; }

std::optional<View> field(std::string_view bytes, std::string_view key) {
  View value(bytes);
  return value.is_object() ? value.find(key) : std::nullopt;
}
std::optional<View> element(std::string_view bytes, int32_t index) {
  View value(bytes);
  // A scalar at the top counts as an array of itself here.
  if (!value.is_container()) return index == 0 || index == -1 ? std::optional(value) : std::nullopt;
  return value.is_array() ? value.at(index) : std::nullopt;
}
std::optional<View> walk(std::string_view bytes, std::string_view path) {
  std::vector<std::string> steps;
  for (auto& step : text_array(path)) {
    if (!step) return std::nullopt;
    steps.push_back(std::move(*step));
  }
  return value_at_path(View(bytes), steps);
}

Text jsonb_object_field(std::string_view v, std::string_view key) { return node_of(field(v, key)); }
Text jsonb_object_field_text(std::string_view v, std::string_view key) { return text_of(field(v, key)); }
Text jsonb_array_element(std::string_view v, int32_t index) { return node_of(element(v, index)); }
Text jsonb_array_element_text(std::string_view v, int32_t index) { return text_of(element(v, index)); }
Text jsonb_extract_path(std::string_view v, std::string_view path) { return node_of(walk(v, path)); }
Text jsonb_extract_path_text(std::string_view v, std::string_view path) { return text_of(walk(v, path)); }

int32_t jsonb_array_length(std::string_view bytes) {
  View value(bytes);
  if (!value.is_container()) {
    throw SqlError(sqlstate::kInvalidParameterValue, "cannot get array length of a scalar");
  }
  if (!value.is_array()) {
    throw SqlError(sqlstate::kInvalidParameterValue, "cannot get array length of a non-array");
  }
  return static_cast<int32_t>(value.size());
}

// --- json ----------------------------------------------------------------------------------------------------------

Text raw_of(const Document* value) { return value ? Text(std::string(value->raw)) : std::nullopt; }
Text plain_of(const Document* value) {
  if (!value || value->is_null()) return std::nullopt;
  return value->token == Token::kString ? value->string : std::string(value->raw);
}

template <typename Print>
Text get_field(std::string_view text, std::string_view key, Print print) {
  Document document = parse_document(text);
  return print(document.is_object() ? document.find(key) : nullptr);
}
template <typename Print>
Text get_element(std::string_view text, int32_t index, Print print) {
  Document document = parse_document(text);
  return print(document.is_array() ? document.at(index) : nullptr);
}
template <typename Print>
Text get_path(std::string_view text, std::string_view path, Print print) {
  TextArray steps = text_array(path);
  for (const auto& step : steps) {
    if (!step) return std::nullopt;
  }
  Document document = parse_document(text);
  const Document* at = &document;
  for (const auto& step : steps) {
    if (at->is_object()) {
      at = at->find(*step);
    } else if (at->is_array()) {
      std::optional<int64_t> index = path_index(*step);
      at = index ? at->at(*index) : nullptr;
    } else {
      at = nullptr;
    }
    if (!at) return std::nullopt;
  }
  return print(at);
}

Text json_object_field(std::string_view v, std::string_view key) { return get_field(v, key, raw_of); }
Text json_object_field_text(std::string_view v, std::string_view key) { return get_field(v, key, plain_of); }
Text json_array_element(std::string_view v, int32_t index) { return get_element(v, index, raw_of); }
Text json_array_element_text(std::string_view v, int32_t index) { return get_element(v, index, plain_of); }
Text json_extract_path(std::string_view v, std::string_view path) { return get_path(v, path, raw_of); }
Text json_extract_path_text(std::string_view v, std::string_view path) { return get_path(v, path, plain_of); }

int32_t json_array_length(std::string_view text) {
  Document document = parse_document(text);
  if (document.is_array()) return static_cast<int32_t>(document.values.size());
  throw SqlError(sqlstate::kInvalidParameterValue, document.is_object() ? "cannot get array length of a non-array"
                                                                        : "cannot get array length of a scalar");
}

}  // namespace

void register_json_get(FunctionRegistry& registry) {
  registry.add_scalar("json_object_field", scalar<json_object_field>());
  registry.add_scalar("json_object_field_text", scalar<json_object_field_text>());
  registry.add_scalar("json_array_element", scalar<json_array_element>());
  registry.add_scalar("json_array_element_text", scalar<json_array_element_text>());
  registry.add_scalar("json_extract_path", scalar<json_extract_path>());
  registry.add_scalar("json_extract_path_text", scalar<json_extract_path_text>());
  registry.add_scalar("json_array_length", scalar<json_array_length>());
  registry.add_scalar("jsonb_object_field", scalar<jsonb_object_field>());
  registry.add_scalar("jsonb_object_field_text", scalar<jsonb_object_field_text>());
  registry.add_scalar("jsonb_array_element", scalar<jsonb_array_element>());
  registry.add_scalar("jsonb_array_element_text", scalar<jsonb_array_element_text>());
  registry.add_scalar("jsonb_extract_path", scalar<jsonb_extract_path>());
  registry.add_scalar("jsonb_extract_path_text", scalar<jsonb_extract_path_text>());
  registry.add_scalar("jsonb_array_length", scalar<jsonb_array_length>());
}

}  // namespace basalt::types::json
