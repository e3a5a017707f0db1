// Window functions. The input is sorted by partition and order; one partition at a time is kept (on disk past
// work_mem), its results are computed, and its rows go out with them.
#include <algorithm>

#include "executor/builder.hpp"
#include "executor/window_partition.hpp"
#include "query/walker.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;

class WindowSource : public Source {
 public:
  WindowSource(ExecutionContext& context, const planner::PhysicalWindow& node, std::unique_ptr<Pipeline> input)
      : node_(node),
        input_(std::move(input)),
        input_types_(physical_types(*node.children[0])),
        partition_keys_(context, make_keys(node)),
        functions_(context, node),
        partition_(context, input_types_, context.work_mem_bytes) {}

  void read(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    out.rows = 0;
    if (!opened_) functions_.open(context);
    opened_ = true;
    while (emitted_ == partition_.rows()) {
      if (!next_partition(context)) return;
      functions_.compute(context, results_);
      emitted_ = 0;
    }
    auto first = static_cast<uint32_t>(emitted_);
    partition_.read(emitted_, out, demand);
    auto selection = std::make_shared<common::Selection>(out.rows);
    for (uint32_t i = 0; i < out.rows; ++i) (*selection)[i] = first + i;
    for (const Vector& column : results_) out.columns.push_back(column.slice(selection));
  }

  void rewind(ExecutionContext& context) override {
    input_->rewind(context);
    partition_.clear();
    pending_ = Chunk();
    emitted_ = 0;
    pending_at_ = 0;
    ended_ = opened_ = false;
  }

 private:
  static std::vector<planner::SortKey> make_keys(const planner::PhysicalWindow& node) {
    std::vector<planner::SortKey> keys;
    for (size_t i = 0; i < node.partition_by.size(); ++i) {
      keys.push_back({query::clone(*node.partition_by[i]), node.partition_collations[i], false, false});
    }
    return keys;
  }

  // Gathers the rows of the next partition.
  bool next_partition(ExecutionContext& context) {
    partition_.clear();
    functions_.begin();
    bool have_first = false;
    while (true) {
      if (pending_at_ >= pending_.rows) {
        if (ended_ || !input_->pull(context, pending_, common::kChunkRowsMax)) {
          ended_ = true;
          pending_.rows = pending_at_ = 0;
          return partition_.rows() > 0;
        }
        pending_at_ = 0;
        pending_keys_ = partition_keys_.evaluate(context, pending_);
      }
      if (!have_first) {
        have_first = true;
        first_keys_.clear();
        for (const Vector& key : pending_keys_) {
          Vector one(key.type(), 1);
          one.copy_row(0, key, pending_at_);
          first_keys_.push_back(std::move(one));
        }
      }
      uint32_t end = pending_at_;
      while (end < pending_.rows && partition_keys_.compare(pending_keys_, end, first_keys_, 0) == 0) ++end;
      uint32_t count = end - pending_at_;
      ENSURE(partition_.rows() + count < UINT32_MAX, "a window partition of more than 2^32 rows");
      Chunk part = pending_;
      if (count < pending_.rows) {
        auto selection = std::make_shared<common::Selection>(count);
        for (uint32_t i = 0; i < count; ++i) (*selection)[i] = pending_at_ + i;
        part.slice(selection);
      }
      partition_.append(part);
      functions_.add(context, part);
      pending_at_ = end;
      if (end < pending_.rows) return true;
    }
  }

  const planner::PhysicalWindow& node_;
  std::unique_ptr<Pipeline> input_;
  std::vector<PhysicalType> input_types_;
  RowCompare partition_keys_;
  WindowFunctions functions_;
  ChunkStore partition_;
  Chunk pending_;
  std::vector<Vector> pending_keys_, first_keys_, results_;
  uint32_t pending_at_ = 0;
  uint64_t emitted_ = 0;
  bool ended_ = false, opened_ = false;
};

}  // namespace

std::unique_ptr<Source> make_window(ExecutionContext& context, const planner::PhysicalWindow& node,
                                    std::unique_ptr<Pipeline> input) {
  return std::make_unique<WindowSource>(context, node, std::move(input));
}

}  // namespace basalt::executor
