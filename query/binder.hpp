// The binder: AST in, bound tree out. PostgreSQL's parse analysis: names are resolved along the search path, types by
// PostgreSQL's rules (candidate selection, common types, coercions, collations), and every error is PostgreSQL's with
// its SQLSTATE and position.
//
//   parser::ParsedStatement --bind_query--> BoundQuery --rewrite_query--> BoundQuery ... --> planner
//
// bind_query() is analysis alone: what views, rules and SQL function bodies store. rewrite_query() then does what
// PostgreSQL's rewriter does: expands views, redirects changes of views to their tables, fills defaults and identity
// columns into target lists, applies rules. bind_statement() does both.
//
// A relation is locked through BindContext::lock before its descriptor is used. Everything looked up is noted in
// BindContext::dependencies for the statement cache (QRY-3).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/catalog.hpp"
#include "common/sql_error.hpp"
#include "parser/ast_select.hpp"
#include "query/bound_query.hpp"
#include "storage/transaction.hpp"
#include "types/call_context.hpp"

namespace basalt::query {

// What a bound statement relied on (QRY-3).
struct BindDependencies {
  std::vector<std::pair<Oid, catalog::ObjectVersion>> relations;
  std::vector<Oid> functions, types, operators;  // as used
  // Names that were looked up along the path: valid while none of the namespaces' counters moved.
  std::vector<Oid> namespaces;
  bool uses_row_security = false;
};

struct TupleStoreDescription {  // a transition table, visible as a table by its name
  std::string name;
  std::vector<ColumnDefinition> columns;
  double rows = 0;
  Oid relation;  // the table whose rows these are; 0 none
};

struct BindContext {
  catalog::CatalogReader* catalog = nullptr;
  types::CallContext* call = nullptr;  // converts unknown literals
  std::string_view text;               // of which locations are byte offsets

  // In lookup order with pg_catalog (and the temporary schema, where there is one) at its place.
  std::vector<Oid> search_path;
  Oid temp_namespace;
  std::string database_name;
  Oid user;

  // Types of $1 ...; 0 is "to be inferred" if infer_parameters, and filled in by the bind.
  std::vector<Oid> parameter_types;
  bool infer_parameters = false;

  bool transform_null_equals = false;  // the setting transform_null_equals
  std::vector<int> pinned_literals;    // out: literals whose value decided something

  // Locks the relation and answers its descriptor as of after the lock; null when it has vanished.
  std::function<catalog::RelationPointer(Oid, storage::LockMode)> lock;
  std::function<void(const common::ErrorReport&)> notice;
  // Transition tables and the like; null when there is none of that name.
  std::function<const TupleStoreDescription*(std::string_view)> tuplestore;

  // Hooks of PL/pgSQL and SQL functions. before_column is asked first, after_column when column lookup is done (`found`
  // null: no column); both may answer null. parameter resolves $n before parameter_types does. Types of the
  // expressions that hooks answer must be set.
  std::function<ExpressionPointer(const parser::ParsedColumnRef&)> before_column;
  std::function<ExpressionPointer(const parser::ParsedColumnRef&, const Expression* found)> after_column;
  std::function<ExpressionPointer(const parser::ParsedParameter&)> parameter;

