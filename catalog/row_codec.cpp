#include "catalog/row_codec.hpp"

#include "types/builtin_oids.hpp"
#include "types/container/array.hpp"

namespace basalt::catalog {

namespace oid = types::oid;
using common::PhysicalType;
using types::ArrayBuilder;
using types::ArrayView;

std::string acl_item_bytes(const AclItem& item) {
  uint32_t parts[4] = {item.grantee.value, item.grantor.value, item.privileges, item.grant_options};
  return {reinterpret_cast<const char*>(parts), sizeof parts};
}

AclItem acl_item_of_bytes(std::string_view bytes) {
  uint32_t parts[4];
  ENSURE(bytes.size() == sizeof parts, "an aclitem has a wrong size");
  std::memcpy(parts, bytes.data(), sizeof parts);
  return {Oid(parts[0]), Oid(parts[1]), parts[2], parts[3]};
}

std::string acl_bytes(const std::vector<AclItem>& items) {
  ArrayBuilder builder(oid::kAclitem, PhysicalType::kString);
  for (const AclItem& item : items) builder.append_string(acl_item_bytes(item));
  return builder.finish();
}

std::vector<AclItem> acl_of_bytes(std::string_view bytes) {
  ArrayView view(bytes);
  std::vector<AclItem> items;
  items.reserve(view.size());
  for (uint32_t i = 0; i < view.size(); ++i) items.push_back(acl_item_of_bytes(view.string(i)));
  return items;
}

namespace {

template <typename T, typename Stored>
ArrayBuilder fixed_array(Oid element, PhysicalType physical, const std::vector<T>& values, Stored (*store)(const T&)) {
  ArrayBuilder builder(element, physical);
  for (const T& v : values) builder.append_fixed(store(v));
  return builder;
}

uint32_t store_oid(const Oid& v) { return v.value; }
int16_t store_int2(const int16_t& v) { return v; }
int16_t store_char(const char& v) { return v; }
float store_float(const float& v) { return v; }

ArrayBuilder build(const std::vector<Oid>& values) {
  return fixed_array(oid::kOid, PhysicalType::kInt32, values, store_oid);
}
ArrayBuilder build(const std::vector<int16_t>& values) {
  return fixed_array(oid::kInt2, PhysicalType::kInt16, values, store_int2);
}

}  // namespace

std::string array_bytes(const std::vector<Oid>& values) { return build(values).finish(); }
std::string array_bytes(const std::vector<int16_t>& values) { return build(values).finish(); }
std::string array_bytes(const std::vector<char>& values) {
  return fixed_array(oid::kInternalChar, PhysicalType::kInt16, values, store_char).finish();
}
std::string array_bytes(const std::vector<float>& values) {
  return fixed_array(oid::kFloat4, PhysicalType::kFloat32, values, store_float).finish();
}
std::string array_bytes(const std::vector<std::string>& values) {
  ArrayBuilder builder(oid::kText, PhysicalType::kString);
  for (const std::string& v : values) builder.append_string(v);
  return builder.finish();
}
std::string vector_bytes(const std::vector<Oid>& values) { return build(values).finish_vector(); }
std::string vector_bytes(const std::vector<int16_t>& values) { return build(values).finish_vector(); }

void read_array(std::string_view bytes, std::vector<Oid>& out) {
  ArrayView view(bytes);
  for (uint32_t i = 0; i < view.size(); ++i) out.push_back(Oid(view.get<uint32_t>(i)));
}
void read_array(std::string_view bytes, std::vector<int16_t>& out) {
  ArrayView view(bytes);
  for (uint32_t i = 0; i < view.size(); ++i) out.push_back(view.get<int16_t>(i));
}
void read_array(std::string_view bytes, std::vector<char>& out) {
  ArrayView view(bytes);
  for (uint32_t i = 0; i < view.size(); ++i) out.push_back(static_cast<char>(view.get<int16_t>(i)));
}
void read_array(std::string_view bytes, std::vector<float>& out) {
  ArrayView view(bytes);
  for (uint32_t i = 0; i < view.size(); ++i) out.push_back(view.get<float>(i));
}
void read_array(std::string_view bytes, std::vector<std::string>& out) {
  ArrayView view(bytes);
  for (uint32_t i = 0; i < view.size(); ++i) out.emplace_back(view.is_null(i) ? std::string_view() : view.string(i));
}

void RowEncoder::field(const Acl& v) { out_.push_back(v ? Value::of(acl_bytes(*v)) : null_string()); }

void RowDecoder::field(Acl& v) {
  const Value& value = next();
  if (value.is_null())
    v.reset();
  else
    v = acl_of_bytes(value.string());
}

}  // namespace basalt::catalog
