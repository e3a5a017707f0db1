// Bound expressions: names resolved, types known, functions chosen, coercions explicit. The shape follows PostgreSQL's
// primnodes, so that the deparsers and everybody who knows PostgreSQL find their way.
//
// Produced by the binder, stored in catalogs (query/stored_form.hpp), rewritten by the planner, evaluated by
// query/evaluator.hpp. Owned by unique_ptr; a tree is const while it runs. Every node knows its result type, typmod and
// collation, and where it stood in the statement's text (byte offset, -1 unknown).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/descriptors.hpp"
#include "common/ids.hpp"
#include "common/value.hpp"

namespace basalt::query {

using common::Oid;
using common::Value;

enum class ExpressionKind : uint8_t {
  kConstant,
  kParameter,
  kColumn,
  kSlot,
  kFunction,
  kOperator,
  kDistinct,
  kNullIf,
  kScalarArray,
  kBool,
  kNullTest,
  kBooleanTest,
  kCase,
  kCaseTest,
  kCoalesce,
  kMinMax,
  kArray,
  kRow,
  kRowCompare,
  kFieldSelect,
  kFieldStore,
  kSubscript,
  kRelabel,
  kCoerceViaIo,
  kArrayCoerce,
  kConvertRow,
  kCoerceToDomain,
  kDomainValue,
  kCollate,
  kSubLink,
  kSqlValue,
  kAggregate,
  kWindow,
  kGrouping,
  kSetDefault,
  kCurrentOf,
  kNamedArgument,
  kSubPlan
};

// How a function or coercion came about; decides how it is deparsed.
enum class CoercionForm : uint8_t { kExplicitCall, kExplicitCast, kImplicitCast, kSqlSyntax };

struct Expression {
  ExpressionKind kind;
  Oid type;
  int32_t typmod = -1;
  Oid collation;
  int location = -1;

