// ConnectionSink: results of one statement as protocol messages; COPY data to and from the client.
#pragma once

#include <poll.h>

#include "common/blocking.hpp"
#include "common/sqlstate.hpp"
#include "server/connection.hpp"
#include "server/reactor.hpp"

namespace basalt::server {

class ConnectionSink : public commands::ResultSink {
 public:
  // `describe`: the simple protocol announces the columns itself.
  ConnectionSink(Connection& connection, std::vector<int16_t> formats, bool describe)
      : connection_(connection), formats_(std::move(formats)), describe_(describe) {}

  void describe(const std::vector<commands::ResultColumn>& columns) override {
    encoder_.reset();
    if (describe_) connection_.write_row_description(columns, formats_);
  }
  void rows(const std::vector<commands::ResultColumn>& columns, const common::Chunk& chunk) override {
    if (!encoder_) encoder_ = std::make_unique<RowEncoder>(*connection_.session_, columns, formats_);
    encoder_->encode(*connection_.session_, chunk, connection_.out_);
    if (connection_.out_.size() > 64 * 1024) connection_.flush();
  }
  void complete(std::string_view tag) override {
    encoder_.reset();
    connection_.out_.command_complete(tag);
  }
  void empty_query() override { connection_.out_.simple('I'); }

  void begin_copy_in(bool binary, int columns) override { copy_response('G', binary, columns); }
  void begin_copy_out(bool binary, int columns) override { copy_response('H', binary, columns); }
  void copy_data(std::string_view bytes) override {
    connection_.out_.begin('d');
    connection_.out_.bytes(bytes);
    connection_.out_.end();
    if (connection_.out_.size() > 64 * 1024) connection_.flush();
  }
  void end_copy_out() override { connection_.out_.simple('c'); }

  std::optional<std::string> read_copy_data() override {
    while (true) {
      std::string_view left = std::string_view(connection_.input_).substr(connection_.consumed_);
      if (!left.empty()) require_copy_message(left[0]);
      auto message = wire::next_message(left);
      if (!message) {
        wait_for_input();
        continue;
      }
      std::string body(message->body);
      connection_.consumed_ += message->size;
      switch (message->type) {
        case 'd':
          return body;
        case 'c':
          return std::nullopt;
        case 'f':
          throw common::SqlError(common::sqlstate::kQueryCanceled,
                                 "COPY from stdin failed: " + body.substr(0, body.find('\0')));
        default:
          break;  // Flush and Sync are allowed in between, and ignored
      }
    }
  }

 private:
  void require_copy_message(char type) {
    if (std::string_view("dcfHS").find(type) != std::string_view::npos) return;
    connection_.lost_synchronization_ = true;
    throw common::SqlError(common::sqlstate::kProtocolViolation,
                           "unexpected message type 0x" + hex(type) + " during COPY from stdin");
  }
  static std::string hex(char c) {
    static const char* kDigits = "0123456789ABCDEF";
    auto b = static_cast<unsigned char>(c);
    return {kDigits[b >> 4], kDigits[b & 15]};
  }
  void copy_response(char type, bool binary, int columns) {
    connection_.out_.begin(type);
    connection_.out_.byte(binary ? 1 : 0);
    connection_.out_.int16(static_cast<int16_t>(columns));
    for (int i = 0; i < columns; ++i) connection_.out_.int16(binary ? 1 : 0);
    connection_.out_.end();
    connection_.flush();
  }
  // More bytes of the client; the thread waits outside of the reactor.
  void wait_for_input() {
    connection_.input_.erase(0, connection_.consumed_);
    connection_.consumed_ = 0;
    size_t before = connection_.input_.size();
    while (connection_.input_.size() == before) {
      if (!connection_.receive()) {
        connection_.closing_ = true;
        throw common::SqlError(common::sqlstate::kConnectionFailure,
                               "unexpected EOF on client connection with an open transaction")
            .severity(common::Severity::kFatal);
      }
      if (connection_.input_.size() > before) return;
      common::about_to_block();
      pollfd wait{connection_.socket_.native_handle(), POLLIN, 0};
      ::poll(&wait, 1, 100);
      connection_.session_->interrupt().check();
    }
  }

  Connection& connection_;
  std::vector<int16_t> formats_;
  bool describe_;
  std::unique_ptr<RowEncoder> encoder_;
};

}  // namespace basalt::server
