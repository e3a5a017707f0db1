// What the grammar sees of the scanned tokens: their types, with parentheses and keywords told apart by what follows,
// and without the rows of literals that were taken out (QRY-2).
#pragma once

#include "parser/builder.hpp"
#include "parser/scanner.hpp"

namespace basalt::parser {

struct MarkedTokens {
  std::vector<Token> types;
  std::vector<uint32_t> index;       // of each type's token in the scanned list
  std::vector<LiteralBlock> blocks;  // rows left out
};

// What else a token could be marked as: tried where the grammar refuses the token, for the sake of the error's place.
std::vector<Token> other_marks(Token marked, Token scanned);

MarkedTokens mark_tokens(const std::vector<ScannedToken>& tokens, bool collapse_literal_rows);

}  // namespace basalt::parser
