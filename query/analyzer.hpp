// The binder's inside. One Analyzer lives for one call of binder.hpp; its member functions are spread over the
// bind_*.cpp, resolve_*.cpp and coerce*.cpp files by subject. A Scope is one query level (PostgreSQL's ParseState).
#pragma once

#include <map>

#include "common/sqlstate.hpp"
#include "query/binder.hpp"
#include "query/clause.hpp"
#include "query/walker.hpp"

namespace basalt::query {

using common::SqlError;
using common::SqlState;
using parser::ParsedExpression;
using parser::QualifiedName;
using types::TypePointer;

struct NamespaceColumn {
  int table = 0;  // 0: dropped
  int16_t column = 0;
  int name_table = 0;
  int16_t name_column = 0;
  Oid type;
  int32_t typmod = -1;
  Oid collation;
  bool dont_expand = false;  // not part of `*`
};

// One thing that column references can mean: a range table entry with the names and columns it shows.
struct NamespaceItem {
  int table = 0;
  RangeTableEntry* entry = nullptr;
  std::string name;
  std::vector<std::string> names;        // dropped: empty
  std::vector<NamespaceColumn> columns;  // in step with names
  bool relation_visible = true, columns_visible = true, lateral_only = false, lateral_ok = true;
};
using Namespace = std::vector<NamespaceItem*>;

struct Scope {
  explicit Scope(Scope* p, BoundQuery& q) : parent(p), query(&q) {}
  Scope* parent;
  BoundQuery* query;
  std::vector<std::unique_ptr<NamespaceItem>> items;  // owns
  std::vector<NamespaceItem*> item_of_table;          // by range table index - 1; null: none
  Namespace names;
  std::vector<CommonTableExpression*> ctes;
  std::vector<const parser::ParsedCte*> future_ctes;
  CommonTableExpression* parent_cte = nullptr;
  NamespaceItem* target = nullptr;
  std::vector<const parser::ParsedWindow*> windows;
  std::vector<const parser::ParsedLocking*> locking;
  Clause clause = Clause::kNone;
  bool is_insert = false, lateral_active = false, locked_from_parent = false, resolve_unknowns = true;
  int next_number = 1;
  const Expression* last_set_returning = nullptr;
  // The row sublinks of multi-column UPDATE assignments; a Parameter kExec names (sublink << 16 | column).
  int multi_assignments = 0;
  std::vector<Oid> domain_value;  // {type, typmod, collation} of VALUE
};

// Sets Scope::clause for a while.
class ClauseGuard {
 public:
  ClauseGuard(Scope& scope, Clause clause) : scope_(scope), saved_(scope.clause) { scope.clause = clause; }
  ~ClauseGuard() { scope_.clause = saved_; }
  ClauseGuard(const ClauseGuard&) = delete;
  ClauseGuard& operator=(const ClauseGuard&) = delete;

