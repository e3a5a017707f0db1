#include "query/literal_rows.hpp"

#include "query/walker.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::query {

namespace {

class RowTaker {
 public:
  RowTaker(std::vector<LiteralParameter>& parameters, int first, int count)
      : parameters_(parameters), first_(first), behind_(first + count) {}

  std::optional<std::vector<LiteralColumn>> take(BoundQuery& query) {
    RangeTableEntry* values = only_values(query);
    if (!values) return std::nullopt;
    std::vector<LiteralColumn> columns;
    for (size_t c = 0; c < values->columns.size(); ++c) {
      std::optional<LiteralColumn> column = column_of(*values, c);
      if (!column) return std::nullopt;
      columns.push_back(*column);
    }
    values->values.clear();
    values->values_literal_list = 0;
    if (is_read_elsewhere(query)) return std::nullopt;
    renumber(query);
    return columns;
  }

 private:
  bool in_rows(int literal) const { return literal >= first_ && literal < behind_; }
  bool in_rows(const LiteralParameter& parameter) const { return in_rows(parameter.parts[0].literal); }

  static RangeTableEntry* only_values(BoundQuery& query) {
    RangeTableEntry* found = nullptr;
    for (auto& entry : query.range_table) {
      if (entry->kind != RangeKind::kValues) continue;
      if (found) return nullptr;
      found = entry.get();
    }
    return found;
  }

  std::optional<LiteralColumn> column_of(const RangeTableEntry& values, size_t c) const {
    LiteralColumn column{values.column_types[c], -1};
    bool known = false;
    for (const auto& row : values.values) {
      const Expression& cell = *row[c];
      LiteralColumn way;
      if (const auto* constant = try_as<Constant>(&cell)) {
        if (constant->value.is_null()) continue;
        // TRUE and FALSE; other constants are literals that had to stay.
        if (constant->type != types::oid::kBool || constant->literal >= 0) return std::nullopt;
        way.type = constant->type;
      } else if (const auto* parameter = try_as<Parameter>(&cell);
                 parameter && parameter->parameter_kind == ParameterKind::kLiteral) {
        const LiteralParameter& made = parameters_[static_cast<size_t>(parameter->id)];
        if (made.array_type.valid() || made.parts.size() != 1 || !in_rows(made)) return std::nullopt;
        way = {made.type, made.typmod};
      } else {
        return std::nullopt;
      }
      if (way.type != column.type || (known && way.typmod != column.typmod)) return std::nullopt;
      column.typmod = way.typmod;
      known = true;
    }
    return column;
  }

  bool is_read_elsewhere(const BoundQuery& query) const {
    return walk_with_depth(query, [&](const Expression& e, int) {
      if (const auto* constant = try_as<Constant>(&e)) return in_rows(constant->literal);
      const auto* parameter = try_as<Parameter>(&e);
      return parameter && parameter->parameter_kind == ParameterKind::kLiteral &&
             in_rows(parameters_[static_cast<size_t>(parameter->id)]);
    });
  }

  void renumber(BoundQuery& query) {
    std::vector<int> number(parameters_.size(), -1);
    std::vector<LiteralParameter> kept;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (in_rows(parameters_[i])) continue;
      number[i] = static_cast<int>(kept.size());
      kept.push_back(std::move(parameters_[i]));
    }
    parameters_ = std::move(kept);
    if (parameters_.empty()) return;
    transform_with_depth(query, [&](ExpressionPointer& e, int) {
      if (e->kind != ExpressionKind::kParameter) return;
      auto& parameter = static_cast<Parameter&>(*e);
      if (parameter.parameter_kind == ParameterKind::kLiteral) parameter.id = number[static_cast<size_t>(parameter.id)];
    });
  }

  std::vector<LiteralParameter>& parameters_;
  int first_, behind_;
};

}  // namespace

std::optional<std::vector<LiteralColumn>> take_literal_rows(std::vector<std::unique_ptr<BoundQuery>>& queries,
                                                            std::vector<LiteralParameter>& parameters,
                                                            int first_literal, int literals) {
  // A rule may have made other statements of the rows.
  if (queries.size() != 1 || queries[0]->command != CommandKind::kInsert) return std::nullopt;
  return RowTaker(parameters, first_literal, literals).take(*queries[0]);
}

}  // namespace basalt::query
