// Hash join: the right side is built, the left side probes. Past work_mem both sides are partitioned by hash into spill
// stores, and the pairs of partitions are joined one after the other (Grace), the first one while the left side comes,
// if work_mem holds it.
//
// The build rows of a partition are one flat chunk with a last row that is all NULL, so that a left row without a
// partner is just a pair with that row.
#include <algorithm>
#include <numeric>
#include <utility>

#include "executor/builder.hpp"
#include "executor/condition.hpp"
#include "executor/hash_partitions.hpp"
#include "executor/key_table.hpp"

namespace basalt::executor {

namespace {

using common::PhysicalType;
using planner::JoinType;

struct Pair {
  uint32_t probe, build;
};

class HashJoinTransform : public Transform {
 public:
  HashJoinTransform(ExecutionContext& context, ExecutionState& state, const planner::PhysicalHashJoin& node,
                    std::unique_ptr<Pipeline> build)
      : node_(node),
        build_input_(std::move(build)),
        left_types_(physical_types(*node.children[0])),
        right_types_(physical_types(*node.children[1])),
        keys_(make_operations(context, node)),
        reservation_(context.memory),
        condition_(context, state, node, node.condition.get()) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    left_keys_ = compiler.compile_list(node.left_keys);
    right_keys_ = compiler.compile_list(node.right_keys);
    for (size_t k = 0; k < right_keys_.size(); ++k)
      if (!is_column(*node.right_keys[k])) computed_key_types_.push_back(right_keys_[k]->physical());
  }

  Progress process(ExecutionContext& context, const Chunk& in, Chunk& out, uint32_t demand) override {
    if (!built_) build(context);
    if (!input_open_) {
      open_input(context, in);
      input_open_ = true;
    }
    bool more = emit(context, probe_, out, demand);
    input_open_ = more;
    // Without build rows an inner or semi join, and every right join, is over as soon as it is known.
    if (!more && build_empty_ && !keeps_left()) return Progress::kFinished;
    return more ? Progress::kHaveOutput : Progress::kNeedInput;
  }

  Progress flush(ExecutionContext& context, Chunk& out, uint32_t demand) override {
    if (!built_) build(context);
    out.rows = 0;
    while (true) {
      if (emit_unmatched_build(out, demand)) return Progress::kHaveOutput;
      if (!spilled_) return Progress::kFinished;
      if (!partition_open_ && !open_partition(context)) return Progress::kFinished;
      if (read_partition(context, out, demand)) return Progress::kHaveOutput;
    }
  }

  void rewind(ExecutionContext& context) override {
    build_input_->rewind(context);
    built_ = spilled_ = input_open_ = partition_open_ = false;
    build_parts_.reset();
    probe_parts_.reset();
    pending_.clear();
    probe_store_.reset();
    reservation_.resize(0);
  }

 private:
  static std::vector<types::TypeOperationsPointer> make_operations(ExecutionContext& context,
                                                                   const planner::PhysicalHashJoin& node) {
    std::vector<types::TypeOperationsPointer> operations;
    for (size_t i = 0; i < node.left_keys.size(); ++i)
      operations.push_back(types::type_operations(*context.evaluation.call, node.left_keys[i]->type,
                                                  i < node.key_collations.size() ? node.key_collations[i] : Oid{}));
    return operations;
  }

  bool keeps_left() const {
    return node_.join == JoinType::kLeft || node_.join == JoinType::kFull || node_.join == JoinType::kAnti;
  }
  bool keeps_right() const { return node_.join == JoinType::kRight || node_.join == JoinType::kFull; }
  bool left_only() const { return node_.join == JoinType::kSemi || node_.join == JoinType::kAnti; }

  std::vector<Vector> evaluate_keys(ExecutionContext& context, std::vector<query::EvaluatorPointer>& keys,
                                    const Chunk& chunk) {
    std::vector<Vector> out;
    for (auto& key : keys) {
      query::Rows rows(chunk.rows);
      out.push_back(key->evaluate(context.evaluation, chunk, rows));
      rows.raise();
    }
    return out;
  }

  bool has_null_key(const std::vector<Vector>& keys, uint32_t row) const {
    for (size_t k = 0; k < keys.size(); ++k)
      if (keys[k].is_null(row) && !(k < node_.null_safe.size() && node_.null_safe[k])) return true;
    return false;
  }