 private:
  Scope& scope_;
  Clause saved_;
};

enum class CoercionContext : uint8_t { kImplicit, kAssignment, kPlpgsql, kExplicit };
enum class CoercionPath : uint8_t { kNone, kFunction, kRelabel, kArray, kIo };
struct Pathway {
  CoercionPath path = CoercionPath::kNone;
  Oid function;
};

// A function or operator that a call could mean.
struct Candidate {
  int path_position = 0;
  Oid oid;
  catalog::FunctionPointer function;
  catalog::OperatorPointer op;
  int nominal_count = 0;              // input parameters
  int variadic_count = 0;             // arguments absorbed by VARIADIC expansion
  int default_count = 0;              // arguments taken from defaults
  std::vector<int> argument_numbers;  // named or mixed notation: parameter of each argument
  std::vector<Oid> types;
};

enum class CallKind : uint8_t { kNotFound, kMultiple, kNormal, kAggregate, kWindow, kProcedure, kCoercion };
struct CallDetail {
  CallKind kind = CallKind::kNotFound;
  catalog::FunctionPointer function;
  Oid result;
  bool returns_set = false;
  int variadic_count = 0;
  Oid variadic_type;
  std::vector<Oid> declared;
  ExpressionList defaults;
  std::vector<int> argument_numbers;
};

struct SortOperators {
  Oid less, equal, greater;
  bool hashable = false;
};

// What a call, relation or row expression yields as a row.
enum class RowClass : uint8_t { kScalar, kComposite, kRecord, kOther };
struct RowDescription {
  RowClass row_class = RowClass::kScalar;
  Oid type;
  std::vector<ColumnDefinition> columns;  // dropped columns: empty name and type 0
};

// The columns of a join while it is bound: merged USING columns first, then those of the left and right side.
struct JoinColumns {
  std::vector<std::string> names;
  std::vector<NamespaceColumn> columns;
  ExpressionList expressions;
  std::vector<int16_t> left, right;
  void add(const std::string& name, const NamespaceColumn& source, int16_t l, int16_t r);
};

// A result column of a set operation's arm while the arms are unified.
struct SetColumn {
  std::string name;
  ExpressionPointer own;              // inner nodes: something of the column's type
  ExpressionPointer* slot = nullptr;  // leaves: the subquery's expression, so that literals get their type in place
  RangeTableEntry* entry = nullptr;
  size_t index = 0;
  Expression& expression() const { return slot ? **slot : *own; }
};

class Analyzer {
 public:
  explicit Analyzer(BindContext& c) : context(c), catalog(*c.catalog) {}
  BindContext& context;
  catalog::CatalogReader& catalog;

  // ---- errors (bind_name.cpp)
  SqlError error(const SqlState& state, std::string message, int location = -1) const;
  void position(SqlError& e, int location) const;
  template <typename F>
  decltype(auto) at(int location, F&& f) {
    try {
      return f();
    } catch (SqlError& e) {
      // A cancel says nothing about the place where it came.
      bool cancelled = e.report().sqlstate == common::sqlstate::kQueryCanceled;
      if (e.report().position == 0 && !cancelled) position(e, location);
      throw;
    }
  }
  void notice(common::ErrorReport report) const;
  std::string type_name(Oid type) const;
  std::string type_name(Oid type, int32_t typmod) const;

  // ---- names (bind_name.cpp)
  void note_namespace(Oid name_space);
  // 42501 when the user may not look into it, unless nothing is looked up there (`checked` false).
  Oid find_namespace(std::string_view name, bool missing_ok, int location = -1, bool checked = true);
  // The namespaces to look into, in order, and the bare name.
  std::vector<Oid> lookup_path(const QualifiedName& name, std::string& bare, int location = -1);
  Oid find_relation(const parser::ParsedRangeVar& name, bool missing_ok);
  catalog::RelationPointer open_relation(const parser::ParsedRangeVar& name, storage::LockMode mode);
  catalog::RelationPointer open_relation(Oid relation, storage::LockMode mode);
  SqlError no_relation(const parser::ParsedRangeVar& name);
  Oid find_collation(const QualifiedName& name, int location);

  // ---- types (bind_type.cpp)
  TypePointer type(Oid oid);
  std::optional<ResolvedType> find_type(const parser::ParsedTypeName& name);
  ResolvedType resolve_type(const parser::ParsedTypeName& name);
  int32_t type_modifier(const types::TypeDescriptor& type, const parser::ParsedTypeName& name);
  Oid base_type(Oid oid);
  Oid base_type(Oid oid, int32_t& typmod);
  Oid element_type(Oid oid);       // of a true array; 0
  Oid array_type(Oid oid);         // 0
  Oid base_element_type(Oid oid);  // through domains
  Oid range_subtype(Oid oid);
  Oid multirange_range(Oid oid);
  Oid range_multirange(Oid oid);
  char category(Oid oid);
  bool preferred(Oid oid);
  Oid type_collation(Oid oid);
  Oid relation_of_row_type(Oid oid);  // through domains; 0
  bool is_composite(Oid oid);
  bool is_complex(Oid oid) { return oid.value == 2249 || is_composite(oid); }
  RowDescription describe_row_type(Oid oid);
  RowDescription describe_row(Scope* s, const Expression& e);  // get_expr_result_type
  std::optional<RowDescription> function_outputs(const catalog::FunctionDescriptor& f);
  RowDescription expand_record(Scope& s, const Column& column, int levels_up);

