// PlFrame: one running call of a PL/pgSQL function: its variables and the interpreter (plpgsql_run.cpp,
// plpgsql_sql.cpp); the evaluation of expressions (plpgsql_expression.cpp).
#pragma once

#include <optional>

#include "commands/language/cached_statement.hpp"
#include "commands/language/language.hpp"
#include "commands/language/plpgsql_ast.hpp"

namespace basalt::commands::language {

struct PlRecord {
  std::shared_ptr<const ResultShape> shape;  // null: not assigned yet
  std::vector<common::Value> values;
  bool null = true;
};

// A value with its type.
struct TypedValue {
  common::Value value;
  common::Oid type;
};

// A query that is to be read through a cursor.
struct PlQuery {
  PlanList plans;
  std::vector<common::Value> parameters;
  std::string text;
};
// The columns of a plan's result, without the row ids of a cursor.
std::shared_ptr<const ResultShape> shape_of(const planner::PhysicalStatement& plan);

class PlRows;

enum class PlFlow : uint8_t { kNext, kExit, kContinue, kReturn };

class PlFrame {
 public:
  PlFrame(Session& session, std::shared_ptr<PlProgram> program, std::string signature, bool read_only);

  void run();
  PlFlow run_body(const PlBody& body);
  std::string context_line() const;

  // --- variables
  common::Value get(int datum) const;  // records: a record value
  void set(int datum, const common::Value& value, common::Oid type);
  void set_record(int datum, std::shared_ptr<const ResultShape> shape, std::vector<common::Value> values);
  void assign(const PlTarget& target, const TypedValue& value);
  // The value of the target's variable or field with `value` in the part that the target names.
  TypedValue with_part(const PlTarget& target, const TypedValue& value);
  // INTO: a row into a record, or into several variables; `values` null: no row.
  void assign_row(const std::vector<PlTarget>& targets, const std::shared_ptr<const ResultShape>& shape,
                  const std::vector<common::Value>* values);
  common::Value convert(const common::Value& value, common::Oid from, common::Oid to, int32_t typmod);

  // --- expressions
  TypedValue evaluate(const PlExpression& expression);
  bool evaluate_condition(const PlExpression& expression);
  struct Query {
    std::shared_ptr<const ResultShape> shape;
    RunResult result;
  };
  // Runs a statement (or SELECT expression); row(values) false stops. Dynamic: text at run time, with USING values.
  using RowTaker = std::function<bool(const std::shared_ptr<const ResultShape>&, std::vector<common::Value>)>;
  RunResult run_query(const PlExpression& expression, const RowTaker& row);
  RunResult run_dynamic(const PlStatement& statement, const RowTaker& row);
  // The same, planned and not run; no plans: it is no query, and has to be run. `cursor`: WHERE CURRENT OF is possible.
  PlQuery plan_query(const PlExpression& expression, bool cursor);
  PlQuery plan_dynamic(const PlStatement& statement, bool cursor);
  void dynamic_query(const PlStatement& statement, std::string& sql, std::vector<common::Value>& parameters,
                     std::vector<common::Oid>& types);

  Session& session;
  std::shared_ptr<PlProgram> program;
  std::string signature;
  RunOptions options;
  TransitionTables transitions;
  std::vector<common::Value> values;
  std::vector<PlRecord> records;
  TypedValue returned;
  bool has_returned = false;
  ResultShape result;
  std::vector<std::vector<common::Value>> rows;  // RETURN NEXT, RETURN QUERY
  common::Oid return_type;
  bool returns_row = false, is_trigger = false;
  bool may_end_transaction = false;  // a procedure or DO, called outside of a transaction block

 private:
  PlFlow run_statement(const PlStatement& statement);
  PlFlow run_block(const PlStatement& block);
  PlFlow run_handlers(const PlStatement& block, common::SqlError& error);
  PlFlow guarded_block(const PlStatement& block);
  bool loop_flow(const PlStatement& loop, PlFlow flow, PlFlow& out);
  PlFlow run_if(const PlStatement& statement);
  PlFlow run_while(const PlStatement& statement);
  PlFlow run_for_integer(const PlStatement& statement);
  PlFlow run_for_query(const PlStatement& statement);
  PlFlow run_foreach(const PlStatement& statement);
  void run_return(const PlStatement& statement);
  void run_return_next(const PlStatement& statement);
  void run_return_query(const PlStatement& statement);
  void require_row(const TypedValue& value);
  void require_known_rows() const;
  void run_raise(const PlStatement& statement);
  void run_assert(const PlStatement& statement);
  void run_sql(const PlStatement& statement);
  void run_diagnostics(const PlStatement& statement);
  void run_open(const PlStatement& statement);
  void run_fetch(const PlStatement& statement);
  void run_call(const PlStatement& statement);
  void set_found(bool found);
  void initialise(int datum);
  void assign_whole(const PlTarget& target, const TypedValue& value);
  std::string format_message(const PlStatement& statement);
  void run_close(const PlStatement& statement);
  void end_transaction(const PlStatement& statement);
  PlQuery bound_query(const PlDatum& cursor, const PlStatement& statement);
  std::unique_ptr<PlRows> rows_of(const PlStatement& statement);
  std::unique_ptr<PlRows> rows_of_utility(const PlExpression& expression);
  std::string open_portal(const PlStatement& statement, int datum, PlQuery query, PlScroll scroll);
  void place_error(common::SqlError& error, const PlExpression& expression);

  const PlStatement* current_ = nullptr;
  const char* phase_ = nullptr;  // instead of a statement
  std::string exit_label_;
  uint64_t row_count_ = 0;
  std::vector<common::ErrorReport> handled_;  // errors whose handlers run
};

const char* statement_name_of(const PlStatement& statement);

}  // namespace basalt::commands::language
