// Statements about objects other than tables: DROP, ALTER, COMMENT, GRANT, roles, databases, functions, types,
// operators.
#pragma once

#include "parser/ast_table.hpp"

namespace basalt::parser {

// ------------------------------------------------------------------------------------------ naming an object

enum class ParameterMode : uint8_t { kDefault, kIn, kOut, kInOut, kVariadic, kTable };
struct ParsedFunctionParameter {
  std::string name;
  TypeNamePtr type;
  ParameterMode mode = ParameterMode::kDefault;
  ExpressionPtr default_value;
  int32_t location = -1;
};

// f(args), an operator with its operand types, or an aggregate's signature: PostgreSQL's ObjectWithArgs.
struct ParsedObjectWithArguments {
  QualifiedName name;
  bool arguments_unspecified = false;  // no list was given
  bool star = false;                   // agg(*)
  std::vector<ParsedFunctionParameter> arguments;
  int32_t order_by_index = -1;  // aggregates: number of direct arguments before ORDER BY, -1: none
  TypeNamePtr operator_left;    // operators: null is NONE
  TypeNamePtr operator_right;
  int32_t location = -1;
};

// Whatever names an object in DROP, COMMENT, ALTER ... : which members are used depends on the ObjectType.
//   relations, types as names, schemas, roles, ...: names
//   columns: names including the column                   constraints, triggers, rules, policies: names + sub_name
//   functions, aggregates, operators: with_arguments       types, domains: type
//   casts: type and type2                                  transforms: type and sub_name (the language)
//   operator classes and families: names and access_method user mappings: role and sub_name (the server)
//   large objects: text
struct ParsedObjectName {
  QualifiedName names;
  std::string sub_name;
  std::string access_method;
  std::string text;
  ParsedObjectWithArguments with_arguments;
  TypeNamePtr type;
  TypeNamePtr type2;
  int32_t location = -1;
};

struct ParsedDrop : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDrop;
  ParsedDrop() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kTable;
  std::vector<ParsedObjectName> objects;
  DropBehavior behavior = DropBehavior::kRestrict;
  bool missing_ok = false;
  bool concurrently = false;
};

struct ParsedRename : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kRename;
  ParsedRename() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kTable;
  ObjectType relation_type = ObjectType::kTable;  // of the relation, where a column or constraint is renamed
  RangeVarPtr relation;                           // relations, columns, constraints, triggers, rules, policies
  ParsedObjectName object;                        // everything else
  std::string old_name;                           // column, constraint, trigger, attribute
  std::string new_name;
  DropBehavior behavior = DropBehavior::kRestrict;  // attributes
  bool missing_ok = false;
};

struct ParsedAlterObjectSchema : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterObjectSchema;
  ParsedAlterObjectSchema() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kTable;
  RangeVarPtr relation;
  ParsedObjectName object;
  std::string new_schema;
  bool missing_ok = false;
};

struct ParsedAlterOwner : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterOwner;
  ParsedAlterOwner() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kSchema;
  ParsedObjectName object;
  ParsedRole new_owner;
};

struct ParsedAlterObjectDepends : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterObjectDepends;
  ParsedAlterObjectDepends() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kFunction;
  RangeVarPtr relation;
  ParsedObjectName object;
  std::string extension;
  bool remove = false;
};

struct ParsedComment : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kComment;
  ParsedComment() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kTable;
  ParsedObjectName object;
  bool is_null = false;
  std::string comment;
};

struct ParsedSecurityLabel : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kSecurityLabel;
  ParsedSecurityLabel() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kTable;
  ParsedObjectName object;
  std::string provider;
  bool is_null = false;
  std::string label;
};

// ------------------------------------------------------------------------------------------ schemas, databases, roles

struct ParsedCreateSchema : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateSchema;
  ParsedCreateSchema() : ParsedStatement(kKind) {}
  std::string name;  // empty: the role's name
  bool has_authorization = false;
  ParsedRole authorization;
  std::vector<StatementPtr> elements;
  bool if_not_exists = false;
};

