// Resumable pipelines (QRY-4).
//
//   Source -> Transform -> Transform -> ... -> whoever pulls (a portal, or the source of the next pipeline)
//
// A pipeline yields chunks on demand. Demand (rows wanted) travels down to the source, so nothing is computed that
// nobody asked for. Between two pulls a pipeline holds no latch, no page and no stack frame: its position is in its
// members. A breaker (sort, aggregate, hash build, DML) is a Source that first runs the pipelines below it to their
// end.
//
// An error in row k of a chunk is raised only when row k is demanded: a transform that fails puts the rows before it
// out and keeps the error for its next call (QRY-8; see PendingError).
#pragma once

#include <memory>
#include <vector>

#include "executor/execution_context.hpp"

namespace basalt::executor {

enum class Progress : uint8_t {
  kNeedInput,   // the input is used up; `out` may have rows
  kHaveOutput,  // call again with the same input
  kFinished     // nothing more will come; `out` may have rows
};

// An error met after some good rows, raised by the next call.
class PendingError {
 public:
  void keep(query::Rows& rows) {
    if (rows.error) error_ = std::move(rows.error);
  }
  void raise_if_any() {
    if (error_) {
      auto error = std::move(error_);
      throw *error;
    }
  }
  bool any() const { return error_ != nullptr; }
  void clear() { error_.reset(); }

 private:
  std::unique_ptr<common::SqlError> error_;
};

class Source {
 public:
  virtual ~Source() = default;
  // Up to `demand` rows into `out`; none means the end.
  virtual void read(ExecutionContext& context, Chunk& out, uint32_t demand) = 0;
  // Starts again, with exec parameters that may have changed.
  virtual void rewind(ExecutionContext& context) = 0;
};

class Transform {
 public:
  virtual ~Transform() = default;
  virtual Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t demand) = 0;
  // After the end of the input: rows that were held back. Called until kFinished.
  virtual Progress flush(ExecutionContext& context, Chunk& out, uint32_t demand) {
    out.rows = 0;
    return Progress::kFinished;
  }
  // How many input rows are worth asking for when `demand` output rows are wanted.
  virtual uint32_t input_demand(uint32_t demand) const { return demand; }
  virtual void rewind(ExecutionContext& context) = 0;
};

class Pipeline {
 public:
  explicit Pipeline(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  void add(std::unique_ptr<Transform> transform);
  // False at the end. Never answers true with an empty chunk.
  bool pull(ExecutionContext& context, Chunk& out, uint32_t demand);
  void rewind(ExecutionContext& context);

 private:
  struct Stage {
    std::unique_ptr<Transform> transform;
    Chunk input;
    bool pending = false;  // the input has more output in it
    bool input_ended = false;
    bool finished = false;
  };
  // Output of stage `stage` (0: the source).
  bool pull_stage(ExecutionContext& context, size_t stage, Chunk& out, uint32_t demand);
  std::unique_ptr<Source> source_;
  std::vector<Stage> stages_;
};

}  // namespace basalt::executor
