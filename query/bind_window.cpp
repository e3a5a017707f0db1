// Window functions and the WINDOW clause.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

ExpressionPointer Analyzer::finish_window_call(Scope& s, const std::string& shown, ExpressionList arguments,
                                               const CallDetail& detail, Oid result,
                                               const parser::ParsedFunctionCall& call, int location) {
  bool aggregate = detail.kind == CallKind::kAggregate;
  auto node = make<WindowCall>(location);
  node->function = detail.function->oid;
  node->type = result;
  node->star = call.star;
  node->is_aggregate = aggregate;
  if (call.distinct)
    throw error(sqlstate::kFeatureNotSupported, "DISTINCT is not implemented for window functions", location);
  if (arguments.empty() && aggregate && !call.star)
    throw error(sqlstate::kWrongObjectType, shown + "(*) must be used to call a parameterless aggregate function",
                location);
  if (!call.order_by.empty())
    throw error(sqlstate::kFeatureNotSupported, "aggregate ORDER BY is not implemented for window functions", location);
  if (!aggregate && call.filter)
    throw error(sqlstate::kFeatureNotSupported, "FILTER is not implemented for non-aggregate window functions",
                location);
  for (const auto& argument : arguments)
    if (returns_set(*argument))
      throw error(sqlstate::kFeatureNotSupported, "window function calls cannot contain set-returning function calls",
                  argument->location)
          .hint("You might be able to move the set-returning function into a LATERAL FROM item.");
  node->arguments = std::move(arguments);
  if (call.filter) node->filter = coerce_to_boolean(bind(s, *call.filter, Clause::kFilter), "FILTER");
  bind_window_call(s, *node, *call.over);
  return node;
}

void Analyzer::bind_window_call(Scope& s, WindowCall& window, const parser::ParsedWindow& over) {
  for (const auto& argument : window.arguments)
    walk(*argument, [&](const Expression& e) {
      if (e.kind == ExpressionKind::kWindow)
        throw error(sqlstate::kWindowingError, "window function calls cannot be nested", e.location);
      return false;
    });
  if (const char* place = clause_info(s.clause).windows_in)
    throw error(sqlstate::kWindowingError, "window functions are not allowed in " + std::string(place),
                window.location);
  s.query->has_windows = true;
  if (!over.name.empty()) {
    for (size_t i = 0; i < s.windows.size(); ++i)
      if (s.windows[i]->name == over.name) {
        window.window = static_cast<int>(i + 1);
        return;
      }
    throw error(sqlstate::kUndefinedObject, "window \"" + over.name + "\" does not exist", over.location);
  }
  s.windows.push_back(&over);
  window.window = static_cast<int>(s.windows.size());
}

namespace {

void check_reference(Analyzer& a, const parser::ParsedWindow& parsed, const WindowClause& referenced, bool has_order) {
  if (!parsed.partition_by.empty())
    throw a.error(sqlstate::kWindowingError,
                  "cannot override PARTITION BY clause of window \"" + parsed.ref_name + "\"", parsed.location);
  if (has_order && !referenced.order_by.empty())
    throw a.error(sqlstate::kWindowingError, "cannot override ORDER BY clause of window \"" + parsed.ref_name + "\"",
                  parsed.location);
  if (referenced.frame_options == static_cast<uint32_t>(parser::kFrameDefaults)) return;
  auto failure =
      a.error(sqlstate::kWindowingError, "cannot copy window \"" + parsed.ref_name + "\" because it has a frame clause",
              parsed.location);
  if (parsed.name.empty() && !has_order && parsed.frame_options == parser::kFrameDefaults)
    failure.report().hint = "Omit the parentheses in this OVER clause.";
  throw failure;
}

bool same_items(const std::vector<SortGroupItem>& a, const std::vector<SortGroupItem>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SortGroupItem& x, const SortGroupItem& y) {
    return x.sort_group == y.sort_group && x.sort_operator == y.sort_operator && x.nulls_first == y.nulls_first;
  });
}

