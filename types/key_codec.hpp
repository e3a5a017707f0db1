// Pieces of normalised keys (QRY-11): bytes whose memcmp order is the order of the values, self-delimiting so that keys
// concatenate.
//
//   integers   big-endian, the sign bit flipped
//   floats     big-endian; positive ones with the sign bit set, negative ones inverted; -0 as 0, one NaN above all
//   strings    each 00 as 00 ff, 00 00 at the end
#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/ensure.hpp"

namespace basalt::types {

template <typename T>
T big_endian(T value) {
  static_assert(std::is_unsigned_v<T>);
  if constexpr (sizeof(T) == 8)
    return __builtin_bswap64(value);
  else if constexpr (sizeof(T) == 4)
    return __builtin_bswap32(value);
  else if constexpr (sizeof(T) == 2)
    return __builtin_bswap16(value);
  else
    return value;
}

template <typename T>
void append_key_unsigned(std::string& out, T value) {
  T bytes = big_endian(value);
  out.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
}

template <typename T>
T take_key_unsigned(std::string_view& key) {
  ENSURE(key.size() >= sizeof(T), "key ends too early");
  T bytes;
  std::memcpy(&bytes, key.data(), sizeof bytes);
  key.remove_prefix(sizeof bytes);
  return big_endian(bytes);
}

template <typename T>
void append_key_signed(std::string& out, T value) {
  using U = std::make_unsigned_t<T>;
  append_key_unsigned(out, static_cast<U>(static_cast<U>(value) ^ (U{1} << (sizeof(U) * 8 - 1))));
}

template <typename T>
T take_key_signed(std::string_view& key) {
  using U = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<U>(take_key_unsigned<U>(key) ^ (U{1} << (sizeof(U) * 8 - 1))));
}

template <typename F>
void append_key_float(std::string& out, F value) {
  using U = std::conditional_t<sizeof(F) == 8, uint64_t, uint32_t>;
  constexpr U kSign = U{1} << (sizeof(U) * 8 - 1);
  if (value != value) return append_key_unsigned(out, static_cast<U>(~U{0}));
  if (value == 0) value = 0;
  U bits = std::bit_cast<U>(value);
  append_key_unsigned(out, static_cast<U>(bits & kSign ? ~bits : bits | kSign));
}

void append_key_string(std::string& out, std::string_view s);
std::string take_key_string(std::string_view& key);

}  // namespace basalt::types