  // ---- coercion (coerce.cpp, coerce_path.cpp)
  Pathway find_pathway(Oid target, Oid source, CoercionContext context);
  Pathway find_typmod_function(Oid type);
  bool binary_coercible(Oid source, Oid target);
  bool can_coerce(const std::vector<Oid>& inputs, const std::vector<Oid>& targets, CoercionContext context);
  bool can_coerce(Oid input, Oid target, CoercionContext context) {
    return can_coerce(std::vector<Oid>{input}, std::vector<Oid>{target}, context);
  }
  // Null when impossible.
  ExpressionPointer coerce_to_target(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext context,
                                     CoercionForm form, int location);
  ExpressionPointer coerce(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext context, CoercionForm form,
                           int location);
  ExpressionPointer coerce_unknown(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext context,
                                   CoercionForm form, int location);
  ExpressionPointer coerce_domain(ExpressionPointer e, Oid base, int32_t base_typmod, Oid domain,
                                  CoercionContext context, CoercionForm form, int location, bool hide_input);
  ExpressionPointer coerce_typmod(ExpressionPointer e, Oid target, int32_t typmod, CoercionContext context,
                                  CoercionForm form, int location, bool hide_input);
  ExpressionPointer build_coercion(ExpressionPointer e, Pathway path, Oid target, int32_t typmod,
                                   CoercionContext context, CoercionForm form, int location);
  ExpressionPointer coerce_record(ExpressionPointer e, Oid target, CoercionContext context, CoercionForm form,
                                  int location);
  void hide_coercion(Expression& e);
  ExpressionPointer coerce_to_boolean(ExpressionPointer e, const char* construct);
  ExpressionPointer coerce_to_specific(ExpressionPointer e, Oid target, int32_t typmod, const char* construct);
  bool set_parameter_type(Expression& e, Oid target, int location);
  // Select_common_type: 0 when there is none and `construct` is null.
  Oid common_type(const std::vector<const Expression*>& list, const char* construct,
                  const Expression** which = nullptr);
  Oid common_type_of(const std::vector<Oid>& types, bool no_error);
  bool verify_common_type(Oid common, const std::vector<Oid>& types);
  int32_t common_typmod(const std::vector<const Expression*>& list, Oid common);
  ExpressionPointer coerce_to_common(ExpressionPointer e, Oid common, const char* construct);
  bool has_implicit_relation_cast(Oid source, Oid target);
  bool inherits_from(Oid child_type, Oid parent_type);

  // ---- polymorphism (coerce_generic.cpp)
  bool generic_consistent(const std::vector<Oid>& actual, const std::vector<Oid>& declared);
  Oid enforce_generic(const std::vector<Oid>& actual, std::vector<Oid>& declared, Oid result, bool allow_polymorphic);

  // ---- functions and operators (resolve_function.cpp, resolve_candidate.cpp, resolve_operator.cpp)
  std::vector<Candidate> function_candidates(const QualifiedName& name, int count,
                                             const std::vector<std::string>& argument_names, bool expand_variadic,
                                             bool expand_defaults, bool include_outputs, int location = -1);
  std::vector<Candidate> operator_candidates(const QualifiedName& name, char kind);
  std::vector<Candidate> match_candidates(const std::vector<Oid>& actual, std::vector<Candidate> candidates);
  std::optional<Candidate> select_candidate(const std::vector<Oid>& actual, std::vector<Candidate> candidates);
  CallDetail resolve_call(const QualifiedName& name, const ExpressionList& arguments,
                          const std::vector<std::string>& argument_names, std::vector<Oid> actual, bool expand_variadic,
                          bool expand_defaults, bool include_outputs, int location);
  std::string call_signature(const QualifiedName& name, const std::vector<Oid>& actual,
                             const std::vector<std::string>& argument_names);
  void coerce_arguments(ExpressionList& arguments, const std::vector<Oid>& actual, const std::vector<Oid>& declared);
  // 0 when none and no_error.
  catalog::OperatorPointer find_operator(const QualifiedName& name, Oid left, Oid right, bool no_error, int location);
  catalog::OperatorPointer find_prefix_operator(const QualifiedName& name, Oid argument, bool no_error, int location);
  catalog::OperatorPointer exact_operator(const QualifiedName& name, Oid left, Oid right);
  ExpressionPointer make_operator(Scope& s, const QualifiedName& name, ExpressionPointer left, ExpressionPointer right,
                                  int location, const Expression* last_srf);
  ExpressionPointer make_array_operator(Scope& s, const QualifiedName& name, bool use_or, ExpressionPointer left,
                                        ExpressionPointer right, int location);
  SortOperators sort_operators(Oid type, bool need_less, bool need_equal, bool need_greater);
  // Ordering operator -> (equality, descending); false when it is none.
  bool ordering_operator(Oid op, Oid& equal, bool& descending);
  bool operator_hashable(Oid op, Oid input);
  std::optional<std::pair<Oid, Oid>> row_compare_family(Oid op);

