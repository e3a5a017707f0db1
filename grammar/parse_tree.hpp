// A parse as a flat array: the border between ANTLR and the rest of Basalt.
//
// ANTLR's own parse tree costs several allocations a node and dynamic casts to read. While the generated parser runs,
// it instead appends what it enters and matches to one array in pre-order; `end` is the index behind a node's last
// descendant, so a node's children are walked without pointers:
//
//   select_stmt(0, end 9)  'select'(1, end 2)  target_list(2, end 6) ...
//
// Nothing here, and nothing that includes this, sees an ANTLR header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "grammar/vocabulary.hpp"

namespace basalt::grammar {

struct TreeNode {
  Rule rule = Rule::kNone;         // kNone: a token
  Token type = Token::kEndOfText;  // of a token
  uint32_t token = 0;              // index of the (first) token in the types given to parse_tokens()
  uint32_t end = 0;
};

struct ParseTree {
  std::vector<TreeNode> nodes;  // nodes[0] is the entry rule
};

enum class Entry : uint8_t { kStatement, kExpression, kTypeName };

enum class ParseStatus : uint8_t { kOk, kSyntaxError, kTooDeep };
struct ParseOutcome {
  ParseStatus status = ParseStatus::kOk;
  size_t next_token = 0;   // kOk: behind the last token consumed
  size_t error_token = 0;  // kSyntaxError: the first token that no valid text could have here
};

// Parses from types[first]; the last type must be Token::kEndOfText or kLexicalError. SLL prediction first; if that
// fails, again with full LL, whose verdict counts. kTooDeep where less than a safe part of the thread's stack is left.
ParseOutcome parse_tokens(const std::vector<Token>& types, size_t first, Entry entry, ParseTree& tree);

}  // namespace basalt::grammar