  void build(ExecutionContext& context) {
    built_ = true;
    auto store = std::make_unique<ChunkStore>(context, right_types_, 0);
    uint64_t total = 0;
    Chunk chunk;
    while (build_input_->pull(context, chunk, common::kChunkRowsMax)) {
      total += chunk.rows;
      if (spilled_) {
        partition(context, right_keys_, chunk, *build_parts_);
        continue;
      }
      store->append(chunk);
      if (store->bytes() <= context.work_mem_bytes) continue;
      spilled_ = true;
      build_parts_ = std::make_unique<HashPartitions>(context, right_types_, 0);
      probe_parts_ = std::make_unique<HashPartitions>(context, left_types_, 0);
      scatter(context, right_keys_, *store, *build_parts_);
    }
    build_empty_ = total == 0;
    if (spilled_) {
      joins_first_ = build_parts_->store(0).bytes_in_all() <= context.work_mem_bytes;
      if (joins_first_) store = build_parts_->take(0);
    }
    load_build(context, *store);
  }

  void partition(ExecutionContext& context, std::vector<query::EvaluatorPointer>& keys, const Chunk& chunk,
                 HashPartitions& parts) {
    keys_.hash(evaluate_keys(context, keys, chunk), chunk.rows, hashes_);
    parts.append(chunk, hashes_);
  }

  // All rows of a store, which is empty then.
  void scatter(ExecutionContext& context, std::vector<query::EvaluatorPointer>& keys, ChunkStore& store,
               HashPartitions& parts) {
    uint64_t at = 0;
    Chunk chunk;
    while (store.read(at, chunk, common::kChunkRowsMax)) {
      context.check_interrupts();
      partition(context, keys, chunk, parts);
    }
    store.clear();
  }

  // Makes one flat chunk, its keys and the hash index of a build partition.
  void load_build(ExecutionContext& context, ChunkStore& store) {
    build_rows_ = static_cast<uint32_t>(store.rows());
    build_chunk_ = Chunk();
    build_chunk_.reset(right_types_, build_rows_ + 1);
    build_hashes_.clear();
    build_hashes_.reserve(build_rows_);
    Chunk computed_keys;
    computed_keys.reset(computed_key_types_, build_rows_);
    uint64_t at = 0;
    Chunk chunk;
    size_t bytes = 0;
    while (store.read(at, chunk, common::kChunkRowsMax)) {
      context.check_interrupts();
      append_rows(build_chunk_, chunk, nullptr, chunk.rows);
      std::vector<Vector> keys = evaluate_keys(context, right_keys_, chunk);
      keys_.hash(keys, chunk.rows, hashes_);
      build_hashes_.insert(build_hashes_.end(), hashes_.begin(), hashes_.end());
      bytes += chunk.bytes() + keep_computed(keys, chunk.rows, computed_keys);
      reservation_.resize(bytes + size_t{16} * build_rows_);
    }
    for (Vector& column : build_chunk_.columns) column.set_null(build_rows_);
    store.clear();
    if (keeps_right()) matched_.assign(build_rows_, false);
    unmatched_at_ = 0;
    build_keys_.clear();
    size_t computed = 0;
    for (const auto& key : node_.right_keys)
      build_keys_.push_back(is_column(*key) ? build_chunk_.columns[static_cast<const query::Slot&>(*key).index]
                                            : computed_keys.columns[computed++]);
    insert_build(context);
  }

  static bool is_column(const query::Expression& key) { return key.kind == query::ExpressionKind::kSlot; }

  // The keys that are not columns of the build side are kept beside it. Returns their bytes.
  size_t keep_computed(const std::vector<Vector>& keys, uint32_t rows, Chunk& computed) {
    Chunk kept;
    kept.rows = rows;
    for (size_t k = 0; k < keys.size(); ++k)
      if (!is_column(*node_.right_keys[k])) kept.columns.push_back(keys[k]);
    append_rows(computed, kept, nullptr, rows);
    return kept.bytes();
  }

  void insert_build(ExecutionContext& context) {
    index_.reset(build_rows_);
    next_.assign(build_rows_, HashIndex::kNone);
    // Inserted from the end, so that chains run in build order.
    for (uint32_t row = build_rows_; row-- > 0;) {
      if ((row & 0xffff) == 0) context.check_interrupts();
      if (!has_null_key(build_keys_, row)) next_[row] = index_.insert(build_hashes_[row], row);
    }
  }

  // --- probing -------------------------------------------------------------------------------------------------------

  struct Probe {
    Chunk chunk;
    std::vector<Vector> keys;
    std::vector<uint64_t> hashes;
    uint32_t row = 0;         // next row to look up
    std::vector<Pair> pairs;  // ready to be put out
    size_t emitted = 0;
  };

