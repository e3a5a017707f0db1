#include "wire/message_writer.hpp"

namespace basalt::wire {

void MessageWriter::put32(size_t at, int32_t value) {
  auto v = static_cast<uint32_t>(value);
  buffer_[at] = static_cast<char>(v >> 24);
  buffer_[at + 1] = static_cast<char>(v >> 16);
  buffer_[at + 2] = static_cast<char>(v >> 8);
  buffer_[at + 3] = static_cast<char>(v);
}

void MessageWriter::begin(char type) {
  buffer_.push_back(type);
  begin_ = buffer_.size();
  buffer_.append(4, '\0');
}

void MessageWriter::end() { put32(begin_, static_cast<int32_t>(buffer_.size() - begin_)); }

void MessageWriter::int16(int16_t value) {
  auto v = static_cast<uint16_t>(value);
  buffer_.push_back(static_cast<char>(v >> 8));
  buffer_.push_back(static_cast<char>(v));
}

void MessageWriter::int32(int32_t value) {
  buffer_.append(4, '\0');
  put32(buffer_.size() - 4, value);
}

void MessageWriter::string(std::string_view value) {
  buffer_.append(value);
  buffer_.push_back('\0');
}

void MessageWriter::simple(char type) {
  begin(type);
  end();
}

void MessageWriter::command_complete(std::string_view tag) {
  begin('C');
  string(tag);
  end();
}

void MessageWriter::ready_for_query(char status) {
  begin('Z');
  byte(status);
  end();
}

void MessageWriter::parameter_status(std::string_view name, std::string_view value) {
  begin('S');
  string(name);
  string(value);
  end();
}

void MessageWriter::backend_key(int32_t pid, int32_t key) {
  begin('K');
  int32(pid);
  int32(key);
  end();
}

void MessageWriter::negotiate_version(const std::vector<std::string>& unknown_options) {
  begin('v');
  int32(3 << 16);
  int32(static_cast<int32_t>(unknown_options.size()));
  for (const auto& option : unknown_options) string(option);
  end();
}

void MessageWriter::report_version_2(std::string_view text) {
  byte('E');
  string(text);
}

void MessageWriter::authentication_ok() {
  begin('R');
  int32(0);
  end();
}

void MessageWriter::notification(int32_t pid, std::string_view channel, std::string_view payload) {
  begin('A');
  int32(pid);
  string(channel);
  string(payload);
  end();
}

}  // namespace basalt::wire
