// The composition of a data directory: core (pages, log, recovery), transactions, trees, sequences.
#include "storage/engine.hpp"

#include "storage/core.hpp"
#include "storage/page_check.hpp"
#include "storage/sequence.hpp"
#include "storage/transaction_manager.hpp"
#include "storage/tree_cache.hpp"
#include "storage/tree_ops.hpp"

namespace basalt::storage {

using common::Result;

namespace {

CoreOptions core_options(const StorageOptions& options) {
  CoreOptions core;
  core.directory = options.directory;
  core.files = options.files;
  core.clock = options.clock;
  core.buffer_bytes = options.buffer_bytes;
  core.reservation_bytes = options.reservation_bytes;
  core.wal_segment_bytes = options.wal_segment_bytes;
  core.wal_bytes_max = options.wal_bytes_max;
  core.checkpoint_timeout_ms = options.checkpoint_timeout_ms;
  core.background_threads = options.background_threads;
  return core;
}

MvccOptions mvcc_options(const StorageOptions& options) {
  MvccOptions mvcc;
  mvcc.clock = options.clock;
  mvcc.synchronous_commit = options.synchronous_commit;
  mvcc.deadlock_timeout_ms = options.deadlock_timeout_ms;
  mvcc.undo_bytes_max = options.undo_bytes_max;
  if (options.files == &common::FileSystem::real()) mvcc.spill_directory = options.directory;
  mvcc.background_threads = options.background_threads;
  return mvcc;
}

class Engine final : public StorageEngine {
 public:
  Engine(std::unique_ptr<StorageCore> core, const StorageOptions& options)
      : core_(std::move(core)),
        transactions_(*core_, mvcc_options(options)),
        trees_(*core_, transactions_),
        sequences_(*core_),
        synchronous_commit_(options.synchronous_commit) {
    transactions_.set_trees(&trees_);
  }
  // Without close() this is a crash: nothing is written any more.
  ~Engine() override {
    transactions_.stop();
    core_->stop_threads();
  }

  Result<void> recover() {
    RETURN_IF_FAILED(core_->recover(&transactions_));
    transactions_.start();
    return {};
  }

  Result<void> close() override {
    transactions_.stop(true);
    try {
      sequences_.settle();
    } catch (const common::SqlError& e) {
      return status_of(e);
    }
    return core_->close();
  }

  std::unique_ptr<Transaction> begin(IsolationLevel isolation, uint64_t owner) override {
    return transactions_.begin(isolation, owner);
  }
  Lsn commit(Transaction& transaction) override { return transactions_.commit(transaction); }
  void abort(Transaction& transaction) override { transactions_.abort(transaction); }
  void wait_for_rollbacks(common::Interrupt* interrupt) override { transactions_.wait_for_rollbacks(interrupt); }
  void abort_soon(std::unique_ptr<Transaction> transaction) override {
    transactions_.abort_soon(std::move(transaction));
  }
  void prepare(Transaction& transaction, const std::string& gid) override { transactions_.prepare(transaction, gid); }
  void finish_prepared(const std::string& gid, bool commit) override { transactions_.finish_prepared(gid, commit); }
  bool is_committed(TxnId transaction) const override { return transactions_.is_committed(transaction); }
  bool is_in_progress(TxnId transaction) const override { return transactions_.is_in_progress(transaction); }

  TreeId create_heap(Transaction& transaction, const HeapLayout& layout) override {
    return trees_.create_heap(transaction, layout);
  }
  TreeId create_index(Transaction& transaction, const IndexLayout& layout) override {
    return trees_.create_index(transaction, layout);
  }
  void drop_tree(Transaction& transaction, TreeId tree) override { trees_.drop_tree(transaction, tree); }
  HeapTree& heap(TreeId tree) override { return trees_.heap(tree); }
  Index& index(TreeId tree) override { return trees_.index(tree); }
  std::unique_ptr<IndexBuilder> build_index(Transaction& transaction, TreeId index, size_t sort_bytes) override {
    return trees_.build_index(transaction, index, sort_bytes);
  }

  TreeId create_sequence(Transaction& transaction, const SequenceState& state) override {
    return trees_.create_sequence(transaction, SequenceStore::descriptor(state));
  }
  SequenceState sequence_state(TreeId sequence) override { return sequences_.state(sequence); }
  SequenceState advance_sequence(Transaction& transaction, TreeId sequence,
                                 const std::function<void(SequenceState&)>& next) override {
    return sequences_.advance(sequence, next, synchronous_commit_);
  }

  Lsn visible_lsn() const override { return transactions_.visible_lsn(); }
  Lsn insert_lsn() const override { return core_->wal().insert_lsn(); }
  Lsn flushed_lsn() const override { return core_->wal().flushed_lsn(); }

  Result<void> checkpoint() override { return core_->checkpoint(); }
  void purge() override { transactions_.purge(); }
  std::vector<CheckFinding> check(TreeId check_tree) override {
    std::vector<CheckFinding> findings;
    check_pages(*core_, check_tree, findings);
    // A tree with damaged pages cannot be walked to its end: the damage itself has been reported.
    try {
      uint64_t entries = 0;
      trees_.check(check_tree, nullptr, entries, findings);
    } catch (const std::exception& e) {
      findings.push_back({check_tree, 0, e.what()});
    }
    return findings;
  }

  void check_index(TreeId index, const KeyOfRow& key_of, uint64_t& entries, std::vector<CheckFinding>& findings) {
    trees_.check(index, key_of, entries, findings);
  }

  std::vector<LockInfo> locks() override {
    std::vector<LockInfo> out;
    transactions_.locks(out);
    return out;
  }
  common::MemoryBudget& server_memory() override { return memory_; }

 private:
  std::unique_ptr<StorageCore> core_;
  TransactionManager transactions_;
  TreeCache trees_;
  SequenceStore sequences_;
  bool synchronous_commit_;
  common::MemoryBudget memory_{~size_t{0} >> 1, nullptr};
};

}  // namespace

Result<void> StorageEngine::initialize(const StorageOptions& options) {
  return StorageCore::initialize(core_options(options));
}

Result<std::unique_ptr<StorageEngine>> StorageEngine::open(const StorageOptions& options) {
  register_tree_redo();
  auto core = StorageCore::open(core_options(options));
  if (!core.ok()) return core.status();
  auto engine = std::make_unique<Engine>(std::move(*core), options);
  RETURN_IF_FAILED(engine->recover());
  return std::unique_ptr<StorageEngine>(std::move(engine));
}

void check_index(StorageEngine& engine, TreeId index, const KeyOfRow& key_of, uint64_t& entries,
                 std::vector<CheckFinding>& findings) {
  static_cast<Engine&>(engine).check_index(index, key_of, entries, findings);
}

}  // namespace basalt::storage