  // ---- expressions (bind_expression.cpp, ...)
  ExpressionPointer bind(Scope& s, const ParsedExpression& e, Clause clause);
  ExpressionPointer bind_inner(Scope& s, const ParsedExpression& e);
  ExpressionPointer bind_literal(const parser::ParsedLiteral& literal);
  ExpressionPointer bind_parameter(Scope& s, const parser::ParsedParameter& parameter);
  ExpressionPointer bind_column_ref(Scope& s, const parser::ParsedColumnRef& ref);
  ExpressionPointer bind_indirection(Scope& s, const parser::ParsedIndirection& e);
  ExpressionPointer bind_operator(Scope& s, const parser::ParsedOperator& e);
  ExpressionPointer bind_in(Scope& s, const parser::ParsedOperator& e);
  ExpressionPointer bind_between(Scope& s, const parser::ParsedOperator& e);
  ExpressionPointer bind_distinct(Scope& s, const parser::ParsedOperator& e);
  ExpressionPointer bind_null_if(Scope& s, const parser::ParsedOperator& e);
  ExpressionPointer bind_array_comparison(Scope& s, const parser::ParsedOperator& e);
  ExpressionPointer bind_bool(Scope& s, const parser::ParsedBool& e);
  ExpressionPointer bind_case(Scope& s, const parser::ParsedCase& e);
  ExpressionPointer bind_coalesce(Scope& s, const parser::ParsedCoalesce& e);
  ExpressionPointer bind_min_max(Scope& s, const parser::ParsedMinMax& e);
  ExpressionPointer bind_array(Scope& s, const parser::ParsedArray& e, Oid array, Oid element, int32_t typmod);
  ExpressionPointer bind_row(Scope& s, const parser::ParsedRow& e, bool allow_default);
  ExpressionPointer bind_type_cast(Scope& s, const parser::ParsedTypeCast& e);
  ExpressionPointer bind_collate(Scope& s, const parser::ParsedCollate& e);
  ExpressionPointer bind_sql_value(const parser::ParsedSqlValueFunction& e);
  ExpressionPointer bind_null_test(Scope& s, const parser::ParsedNullTest& e);
  ExpressionPointer bind_boolean_test(Scope& s, const parser::ParsedBooleanTest& e);
  ExpressionPointer bind_sublink(Scope& s, const parser::ParsedSubLink& e);
  ExpressionPointer bind_current_of(Scope& s, const parser::ParsedCurrentOf& e);
  ExpressionList bind_list(Scope& s, const parser::ExpressionList& list, Clause clause, bool allow_default);
  ExpressionPointer row_comparison(Scope& s, const QualifiedName& name, ExpressionList left, ExpressionList right,
                                   int location);
  ExpressionPointer row_distinct(Scope& s, const QualifiedName& name, RowConstructor& left, RowConstructor& right,
                                 int location);
  ExpressionPointer distinct_operator(Scope& s, const QualifiedName& name, ExpressionPointer left,
                                      ExpressionPointer right, int location);
  std::unique_ptr<Constant> make_null(Oid type, int32_t typmod = -1, Oid collation = Oid{});
  std::unique_ptr<Constant> make_boolean(bool value);
  std::unique_ptr<Constant> make_int4(int32_t value);
  ExpressionPointer make_row(RowConstructor& row, CoercionForm form);

