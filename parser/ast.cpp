#include "parser/ast.hpp"

#include <utility>

namespace basalt::parser {

int position_of(std::string_view text, int32_t location) {
  if (location < 0) return 0;
  auto end = std::min(static_cast<size_t>(location), text.size());
  int position = 1;
  for (size_t i = 0; i < end; ++i) position += (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
  return position;
}

// A chain such as 1+1+1+... is as deep as it is long; destroying it by recursion would overflow the stack.
ParsedOperator::~ParsedOperator() {
  ExpressionPtr next = std::move(left);
  while (auto* spine = as_if<ParsedOperator>(next.get())) {
    ExpressionPtr deeper = std::move(spine->left);
    next = std::move(deeper);
  }
}

ParsedSubLink::ParsedSubLink() : ParsedExpression(kKind) {}
ParsedSubLink::~ParsedSubLink() = default;

ParsedRangeSubselect::ParsedRangeSubselect() : ParsedTableRef(kKind) {}
ParsedRangeSubselect::~ParsedRangeSubselect() = default;

ParsedJoin::~ParsedJoin() {
  TableRefPtr next = std::move(left);
  while (auto* spine = as_if<ParsedJoin>(next.get())) {
    TableRefPtr deeper = std::move(spine->left);
    next = std::move(deeper);
  }
}

ParsedSelect::~ParsedSelect() {
  SelectPtr next = std::move(left);
  while (next) {
    SelectPtr deeper = std::move(next->left);
    next = std::move(deeper);
  }
}

ParsedCreateFunction::ParsedCreateFunction() : ParsedStatement(kKind) {}
ParsedCreateFunction::~ParsedCreateFunction() = default;
ParsedAlterFunction::ParsedAlterFunction() : ParsedStatement(kKind) {}
ParsedAlterFunction::~ParsedAlterFunction() = default;

}  // namespace basalt::parser
