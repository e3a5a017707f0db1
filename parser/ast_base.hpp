// The root classes of the AST: what every node of a parsed statement has.
//
// The AST has the shape of PostgreSQL's raw parse tree: nothing is resolved, names are as written (folded to lower case
// where unquoted, cut to 63 bytes), and every node knows the byte offset in the text where PostgreSQL would point at.
// Nodes are plain structs, owned by unique_ptr, dispatched by `kind`:
//
//   switch (expression.kind) { case ExpressionKind::kColumnRef: return bind(as<ParsedColumnRef>(expression)); ... }
//
// `location` is a byte offset into the whole text given to the parser (-1: unknown); error positions are 1-based and
// count characters: position_of() converts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/ensure.hpp"

namespace basalt::parser {

// A name with its qualifiers, outermost first: {"schema", "table"}.
using QualifiedName = std::vector<std::string>;

// 1-based position in characters (UTF-8 code points) of a byte offset; 0 if the location is unknown.
int position_of(std::string_view text, int32_t location);

// Frees nodes without deep recursion: a chain (1::int::int ..., a UNION b UNION c ...) is as long as the text lets it
// be, and longer than a stack.
class NodeDeleter {
 public:
  NodeDeleter() = default;
  template <typename Node>
  NodeDeleter(const std::default_delete<Node>&) {}  // what make_unique() made
  template <typename Node>
  void operator()(Node* node) const {
    free_node(node, [](void* n) { delete static_cast<Node*>(n); });
  }

 private:
  static void free_node(void* node, void (*destroy)(void*));
};
template <typename Node>
using NodePtr = std::unique_ptr<Node, NodeDeleter>;

enum class ExpressionKind : uint8_t {
  kColumnRef,
  kParameter,
  kLiteral,
  kOperator,
  kBool,
  kNullTest,
  kBooleanTest,
  kSubLink,
  kFunctionCall,
  kNamedArgument,
  kCase,
  kCoalesce,
  kMinMax,
  kSqlValueFunction,
  kTypeCast,
  kCollate,
  kArray,
  kRow,
  kIndirection,
  kGrouping,
  kDefault,
  kCurrentOf,
  kXml,
};

struct ParsedExpression {
  ExpressionKind kind;
  int32_t location = -1;
  explicit ParsedExpression(ExpressionKind k) : kind(k) {}
  ParsedExpression(const ParsedExpression&) = delete;
  ParsedExpression& operator=(const ParsedExpression&) = delete;
  virtual ~ParsedExpression() = default;
};
using ExpressionPtr = NodePtr<ParsedExpression>;
using ExpressionList = std::vector<ExpressionPtr>;

enum class TableRefKind : uint8_t {
  kRangeVar,
  kRangeSubselect,
  kRangeFunction,
  kRangeTableSample,
  kJoin,
};

struct ParsedTableRef {
  TableRefKind kind;
  int32_t location = -1;
  explicit ParsedTableRef(TableRefKind k) : kind(k) {}
  ParsedTableRef(const ParsedTableRef&) = delete;
  ParsedTableRef& operator=(const ParsedTableRef&) = delete;
  virtual ~ParsedTableRef() = default;
};
using TableRefPtr = NodePtr<ParsedTableRef>;

enum class StatementKind : uint8_t {
  // Queries and their like (ast_select.hpp)
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kMerge,
  // Tables and what hangs on them (ast_table.hpp)
  kCreateTable,
  kCreateTableAs,
  kAlterTable,
  kIndex,
  kCreateSequence,
  kAlterSequence,
  kCreateView,
  kRefreshMaterializedView,
  kCreateTrigger,
  kCreateRule,
  kCreatePolicy,
  kAlterPolicy,
  kCreateStatistics,
  kAlterStatistics,
  kTruncate,
  kCreateForeignTable,
  // Other objects (ast_object.hpp)
  kDrop,
  kRename,
  kAlterObjectSchema,
  kAlterOwner,
  kAlterObjectDepends,
  kComment,
  kSecurityLabel,
  kCreateSchema,
  kCreateDatabase,
  kAlterDatabase,
  kAlterDatabaseSet,
  kAlterDatabaseRefreshCollation,
  kDropDatabase,
  kCreateTablespace,
  kDropTablespace,
  kAlterTablespace,
  kCreateRole,
  kAlterRole,
  kAlterRoleSet,
  kDropRole,
  kGrantRole,
  kGrant,
  kAlterDefaultPrivileges,
  kDropOwned,
  kReassignOwned,
  kCreateFunction,
  kAlterFunction,
  kDo,
  kCall,
  kReturn,
  kDefine,
  kCreateDomain,
  kAlterDomain,
  kCreateEnum,
  kAlterEnum,
  kCreateRange,
  kCompositeType,
  kAlterType,
  kCreateCast,
  kCreateTransform,
  kCreateConversion,
  kCreateOpClass,
  kCreateOpFamily,
  kAlterOpFamily,
  kAlterOperator,
  kCreateLanguage,
  kCreateExtension,
  kAlterExtension,
  kAlterExtensionContents,
  kCreateAccessMethod,
  kCreateForeignDataWrapper,
  kAlterForeignDataWrapper,
  kCreateForeignServer,
  kAlterForeignServer,
  kCreateUserMapping,
  kAlterUserMapping,
  kDropUserMapping,
  kImportForeignSchema,
  kCreateEventTrigger,
  kAlterEventTrigger,
  kAlterCollation,
  kAlterTextSearchDictionary,
  kAlterTextSearchConfiguration,
  kCreatePublication,
  kAlterPublication,
  kCreateSubscription,
  kAlterSubscription,
  kDropSubscription,
  // Session and server (ast_utility.hpp)
  kTransaction,
  kVariableSet,
  kVariableShow,
  kDiscard,
  kConstraintsSet,
  kAlterSystem,
  kPrepare,
  kExecute,
  kDeallocate,
  kDeclareCursor,
  kClosePortal,
  kFetch,
  kCopy,
  kExplain,
  kVacuum,
  kCluster,
  kReindex,
  kCheckpoint,
  kLoad,
  kLock,
  kListen,
  kUnlisten,
  kNotify,
};

struct ParsedStatement {
  StatementKind kind;
  int32_t location = -1;
  explicit ParsedStatement(StatementKind k) : kind(k) {}
  ParsedStatement(const ParsedStatement&) = delete;
  ParsedStatement& operator=(const ParsedStatement&) = delete;
  virtual ~ParsedStatement() = default;
};
using StatementPtr = NodePtr<ParsedStatement>;

// Checked downcasts: as<ParsedColumnRef>(node). Each concrete struct names its kind in kKind.
template <typename T, typename Base>
T& as(Base& node) {
  DEBUG_ENSURE(node.kind == T::kKind, "wrong kind of AST node");
  return static_cast<T&>(node);
}
template <typename T, typename Base>
const T& as(const Base& node) {
  DEBUG_ENSURE(node.kind == T::kKind, "wrong kind of AST node");
  return static_cast<const T&>(node);
}
// Null if the node is null or of another kind.
template <typename T, typename Base>
T* as_if(Base* node) {
  return node && node->kind == T::kKind ? static_cast<T*>(node) : nullptr;
}
template <typename T, typename Base>
const T* as_if(const Base* node) {
  return node && node->kind == T::kKind ? static_cast<const T*>(node) : nullptr;
}

}  // namespace basalt::parser
