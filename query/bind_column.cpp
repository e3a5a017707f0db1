// Column and table names inside a query: which namespace item they mean, and the errors when they mean none.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

struct SystemColumn {
  const char* name;
  int16_t number;
  Oid type;
};
constexpr SystemColumn kSystemColumns[] = {{"ctid", -1, oid::kTid}, {"xmin", -2, oid::kXid},
                                           {"cmin", -3, oid::kCid}, {"xmax", -4, oid::kXid},
                                           {"cmax", -5, oid::kCid}, {"tableoid", -6, oid::kOid}};

const SystemColumn* system_column(std::string_view name) {
  for (const auto& column : kSystemColumns)
    if (name == column.name) return &column;
  return nullptr;
}

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      int above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// The nearest column names for the "Perhaps you meant" hint.
struct FuzzyMatch {
  int distance = 4;
  const RangeTableEntry* first = nullptr;
  std::string first_name;
  const RangeTableEntry* second = nullptr;
  std::string second_name;
  bool exact = false;

  void consider(int penalty, const RangeTableEntry& entry, const std::string& candidate, std::string_view wanted) {
    if (penalty > distance || candidate.empty()) return;
    int d = edit_distance(candidate, wanted);
    if (d > static_cast<int>(wanted.size()) / 2) return;
    d += penalty;
    if (d < distance) {
      distance = d;
      first = &entry;
      first_name = candidate;
      second = nullptr;
    } else if (d == distance) {
      if (second) {
        first = second = nullptr;
        distance = d - 1;
      } else if (first) {
        second = &entry;
        second_name = candidate;
      } else if (d <= 3) {
        first = &entry;
        first_name = candidate;
      }
    }
  }
};

}  // namespace

Scope& Analyzer::scope_at(Scope& s, int levels_up) {
  Scope* scope = &s;
  while (levels_up-- > 0) {
    scope = scope->parent;
    ENSURE(scope, "query level does not exist");
  }
  return *scope;
}

void Analyzer::mark_select(Scope& s, int table, int16_t column, int levels_up) {
  Scope& scope = scope_at(s, levels_up);
  RangeTableEntry& entry = scope.query->entry(table);
  if (entry.kind == RangeKind::kRelation) {
    entry.required_privileges |= 1u << 1;
    auto& list = entry.selected_columns;
    if (std::find(list.begin(), list.end(), column) == list.end()) list.push_back(column);
  } else if (entry.kind == RangeKind::kJoin) {
    for (size_t i = 0; i < entry.join_columns.size(); ++i) {
      if (column != 0 && i != static_cast<size_t>(column) - 1) continue;
      if (!entry.join_columns[i]) continue;
      walk(*entry.join_columns[i], [&](const Expression& e) {
        if (auto* inner = try_as<Column>(&e)) mark_select(scope, inner->table, inner->column, inner->levels_up);
        return false;
      });
    }
  }
}

ExpressionPointer Analyzer::make_column(Scope& s, NamespaceItem& item, int16_t number, int levels_up, int location) {
  auto node = make<Column>(location);
  node->levels_up = levels_up;
  if (number < 0) {
    node->table = item.table;
    node->column = number;
    for (const auto& system : kSystemColumns)
      if (system.number == number) node->type = system.type;
  } else {
    const auto& source = item.columns[static_cast<size_t>(number) - 1];
    if (source.table == 0)
      throw error(sqlstate::kUndefinedColumn,
                  "column " + std::to_string(number) + " of relation \"" + item.name + "\" does not exist", location);
    node->table = source.table;
    node->column = source.column;
    if (source.name_table != source.table) {
      node->name_table = source.name_table;
      node->name_column = source.name_column;
    }
    node->type = source.type;
    node->typmod = source.typmod;
    node->collation = source.collation;
  }
  mark_select(s, node->table, node->column, levels_up);
  return node;
}

