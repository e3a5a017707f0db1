#include "catalog/builtin_rows.hpp"

#include <algorithm>
#include <charconv>

#include "catalog/acl_text.hpp"
#include "catalog/builtin_filter.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/embedded.hpp"
#include "catalog/tsv.hpp"
#include "types/builtin_oids.hpp"
#include "types/container/array.hpp"

namespace basalt::catalog {

namespace {

namespace oid = types::oid;
using common::PhysicalType;

template <typename T>
T number(std::string_view text) {
  T out{};
  auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  ENSURE(end.ec == std::errc() && end.ptr == text.data() + text.size(), "not a number: " + std::string(text));
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

// {a,b,"c d"}: one dimension, no NULL.
std::vector<std::string> array_elements(std::string_view text) {
  ENSURE(text.size() >= 2 && text.front() == '{' && text.back() == '}', "not an array: " + std::string(text));
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> out;
  while (!text.empty()) {
    std::string element;
    bool quoted = false;
    size_t i = 0;
    for (; i < text.size() && (quoted || text[i] != ','); ++i) {
      if (text[i] == '"')
        quoted = !quoted;
      else if (text[i] == '\\')
        element.push_back(text[++i]);
      else
        element.push_back(text[i]);
    }
    out.push_back(std::move(element));
    text.remove_prefix(std::min(i + 1, text.size()));
  }
  return out;
}

template <typename T>
std::vector<T> number_list(const auto& parts) {
  std::vector<T> out;
  for (const auto& part : parts) out.push_back(number<T>(part));
  return out;
}

std::vector<Oid> oid_list(const auto& parts) {
  std::vector<Oid> out;
  for (const auto& part : parts) out.push_back(Oid(number<uint32_t>(part)));
  return out;
}

class RowReader {
 public:
  RowReader() {
    TsvReader reader(embedded_file("pg_authid.tsv"));
    const int oid_at = reader.column("oid"), name_at = reader.column("rolname");
    std::vector<TsvCell> cells;
    while (reader.next(cells)) roles_.emplace(*cells[name_at], number<uint32_t>(*cells[oid_at]));
  }

  std::vector<CatalogRow> read(const CatalogTable& table) const {
    std::vector<CatalogRow> rows;
    std::string_view text = embedded_file(table.name + ".tsv");
    if (text.empty()) return rows;
    TsvReader reader(text);
    std::vector<int> at;
    for (const CatalogColumn& c : table.columns) at.push_back(reader.column(c.name));
    std::vector<TsvCell> cells;
    while (reader.next(cells)) {
      CatalogRow& row = rows.emplace_back();
      for (size_t i = 0; i < at.size(); ++i) row.push_back(value(table.columns[i], cells[at[i]]));
    }
    return rows;
  }

 private:
  Value value(const CatalogColumn& column, const TsvCell& cell) const {
    if (!cell) return Value::null(column.physical);
    const std::string& text = *cell;
    switch (column.physical) {
      case PhysicalType::kBool:
        return Value::of(text == "t");
      case PhysicalType::kInt16:
        if (column.type == oid::kInternalChar) return Value::of(static_cast<int16_t>(text.empty() ? 0 : text[0]));
        return Value::of(number<int16_t>(text));
      case PhysicalType::kInt32:
        if (column.type == oid::kInt4) return Value::of(number<int32_t>(text));
        return Value::of(number<uint32_t>(text));
      case PhysicalType::kInt64:
        return Value::of(number<int64_t>(text));
      case PhysicalType::kFloat32:
        return Value::of(number<float>(text));
      default:
        return string_value(column, text);
    }
  }

  Value string_value(const CatalogColumn& column, const std::string& text) const {
    switch (column.type.value) {
      case oid::kOidvector.value:
        return Value::of(vector_bytes(oid_list(split(text, ' '))));
      case oid::kInt2vector.value:
        return Value::of(vector_bytes(number_list<int16_t>(split(text, ' '))));
      case oid::kOidArray.value:
        return Value::of(array_bytes(oid_list(array_elements(text))));
      case oid::kInt2Array.value:
        return Value::of(array_bytes(number_list<int16_t>(array_elements(text))));
      case oid::kTextArray.value:
        return Value::of(array_bytes(array_elements(text)));
      case oid::kInternalCharArray.value: {
        std::vector<char> chars;
        for (const std::string& element : array_elements(text)) chars.push_back(element[0]);
        return Value::of(array_bytes(chars));
      }
      case oid::kAclitemArray.value: {
        std::vector<AclItem> items;
        auto role = [this](std::string_view name) { return Oid(roles_.at(std::string(name))); };
        for (const std::string& element : array_elements(text)) items.push_back(parse_acl_item(element, role));
        return Value::of(acl_bytes(items));
      }
      default:
        return Value::of(text);
    }
  }

  std::unordered_map<std::string, uint32_t> roles_;
};

}  // namespace

BuiltinRows read_builtin_rows() {
  BuiltinRows out;
  RowReader reader;
  for (const CatalogTable& table : catalog_tables()) out.of(table.oid) = reader.read(table);
  filter_builtin_rows(out, implemented_symbols());
  return out;
}

std::vector<FunctionDefaults> builtin_function_defaults() {
  std::vector<FunctionDefaults> out;
  TsvReader reader(embedded_file("function_defaults.tsv"));
  const int function = reader.column("oid"), count = reader.column("count"), text = reader.column("defaults");
  std::vector<TsvCell> cells;
  while (reader.next(cells)) {
    out.push_back({Oid(number<uint32_t>(*cells[function])), number<int16_t>(*cells[count]), *cells[text]});
  }
  return out;
}

}  // namespace basalt::catalog
