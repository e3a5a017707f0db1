// What a column definition list (FROM f(...) AS t(a int, b text)) says of the rows of a function that returns record:
// the executor leaves it in the call's state, where functions that make rows of any shape (json_to_record) find it.
#pragma once

#include "types/function.hpp"
#include "types/type_descriptor.hpp"

namespace basalt::types {

struct ResultRow final : CallState {
  explicit ResultRow(TypePointer type) : row(std::move(type)) {}
  TypePointer row;  // a composite type that no catalog knows
};

// Base of the set-returning functions whose rows come as one column of records, which say themselves what they are.
struct RowsAreRecords {
  virtual ~RowsAreRecords() = default;
};

}  // namespace basalt::types
