// What became of an attempt to change or lock a row.
#pragma once

#include "common/ids.hpp"

namespace basalt::storage {

enum class WriteOutcome {
  kOk,
  kSelfModified,   // already changed or deleted by a command of the own transaction that the snapshot does not see
  kUpdated,        // a transaction that committed after the snapshot changed it
  kDeleted,        // a transaction that committed after the snapshot deleted it
  kBeingModified,  // an unfinished transaction holds it: wait for `other`, then try again
  kWouldBlock,     // the same, under a policy that does not wait
  kNotFound,       // the row does not exist for this snapshot
};

struct WriteResult {
  WriteOutcome outcome = WriteOutcome::kOk;
  common::TxnId other;           // who is in the way (kBeingModified, kUpdated, kDeleted)
  common::CommandId by_command;  // kSelfModified: the command that did it
};

enum class RowLockStrength : uint8_t { kKeyShare, kShare, kNoKeyUpdate, kUpdate };
enum class WaitPolicy : uint8_t { kWait, kSkip, kNoWait };

}  // namespace basalt::storage
