// What an output column is called when no AS names it.
#include "query/analyzer.hpp"

namespace basalt::query {

namespace {

// Strength 2: a real name; 1: a second-best one (a type's); 0: none.
int figure(const ParsedExpression* node, const Expression* bound, std::string& name);

int figure_select(const parser::ParsedSelect* select, std::string& name) {
  while (select->op != parser::SetOperation::kNone) select = select->left.get();
  if (select->is_values) {
    name = "column1";
    return 2;
  }
  if (select->targets.empty()) return 0;
  const auto& target = select->targets[0];
  if (!target.name.empty()) {
    name = target.name;
    return 2;
  }
  name = figure_column_name(target.value.get());
  return 2;
}

int figure_sublink(const parser::ParsedSubLink& link, const Expression* bound, std::string& name) {
  switch (link.link_kind) {
    case parser::SubLinkKind::kExists:
      name = "exists";
      return 2;
    case parser::SubLinkKind::kArray:
      name = "array";
      return 2;
    case parser::SubLinkKind::kExpr:
      if (auto* made = try_as<SubLink>(bound); made && made->query && !made->query->targets.empty()) {
        name = made->query->targets[0].name;
        return 2;
      }
      return figure_select(link.subselect.get(), name);
    default:
      return 0;
  }
}

int figure_value_function(parser::SqlValueFunction function, std::string& name) {
  static constexpr const char* kNames[] = {"current_date",   "current_time",    "current_timestamp", "localtime",
                                           "localtimestamp", "current_role",    "current_user",      "user",
                                           "session_user",   "current_catalog", "current_schema"};
  name = kNames[static_cast<int>(function)];
  return 2;
}

int figure(const ParsedExpression* node, const Expression* bound, std::string& name) {
  if (!node) return 0;
  using K = parser::ExpressionKind;
  auto named = [&](const char* text) {
    name = text;
    return 2;
  };
  switch (node->kind) {
    case K::kColumnRef: {
      const auto& ref = parser::as<parser::ParsedColumnRef>(*node);
      if (ref.names.empty()) return 0;
      name = ref.names.back();
      return 2;
    }
    case K::kIndirection: {
      const auto& e = parser::as<parser::ParsedIndirection>(*node);
      for (auto it = e.steps.rbegin(); it != e.steps.rend(); ++it)
        if (it->kind == parser::IndirectionKind::kField) {
          name = it->field;
          return 2;
        }
      return figure(e.argument.get(), nullptr, name);
    }
    case K::kFunctionCall:
      name = parser::as<parser::ParsedFunctionCall>(*node).name.back();
      return 2;
    case K::kOperator:
      return parser::as<parser::ParsedOperator>(*node).form == parser::OperatorForm::kNullIf ? named("nullif") : 0;
    case K::kTypeCast: {
      const auto& cast = parser::as<parser::ParsedTypeCast>(*node);
      int strength = figure(cast.argument.get(), nullptr, name);
      if (strength > 1) return strength;
      name = cast.type->names.back();
      return 1;
    }
    case K::kCollate:
      return figure(parser::as<parser::ParsedCollate>(*node).argument.get(), nullptr, name);
    case K::kGrouping:
      return named("grouping");
    case K::kSubLink:
      return figure_sublink(parser::as<parser::ParsedSubLink>(*node), bound, name);
    case K::kCase: {
      int strength = figure(parser::as<parser::ParsedCase>(*node).otherwise.get(), nullptr, name);
      if (strength > 1) return strength;
      name = "case";
      return 1;
    }
    case K::kArray:
      return named("array");
    case K::kRow:
      return named("row");
    case K::kCoalesce:
      return named("coalesce");
    case K::kMinMax:
      return named(parser::as<parser::ParsedMinMax>(*node).greatest ? "greatest" : "least");
    case K::kSqlValueFunction:
      return figure_value_function(parser::as<parser::ParsedSqlValueFunction>(*node).function, name);
    default:
      return 0;
  }
}

}  // namespace

std::string figure_column_name(const ParsedExpression* node, const Expression* bound) {
  std::string name;
  return figure(node, bound, name) ? name : "?column?";
}

std::string figure_index_column_name(const ParsedExpression* node) {
  std::string name;
  figure(node, nullptr, name);
  return name;
}

}  // namespace basalt::query
