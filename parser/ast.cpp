#include "parser/ast.hpp"

#include <utility>
#include <vector>

namespace basalt::parser {

int position_of(std::string_view text, int32_t location) {
  if (location < 0) return 0;
  auto end = std::min(static_cast<size_t>(location), text.size());
  int position = 1;
  for (size_t i = 0; i < end; ++i) position += (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
  return position;
}

void NodeDeleter::free_node(void* node, void (*destroy)(void*)) {
  struct Node {
    void* node;
    void (*destroy)(void*);
  };
  constexpr int kNestedMax = 64;
  thread_local int nested = 0;
  thread_local std::vector<Node> waiting;
  if (nested == kNestedMax) {
    waiting.push_back({node, destroy});
    return;
  }
  ++nested;
  destroy(node);
  // The outermost call frees what the others have left.
  while (nested == 1 && !waiting.empty()) {
    Node next = waiting.back();
    waiting.pop_back();
    next.destroy(next.node);
  }
  --nested;
}

ParsedSubLink::ParsedSubLink() : ParsedExpression(kKind) {}
ParsedSubLink::~ParsedSubLink() = default;

ParsedRangeSubselect::ParsedRangeSubselect() : ParsedTableRef(kKind) {}
ParsedRangeSubselect::~ParsedRangeSubselect() = default;

ParsedSelect::~ParsedSelect() = default;

ParsedCreateFunction::ParsedCreateFunction() : ParsedStatement(kKind) {}
ParsedCreateFunction::~ParsedCreateFunction() = default;
ParsedAlterFunction::ParsedAlterFunction() : ParsedStatement(kKind) {}
ParsedAlterFunction::~ParsedAlterFunction() = default;

}  // namespace basalt::parser