ExpressionPointer Analyzer::make_whole_row(Scope& s, NamespaceItem& item, int levels_up, int location) {
  const RangeTableEntry& entry = *item.entry;
  if (entry.kind == RangeKind::kJoin) {
    auto row = make<RowConstructor>(location);
    for (size_t i = 0; i < item.columns.size(); ++i) {
      if (item.columns[i].table == 0) continue;
      row->names.push_back(item.names[i]);
      row->arguments.push_back(make_column(s, item, static_cast<int16_t>(i + 1), levels_up, location));
    }
    return make_row(*row, CoercionForm::kImplicitCast);
  }
  if (s.clause == Clause::kGenerated && levels_up == 0)
    throw error(sqlstate::kInvalidObjectDefinition, "cannot use whole-row variable in column generation expression",
                location)
        .detail("This would cause the generated column to depend on its own value.");
  auto node = make<Column>(location);
  node->table = item.table;
  node->levels_up = levels_up;
  node->type = oid::kRecord;
  if (entry.kind == RangeKind::kRelation) {
    if (entry.relation->row_type.valid()) node->type = entry.relation->row_type;
  } else if (entry.kind == RangeKind::kFunction && entry.functions.size() == 1 && !entry.ordinality) {
    const Expression& call = *entry.functions[0].call;
    if (is_composite(call.type)) {
      node->type = call.type;
    } else if (item.columns.size() == 1 && describe_row(&s, call).row_class == RowClass::kScalar) {
      // f.* of a scalar function is its value.
      node->column = 1;
      node->type = item.columns[0].type;
      node->typmod = item.columns[0].typmod;
      node->collation = item.columns[0].collation;
    }
  }
  mark_select(s, item.table, 0, levels_up);
  return node;
}

ExpressionPointer Analyzer::column_of_item(Scope& s, NamespaceItem& item, int levels_up, const std::string& name,
                                           int location) {
  int16_t found = 0;
  for (size_t i = 0; i < item.names.size(); ++i) {
    if (item.names[i] != name || item.columns[i].table == 0) continue;
    if (found) throw error(sqlstate::kAmbiguousColumn, "column reference \"" + name + "\" is ambiguous", location);
    found = static_cast<int16_t>(i + 1);
  }
  if (found && s.clause == Clause::kGenerated && item.entry->kind == RangeKind::kRelation &&
      item.entry->relation->columns[static_cast<size_t>(found) - 1].generated)
    throw error(sqlstate::kInvalidObjectDefinition,
                "cannot use generated column \"" + name + "\" in column generation expression", location)
        .detail("A generated column cannot reference another generated column.");
  if (found) return make_column(s, item, found, levels_up, location);
  if (item.entry->kind != RangeKind::kRelation) return nullptr;
  const auto* system = system_column(name);
  char kind = item.entry->relation_kind;
  if (!system || kind == 'v' || kind == 'c') return nullptr;
  if (s.clause == Clause::kCheck && system->number != -6)
    throw error(sqlstate::kInvalidColumnReference,
                "system column \"" + name + "\" reference in check constraint is invalid", location);
  if (s.clause == Clause::kGenerated && system->number != -6)
    throw error(sqlstate::kInvalidColumnReference,
                "cannot use system column \"" + name + "\" in column generation expression", location);
  if (s.clause == Clause::kMergeWhen && system->number != -6)
    throw error(sqlstate::kInvalidColumnReference, "cannot use system column \"" + name + "\" in MERGE WHEN condition",
                location);
  return make_column(s, item, system->number, levels_up, location);
}

void Analyzer::check_lateral(Scope& s, NamespaceItem& item, int location) {
  if (!item.lateral_only || item.lateral_ok) return;
  auto failure = error(sqlstate::kInvalidColumnReference,
                       "invalid reference to FROM-clause entry for table \"" + item.name + "\"", location);
  if (&item == s.target)
    throw std::move(failure).hint("There is an entry for table \"" + item.name +
                                  "\", but it cannot be referenced from this part of the query.");
  throw std::move(failure).detail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.");
}

