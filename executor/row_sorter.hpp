// RowSorter: rows in the order of their normalised keys. In memory up to work_mem, then sorted runs in spill files,
// merged as they are read (QRY-11: the original values travel along). Rows with equal keys stay in order of arrival, so
// that results do not depend on the chunk size. With a bound only that many first rows are kept.
//
//   add() ... -> finish() -> read() until it yields nothing
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "executor/execution_context.hpp"
#include "executor/spill_file.hpp"

namespace basalt::executor {

class RowSorter {
 public:
  RowSorter(ExecutionContext& context, std::vector<common::PhysicalType> types);

  void set_bound(uint64_t rows) { bound_ = rows; }
  // keys[k]: values of sort column `columns[k]` for the rows of the chunk.
  void add(ExecutionContext& context, const Chunk& chunk, const std::vector<Vector>& keys,
           const std::vector<types::KeyColumn>& columns);
  void finish(ExecutionContext& context);
  // Up to `demand` rows; none means the end.
  void read(Chunk& out, uint32_t demand);
  void clear();
  uint64_t rows_added() const { return sequence_; }
  size_t bytes() const { return reservation_.bytes(); }

 private:
  struct Row {
    uint64_t prefix;  // first bytes of the key: most comparisons need no more
    common::StringRef key;
    uint32_t block, row;
    uint64_t sequence;  // arrival
  };
  struct Run {
    std::unique_ptr<SpillFile> file;
    uint64_t offset = 0;
    Chunk chunk;
    uint32_t at = 0;
    bool ended = false;
  };
  static bool before(const Row& a, const Row& b);
  void sort_rows(ExecutionContext& context);
  void shrink_to_bound();
  void write_run(ExecutionContext& context);
  void read_memory(Chunk& out, uint32_t demand);
  void read_merged(Chunk& out, uint32_t demand);
  bool run_before(const Run& a, const Run& b) const;
  void advance(Run& run);

  std::vector<common::PhysicalType> types_, run_types_;
  common::MemoryReservation reservation_;
  std::vector<Row> rows_;
  std::vector<Chunk> blocks_;
  std::unique_ptr<common::StringHeap> heap_ = std::make_unique<common::StringHeap>();
  std::vector<Run> runs_;
  std::string key_, worst_;  // worst_: key of the last of the best rows so far
  bool bounded_ = false;     // worst_ is known
  common::Selection selected_;
  uint64_t bound_ = UINT64_MAX, read_ = 0, sequence_ = 0;
  bool merging_started_ = false;
};

}  // namespace basalt::executor
