// Available: what a partial plan's output slots hold, in terms of the query level's own expressions. The planner moves
// upwards through scan, join, aggregate, window and projection; at each step upper expressions are resolved against it:
// a subtree equal to an available expression becomes a Slot.
#pragma once

#include <unordered_map>
#include <vector>

#include "planner/physical_plan.hpp"

namespace basalt::planner {

class Available {
 public:
  // Says that slot `size()` holds `expression` (level form, with Column nodes).
  void add(ExpressionPointer expression);
  // A slot that no expression refers to.
  void add_opaque() { add(nullptr); }
  // The slot of an equal expression; -1: none.
  int find(const query::Expression& expression) const;
  size_t size() const { return expressions_.size(); }
  const query::Expression* at(size_t slot) const { return expressions_[slot].get(); }
  // Appends copies of the expressions of `other` (the right side of a join).
  void append(const Available& other);

 private:
  std::vector<ExpressionPointer> expressions_;
  std::unordered_multimap<uint64_t, int> by_hash_;
};

// A partial plan with what its slots mean.
struct Partial {
  PhysicalPointer plan;
  Available available;
};

ExpressionPointer make_column(int table, int16_t column, Oid type, int32_t typmod, Oid collation);
ExpressionPointer make_slot(int index, const OutputColumn& column);

}  // namespace basalt::planner