  // ---- subscripts (bind_subscript.cpp)
  ExpressionPointer bind_subscripts(Scope& s, ExpressionPointer container, Oid type, int32_t typmod,
                                    const std::vector<const parser::ParsedIndirectionStep*>& steps, bool assignment);
  Oid container_type(Oid& type, int32_t& typmod);
  ExpressionPointer assign_indirection(Scope& s, ExpressionPointer base, const std::string& target_name,
                                       bool subscripting, Oid target, int32_t typmod, Oid collation,
                                       const std::vector<parser::ParsedIndirectionStep>& steps, size_t from,
                                       ExpressionPointer value, CoercionContext context, int location);

  // ---- calls (bind_call.cpp, bind_aggregate.cpp, bind_window.cpp)
  ExpressionPointer bind_function_call(Scope& s, const parser::ParsedFunctionCall& call);
  // PostgreSQL's ParseFuncOrColumn. `call` null: column notation. May answer null for column notation.
  ExpressionPointer call_or_column(Scope& s, const QualifiedName& name, ExpressionList arguments,
                                   const Expression* last_srf, const parser::ParsedFunctionCall* call, bool procedure,
                                   int location);
  ExpressionPointer column_projection(Scope& s, const std::string& field, ExpressionPointer& argument, int location);
  ExpressionPointer finish_special_call(Scope& s, const std::string& shown, ExpressionList arguments,
                                        CallDetail& detail, const Expression* last_srf,
                                        const parser::ParsedFunctionCall* call, std::vector<Oid>& actual,
                                        const std::vector<std::string>& names, int location);
  ExpressionPointer finish_window_call(Scope& s, const std::string& shown, ExpressionList arguments,
                                       const CallDetail& detail, Oid result, const parser::ParsedFunctionCall& call,
                                       int location);
  void check_ordered_set(const std::string& shown, const ExpressionList& arguments, CallDetail& detail,
                         const parser::ParsedFunctionCall& call, const std::vector<Oid>& actual,
                         const std::vector<std::string>& names, int location);
  void gather_variadic(ExpressionList& arguments, const CallDetail& detail, bool& variadic_call);
  void check_set_returning(Scope& s, const Expression* last_srf, int location);
  void finish_aggregate(Scope& s, Aggregate& aggregate, ExpressionList arguments,
                        const parser::ParsedFunctionCall& call);
  int aggregate_level(Scope& s, const ExpressionList& arguments, const ExpressionList& direct, const Expression* filter,
                      int location, bool grouping);
  void check_aggregate_level(Scope& s, Expression& e);
  void bind_window_call(Scope& s, WindowCall& window, const parser::ParsedWindow& over);
  ExpressionPointer bind_grouping(Scope& s, const parser::ParsedGrouping& e);
  void bind_window_clauses(Scope& s, std::vector<TargetEntry>& targets);
  ExpressionPointer bind_frame_offset(Scope& s, uint32_t options, Oid family, Oid input, Oid& in_range,
                                      const parser::ParsedExpression& e);
  void check_grouping(Scope& s, BoundQuery& query);

