// Output columns: star expansion, names, assignment to table columns.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {
constexpr size_t kTargetsMax = 1664;  // of a result row, as in PostgreSQL
}  // namespace

TargetEntry Analyzer::bind_target(Scope& s, const ParsedExpression& node, ExpressionPointer bound, Clause clause,
                                  const std::string& name, bool junk) {
  TargetEntry target;
  if (!bound) {
    if (clause == Clause::kUpdateSource && node.kind == parser::ExpressionKind::kDefault) {
      auto marker = make<SetDefault>(node.location);
      marker->type = oid::kUnknown;
      bound = std::move(marker);
    } else {
      bound = bind(s, node, clause);
    }
  }
  target.name = name.empty() && !junk ? figure_column_name(&node, bound.get()) : name;
  target.expression = std::move(bound);
  target.number = static_cast<int16_t>(s.next_number++);
  target.junk = junk;
  return target;
}

std::vector<TargetEntry> Analyzer::bind_targets(Scope& s, const std::vector<parser::ParsedResTarget>& list,
                                                Clause clause) {
  std::vector<TargetEntry> targets;
  for (const auto& item : list) {
    if (clause != Clause::kUpdateSource && expand_star(s, *item.value, clause, &targets, nullptr)) continue;
    targets.push_back(bind_target(s, *item.value, nullptr, clause, item.name, false));
  }
  if (targets.size() > kTargetsMax)
    throw common::SqlError(sqlstate::kTooManyColumns,
                           "target lists can have at most " + std::to_string(kTargetsMax) + " entries");
  return targets;
}

ExpressionList Analyzer::bind_expression_list(Scope& s, const parser::ExpressionList& list, Clause clause,
                                              bool allow_default) {
  ExpressionList out;
  for (const auto& item : list) {
    if (expand_star(s, *item, clause, nullptr, &out)) continue;
    if (allow_default && item->kind == parser::ExpressionKind::kDefault) {
      auto node = make<SetDefault>(item->location);
      node->type = oid::kUnknown;
      out.push_back(std::move(node));
    } else {
      out.push_back(bind(s, *item, clause));
    }
  }
  return out;
}

bool Analyzer::expand_star(Scope& s, const ParsedExpression& node, Clause clause, std::vector<TargetEntry>* targets,
                           ExpressionList* expressions) {
  if (auto* ref = parser::as_if<parser::ParsedColumnRef>(&node); ref && ref->star) {
    if (ref->names.empty()) {
      if (!targets)
        throw error(sqlstate::kSyntaxError, "SELECT * with no tables specified is not valid", ref->location);
      expand_all(s, ref->location, *targets);
      return true;
    }
    if (context.before_column)
      if (auto found = context.before_column(*ref)) {
        expand_row(s, std::move(found), targets, expressions);
        return true;
      }
    if (ref->names.size() > 3)
      throw error(sqlstate::kSyntaxError,
                  "improper qualified name (too many dotted names): " + name_list_to_string(ref->names) + ".*",
                  ref->location);
    if (ref->names.size() == 3 && ref->names[0] != context.database_name)
      throw error(sqlstate::kFeatureNotSupported,
                  "cross-database references are not implemented: " + name_list_to_string(ref->names) + ".*",
                  ref->location);
    const std::string& relation = ref->names.back();
    std::string schema = ref->names.size() > 1 ? ref->names[ref->names.size() - 2] : "";
    int levels_up = 0;
    auto* item = find_item(s, schema, relation, levels_up, ref->location);
    if (context.after_column)
      if (auto found = context.after_column(*ref, nullptr)) {
        if (item)
          throw error(sqlstate::kAmbiguousColumn,
                      "column reference \"" + name_list_to_string(ref->names) + ".*\" is ambiguous", ref->location);
        expand_row(s, std::move(found), targets, expressions);
        return true;
      }
    if (!item) throw missing_relation(s, schema, relation, ref->location);
    expand_item(s, *item, levels_up, true, ref->location, targets, expressions);
    return true;
  }
  auto* indirection = parser::as_if<parser::ParsedIndirection>(&node);
  if (!indirection || indirection->steps.empty() || indirection->steps.back().kind != parser::IndirectionKind::kStar)
    return false;
  // (expression).*: bind what stands before the star. The steps are borrowed for the time of the call.
  ClauseGuard guard(s, clause);
  auto& mutable_node = const_cast<parser::ParsedIndirection&>(*indirection);
  auto star = std::move(mutable_node.steps.back());
  mutable_node.steps.pop_back();
  ExpressionPointer bound;
  try {
    bound = mutable_node.steps.empty() ? bind_inner(s, *mutable_node.argument) : bind_inner(s, mutable_node);
  } catch (...) {
    mutable_node.steps.push_back(std::move(star));
    throw;
  }
  mutable_node.steps.push_back(std::move(star));
  expand_row(s, std::move(bound), targets, expressions);
  return true;
}

