#include "catalog/catalog_manager.hpp"

#include "catalog/catalog_ids.hpp"
#include "catalog/embedded.hpp"
#include "catalog/reader.hpp"
#include "catalog/transaction_state.hpp"
#include "catalog/writer.hpp"
#include "common/sqlstate.hpp"

namespace basalt::catalog {

using common::SqlError;
namespace sqlstate = common::sqlstate;
using Kind = CatalogRoot::Kind;

namespace {

constexpr uint32_t kOidsDrawnAtOnce = 8192;

// A transaction that only reads; rolled back at the end.
class ReadTransaction {
 public:
  explicit ReadTransaction(StorageEngine& engine)
      : engine_(engine), transaction_(engine.begin(storage::IsolationLevel::kReadCommitted, 0)) {}
  ~ReadTransaction() { engine_.abort(*transaction_); }
  Transaction& operator*() { return *transaction_; }

 private:
  StorageEngine& engine_;
  std::unique_ptr<Transaction> transaction_;
};

}  // namespace

DatabaseCatalog::DatabaseCatalog(CatalogManager& manager, Oid database, std::shared_ptr<const CatalogTrees> trees)
    : manager_(manager), database_(database), storage_(manager.engine(), std::move(trees), manager.shared_trees()) {}

DatabaseCatalog::~DatabaseCatalog() = default;

std::shared_ptr<TransactionState> DatabaseCatalog::state_of(const Transaction& transaction) const {
  if (state_count_.load() == 0) return nullptr;
  std::lock_guard lock(states_mutex_);
  auto it = states_.find(&transaction);
  return it == states_.end() ? nullptr : it->second;
}

std::shared_ptr<TransactionState> DatabaseCatalog::make_state(Transaction& transaction) {
  if (auto state = state_of(transaction)) return state;
  auto state = std::make_shared<TransactionState>();
  {
    std::lock_guard lock(states_mutex_);
    states_.emplace(&transaction, state);
    state_count_.fetch_add(1);
  }
  auto forget = [self = shared_from_this(), key = &transaction] {
    std::lock_guard lock(self->states_mutex_);
    if (self->states_.erase(key)) self->state_count_.fetch_sub(1);
  };
  transaction.on_commit([self = shared_from_this(), state, forget](common::Lsn commit) {
    self->cache_.invalidate(state->changes, commit.value);
    if (state->shared_objects) self->manager_.shared_cache().invalidate(state->changes, commit.value);
    forget();
  });
  transaction.on_abort(forget);
  return state;
}

std::unique_ptr<CatalogReader> DatabaseCatalog::reader(Transaction& transaction, std::optional<Snapshot> fixed) {
  return std::make_unique<CatalogReaderImpl>(*this, transaction, state_of(transaction), fixed);
}

std::unique_ptr<CatalogWriter> DatabaseCatalog::writer(Transaction& transaction) {
  return std::make_unique<CatalogWriterImpl>(*this, transaction, make_state(transaction));
}

bool DatabaseCatalog::has_changes(const Transaction& transaction) const {
  auto state = state_of(transaction);
  return state && !state->changes.empty();
}

CatalogManager::CatalogManager(StorageEngine& engine) : engine_(engine) {
  open();
  ReadTransaction transaction(engine_);
  const uint64_t format = CatalogRoot::get(engine_, *transaction, Kind::kFormat);
  if (format == 0) {
    throw SqlError(sqlstate::kDataCorrupted, "the data directory was not initialized completely");
  }
  if (format > kCatalogFormat) {
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                   "the data directory was initialized by a newer version, catalog format " + std::to_string(format));
  }
  rows_differ_ = CatalogRoot::get(engine_, *transaction, Kind::kDataHash) != builtin_data_hash();
}

CatalogManager::CatalogManager(StorageEngine& engine, Initializing) : engine_(engine) { open(); }

CatalogManager::~CatalogManager() = default;

void CatalogManager::open() {
  ReadTransaction transaction(engine_);
  auto trees = std::make_shared<CatalogTrees>(CatalogRoot::read_trees(engine_, *transaction, kSharedDatabase));
  if (!trees->has(id::kPgDatabase)) throw SqlError(sqlstate::kDataCorrupted, "the data directory holds no catalogs");
  shared_trees_ = std::move(trees);
  oid_sequence_ = common::TreeId(CatalogRoot::get(engine_, *transaction, Kind::kOidSequence));
}

std::shared_ptr<DatabaseCatalog> CatalogManager::open_database(Oid database) {
  std::lock_guard lock(databases_mutex_);
  auto it = databases_.find(database.value);
  if (it != databases_.end()) return it->second;
  ReadTransaction transaction(engine_);
  auto trees = std::make_shared<CatalogTrees>(CatalogRoot::read_trees(engine_, *transaction, database));
  if (!trees->has(id::kPgClass)) {
    throw SqlError(sqlstate::kInvalidCatalogName, "database " + std::to_string(database.value) + " does not exist");
  }
  auto catalog = std::make_shared<DatabaseCatalog>(*this, database, std::move(trees));
  databases_.emplace(database.value, catalog);
  return catalog;
}

void CatalogManager::forget_database(Oid database) {
  std::lock_guard lock(databases_mutex_);
  databases_.erase(database.value);
}

Oid CatalogManager::new_oid(Transaction& transaction, const CatalogStorage& storage, Oid catalog) {
  const CatalogTable& table = catalog_table(catalog);
  for (;;) {
    Oid oid;
    {
      std::lock_guard lock(oid_mutex_);
      if (next_oid_ == last_oid_) {
        engine_.advance_sequence(transaction, oid_sequence_, [&](storage::SequenceState& state) {
          auto first = static_cast<uint32_t>(state.last_value);
          // After the last 32-bit number come the first ones that are not built in.
          if (state.last_value + kOidsDrawnAtOnce > int64_t{UINT32_MAX}) first = common::kFirstNormalOid;
          next_oid_ = first;
          last_oid_ = first + kOidsDrawnAtOnce;
          state.last_value = last_oid_;
        });
      }
      oid = Oid(next_oid_++);
    }
    if (!storage.oid_in_use(transaction, table, oid)) return oid;
  }
}

void CatalogManager::finish_initialization() {
  shut_down();
  finish_cluster(engine_);
}

void CatalogManager::shut_down() {
  std::lock_guard lock(oid_mutex_);
  if (next_oid_ == last_oid_) return;
  auto transaction = engine_.begin(storage::IsolationLevel::kReadCommitted, 0);
  engine_.advance_sequence(*transaction, oid_sequence_, [&](storage::SequenceState& state) {
    if (state.last_value == last_oid_) state.last_value = next_oid_;
  });
  engine_.commit(*transaction);
  next_oid_ = last_oid_ = 0;
}

}  // namespace basalt::catalog
