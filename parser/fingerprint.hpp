// The statement fingerprint: what makes two texts the same statement but for their literals (QRY-2, QRY-3).
//
// One scan over a statement's text, with the parser's own scanner, yields a 128-bit hash, the normalised token sequence
// (for equality: a hash alone may collide) and the literals in text order. Whitespace, comments, letter case and the
// spelling of quotes do not matter; a literal's class does, because it decides the type; the sign before it is a token
// of the sequence, as are NULL, TRUE and FALSE. ParsedLiteral::literal_index points into `literals`.
//
//   SELECT * FROM t WHERE a = -5 AND b = 'x'   ->  select * from t where a = - <int> and b = <string>
//
// Rows of literals behind VALUES of an INSERT may be left out (FingerprintRows): then statements with any number of
// such rows have the same sequence, as long as each column is written in the same ways (classes of literals, and what
// they are cast to), in whichever order; NULL fits everywhere.
//
//   INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'c'::text)
//                                        ->  insert into t values <rows: {int} {string, string::text}>
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast_expr.hpp"
#include "parser/scanner.hpp"

namespace basalt::parser {

struct FingerprintLiteral {
  LiteralClass literal_class = LiteralClass::kString;
  bool after_minus = false;  // the token before it is a minus sign (which may fold into it)
  int32_t location = 0;      // byte offset in the text
  std::string_view text;     // decoded, without the sign; lives as long as the text and the Fingerprint
};

// The rows of literals that were left out of a Fingerprint's tokens and literals: at least two, all equally long.
struct FingerprintRows {
  struct Cell {
    std::string_view text;                             // decoded, with the sign; TRUE and FALSE as "true" and "false"
    LiteralClass literal_class = LiteralClass::kNull;  // also kBoolean
    bool negated = false;
  };
  struct Place {  // in the text: from the parenthesis to behind the other one
    int32_t begin = 0, end = 0;
  };
  uint32_t columns = 0;     // 0: there are none
  std::vector<Cell> cells;  // row after row
  // The first row and those with something in a column that is written as in no row before; at least two. In these rows
  // the statement means what it means in all.
  std::vector<Place> examples;
  Place all;
  int32_t first_literal = 0;  // how many of the Fingerprint's literals stand before them
  size_t row_count() const { return columns ? cells.size() / columns : 0; }
};

struct Fingerprint {
  uint64_t hash_low = 0;
  uint64_t hash_high = 0;
  std::string tokens;  // the normalised sequence; equal iff the statements are
  std::vector<FingerprintLiteral> literals;
  FingerprintRows rows;
  // SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES, TABLE, WITH or "(": only these may be cached by fingerprint. EXPLAIN
  // and statements whose text is stored are never normalised.
  bool cacheable = false;
  int32_t location = 0;         // of the first token
  int32_t length = 0;           // to the end of the last token, without the semicolon
  int32_t next = 0;             // where the next statement's scan starts: behind the semicolon, or the end of the text
  bool empty = true;            // no token at all
  int32_t parameters_max = 0;   // largest $n
  bool deferred_error = false;  // a malformed token: parse_statements() gives the error; not cacheable

  // Owns the decoded texts of literals with escapes.
  std::list<std::string> owned;
};

enum class LiteralRows : uint8_t { kAsTokens, kLeaveOut };

// The statement that starts at `from`. Splits at semicolons outside parentheses, as far as that can be seen without
// parsing: a SQL-standard function body (BEGIN ATOMIC) is not cacheable, and its text is not to be split this way.
void fingerprint_statement(std::string_view text, int32_t from, Fingerprint& out,
                           const ScannerOptions* options = nullptr, LiteralRows rows = LiteralRows::kAsTokens);

}  // namespace basalt::parser
