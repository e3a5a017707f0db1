// EXPLAIN ANALYZE: sources and transforms that count what passes.
#include <chrono>

#include "executor/builder.hpp"

namespace basalt::executor {

namespace {

int64_t now_ns() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

class Counter {
 public:
  Counter(ExecutionState& state, int id) : counters_(state.counters.at(static_cast<size_t>(id))) {}
  template <typename F>
  void measure(const Chunk& out, F&& call) {
    if (!running_) {
      running_ = true;
      ++counters_.loops;
    }
    int64_t start = now_ns();
    const common::ResourceUse before = common::resource_use;
    call();
    counters_.use += common::resource_use - before;
    spent_ns_ += now_ns() - start;
    counters_.total_us = spent_ns_ / 1000;
    if (counters_.rows == 0) counters_.startup_us = counters_.total_us;
    counters_.rows += out.rows;
  }
  void rewind() { running_ = false; }

 private:
  NodeCounters& counters_;
  int64_t spent_ns_ = 0;
  bool running_ = false;
};

class CountingSource : public Source {
 public:
  CountingSource(ExecutionState& state, int id, std::unique_ptr<Source> source)
      : counter_(state, id), source_(std::move(source)) {}
  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    counter_.measure(out, [&] { source_->read(context, out, demand); });
  }
  void rewind(ExecutionContext& context) override {
    counter_.rewind();
    source_->rewind(context);
  }

 private:
  Counter counter_;
  std::unique_ptr<Source> source_;
};

class CountingTransform : public Transform {
 public:
  CountingTransform(ExecutionState& state, int id, std::unique_ptr<Transform> transform)
      : counter_(state, id), transform_(std::move(transform)) {}
  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t demand) override {
    Progress progress = Progress::kFinished;
    counter_.measure(out, [&] { progress = transform_->process(context, in, out, demand); });
    return progress;
  }
  Progress flush(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    Progress progress = Progress::kFinished;
    counter_.measure(out, [&] { progress = transform_->flush(context, out, demand); });
    return progress;
  }
  uint32_t input_demand(uint32_t demand) const override { return transform_->input_demand(demand); }
  void rewind(ExecutionContext& context) override {
    counter_.rewind();
    transform_->rewind(context);
  }

 private:
  Counter counter_;
  std::unique_ptr<Transform> transform_;
};

}  // namespace

std::unique_ptr<Source> count_source(ExecutionState& state, int id, std::unique_ptr<Source> source) {
  return std::make_unique<CountingSource>(state, id, std::move(source));
}

std::unique_ptr<Transform> count_transform(ExecutionState& state, int id, std::unique_ptr<Transform> transform) {
  return std::make_unique<CountingTransform>(state, id, std::move(transform));
}

}  // namespace basalt::executor
