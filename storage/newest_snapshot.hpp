// The newest snapshot, whatever the isolation level (STO-12): catalogs are read with it, and the scans of DDL over the
// rows that exist (index builds, checks of constraints, rewrites). A REPEATABLE READ transaction that looked there with
// its own snapshot would see tables as they were, and share that view through the descriptor cache.
#pragma once

#include "storage/snapshot.hpp"

namespace basalt::storage {

class Transaction;

// Given back with Transaction::release_snapshot(). Does not fix the snapshot of a REPEATABLE READ transaction.
Snapshot take_newest_snapshot(Transaction& transaction);

}  // namespace basalt::storage
