// How built-in functions are called: FunctionCall, the kernel signatures, and the registry that ties pg_proc rows to
// code.
//
// The registry key of a scalar or set-returning function is its symbol: pg_proc.prosrc ("int4pl", "textcat"). Several
// pg_proc rows may share one symbol. Aggregates and window functions are keyed by signature: "sum(int4)",
// "count(any)", "count()". Each folder registers its code from one function (register_types(), ...) that main() calls;
// a pg_proc row without code, or code without a row, fails the start (QRY-7).
//
// Kernels work on vectors of any encoding and never throw for a user error: they report the first failing row with
// fail() and stop (QRY-8). Most code is written as a plain C++ function of one row and wrapped by
// types/function_adaptor.hpp, which turns a thrown SqlError into that report.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/vector.hpp"
#include "types/call_context.hpp"

namespace basalt::types {

using common::Value;
using common::Vector;

// State that a call site keeps between chunks (a compiled pattern, looked-up descriptors). One per expression and
// thread.
struct CallState {
  virtual ~CallState() = default;
};

// The direction of one sorted column of an ordered-set aggregate.
struct SortDirection {
  bool descending = false;
  bool nulls_first = false;
};

class FunctionCall {
 public:
  CallContext* context = nullptr;
  common::Oid function;                         // pg_proc OID
  std::span<const common::Oid> argument_types;  // actual types; polymorphic ones resolved
  common::Oid result_type;
  int32_t result_typmod = -1;
  common::Oid collation;        // input collation
  bool variadic_array = false;  // VARIADIC "any" functions: called with VARIADIC arr
  // Ordered-set and hypothetical-set aggregates only (types/aggregate/aggregate.hpp).
  std::span<const SortDirection> ordering;  // WITHIN GROUP (ORDER BY ...)
  bool empty_group = false;                 // update() brings direct arguments for a group without rows
  std::unique_ptr<CallState>* state = nullptr;

  template <typename T, typename Make>
  T& state_or(Make&& make) {
    if (!*state) *state = make();
    return static_cast<T&>(**state);
  }
  // Reports that row `row` failed; the kernel returns afterwards. Rows before it are complete.
  void fail(uint32_t row, common::SqlError error) {
    failed_row = row;
    failure = std::make_unique<common::SqlError>(std::move(error));
  }
  bool failed() const { return failure != nullptr; }

  uint32_t failed_row = 0;
  std::unique_ptr<common::SqlError> failure;
};

// Computes `rows` results into `result`, which the caller has reset to the result's physical type with capacity `rows`.
// A strict function (pg_proc.proisstrict) is responsible for NULL in, NULL out itself (the adaptors do it).
using ScalarKernel = void (*)(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result);

// A set-returning function: one instance per call with its arguments' values; yields chunks whose columns are those of
// the result (one, or those of the composite result / OUT parameters).
class SetFunction {
 public:
  virtual ~SetFunction() = default;
  // Appends up to rows_max rows into out (reset by the callee); out.rows == 0 means the end. May throw SqlError.
  virtual void next(common::Chunk& out, uint32_t rows_max) = 0;
};
using SetFunctionMaker = std::unique_ptr<SetFunction> (*)(FunctionCall& call, std::span<const Value> arguments);

// An aggregate works on states in memory of the hash table or sort; states may be spilled, so they must be serialisable
// where `serialize` is given (without it, the executor keeps the inputs instead).
struct AggregateCode {
  size_t state_bytes = 0;
  void (*initialize)(FunctionCall& call, char* state) = nullptr;
  // states[i] is the state of row i. Strict aggregates skip rows with NULL in any argument themselves.
  void (*update)(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) = nullptr;
  void (*combine)(FunctionCall& call, char* into, const char* from) = nullptr;
  void (*finalize)(FunctionCall& call, char* const* states, uint32_t states_count, Vector& result) = nullptr;
  void (*destroy)(char* state) = nullptr;  // null: trivially destructible
  // Memory held outside the state_bytes, for accounting; null: none.
  size_t (*extra_bytes)(const char* state) = nullptr;
  void (*serialize)(const char* state, std::string& out) = nullptr;
  void (*deserialize)(FunctionCall& call, char* state, std::string_view bytes) = nullptr;
  // Moving aggregate: takes rows out again (window frames); null: the frame is recomputed.
  void (*inverse)(FunctionCall& call, std::span<const Vector> arguments, uint32_t row, char* state) = nullptr;
};
// Picks the code for the actual argument types (polymorphic and "any" aggregates look at call.argument_types).
using AggregateMaker = AggregateCode (*)(const FunctionCall& call);

class FunctionRegistry {
 public:
  static FunctionRegistry& instance();

  void add_scalar(std::string_view symbol, ScalarKernel kernel);
  void add_set(std::string_view symbol, SetFunctionMaker maker);
  void add_aggregate(std::string_view signature, AggregateMaker maker);
  void add_window(std::string_view signature);  // computed by the executor's window operator
  // Symbols that another part of the engine executes itself (trigger functions, I/O of pseudo-types, ...).
  void add_internal(std::string_view symbol);

  ScalarKernel scalar(std::string_view symbol) const;   // null: none
  SetFunctionMaker set(std::string_view symbol) const;  // null: none
  AggregateMaker aggregate(std::string_view signature) const;
  bool known(std::string_view symbol_or_signature) const;
  std::vector<std::string> symbols() const;  // sorted; for the start-up check and tools

 private:
  struct Tables;
  FunctionRegistry();
  std::shared_ptr<Tables> tables_;
};

// Registers everything that types/ implements; called once by main() and by tests.
void register_types();

}  // namespace basalt::types
