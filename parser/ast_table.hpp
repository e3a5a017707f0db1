// CREATE TABLE, ALTER TABLE, indexes, sequences, views, triggers, rules: tables and what hangs on them.
#pragma once

#include "parser/ast_select.hpp"

namespace basalt::parser {

// PostgreSQL's RoleSpec.
enum class RoleSpecKind : uint8_t { kName, kCurrentRole, kCurrentUser, kSessionUser, kPublic };
struct ParsedRole {
  RoleSpecKind kind = RoleSpecKind::kName;
  std::string name;
  int32_t location = -1;
};

enum class ConstraintKind : uint8_t {
  kNull,
  kNotNull,
  kDefault,
  kIdentity,
  kGenerated,
  kCheck,
  kPrimaryKey,
  kUnique,
  kExclusion,
  kForeignKey,
};
enum class ForeignKeyMatch : uint8_t { kSimple, kFull, kPartial };
enum class ForeignKeyActionKind : uint8_t { kNoAction, kRestrict, kCascade, kSetNull, kSetDefault };
struct ParsedForeignKeyAction {
  ForeignKeyActionKind kind = ForeignKeyActionKind::kNoAction;
  std::vector<std::string> columns;  // ON DELETE SET NULL (columns)
};

// Column and table constraints, PostgreSQL's Constraint. Attributes (DEFERRABLE ...) are merged into the constraint
// they follow.
struct ParsedConstraint {
  ConstraintKind kind = ConstraintKind::kCheck;
  std::string name;  // CONSTRAINT name; empty: none
  bool deferrable = false;
  bool initially_deferred = false;
  bool skip_validation = false;  // NOT VALID
  bool initially_valid = true;
  bool no_inherit = false;
  ExpressionPtr expression;          // kCheck, kDefault, kGenerated
  bool generated_always = false;     // kIdentity (else BY DEFAULT)
  DefList sequence_options;          // kIdentity
  bool nulls_not_distinct = false;   // kUnique
  std::vector<std::string> columns;  // kPrimaryKey, kUnique; kForeignKey: the referencing ones
  std::vector<std::string> including;
  struct Exclusion {
    ParsedIndexElement element;
    QualifiedName op;
  };
  std::vector<Exclusion> exclusions;
  std::string access_method;  // kExclusion
  ExpressionPtr where;        // kExclusion
  DefList options;            // WITH (...)
  std::string index_name;     // USING INDEX name
  std::string tablespace;     // USING INDEX TABLESPACE name
  RangeVarPtr referenced;     // kForeignKey
  std::vector<std::string> referenced_columns;
  ForeignKeyMatch match = ForeignKeyMatch::kSimple;
  ParsedForeignKeyAction on_update;
  ParsedForeignKeyAction on_delete;
  int32_t location = -1;
};

struct ParsedColumnDefinition {
  std::string name;
  TypeNamePtr type;  // null in typed tables and partitions (`name WITH OPTIONS`)
  std::string compression;
  std::string storage;  // only from ALTER ... SET STORAGE
  DefList fdw_options;
  std::unique_ptr<ParsedCollate> collation;
  std::vector<ParsedConstraint> constraints;  // without collation and compression
  int32_t location = -1;
};

// LIKE table [INCLUDING x] ...: PostgreSQL's CREATE_TABLE_LIKE_* bits.
inline constexpr uint32_t kLikeComments = 1 << 0;
inline constexpr uint32_t kLikeCompression = 1 << 1;
inline constexpr uint32_t kLikeConstraints = 1 << 2;
inline constexpr uint32_t kLikeDefaults = 1 << 3;
inline constexpr uint32_t kLikeGenerated = 1 << 4;
inline constexpr uint32_t kLikeIdentity = 1 << 5;
inline constexpr uint32_t kLikeIndexes = 1 << 6;
inline constexpr uint32_t kLikeStatistics = 1 << 7;
inline constexpr uint32_t kLikeStorage = 1 << 8;
inline constexpr uint32_t kLikeAll = 0x7fffffff;
struct ParsedTableLike {
  RangeVarPtr relation;
  uint32_t options = 0;
};

// What stands between the parentheses of CREATE TABLE, in order.
enum class TableElementKind : uint8_t { kColumn, kLike, kConstraint };
struct ParsedTableElement {
  TableElementKind kind = TableElementKind::kColumn;
  ParsedColumnDefinition column;
  ParsedTableLike like;
  ParsedConstraint constraint;
};

// PARTITION BY strategy (elements); the strategy word is kept as written (folded) for the error message.
struct ParsedPartitionElement {
  std::string name;  // empty: an expression
  ExpressionPtr expression;
  QualifiedName collation;
  QualifiedName op_class;
  int32_t location = -1;
};
struct ParsedPartitionSpec {
  std::string strategy;
  std::vector<ParsedPartitionElement> elements;
  int32_t location = -1;
};

// FOR VALUES ... | DEFAULT
enum class PartitionBoundKind : uint8_t { kDefault, kList, kRange, kHash };
struct ParsedPartitionBound {
  PartitionBoundKind kind = PartitionBoundKind::kDefault;
  int32_t modulus = -1;
  int32_t remainder = -1;
  ExpressionList list;
  ExpressionList lower;  // kRange; MINVALUE and MAXVALUE are ParsedColumnRef of that name, as in PostgreSQL
  ExpressionList upper;
  int32_t location = -1;
};

struct ParsedCreateTable : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateTable;
  ParsedCreateTable() : ParsedStatement(kKind) {}
  RangeVarPtr relation;  // has the persistence
  bool if_not_exists = false;
  std::vector<ParsedTableElement> elements;
  std::vector<RangeVarPtr> inherits;
  TypeNamePtr of_type;       // CREATE TABLE ... OF type
  RangeVarPtr partition_of;  // CREATE TABLE ... PARTITION OF parent
  std::unique_ptr<ParsedPartitionBound> bound;
  std::unique_ptr<ParsedPartitionSpec> partition_by;
  std::string access_method;
  DefList options;
  OnCommit on_commit = OnCommit::kNone;
  std::string tablespace;
  // CREATE FOREIGN TABLE
  bool is_foreign = false;
  std::string server_name;
  DefList fdw_options;
};