void Analyzer::expand_all(Scope& s, int location, std::vector<TargetEntry>& targets) {
  bool any = false;
  for (auto* item : s.names) {
    if (!item->columns_visible) continue;
    expand_item(s, *item, 0, true, location, &targets, nullptr);
    any = true;
  }
  if (!any) throw error(sqlstate::kSyntaxError, "SELECT * with no tables specified is not valid", location);
}

void Analyzer::expand_item(Scope& s, NamespaceItem& item, int levels_up, bool, int location,
                           std::vector<TargetEntry>* targets, ExpressionList* expressions) {
  if (item.entry->kind == RangeKind::kRelation) item.entry->required_privileges |= 1u << 1;
  for (size_t i = 0; i < item.columns.size(); ++i) {
    if (item.columns[i].table == 0 || item.columns[i].dont_expand) continue;
    auto column = make_column(s, item, static_cast<int16_t>(i + 1), levels_up, location);
    if (expressions) {
      expressions->push_back(std::move(column));
      continue;
    }
    TargetEntry target;
    target.name = item.names[i];
    target.number = static_cast<int16_t>(s.next_number++);
    target.expression = std::move(column);
    targets->push_back(std::move(target));
  }
}

namespace {

// One column of an expanded row.
void add_expanded(Scope& s, const std::string& name, ExpressionPointer column, std::vector<TargetEntry>* targets,
                  ExpressionList* expressions) {
  if (expressions) {
    expressions->push_back(std::move(column));
    return;
  }
  TargetEntry target;
  target.name = name;
  target.number = static_cast<int16_t>(s.next_number++);
  target.expression = std::move(column);
  targets->push_back(std::move(target));
}

}  // namespace

void Analyzer::expand_row(Scope& s, ExpressionPointer e, std::vector<TargetEntry>* targets,
                          ExpressionList* expressions) {
  if (auto* column = try_as<Column>(e.get()); column && column->column == 0) {
    Scope& scope = scope_at(s, column->levels_up);
    auto index = static_cast<size_t>(column->table) - 1;
    if (index < scope.item_of_table.size() && scope.item_of_table[index])
      return expand_item(s, *scope.item_of_table[index], column->levels_up, false, column->location, targets,
                         expressions);
  }
  RowDescription row = describe_row(&s, *e);
  if (row.row_class == RowClass::kRecord)
    throw SqlError(sqlstate::kWrongObjectType, "record type has not been registered");
  if (row.row_class != RowClass::kComposite)
    throw error(sqlstate::kWrongObjectType, "type " + type_name(e->type) + " is not composite");
  auto* constructed = e->kind == ExpressionKind::kRow && e->type == oid::kRecord ? &as<RowConstructor>(*e) : nullptr;
  for (size_t i = 0; i < row.columns.size(); ++i) {
    if (!row.columns[i].type.valid()) continue;
    if (constructed) {
      add_expanded(s, row.columns[i].name, std::move(constructed->arguments[i]), targets, expressions);
      continue;
    }
    auto node = make<FieldSelect>(e->location);
    node->argument = clone(*e);
    node->field = static_cast<int16_t>(i + 1);
    node->type = row.columns[i].type;
    node->typmod = row.columns[i].typmod;
    node->collation = row.columns[i].collation;
    add_expanded(s, row.columns[i].name, std::move(node), targets, expressions);
  }
}

void Analyzer::resolve_unknown_targets(std::vector<TargetEntry>& targets) {
  for (auto& target : targets)
    if (target.expression->type == oid::kUnknown)
      target.expression = coerce(std::move(target.expression), oid::kText, -1, CoercionContext::kImplicit,
                                 CoercionForm::kImplicitCast, -1);
}

