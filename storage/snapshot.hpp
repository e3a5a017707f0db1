// Snapshot: what a statement sees (STO-2, QRY-1).
//
// A version is visible iff its writer committed at or before `lsn` (and that commit was published, STO-1), or its
// writer is `transaction` itself in a command older than `command`.
#pragma once

#include "common/ids.hpp"

namespace basalt::storage {

using common::CommandId;
using common::Lsn;
using common::TxnId;

struct Snapshot {
  Lsn lsn;
  TxnId transaction;  // 0: the transaction has not written
  CommandId command;  // own changes of this and later commands are invisible
};

}  // namespace basalt::storage