struct ParsedCreateDatabase : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateDatabase;
  ParsedCreateDatabase() : ParsedStatement(kKind) {}
  std::string name;
  DefList options;
};
struct ParsedAlterDatabase : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterDatabase;
  ParsedAlterDatabase() : ParsedStatement(kKind) {}
  std::string name;
  DefList options;
};
struct ParsedAlterDatabaseRefreshCollation : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterDatabaseRefreshCollation;
  ParsedAlterDatabaseRefreshCollation() : ParsedStatement(kKind) {}
  std::string name;
};
struct ParsedDropDatabase : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDropDatabase;
  ParsedDropDatabase() : ParsedStatement(kKind) {}
  std::string name;
  bool missing_ok = false;
  DefList options;
};

// CREATE/DROP/ALTER TABLESPACE
struct ParsedCreateTablespace : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateTablespace;
  ParsedCreateTablespace() : ParsedStatement(kKind) {}
  std::string name;
  bool has_owner = false;
  ParsedRole owner;
  std::string directory;
  DefList options;
};
struct ParsedDropTablespace : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDropTablespace;
  ParsedDropTablespace() : ParsedStatement(kKind) {}
  std::string name;
  bool missing_ok = false;
};
struct ParsedAlterTablespace : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterTablespace;
  ParsedAlterTablespace() : ParsedStatement(kKind) {}
  std::string name;
  DefList options;
  bool is_reset = false;
};

enum class RoleKind : uint8_t { kRole, kUser, kGroup };
// Options by PostgreSQL's names: password, superuser, inherit, createrole, createdb, canlogin, isreplication,
// bypassrls, connectionlimit, validUntil, sysid, rolemembers, adminmembers, addroleto (the last three: names).
struct ParsedCreateRole : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateRole;
  ParsedCreateRole() : ParsedStatement(kKind) {}
  RoleKind role_kind = RoleKind::kRole;
  std::string name;
  DefList options;
};
struct ParsedAlterRole : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterRole;
  ParsedAlterRole() : ParsedStatement(kKind) {}
  ParsedRole role;
  DefList options;
  int action = +1;  // ALTER GROUP: +1 add members, -1 drop members
};
struct ParsedDropRole : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDropRole;
  ParsedDropRole() : ParsedStatement(kKind) {}
  std::vector<ParsedRole> roles;
  bool missing_ok = false;
};

// ------------------------------------------------------------------------------------------ privileges

// GRANT role TO role. Names of roles; admin_option: WITH ADMIN OPTION, or REVOKE ADMIN OPTION FOR.
struct ParsedGrantRole : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kGrantRole;
  ParsedGrantRole() : ParsedStatement(kKind) {}
  bool is_grant = true;
  std::vector<std::string> granted;
  std::vector<ParsedRole> grantees;
  bool admin_option = false;
  bool has_grantor = false;
  ParsedRole grantor;
  DropBehavior behavior = DropBehavior::kRestrict;
};

struct ParsedPrivilege {
  std::string name;  // empty: ALL PRIVILEGES
  std::vector<std::string> columns;
};
enum class GrantTarget : uint8_t { kObjects, kAllInSchema, kDefaults };
struct ParsedGrant : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kGrant;
  ParsedGrant() : ParsedStatement(kKind) {}
  bool is_grant = true;
  GrantTarget target = GrantTarget::kObjects;
  ObjectType object_type = ObjectType::kTable;
  std::vector<RangeVarPtr> relations;       // tables, sequences
  std::vector<ParsedObjectName> objects;    // others; kAllInSchema: the schemas
  std::vector<ParsedPrivilege> privileges;  // empty: ALL
  std::vector<ParsedRole> grantees;
  bool grant_option = false;  // WITH GRANT OPTION, or REVOKE GRANT OPTION FOR
  bool has_grantor = false;
  ParsedRole grantor;
  DropBehavior behavior = DropBehavior::kRestrict;
};

struct ParsedAlterDefaultPrivileges : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterDefaultPrivileges;
  ParsedAlterDefaultPrivileges() : ParsedStatement(kKind) {}
  std::vector<std::string> schemas;
  std::vector<ParsedRole> roles;
  std::unique_ptr<ParsedGrant> action;  // target kDefaults
};

struct ParsedDropOwned : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDropOwned;
  ParsedDropOwned() : ParsedStatement(kKind) {}
  std::vector<ParsedRole> roles;
  DropBehavior behavior = DropBehavior::kRestrict;
};
struct ParsedReassignOwned : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kReassignOwned;
  ParsedReassignOwned() : ParsedStatement(kKind) {}
  std::vector<ParsedRole> roles;
  ParsedRole new_role;
};

