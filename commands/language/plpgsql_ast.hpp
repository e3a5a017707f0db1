// PL/pgSQL programs: what the parser makes of a function's source, and what the interpreter walks.
//
// Variables are numbered datums; names are found through a chain of scopes, as they stood where the expression was
// written. Expressions are SQL text, bound at their first run (plpgsql_expression.hpp).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "commands/session.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands::language {

struct PreparedExpression;

struct PlScope {
  const PlScope* parent = nullptr;
  std::string label;
  std::map<std::string, int> names;
};

struct PlExpression {
  std::string text;
  std::string assigned;       // "variable := " of an assignment (of a target's part: all of it); errors show it
  bool is_statement = false;  // a whole SQL statement; else what follows SELECT
  bool performed = false;     // of PERFORM: what follows SELECT, and errors show the whole statement
  const PlScope* scope = nullptr;
  std::shared_ptr<PreparedExpression> prepared;
};
using PlExpressionPointer = std::unique_ptr<PlExpression>;

enum class PlScroll : uint8_t { kUnsaid, kScroll, kNoScroll };  // of a cursor

struct PlDatum {
  std::string name;
  bool is_record = false;
  bool constant = false, not_null = false;
  common::Oid type;  // of a record: the composite type, or record
  int32_t typmod = -1;
  PlExpressionPointer initial;
  // Cursors: the query and its parameters (datums).
  PlExpressionPointer cursor_query;
  PlScroll scroll = PlScroll::kUnsaid;
  std::vector<int> cursor_parameters;
};

// variable, record.field; or a part of one of these: variable[subscript], record.field[1:2].member
struct PlTarget {
  int datum = -1;
  std::string field;
  PlExpressionPointer part;       // all of it as written, where it is a part
  size_t names = 1;               // how many names of it lead to the datum and field
  PlExpressionPointer subscript;  // where the part is one element of a variable
};

enum class PlKind : uint8_t {
  kBlock,
  kAssign,
  kIf,
  kCase,
  kLoop,
  kWhile,
  kForInteger,
  kForQuery,
  kForExecute,
  kForCursor,
  kForeach,
  kExit,
  kContinue,
  kReturn,
  kReturnNext,
  kReturnQuery,
  kRaise,
  kAssert,
  kSql,
  kPerform,
  kExecute,
  kDiagnostics,
  kNull,
  kOpen,
  kFetch,
  kClose,
  kCall,
  kCommit,
  kRollback
};

struct PlStatement;
using PlBody = std::vector<std::unique_ptr<PlStatement>>;

struct PlBranch {  // IF, CASE: null condition is ELSE
  PlExpressionPointer condition;
  PlBody body;
};
struct PlHandler {
  std::vector<std::string> conditions;  // SQLSTATEs; a class as "22000"; "others"
  PlBody body;
};
struct PlOption {  // RAISE ... USING, GET DIAGNOSTICS
  std::string name;
  PlExpressionPointer value;
  PlTarget target;
};

struct PlStatement {
  PlKind kind = PlKind::kNull;
  int line = 0;
  std::string label;                              // of the block or loop; EXIT: which
  PlExpressionPointer expression, second, third;  // condition; bounds and step; query
  std::vector<PlExpressionPointer> arguments;     // RAISE parameters, USING of EXECUTE, cursor arguments
  std::vector<PlTarget> targets;                  // assignment, INTO, loop variables
  bool strict = false, into = false, reverse = false, dynamic = false, stacked = false, move = false;
  PlBody body;
  std::vector<PlBranch> branches;
  bool has_else = false;
  std::vector<PlHandler> handlers;
  std::vector<int> locals;            // kBlock: datums to initialise
  int datum = -1, second_datum = -1;  // loop variable, RETURN's variable, cursor; handlers: SQLSTATE, SQLERRM
  int slice = 0;
  // RAISE
  int level = 0;  // common::Severity
  std::string format, condition;
  bool has_format = false;
  std::vector<PlOption> options;
  parser::FetchDirection direction = parser::FetchDirection::kForward;  // FETCH, MOVE
  int64_t count = 1;
  PlScroll scroll = PlScroll::kUnsaid;  // OPEN
  bool chain = false;                   // COMMIT, ROLLBACK
};

// A name that may be a variable and a column.
enum class PlConflict : uint8_t { kError, kVariable, kColumn };

struct PlProgram {
  PlConflict conflict = PlConflict::kError;
  std::vector<std::unique_ptr<PlScope>> scopes;
  std::vector<PlDatum> datums;
  std::unique_ptr<PlStatement> block;
  int found = -1;
  std::vector<int> arguments;  // datums of the input arguments
  std::vector<int> outputs;    // datums of OUT and INOUT parameters
  int old_row = -1, new_row = -1;
  std::map<std::string, int> trigger_variables;
};

struct PlParameter {
  std::string name;
  common::Oid type;
  char mode = 'i';
};
struct PlParseOptions {
  Session* session = nullptr;
  std::vector<PlParameter> parameters;
  bool is_trigger = false;
  bool is_procedure = false, returns_set = false;
  bool check_syntax = false;  // of the SQL in it as well
  common::Oid result_type;
  std::string function_name;
};
// Throws 42601 and the like, with the line in `error_line`.
std::shared_ptr<PlProgram> parse_plpgsql(std::string_view source, const PlParseOptions& options, int* error_line);

// SQLSTATE of a condition name ("unique_violation"); empty: none. The first name of a class stands for the class.
std::vector<std::string> condition_states(std::string_view name);

}  // namespace basalt::commands::language