bool same_window(const WindowClause& a, const WindowClause& b) {
  return a.name.empty() && b.name.empty() && a.reference_name == b.reference_name &&
         same_items(a.partition_by, b.partition_by) && same_items(a.order_by, b.order_by) &&
         a.frame_options == b.frame_options && equal(a.start_offset.get(), b.start_offset.get()) &&
         equal(a.end_offset.get(), b.end_offset.get());
}

// Window specifications that say the same become one, as if they had been named.
void merge_windows(std::vector<WindowClause>& windows, std::vector<TargetEntry>& targets) {
  std::vector<int> renumbered(windows.size() + 1, 0);
  std::vector<WindowClause> kept;
  for (size_t i = 0; i < windows.size(); ++i) {
    for (size_t j = 0; j < kept.size() && !renumbered[i + 1]; ++j)
      if (same_window(kept[j], windows[i])) renumbered[i + 1] = static_cast<int>(j + 1);
    if (renumbered[i + 1]) continue;
    kept.push_back(std::move(windows[i]));
    kept.back().reference = static_cast<int>(kept.size());
    renumbered[i + 1] = static_cast<int>(kept.size());
  }
  windows = std::move(kept);
  for (auto& target : targets)
    transform(target.expression, [&](ExpressionPointer& p) {
      if (auto* call = try_mutable<WindowCall>(p.get()); call && call->window > 0)
        call->window = renumbered[static_cast<size_t>(call->window)];
    });
}

}  // namespace

void Analyzer::bind_window_clauses(Scope& s, std::vector<TargetEntry>& targets) {
  auto& windows = s.query->windows;
  for (size_t i = 0; i < s.windows.size(); ++i) {
    const auto& parsed = *s.windows[i];
    WindowClause clause;
    clause.reference = static_cast<int>(i + 1);
    clause.name = parsed.name;
    clause.reference_name = parsed.ref_name;
    const WindowClause* referenced = nullptr;
    for (const auto& known : windows) {
      if (!parsed.name.empty() && known.name == parsed.name)
        throw error(sqlstate::kWindowingError, "window \"" + parsed.name + "\" is already defined", parsed.location);
      if (!parsed.ref_name.empty() && known.name == parsed.ref_name) referenced = &known;
    }
    if (!parsed.ref_name.empty() && !referenced)
      throw error(sqlstate::kUndefinedObject, "window \"" + parsed.ref_name + "\" does not exist", parsed.location);
    auto order = bind_sort(s, parsed.order_by, targets, Clause::kWindowOrder, true);
    for (const auto& item : parsed.partition_by) {
      int target = find_target_99(s, *item, targets, Clause::kWindowPartition);
      add_group_item(clause.partition_by, targets, target, item->location);
    }
    if (referenced) {
      check_reference(*this, parsed, *referenced, !order.empty());
      clause.partition_by = referenced->partition_by;
      clause.copied_order = order.empty();
      clause.order_by = order.empty() ? referenced->order_by : std::move(order);
    } else {
      clause.order_by = std::move(order);
    }
    auto options = static_cast<uint32_t>(parsed.frame_options);
    clause.frame_options = options;
    constexpr uint32_t kOffsets = parser::kFrameStartOffsetPreceding | parser::kFrameStartOffsetFollowing |
                                  parser::kFrameEndOffsetPreceding | parser::kFrameEndOffsetFollowing;
    Oid family, input;
    if ((options & parser::kFrameRange) && (options & kOffsets)) {
      if (clause.order_by.size() != 1)
        throw error(sqlstate::kWindowingError,
                    "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column", parsed.location);
      const auto& item = clause.order_by[0];
      for (auto [f, strategy] : catalog.operator_families(item.sort_operator, Oid{403}))
        if (strategy == 1 || strategy == 5) {
          family = f;
          break;
        }
      input = catalog.operator_by_oid(item.sort_operator)->left;
      clause.in_range_ascending = !item.descending;
      clause.in_range_nulls_first = item.nulls_first;
      for (const auto& target : targets)
        if (target.sort_group == item.sort_group) clause.in_range_collation = target.expression->collation;
    }
    if ((options & parser::kFrameGroups) && clause.order_by.empty())
      throw error(sqlstate::kWindowingError, "GROUPS mode requires an ORDER BY clause", parsed.location);
    if (parsed.start_offset)
      clause.start_offset = bind_frame_offset(s, options, family, input, clause.start_in_range, *parsed.start_offset);
    if (parsed.end_offset)
      clause.end_offset = bind_frame_offset(s, options, family, input, clause.end_in_range, *parsed.end_offset);
    windows.push_back(std::move(clause));
  }
  merge_windows(windows, targets);
}

