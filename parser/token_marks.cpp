#include "parser/token_marks.hpp"

namespace basalt::parser {

namespace {

bool is_query_tail(Token t) {
  switch (t) {
    case Token::kRparen:
    case Token::kUnion:
    case Token::kIntersect:
    case Token::kExcept:
    case Token::kOrder:
    case Token::kLimit:
    case Token::kOffset:
    case Token::kFetch:
    case Token::kFor:
      return true;
    default:
      return false;
  }
}

// Whether ESCAPE is followed by something that cannot start an operand, so that it is a name.
bool ends_operand(Token t) {
  switch (t) {
    case Token::kEndOfText:
    case Token::kSemicolon:
    case Token::kComma:
    case Token::kRparen:
    case Token::kFrom:
    case Token::kWhere:
    case Token::kDot:
    case Token::kEquals:
      return true;
    default:
      return false;
  }
}

Token mark_by_follower(Token type, Token next) {
  switch (type) {
    case Token::kNot:
      return next == Token::kBetween || next == Token::kIn || next == Token::kLike || next == Token::kIlike ||
                     next == Token::kSimilar
                 ? Token::kNotLa
                 : type;
    case Token::kNulls:
      return next == Token::kFirst || next == Token::kLast ? Token::kNullsLa : type;
    case Token::kWith:
      return next == Token::kTime || next == Token::kOrdinality ? Token::kWithLa : type;
    case Token::kOperator:
      return next == Token::kLparen ? Token::kOperatorLa : type;
    case Token::kSimilar:
      return next == Token::kTo ? Token::kSimilarLa : type;
    case Token::kDouble:
      return next == Token::kPrecision ? Token::kDoubleLa : type;
    case Token::kEscape:
      return ends_operand(next) ? type : Token::kEscapeLa;
    // Where nothing follows that these could connect, they name an output column.
    case Token::kAnd:
    case Token::kOr:
    case Token::kIs:
    case Token::kIn:
    case Token::kLike:
    case Token::kIlike:
    case Token::kBetween:
    case Token::kCollate:
    case Token::kOverlaps:
      return ends_operand(next) && next != Token::kEquals && next != Token::kDot ? Token::kLabelLa : type;
    case Token::kAt:
      return next == Token::kTime ? Token::kAtLa : ends_operand(next) ? Token::kIdent : type;
    default:
      return type;
  }
}

bool starts_query(const std::vector<ScannedToken>& tokens, size_t at) {
  switch (tokens[at].type) {
    case Token::kSelect:
    case Token::kWith:
    case Token::kTable:
      return true;
    case Token::kValues:
      return tokens[at + 1].type == Token::kLparen;
    default:
      return false;
  }
}

bool is_literal(Token t) {
  return (t >= Token::kIconst && t <= Token::kXconst) || t == Token::kNull || t == Token::kTrue || t == Token::kFalse ||
         t == Token::kDefault || t == Token::kParam;
}

// The end (behind ")") of a row of literals and parameters that starts at `at`, or 0; counts its cells.
size_t literal_row(const std::vector<ScannedToken>& tokens, size_t at, size_t& cells) {
  if (tokens[at].type != Token::kLparen) return 0;
  cells = 0;
  do {
    ++at;
    bool sign = tokens[at].type == Token::kMinus || tokens[at].type == Token::kPlus;
    if (sign) ++at;
    if (sign ? tokens[at].type != Token::kIconst && tokens[at].type != Token::kFconst : !is_literal(tokens[at].type))
      return 0;
    ++at;
    ++cells;
  } while (tokens[at].type == Token::kComma);
  return tokens[at].type == Token::kRparen ? at + 1 : 0;
}

// VALUES (row), (row), ...: where every row holds as many literals as the first, the rows behind it.
bool literal_block(const std::vector<ScannedToken>& tokens, size_t values, LiteralBlock& block) {
  size_t width = 0;
  size_t end = literal_row(tokens, values + 1, width);
  if (!end || tokens[end].type != Token::kComma) return false;
  block.first_row_token = static_cast<uint32_t>(values + 1);
  block.begin = static_cast<uint32_t>(end);
  while (tokens[end].type == Token::kComma) {
    size_t cells = 0;
    end = literal_row(tokens, end + 1, cells);
    if (!end || cells != width) return false;
  }
  block.end = static_cast<uint32_t>(end);
  return true;
}

}  // namespace

std::vector<Token> other_marks(Token marked, Token scanned) {
  switch (scanned) {
    case Token::kLparen:
      if (marked == Token::kLparen) return {Token::kLparenQuery};
      return {Token::kLparen};
    case Token::kAt:
      return {marked == Token::kAtLa ? Token::kAt : Token::kAtLa};
    case Token::kEscape:
      return {marked == Token::kEscape ? Token::kEscapeLa : Token::kEscape};
    default:
      break;
  }
  if (marked != scanned) return {scanned};
  return {};
}

MarkedTokens mark_tokens(const std::vector<ScannedToken>& tokens, bool collapse) {
  MarkedTokens marked;
  marked.types.reserve(tokens.size());
  marked.index.reserve(tokens.size());
  std::vector<uint32_t> open;  // positions in `types` of parentheses not closed yet
  for (size_t i = 0; i < tokens.size(); ++i) {
    Token type = tokens[i].type;
    Token next = i + 1 < tokens.size() ? tokens[i + 1].type : Token::kEndOfText;
    auto here = static_cast<uint32_t>(marked.types.size());
    if (type == Token::kLparen) {
      if (starts_query(tokens, i + 1)) type = Token::kLparenQuery;
      open.push_back(here);
    } else if (type == Token::kRparen) {
      if (!open.empty()) {
        uint32_t inner = open.back();
        open.pop_back();
        // A parenthesis directly around a parenthesised query, with nothing but a query's tail behind that one.
        bool directly = !open.empty() && open.back() + 1 == inner;
        if (directly && marked.types[inner] != Token::kLparen && marked.types[open.back()] == Token::kLparen &&
            is_query_tail(next))
          marked.types[open.back()] = Token::kLparenNested;
      }
    } else {
      type = mark_by_follower(type, next);
    }
    marked.types.push_back(type);
    marked.index.push_back(static_cast<uint32_t>(i));
    LiteralBlock block;
    if (collapse && type == Token::kValues && next == Token::kLparen && literal_block(tokens, i, block)) {
      for (++i; i < block.begin; ++i) {
        marked.types.push_back(tokens[i].type);
        marked.index.push_back(static_cast<uint32_t>(i));
      }
      i = block.end - 1;
      marked.blocks.push_back(block);
    }
  }
  return marked;
}

}  // namespace basalt::parser