// ------------------------------------------------------------------------------------------ functions

// Options by name: as (names: one or two strings), language, volatility, strict, security, leakproof, cost, rows,
// support, set (ParsedFunctionSet in `settings`), parallel, window, transform.
struct ParsedVariableSet;
struct ParsedCreateFunction : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateFunction;
  ParsedCreateFunction();
  ~ParsedCreateFunction() override;
  bool is_procedure = false;
  bool replace = false;
  QualifiedName name;
  std::vector<ParsedFunctionParameter> parameters;  // RETURNS TABLE columns come with mode kTable
  TypeNamePtr return_type;                          // null: none given
  bool returns_table = false;
  DefList options;
  std::vector<std::unique_ptr<ParsedVariableSet>> settings;  // SET x = y
  std::vector<TypeNamePtr> transform_types;
  // SQL-standard body: RETURN expression, or BEGIN ATOMIC statements END
  bool has_sql_body = false;
  bool is_atomic = false;
  std::vector<StatementPtr> body;
};

// RETURN expression, inside a SQL-standard function body.
struct ParsedReturn : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kReturn;
  ParsedReturn() : ParsedStatement(kKind) {}
  ExpressionPtr value;
};

struct ParsedAlterFunction : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterFunction;
  ParsedAlterFunction();
  ~ParsedAlterFunction() override;
  ObjectType object_type = ObjectType::kFunction;
  ParsedObjectWithArguments function;
  DefList options;
  std::vector<std::unique_ptr<ParsedVariableSet>> settings;
};

// DO: options "as" (text) and "language" (text).
struct ParsedDo : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDo;
  ParsedDo() : ParsedStatement(kKind) {}
  DefList options;
};

struct ParsedCall : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCall;
  ParsedCall() : ParsedStatement(kKind) {}
  std::unique_ptr<ParsedFunctionCall> call;
};

// ------------------------------------------------------------------------------------------ types and operators

// CREATE AGGREGATE, OPERATOR, TYPE (base), COLLATION, TEXT SEARCH ...: a name and a definition list.
struct ParsedDefine : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDefine;
  ParsedDefine() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kType;
  bool old_style = false;  // aggregates: arguments within the definition
  bool replace = false;
  bool if_not_exists = false;
  QualifiedName name;
  ParsedObjectWithArguments aggregate;  // kAggregate: arguments
  DefList definition;
  QualifiedName from;  // CREATE COLLATION name FROM other
};

struct ParsedCreateDomain : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateDomain;
  ParsedCreateDomain() : ParsedStatement(kKind) {}
  QualifiedName name;
  TypeNamePtr type;
  std::unique_ptr<ParsedCollate> collation;
  std::vector<ParsedConstraint> constraints;
};

enum class AlterDomainAction : uint8_t {
  kDefault,  // expression (null: DROP DEFAULT)
  kDropNotNull,
  kSetNotNull,
  kAddConstraint,       // constraint
  kDropConstraint,      // constraint_name, behavior, missing_ok
  kValidateConstraint,  // constraint_name
};
struct ParsedAlterDomain : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterDomain;
  ParsedAlterDomain() : ParsedStatement(kKind) {}
  AlterDomainAction action = AlterDomainAction::kDefault;
  QualifiedName name;
  std::string constraint_name;
  ExpressionPtr expression;
  std::unique_ptr<ParsedConstraint> constraint;
  DropBehavior behavior = DropBehavior::kRestrict;
  bool missing_ok = false;
};

struct ParsedCreateEnum : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateEnum;
  ParsedCreateEnum() : ParsedStatement(kKind) {}
  QualifiedName name;
  std::vector<std::string> labels;
};
struct ParsedAlterEnum : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterEnum;
  ParsedAlterEnum() : ParsedStatement(kKind) {}
  QualifiedName name;
  bool is_rename = false;
  std::string old_value;  // is_rename
  std::string new_value;
  bool has_neighbor = false;
  std::string neighbor;
  bool after = true;
  bool if_not_exists = false;
};
struct ParsedCreateRange : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateRange;
  ParsedCreateRange() : ParsedStatement(kKind) {}
  QualifiedName name;
  DefList parameters;
};
struct ParsedCompositeType : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCompositeType;
  ParsedCompositeType() : ParsedStatement(kKind) {}
  RangeVarPtr type;
  std::vector<ParsedColumnDefinition> attributes;
};
// ALTER TYPE name SET (options); ALTER OPERATOR, see below
struct ParsedAlterType : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterType;
  ParsedAlterType() : ParsedStatement(kKind) {}
  QualifiedName name;
  DefList options;
};

