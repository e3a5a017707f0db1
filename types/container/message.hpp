// Reading and writing of PostgreSQL's binary formats: big-endian integers in a message.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "common/sqlstate.hpp"
#include "types/key_codec.hpp"

namespace basalt::types {

// 08P01 when the message ends too early, as PostgreSQL's pq_getmsg*.
template <typename T>
T take_message(std::string_view& message) {
  using U = std::make_unsigned_t<T>;
  if (message.size() < sizeof(T)) {
    throw common::SqlError(common::sqlstate::kProtocolViolation, "insufficient data left in message");
  }
  U value;
  std::memcpy(&value, message.data(), sizeof value);
  message.remove_prefix(sizeof value);
  return static_cast<T>(big_endian(value));
}

inline std::string_view take_message_bytes(std::string_view& message, size_t size) {
  if (message.size() < size) {
    throw common::SqlError(common::sqlstate::kProtocolViolation, "insufficient data left in message");
  }
  std::string_view out = message.substr(0, size);
  message.remove_prefix(size);
  return out;
}

template <typename T>
void append_message(std::string& out, T value) {
  append_key_unsigned(out, static_cast<std::make_unsigned_t<T>>(value));
}

}  // namespace basalt::types