// CREATE TABLE AS, CREATE MATERIALIZED VIEW, SELECT INTO is ParsedSelect::into.
struct ParsedCreateTableAs : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateTableAs;
  ParsedCreateTableAs() : ParsedStatement(kKind) {}
  StatementPtr query;  // ParsedSelect or ParsedExecute
  std::unique_ptr<ParsedInto> into;
  bool is_materialized_view = false;
  bool if_not_exists = false;
};

// What object a statement is about: PostgreSQL's ObjectType.
enum class ObjectType : uint8_t {
  kAccessMethod,
  kAggregate,
  kAmop,
  kAmproc,
  kAttribute,
  kCast,
  kColumn,
  kCollation,
  kConversion,
  kDatabase,
  kDefault,
  kDefaultAcl,
  kDomain,
  kDomainConstraint,
  kEventTrigger,
  kExtension,
  kForeignDataWrapper,
  kForeignServer,
  kForeignTable,
  kFunction,
  kIndex,
  kLanguage,
  kLargeObject,
  kMaterializedView,
  kOpClass,
  kOperator,
  kOpFamily,
  kParameter,
  kPolicy,
  kProcedure,
  kPublication,
  kPublicationRelation,
  kPublicationNamespace,
  kRole,
  kRoutine,
  kRule,
  kSchema,
  kSequence,
  kSubscription,
  kStatistics,
  kTableConstraint,
  kTable,
  kTablespace,
  kTransform,
  kTrigger,
  kTextSearchConfiguration,
  kTextSearchDictionary,
  kTextSearchParser,
  kTextSearchTemplate,
  kType,
  kUserMapping,
  kView,
};
enum class DropBehavior : uint8_t { kRestrict, kCascade };

