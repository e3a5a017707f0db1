// Subplans: EXISTS, scalar, ARRAY, ANY, ALL and row comparison by running the subplan for each row, and `= ANY` by a
// hash table where the planner says that its test is equalities between the row and the subplan's columns.
#include <unordered_set>

#include "common/memory.hpp"
#include "common/sqlstate.hpp"
#include "query/evaluator_nodes.hpp"
#include "types/container/array.hpp"
#include "types/container/record.hpp"

namespace basalt::query {

namespace {

using common::PhysicalType;
using common::SqlError;
namespace sqlstate = common::sqlstate;

// The rows of the subplan of an `= ANY`, as normalised keys.
class HashedRows {
 public:
  // kAsk: NULLs on some of several columns; the rows have to be compared one by one.
  enum class Answer : uint8_t { kTrue, kFalse, kUnknown, kAsk };

  HashedRows(ExpressionCompiler& compiler, const SubPlanCall& node)
      : node_(node), reservation_(&compiler.call().memory()) {
    if (const auto* all = try_as<BoolCall>(node.test.get())) {
      for (const auto& argument : all->arguments) add_key(compiler, as<OperatorCall>(*argument));
    } else {
      add_key(compiler, as<OperatorCall>(*node.test));
    }
  }

  bool empty() const { return keys_.empty() && !has_null_; }

  // Runs the subplan unless its rows are those of the last call.
  void fill(EvaluationContext& context) {
    std::vector<uint64_t> versions;
    for (int parameter : node_.outer_parameters) versions.push_back(context.version_of(parameter));
    if (filled_ && versions == versions_) return;
    keys_.clear();
    reservation_.resize(0);
    has_null_ = false;
    size_t bytes = 0;
    Chunk nothing;
    nothing.rows = 1;
    context.subplans->run(node_.plan, [&](const Chunk& chunk, uint32_t row) {
      for (size_t i = 0; i < node_.result_parameters.size(); ++i)
        context.set_exec_parameter(node_.result_parameters[i], chunk.value(i, row));
      std::vector<Vector> values;
      for (Key& key : key_columns_) {
        Rows one(1);
        values.push_back(comparable(key, key.inner->evaluate(context, nothing, one), 1));
        one.raise();
      }
      if (!make_key(values, 0)) {
        has_null_ = true;
        return true;
      }
      if (keys_.insert(key_).second) bytes += key_.size() + 64;
      if (bytes > reservation_.bytes()) reservation_.resize(bytes + bytes / 2);
      return true;
    });
    versions_ = std::move(versions);
    filled_ = true;
  }

  void evaluate_outer(EvaluationContext& context, const Chunk& input, Rows& rows) {
    outer_values_.clear();
    for (Key& key : key_columns_) {
      Vector v = key.outer->evaluate(context, input, rows);
      outer_values_.push_back(comparable(key, std::move(v), rows.count));
    }
  }

  Answer find(uint32_t row) {
    bool single = key_columns_.size() == 1;
    if (!make_key(outer_values_, row)) return single ? Answer::kUnknown : Answer::kAsk;
    if (keys_.contains(key_)) return Answer::kTrue;
    if (!has_null_) return Answer::kFalse;
    return single ? Answer::kUnknown : Answer::kAsk;
  }

 private:
  struct Key {
    EvaluatorPointer outer, inner;
    types::KeyColumn column;
    bool widen = false;  // integers of different widths are compared as int8
  };

  static Vector comparable(const Key& key, Vector v, uint32_t rows) {
    if (!key.widen || v.type() == PhysicalType::kInt64) return v;
    Vector out(PhysicalType::kInt64, rows);
    for (uint32_t i = 0; i < rows; ++i) {
      if (v.is_null(i))
        out.set_null(i);
      else
        out.data<int64_t>()[i] = v.type() == PhysicalType::kInt16 ? v.view<int16_t>()[i] : v.view<int32_t>()[i];
    }
    return out;
  }

