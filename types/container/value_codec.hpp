// Bytes of a Value, as arrays, records, ranges and spill files hold them: fixed-size types raw (host order, unaligned),
// strings with a 32-bit length before them. NULL is known from elsewhere and has no bytes.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "common/value.hpp"

namespace basalt::types {

template <typename T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Reads a T from the front of `in` and removes it; XX000 when `in` is too short.
template <typename T>
T read_raw(std::string_view& in) {
  ENSURE(in.size() >= sizeof(T), "value bytes end too early");
  T value;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return value;
}

void append_value(std::string& out, common::PhysicalType type, const common::Value& value);
common::Value read_value(common::PhysicalType type, std::string_view& in);

// The value in `bytes`, which hold nothing else (strings without their length).
common::Value value_of_bytes(common::PhysicalType type, std::string_view bytes);
// Appends without a length; the inverse of value_of_bytes.
void append_bare_value(std::string& out, const common::Value& value);

}  // namespace basalt::types
