// Joins as EXPLAIN shows them.
#include "commands/utility/explainer.hpp"

namespace basalt::commands {

using planner::as;
using planner::JoinType;
using planner::PhysicalKind;
using planner::PhysicalNode;
using query::ExpressionList;

void Explainer::join_title(ExplainEntry& e, const char* kind, JoinType type) {
  identify(e, "Node Type", kind);
  identify(e, "Join Type", join_name(type));
  e.title = kind;
  if (type == JoinType::kInner) return;
  std::string word(kind);
  size_t join = word.rfind(" Join");
  if (join != std::string::npos) word.resize(join);
  e.title = word + " " + join_name(type) + " Join";
}

std::string Explainer::key_conditions(const ExpressionList& left, const ExpressionList& right, const PhysicalNode& a,
                                      const PhysicalNode& b) {
  std::string all;
  for (size_t i = 0; i < left.size(); ++i)
    all += (i ? " AND (" : "(") + text(*left[i], &a, nullptr) + " = " + text(*right[i], &b, nullptr) + ")";
  return left.size() > 1 ? "(" + all + ")" : all;
}

void Explainer::add_join_filter(ExplainEntry& e, const planner::JoinBase& node, const PhysicalNode* right) {
  if (!node.condition) return;
  add(e, "Join Filter", text(*node.condition, node.children[0].get(), right));
  add_removed(e, "Rows Removed by Join Filter", node);
}

void Explainer::describe_join(ExplainEntry& e, const planner::JoinBase& node) {
  const PhysicalNode& left = *node.children[0];
  switch (node.kind) {
    case PhysicalKind::kHashJoin: {
      const auto& join = static_cast<const planner::PhysicalHashJoin&>(node);
      const PhysicalNode& right = *node.children[1];
      join_title(e, "Hash Join", node.join);
      add(e, "Hash Cond", key_conditions(join.left_keys, join.right_keys, left, right));
      add_join_filter(e, node, &right);
      child(e, left, "Outer");
      ExplainEntry hash;
      title(hash, "Hash");
      set_numbers(hash, right);
      hash.startup_cost = right.total_cost;
      hash.actual_startup_ms = hash.actual_total_ms;
      child(hash, right, "Outer");
      hash.relationship = "Inner";
      e.children.push_back(std::move(hash));
      return;
    }
    case PhysicalKind::kMergeJoin: {
      const auto& join = static_cast<const planner::PhysicalMergeJoin&>(node);
      join_title(e, "Merge Join", node.join);
      add(e, "Merge Cond", key_conditions(join.left_keys, join.right_keys, left, *node.children[1]));
      add_join_filter(e, node, node.children[1].get());
      break;
    }
    case PhysicalKind::kIndexJoin:
      return describe_index_join(e, static_cast<const planner::PhysicalIndexJoin&>(node));
    case PhysicalKind::kApply: {
      const auto& apply = static_cast<const planner::PhysicalApply&>(node);
      for (size_t i = 0; i < apply.parameters.size(); ++i)
        parameter_names_[apply.parameters[i]] = parameter_text(*apply.arguments[i], &left, nullptr);
      [[fallthrough]];
    }
    default:
      join_title(e, "Nested Loop", node.join);
      add_join_filter(e, node, node.children[1].get());
  }
  child(e, left, "Outer");
  child(e, *node.children[1], "Inner");
}

void Explainer::describe_index_join(ExplainEntry& e, const planner::PhysicalIndexJoin& node) {
  const PhysicalNode& left = *node.children[0];
  join_title(e, "Nested Loop", node.join);
  add_join_filter(e, node, node.inner.get());
  child(e, left, "Outer");
  ExplainEntry inner;
  describe_index_scan(inner, *node.inner, &left);
  inner.startup_cost = node.inner->startup_cost;
  inner.total_cost = node.inner->total_cost;
  inner.rows = node.inner->rows;
  inner.width = node.inner->width;
  if (counters_) {
    inner.loops = static_cast<double>((*counters_)[static_cast<size_t>(left.id)].rows);
    auto found = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].rows);
    inner.actual_rows = inner.loops > 0 ? found / inner.loops : 0;
    double spent = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].total_us) / 1000;
    inner.actual_total_ms = inner.actual_startup_ms = inner.loops > 0 ? spent / inner.loops : 0;
  }
  if (options_.verbose) set_output(inner, *node.inner);
  inner.relationship = "Inner";
  e.children.push_back(std::move(inner));
}

}  // namespace basalt::commands