  // ---- columns and range table (bind_relation.cpp, bind_column.cpp)
  NamespaceItem* add_entry(Scope& s, std::unique_ptr<RangeTableEntry> entry, std::vector<NamespaceColumn> columns);
  NamespaceItem* add_relation(Scope& s, catalog::RelationPointer relation, int lock_mode,
                              const parser::ParsedAlias& alias, bool inherit, bool in_from);
  NamespaceItem* add_subquery(Scope& s, std::unique_ptr<BoundQuery> query, const parser::ParsedAlias& alias,
                              bool lateral, bool in_from);
  NamespaceItem* add_values(Scope& s, std::vector<ExpressionList> rows, std::vector<ColumnDefinition> columns,
                            const parser::ParsedAlias& alias, bool lateral, bool in_from);
  NamespaceItem* add_cte(Scope& s, CommonTableExpression& cte, int levels_up, const parser::ParsedRangeVar& range,
                         bool in_from);
  NamespaceItem* add_tuplestore(Scope& s, const TupleStoreDescription& store, const parser::ParsedRangeVar& range);
  void apply_alias(RangeTableEntry& entry, const parser::ParsedAlias& alias, const char* what);
  void add_to_names(Scope& s, NamespaceItem* item, bool relation_visible, bool columns_visible);
  void check_name_conflicts(Scope& s, const Namespace& a, const Namespace& b);
  ExpressionPointer make_column(Scope& s, NamespaceItem& item, int16_t number, int levels_up, int location);
  ExpressionPointer make_whole_row(Scope& s, NamespaceItem& item, int levels_up, int location);
  // Null: no such column. 42702 when two match.
  ExpressionPointer find_column(Scope& s, const std::string& name, bool local_only, int location);
  ExpressionPointer column_of_item(Scope& s, NamespaceItem& item, int levels_up, const std::string& name, int location);
  NamespaceItem* find_item(Scope& s, const std::string& schema, const std::string& name, int& levels_up, int location);
  void mark_select(Scope& s, int table, int16_t column, int levels_up);
  SqlError missing_relation(Scope& s, const std::string& schema, const std::string& name, int location);
  SqlError missing_column(Scope& s, const std::string& relation, const std::string& name, int location);
  Scope& scope_at(Scope& s, int levels_up);
  CommonTableExpression* find_cte(Scope& s, const std::string& name, int& levels_up);
  void check_lateral(Scope& s, NamespaceItem& item, int location);

  // ---- FROM (bind_from.cpp, bind_join.cpp, bind_from_function.cpp)
  void bind_from(Scope& s, const std::vector<parser::TableRefPtr>& from);
  std::unique_ptr<FromNode> bind_from_item(Scope& s, const parser::ParsedTableRef& ref, NamespaceItem*& top,
                                           Namespace& names);
  NamespaceItem* bind_range_var(Scope& s, const parser::ParsedRangeVar& range);
  NamespaceItem* bind_range_subselect(Scope& s, const parser::ParsedRangeSubselect& range);
  NamespaceItem* bind_range_function(Scope& s, const parser::ParsedRangeFunction& range);
  std::unique_ptr<RangeTableEntry::Sample> bind_sample(Scope& s, const parser::ParsedRangeTableSample& sample);
  std::unique_ptr<FromNode> bind_join(Scope& s, const parser::ParsedJoin& join, NamespaceItem*& top, Namespace& names);
  void bind_using(Scope& s, const parser::ParsedJoin& join, const std::vector<std::string>& using_columns,
                  NamespaceItem& left, NamespaceItem& right, JoinColumns& base, FromNode& node);
  NamespaceItem* finish_join(Scope& s, const parser::ParsedJoin& join, std::unique_ptr<RangeTableEntry> entry,
                             FromNode& node, JoinColumns& base, size_t merged);
  ExpressionPointer bind_where(Scope& s, const ParsedExpression* e, Clause clause, const char* construct);
  void set_target(Scope& s, const parser::ParsedRangeVar& relation, bool inherit, bool also_source,
                  uint32_t privileges);

  // ---- targets (bind_target.cpp)
  std::vector<TargetEntry> bind_targets(Scope& s, const std::vector<parser::ParsedResTarget>& list, Clause clause);
  TargetEntry bind_target(Scope& s, const ParsedExpression& node, ExpressionPointer bound, Clause clause,
                          const std::string& name, bool junk);
  ExpressionList bind_expression_list(Scope& s, const parser::ExpressionList& list, Clause clause, bool allow_default);
  // True if the expression is `x.*`: its columns are appended to either output.
  bool expand_star(Scope& s, const ParsedExpression& node, Clause clause, std::vector<TargetEntry>* targets,
                   ExpressionList* expressions);
  void expand_all(Scope& s, int location, std::vector<TargetEntry>& targets);
  void expand_item(Scope& s, NamespaceItem& item, int levels_up, bool require_privilege, int location,
                   std::vector<TargetEntry>* targets, ExpressionList* expressions);
  void expand_row(Scope& s, ExpressionPointer e, std::vector<TargetEntry>* targets, ExpressionList* expressions);
  void resolve_unknown_targets(std::vector<TargetEntry>& targets);
  void mark_origins(Scope& s, std::vector<TargetEntry>& targets);
  void mark_origin(Scope& s, TargetEntry& target, const Column& column, int levels_up);
  ExpressionPointer assigned_value(Scope& s, ExpressionPointer e, Clause clause, const std::string& column,
                                   int16_t number, const std::vector<parser::ParsedResTarget>& target_list,
                                   size_t target_index, int location);
  std::vector<TargetEntry> bind_assignments(Scope& s, const std::vector<parser::ParsedAssignment>& assignments);
  int16_t attribute_number(const catalog::RelationDescriptor& relation, const std::string& name, int location,
                           const char* what);

