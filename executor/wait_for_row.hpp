// Waiting for another transaction that holds a row. An error of the wait (timeout, deadlock, cancel) says what it was
// for.
#pragma once

#include <string>

#include "executor/execution_context.hpp"

namespace basalt::executor {

// `doing`: "updating tuple", "inserting index tuple"; `relation`: the table or index that the row is of.
inline void wait_for_row(ExecutionContext& context, common::TxnId other, const char* doing, RowId row,
                         const std::string& relation) {
  try {
    context.transaction->wait_for(other);
  } catch (common::SqlError& error) {
    std::string& text = error.report().context;
    if (!text.empty()) text += "\n";
    text += std::string("while ") + doing + " (" + std::to_string(row.value >> 16) + "," +
            std::to_string(row.value & 0xffff) + ") in relation \"" + relation + "\"";
    throw;
  }
}

}  // namespace basalt::executor