  void add_key(ExpressionCompiler& compiler, const OperatorCall& equality) {
    const Expression &outer = *equality.arguments[0], &inner = *equality.arguments[1];
    bool widen = outer.type != inner.type;
    types::KeyColumn column;
    column.operations =
        types::type_operations(compiler.call(), widen ? types::oid::kInt8 : outer.type, equality.input_collation);
    key_columns_.push_back({compiler.compile(outer), compiler.compile(inner), std::move(column), widen});
  }

  // Into key_; false when a column is NULL.
  bool make_key(const std::vector<Vector>& values, uint32_t row) {
    key_.clear();
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i].is_null(row)) return false;
      types::append_key_part(key_columns_[i].column, values[i], row, key_);
    }
    return true;
  }

  const SubPlanCall& node_;
  common::MemoryReservation reservation_;
  std::vector<Key> key_columns_;
  std::unordered_set<std::string> keys_;
  std::vector<Vector> outer_values_;
  std::vector<uint64_t> versions_;
  std::string key_;
  bool has_null_ = false, filled_ = false;
};

class SubPlanEvaluator : public Evaluator {
 public:
  SubPlanEvaluator(PhysicalType physical, const SubPlanCall& node, std::vector<EvaluatorPointer> arguments,
                   EvaluatorPointer test, std::unique_ptr<HashedRows> hashed, types::TypePointer result_type)
      : Evaluator(physical),
        node_(node),
        arguments_(std::move(arguments)),
        test_(std::move(test)),
        hashed_(std::move(hashed)),
        result_type_(std::move(result_type)) {}