  // ---- clauses (bind_clause.cpp, bind_group.cpp)
  int find_target_92(Scope& s, const ParsedExpression& node, std::vector<TargetEntry>& targets, Clause clause);
  int find_target_99(Scope& s, const ParsedExpression& node, std::vector<TargetEntry>& targets, Clause clause);
  std::vector<SortGroupItem> bind_sort(Scope& s, const std::vector<parser::ParsedSortBy>& list,
                                       std::vector<TargetEntry>& targets, Clause clause, bool sql99);
  void add_sort_item(std::vector<SortGroupItem>& list, std::vector<TargetEntry>& targets, int target,
                     const parser::ParsedSortBy& sort);
  void add_group_item(std::vector<SortGroupItem>& list, std::vector<TargetEntry>& targets, int target, int location);
  int assign_sort_group(TargetEntry& target, std::vector<TargetEntry>& targets);
  void bind_group_clause(Scope& s, const std::vector<parser::ParsedGroupingItem>& list,
                         std::vector<TargetEntry>& targets, const std::vector<SortGroupItem>& sort);
  std::vector<SortGroupItem> bind_distinct_clause(std::vector<TargetEntry>& targets,
                                                  const std::vector<SortGroupItem>& sort, bool is_aggregate);
  std::vector<SortGroupItem> bind_distinct_on(Scope& s, const parser::ExpressionList& list,
                                              std::vector<TargetEntry>& targets,
                                              const std::vector<SortGroupItem>& sort);
  ExpressionPointer bind_limit(Scope& s, const ParsedExpression* e, Clause clause, const char* construct,
                               parser::LimitOption option);
  void bind_locking(Scope& s, BoundQuery& query, const parser::ParsedLocking& locking, bool pushed_down);
  void apply_lock(BoundQuery& query, int table, LockStrength strength, int wait_policy, bool pushed_down);
  void check_locking_allowed(const BoundQuery& query, const parser::ParsedLocking& locking);