  BindDependencies dependencies;  // out
};

// SELECT, INSERT, UPDATE, DELETE, MERGE (and VALUES). Others: XX000.
std::unique_ptr<BoundQuery> bind_query(const parser::ParsedStatement& statement, BindContext& context);
// What PostgreSQL's rewriter does; rules may make several queries of one (or none).
std::vector<std::unique_ptr<BoundQuery>> rewrite_query(std::unique_ptr<BoundQuery> query, BindContext& context);
std::vector<std::unique_ptr<BoundQuery>> bind_statement(const parser::ParsedStatement& statement, BindContext& context);

// Where an expression stands that is not part of a query; decides what is allowed in it and how errors name it.
enum class ExpressionUse : uint8_t {
  kOther,
  kCheck,
  kDomainCheck,
  kColumnDefault,
  kGenerated,
  kFunctionDefault,
  kIndexExpression,
  kIndexPredicate,
  kStatistics,
  kAlterTransform,
  kExecuteParameter,
  kTriggerWhen,
  kPolicy,
  kPartitionBound,
  kPartitionExpression,
  kCallArgument,
  kCopyWhere
};
struct ExpressionScope {
  struct Item {
    catalog::RelationPointer relation;
    std::string alias;            // empty: the relation's name
    bool qualified_only = false;  // OLD and NEW of triggers and rules: columns need the alias
  };
  std::vector<Item> relations;  // range table indexes 1, 2, ...
  // Domain CHECK: what VALUE is.
  Oid value_type;
  int32_t value_typmod = -1;
  Oid value_collation;
};
ExpressionPointer bind_expression(const parser::ParsedExpression& expression, ExpressionUse use,
                                  const ExpressionScope& scope, BindContext& context);
// bind_expression, coerced to boolean with the error of `construct` ("CHECK", "WHEN", ...), collations assigned.
ExpressionPointer bind_condition(const parser::ParsedExpression& expression, ExpressionUse use,
                                 const ExpressionScope& scope, const char* construct, BindContext& context);
// A column's DEFAULT or generation expression coerced by assignment; 42804 "column ... is of type ... but default
// expression is of type ..." (or "generation expression").
ExpressionPointer bind_default(const parser::ParsedExpression& expression, ExpressionUse use,
                               const ExpressionScope& scope, std::string_view column, Oid type, int32_t typmod,
                               Oid collation, BindContext& context);
// PL/pgSQL's a.b[1].c := value: the new value of `base` (a variable called `name`, or a field of it), in which `value`
// has taken the place that `steps` lead to. Coerced as PL/pgSQL does: by a cast, or else through text.
ExpressionPointer bind_part_assignment(ExpressionPointer base, const std::string& name,
                                       const std::vector<parser::ParsedIndirectionStep>& steps, ExpressionPointer value,
                                       int location, BindContext& context);
// CALL procedure(...): the Function node, with defaults added; `outputs` are the positions of OUT and INOUT arguments.
ExpressionPointer bind_call(const parser::ParsedFunctionCall& call, BindContext& context);

// Coercion in assignment context; null when there is no cast.
ExpressionPointer coerce_for_assignment(ExpressionPointer expression, Oid type, int32_t typmod, BindContext& context);
ExpressionPointer coerce_explicitly(ExpressionPointer expression, Oid type, int32_t typmod, BindContext& context);
// Assigns collations throughout; 42P22 and 42P21 as PostgreSQL.
void assign_collations(Expression& expression, BindContext& context);

// Names.
struct ResolvedType {
  types::TypePointer type;
  int32_t typmod = -1;
};
ResolvedType resolve_type(const parser::ParsedTypeName& name, BindContext& context);              // throws 42704
std::optional<ResolvedType> find_type(const parser::ParsedTypeName& name, BindContext& context);  // nullopt: unknown
std::string type_name_to_string(const parser::ParsedTypeName& name);
// OID 0 when missing_ok and there is none. Throws 42P01, 3F000, 0A000 (cross-database).
Oid resolve_relation(const parser::ParsedRangeVar& name, bool missing_ok, BindContext& context);
Oid resolve_collation(const parser::QualifiedName& name, int location, BindContext& context);
Oid resolve_operator(const parser::QualifiedName& name, Oid left, Oid right, int location, BindContext& context);
// Function by name and exact input types; 0 when there is none.
Oid find_function(const parser::QualifiedName& name, const std::vector<Oid>& types, BindContext& context);
Oid find_namespace(std::string_view name, bool missing_ok, BindContext& context);

}  // namespace basalt::query
