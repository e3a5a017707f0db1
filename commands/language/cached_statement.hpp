// CachedStatement: one query inside a function, bound and planned at its first run, again when something that the plan
// relies on has changed (QRY-3).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "commands/language/trigger_call.hpp"
#include "commands/plan_dependencies.hpp"
#include "parser/parse.hpp"
#include "planner/physical_plan.hpp"
#include "query/binder.hpp"

namespace basalt::commands::language {

class CachedStatement {
 public:
  using SetUp = std::function<void(query::BindContext&)>;
  CachedStatement(const parser::ParsedStatement& statement, std::string_view text)
      : statement_(&statement), text_(text) {}

  using Plans = PlanList;
  // `set_up` adds parameters and hooks to the context of the bind.
  const Plans& plans(Session& session, const SetUp& set_up);
  void forget() { plans_.clear(); }

 private:
  bool valid(Session& session) const;
  const parser::ParsedStatement* statement_;
  std::string_view text_;
  Plans plans_;
  std::shared_ptr<PlanDependencies> dependencies_;
  uint32_t surroundings_ = 0;
};

struct RunOptions {
  bool read_only = false;  // of a stable or immutable function
  const TransitionTables* transitions = nullptr;
  std::function<std::string(const std::string&)> cursor_name;  // of WHERE CURRENT OF: the portal's
};
struct RunResult {
  query::CommandKind command = query::CommandKind::kSelect;
  uint64_t rows = 0;  // fetched, or changed
  std::string tag{};  // of a utility statement without rows
};
// Runs the plans of one command. `sink` gets the chunks of the result; false: it wants no more. `columns` receives the
// result columns before the first chunk.
using RowSink = std::function<bool(const common::Chunk&)>;
RunResult run_plans(Session& session, const CachedStatement::Plans& plans, const std::vector<common::Value>& parameters,
                    const RunOptions& options, const RowSink& sink);
// A utility statement within a function.
void run_utility_statement(Session& session, const parser::ParsedStatementText& statement, std::string_view text,
                           const RunOptions& options, const RowSink& sink);
void run_utility_statement(Session& session, const parser::ParsedStatementText& statement, std::string_view text,
                           const RunOptions& options, ResultSink& sink);

// Makes transition tables visible to a bind.
void describe_transitions(query::BindContext& bind, const TransitionTables& transitions);

}  // namespace basalt::commands::language
