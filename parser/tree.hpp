// Reading a parse tree: Node and Cursor over the flat array of grammar/parse_tree.hpp and the scanned tokens.
#pragma once

#include "grammar/parse_tree.hpp"
#include "parser/scanner.hpp"

namespace basalt::parser {

using grammar::Rule;
using grammar::TreeNode;

struct TreeSource {
  std::string_view text;
  const grammar::ParseTree* tree = nullptr;
  const std::vector<ScannedToken>* tokens = nullptr;
  const std::vector<uint32_t>* token_index = nullptr;  // of the grammar's token number in `tokens`

  uint32_t scanned_index(uint32_t token) const { return (*token_index)[token]; }
  const ScannedToken& scanned(uint32_t token) const { return (*tokens)[scanned_index(token)]; }
};

class Cursor;

class Node {
 public:
  Node(const TreeSource* source, uint32_t at) : source_(source), at_(at) {}
  Rule rule() const { return raw().rule; }
  Token token() const { return raw().rule == Rule::kNone ? raw().type : Token::kEndOfText; }
  bool is(Rule r) const { return raw().rule == r; }
  bool is(Token t) const { return raw().rule == Rule::kNone && raw().type == t; }
  // Of the first token.
  const ScannedToken& scanned() const { return source_->scanned(raw().token); }
  int32_t location() const { return scanned().start; }
  std::string_view value() const { return scanned().value; }
  std::string text() const { return std::string(value()); }
  uint32_t token_number() const { return raw().token; }
  inline Cursor children() const;
  bool empty() const { return raw().rule != Rule::kNone && raw().end == at_ + 1; }
  uint32_t at() const { return at_; }
  uint32_t end() const { return raw().end; }
  const TreeSource* source() const { return source_; }

 private:
  const TreeNode& raw() const { return source_->tree->nodes[at_]; }
  const TreeSource* source_;
  uint32_t at_;
};

// Walks the children of a node.
class Cursor {
 public:
  Cursor(const TreeSource* source, uint32_t at, uint32_t end) : source_(source), at_(at), end_(end) {}
  bool done() const { return at_ >= end_; }
  Node peek() const { return {source_, at_}; }
  bool is(Rule r) const { return !done() && peek().is(r); }
  bool is(Token t) const { return !done() && peek().is(t); }
  // The child behind the current one.
  bool next_is(Token t) const {
    if (done()) return false;
    Cursor after = *this;
    after.skip();
    return after.is(t);
  }
  Node take() {
    require(!done());
    Node node = peek();
    at_ = node.end();
    return node;
  }
  void skip(int count = 1) {
    while (count-- > 0) take();
  }
  bool accept(Token t) {
    if (!is(t)) return false;
    skip();
    return true;
  }
  bool accept(Rule r) {
    if (!is(r)) return false;
    skip();
    return true;
  }
  // Moves to the next child of this rule or token; false (and done) if there is none.
  bool find(Rule r) {
    while (!done() && !is(r)) skip();
    return !done();
  }
  bool find(Token t) {
    while (!done() && !is(t)) skip();
    return !done();
  }
  bool has(Rule r) const {
    Cursor copy = *this;
    return copy.find(r);
  }
  bool has(Token t) const {
    Cursor copy = *this;
    return copy.find(t);
  }
  // The number of the token behind the last child.
  uint32_t end_token() const { return source_->tree->nodes[end_ - 1].token + 1; }
  Token token() const { return done() ? Token::kEndOfText : peek().token(); }
  Rule rule() const { return done() ? Rule::kNone : peek().rule(); }
  int32_t location() const { return done() ? -1 : peek().location(); }

 private:
  static void require(bool inside) {
    if (!inside) throw common::SqlError(common::SqlState{"XX000"}, "parse tree ends early");
  }
  const TreeSource* source_;
  uint32_t at_;
  uint32_t end_;
};

inline Cursor Node::children() const { return {source_, at_ + 1, raw().end}; }

}  // namespace basalt::parser