  // ---- statements (bind_statement.cpp, bind_select.cpp, bind_set_operation.cpp, bind_insert.cpp, ...)
  std::unique_ptr<BoundQuery> bind_statement(const parser::ParsedStatement& statement, Scope* parent,
                                             CommonTableExpression* parent_cte, bool locked_from_parent,
                                             bool resolve_unknowns);
  void bind_select(Scope& s, const parser::ParsedSelect& select);
  void bind_values(Scope& s, const parser::ParsedSelect& select);
  void bind_set_operation_statement(Scope& s, const parser::ParsedSelect& select);
  std::unique_ptr<SetOperation> bind_set_operation(Scope& s, const parser::ParsedSelect& select, bool top_level,
                                                   std::vector<SetColumn>& columns);
  std::unique_ptr<SetOperation> bind_set_leaf(Scope& s, const parser::ParsedSelect& select,
                                              std::vector<SetColumn>& columns);
  void unify_set_columns(Scope& s, SetOperation& node, const char* name, SetColumn& left, SetColumn& right,
                         std::vector<SetColumn>& out);
  void set_recursive_columns(Scope& s, const std::vector<SetColumn>& columns);
  void bind_insert(Scope& s, const parser::ParsedInsert& insert);
  ExpressionList bind_insert_source(Scope& s, const parser::ParsedInsert& insert,
                                    const std::vector<parser::ParsedResTarget>& columns,
                                    const std::vector<int16_t>& numbers);
  ExpressionList bind_insert_select(Scope& s, const parser::ParsedInsert& insert);
  ExpressionList bind_insert_values(Scope& s, const parser::ParsedInsert& insert,
                                    const std::vector<parser::ParsedResTarget>& columns,
                                    const std::vector<int16_t>& numbers);
  // The target columns; `names` gets one item a column, with the location of the name.
  std::vector<int16_t> insert_columns(Scope& s, const std::vector<parser::ParsedResTarget>& given);
  ExpressionList bind_insert_row(Scope& s, ExpressionList row, const std::vector<parser::ParsedResTarget>& columns,
                                 const std::vector<int16_t>& numbers, bool strip_indirection);
  std::vector<ExpressionList> bind_values_rows(Scope& s, const parser::ParsedSelect& select, Clause clause,
                                               bool allow_default);
  ExpressionPointer bind_cell(Scope& s, const parser::ParsedLiteralRows& rows, size_t index);
  std::unique_ptr<OnConflict> bind_on_conflict(Scope& s, const parser::ParsedOnConflict& conflict);
  void infer_arbiters(Scope& s, const parser::ParsedOnConflict& conflict, OnConflict& out);
  void bind_update(Scope& s, const parser::ParsedUpdate& update);
  void bind_delete(Scope& s, const parser::ParsedDelete& del);
  void bind_merge(Scope& s, const parser::ParsedMerge& merge);
  void bind_returning(Scope& s, const std::vector<parser::ParsedResTarget>& list);
  void finish_query(Scope& s);

  // ---- WITH (bind_cte.cpp, bind_recursive.cpp)
  void bind_with(Scope& s, const parser::ParsedWith& with);
  void bind_cte(Scope& s, const parser::ParsedCte& parsed, CommonTableExpression& cte);
  void set_cte_columns(CommonTableExpression& cte, const std::vector<TargetEntry>& targets);
  void check_recursion(const parser::ParsedWith& with, std::vector<size_t>& order, std::vector<bool>& recursive);
  void bind_search_cycle(Scope& s, const parser::ParsedCte& parsed, CommonTableExpression& cte);

  void check_search_cycle(const parser::ParsedCte& parsed, const CommonTableExpression& cte);

  // ---- collations (collate.cpp)
  void assign_collations(Expression& e);
  void assign_collations(BoundQuery& query);
  // For one list of expressions that go together.
  void assign_list_collations(ExpressionList& list);
  Oid common_collation(const std::vector<const Expression*>& list, bool none_ok);

  // ---- parameters (bind_parameter.cpp)
  void check_parameters(const BoundQuery& query);
  void note_function(Oid function);
  void pin(const Constant& constant);
};

// Names that output columns get when there is no AS (FigureColname).
std::string figure_column_name(const ParsedExpression* node, const Expression* bound = nullptr);
// Of an index expression; empty: none.
std::string figure_index_column_name(const ParsedExpression* node);

std::string name_list_to_string(const QualifiedName& name);
bool is_polymorphic(Oid type);
const Expression* strip_implicit_coercions(const Expression* e);
// The expression's own type as PostgreSQL's exprTypmod: typmod is on the node already.
template <typename T, typename... A>
std::unique_ptr<T> make(int location, A&&... arguments) {
  auto node = std::make_unique<T>(std::forward<A>(arguments)...);
  node->location = location;
  return node;
}
// Where an expression begins in the text: nodes are made with the leftmost of their own place and their arguments'.
inline int leftmost(int location, const Expression& e) {
  // A COLLATE keeps the place of the word itself.
  if (e.kind == ExpressionKind::kCollate) return leftmost(location, *as<Collate>(e).argument);
  if (location < 0) return e.location;
  return e.location >= 0 && e.location < location ? e.location : location;
}
inline int leftmost(int location, const ExpressionList& list) {
  for (const auto& e : list)
    if (e) location = leftmost(location, *e);
  return location;
}
template <typename T>
T* try_mutable(Expression* e) {
  return e && e->kind == T::kKind ? static_cast<T*>(e) : nullptr;
}

}  // namespace basalt::query
