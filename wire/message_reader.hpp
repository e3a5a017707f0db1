// Frontend messages: framing and fields. Pure: works on bytes that somebody else has received.
//
// Malformed messages are SqlError 08P01 with PostgreSQL's texts; a bad length is FATAL (the stream cannot be followed any
// further).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/sql_error.hpp"

namespace basalt::wire {

struct FrontendMessage {
  char type = 0;
  std::string_view body;  // into the caller's buffer
  size_t size = 0;        // with type and length
};

// The first complete message of the buffer; nullopt: more bytes are needed. Types that do not exist and lengths that no client
// sends are refused (FATAL 08P01).
std::optional<FrontendMessage> next_message(std::string_view buffer);

enum class StartupKind : uint8_t { kStartup, kSsl, kGss, kCancel };
struct StartupMessage {
  StartupKind kind = StartupKind::kStartup;
  size_t size = 0;
  uint32_t protocol = 0;  // major << 16 | minor
  std::vector<std::pair<std::string, std::string>> parameters;
  int32_t cancel_pid = 0, cancel_key = 0;
  std::string parameter(std::string_view name) const;  // empty: absent
};
std::optional<StartupMessage> next_startup(std::string_view buffer);

// Reads the fields of a body, in order.
class FieldReader {
 public:
  explicit FieldReader(std::string_view body) : left_(body) {}
  int16_t int16();
  int32_t int32();
  char byte();
  std::string_view string();  // up to the zero byte, which is skipped
  std::string_view bytes(size_t count);
  bool at_end() const { return left_.empty(); }
  void expect_end() const;  // 08P01 "invalid message format"

 private:
  std::string_view left_;
};

// 22021 unless the text is valid UTF-8 without zero bytes.
void require_utf8(std::string_view text);

}  // namespace basalt::wire
