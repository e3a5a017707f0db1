// Expressions of the AST: PostgreSQL's ColumnRef, A_Const, A_Expr, BoolExpr, SubLink, FuncCall, TypeCast and so on.
#pragma once

#include "parser/ast_base.hpp"

namespace basalt::parser {

struct ParsedSelect;
struct ParsedWindow;

// PostgreSQL's TypeName: `schema.name(typmods)[n][]`, SETOF, name%TYPE. Grammar names are already translated as
// PostgreSQL does: `int` is pg_catalog.int4, `varchar(3)` pg_catalog.varchar, `character` is pg_catalog.bpchar.
struct ParsedTypeName {
  QualifiedName names;
  bool set_of = false;
  bool pct_type = false;              // %TYPE
  ExpressionList typmods;             // usually literals; the binder pins them (QRY-2)
  std::vector<int32_t> array_bounds;  // one per [n]; -1 for []
  int32_t location = -1;

  // interval only: PostgreSQL's field mask (INTERVAL_MASK bits), or -1 where no fields were given. The typmods then
  // hold only the precision, if any: `interval day to second(3)`.
  int32_t interval_fields = -1;
};
using TypeNamePtr = std::unique_ptr<ParsedTypeName>;

// The masks of interval_fields: bit n is PostgreSQL's field code n (datetime.h).
inline constexpr int32_t kIntervalMonth = 1 << 1;
inline constexpr int32_t kIntervalYear = 1 << 2;
inline constexpr int32_t kIntervalDay = 1 << 3;
inline constexpr int32_t kIntervalHour = 1 << 10;
inline constexpr int32_t kIntervalMinute = 1 << 11;
inline constexpr int32_t kIntervalSecond = 1 << 12;

// a, t.a, s.t.a, t.* (star), * (star without names)
struct ParsedColumnRef : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kColumnRef;
  ParsedColumnRef() : ParsedExpression(kKind) {}
  QualifiedName names;
  bool star = false;
};

// $n
struct ParsedParameter : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kParameter;
  ParsedParameter() : ParsedExpression(kKind) {}
  int32_t number = 0;
};

// What a literal is lexically. The class (with the sign that stands before it) decides the type, never the digits, so
// that two statements with equal fingerprints bind alike (QRY-2).
enum class LiteralClass : uint8_t {
  kNull,           // the keyword; not a parameter
  kBoolean,        // TRUE or FALSE; not a parameter
  kDefaultMarker,  // DEFAULT, only within ParsedLiteralRows
  kParameter,      // $n, only within ParsedLiteralRows; text holds n
  kInteger,        // fits int4
  kIntegerMin,     // exactly 2147483648: int4 if negated, else int8
  kBigint,         // fits int8
  kBigintMin,      // exactly 9223372036854775808: int8 if negated, else numeric
  kNumeric,        // has a point or an exponent, or is too large for int8
  kString,         // type unknown
  kBitString,      // B'0101': text holds the digits without quotes
  kHexBitString,   // X'1f': text holds the digits without quotes
};

struct ParsedLiteral : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kLiteral;
  ParsedLiteral() : ParsedExpression(kKind) {}
  LiteralClass literal_class = LiteralClass::kNull;
  bool negated = false;        // a minus sign was folded into it; `text` has it as well
  bool boolean = false;        // kBoolean
  int32_t literal_index = -1;  // in Fingerprint::literals of this statement; -1: not a replaceable literal
  std::string text;            // numbers: as written (with "-" if negated); strings: decoded
  bool is_null() const { return literal_class == LiteralClass::kNull; }
};

enum class OperatorForm : uint8_t {
  kOperator,     // left op right; left is null for a prefix operator
  kOperatorAny,  // left op ANY (array)
  kOperatorAll,  // left op ALL (array)
  kDistinct,     // IS DISTINCT FROM; name is {"="}
  kNotDistinct,  // IS NOT DISTINCT FROM
  kNullIf,       // NULLIF(left, right)
  kIn,           // left [NOT] IN (list); name is {"="} or {"<>"}
  kLike,         // name is {"~~"} or {"!~~"}; right may be pg_catalog.like_escape(pattern, escape)
  kILike,        // {"~~*"}, {"!~~*"}
  kSimilar,      // {"~"}, {"!~"}; right is pg_catalog.similar_to_escape(...)
  kBetween,      // left BETWEEN list[0] AND list[1]
  kNotBetween,
  kBetweenSymmetric,
  kNotBetweenSymmetric,
};

// PostgreSQL's A_Expr.
struct ParsedOperator : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kOperator;
  ParsedOperator() : ParsedExpression(kKind) {}
  OperatorForm form = OperatorForm::kOperator;
  QualifiedName name;  // {"+"} or {"schema", "+"} for OPERATOR(schema.+)
  ExpressionPtr left;
  ExpressionPtr right;
  ExpressionList list;  // kIn, and the two bounds of the BETWEEN forms
};

