// What EXPLAIN prints: a tree of entries made of a physical plan, in PostgreSQL's shape, and the four formats.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/session.hpp"
#include "executor/execution_state.hpp"
#include "planner/physical_plan.hpp"

namespace basalt::commands {

enum class ExplainFormat : uint8_t { kText, kXml, kJson, kYaml };

struct ExplainOptions {
  bool analyze = false, verbose = false, costs = true, settings = false, buffers = false, wal = false, timing = true,
       summary = false;
  ExplainFormat format = ExplainFormat::kText;
};

struct ExplainProperty {
  enum class Kind : uint8_t { kText, kNumber, kBool, kList };
  std::string name, value;
  Kind kind = Kind::kText;
  std::vector<std::string> list;
};

struct ExplainEntry {
  std::string title;                      // text format: "Index Scan using i on t"
  std::vector<ExplainProperty> identity;  // the other formats: Node Type ...
  bool parallel_fields = true;
  double startup_cost = 0, total_cost = 0, rows = 0;
  int width = 0;
  double actual_startup_ms = 0, actual_total_ms = 0, actual_rows = 0, loops = 0;
  common::ResourceUse use;
  std::vector<ExplainProperty> properties;  // all formats
  std::string relationship, subplan_name;   // "InitPlan", "InitPlan 1 (returns $0)"
  std::vector<ExplainEntry> children;       // init plans, inputs, subplans: in PostgreSQL's order
};

// `counters`: of an execution with explain_analyze; null without.
ExplainEntry explain_plan(Session& session, const planner::PhysicalStatement& statement, const ExplainOptions& options,
                          const std::vector<executor::NodeCounters>* counters);

struct ExplainSummary {
  double planning_ms = -1, execution_ms = -1;  // -1: not shown
  common::ResourceUse planning_use;
  std::vector<std::pair<std::string, std::string>> settings;
};
std::string print_explain(const std::vector<std::pair<ExplainEntry, ExplainSummary>>& plans,
                          const ExplainOptions& options);

}  // namespace basalt::commands