  explicit Expression(ExpressionKind k) : kind(k) {}
  virtual ~Expression() = default;
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
};
using ExpressionPointer = std::unique_ptr<Expression>;
using ExpressionList = std::vector<ExpressionPointer>;

// Defines KIND on the struct and a checked cast: as<Constant>(expression).
#define BASALT_EXPRESSION(NAME, KIND)                           \
  static constexpr ExpressionKind kKind = ExpressionKind::KIND; \
  NAME() : Expression(kKind) {}

struct Constant : Expression {
  BASALT_EXPRESSION(Constant, kConstant)
  Value value;
  int literal = -1;  // index into the fingerprint's literals when this constant stands for one (QRY-2)
};

enum class ParameterKind : uint8_t {
  kExtern,  // $n of the statement (1-based)
  kExec,    // filled by an enclosing Apply or SubPlan (0-based slot of the execution)
  kLiteral  // the n-th literal of the fingerprint (0-based): same plan, other value (QRY-2)
};
struct Parameter : Expression {
  BASALT_EXPRESSION(Parameter, kParameter)
  ParameterKind parameter_kind = ParameterKind::kExtern;
  int id = 0;
};

// A column of a range table entry. Column 0 is the whole row; negative numbers are PostgreSQL's system columns
// (ctid -1, xmin -2, cmin -3, xmax -4, cmax -5, tableoid -6).
struct Column : Expression {
  BASALT_EXPRESSION(Column, kColumn)
  int table = 0;  // index into BoundQuery::range_table, from 1 as in PostgreSQL
  int16_t column = 0;
  int levels_up = 0;
  // How the text named it, where that was through a join's alias; 0: by `table` and `column`. For deparsers only.
  int name_table = 0;
  int16_t name_column = 0;
};

// A column of the chunk an operator works on; the planner replaces Column by Slot.
struct Slot : Expression {
  BASALT_EXPRESSION(Slot, kSlot)
  int index = 0;
};

struct Function : Expression {
  BASALT_EXPRESSION(Function, kFunction)
  Oid function;
  bool returns_set = false;
  bool variadic = false;  // called with an array for the VARIADIC parameter
  CoercionForm form = CoercionForm::kExplicitCall;
  Oid input_collation;
  ExpressionList arguments;
};

// Operator, IS DISTINCT FROM (kDistinct) and NULLIF (kNullIf) share the fields.
struct OperatorCall : Expression {
  explicit OperatorCall(ExpressionKind k = ExpressionKind::kOperator) : Expression(k) {}
  static constexpr ExpressionKind kKind = ExpressionKind::kOperator;
  Oid op;
  Oid function;
  bool returns_set = false;
  Oid input_collation;
  ExpressionList arguments;  // one (prefix) or two
};

// left op ANY|ALL (array)
struct ScalarArrayCall : Expression {
  BASALT_EXPRESSION(ScalarArrayCall, kScalarArray)
  Oid op, function;
  bool use_or = true;  // ANY; ALL otherwise
  Oid input_collation;
  ExpressionPointer left, array;
};

enum class BoolKind : uint8_t { kAnd, kOr, kNot };
struct BoolCall : Expression {
  BASALT_EXPRESSION(BoolCall, kBool)
  BoolKind bool_kind = BoolKind::kAnd;
  ExpressionList arguments;
};

struct NullTest : Expression {
  BASALT_EXPRESSION(NullTest, kNullTest)
  bool is_not = false;
  bool argument_is_row = false;  // row-wise rule
  ExpressionPointer argument;
};

enum class BooleanTestKind : uint8_t { kIsTrue, kIsNotTrue, kIsFalse, kIsNotFalse, kIsUnknown, kIsNotUnknown };
struct BooleanTest : Expression {
  BASALT_EXPRESSION(BooleanTest, kBooleanTest)
  BooleanTestKind test = BooleanTestKind::kIsTrue;
  ExpressionPointer argument;
};

struct CaseWhen {
  ExpressionPointer condition, result;
  int location = -1;
};
struct Case : Expression {
  BASALT_EXPRESSION(Case, kCase)
  ExpressionPointer argument;  // CASE argument WHEN ...: conditions refer to it by CaseTest
  std::vector<CaseWhen> whens;
  ExpressionPointer default_result;  // never null once bound
};
// The value of the CASE argument, and the element in an ArrayCoerce.
struct CaseTest : Expression {
  BASALT_EXPRESSION(CaseTest, kCaseTest)
};

struct Coalesce : Expression {
  BASALT_EXPRESSION(Coalesce, kCoalesce)
  ExpressionList arguments;
};
struct MinMax : Expression {
  BASALT_EXPRESSION(MinMax, kMinMax)
  bool greatest = true;
  Oid input_collation;
  ExpressionList arguments;
};

struct ArrayConstructor : Expression {
  BASALT_EXPRESSION(ArrayConstructor, kArray)
  Oid element_type;
  bool multidimensional = false;  // elements are arrays themselves
  ExpressionList elements;
};
struct RowConstructor : Expression {
  BASALT_EXPRESSION(RowConstructor, kRow)
  std::vector<std::string> names;
  CoercionForm form = CoercionForm::kExplicitCall;
  ExpressionList arguments;
};
enum class RowCompareKind : uint8_t {
  kLess = 1,
  kLessEqual = 2,
  kEqual = 3,
  kGreaterEqual = 4,
  kGreater = 5,
  kNotEqual = 6
};
struct RowCompare : Expression {
  BASALT_EXPRESSION(RowCompare, kRowCompare)
  RowCompareKind compare = RowCompareKind::kLess;
  std::vector<Oid> operators, families, input_collations;
  ExpressionList left, right;
};

struct FieldSelect : Expression {
  BASALT_EXPRESSION(FieldSelect, kFieldSelect)
  ExpressionPointer argument;
  int16_t field = 0;  // attnum in the composite type
};
// Assigns fields of a composite value (UPDATE t SET c.f = x).
struct FieldStore : Expression {
  BASALT_EXPRESSION(FieldStore, kFieldStore)
  ExpressionPointer argument;
  ExpressionList values;
  std::vector<int16_t> fields;
};
// container[upper] or container[lower:upper]; with `assigned`, the container with that part replaced.
struct Subscript : Expression {
  BASALT_EXPRESSION(Subscript, kSubscript)
  Oid container_type, element_type;
  ExpressionPointer container;
  ExpressionList upper, lower;  // lower is empty unless slice; entries may be null where the bound is omitted
  bool slice = false;
  ExpressionPointer assigned;
};

// Binary-coercible cast: same bytes, other type.
struct Relabel : Expression {
  BASALT_EXPRESSION(Relabel, kRelabel)
  CoercionForm form = CoercionForm::kImplicitCast;
  ExpressionPointer argument;
};
struct CoerceViaIo : Expression {
  BASALT_EXPRESSION(CoerceViaIo, kCoerceViaIo)
  CoercionForm form = CoercionForm::kImplicitCast;
  ExpressionPointer argument;
};
// Applies `element` (over CaseTest) to each element.
struct ArrayCoerce : Expression {
  BASALT_EXPRESSION(ArrayCoerce, kArrayCoerce)
  CoercionForm form = CoercionForm::kImplicitCast;
  ExpressionPointer argument, element;
};
// Row type of a child to that of its parent.
struct ConvertRow : Expression {
  BASALT_EXPRESSION(ConvertRow, kConvertRow)
  CoercionForm form = CoercionForm::kImplicitCast;
  ExpressionPointer argument;
};
struct CoerceToDomain : Expression {
  BASALT_EXPRESSION(CoerceToDomain, kCoerceToDomain)
  CoercionForm form = CoercionForm::kImplicitCast;
  ExpressionPointer argument;
};
struct DomainValue : Expression {
  BASALT_EXPRESSION(DomainValue, kDomainValue)
};  // VALUE in a domain's CHECK
struct Collate : Expression {
  BASALT_EXPRESSION(Collate, kCollate)
  ExpressionPointer argument;
};

struct BoundQuery;
enum class SubLinkKind : uint8_t { kExists, kAll, kAny, kRowCompare, kExpr, kMultiExpr, kArray };
struct SubLink : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::kSubLink;
  SubLink();
  SubLinkKind sub_kind = SubLinkKind::kExpr;
  // ANY, ALL, ROWCOMPARE: compares the outer row with the query's columns, which appear as Parameter kExec with id =
  // column index
  ExpressionPointer test;
  std::vector<std::string> operator_name;
  std::unique_ptr<BoundQuery> query;
  // Constructor and destructor stand in bound_query.cpp, where BoundQuery is complete.
  ~SubLink() override;
};