enum class BoolOperator : uint8_t { kAnd, kOr, kNot };
// AND and OR chains are flat: `a AND b AND c` has three arguments.
struct ParsedBool : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kBool;
  ParsedBool() : ParsedExpression(kKind) {}
  BoolOperator op = BoolOperator::kAnd;
  ExpressionList arguments;
};

// x IS [NOT] NULL, x ISNULL, x NOTNULL
struct ParsedNullTest : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kNullTest;
  ParsedNullTest() : ParsedExpression(kKind) {}
  ExpressionPtr argument;
  bool is_not = false;
};

enum class BooleanTest : uint8_t { kTrue, kNotTrue, kFalse, kNotFalse, kUnknown, kNotUnknown };
struct ParsedBooleanTest : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kBooleanTest;
  ParsedBooleanTest() : ParsedExpression(kKind) {}
  BooleanTest test = BooleanTest::kTrue;
  ExpressionPtr argument;
};

enum class SubLinkKind : uint8_t {
  kExists,  // EXISTS (select)
  kAll,     // test op ALL (select)
  kAny,     // test op ANY (select); IN (select) has an empty operator_name
  kExpr,    // (select)
  kArray,   // ARRAY(select)
};
struct ParsedSubLink : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kSubLink;
  ParsedSubLink();
  ~ParsedSubLink() override;
  SubLinkKind link_kind = SubLinkKind::kExpr;
  ExpressionPtr test;           // kAll, kAny
  QualifiedName operator_name;  // kAll, kAny; empty means `= ANY` written as IN
  NodePtr<ParsedSelect> subselect;
};

// ORDER BY item (PostgreSQL's SortBy).
enum class SortDirection : uint8_t { kDefault, kAsc, kDesc, kUsing };
enum class SortNulls : uint8_t { kDefault, kFirst, kLast };
struct ParsedSortBy {
  ExpressionPtr expression;
  SortDirection direction = SortDirection::kDefault;
  SortNulls nulls = SortNulls::kDefault;
  QualifiedName using_operator;  // kUsing
  int32_t location = -1;         // of the USING operator
};

// Frame bits: PostgreSQL's FRAMEOPTION_* values.
inline constexpr int32_t kFrameNonDefault = 0x00001;
inline constexpr int32_t kFrameRange = 0x00002;
inline constexpr int32_t kFrameRows = 0x00004;
inline constexpr int32_t kFrameGroups = 0x00008;
inline constexpr int32_t kFrameBetween = 0x00010;
inline constexpr int32_t kFrameStartUnboundedPreceding = 0x00020;
inline constexpr int32_t kFrameEndUnboundedPreceding = 0x00040;
inline constexpr int32_t kFrameStartUnboundedFollowing = 0x00080;
inline constexpr int32_t kFrameEndUnboundedFollowing = 0x00100;
inline constexpr int32_t kFrameStartCurrentRow = 0x00200;
inline constexpr int32_t kFrameEndCurrentRow = 0x00400;
inline constexpr int32_t kFrameStartOffsetPreceding = 0x00800;
inline constexpr int32_t kFrameEndOffsetPreceding = 0x01000;
inline constexpr int32_t kFrameStartOffsetFollowing = 0x02000;
inline constexpr int32_t kFrameEndOffsetFollowing = 0x04000;
inline constexpr int32_t kFrameExcludeCurrentRow = 0x08000;
inline constexpr int32_t kFrameExcludeGroup = 0x10000;
inline constexpr int32_t kFrameExcludeTies = 0x20000;
inline constexpr int32_t kFrameDefaults = kFrameRange | kFrameStartUnboundedPreceding | kFrameEndCurrentRow;

// PostgreSQL's WindowDef. `OVER w` has name "w" and nothing else; `OVER (w ...)` has ref_name "w"; an entry of the
// WINDOW clause has the name it defines.
struct ParsedWindow {
  std::string name;
  std::string ref_name;
  ExpressionList partition_by;
  std::vector<ParsedSortBy> order_by;
  int32_t frame_options = kFrameDefaults;
  ExpressionPtr start_offset;
  ExpressionPtr end_offset;
  int32_t location = -1;
};

enum class CallForm : uint8_t { kExplicit, kSqlSyntax };  // kSqlSyntax: EXTRACT(... FROM ...), TRIM(...), AT TIME ZONE

struct ParsedFunctionCall : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kFunctionCall;
  ParsedFunctionCall() : ParsedExpression(kKind) {}
  QualifiedName name;
  ExpressionList arguments;  // may hold ParsedNamedArgument
  bool star = false;         // count(*)
  bool distinct = false;
  bool variadic = false;      // the last argument was marked VARIADIC
  bool within_group = false;  // order_by came from WITHIN GROUP
  CallForm form = CallForm::kExplicit;
  std::vector<ParsedSortBy> order_by;
  ExpressionPtr filter;
  std::unique_ptr<ParsedWindow> over;
};

// f(name => value)
struct ParsedNamedArgument : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kNamedArgument;
  ParsedNamedArgument() : ParsedExpression(kKind) {}
  std::string name;
  ExpressionPtr value;
};