void Analyzer::mark_origins(Scope& s, std::vector<TargetEntry>& targets) {
  for (auto& target : targets)
    if (auto* column = try_as<Column>(target.expression.get())) mark_origin(s, target, *column, 0);
}

void Analyzer::mark_origin(Scope& s, TargetEntry& target, const Column& column, int levels_up) {
  if (column.column <= 0) return;
  Scope& scope = scope_at(s, levels_up + column.levels_up);
  const auto& entry = scope.query->entry(column.table);
  auto index = static_cast<size_t>(column.column) - 1;
  const BoundQuery* sub = nullptr;
  switch (entry.kind) {
    case RangeKind::kRelation:
      target.origin_table = entry.relation->oid;
      target.origin_column = column.column;
      return;
    case RangeKind::kSubquery:
      sub = entry.subquery.get();
      break;
    case RangeKind::kJoin:
      if (auto* inner = try_as<Column>(entry.join_columns[index].get()))
        mark_origin(s, target, *inner, levels_up + column.levels_up);
      return;
    case RangeKind::kCte:
      if (entry.cte_self_reference) return;
      for (auto& cte : scope_at(s, levels_up + column.levels_up + entry.cte_levels_up).query->ctes)
        if (cte->name == entry.cte_name) sub = cte->query.get();
      break;
    default:
      return;
  }
  if (!sub) return;
  const auto& targets = sub->command == CommandKind::kSelect ? sub->targets : sub->returning;
  if (index >= targets.size()) return;
  target.origin_table = targets[index].origin_table;
  target.origin_column = targets[index].origin_column;
}

int16_t Analyzer::attribute_number(const catalog::RelationDescriptor& relation, const std::string& name, int location,
                                   const char*) {
  const auto* column = relation.column(name);
  if (column) return column->number;
  throw error(sqlstate::kUndefinedColumn,
              "column \"" + name + "\" of relation \"" + relation.name + "\" does not exist", location);
}

// A value on its way into a table column: coerced by assignment, put into the part of the column that is named.
ExpressionPointer Analyzer::assigned_value(Scope& s, ExpressionPointer e, Clause clause, const std::string& name,
                                           int16_t number, const std::vector<parser::ParsedResTarget>& target_list,
                                           size_t target_index, int location) {
  const auto& relation = *s.target->entry->relation;
  const auto& column = relation.columns[static_cast<size_t>(number) - 1];
  static const std::vector<parser::ParsedIndirectionStep> kNoSteps;
  const auto& steps = target_index < target_list.size() ? target_list[target_index].indirection : kNoSteps;
  if (e->kind == ExpressionKind::kSetDefault) {
    e->type = column.type;
    e->typmod = column.typmod;
    e->collation = column.collation;
    if (!steps.empty())
      throw error(sqlstate::kFeatureNotSupported,
                  steps[0].kind == parser::IndirectionKind::kField ? "cannot set a subfield to DEFAULT"
                                                                   : "cannot set an array element to DEFAULT",
                  location);
    return e;
  }
  ClauseGuard guard(s, clause);
  Oid given = e->type;
  if (!steps.empty()) {
    ExpressionPointer base;
    if (s.is_insert) {
      base = make_null(column.type, column.typmod, column.collation);
    } else {
      auto present = make<Column>(location);
      present->table = s.target->table;
      present->column = number;
      present->type = column.type;
      present->typmod = column.typmod;
      present->collation = column.collation;
      base = std::move(present);
    }
    return assign_indirection(s, std::move(base), name, false, column.type, column.typmod, column.collation, steps, 0,
                              std::move(e), CoercionContext::kAssignment, location);
  }
  int value_location = e->location;
  auto result = coerce_to_target(std::move(e), column.type, column.typmod, CoercionContext::kAssignment,
                                 CoercionForm::kImplicitCast, -1);
  if (!result)
    throw error(sqlstate::kDatatypeMismatch,
                "column \"" + name + "\" is of type " + type_name(column.type) + " but expression is of type " +
                    type_name(given),
                value_location)
        .hint("You will need to rewrite or cast the expression.");
  return result;
}

}  // namespace basalt::query
