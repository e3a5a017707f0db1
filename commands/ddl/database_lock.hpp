// The lock of a database: CREATE and DROP DATABASE take it, and a session that is being opened until it is registered.
#pragma once

#include "storage/transaction.hpp"

namespace basalt::commands::ddl {

inline void lock_database(storage::Transaction& transaction, common::Oid database, storage::LockMode mode) {
  storage::LockTag tag{storage::LockSpace::kDatabase, database.value, 0, database.value, 0};
  transaction.lock(tag, mode, storage::WaitPolicy::kWait);
}

}  // namespace basalt::commands::ddl