enum class AlterTableAction : uint8_t {
  kAddColumn,                  // column, missing_ok (IF NOT EXISTS)
  kColumnDefault,              // name, expression (null: DROP DEFAULT)
  kDropNotNull,                // name
  kSetNotNull,                 // name
  kDropExpression,             // name, missing_ok
  kSetStatistics,              // name or number, integer
  kSetOptions,                 // name, options: SET (n_distinct = ..)
  kResetOptions,               // name, options
  kSetStorage,                 // name, text
  kSetCompression,             // name, text
  kDropColumn,                 // name, behavior, missing_ok
  kAddConstraint,              // constraint
  kAlterConstraint,            // constraint (name, deferrable, initially_deferred)
  kValidateConstraint,         // name
  kDropConstraint,             // name, behavior, missing_ok
  kAlterColumnType,            // name, column.type, column.collation, expression (USING)
  kAlterColumnGenericOptions,  // name, options
  kChangeOwner,                // role
  kClusterOn,                  // name
  kDropCluster,
  kSetLogged,
  kSetUnlogged,
  kDropOids,
  kSetAccessMethod,  // name
  kSetTablespace,    // name
  kSetRelOptions,    // options
  kResetRelOptions,  // options
  kEnableTrigger,
  kEnableAlwaysTrigger,
  kEnableReplicaTrigger,
  kDisableTrigger,  // name
  kEnableTriggerAll,
  kDisableTriggerAll,
  kEnableTriggerUser,
  kDisableTriggerUser,
  kEnableRule,
  kEnableAlwaysRule,
  kEnableReplicaRule,
  kDisableRule,  // name
  kAddInherit,
  kDropInherit,  // relation
  kAddOf,        // type
  kDropOf,
  kReplicaIdentity,  // text: "default", "full", "nothing", "index"; name: the index
  kEnableRowSecurity,
  kDisableRowSecurity,
  kForceRowSecurity,
  kNoForceRowSecurity,
  kGenericOptions,           // options
  kAttachPartition,          // relation, bound (bound null: ALTER INDEX ... ATTACH PARTITION)
  kDetachPartition,          // relation, concurrently
  kDetachPartitionFinalize,  // relation
  kAddIdentity,              // name, constraint
  kSetIdentity,              // name, options
  kDropIdentity,             // name, missing_ok
};

struct ParsedAlterTableCommand {
  AlterTableAction action = AlterTableAction::kAddColumn;
  std::string name;
  int32_t number = 0;  // column number, ALTER INDEX ... ALTER COLUMN n SET STATISTICS
  int64_t integer = 0;
  std::string text;
  std::unique_ptr<ParsedColumnDefinition> column;
  std::unique_ptr<ParsedConstraint> constraint;
  ExpressionPtr expression;
  DefList options;
  ParsedRole role;
  RangeVarPtr relation;
  TypeNamePtr type;
  std::unique_ptr<ParsedPartitionBound> bound;
  bool concurrently = false;
  bool recurse = true;
  DropBehavior behavior = DropBehavior::kRestrict;
  bool missing_ok = false;
  int32_t location = -1;
};

// ALTER TABLE, INDEX, SEQUENCE (owner and such), VIEW, MATERIALIZED VIEW, FOREIGN TABLE, TYPE (composite attributes).
struct ParsedAlterTable : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterTable;
  ParsedAlterTable() : ParsedStatement(kKind) {}
  ObjectType object_type = ObjectType::kTable;
  RangeVarPtr relation;
  bool missing_ok = false;
  std::vector<ParsedAlterTableCommand> commands;
  // ALTER TABLE ALL IN TABLESPACE from [OWNED BY roles] SET TABLESPACE to [NOWAIT]
  bool all_in_tablespace = false;
  std::string from_tablespace;
  std::string to_tablespace;
  std::vector<ParsedRole> owned_by;
  bool no_wait = false;
};

struct ParsedIndex : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kIndex;
  ParsedIndex() : ParsedStatement(kKind) {}
  std::string name;  // empty: to be chosen
  RangeVarPtr relation;
  std::string access_method = "btree";
  std::vector<ParsedIndexElement> elements;
  std::vector<ParsedIndexElement> including;
  DefList options;
  std::string tablespace;
  ExpressionPtr where;
  bool unique = false;
  bool nulls_not_distinct = false;
  bool concurrently = false;
  bool if_not_exists = false;
};

// Options by name: as (type), cache, cycle, increment, maxvalue, minvalue, owned_by (names), sequence_name (names),
// start, restart. NO MAXVALUE is an option without argument.
struct ParsedCreateSequence : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateSequence;
  ParsedCreateSequence() : ParsedStatement(kKind) {}
  RangeVarPtr sequence;
  DefList options;
  bool if_not_exists = false;
};
struct ParsedAlterSequence : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterSequence;
  ParsedAlterSequence() : ParsedStatement(kKind) {}
  RangeVarPtr sequence;
  DefList options;
  bool missing_ok = false;
};