  Vector evaluate(EvaluationContext& context, const Chunk& input, Rows& rows) override {
    std::vector<Vector> arguments;
    for (const auto& argument : arguments_) arguments.push_back(argument->evaluate(context, input, rows));
    if (hashed_) return evaluate_hashed(context, input, rows);
    // Without arguments the answer is the same for every row: one run decides, unless the test refers to the row.
    if (arguments.empty() && !test_ && rows.count > 0) return evaluate_once(context, input, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      for (size_t i = 0; i < arguments.size(); ++i)
        context.set_exec_parameter(node_.parameters[i], arguments[i].value(row));
      return run(context, input, row, rows);
    });
  }

 private:
  // Uncorrelated here: the answer is kept while the outer parameters that the subplan reads stay as they are.
  Vector evaluate_once(EvaluationContext& context, const Chunk& input, Rows& rows) {
    std::vector<uint64_t> versions;
    for (int parameter : node_.outer_parameters) versions.push_back(context.version_of(parameter));
    if (!kept_ || versions != kept_versions_) {
      try {
        kept_value_ = run(context, input, 0, rows);
      } catch (SqlError& error) {
        rows.fail(0, std::move(error));
        return Vector(physical_, 1);
      }
      kept_ = true;
      kept_versions_ = std::move(versions);
    }
    return Vector::constant(physical_, kept_value_);
  }

  // x = ANY (subquery) by a table of the subquery's rows.
  Vector evaluate_hashed(EvaluationContext& context, const Chunk& input, Rows& rows) {
    if (rows.count == 0) return Vector(physical_, 0);
    try {
      hashed_->fill(context);
    } catch (SqlError& error) {
      rows.fail(0, std::move(error));
      return Vector(physical_, 1);
    }
    // The left side is not looked at when there is nothing to compare it with.
    if (hashed_->empty()) return Vector::constant(physical_, Value::of(false));
    hashed_->evaluate_outer(context, input, rows);
    return evaluate_rows(physical_, rows, [&](uint32_t row) {
      switch (hashed_->find(row)) {
        case HashedRows::Answer::kTrue:
          return Value::of(true);
        case HashedRows::Answer::kFalse:
          return Value::of(false);
        case HashedRows::Answer::kUnknown:
          return Value::null(PhysicalType::kBool);
        default:
          return run_test(context, input, row);
      }
    });
  }

  Value run(EvaluationContext& context, const Chunk& input, uint32_t row, Rows&) {
    switch (node_.sub_kind) {
      case SubLinkKind::kExists:
        return run_exists(context);
      case SubLinkKind::kExpr:
        return run_scalar(context);
      case SubLinkKind::kArray:
        return run_array(context);
      case SubLinkKind::kAny:
      case SubLinkKind::kAll:
      case SubLinkKind::kRowCompare:
        return run_test(context, input, row);
      case SubLinkKind::kMultiExpr:
        return run_multi(context);
    }
    UNREACHABLE("kind of subplan");
  }

  Value run_exists(EvaluationContext& context) {
    bool found = false;
    context.subplans->run(node_.plan, [&](const Chunk&, uint32_t) {
      found = true;
      return false;
    });
    return Value::of(found);
  }

  Value run_scalar(EvaluationContext& context) {
    Value result = Value::null(physical_);
    int seen = 0;
    context.subplans->run(node_.plan, [&](const Chunk& chunk, uint32_t row) {
      if (++seen > 1) too_many_rows();
      result = chunk.value(0, row);
      return true;
    });
    return result;
  }

  Value run_array(EvaluationContext& context) {
    Oid element = result_type_->element;
    PhysicalType physical = context.catalog->type(element)->physical;
    types::ArrayBuilder builder(element, physical);
    context.subplans->run(node_.plan, [&](const Chunk& chunk, uint32_t row) {
      builder.append(chunk.value(0, row));
      return true;
    });
    return Value::of(builder.finish());
  }

  Value run_test(EvaluationContext& context, const Chunk& input, uint32_t row) {
    bool any = node_.sub_kind != SubLinkKind::kAll;
    bool saw_null = false, decided = false;
    int seen = 0;
    Value row_compare = Value::null(PhysicalType::kBool);
    auto selection = std::make_shared<common::Selection>(common::Selection{row});
    Chunk outer = input;
    outer.slice(selection);
    context.subplans->run(node_.plan, [&](const Chunk& chunk, uint32_t r) {
      ++seen;
      for (size_t i = 0; i < node_.result_parameters.size(); ++i)
        context.set_exec_parameter(node_.result_parameters[i], chunk.value(i, r));
      Rows one(1);
      Vector test = test_->evaluate(context, outer, one);
      one.raise();
      if (node_.sub_kind == SubLinkKind::kRowCompare) {
        if (seen > 1) too_many_rows();
        row_compare = test.value(0);
        return true;
      }
      if (test.is_null(0)) {
        saw_null = true;
        return true;
      }
      decided = test.view<bool>()[0] == any;
      return !decided;
    });
    if (node_.sub_kind == SubLinkKind::kRowCompare) return row_compare;
    if (decided) return Value::of(any);
    return saw_null ? Value::null(PhysicalType::kBool) : Value::of(!any);
  }

  // One row of several columns, delivered as a record (UPDATE ... SET (a, b) = (SELECT ...)).
  Value run_multi(EvaluationContext& context) {
    Value result = Value::null(PhysicalType::kString);
    int seen = 0;
    context.subplans->run(node_.plan, [&](const Chunk& chunk, uint32_t row) {
      if (++seen > 1) too_many_rows();
      types::RecordBuilder builder(types::oid::kRecord);
      for (const Vector& column : chunk.columns) builder.append(Oid{}, column, row);
      result = Value::of(builder.finish());
      return true;
    });
    return result;
  }

  [[noreturn]] static void too_many_rows() {
    throw SqlError(sqlstate::kCardinalityViolation, "more than one row returned by a subquery used as an expression");
  }

  const SubPlanCall& node_;
  std::vector<EvaluatorPointer> arguments_;
  EvaluatorPointer test_;
  std::unique_ptr<HashedRows> hashed_;
  types::TypePointer result_type_;
  bool kept_ = false;
  Value kept_value_;
  std::vector<uint64_t> kept_versions_;
};

}  // namespace

EvaluatorPointer compile_sub_plan(ExpressionCompiler& compiler, const SubPlanCall& node) {
  types::TypePointer type = compiler.catalog().type(node.type);
  std::unique_ptr<HashedRows> hashed = node.hashable ? std::make_unique<HashedRows>(compiler, node) : nullptr;
  return std::make_unique<SubPlanEvaluator>(type->physical, node, compiler.compile_list(node.arguments),
                                            node.test ? compiler.compile(*node.test) : nullptr, std::move(hashed),
                                            type);
}

}  // namespace basalt::query
