// Queries to SQL, laid out as PostgreSQL lays out view definitions.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/deparser.hpp"

namespace basalt::query {

void Deparser::trim_spaces() {
  while (!out.empty() && out.back() == ' ') out.pop_back();
}

// A keyword at the start of a line: `before` and `after` change the indent level, `plus` moves this line alone.
void Deparser::keyword(const std::string& text, int before, int after, int plus) {
  if (!indenting) {
    out += text;
    return;
  }
  constexpr int kLimit = 40;
  indent += before;
  trim_spaces();
  out += '\n';
  int amount;
  if (indent < kLimit) {
    amount = std::max(indent, 0) + plus;
  } else {
    // Deep levels start over with steps of four.
    amount = kLimit + (indent - kLimit) / (kStep / 4);
    amount %= kLimit;
    amount += plus;
  }
  out.append(static_cast<size_t>(std::max(amount, 0)), ' ');
  out += text;
  indent = std::max(indent + after, 0);
}

void Deparser::query(const BoundQuery& q, const std::vector<std::string>* column_names, bool names_visible) {
  bool saved_prefix = prefix_columns;
  int saved_indent = indent;
  auto* saved_windows = windows;
  auto* saved_targets = window_targets;
  prefix_columns = force_prefix || !names.empty() || q.range_table.size() != 1;
  windows = nullptr;
  names.push_back(make_names(q));
  switch (q.command) {
    case CommandKind::kSelect:
      select(q, column_names, names_visible);
      break;
    case CommandKind::kInsert:
      insert(q);
      break;
    case CommandKind::kUpdate:
      update(q);
      break;
    case CommandKind::kDelete:
      delete_from(q);
      break;
    case CommandKind::kMerge:
      merge(q);
      break;
    case CommandKind::kUtility:
      out += "NOTHING";
      break;
  }
  names.pop_back();
  windows = saved_windows;
  window_targets = saved_targets;
  indent = saved_indent;
  prefix_columns = saved_prefix;
}

void Deparser::with_clause(const BoundQuery& q) {
  if (q.ctes.empty()) return;
  if (indenting) {
    indent += kStep;
    out += ' ';
  }
  const char* separator = q.recursive ? "WITH RECURSIVE " : "WITH ";
  for (const auto& cte : q.ctes) {
    out += separator;
    out += quote_identifier(cte->name);
    if (!cte->alias_columns.empty()) {
      const char* comma = "(";
      for (const auto& column : cte->alias_columns) {
        out += comma + quote_identifier(column);
        comma = ", ";
      }
      out += ')';
    }
    out += " AS ";
    if (cte->materialize == CteMaterialize::kAlways) out += "MATERIALIZED ";
    if (cte->materialize == CteMaterialize::kNever) out += "NOT MATERIALIZED ";
    out += '(';
    if (indenting) keyword("", 0, 0, 0);
    query(*cte->query, nullptr, true);
    if (indenting) keyword("", 0, 0, 0);
    out += ')';
    auto columns = [&](const std::vector<std::string>& list) {
      const char* comma = "";
      for (const auto& column : list) {
        out += comma + quote_identifier(column);
        comma = ", ";
      }
    };
    if (cte->search) {
      out += cte->search->breadth_first ? " SEARCH BREADTH FIRST BY " : " SEARCH DEPTH FIRST BY ";
      columns(cte->search->columns);
      out += " SET " + quote_identifier(cte->search->sequence_column);
    }
    if (cte->cycle) {
      const auto& cycle = *cte->cycle;
      out += " CYCLE ";
      columns(cycle.columns);
      out += " SET " + quote_identifier(cycle.mark_column);
      auto is_bool = [](const Expression& e, bool value) {
        auto* c = try_as<Constant>(&e);
        return c && c->type == types::oid::kBool && !c->value.is_null() && c->value.as<bool>() == value;
      };
      if (!is_bool(*cycle.mark_value, true) || !is_bool(*cycle.mark_default, false)) {
        out += " TO ";
        expression(*cycle.mark_value, false);
        out += " DEFAULT ";
        expression(*cycle.mark_default, false);
      }
      out += " USING " + quote_identifier(cycle.path_column);
    }
    separator = ", ";
  }
  if (indenting) {
    indent -= kStep;
    keyword("", 0, 0, 0);
  } else {
    out += ' ';
  }
}

void Deparser::select(const BoundQuery& q, const std::vector<std::string>* column_names, bool names_visible) {
  with_clause(q);
  windows = &q.windows;
  window_targets = &q.targets;
  bool force_number = q.set_operation != nullptr;
  if (q.set_operation)
    set_operation(*q.set_operation, q, column_names, names_visible);
  else
    basic_select(q, column_names, names_visible);
  if (!q.order_by.empty()) {
    keyword(" ORDER BY ", -kStep, kStep, 1);
    sort_list(q.order_by, q.targets, force_number);
  }
  if (q.offset) {
    keyword(" OFFSET ", -kStep, kStep, 0);
    expression(*q.offset, false);
  }
  if (q.limit) {
    auto* null = try_as<Constant>(q.limit.get());
    if (q.limit_option == LimitOption::kWithTies) {
      // The grammar wants a primary here.
      keyword(" FETCH FIRST (", -kStep, kStep, 0);
      expression(*q.limit, false);
      out += ") ROWS WITH TIES";
    } else {
      keyword(" LIMIT ", -kStep, kStep, 0);
      if (null && null->value.is_null())
        out += "ALL";
      else
        expression(*q.limit, false);
    }
  }
  for (const auto& mark : q.row_marks) {
    if (mark.pushed_down) continue;
    static constexpr const char* kNames[] = {"", " FOR KEY SHARE", " FOR SHARE", " FOR NO KEY UPDATE", " FOR UPDATE"};
    keyword(kNames[static_cast<int>(mark.strength)], -kStep, kStep, 0);
    out += " OF " + quote_identifier(names.back().tables[static_cast<size_t>(mark.table) - 1]);
    if (mark.wait_policy == static_cast<int>(storage::WaitPolicy::kNoWait)) out += " NOWAIT";
    if (mark.wait_policy == static_cast<int>(storage::WaitPolicy::kSkip)) out += " SKIP LOCKED";
  }
}

namespace {

// A query that is nothing but VALUES: a single VALUES entry, and targets that are its columns in order.
const RangeTableEntry* simple_values(const BoundQuery& q) {
  const RangeTableEntry* found = nullptr;
  for (const auto& entry : q.range_table) {
    if (!entry->in_from) continue;
    if (entry->kind != RangeKind::kValues || found) return nullptr;
    found = entry.get();
  }
  if (!found || q.targets.size() != found->columns.size()) return nullptr;
  for (size_t i = 0; i < q.targets.size(); ++i) {
    auto* column = try_as<Column>(q.targets[i].expression.get());
    if (q.targets[i].junk || !column || column->column != static_cast<int16_t>(i + 1)) return nullptr;
    if (q.targets[i].name != found->columns[i]) return nullptr;
  }
  return found;
}

std::vector<const FromNode*> pointers(const std::vector<std::unique_ptr<FromNode>>& items) {
  std::vector<const FromNode*> out;
  for (const auto& item : items) out.push_back(item.get());
  return out;
}

}  // namespace

void Deparser::basic_select(const BoundQuery& q, const std::vector<std::string>* column_names, bool names_visible) {
  if (indenting) {
    indent += kStep;
    out += ' ';
  }
  if (const auto* values = simple_values(q)) {
    bool renamed = false;
    for (size_t i = 0; column_names && i < q.targets.size() && i < column_names->size(); ++i)
      renamed = renamed || (*column_names)[i] != q.targets[i].name;
    if (!renamed) return values_lists(values->values);
  }
  out += q.is_return ? "RETURN" : "SELECT";
  if (!q.distinct.empty()) {
    if (q.has_distinct_on) {
      out += " DISTINCT ON (";
      const char* separator = "";
      for (const auto& item : q.distinct) {
        out += separator;
        sort_item(item.sort_group, q.targets, false);
        separator = ", ";
      }
      out += ')';
    } else {
      out += " DISTINCT";
    }
  }
  target_list(q.targets, column_names, names_visible);
  from_clause(q, " FROM ", pointers(q.from->items));
  if (q.from->condition) {
    keyword(" WHERE ", -kStep, kStep, 1);
    expression(*q.from->condition, false);
  }
  if (!q.group_by.empty() || !q.grouping_sets.empty()) {
    keyword(" GROUP BY ", -kStep, kStep, 1);
    if (q.group_distinct) out += "DISTINCT ";
    const char* separator = "";
    if (q.grouping_sets.empty()) {
      for (const auto& item : q.group_by) {
        out += separator;
        sort_item(item.sort_group, q.targets, false);
        separator = ", ";
      }
    } else {
      for (const auto& set : q.grouping_sets) {
        out += separator;
        grouping_set(set, q.targets, true);
        separator = ", ";
      }
    }
  }
  if (q.having) {
    keyword(" HAVING ", -kStep, kStep, 0);
    expression(*q.having, false);
  }
  window_clause(q);
}

// Adds what was printed by `print` as one item of a comma list that goes to a new line when it has to.
void Deparser::target_list(const std::vector<TargetEntry>& targets, const std::vector<std::string>* column_names,
                           bool names_visible) {
  const char* separator = " ";
  bool last_was_multiline = false;
  size_t number = 0;
  for (const auto& target : targets) {
    if (target.junk) continue;
    out += separator;
    separator = ", ";
    ++number;
    std::string saved = std::move(out);
    out.clear();
    std::string attribute;
    bool has_attribute = true;
    if (target.expression->kind == ExpressionKind::kColumn) {
      attribute = column(as<Column>(*target.expression), 0, true);
    } else {
      expression(*target.expression, true);
      has_attribute = !names_visible;
      if (has_attribute) attribute = "?column?";
    }
    std::string name = column_names && number <= column_names->size() ? (*column_names)[number - 1] : target.name;
    if (!name.empty() && (!has_attribute || attribute != name)) out += " AS " + quote_identifier(name);
    std::string item = std::exchange(out, std::move(saved));
    if (indenting && wrap_column >= 0) {
      bool starts_with_newline = !item.empty() && item[0] == '\n';
      if (starts_with_newline) {
        trim_spaces();
      } else {
        size_t line = out.rfind('\n');
        size_t length = out.size() - (line == std::string::npos ? 0 : line + 1);
        if (number > 1 && (length + item.size() > static_cast<size_t>(wrap_column) || last_was_multiline))
          keyword("", -kStep, kStep, kVariable);
      }
      last_was_multiline = item.find('\n', starts_with_newline ? 1 : 0) != std::string::npos;
    }
    out += item;
  }
}

const Expression& Deparser::sort_item(int reference, const std::vector<TargetEntry>& targets, bool force_number) {
  for (const auto& target : targets) {
    if (target.sort_group != reference) continue;
    const Expression& e = *target.expression;
    if (force_number) {
      out += std::to_string(target.number);
    } else if (e.kind == ExpressionKind::kConstant) {
      constant(as<Constant>(e), 1);
    } else if (e.kind == ExpressionKind::kColumn) {
      expression(e, true);
    } else {
      // Calls could be misread here, and other expressions bring parentheses only without the pretty flag.
      bool parens = pretty || e.kind == ExpressionKind::kFunction || e.kind == ExpressionKind::kAggregate ||
                    e.kind == ExpressionKind::kWindow;
      if (parens) out += '(';
      expression(e, true);
      if (parens) out += ')';
    }
    return e;
  }
  UNREACHABLE("sort reference without a target");
}

void Deparser::sort_list(const std::vector<SortGroupItem>& items, const std::vector<TargetEntry>& targets,
                         bool force_number) {
  const char* separator = "";
  for (const auto& item : items) {
    out += separator;
    separator = ", ";
    const Expression& e = sort_item(item.sort_group, targets, force_number);
    SortOperators ops = analyzer.sort_operators(e.type, false, false, false);
    if (item.sort_operator == ops.less) {
      if (item.nulls_first) out += " NULLS FIRST";
    } else if (item.sort_operator == ops.greater) {
      out += " DESC";
      if (!item.nulls_first) out += " NULLS LAST";
    } else {
      out += " USING " + operator_name(item.sort_operator, e.type, e.type);
      out += item.nulls_first ? " NULLS FIRST" : " NULLS LAST";
    }
  }
}

void Deparser::grouping_set(const GroupingSet& set, const std::vector<TargetEntry>& targets, bool omit_parens) {
  const char* separator = "";
  bool inner_parens = true;
  switch (set.kind) {
    case GroupingSetKind::kEmpty:
      out += "()";
      return;
    case GroupingSetKind::kSimple: {
      bool parens = !omit_parens || set.references.size() != 1;
      if (parens) out += '(';
      for (int reference : set.references) {
        out += separator;
        sort_item(reference, targets, false);
        separator = ", ";
      }
      if (parens) out += ')';
      return;
    }
    case GroupingSetKind::kRollup:
      out += "ROLLUP(";
      break;
    case GroupingSetKind::kCube:
      out += "CUBE(";
      break;
    case GroupingSetKind::kSets:
      out += "GROUPING SETS (";
      inner_parens = false;
      break;
  }
  for (const auto& part : set.content) {
    out += separator;
    grouping_set(part, targets, inner_parens);
    separator = ", ";
  }
  out += ')';
}

void Deparser::window_clause(const BoundQuery& q) {
  const char* separator = nullptr;
  for (const auto& window : q.windows) {
    if (window.name.empty()) continue;
    if (separator)
      out += separator;
    else
      keyword(" WINDOW ", -kStep, kStep, 1);
    out += quote_identifier(window.name) + " AS ";
    window_spec(window, q.targets);
    separator = ", ";
  }
}

void Deparser::window_spec(const WindowClause& w, const std::vector<TargetEntry>& targets) {
  out += '(';
  bool space = false;
  auto begin = [&](const char* words) {
    if (space) out += ' ';
    out += words;
    space = true;
  };
  if (!w.reference_name.empty()) begin(quote_identifier(w.reference_name).c_str());
  if (!w.partition_by.empty() && w.reference_name.empty()) {
    begin("PARTITION BY ");
    const char* separator = "";
    for (const auto& item : w.partition_by) {
      out += separator;
      sort_item(item.sort_group, targets, false);
      separator = ", ";
    }
  }
  if (!w.order_by.empty() && !w.copied_order) {
    begin("ORDER BY ");
    sort_list(w.order_by, targets, false);
  }
  uint32_t o = w.frame_options;
  if (o & parser::kFrameNonDefault) {
    begin(o & parser::kFrameRange ? "RANGE " : o & parser::kFrameRows ? "ROWS " : "GROUPS ");
    if (o & parser::kFrameBetween) out += "BETWEEN ";
    auto offset = [&](const ExpressionPointer& e, bool preceding) {
      expression(*e, false);
      out += preceding ? " PRECEDING " : " FOLLOWING ";
    };
    if (o & parser::kFrameStartUnboundedPreceding)
      out += "UNBOUNDED PRECEDING ";
    else if (o & parser::kFrameStartCurrentRow)
      out += "CURRENT ROW ";
    else
      offset(w.start_offset, o & parser::kFrameStartOffsetPreceding);
    if (o & parser::kFrameBetween) {
      out += "AND ";
      if (o & parser::kFrameEndUnboundedFollowing)
        out += "UNBOUNDED FOLLOWING ";
      else if (o & parser::kFrameEndCurrentRow)
        out += "CURRENT ROW ";
      else
        offset(w.end_offset, o & parser::kFrameEndOffsetPreceding);
    }
    if (o & parser::kFrameExcludeCurrentRow)
      out += "EXCLUDE CURRENT ROW ";
    else if (o & parser::kFrameExcludeGroup)
      out += "EXCLUDE GROUP ";
    else if (o & parser::kFrameExcludeTies)
      out += "EXCLUDE TIES ";
    out.pop_back();
  }
  out += ')';
}

void Deparser::set_operation(const SetOperation& node, const BoundQuery& q,
                             const std::vector<std::string>* column_names, bool names_visible) {
  if (node.table) {
    const BoundQuery& sub = *q.entry(node.table).subquery;
    bool parens = !sub.ctes.empty() || !sub.order_by.empty() || !sub.row_marks.empty() || sub.offset || sub.limit;
    if (parens) out += '(';
    query(sub, column_names, names_visible);
    if (parens) out += ')';
    return;
  }
  int sub_indent = 0;
  bool parens = !node.left->table && (node.left->kind != node.kind || node.left->all != node.all);
  if (parens) {
    out += '(';
    sub_indent = kStep;
    keyword("", sub_indent, 0, 0);
  }
  set_operation(*node.left, q, column_names, names_visible);
  if (parens)
    keyword(") ", -sub_indent, 0, 0);
  else if (indenting)
    keyword("", -sub_indent, 0, 0);
  else
    out += ' ';
  static constexpr const char* kNames[] = {"UNION ", "INTERSECT ", "EXCEPT "};
  out += kNames[static_cast<int>(node.kind)];
  if (node.all) out += "ALL ";
  parens = !node.right->table;
  sub_indent = 0;
  if (parens) {
    out += '(';
    sub_indent = kStep;
  }
  keyword("", sub_indent, 0, 0);
  set_operation(*node.right, q, column_names, false);
  if (indenting) indent -= sub_indent;
  if (parens) keyword(")", 0, 0, 0);
}

}  // namespace basalt::query
