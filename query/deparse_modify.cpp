// INSERT, UPDATE, DELETE and MERGE to SQL, as rules and function bodies show them.
#include <algorithm>

#include "query/deparser.hpp"

namespace basalt::query {

void Deparser::returning(const BoundQuery& q) {
  if (q.returning.empty()) return;
  keyword(" RETURNING", -kStep, kStep, 1);
  target_list(q.returning, nullptr, true);
}

void Deparser::target_alias(const BoundQuery& q) {
  const auto& target = q.entry(q.result_table);
  out += relation_name(*target.relation);
  const std::string& refname = names.back().tables[static_cast<size_t>(q.result_table) - 1];
  if (!target.alias.empty() || refname != target.relation->name) {
    if (q.command == CommandKind::kInsert) out += " AS";
    out += " " + quote_identifier(refname);
  }
}

// Prints the `.field` and `[i]` steps of an assignment to a part of a column; `value` becomes what is assigned.
void Deparser::field_assignment(const Expression& e, std::string& prefix, const Expression*& value) {
  value = &e;
  for (;;) {
    if (auto* store = try_as<FieldStore>(value)) {
      RowDescription row = analyzer.describe_row_type(store->type);
      prefix += "." + quote_identifier(row.columns[static_cast<size_t>(store->fields[0]) - 1].name);
      value = store->values[0].get();
    } else if (auto* subscript = try_as<Subscript>(value); subscript && subscript->assigned) {
      std::string saved = std::exchange(out, std::string());
      for (size_t i = 0; i < subscript->upper.size(); ++i) {
        out += '[';
        if (subscript->slice) {
          if (subscript->lower[i]) expression(*subscript->lower[i], false);
          out += ':';
        }
        if (subscript->upper[i]) expression(*subscript->upper[i], false);
        out += ']';
      }
      prefix += std::exchange(out, std::move(saved));
      value = subscript->assigned.get();
    } else if (auto* domain = try_as<CoerceToDomain>(value);
               domain && domain->form == CoercionForm::kImplicitCast &&
               (domain->argument->kind == ExpressionKind::kFieldStore ||
                (domain->argument->kind == ExpressionKind::kSubscript && as<Subscript>(*domain->argument).assigned))) {
      value = domain->argument.get();
    } else {
      return;
    }
  }
}

void Deparser::insert(const BoundQuery& q) {
  with_clause(q);
  const auto& target = q.entry(q.result_table);
  if (indenting) {
    indent += kStep;
    out += ' ';
  }
  out += "INSERT INTO ";
  target_alias(q);
  out += ' ';
  ExpressionList stripped;
  std::vector<const Expression*> values;
  const char* separator = "(";
  for (const auto& entry : q.targets) {
    if (entry.junk) continue;
    out += separator + quote_identifier(target.relation->columns[static_cast<size_t>(entry.number) - 1].name);
    separator = ", ";
    std::string steps;
    const Expression* value = nullptr;
    field_assignment(*entry.expression, steps, value);
    out += steps;
    values.push_back(value);
  }
  if (!q.targets.empty()) out += ") ";
  if (q.overriding == 's') out += "OVERRIDING SYSTEM VALUE ";
  if (q.overriding == 'u') out += "OVERRIDING USER VALUE ";
  const RangeTableEntry *select = nullptr, *rows = nullptr;
  for (const auto& item : q.from->items) {
    const auto& entry = q.entry(item->table);
    if (entry.kind == RangeKind::kSubquery) select = &entry;
    if (entry.kind == RangeKind::kValues) rows = &entry;
  }
  if (select) {
    query(*select->subquery, nullptr, false);
  } else if (rows) {
    values_lists(rows->values);
  } else if (!values.empty()) {
    keyword("VALUES (", -kStep, kStep, 2);
    separator = "";
    for (const auto* value : values) {
      out += separator;
      top_level(*value, false);
      separator = ", ";
    }
    out += ')';
  } else {
    out += "DEFAULT VALUES";
  }
  if (q.on_conflict) {
    const auto& conflict = *q.on_conflict;
    out += " ON CONFLICT";
    if (!conflict.elements.empty()) {
      bool saved = std::exchange(prefix_columns, false);
      separator = "(";
      for (const auto& [e, opclass] : conflict.elements) {
        out += separator;
        bool parens = e->kind != ExpressionKind::kColumn && e->kind != ExpressionKind::kFunction;
        if (parens) out += '(';
        expression(*e, true);
        if (parens) out += ')';
        separator = ", ";
      }
      out += ')';
      if (conflict.infer_where) {
        keyword(" WHERE ", -kStep, kStep, 1);
        expression(*conflict.infer_where, false);
      }
      prefix_columns = saved;
    } else if (conflict.constraint.valid()) {
      for (const auto& constraint : target.relation->constraints)
        if (constraint.oid == conflict.constraint) out += " ON CONSTRAINT " + quote_identifier(constraint.name);
    }
    if (conflict.action == ConflictAction::kNothing) {
      out += " DO NOTHING";
    } else {
      out += " DO UPDATE SET ";
      update_targets(q, conflict.set, target);
      if (conflict.where) {
        keyword(" WHERE ", -kStep, kStep, 1);
        expression(*conflict.where, false);
      }
    }
  }
  returning(q);
}

void Deparser::update_targets(const BoundQuery&, const std::vector<TargetEntry>& targets,
                              const RangeTableEntry& target) {
  std::vector<const SubLink*> sublinks;
  for (const auto& entry : targets)
    if (auto* link = entry.junk ? try_as<SubLink>(entry.expression.get()) : nullptr;
        link && link->sub_kind == SubLinkKind::kMultiExpr)
      sublinks.push_back(link);
  const char* separator = "";
  const SubLink* open = nullptr;
  size_t remaining = 0;
  for (const auto& entry : targets) {
    if (entry.junk) continue;
    std::string steps;
    const Expression* value = nullptr;
    field_assignment(*entry.expression, steps, value);
    const Expression* bare = strip_implicit_coercions(value);
    auto* parameter = try_as<Parameter>(bare);
    bool multiple = parameter && parameter->parameter_kind == ParameterKind::kExec && !sublinks.empty();
    out += separator;
    if (multiple && !open) {
      open = sublinks[static_cast<size_t>(parameter->id >> 16) - 1];
      remaining = static_cast<size_t>(std::count_if(open->query->targets.begin(), open->query->targets.end(),
                                                    [](const auto& t) { return !t.junk; }));
      out += '(';
    }
    separator = ", ";
    out += quote_identifier(target.relation->columns[static_cast<size_t>(entry.number) - 1].name) + steps;
    if (open) {
      if (--remaining > 0) continue;
      out += ')';
      value = open;
      open = nullptr;
    }
    out += " = ";
    expression(*value, false);
  }
}

namespace {

std::vector<const FromNode*> others(const BoundQuery& q) {
  std::vector<const FromNode*> out;
  for (const auto& item : q.from->items)
    if (item->kind != FromKind::kTable || item->table != q.result_table) out.push_back(item.get());
  return out;
}

}  // namespace

void Deparser::update(const BoundQuery& q) {
  with_clause(q);
  const auto& target = q.entry(q.result_table);
  if (indenting) {
    out += ' ';
    indent += kStep;
  }
  out += "UPDATE ";
  if (!target.inherit) out += "ONLY ";
  target_alias(q);
  out += " SET ";
  update_targets(q, q.targets, target);
  from_clause(q, " FROM ", others(q));
  if (q.from->condition) {
    keyword(" WHERE ", -kStep, kStep, 1);
    expression(*q.from->condition, false);
  }
  returning(q);
}

void Deparser::delete_from(const BoundQuery& q) {
  with_clause(q);
  const auto& target = q.entry(q.result_table);
  if (indenting) {
    out += ' ';
    indent += kStep;
  }
  out += "DELETE FROM ";
  if (!target.inherit) out += "ONLY ";
  target_alias(q);
  from_clause(q, " USING ", others(q));
  if (q.from->condition) {
    keyword(" WHERE ", -kStep, kStep, 1);
    expression(*q.from->condition, false);
  }
  returning(q);
}

void Deparser::merge(const BoundQuery& q) {
  with_clause(q);
  const auto& target = q.entry(q.result_table);
  if (indenting) {
    out += ' ';
    indent += kStep;
  }
  out += "MERGE INTO ";
  if (!target.inherit) out += "ONLY ";
  target_alias(q);
  std::vector<const FromNode*> source;
  for (const auto& item : q.from->items) source.push_back(item.get());
  from_clause(q, " USING ", source);
  keyword(" ON ", -kStep, kStep, 2);
  expression(*q.from->condition, false);
  for (const auto& action : q.merge_actions) {
    keyword(" WHEN ", -kStep, kStep, 2);
    out += action.matched ? "MATCHED" : "NOT MATCHED";
    if (action.condition) {
      keyword(" AND ", -kStep, kStep, 3);
      expression(*action.condition, false);
    }
    keyword(" THEN ", -kStep, kStep, 3);
    switch (action.kind) {
      case MergeActionKind::kDelete:
        out += "DELETE";
        break;
      case MergeActionKind::kNothing:
        out += "DO NOTHING";
        break;
      case MergeActionKind::kUpdate:
        out += "UPDATE SET ";
        update_targets(q, action.targets, target);
        break;
      case MergeActionKind::kInsert: {
        out += "INSERT";
        const char* separator = " (";
        for (const auto& entry : action.targets) {
          out += separator + quote_identifier(target.relation->columns[static_cast<size_t>(entry.number) - 1].name);
          separator = ", ";
        }
        if (!action.targets.empty()) out += ')';
        if (action.overriding == 's') out += " OVERRIDING SYSTEM VALUE";
        if (action.overriding == 'u') out += " OVERRIDING USER VALUE";
        if (action.targets.empty()) {
          out += " DEFAULT VALUES";
          break;
        }
        keyword(" VALUES (", -kStep, kStep, 4);
        separator = "";
        for (const auto& entry : action.targets) {
          out += separator;
          top_level(*entry.expression, false);
          separator = ", ";
        }
        out += ')';
        break;
      }
    }
  }
}

}  // namespace basalt::query
