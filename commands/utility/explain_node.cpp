#include "commands/utility/explain_node.hpp"

#include "common/ensure.hpp"

namespace basalt::commands {

using planner::as;
using planner::JoinType;
using planner::PhysicalKind;
using planner::PhysicalNode;
using query::Expression;

const char* join_name(JoinType type) {
  static const char* const kNames[] = {"Inner", "Left", "Right", "Full", "Semi", "Anti"};
  return kNames[static_cast<int>(type)];
}

const char* leaf_operator(storage::LeafFilterKind kind) {
  using storage::LeafFilterKind;
  switch (kind) {
    case LeafFilterKind::kEqual:
      return "=";
    case LeafFilterKind::kNotEqual:
      return "<>";
    case LeafFilterKind::kLess:
      return "<";
    case LeafFilterKind::kLessEqual:
      return "<=";
    case LeafFilterKind::kGreater:
      return ">";
    case LeafFilterKind::kGreaterEqual:
      return ">=";
    case LeafFilterKind::kPrefix:
      return "^@";
    default:
      UNREACHABLE("a test without an operator");
  }
}

int count_tables(const PhysicalNode& node) {
  int count = 0;
  switch (node.kind) {
    case PhysicalKind::kTableScan:
    case PhysicalKind::kIndexScan:
    case PhysicalKind::kRowIdScan:
    case PhysicalKind::kFunctionScan:
    case PhysicalKind::kValuesScan:
    case PhysicalKind::kCteScan:
    case PhysicalKind::kWorkTableScan:
    case PhysicalKind::kIndexJoin:
      count = 1;
      break;
    case PhysicalKind::kModify: {
      const auto& modify = as<planner::PhysicalModify>(node);
      count = modify.command == query::CommandKind::kInsert;
      count += modify.on_conflict && modify.on_conflict->action == query::ConflictAction::kUpdate;  // excluded
      break;
    }
    default:
      break;
  }
  for (const auto& child : node.children) count += count_tables(*child);
  return count;
}

std::string source_alias(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kFunctionScan:
      return as<planner::PhysicalFunctionScan>(node).alias;
    case PhysicalKind::kValuesScan:
      return as<planner::PhysicalValuesScan>(node).alias;
    case PhysicalKind::kCteScan: {
      const auto& scan = as<planner::PhysicalCteScan>(node);
      return scan.alias.empty() ? scan.name : scan.alias;
    }
    case PhysicalKind::kWorkTableScan: {
      const auto& scan = as<planner::PhysicalWorkTableScan>(node);
      return scan.alias.empty() ? scan.name : scan.alias;
    }
    default:
      return {};
  }
}

bool is_call_of(const PhysicalNode& node, const Expression& slot) {
  auto index = static_cast<size_t>(static_cast<const query::Slot&>(slot).index);
  if (node.kind == PhysicalKind::kFilter) return is_call_of(*node.children[0], slot);
  return node.kind == PhysicalKind::kAggregate && index >= as<planner::PhysicalAggregate>(node).groups.size();
}

bool is_transform(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kFilter:
    case PhysicalKind::kProject:
    case PhysicalKind::kProjectSet:
    case PhysicalKind::kLimit:
    case PhysicalKind::kUnique:
    case PhysicalKind::kHashJoin:
    case PhysicalKind::kNestedLoop:
    case PhysicalKind::kIndexJoin:
    case PhysicalKind::kApply:
    case PhysicalKind::kLockRows:
      return true;
    default:
      return false;
  }
}

}  // namespace basalt::commands