struct ParsedCase : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kCase;
  ParsedCase() : ParsedExpression(kKind) {}
  struct When {
    ExpressionPtr condition;
    ExpressionPtr result;
    int32_t location = -1;
  };
  ExpressionPtr argument;  // CASE argument WHEN ...; may be null
  std::vector<When> whens;
  ExpressionPtr otherwise;  // may be null
};

struct ParsedCoalesce : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kCoalesce;
  ParsedCoalesce() : ParsedExpression(kKind) {}
  ExpressionList arguments;
};

// GREATEST, LEAST
struct ParsedMinMax : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kMinMax;
  ParsedMinMax() : ParsedExpression(kKind) {}
  bool greatest = true;
  ExpressionList arguments;
};

enum class SqlValueFunction : uint8_t {
  kCurrentDate,
  kCurrentTime,
  kCurrentTimestamp,
  kLocaltime,
  kLocaltimestamp,
  kCurrentRole,
  kCurrentUser,
  kUser,
  kSessionUser,
  kCurrentCatalog,
  kCurrentSchema,
};
struct ParsedSqlValueFunction : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kSqlValueFunction;
  ParsedSqlValueFunction() : ParsedExpression(kKind) {}
  SqlValueFunction function = SqlValueFunction::kCurrentDate;
  int32_t precision = -1;
};

// CAST(x AS t), x::t, t 'literal' and PostgreSQL's implied ones. location is where PostgreSQL points.
struct ParsedTypeCast : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kTypeCast;
  ParsedTypeCast() : ParsedExpression(kKind) {}
  ExpressionPtr argument;
  TypeNamePtr type;
};

struct ParsedCollate : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kCollate;
  ParsedCollate() : ParsedExpression(kKind) {}
  ExpressionPtr argument;  // null where only a collation was named (column definitions)
  QualifiedName collation;
};

// ARRAY[...]; nested brackets are ParsedArray again.
struct ParsedArray : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kArray;
  ParsedArray() : ParsedExpression(kKind) {}
  ExpressionList elements;
};

// ROW(...) or (a, b)
struct ParsedRow : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kRow;
  ParsedRow() : ParsedExpression(kKind) {}
  ExpressionList elements;
  bool is_explicit = false;  // the word ROW was written
};

// One step of `.field`, `.*`, `[i]`, `[lower:upper]`.
enum class IndirectionKind : uint8_t { kField, kStar, kSubscript, kSlice };
struct ParsedIndirectionStep {
  IndirectionKind kind = IndirectionKind::kField;
  std::string field;
  ExpressionPtr lower;  // kSubscript: null; kSlice: may be null
  ExpressionPtr upper;  // kSubscript: the index; kSlice: may be null
  int32_t location = -1;
};
struct ParsedIndirection : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kIndirection;
  ParsedIndirection() : ParsedExpression(kKind) {}
  ExpressionPtr argument;
  std::vector<ParsedIndirectionStep> steps;
};

// GROUPING(a, b)
struct ParsedGrouping : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kGrouping;
  ParsedGrouping() : ParsedExpression(kKind) {}
  ExpressionList arguments;
};

// DEFAULT as a value (PostgreSQL's SetToDefault).
struct ParsedDefault : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kDefault;
  ParsedDefault() : ParsedExpression(kKind) {}
};

// WHERE CURRENT OF cursor
struct ParsedCurrentOf : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kCurrentOf;
  ParsedCurrentOf() : ParsedExpression(kKind) {}
  std::string cursor_name;
};

// XMLELEMENT and its family: parsed to be refused by name (0A000).
struct ParsedXml : ParsedExpression {
  static constexpr ExpressionKind kKind = ExpressionKind::kXml;
  ParsedXml() : ParsedExpression(kKind) {}
  std::string function;  // "XMLELEMENT", ...
};

// ------------------------------------------------------------------------------------------ options

// `name = argument` in WITH (...), COPY, EXPLAIN, CREATE FUNCTION ... lists: PostgreSQL's DefElem.
enum class DefArgument : uint8_t {
  kNone,        // only the name
  kString,      // text
  kWord,        // text: a keyword or identifier used as a value (true, on, none, ...)
  kInteger,     // integer, and text as written
  kFloat,       // text as written
  kBoolean,     // integer 0 or 1: options whose syntax is a bare word (e.g. STRICT, NO CYCLE)
  kType,        // type (function names and lists come as types as well, as in PostgreSQL)
  kNames,       // names: a qualified name or an operator
  kList,        // names: a list of words
  kStar,        // *
  kExpression,  // expression
};
enum class DefAction : uint8_t { kUnspecified, kSet, kAdd, kDrop };
struct ParsedDefElem {
  std::string name_space;  // toast.autovacuum_enabled
  std::string name;        // folded
  DefArgument argument = DefArgument::kNone;
  std::string text;
  int64_t integer = 0;
  TypeNamePtr type;
  QualifiedName names;
  ExpressionPtr expression;
  DefAction action = DefAction::kUnspecified;
  int32_t location = -1;
};
using DefList = std::vector<ParsedDefElem>;

}  // namespace basalt::parser