ExpressionPointer Analyzer::find_column(Scope& s, const std::string& name, bool local_only, int location) {
  int levels_up = 0;
  for (Scope* scope = &s; scope; scope = scope->parent, ++levels_up) {
    ExpressionPointer found;
    for (auto* item : scope->names) {
      if (!item->columns_visible || (item->lateral_only && !scope->lateral_active)) continue;
      auto column = column_of_item(s, *item, levels_up, name, location);
      if (!column) continue;
      if (found) throw error(sqlstate::kAmbiguousColumn, "column reference \"" + name + "\" is ambiguous", location);
      check_lateral(*scope, *item, location);
      found = std::move(column);
    }
    if (found || local_only) return found;
  }
  return nullptr;
}

NamespaceItem* Analyzer::find_item(Scope& s, const std::string& schema, const std::string& name, int& levels_up,
                                   int location) {
  Oid relation;
  if (!schema.empty()) {
    Oid name_space = find_namespace(schema, true, location, false);
    if (!name_space.valid()) return nullptr;
    relation = catalog.find_relation(name_space, name);
    if (!relation.valid()) return nullptr;
  }
  levels_up = 0;
  for (Scope* scope = &s; scope; scope = scope->parent, ++levels_up) {
    NamespaceItem* found = nullptr;
    for (auto* item : scope->names) {
      if (!item->relation_visible || (item->lateral_only && !scope->lateral_active)) continue;
      bool match = schema.empty() ? item->name == name
                                  : item->entry->kind == RangeKind::kRelation &&
                                        item->entry->relation->oid == relation && item->entry->alias.empty();
      if (!match) continue;
      if (found) throw error(sqlstate::kAmbiguousAlias, "table reference \"" + name + "\" is ambiguous", location);
      check_lateral(*scope, *item, location);
      found = item;
    }
    if (found) return found;
  }
  return nullptr;
}

SqlError Analyzer::missing_relation(Scope& s, const std::string& schema, const std::string& name, int location) {
  parser::ParsedRangeVar range;
  range.schema = schema;
  range.name = name;
  Oid relation = find_relation(range, true);
  const RangeTableEntry* found = nullptr;
  std::string alias;
  for (Scope* scope = &s; scope && !found; scope = scope->parent) {
    for (const auto& entry : scope->query->range_table) {
      bool same = entry->kind == RangeKind::kRelation && relation.valid() && entry->relation->oid == relation;
      bool cte = entry->kind == RangeKind::kCte && schema.empty() && entry->cte_name == name;
      if (!same && !cte && entry->name != name) continue;
      found = entry.get();
      break;
    }
  }
  if (!found) return error(sqlstate::kUndefinedTable, "missing FROM-clause entry for table \"" + name + "\"", location);
  if (!found->alias.empty() && found->alias != name) {
    int levels_up = 0;
    auto* item = find_item(s, "", found->name, levels_up, location);
    if (item && item->entry == found) alias = found->name;
  }
  auto failure =
      error(sqlstate::kUndefinedTable, "invalid reference to FROM-clause entry for table \"" + name + "\"", location);
  failure.report().hint = !alias.empty() ? "Perhaps you meant to reference the table alias \"" + alias + "\"."
                                         : "There is an entry for table \"" + found->name +
                                               "\", but it cannot be referenced from this part of the query.";
  return failure;
}

SqlError Analyzer::missing_column(Scope& s, const std::string& relation, const std::string& name, int location) {
  FuzzyMatch match;
  for (Scope* scope = &s; scope && !match.exact; scope = scope->parent) {
    for (const auto& entry : scope->query->range_table) {
      if (entry->kind == RangeKind::kJoin) continue;
      int penalty = relation.empty() ? 0 : edit_distance(entry->name, relation);
      for (const auto& column : entry->columns) {
        if (column == name && penalty == 0) {
          match.exact = true;
          match.first = entry.get();
          match.second = nullptr;
          break;
        }
        match.consider(penalty, *entry, column, name);
      }
      if (match.exact) break;
      if (penalty == 0 && entry->kind == RangeKind::kRelation && entry->relation_kind != 'v' && system_column(name)) {
        match.exact = true;
        match.first = entry.get();
        match.second = nullptr;
        break;
      }
    }
  }
  auto failure = error(sqlstate::kUndefinedColumn,
                       relation.empty() ? "column \"" + name + "\" does not exist"
                                        : "column " + relation + "." + name + " does not exist",
                       location);
  std::string& hint = failure.report().hint;
  if (match.exact)
    hint = "There is a column named \"" + name + "\" in table \"" + match.first->name +
           "\", but it cannot be referenced from this part of the query.";
  else if (match.second)
    hint = "Perhaps you meant to reference the column \"" + match.first->name + "." + match.first_name +
           "\" or the column \"" + match.second->name + "." + match.second_name + "\".";
  else if (match.first)
    hint = "Perhaps you meant to reference the column \"" + match.first->name + "." + match.first_name + "\".";
  return failure;
}

