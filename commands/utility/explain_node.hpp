// What EXPLAIN asks about plan nodes without saying anything about them.
#pragma once

#include <string>

#include "planner/physical_plan.hpp"

namespace basalt::commands {

const char* join_name(planner::JoinType type);
const char* leaf_operator(storage::LeafFilterKind kind);
// How many FROM items, and targets of INSERT, stand in the plan.
int count_tables(const planner::PhysicalNode& node);
// What the statement calls a FROM item that is not a table; empty: the node reads none.
std::string source_alias(const planner::PhysicalNode& node);
// The slot is an aggregate that the node computes itself: HAVING and what is selected show the call, not a reference
// to it.
bool is_call_of(const planner::PhysicalNode& node, const query::Expression& slot);
// A part of its input's pipeline: its own time does not contain the input's.
bool is_transform(const planner::PhysicalNode& node);

}  // namespace basalt::commands