  void open_input(ExecutionContext& context, const Chunk& in) {
    start_probe(context, probe_, in);
    if (!spilled_) return;
    // Rows of later partitions wait in their stores.
    probe_parts_->append(in, probe_.hashes, joins_first_ ? 1 : 0);
    Chunk mine = in;
    mine.slice(std::make_shared<common::Selection>(joins_first_ ? probe_parts_->selected(0) : common::Selection()));
    start_probe(context, probe_, mine);
  }

  void start_probe(ExecutionContext& context, Probe& probe, const Chunk& in) {
    probe.chunk = in;
    probe.keys = evaluate_keys(context, left_keys_, in);
    keys_.hash(probe.keys, in.rows, probe.hashes);
    probe.row = 0;
    probe.pairs.clear();
    probe.emitted = 0;
  }

  void find_candidates(Probe& probe, uint32_t row, std::vector<Pair>& pairs) const {
    if (build_rows_ == 0 || has_null_key(probe.keys, row)) return;
    uint64_t hash = probe.hashes[row];
    for (uint32_t b = index_.find(hash); b != HashIndex::kNone; b = next_[b])
      if (build_hashes_[b] == hash && keys_.equal(probe.keys, row, build_keys_, b)) pairs.push_back({row, b});
  }

  Chunk joined(const Chunk& left, const std::vector<Pair>& pairs, size_t first, size_t count, bool with_right) const {
    auto probe_rows = std::make_shared<common::Selection>(count);
    auto build_rows = std::make_shared<common::Selection>(count);
    for (size_t i = 0; i < count; ++i) {
      (*probe_rows)[i] = pairs[first + i].probe;
      (*build_rows)[i] = pairs[first + i].build;
    }
    Chunk out;
    for (const Vector& column : left.columns) out.columns.push_back(column.slice(probe_rows));
    if (with_right)
      for (const Vector& column : build_chunk_.columns) out.columns.push_back(column.slice(build_rows));
    out.rows = static_cast<uint32_t>(count);
    return out;
  }

  // Which candidate pairs satisfy the residual condition.
  void apply_condition(ExecutionContext& context, Probe& probe, std::vector<Pair>& candidates) {
    if (!condition_ || candidates.empty()) return;
    Chunk both = joined(probe.chunk, candidates, 0, candidates.size(), true);
    query::Rows rows(both.rows);
    common::Selection selected;
    condition_.select(context, both, rows, selected);
    rows.raise();
    std::vector<Pair> kept;
    for (uint32_t i : selected) kept.push_back(candidates[i]);
    candidates = std::move(kept);
  }

  // The next batch of probe rows becomes pairs.
  void make_pairs(ExecutionContext& context, Probe& probe, uint32_t wanted) {
    std::vector<Pair> candidates;
    uint32_t first = probe.row;
    while (probe.row < probe.chunk.rows && candidates.size() < wanted && probe.row - first < wanted)
      find_candidates(probe, probe.row++, candidates);
    apply_condition(context, probe, candidates);
    probe.pairs.clear();
    probe.emitted = 0;
    size_t at = 0;
    for (uint32_t row = first; row < probe.row; ++row) {
      size_t begin = at;
      while (at < candidates.size() && candidates[at].probe == row) ++at;
      add_row_pairs(probe, row, candidates, begin, at);
    }
  }

  void add_row_pairs(Probe& probe, uint32_t row, const std::vector<Pair>& candidates, size_t begin, size_t end) {
    switch (node_.join) {
      case JoinType::kSemi:
        if (end > begin) probe.pairs.push_back({row, build_rows_});
        return;
      case JoinType::kAnti:
        if (end == begin) probe.pairs.push_back({row, build_rows_});
        return;
      case JoinType::kLeft:
      case JoinType::kFull:
        if (end == begin) probe.pairs.push_back({row, build_rows_});
        break;
      default:
        break;
    }
    for (size_t i = begin; i < end; ++i) {
      probe.pairs.push_back(candidates[i]);
      if (keeps_right()) matched_[candidates[i].build] = true;
    }
  }

  // True when the input has (or may have) more output.
  bool emit(ExecutionContext& context, Probe& probe, Chunk& out, uint32_t demand) {
    out.rows = 0;
    while (probe.emitted == probe.pairs.size()) {
      if (probe.row >= probe.chunk.rows) return false;
      context.check_interrupts();
      make_pairs(context, probe, std::max(demand, 1u));
    }
    size_t count = std::min<size_t>(demand, probe.pairs.size() - probe.emitted);
    out = joined(probe.chunk, probe.pairs, probe.emitted, count, !left_only());
    probe.emitted += count;
    return probe.emitted < probe.pairs.size() || probe.row < probe.chunk.rows;
  }

