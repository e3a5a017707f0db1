// SELECT, INSERT, UPDATE, DELETE, MERGE and what stands in FROM.
#pragma once

#include "parser/ast_expr.hpp"

namespace basalt::parser {

// ---------------------------------------------------------------------------------------------------- FROM items

struct ParsedAlias {
  std::string name;  // empty: no alias
  std::vector<std::string> columns;
};

enum class Persistence : uint8_t { kPermanent, kUnlogged, kTemporary };

// A table name with qualifiers, PostgreSQL's RangeVar; also used wherever a statement names a relation.
struct ParsedRangeVar : ParsedTableRef {
  static constexpr TableRefKind kKind = TableRefKind::kRangeVar;
  ParsedRangeVar() : ParsedTableRef(kKind) {}
  std::string catalog;  // usually empty
  std::string schema;   // empty: search_path
  std::string name;
  bool inherit = true;  // false: ONLY
  Persistence persistence = Persistence::kPermanent;
  ParsedAlias alias;
};
using RangeVarPtr = std::unique_ptr<ParsedRangeVar>;

struct ParsedRangeSubselect : ParsedTableRef {
  static constexpr TableRefKind kKind = TableRefKind::kRangeSubselect;
  ParsedRangeSubselect();
  ~ParsedRangeSubselect() override;
  bool lateral = false;
  NodePtr<ParsedSelect> subquery;
  ParsedAlias alias;
};

// A column of a column definition list: f() AS t(a int, b text COLLATE "C")
struct ParsedFunctionColumn {
  std::string name;
  TypeNamePtr type;
  QualifiedName collation;
  int32_t location = -1;
};

// f(...) [WITH ORDINALITY], ROWS FROM (f(...) [AS (columns)], ...)
struct ParsedRangeFunction : ParsedTableRef {
  static constexpr TableRefKind kKind = TableRefKind::kRangeFunction;
  ParsedRangeFunction() : ParsedTableRef(kKind) {}
  struct Item {
    ExpressionPtr function;
    std::vector<ParsedFunctionColumn> columns;
  };
  bool lateral = false;
  bool ordinality = false;
  bool is_rows_from = false;
  std::vector<Item> functions;
  ParsedAlias alias;
  std::vector<ParsedFunctionColumn> columns;
};

struct ParsedRangeTableSample : ParsedTableRef {
  static constexpr TableRefKind kKind = TableRefKind::kRangeTableSample;
  ParsedRangeTableSample() : ParsedTableRef(kKind) {}
  TableRefPtr relation;
  QualifiedName method;
  ExpressionList arguments;
  ExpressionPtr repeatable;
};

enum class JoinType : uint8_t { kInner, kLeft, kFull, kRight };
struct ParsedJoin : ParsedTableRef {
  static constexpr TableRefKind kKind = TableRefKind::kJoin;
  ParsedJoin() : ParsedTableRef(kKind) {}
  JoinType type = JoinType::kInner;
  bool natural = false;
  bool cross = false;  // CROSS JOIN: kInner without a condition
  TableRefPtr left;
  TableRefPtr right;
  std::vector<std::string> using_columns;
  ParsedAlias using_alias;  // USING (...) AS name
  ExpressionPtr condition;
  ParsedAlias alias;  // of the parenthesised join
};

// ------------------------------------------------------------------------------------------------ clauses

// An output column (`expression [AS name]`), a column to insert into, or an UPDATE target with indirection.
struct ParsedResTarget {
  std::string name;  // empty: none given
  std::vector<ParsedIndirectionStep> indirection;
  ExpressionPtr value;
  int32_t location = -1;
};

enum class CteMaterialize : uint8_t { kDefault, kAlways, kNever };
struct ParsedCteSearch {
  std::vector<std::string> columns;
  bool breadth_first = false;
  std::string set_column;
  int32_t location = -1;
};
struct ParsedCteCycle {
  std::vector<std::string> columns;
  std::string mark_column;
  ExpressionPtr mark_value;    // null: TRUE
  ExpressionPtr mark_default;  // null: FALSE
  std::string path_column;
  int32_t location = -1;
};
struct ParsedCte {
  std::string name;
  std::vector<std::string> columns;
  CteMaterialize materialize = CteMaterialize::kDefault;
  StatementPtr query;
  std::unique_ptr<ParsedCteSearch> search;
  std::unique_ptr<ParsedCteCycle> cycle;
  int32_t location = -1;
};
struct ParsedWith {
  std::vector<ParsedCte> ctes;
  bool recursive = false;
  int32_t location = -1;
};
using WithPtr = std::unique_ptr<ParsedWith>;

// GROUP BY items. An ordinary expression is kExpression with one entry in `expressions`; `()` is kEmpty.
enum class GroupingKind : uint8_t { kExpression, kEmpty, kSets, kCube, kRollup };
struct ParsedGroupingItem {
  GroupingKind kind = GroupingKind::kExpression;
  ExpressionList expressions;            // kExpression: one; kCube, kRollup: the list (a row is one column set)
  std::vector<ParsedGroupingItem> sets;  // kSets
  int32_t location = -1;
};

enum class LockStrength : uint8_t { kKeyShare, kShare, kNoKeyUpdate, kUpdate };
enum class LockWait : uint8_t { kBlock, kSkip, kError };
struct ParsedLocking {
  LockStrength strength = LockStrength::kUpdate;
  LockWait wait = LockWait::kBlock;
  std::vector<RangeVarPtr> relations;  // FOR UPDATE OF ...
  int32_t location = -1;
};

enum class OnCommit : uint8_t { kNone, kPreserveRows, kDeleteRows, kDrop };

// SELECT INTO and CREATE TABLE AS: where the rows go.
struct ParsedInto {
  RangeVarPtr relation;
  std::vector<std::string> columns;
  std::string access_method;
  DefList options;
  OnCommit on_commit = OnCommit::kNone;
  std::string tablespace;
  bool skip_data = false;
};

// Rows of a VALUES list that hold only literals and parameters, read by the scanner without ANTLR (QRY-2). All rows
// have `columns` cells; cells are row-major. A cell's text is bytes[offset, offset + length).
struct ParsedLiteralRows {
  struct Cell {
    LiteralClass literal_class = LiteralClass::kNull;
    bool negated = false;  // the text has the sign as well
    bool boolean = false;
    int32_t location = -1;
    uint32_t offset = 0;
    uint32_t length = 0;
  };
  uint32_t columns = 0;
  std::vector<Cell> cells;
  std::string bytes;
  std::vector<int32_t> row_locations;  // of each row's "("
  int32_t first_literal_index = -1;    // of the first cell that is a replaceable literal
  size_t row_count() const { return columns ? cells.size() / columns : 0; }
  std::string_view text(const Cell& cell) const { return {bytes.data() + cell.offset, cell.length}; }
};

enum class SetOperation : uint8_t { kNone, kUnion, kIntersect, kExcept };
enum class DistinctKind : uint8_t { kNone, kDistinct, kOn };
enum class LimitOption : uint8_t { kCount, kWithTies };

// SELECT, VALUES, and set operations, as PostgreSQL's SelectStmt: a set operation has op, all, left, right and the
// outer ORDER BY / LIMIT / FOR / WITH; VALUES has values_lists (and then literal_rows, if any, hold the rows after
// those).
struct ParsedSelect : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kSelect;
  ParsedSelect() : ParsedStatement(kKind) {}
  ~ParsedSelect() override;