enum class CastContext : uint8_t { kImplicit, kAssignment, kExplicit };
struct ParsedCreateCast : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateCast;
  ParsedCreateCast() : ParsedStatement(kKind) {}
  TypeNamePtr source;
  TypeNamePtr target;
  bool has_function = false;
  ParsedObjectWithArguments function;
  bool inout = false;
  CastContext context = CastContext::kExplicit;
};

struct ParsedCreateTransform : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateTransform;
  ParsedCreateTransform() : ParsedStatement(kKind) {}
  bool replace = false;
  TypeNamePtr type;
  std::string language;
  bool has_from = false;
  bool has_to = false;
  ParsedObjectWithArguments from_sql;
  ParsedObjectWithArguments to_sql;
};
struct ParsedCreateConversion : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateConversion;
  ParsedCreateConversion() : ParsedStatement(kKind) {}
  QualifiedName name;
  std::string for_encoding;
  std::string to_encoding;
  QualifiedName function;
  bool is_default = false;
};

enum class OpClassItemKind : uint8_t { kOperator, kFunction, kStorage };
struct ParsedOpClassItem {
  OpClassItemKind kind = OpClassItemKind::kOperator;
  ParsedObjectWithArguments object;
  int32_t number = 0;
  QualifiedName order_family;
  std::vector<TypeNamePtr> class_arguments;
  TypeNamePtr storage_type;
};
struct ParsedCreateOpClass : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateOpClass;
  ParsedCreateOpClass() : ParsedStatement(kKind) {}
  QualifiedName name;
  QualifiedName family;
  std::string access_method;
  TypeNamePtr type;
  bool is_default = false;
  std::vector<ParsedOpClassItem> items;
};
struct ParsedCreateOpFamily : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateOpFamily;
  ParsedCreateOpFamily() : ParsedStatement(kKind) {}
  QualifiedName name;
  std::string access_method;
};
struct ParsedAlterOpFamily : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterOpFamily;
  ParsedAlterOpFamily() : ParsedStatement(kKind) {}
  QualifiedName name;
  std::string access_method;
  bool is_drop = false;
  std::vector<ParsedOpClassItem> items;
};
struct ParsedAlterOperator : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterOperator;
  ParsedAlterOperator() : ParsedStatement(kKind) {}
  ParsedObjectWithArguments op;
  DefList options;
};

// ------------------------------------------------------------------------------------------ languages and the rest

struct ParsedCreateLanguage : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateLanguage;
  ParsedCreateLanguage() : ParsedStatement(kKind) {}
  bool replace = false;
  bool trusted = false;
  std::string name;
  QualifiedName handler;
  QualifiedName inline_handler;
  QualifiedName validator;
};

struct ParsedCreateExtension : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateExtension;
  ParsedCreateExtension() : ParsedStatement(kKind) {}
  std::string name;
  bool if_not_exists = false;
  DefList options;  // schema, new_version, cascade
};
struct ParsedAlterExtension : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterExtension;
  ParsedAlterExtension() : ParsedStatement(kKind) {}
  std::string name;
  DefList options;
};
struct ParsedAlterExtensionContents : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterExtensionContents;
  ParsedAlterExtensionContents() : ParsedStatement(kKind) {}
  std::string name;
  bool add = true;
  ObjectType object_type = ObjectType::kTable;
  ParsedObjectName object;
};

// Statements that Basalt may never execute but that must parse: a name, a definition list, and for the rest the words.
struct ParsedMinorObject : ParsedStatement {
  explicit ParsedMinorObject(StatementKind k) : ParsedStatement(k) {}
  QualifiedName name;
  bool if_exists = false;  // or IF NOT EXISTS
  DefList options;
};

}  // namespace basalt::parser