namespace {

[[noreturn]] void refuse_column(Analyzer& a, Clause clause, int location) {
  throw a.error(sqlstate::kFeatureNotSupported,
                clause == Clause::kColumnDefault ? "cannot use column reference in DEFAULT expression"
                                                 : "cannot use column reference in partition bound expression",
                location);
}

}  // namespace

ExpressionPointer Analyzer::bind_column_ref(Scope& s, const parser::ParsedColumnRef& ref) {
  if (s.clause == Clause::kColumnDefault || s.clause == Clause::kPartitionBound)
    refuse_column(*this, s.clause, ref.location);
  if (context.before_column)
    if (auto found = context.before_column(ref)) return found;
  ExpressionPointer found;
  const auto& names = ref.names;
  enum class Missing { kNone, kColumn, kRelation, kDatabase, kDots } missing = Missing::kNone;
  std::string relation, schema;
  if (names.size() == 1 && !ref.star) {
    if (!s.domain_value.empty() && names[0] == "value") {
      auto node = make<DomainValue>(ref.location);
      node->type = s.domain_value[0];
      node->typmod = static_cast<int32_t>(s.domain_value[1].value);
      node->collation = s.domain_value[2];
      return node;
    }
    found = find_column(s, names[0], false, ref.location);
    if (!found) {
      // A bare table name is its whole row.
      int levels_up = 0;
      if (auto* item = find_item(s, "", names[0], levels_up, ref.location))
        found = make_whole_row(s, *item, levels_up, ref.location);
    }
    if (!found) missing = Missing::kColumn;
  } else {
    size_t parts = names.size() + (ref.star ? 1 : 0);
    if (parts > 4) missing = Missing::kDots;
    if (parts == 4 && names[0] != context.database_name) missing = Missing::kDatabase;
    if (missing == Missing::kNone) {
      relation = names[parts - 2];
      if (parts >= 3) schema = names[parts - 3];
      int levels_up = 0;
      auto* item = find_item(s, schema, relation, levels_up, ref.location);
      if (!item) {
        missing = Missing::kRelation;
      } else if (ref.star) {
        found = make_whole_row(s, *item, levels_up, ref.location);
      } else {
        found = column_of_item(s, *item, levels_up, names.back(), ref.location);
        if (!found) {
          // t.f as f(t)
          ExpressionList arguments;
          arguments.push_back(make_whole_row(s, *item, levels_up, ref.location));
          found = call_or_column(s, {names.back()}, std::move(arguments), s.last_set_returning, nullptr, false,
                                 ref.location);
          if (!found) missing = Missing::kColumn;
        }
      }
    }
  }
  if (context.after_column) {
    auto hooked = context.after_column(ref, found.get());
    if (hooked && found)
      throw error(sqlstate::kAmbiguousColumn, "column reference \"" + name_list_to_string(names) + "\" is ambiguous",
                  ref.location);
    if (hooked) return hooked;
  }
  if (found) return found;
  switch (missing) {
    case Missing::kRelation:
      throw missing_relation(s, schema, relation, ref.location);
    case Missing::kDatabase:
      throw error(sqlstate::kFeatureNotSupported,
                  "cross-database references are not implemented: " + name_list_to_string(names), ref.location);
    case Missing::kDots:
      throw error(sqlstate::kSyntaxError,
                  "improper qualified name (too many dotted names): " + name_list_to_string(names), ref.location);
    default:
      throw missing_column(s, relation, names.back(), ref.location);
  }
}

}  // namespace basalt::query
