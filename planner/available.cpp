#include "planner/available.hpp"

#include "query/walker.hpp"

namespace basalt::planner {

void Available::add(ExpressionPointer expression) {
  if (expression) by_hash_.emplace(query::hash(*expression), static_cast<int>(expressions_.size()));
  expressions_.push_back(std::move(expression));
}

int Available::find(const query::Expression& expression) const {
  auto [begin, end] = by_hash_.equal_range(query::hash(expression));
  int best = -1;
  for (auto it = begin; it != end; ++it)
    if (query::equal(*expressions_[static_cast<size_t>(it->second)], expression) && (best < 0 || it->second < best))
      best = it->second;
  return best;
}

void Available::append(const Available& other) {
  for (const auto& expression : other.expressions_) add(query::clone(expression));
}

ExpressionPointer make_column(int table, int16_t column, Oid type, int32_t typmod, Oid collation) {
  auto node = std::make_unique<query::Column>();
  node->table = table;
  node->column = column;
  node->type = type;
  node->typmod = typmod;
  node->collation = collation;
  return node;
}

ExpressionPointer make_slot(int index, const OutputColumn& column) {
  auto node = std::make_unique<query::Slot>();
  node->index = index;
  node->type = column.type;
  node->typmod = column.typmod;
  node->collation = column.collation;
  return node;
}

}  // namespace basalt::planner