ExpressionPointer Analyzer::bind_frame_offset(Scope& s, uint32_t options, Oid family, Oid input, Oid& in_range,
                                              const parser::ParsedExpression& e) {
  ExpressionPointer bound;
  const char* construct = "RANGE";
  if (options & (parser::kFrameRows | parser::kFrameGroups)) {
    construct = options & parser::kFrameRows ? "ROWS" : "GROUPS";
    bound = bind(s, e, options & parser::kFrameRows ? Clause::kWindowFrameRows : Clause::kWindowFrameGroups);
    bound = coerce_to_specific(std::move(bound), oid::kInt8, -1, construct);
  } else {
    bound = bind(s, e, Clause::kWindowFrameRange);
    Oid given = bound->type, preferred = given == oid::kUnknown ? input : given;
    struct Match {
      Oid type, function;
    };
    std::vector<Match> all, fitting;
    std::vector<Value> key{Value::of(static_cast<int32_t>(family.value)), Value::of(static_cast<int32_t>(input.value))};
    catalog.scan(Oid{2603}, Oid{2655}, key, [&](common::RowId, const catalog::CatalogRow& row) {
      if (row[4].as<int16_t>() == 3)
        all.push_back(
            {Oid{static_cast<uint32_t>(row[3].as<int32_t>())}, Oid{static_cast<uint32_t>(row[5].as<int32_t>())}});
      return true;
    });
    const Match* chosen = nullptr;
    for (const auto& match : all) {
      if (!can_coerce(given, match.type, CoercionContext::kImplicit)) continue;
      fitting.push_back(match);
      if (match.type == preferred) chosen = &match;
    }
    if (!chosen && fitting.size() == 1) chosen = fitting.data();
    std::string about = " for column type " + type_name(input);
    if (all.empty())
      throw error(sqlstate::kFeatureNotSupported, "RANGE with offset PRECEDING/FOLLOWING is not supported" + about,
                  bound->location);
    if (fitting.empty())
      throw error(
          sqlstate::kFeatureNotSupported,
          "RANGE with offset PRECEDING/FOLLOWING is not supported" + about + " and offset type " + type_name(given),
          bound->location)
          .hint("Cast the offset value to an appropriate type.");
    if (!chosen)
      throw error(sqlstate::kFeatureNotSupported,
                  "RANGE with offset PRECEDING/FOLLOWING has multiple interpretations" + about + " and offset type " +
                      type_name(given),
                  bound->location)
          .hint("Cast the offset value to the exact intended type.");
    in_range = chosen->function;
    bound = coerce_to_specific(std::move(bound), chosen->type, -1, "RANGE");
  }
  walk(*bound, [&](const Expression& inner) {
    if (inner.kind == ExpressionKind::kColumn && as<Column>(inner).levels_up == 0)
      throw error(sqlstate::kInvalidColumnReference,
                  "argument of " + std::string(construct) + " must not contain variables", inner.location);
    return false;
  });
  return bound;
}

}  // namespace basalt::query
