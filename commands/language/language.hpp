// Languages of functions: LANGUAGE SQL and PL/pgSQL. LanguageRuntime is what the evaluator calls for functions that are
// not built in; each language has one file with its entry points.
#pragma once

#include "commands/language/trigger_call.hpp"
#include "query/evaluator.hpp"

namespace basalt::commands::language {

inline constexpr common::Oid kSqlLanguage{14}, kPlpgsqlLanguage{13563};

// The rows that a set-returning function made.
class RowsOfFunction : public types::SetFunction {
 public:
  RowsOfFunction(std::vector<common::PhysicalType> types) : types_(std::move(types)) {}
  void add(const std::vector<common::Value>& row) { rows_.push_back(row); }
  void next(common::Chunk& out, uint32_t rows_max) override;
  size_t size() const { return rows_.size(); }

 private:
  std::vector<common::PhysicalType> types_;
  std::vector<std::vector<common::Value>> rows_;
  size_t at_ = 0;
};

// What a call returns: one type, or the columns of a row.
struct ResultShape {
  bool is_void = false, is_set = false;
  bool is_row = false;             // composite, record, or several OUT parameters
  common::Oid type;                // scalar: the type; row: the composite type or record
  std::vector<common::Oid> types;  // of the row's columns
  std::vector<int32_t> typmods;
  std::vector<std::string> names;
  types::TypePointer row_type;  // null: not of a named composite type
  bool known = true;            // false: record without a definition
  bool defined = false;         // by the call's column definition list
};
ResultShape result_shape(Session& session, const catalog::FunctionDescriptor& function, common::Oid actual_type,
                         std::span<const common::Oid> argument_types);
// Of one call: a column definition list says what a record is.
ResultShape result_shape(Session& session, const catalog::FunctionDescriptor& function,
                         const types::FunctionCall& call);
// The columns of a composite type.
ResultShape row_shape(Session& session, common::Oid type);
bool is_row_type(Session& session, common::Oid type);
// A record value of the row.
common::Value make_record(const ResultShape& shape, const std::vector<common::Value>& row,
                          const std::vector<common::Oid>& types);
common::PhysicalType physical_of(Session& session, common::Oid type);

// LANGUAGE SQL (sql_function.cpp)
common::Value call_sql(Session& session, const catalog::FunctionDescriptor& function, types::FunctionCall& call,
                       std::span<const common::Value> arguments);
std::unique_ptr<types::SetFunction> call_sql_set(Session& session, const catalog::FunctionDescriptor& function,
                                                 types::FunctionCall& call, std::span<const common::Value> arguments);
// Binds the body; throws what is wrong with it (CREATE FUNCTION).
void validate_sql(Session& session, const catalog::FunctionDescriptor& function);

// PL/pgSQL (plpgsql.cpp)
common::Value call_plpgsql(Session& session, const catalog::FunctionDescriptor& function, types::FunctionCall& call,
                           std::span<const common::Value> arguments);
std::unique_ptr<types::SetFunction> call_plpgsql_set(Session& session, const catalog::FunctionDescriptor& function,
                                                     types::FunctionCall& call,
                                                     std::span<const common::Value> arguments);
// CALL: runs the bound call; the row of its OUT parameters, if any.
common::Value run_procedure(Session& session, const query::Expression& bound, std::span<const common::Value> parameters,
                            bool may_end_transaction);
bool call_plpgsql_trigger(Session& session, const catalog::FunctionDescriptor& function, TriggerCall& call);
// `statement`: the text of the DO, for the places of errors.
void run_plpgsql_block(Session& session, std::string_view source, std::string_view statement, bool may_end_transaction);
void validate_plpgsql(Session& session, const catalog::FunctionDescriptor& function);

}  // namespace basalt::commands::language
