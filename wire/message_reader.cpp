#include "wire/message_reader.hpp"

#include <cstring>

#include "common/sqlstate.hpp"

namespace basalt::wire {

using common::Severity;
using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

constexpr size_t kLargeMessageBytes = 0x3fffffff;  // Query, Parse, Bind, CopyData ...: what PostgreSQL allows
constexpr size_t kSmallMessageBytes = 10000;       // the others
constexpr size_t kStartupBytesMax = 10000;
constexpr uint32_t kCancelCode = (1234u << 16) | 5678, kSslCode = (1234u << 16) | 5679, kGssCode = (1234u << 16) | 5680;

uint32_t read32(const char* at) {
  unsigned char b[4];
  std::memcpy(b, at, 4);
  return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
}

size_t bytes_max(char type) {
  switch (type) {
    case 'Q':
    case 'P':
    case 'B':
    case 'F':
    case 'd':
      return kLargeMessageBytes;
    case 'E':
    case 'D':
    case 'C':
    case 'f':
    case 'H':
    case 'S':
    case 'X':
    case 'c':
      return kSmallMessageBytes;
    default:
      break;
  }
  throw SqlError(sqlstate::kProtocolViolation,
                 "invalid frontend message type " + std::to_string(static_cast<unsigned char>(type)))
      .severity(Severity::kFatal);
}

SqlError invalid_format() { return SqlError(sqlstate::kProtocolViolation, "invalid message format"); }
SqlError no_data_left() { return SqlError(sqlstate::kProtocolViolation, "no data left in message"); }

}  // namespace

std::optional<FrontendMessage> next_message(std::string_view buffer) {
  if (buffer.empty()) return std::nullopt;
  size_t limit = bytes_max(buffer[0]);
  if (buffer.size() < 5) return std::nullopt;
  size_t length = read32(buffer.data() + 1);
  if (length < 4 || length > limit) throw BrokenStream("invalid message length");
  if (buffer.size() < length + 1) return std::nullopt;
  return FrontendMessage{buffer[0], buffer.substr(5, length - 4), length + 1};
}

std::string StartupMessage::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return {};
}

namespace {

// name, value, name, value, ..., and a zero byte where the next name would start.
void read_parameters(std::string_view body, StartupMessage& message) {
  size_t at = 0;
  auto word = [&] {
    size_t end = std::min(body.find('\0', at), body.size());
    std::string_view out = body.substr(at, end - at);
    at = end + 1;
    return out;
  };
  while (at < body.size()) {
    std::string_view name = word();
    if (name.empty()) break;
    if (at >= body.size()) {
      at = body.size() + 1;  // a name without a value
      break;
    }
    std::string_view value = word();
    if (name.starts_with("_pq_."))
      message.unknown_options.emplace_back(name);
    else
      message.parameters.emplace_back(name, value);
  }
  if (at != body.size())
    throw SqlError(sqlstate::kProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
        .severity(Severity::kFatal);
}

}  // namespace

std::optional<StartupMessage> next_startup(std::string_view buffer) {
  if (buffer.size() < 4) return std::nullopt;
  size_t length = read32(buffer.data());
  if (length < 8 || length > kStartupBytesMax) throw BrokenStream("invalid length of startup packet");
  if (buffer.size() < length) return std::nullopt;
  StartupMessage message;
  message.size = length;
  uint32_t code = read32(buffer.data() + 4);
  FieldReader fields(buffer.substr(8, length - 8));
  if (code == kSslCode || code == kGssCode) {
    message.kind = code == kSslCode ? StartupKind::kSsl : StartupKind::kGss;
    return message;
  }
  if (code == kCancelCode) {
    message.kind = StartupKind::kCancel;
    if (length != 16) throw BrokenStream("invalid length of startup packet");
    message.cancel_pid = fields.int32();
    message.cancel_key = fields.int32();
    return message;
  }
  message.protocol = code;
  if (code >> 16 != 3) return message;  // the caller refuses it
  read_parameters(buffer.substr(8, length - 8), message);
  return message;
}

std::string_view FieldReader::bytes(size_t count) {
  if (count > left_.size()) throw SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  std::string_view out = left_.substr(0, count);
  left_.remove_prefix(count);
  return out;
}

int16_t FieldReader::int16() {
  std::string_view b = bytes(2);
  return static_cast<int16_t>(static_cast<unsigned char>(b[0]) << 8 | static_cast<unsigned char>(b[1]));
}
uint16_t FieldReader::count() { return static_cast<uint16_t>(int16()); }
int32_t FieldReader::int32() { return static_cast<int32_t>(read32(bytes(4).data())); }
char FieldReader::byte() {
  if (left_.empty()) throw no_data_left();
  return bytes(1)[0];
}

std::string_view FieldReader::string() {
  size_t end = left_.find('\0');
  if (end == std::string_view::npos) throw SqlError(sqlstate::kProtocolViolation, "invalid string in message");
  std::string_view out = left_.substr(0, end);
  left_.remove_prefix(end + 1);
  return out;
}

void FieldReader::expect_end() const {
  if (!left_.empty()) throw invalid_format();
}

namespace {

// Length of the valid UTF-8 sequence at `at`; 0: invalid.
size_t sequence_length(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto continuation = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  unsigned first = byte(at);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continuation(at + 1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    unsigned second = byte(at + 1);
    if (first == 0xe0 && second < 0xa0) return 0;
    if (first == 0xed && second > 0x9f) return 0;
    return continuation(at + 1) && continuation(at + 2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    unsigned second = byte(at + 1);
    if (first == 0xf0 && second < 0x90) return 0;
    if (first == 0xf4 && second > 0x8f) return 0;
    return continuation(at + 1) && continuation(at + 2) && continuation(at + 3) ? 4 : 0;
  }
  return 0;
}

size_t nominal_length(unsigned char first) {
  return first < 0x80 ? 1 : (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : (first & 0xf8) == 0xf0 ? 4 : 1;
}

}  // namespace

void require_utf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    size_t length = sequence_length(text, at);
    if (length == 0) {
      static const char* kHex = "0123456789abcdef";
      std::string shown;
      size_t count = std::min(nominal_length(static_cast<unsigned char>(text[at])), text.size() - at);
      for (size_t i = 0; i < count; ++i) {
        auto b = static_cast<unsigned char>(text[at + i]);
        shown += i ? " 0x" : "0x";
        shown += kHex[b >> 4];
        shown += kHex[b & 15];
      }
      throw SqlError(sqlstate::kCharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": " + shown);
    }
    at += length;
  }
}

}  // namespace basalt::wire