  DistinctKind distinct = DistinctKind::kNone;
  ExpressionList distinct_on;
  std::unique_ptr<ParsedInto> into;
  std::vector<ParsedResTarget> targets;
  std::vector<TableRefPtr> from;
  ExpressionPtr where;
  std::vector<ParsedGroupingItem> group_by;
  bool group_distinct = false;
  ExpressionPtr having;
  std::vector<ParsedWindow> windows;

  bool is_values = false;
  std::vector<ExpressionList> values_lists;
  std::vector<int32_t> values_locations;            // of each list's "("
  std::unique_ptr<ParsedLiteralRows> literal_rows;  // rows that follow values_lists

  std::vector<ParsedSortBy> order_by;
  ExpressionPtr limit_offset;
  ExpressionPtr limit_count;  // LIMIT ALL is a NULL literal
  LimitOption limit_option = LimitOption::kCount;
  std::vector<ParsedLocking> locking;
  WithPtr with;

  SetOperation op = SetOperation::kNone;
  bool all = false;
  NodePtr<ParsedSelect> left;
  NodePtr<ParsedSelect> right;
};
using SelectPtr = NodePtr<ParsedSelect>;

// ------------------------------------------------------------------------------------------------ DML

// An element of an index definition or of an ON CONFLICT target: a column or an expression.
struct ParsedIndexElement {
  std::string name;  // empty: an expression
  ExpressionPtr expression;
  QualifiedName collation;
  QualifiedName op_class;
  DefList op_class_options;
  SortDirection direction = SortDirection::kDefault;
  SortNulls nulls = SortNulls::kDefault;
  int32_t location = -1;
};

