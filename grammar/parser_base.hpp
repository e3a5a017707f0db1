// The superclass of the generated parser: records the parse into a ParseTree, guards the stack, and allocates rule
// contexts on a stack of its own.
//
// The generated code creates contexts through a member called `_tracker`; the one here hides ANTLR's, which would keep
// every context until the end. A context is needed only while its rule runs, so memory grows with depth, not length.
#pragma once

#include <antlr4-runtime.h>

#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "grammar/parse_tree.hpp"

namespace basalt::grammar {

// Bump allocation in chunks; contexts are destroyed last in, first out.
class ContextStack {
 public:
  template <typename T, typename... Args>
  T* createInstance(Args&&... arguments) {
    constexpr size_t kBytes = (sizeof(T) + 15) & ~size_t{15};
    T* made = new (reserve(kBytes)) T(std::forward<Args>(arguments)...);
    entries_.push_back({made, chunk_, used_});
    used_ += kBytes;
    return made;
  }
  void pop() {
    entries_.back().context->~ParserRuleContext();
    chunk_ = entries_.back().chunk;
    used_ = entries_.back().used;
    entries_.pop_back();
  }
  void clear() {
    while (!entries_.empty()) pop();
  }
  ~ContextStack() { clear(); }

 private:
  static constexpr size_t kChunkBytes = 64 * 1024;
  struct Entry {
    antlr4::ParserRuleContext* context;
    size_t chunk;
    size_t used;
  };
  void* reserve(size_t bytes) {
    if (chunks_.empty()) chunks_.push_back(std::make_unique<char[]>(kChunkBytes));
    if (used_ + bytes > kChunkBytes) {
      if (++chunk_ == chunks_.size()) chunks_.push_back(std::make_unique<char[]>(kChunkBytes));
      used_ = 0;
    }
    return chunks_[chunk_].get() + used_;
  }
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::vector<Entry> entries_;
  size_t chunk_ = 0;
  size_t used_ = 0;
};

struct TooDeep {};
struct SyntaxFault {
  size_t token;
};

class ParserBase : public antlr4::Parser {
 public:
  explicit ParserBase(antlr4::TokenStream* input) : antlr4::Parser(input) {}

  void start_recording(ParseTree* tree, const char* stack_limit) {
    tree_ = tree;
    stack_limit_ = stack_limit;
    open_.clear();
  }

  antlr4::Token* consume() override;
  void enterRule(antlr4::ParserRuleContext* context, size_t state, size_t rule) override;
  void exitRule();  // hides ANTLR's, which is not virtual: the generated code calls this one

 protected:
  ContextStack _tracker;

 private:
  ParseTree* tree_ = nullptr;
  const char* stack_limit_ = nullptr;
  std::vector<uint32_t> open_;
};

}  // namespace basalt::grammar

// The generated code lives in a namespace of its own, where Token is ANTLR's.
namespace basalt_generated {
using basalt::grammar::ParserBase;
}
