// Literals of a statement's text that are parameters of its plan (QRY-2): the same plan serves other values.
//
// parameterise_literals() runs on the bound and rewritten queries, before planning. It turns a Constant that stands for
// a literal into Parameter kLiteral where nobody has read or will read its value: where it is, but for its type, as
// good as any other value. Everything else stays a constant, and its literal is pinned: the cached statement is used
// only for a text with the same literal there.
//
// A literal becomes a parameter
//   - as an operand of a built-in comparison (= <> < <= > >=) whose other operand reads a column, in WHERE, ON and the
//     conditions of DML. Not where the planner has to know the value: below a partitioned table, or where the
//     predicate of an index or a boolean index expression reads that column.
//   - as an element of the list of IN, where all elements are such literals: the array is one parameter then.
//   - in the values of INSERT and the assignments of UPDATE: alone, under coercions, or as an operand of + - * / ||
//     whose other operand reads a column.
// Coercions around it are part of it where the type's input function does the same, as that of numeric(6,2) with '1.5'
// or 7. Never in select lists, GROUP BY, HAVING, ORDER BY, LIMIT, arguments of functions, CASE ..., where equality of
// expressions, constant folding or the function itself may look at it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "parser/ast_expr.hpp"
#include "query/bound_query.hpp"

namespace basalt::query {

// A literal of the text, as the fingerprint has it.
struct LiteralText {
  parser::LiteralClass literal_class = parser::LiteralClass::kString;
  int location = 0;       // byte offset of its token
  std::string_view text;  // decoded, without a sign
};

// Parameter kLiteral n of the plan is the n-th of these.
struct LiteralParameter {
  struct Part {
    int literal = 0;       // index among the literals of the text
    bool negated = false;  // a minus sign in front is part of the number
  };
  std::vector<Part> parts;  // one, or the elements of an array
  Oid type;                 // of the parts
  int32_t typmod = -1;      // for the type's input function, which converts the text
  Oid array_type;           // of the parameter, where it is an array; else 0
  // Where it is compared with a column of a table: enough to estimate again how many rows that selects.
  catalog::RelationPointer relation;
  int16_t column = 0;
  Oid op, column_type, collation;
  bool on_the_left = false;  // the literal
};

// `text` is what the queries were bound from; literals[n] has the number n in Constant::literal.
std::vector<LiteralParameter> parameterise_literals(std::vector<std::unique_ptr<BoundQuery>>& queries,
                                                    std::span<const LiteralText> literals, std::string_view text,
                                                    catalog::CatalogReader& catalog);

}  // namespace basalt::query
