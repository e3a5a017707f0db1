// Work of the catalogs that belongs to no session: the bootstrap, and the update of the built-in rows at a start.
#pragma once

#include "storage/engine.hpp"

namespace basalt::catalog {

// Runs work(transaction) in a transaction of its own; rolled back if it throws.
template <typename Work>
void in_transaction(storage::StorageEngine& engine, Work work) {
  auto transaction = engine.begin(storage::IsolationLevel::kReadCommitted, 0);
  try {
    work(*transaction);
  } catch (...) {
    engine.abort(*transaction);
    throw;
  }
  engine.commit(*transaction);
}

}  // namespace basalt::catalog