// SET target = value, or SET (target, ...) = value (is_row). With is_row the value is a ParsedRow, a sub-select
// (ParsedSubLink) or any expression, as written.
struct ParsedAssignment {
  std::vector<ParsedResTarget> targets;
  bool is_row = false;
  ExpressionPtr value;  // may be ParsedDefault
  int32_t location = -1;
};

enum class ConflictAction : uint8_t { kNothing, kUpdate };
struct ParsedOnConflict {
  ConflictAction action = ConflictAction::kNothing;
  std::vector<ParsedIndexElement> target;  // inference columns
  ExpressionPtr target_where;
  std::string constraint;
  std::vector<ParsedAssignment> assignments;
  ExpressionPtr where;
  int32_t location = -1;
  int32_t target_location = -1;  // of the inference clause
};

enum class Overriding : uint8_t { kNone, kUserValue, kSystemValue };

struct ParsedInsert : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kInsert;
  ParsedInsert() : ParsedStatement(kKind) {}
  RangeVarPtr relation;
  std::vector<ParsedResTarget> columns;
  SelectPtr source;  // null: DEFAULT VALUES
  Overriding overriding = Overriding::kNone;
  std::unique_ptr<ParsedOnConflict> on_conflict;
  std::vector<ParsedResTarget> returning;
  WithPtr with;
};

struct ParsedUpdate : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kUpdate;
  ParsedUpdate() : ParsedStatement(kKind) {}
  RangeVarPtr relation;
  std::vector<ParsedAssignment> assignments;
  std::vector<TableRefPtr> from;
  ExpressionPtr where;  // may be ParsedCurrentOf
  std::vector<ParsedResTarget> returning;
  WithPtr with;
};

struct ParsedDelete : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kDelete;
  ParsedDelete() : ParsedStatement(kKind) {}
  RangeVarPtr relation;
  std::vector<TableRefPtr> using_list;
  ExpressionPtr where;
  std::vector<ParsedResTarget> returning;
  WithPtr with;
};

enum class MergeAction : uint8_t { kNothing, kInsert, kUpdate, kDelete };
struct ParsedMergeWhen {
  bool matched = false;
  MergeAction action = MergeAction::kNothing;
  ExpressionPtr condition;
  std::vector<ParsedAssignment> assignments;  // kUpdate
  std::vector<ParsedResTarget> columns;       // kInsert
  Overriding overriding = Overriding::kNone;
  ExpressionList values;        // kInsert
  bool default_values = false;  // kInsert ... DEFAULT VALUES
  int32_t location = -1;
};
struct ParsedMerge : ParsedStatement {
  static constexpr StatementKind kKind = StatementKind::kMerge;
  ParsedMerge() : ParsedStatement(kKind) {}
  RangeVarPtr relation;
  TableRefPtr source;
  ExpressionPtr condition;
  std::vector<ParsedMergeWhen> whens;
  WithPtr with;
};

}  // namespace basalt::parser
