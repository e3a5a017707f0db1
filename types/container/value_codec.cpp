#include "types/container/value_codec.hpp"

namespace basalt::types {

using common::PhysicalType;
using common::Value;

void append_bare_value(std::string& out, const Value& value) {
  DEBUG_ENSURE(!value.is_null(), "NULL has no bytes");
  if (value.type() == PhysicalType::kString)
    out.append(value.string());
  else
    out.append(static_cast<const char*>(value.fixed_data()), common::physical_size(value.type()));
}

void append_value(std::string& out, PhysicalType type, const Value& value) {
  DEBUG_ENSURE(!value.is_null() && value.type() == type, "value of another physical type");
  if (type == PhysicalType::kString) append_raw(out, static_cast<uint32_t>(value.string().size()));
  append_bare_value(out, value);
}

Value value_of_bytes(PhysicalType type, std::string_view bytes) {
  if (type == PhysicalType::kString) return Value::of(bytes);
  ENSURE(bytes.size() == common::physical_size(type), "value of a wrong size");
  return common::dispatch_physical(type, [&]<typename T>() -> Value {
    if constexpr (std::is_same_v<T, common::StringRef>) {
      return Value::of(bytes);
    } else {
      T value;
      std::memcpy(&value, bytes.data(), sizeof value);
      return Value::of(value);
    }
  });
}

Value read_value(PhysicalType type, std::string_view& in) {
  size_t size = type == PhysicalType::kString ? read_raw<uint32_t>(in) : common::physical_size(type);
  ENSURE(in.size() >= size, "value bytes end too early");
  Value value = value_of_bytes(type, in.substr(0, size));
  in.remove_prefix(size);
  return value;
}

}  // namespace basalt::types