  // --- after the probe side ------------------------------------------------------------------------------------------

  bool emit_unmatched_build(Chunk& out, uint32_t demand) {
    if (!keeps_right() || (spilled_ && partition_open_)) return false;
    auto selection = std::make_shared<common::Selection>();
    while (unmatched_at_ < build_rows_ && selection->size() < demand) {
      if (!matched_[unmatched_at_]) selection->push_back(unmatched_at_);
      ++unmatched_at_;
    }
    if (selection->empty()) return false;
    out.columns.clear();
    for (PhysicalType type : left_types_) out.columns.push_back(Vector::constant(type, Value::null(type)));
    for (const Vector& column : build_chunk_.columns) out.columns.push_back(column.slice(selection));
    out.rows = static_cast<uint32_t>(selection->size());
    return true;
  }

  // The next pair of partitions; false: there is none.
  bool open_partition(ExecutionContext& context) {
    if (build_parts_)
      put_off(*std::exchange(build_parts_, {}), *std::exchange(probe_parts_, {}), joins_first_ ? 1 : 0, pending_);
    while (!pending_.empty()) {
      PartitionPair pair = std::move(pending_.back());
      pending_.pop_back();
      if (pair.kept->bytes_in_all() > context.work_mem_bytes && pair.level < HashPartitions::kLevels) {
        split(context, std::move(pair));
        continue;
      }
      load_build(context, *pair.kept);
      probe_store_ = std::move(pair.partner);
      partition_open_ = true;
      partition_input_open_ = false;
      probe_at_ = 0;
      return true;
    }
    return false;
  }

  void split(ExecutionContext& context, PartitionPair pair) {
    HashPartitions build(context, right_types_, pair.level), probe(context, left_types_, pair.level);
    scatter(context, right_keys_, *pair.kept, build);
    scatter(context, left_keys_, *pair.partner, probe);
    put_off(build, probe, 0, pending_);
  }

  // Output of the probe rows of the open partition; false (and closed) at their end.
  bool read_partition(ExecutionContext& context, Chunk& out, uint32_t demand) {
    while (true) {
      if (!partition_input_open_) {
        Chunk chunk;
        if (!probe_store_->read(probe_at_, chunk, common::kChunkRowsMax)) {
          partition_open_ = false;
          out.rows = 0;
          return false;
        }
        start_probe(context, probe_, chunk);
        partition_input_open_ = true;
      }
      partition_input_open_ = emit(context, probe_, out, demand);
      if (out.rows > 0) return true;
    }
  }

  const planner::PhysicalHashJoin& node_;
  std::unique_ptr<Pipeline> build_input_;
  std::vector<PhysicalType> left_types_, right_types_;
  KeyTable keys_;
  common::MemoryReservation reservation_;
  std::vector<query::EvaluatorPointer> left_keys_, right_keys_;
  std::vector<PhysicalType> computed_key_types_;  // of the right keys that are not columns
  Condition condition_;
  std::vector<uint64_t> hashes_;

  bool built_ = false, build_empty_ = false, spilled_ = false;
  std::unique_ptr<HashPartitions> build_parts_, probe_parts_;  // while the inputs come
  bool joins_first_ = false;                                   // the first pair is joined meanwhile
  std::vector<PartitionPair> pending_;                         // the next one is the last
  Chunk build_chunk_;
  uint32_t build_rows_ = 0;
  std::vector<Vector> build_keys_;
  std::vector<uint64_t> build_hashes_;
  HashIndex index_;
  std::vector<uint32_t> next_;
  std::vector<bool> matched_;
  uint32_t unmatched_at_ = 0;

  Probe probe_;
  bool input_open_ = false;
  bool partition_open_ = false, partition_input_open_ = false;
  std::unique_ptr<ChunkStore> probe_store_;  // of the open partition
  uint64_t probe_at_ = 0;
};

}  // namespace

std::unique_ptr<Transform> make_hash_join(ExecutionContext& context, ExecutionState& state,
                                          const planner::PhysicalHashJoin& node, std::unique_ptr<Pipeline> build) {
  return std::make_unique<HashJoinTransform>(context, state, node, std::move(build));
}

}  // namespace basalt::executor
