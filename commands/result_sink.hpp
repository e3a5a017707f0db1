// ResultSink: where the results of a statement go. The network side implements it by protocol messages; functions that
// run SQL and tests have sinks of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql_error.hpp"
#include "common/vector.hpp"
#include "planner/physical_plan.hpp"

namespace basalt::commands {

struct ResultColumn {
  std::string name;
  common::Oid type;
  int32_t typmod = -1;
  int16_t type_length = -1;
  common::Oid origin_table;
  int16_t origin_column = 0;
};

class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // A result set begins. Sent once per statement that returns rows (not for Execute of the extended protocol, which has
  // described it).
  virtual void describe(const std::vector<ResultColumn>& columns) = 0;
  virtual void rows(const std::vector<ResultColumn>& columns, const common::Chunk& chunk) = 0;
  virtual void complete(std::string_view tag) = 0;
  virtual void empty_query() {}
  // COPY. begin_copy_in: the client will send data; read_copy_data() waits for the next piece and answers nullopt at
  // CopyDone; CopyFail and a vanished client are SqlErrors (57014, 08006).
  virtual void begin_copy_in(bool binary, int columns) { throw common::not_supported("COPY FROM STDIN here"); }
  virtual std::optional<std::string> read_copy_data() { throw common::not_supported("COPY FROM STDIN here"); }
  virtual void begin_copy_out(bool binary, int columns) { throw common::not_supported("COPY TO STDOUT here"); }
  virtual void copy_data(std::string_view bytes) { throw common::not_supported("COPY TO STDOUT here"); }
  virtual void end_copy_out() {}
};

}  // namespace basalt::commands