// What the planner makes of a SubLink that no unnesting rule covers: runs a subplan for each row that reaches it,
// memoised by its parameters (QRY-8). Evaluated through SubPlanRunner (query/evaluator.hpp).
struct SubPlanCall : Expression {
  BASALT_EXPRESSION(SubPlanCall, kSubPlan)
  SubLinkKind sub_kind = SubLinkKind::kExpr;
  int plan = 0;                 // index into the physical statement's subplans
  std::vector<int> parameters;  // exec parameters that are set from `arguments` before the run
  ExpressionList arguments;
  std::vector<int> outer_parameters;   // exec parameters that the subplan reads and that enclosing levels set
  std::vector<int> result_parameters;  // exec parameters that receive the subplan's columns while `test` is evaluated
  ExpressionPointer test;              // ANY, ALL, ROWCOMPARE
  bool unknown_equals_false = false;   // at the top of a WHERE: NULL need not be told from false
  bool hashable = false;               // uncorrelated ANY by equality: may be answered by a hash table
};

enum class SqlValueKind : uint8_t {
  kCurrentDate,
  kCurrentTime,
  kCurrentTimestamp,
  kLocalTime,
  kLocalTimestamp,
  kCurrentRole,
  kCurrentUser,
  kUser,
  kSessionUser,
  kCurrentCatalog,
  kCurrentSchema
};
struct SqlValue : Expression {
  BASALT_EXPRESSION(SqlValue, kSqlValue)
  SqlValueKind value_kind = SqlValueKind::kCurrentDate;
};

// ORDER BY / GROUP BY / DISTINCT item: refers to a target entry by its sort_group number.
struct SortGroupItem {
  int sort_group = 0;  // TargetEntry::sort_group
  Oid equal_operator, sort_operator;
  bool descending = false;  // what the sort operator means (strategy > of its family)
  bool nulls_first = false;
  bool hashable = false;
};

struct TargetEntry {
  ExpressionPointer expression;
  int16_t number = 0;  // resno, from 1
  std::string name;
  int sort_group = 0;  // 0: not referred to
  Oid origin_table;    // for RowDescription
  int16_t origin_column = 0;
  bool junk = false;
};

struct Aggregate : Expression {
  BASALT_EXPRESSION(Aggregate, kAggregate)
  Oid function;
  std::vector<Oid> argument_types;
  Oid input_collation;
  ExpressionList direct_arguments;  // of ordered-set aggregates
  std::vector<TargetEntry> arguments;
  std::vector<SortGroupItem> order_by, distinct;
  ExpressionPointer filter;
  bool star = false, variadic = false;
  char aggregate_kind = 'n';
  int levels_up = 0;
};

struct WindowCall : Expression {
  BASALT_EXPRESSION(WindowCall, kWindow)
  Oid function;
  Oid input_collation;
  ExpressionList arguments;
  ExpressionPointer filter;
  int window = 0;  // WindowClause::reference
  bool star = false, is_aggregate = false;
};

// GROUPING(...)
struct Grouping : Expression {
  BASALT_EXPRESSION(Grouping, kGrouping)
  ExpressionList arguments;
  std::vector<int> references;  // sort_group numbers
  int levels_up = 0;
};

struct SetDefault : Expression {
  BASALT_EXPRESSION(SetDefault, kSetDefault)
};                               // DEFAULT in INSERT/UPDATE, until rewritten
struct CurrentOf : Expression {  // WHERE CURRENT OF
  BASALT_EXPRESSION(CurrentOf, kCurrentOf)
  int table = 0;
  std::string cursor;
};
struct NamedArgument : Expression {  // only while function arguments are being matched
  BASALT_EXPRESSION(NamedArgument, kNamedArgument)
  std::string name;
  int number = 0;
  ExpressionPointer argument;
};

template <typename T>
T& as(Expression& expression) {
  DEBUG_ENSURE(dynamic_cast<T*>(&expression) != nullptr, "expression of another kind");
  return static_cast<T&>(expression);
}
template <typename T>
const T& as(const Expression& expression) {
  DEBUG_ENSURE(dynamic_cast<const T*>(&expression) != nullptr, "expression of another kind");
  return static_cast<const T&>(expression);
}
template <typename T>
const T* try_as(const Expression* expression) {
  return expression && expression->kind == T::kKind ? static_cast<const T*>(expression) : nullptr;
}

}  // namespace basalt::query
