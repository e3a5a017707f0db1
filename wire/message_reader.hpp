// Frontend messages: framing and fields. Pure: works on bytes that somebody else has received.
//
// Malformed messages are SqlError 08P01 with PostgreSQL's texts. After a bad length the stream cannot be followed any
// further, and whoever sent it may not even speak this protocol: BrokenStream, to be logged; the client is told
// nothing, as by PostgreSQL.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/sql_error.hpp"

namespace basalt::wire {

class BrokenStream : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct FrontendMessage {
  char type = 0;
  std::string_view body;  // into the caller's buffer
  size_t size = 0;        // with type and length
};

// The first complete message of the buffer; nullopt: more bytes are needed. Types that do not exist are refused (FATAL
// 08P01), lengths that no client sends end the stream.
std::optional<FrontendMessage> next_message(std::string_view buffer);

enum class StartupKind : uint8_t { kStartup, kSsl, kGss, kCancel };
struct StartupMessage {
  StartupKind kind = StartupKind::kStartup;
  size_t size = 0;
  uint32_t protocol = 0;  // major << 16 | minor
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<std::string> unknown_options;  // of the protocol (_pq_.*), for NegotiateProtocolVersion
  int32_t cancel_pid = 0, cancel_key = 0;
  std::string parameter(std::string_view name) const;  // empty: absent
};
std::optional<StartupMessage> next_startup(std::string_view buffer);

// Reads the fields of a body, in order.
class FieldReader {
 public:
  explicit FieldReader(std::string_view body) : left_(body) {}
  int16_t int16();
  uint16_t count();  // a 16-bit number of things
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