enum class CheckOption : uint8_t { kNone, kLocal, kCascaded };
struct ParsedCreateView : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateView;
  ParsedCreateView() : ParsedStatement(kKind) {}
  RangeVarPtr view;
  std::vector<std::string> aliases;
  SelectPtr query;
  bool replace = false;
  bool recursive = false;  // CREATE RECURSIVE VIEW: query is the recursive part as written
  DefList options;
  CheckOption check_option = CheckOption::kNone;
};

struct ParsedRefreshMaterializedView : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kRefreshMaterializedView;
  ParsedRefreshMaterializedView() : ParsedStatement(kKind) {}
  RangeVarPtr relation;
  bool concurrently = false;
  bool skip_data = false;
};

enum class TriggerTiming : uint8_t { kBefore, kAfter, kInsteadOf };
inline constexpr uint32_t kTriggerInsert = 1 << 2;  // PostgreSQL's TRIGGER_TYPE_* bits
inline constexpr uint32_t kTriggerDelete = 1 << 3;
inline constexpr uint32_t kTriggerUpdate = 1 << 4;
inline constexpr uint32_t kTriggerTruncate = 1 << 5;
struct ParsedTriggerTransition {
  std::string name;
  bool is_new = false;
  bool is_table = true;
};
struct ParsedCreateTrigger : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateTrigger;
  ParsedCreateTrigger() : ParsedStatement(kKind) {}
  bool replace = false;
  bool is_constraint = false;
  std::string name;
  RangeVarPtr relation;
  QualifiedName function;
  std::vector<std::string> arguments;
  bool for_each_row = false;
  TriggerTiming timing = TriggerTiming::kAfter;
  uint32_t events = 0;
  std::vector<std::string> columns;  // UPDATE OF ...
  ExpressionPtr when;
  std::vector<ParsedTriggerTransition> transitions;
  bool deferrable = false;
  bool initially_deferred = false;
  RangeVarPtr constraint_relation;  // FROM table
};

enum class RuleEvent : uint8_t { kSelect, kUpdate, kDelete, kInsert };
struct ParsedCreateRule : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateRule;
  ParsedCreateRule() : ParsedStatement(kKind) {}
  RangeVarPtr relation;
  std::string name;
  ExpressionPtr where;
  RuleEvent event = RuleEvent::kSelect;
  bool instead = false;
  bool replace = false;
  std::vector<StatementPtr> actions;
};

struct ParsedCreatePolicy : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreatePolicy;
  ParsedCreatePolicy() : ParsedStatement(kKind) {}
  std::string name;
  RangeVarPtr table;
  std::string command = "all";  // all, select, insert, update, delete
  bool permissive = true;
  std::vector<ParsedRole> roles;
  ExpressionPtr using_expression;
  ExpressionPtr with_check;
};
struct ParsedAlterPolicy : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterPolicy;
  ParsedAlterPolicy() : ParsedStatement(kKind) {}
  std::string name;
  RangeVarPtr table;
  std::vector<ParsedRole> roles;
  ExpressionPtr using_expression;
  ExpressionPtr with_check;
};

struct ParsedCreateStatistics : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kCreateStatistics;
  ParsedCreateStatistics() : ParsedStatement(kKind) {}
  QualifiedName name;
  std::vector<std::string> kinds;
  std::vector<ParsedIndexElement> elements;
  std::vector<TableRefPtr> relations;
  bool if_not_exists = false;
};
struct ParsedAlterStatistics : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kAlterStatistics;
  ParsedAlterStatistics() : ParsedStatement(kKind) {}
  QualifiedName name;
  int32_t target = 0;
  bool missing_ok = false;
};

struct ParsedTruncate : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kTruncate;
  ParsedTruncate() : ParsedStatement(kKind) {}
  std::vector<RangeVarPtr> relations;
  bool restart_sequences = false;
  DropBehavior behavior = DropBehavior::kRestrict;
};

}  // namespace basalt::parser
