// Evaluation of bound expressions over chunks.
//
//   ExpressionCompiler  turns an Expression (columns replaced by Slots) into an Evaluator: functions looked up, kernels
//   and
//                       physical types resolved, constants turned into vectors.
//   Evaluator           one expression, one thread; keeps call states and buffers between chunks.
//   EvaluationContext   what one execution supplies: parameters, subplans, the CallContext.
//
// Errors are row-true (QRY-8): evaluate() is told how many rows are wanted and says in Rows how many it completed and
// which error stopped it. For one row, the expression that PostgreSQL evaluates first wins; of several rows, the
// lowest.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "catalog/catalog.hpp"
#include "common/vector.hpp"
#include "query/expression.hpp"
#include "types/function.hpp"
#include "types/type_operations.hpp"

namespace basalt::query {

using common::Chunk;
using common::Vector;

// In: how many rows of the chunk are wanted. Out: how many are complete; `error` is what row `count` raised, if fewer.
struct Rows {
  uint32_t count = 0;
  std::unique_ptr<common::SqlError> error;
  explicit Rows(uint32_t wanted) : count(wanted) {}
  void fail(uint32_t row, common::SqlError failure) {
    count = row;
    error = std::make_unique<common::SqlError>(std::move(failure));
  }
  // Raises the error now: for callers that evaluate only rows somebody has asked for.
  void raise() const {
    if (error) throw *error;
  }
};

// Runs subplans for SubPlanCall; implemented by the executor.
class SubPlanRunner {
 public:
  virtual ~SubPlanRunner() = default;
  // Runs subplan `plan` with the exec parameters as they stand and calls `row` for each result row until it returns
  // false. The chunk's columns are the subplan's output.
  virtual void run(int plan, const std::function<bool(const Chunk&, uint32_t row)>& row) = 0;
};

// Functions that are not built in (LANGUAGE SQL, PL/pgSQL, ...); implemented by commands/.
class FunctionRuntime {
 public:
  virtual ~FunctionRuntime() = default;
  virtual Value call(const catalog::FunctionDescriptor& function, types::FunctionCall& call,
                     std::span<const Value> arguments) = 0;
  virtual std::unique_ptr<types::SetFunction> call_set(const catalog::FunctionDescriptor& function,
                                                       types::FunctionCall& call, std::span<const Value> arguments) = 0;
};

struct EvaluationContext {
  types::CallContext* call = nullptr;
  catalog::CatalogReader* catalog = nullptr;
  SubPlanRunner* subplans = nullptr;
  FunctionRuntime* functions = nullptr;
  std::span<const Value> parameters;    // $1 ...
  std::span<const Value> literals;      // of the fingerprint
  std::vector<Value> exec_parameters;   // set by Apply and SubPlanCall
  std::vector<uint64_t> exec_versions;  // raised when the parameter is set
  const Value* domain_value = nullptr;  // VALUE while a domain's CHECK runs
  uint64_t version_of(int id) const {
    auto slot = static_cast<size_t>(id);
    return slot < exec_versions.size() ? exec_versions[slot] : 0;
  }
  void set_exec_parameter(int id, Value value) {
    auto slot = static_cast<size_t>(id);
    if (exec_parameters.size() <= slot) exec_parameters.resize(slot + 1);
    if (exec_versions.size() < exec_parameters.size()) exec_versions.resize(exec_parameters.size());
    exec_parameters[slot] = std::move(value);
    ++exec_versions[slot];
  }
};

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  // The result has rows.count (as left behind) rows, in any encoding.
  virtual Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) = 0;
  common::PhysicalType physical() const { return physical_; }

 protected:
  explicit Evaluator(common::PhysicalType physical) : physical_(physical) {}
  common::PhysicalType physical_;
};
using EvaluatorPointer = std::unique_ptr<Evaluator>;

class ExpressionCompiler {
 public:
  ExpressionCompiler(catalog::CatalogReader& catalog, types::CallContext& call) : catalog_(catalog), call_(call) {}
  EvaluatorPointer compile(const Expression& expression);
  std::vector<EvaluatorPointer> compile_list(const ExpressionList& list);
  catalog::CatalogReader& catalog() { return catalog_; }
  types::CallContext& call() { return call_; }

 private:
  catalog::CatalogReader& catalog_;
  types::CallContext& call_;
};

// A predicate: keeps the rows of which the expression is true. Returns them in `selected` (ascending).
void evaluate_filter(Evaluator& predicate, EvaluationContext& context, const Chunk& input, Rows& rows,
                     common::Selection& selected);

// A list of expressions over one chunk, in PostgreSQL's order. `row_by_row`: some expression is volatile, so the list
// runs across each row before the next (QRY-8).
void evaluate_list(std::span<const EvaluatorPointer> list, bool row_by_row, EvaluationContext& context,
                   const Chunk& input, Rows& rows, Chunk& out);

// One value of an expression without slots. Throws its error.
Value evaluate_constant(Evaluator& expression, EvaluationContext& context);

// Calls one function by OID on values (casts, comparison operators, type I/O; slow path).
Value call_function(catalog::CatalogReader& catalog, types::CallContext& call, FunctionRuntime* runtime, Oid function,
                    std::span<const Value> arguments, std::span<const Oid> argument_types, Oid result_type,
                    Oid collation = {}, int32_t typmod = -1);

// True when the tree calls a volatile function (or contains one of the kinds that behave so).
bool contains_volatile(const Expression& expression, catalog::CatalogReader& catalog);

}  // namespace basalt::query
