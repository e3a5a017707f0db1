#include <pthread.h>

#include "SqlParser.h"
#include "grammar/parse_tree.hpp"
#include "grammar/parser_base.hpp"

namespace basalt::grammar {

namespace {

constexpr size_t kEof = antlr4::Token::EOF;

// ANTLR wants token objects, and tells where a prediction failed by the object.
class TypeToken final : public antlr4::Token {
 public:
  TypeToken(size_t type, size_t index) : type_(type), index_(index) {}
  std::string getText() const override { return {}; }
  size_t getType() const override { return type_; }
  size_t getLine() const override { return 1; }
  size_t getCharPositionInLine() const override { return index_; }
  size_t getChannel() const override { return DEFAULT_CHANNEL; }
  size_t getTokenIndex() const override { return index_; }
  size_t getStartIndex() const override { return index_; }
  size_t getStopIndex() const override { return index_; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }
  std::string toString() const override { return {}; }

 private:
  size_t type_;
  size_t index_;
};

class TypeStream final : public antlr4::TokenStream {
 public:
  void load(const std::vector<Token>& types, size_t first) {
    tokens_.clear();
    first_ = first;
    tokens_.reserve(types.size() - first);
    for (size_t i = first; i < types.size(); ++i)
      tokens_.emplace_back(types[i] == grammar::Token::kEndOfText ? kEof : static_cast<size_t>(types[i]), i);
    at_ = 0;
  }
  void release_memory() {
    if (tokens_.capacity() > 100'000) std::vector<TypeToken>().swap(tokens_);
  }
  antlr4::Token* LT(ssize_t k) override {
    size_t index = k > 0 ? at_ + static_cast<size_t>(k) - 1 : at_ - static_cast<size_t>(-k);
    if (k < 0 && static_cast<size_t>(-k) > at_) return nullptr;
    return &tokens_[std::min(index, tokens_.size() - 1)];
  }
  size_t LA(ssize_t k) override { return LT(k)->getType(); }
  antlr4::Token* get(size_t index) const override { return const_cast<TypeToken*>(&tokens_[index]); }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }
  void consume() override {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = index; }
  size_t size() override { return tokens_.size(); }
  std::string getSourceName() const override { return {}; }

 private:
  std::vector<TypeToken> tokens_;
  size_t first_ = 0;
  size_t at_ = 0;
};

// The first error ends the parse.
class StopAtError final : public antlr4::ANTLRErrorStrategy {
 public:
  void reset(antlr4::Parser*) override {}
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    throw SyntaxFault{parser->getCurrentToken()->getTokenIndex()};
  }
  void recover(antlr4::Parser* parser, std::exception_ptr fault) override {
    try {
      std::rethrow_exception(fault);
    } catch (const antlr4::RecognitionException& e) {
      auto* token = e.getOffendingToken() ? e.getOffendingToken() : parser->getCurrentToken();
      throw SyntaxFault{token->getTokenIndex()};
    }
  }
  void sync(antlr4::Parser*) override {}
  bool inErrorRecoveryMode(antlr4::Parser*) override { return false; }
  void reportMatch(antlr4::Parser*) override {}
  void reportError(antlr4::Parser*, const antlr4::RecognitionException&) override {}
};

struct Machine {
  TypeStream stream;
  basalt_generated::SqlParser parser;
  const char* stack_low = nullptr;
  size_t stack_bytes = 0;
  Machine() : parser(&stream) {
    parser.setBuildParseTree(false);
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<StopAtError>());
    pthread_attr_t attributes;
    void* low = nullptr;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &low, &stack_bytes);
      pthread_attr_destroy(&attributes);
    }
    stack_low = static_cast<const char*>(low);
    // The main thread's stack is as large as the limit allows, however much is mapped yet.
    if (stack_bytes > (size_t{8} << 20)) {
      stack_low += stack_bytes - (size_t{8} << 20);
      stack_bytes = size_t{8} << 20;
    }
  }
};

ParseOutcome run(Machine& machine, const std::vector<Token>& types, size_t first, Entry entry, ParseTree& tree,
                 antlr4::atn::PredictionMode mode) {
  ParseOutcome outcome;
  tree.nodes.clear();
  machine.stream.load(types, first);
  machine.parser.reset();
  machine.parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
  // Full-context prediction walks the rule stack recursively, so it gets a smaller part of the stack for rules.
  size_t reserve = mode == antlr4::atn::PredictionMode::SLL ? machine.stack_bytes / 4 : machine.stack_bytes / 8 * 5;
  machine.parser.start_recording(&tree, machine.stack_low + reserve);
  try {
    switch (entry) {
      case Entry::kStatement:
        machine.parser.statement_entry();
        break;
      case Entry::kExpression:
        machine.parser.expression_entry();
        break;
      case Entry::kTypeName:
        machine.parser.type_entry();
        break;
    }
    outcome.next_token = first + machine.stream.index();
  } catch (const SyntaxFault& fault) {
    outcome.status = ParseStatus::kSyntaxError;
    outcome.error_token = fault.token;
  } catch (const TooDeep&) {
    outcome.status = ParseStatus::kTooDeep;
  }
  return outcome;
}

}  // namespace

antlr4::Token* ParserBase::consume() {
  antlr4::Token* token = _input->LT(1);
  bool at_end = token->getType() == kEof;
  if (!at_end) _input->consume();
  TreeNode node;
  node.type = at_end ? basalt::grammar::Token::kEndOfText : static_cast<basalt::grammar::Token>(token->getType());
  node.token = static_cast<uint32_t>(token->getTokenIndex());
  node.end = static_cast<uint32_t>(tree_->nodes.size()) + 1;
  tree_->nodes.push_back(node);
  return token;
}

void ParserBase::enterRule(antlr4::ParserRuleContext* context, size_t state, size_t rule) {
  // The context exists already, so it must become current before anything can throw: exitRule() is what frees it.
  setState(state);
  _ctx = context;
  if (reinterpret_cast<const char*>(__builtin_frame_address(0)) < stack_limit_) {
    _ctx = static_cast<antlr4::ParserRuleContext*>(context->parent);
    _tracker.pop();
    throw TooDeep{};
  }
  TreeNode node;
  node.rule = static_cast<Rule>(rule + 1);
  node.token = static_cast<uint32_t>(_input->LT(1)->getTokenIndex());
  open_.push_back(static_cast<uint32_t>(tree_->nodes.size()));
  tree_->nodes.push_back(node);
}

void ParserBase::exitRule() {
  tree_->nodes[open_.back()].end = static_cast<uint32_t>(tree_->nodes.size());
  open_.pop_back();
  setState(_ctx->invokingState);
  _ctx = static_cast<antlr4::ParserRuleContext*>(_ctx->parent);
  _tracker.pop();
}

ParseOutcome parse_tokens(const std::vector<Token>& types, size_t first, Entry entry, ParseTree& tree) {
  // A parser is costly to make and keeps nothing of a statement.
  thread_local Machine machine;
  ParseOutcome outcome = run(machine, types, first, entry, tree, antlr4::atn::PredictionMode::SLL);
  if (outcome.status == ParseStatus::kSyntaxError)
    outcome = run(machine, types, first, entry, tree, antlr4::atn::PredictionMode::LL);
  machine.stream.release_memory();
  return outcome;
}

}  // namespace basalt::grammar
