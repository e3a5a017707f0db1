// Rows of literals that a plan of INSERT gets at each execution (QRY-2): their number is not part of the plan.
//
//   INSERT INTO t VALUES (1, 'a'), (2, 'b'), ... 1,000 rows
//     -> bound from as many of the rows as show every way in which a column is written (parser/fingerprint.hpp)
//     -> parameterise_literals(), then take_literal_rows(): the VALUES entry holds no rows any more
//     -> planned; the executor's ValuesSource reads ExecutionContext::literal_rows
#pragma once

#include <optional>

#include "query/literal_parameters.hpp"

namespace basalt::query {

// How the literals of one column become values: by the input function of this type, whichever way they are written.
struct LiteralColumn {
  Oid type;
  int32_t typmod = -1;
};

// Takes the rows out of the INSERT among whose literals those from `first_literal` on, `literals` of them, stand in
// rows. `parameters` are what parameterise_literals() returned; those of the rows leave, the others are renumbered.
// None where something else than the literal's class decides about a value, or somebody has read it: the queries are
// of no use then.
std::optional<std::vector<LiteralColumn>> take_literal_rows(std::vector<std::unique_ptr<BoundQuery>>& queries,
                                                            std::vector<LiteralParameter>& parameters,
                                                            int first_literal, int literals);

}  // namespace basalt::query
