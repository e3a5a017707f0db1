// RowEncoder: DataRow messages from chunks, in text or binary format per column, straight into the send buffer. Values
// go through their type's output or send function, a column at a time; the commonest types are written directly.
#pragma once

#include <vector>

#include "commands/result_sink.hpp"
#include "commands/session.hpp"
#include "query/evaluator.hpp"
#include "wire/message_writer.hpp"

namespace basalt::server {

class RowEncoder {
 public:
  // formats: none (all text), one for all, or one a column. 0 text, 1 binary.
  RowEncoder(commands::Session& session, const std::vector<commands::ResultColumn>& columns,
             const std::vector<int16_t>& formats);
  void encode(commands::Session& session, const common::Chunk& chunk, wire::MessageWriter& out);

 private:
  enum class Direct : uint8_t { kNone, kInt2, kInt4, kInt8, kText, kBool };
  struct Column {
    Direct direct = Direct::kNone;
    query::EvaluatorPointer call;  // output or send of slot 0
  };
  std::vector<Column> columns_;
};

}  // namespace basalt::server
