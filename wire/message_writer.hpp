// Backend messages, appended to a byte buffer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql_error.hpp"

namespace basalt::wire {

class MessageWriter {
 public:
  std::string& buffer() { return buffer_; }
  size_t size() const { return buffer_.size(); }

  void begin(char type);
  void end();
  void int16(int16_t value);
  void int32(int32_t value);
  void byte(char value) { buffer_.push_back(value); }
  void string(std::string_view value);  // with the terminating zero
  void bytes(std::string_view value) { buffer_.append(value); }

  // Whole messages.
  void simple(char type);  // no body
  void command_complete(std::string_view tag);
  void ready_for_query(char status);
  void parameter_status(std::string_view name, std::string_view value);
  void backend_key(int32_t pid, int32_t key);
  void authentication_ok();
  // Version 3.0 without these options, instead of what the client asked for.
  void negotiate_version(const std::vector<std::string>& unknown_options);
  // An error as version 2 of the protocol wrote it, for a client that speaks nothing newer.
  void report_version_2(std::string_view text);
  // ErrorResponse or NoticeResponse, by the report's severity.
  void report(const common::ErrorReport& report);
  void notification(int32_t pid, std::string_view channel, std::string_view payload);

  // For row encoders: reserve a length word and fill it in later.
  size_t reserve_length() {
    buffer_.append(4, '\0');
    return buffer_.size();
  }
  void fill_length(size_t after_word) { put32(after_word - 4, static_cast<int32_t>(buffer_.size() - after_word)); }

 private:
  void put32(size_t at, int32_t value);
  std::string buffer_;
  size_t begin_ = 0;
};

}  // namespace basalt::wire
