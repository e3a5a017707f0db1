// What makes EXPLAIN's entries of a physical plan: projections vanish into the node below, filters become a line of it,
// the build side of a hash join stands below a Hash node, an index join is a nested loop with an index scan inside.
#pragma once

#include <map>

#include "commands/session_context.hpp"
#include "commands/utility/explain_entry.hpp"
#include "commands/utility/explain_node.hpp"
#include "query/deparse.hpp"

namespace basalt::commands {

class Explainer {
 public:
  Explainer(Session& session, const planner::PhysicalStatement& statement, const ExplainOptions& options,
            const std::vector<executor::NodeCounters>* counters);
  ExplainEntry run();

 private:
  using Property = ExplainProperty;
  using Oid = common::Oid;
  using JoinType = planner::JoinType;
  using PhysicalNode = planner::PhysicalNode;
  using Expression = query::Expression;
  using ExpressionList = query::ExpressionList;

  struct Inputs {
    const PhysicalNode *left, *right;
    bool same_node = false;  // the expression is shown as a part of the node that `left` is
  };
  // While it lives, column names carry their table's name, or do not.
  struct PrefixScope {
    bool& prefix;
    bool saved;
    PrefixScope(bool& p, bool on) : prefix(p), saved(std::exchange(p, on)) {}
    ~PrefixScope() { prefix = saved; }
  };

  // explain_names.cpp: what tables, columns and expressions are called
  // Every table gets a name of its own: t, t_1, t_2. The target of UPDATE and DELETE is the table that is scanned for
  // it.
  void name_tables(const PhysicalNode& node);
  void name_table(const planner::ScanBase& scan);
  std::string unique_name(const std::string& name);
  void name_ctes(const PhysicalNode& node);
  std::string qualified(const std::string& alias, const std::string& column) const;
  std::string unique_alias(const PhysicalNode& node) const;
  const std::string& alias_of(const planner::ScanBase& scan) const;
  std::string scan_column(const planner::ScanBase& scan, size_t i) const;
  // Output column `i` of a node; `simple`: needs no parentheses when another node refers to it.
  std::string output_text(const PhysicalNode& node, size_t i, bool& simple);
  std::string listed(const ExpressionList& list, size_t i, const PhysicalNode* left, const PhysicalNode* right,
                     bool& simple, bool same_node = false);
  std::string slot_text(const PhysicalNode& left, const PhysicalNode* right, size_t index, bool& simple);
  // A list of expressions in a call's parentheses.
  std::string joined(const ExpressionList& list, const PhysicalNode& input);
  std::string call_name(Oid function);
  std::string aggregate_text(const planner::PhysicalAggregate& node, size_t i, bool& simple);
  std::string window_text(const planner::PhysicalWindow& node, size_t i, bool& simple);
  std::string text(const Expression& e, const PhysicalNode* left, const PhysicalNode* right, bool same_node = false);
  bool special(const Expression& e, std::string& out);
  // What inner plans read of an outer row always carries its table's name.
  std::string parameter_text(const Expression& e, const PhysicalNode* left, const PhysicalNode* right);
  std::string sort_key(const planner::SortKey& key, const PhysicalNode& input);
  std::vector<std::string> sort_keys(const std::vector<planner::SortKey>& keys, const PhysicalNode& input);
  // Of the existing row and, behind it, the proposed one.
  std::string conflict_column(size_t index) const;

  // explain_plan.cpp: nodes
  void add(ExplainEntry& e, const char* name, std::string value) {
    e.properties.push_back({name, std::move(value), {}, {}});
  }
  void add_number(ExplainEntry& e, const char* name, uint64_t value) {
    e.properties.push_back({name, std::to_string(value), Property::Kind::kNumber, {}});
  }
  void add_list(ExplainEntry& e, const char* name, std::vector<std::string> list) {
    e.properties.push_back({name, {}, Property::Kind::kList, std::move(list)});
  }
  void identify(ExplainEntry& e, const char* name, std::string value) {
    e.identity.push_back({name, std::move(value), {}, {}});
  }
  ExplainEntry subplan(int plan, const char* relationship, std::string name);
  // What the node's condition has dropped, for each loop: as many as `outer` has rows, where it is an index's lookups.
  void add_removed(ExplainEntry& e, const char* name, const PhysicalNode& node, const PhysicalNode* outer = nullptr);
  void title(ExplainEntry& e, std::string node_type);
  // With what its input took.
  double total_ms(const PhysicalNode& node) const;
  double startup_ms(const PhysicalNode& node) const;
  common::ResourceUse use_of(const PhysicalNode& node) const;
  void set_numbers(ExplainEntry& e, const PhysicalNode& node);
  // Projections and filters above a node are shown with it: their rows and costs are the outermost's.
  ExplainEntry entry(const PhysicalNode& node);
  void set_output(ExplainEntry& e, const PhysicalNode& node);
  void child(ExplainEntry& e, const PhysicalNode& node, const char* relationship);
  void describe(ExplainEntry& e, const PhysicalNode& node);
  void describe_aggregate(ExplainEntry& e, const planner::PhysicalAggregate& node);
  void describe_modify(ExplainEntry& e, const planner::PhysicalModify& node);
  void describe_conflict(ExplainEntry& e, const planner::PhysicalModify& node);
  void describe_simple(ExplainEntry& e, const PhysicalNode& node);

  // explain_scan.cpp
  std::string relation_text(const planner::ScanBase& scan);
  void identify_relation(ExplainEntry& e, const planner::ScanBase& scan);
  // `conditions` refer to the output of `outer` (an index join), or to nothing.
  std::string index_conditions(const planner::PhysicalIndexScan& scan, const PhysicalNode* outer);
  void describe_index_scan(ExplainEntry& e, const planner::PhysicalIndexScan& scan, const PhysicalNode* outer);
  void describe_scan(ExplainEntry& e, const planner::ScanBase& scan);
  std::string pushed_text(const planner::ScanBase& scan, const planner::PushedFilter& filter);
  void describe_other_scan(ExplainEntry& e, const PhysicalNode& node);

  // explain_join.cpp
  void join_title(ExplainEntry& e, const char* kind, JoinType type);
  std::string key_conditions(const ExpressionList& left, const ExpressionList& right, const PhysicalNode& a,
                             const PhysicalNode& b);
  void add_join_filter(ExplainEntry& e, const planner::JoinBase& node, const PhysicalNode* right);
  void describe_join(ExplainEntry& e, const planner::JoinBase& node);
  void describe_index_join(ExplainEntry& e, const planner::PhysicalIndexJoin& node);

  Session& session_;
  const planner::PhysicalStatement& statement_;
  const ExplainOptions& options_;
  const std::vector<executor::NodeCounters>* counters_;
  query::DeparseContext deparse_;
  bool prefix_ = false, several_ = false;
  std::map<const PhysicalNode*, std::string> names_;
  std::map<std::string, bool> used_names_;
  Inputs inputs_{nullptr, nullptr};
  const planner::PhysicalModify* conflict_columns_ = nullptr;  // while its Conflict Filter is shown
  std::map<int, std::string> parameter_names_, cte_names_;
  std::map<int, bool> shown_plans_;
  std::vector<ExplainEntry> init_plans_;
  std::vector<ExplainEntry>* subplans_ = nullptr;
};

}  // namespace basalt::commands
