// Range table entries and the namespace items that show them.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

// Items of a plain entry: column i of the item is column i of the entry.
std::vector<NamespaceColumn> plain_columns(const RangeTableEntry& entry, int table) {
  std::vector<NamespaceColumn> out(entry.columns.size());
  for (size_t i = 0; i < entry.columns.size(); ++i) {
    if (i >= entry.column_types.size() || !entry.column_types[i].valid()) continue;
    auto& column = out[i];
    column.table = column.name_table = table;
    column.column = column.name_column = static_cast<int16_t>(i + 1);
    column.type = entry.column_types[i];
    column.typmod = entry.column_typmods[i];
    column.collation = entry.column_collations[i];
  }
  return out;
}

void set_columns(RangeTableEntry& entry, const std::vector<ColumnDefinition>& columns) {
  for (const auto& column : columns) {
    entry.columns.push_back(column.name);
    entry.column_types.push_back(column.type);
    entry.column_typmods.push_back(column.typmod);
    entry.column_collations.push_back(column.collation);
  }
}

}  // namespace

NamespaceItem* Analyzer::add_entry(Scope& s, std::unique_ptr<RangeTableEntry> entry,
                                   std::vector<NamespaceColumn> columns) {
  auto item = std::make_unique<NamespaceItem>();
  s.query->range_table.push_back(std::move(entry));
  item->entry = s.query->range_table.back().get();
  item->table = static_cast<int>(s.query->range_table.size());
  item->name = item->entry->name;
  item->names = item->entry->columns;
  item->columns = columns.empty() ? plain_columns(*item->entry, item->table) : std::move(columns);
  s.items.push_back(std::move(item));
  s.item_of_table.resize(s.query->range_table.size(), nullptr);
  s.item_of_table.back() = s.items.back().get();
  return s.items.back().get();
}

// Renames the first columns by the alias's column list (dropped columns are skipped).
void Analyzer::apply_alias(RangeTableEntry& entry, const parser::ParsedAlias& alias, const char* what) {
  entry.alias = alias.name;
  entry.alias_columns = alias.columns;
  if (!alias.name.empty()) entry.name = alias.name;
  size_t next = 0, available = 0;
  for (size_t i = 0; i < entry.columns.size(); ++i) {
    const bool of_function = entry.kind == RangeKind::kFunction && i < entry.column_types.size();
    if ((entry.columns[i].empty() && entry.kind == RangeKind::kRelation) ||
        (of_function && !entry.column_types[i].valid())) {
      if (next < alias.columns.size())
        entry.alias_columns.insert(entry.alias_columns.begin() + static_cast<long>(i), "");
      continue;
    }
    ++available;
    if (next < alias.columns.size()) entry.columns[i] = alias.columns[next++];
  }
  if (next < alias.columns.size())
    throw error(sqlstate::kInvalidColumnReference, std::string(what) + " \"" + entry.name + "\" ha" +
                                                       (std::string(what) == "VALUES lists" ? "ve " : "s ") +
                                                       std::to_string(available) + " columns available but " +
                                                       std::to_string(alias.columns.size()) + " columns specified");
}

NamespaceItem* Analyzer::add_relation(Scope& s, catalog::RelationPointer relation, int lock_mode,
                                      const parser::ParsedAlias& alias, bool inherit, bool in_from) {
  auto entry = std::make_unique<RangeTableEntry>();
  entry->kind = RangeKind::kRelation;
  entry->relation = relation;
  entry->relation_kind = relation->kind;
  entry->name = relation->name;
  entry->inherit = inherit;
  entry->in_from = in_from;
  entry->lock_mode = lock_mode;
  for (const auto& column : relation->columns) entry->columns.push_back(column.dropped ? "" : column.name);
  apply_alias(*entry, alias, "table");
  entry->required_privileges = 1u << 1;
  std::vector<NamespaceColumn> columns(relation->columns.size());
  int table = static_cast<int>(s.query->range_table.size()) + 1;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto& source = relation->columns[i];
    if (source.dropped) continue;
    columns[i] = {table, source.number, table, source.number, source.type, source.typmod, source.collation};
  }
  return add_entry(s, std::move(entry), std::move(columns));
}

NamespaceItem* Analyzer::add_subquery(Scope& s, std::unique_ptr<BoundQuery> query, const parser::ParsedAlias& alias,
                                      bool lateral, bool in_from) {
  auto entry = std::make_unique<RangeTableEntry>();
  entry->kind = RangeKind::kSubquery;
  entry->name = "unnamed_subquery";
  entry->lateral = lateral;
  entry->in_from = in_from;
  std::vector<ColumnDefinition> columns;
  const auto& targets = query->command == CommandKind::kSelect ? query->targets : query->returning;
  for (const auto& target : targets)
    if (!target.junk)
      columns.push_back(
          {target.name, target.expression->type, target.expression->typmod, target.expression->collation});
  set_columns(*entry, columns);
  apply_alias(*entry, alias, "table");
  entry->subquery = std::move(query);
  return add_entry(s, std::move(entry), {});
}

NamespaceItem* Analyzer::add_values(Scope& s, std::vector<ExpressionList> rows, std::vector<ColumnDefinition> columns,
                                    const parser::ParsedAlias& alias, bool lateral, bool in_from) {
  auto entry = std::make_unique<RangeTableEntry>();
  entry->kind = RangeKind::kValues;
  entry->name = "*VALUES*";
  entry->lateral = lateral;
  entry->in_from = in_from;
  for (size_t i = 0; i < columns.size(); ++i) columns[i].name = "column" + std::to_string(i + 1);
  set_columns(*entry, columns);
  apply_alias(*entry, alias, "VALUES lists");
  entry->values = std::move(rows);
  return add_entry(s, std::move(entry), {});
}

NamespaceItem* Analyzer::add_cte(Scope& s, CommonTableExpression& cte, int levels_up,
                                 const parser::ParsedRangeVar& range, bool in_from) {
  auto entry = std::make_unique<RangeTableEntry>();
  entry->kind = RangeKind::kCte;
  entry->cte_name = cte.name;
  entry->cte_levels_up = levels_up;
  entry->in_from = in_from;
  entry->name = cte.name;
  entry->cte_self_reference = !cte.query;
  // A reference inside its own definition does not count.
  if (!entry->cte_self_reference) {
    ++cte.reference_count;
    const BoundQuery& query = *cte.query;
    if (query.command != CommandKind::kSelect && query.returning.empty())
      throw error(sqlstate::kFeatureNotSupported, "WITH query \"" + cte.name + "\" does not have a RETURNING clause",
                  range.location);
  }
  std::vector<ColumnDefinition> columns;
  for (size_t i = 0; i < cte.columns.size(); ++i)
    columns.push_back({cte.columns[i], cte.column_types[i], cte.column_typmods[i], cte.column_collations[i]});
  set_columns(*entry, columns);
  size_t plain = columns.size();
  if (cte.search)
    set_columns(*entry, {{cte.search->sequence_column, cte.search->breadth_first ? Oid{2249} : Oid{2287}, -1, Oid{}}});
  if (cte.cycle)
    set_columns(*entry,
                {{cte.cycle->mark_column, cte.cycle->mark_type, cte.cycle->mark_typmod, cte.cycle->mark_collation},
                 {cte.cycle->path_column, Oid{2287}, -1, Oid{}}});
  apply_alias(*entry, range.alias, "table");
  auto* item = add_entry(s, std::move(entry), {});
  // Inside its own definition `*` does not give the columns that SEARCH and CYCLE add.
  for (size_t i = plain; levels_up > 0 && i < item->columns.size(); ++i) item->columns[i].dont_expand = true;
  return item;
}

NamespaceItem* Analyzer::add_tuplestore(Scope& s, const TupleStoreDescription& store,
                                        const parser::ParsedRangeVar& range) {
  auto entry = std::make_unique<RangeTableEntry>();
  entry->kind = RangeKind::kNamedTuplestore;
  entry->tuplestore_name = store.name;
  entry->tuplestore_rows = store.rows;
  entry->name = store.name;
  if (store.relation.valid()) entry->relation = open_relation(store.relation, storage::LockMode::kAccessShare);
  set_columns(*entry, store.columns);
  apply_alias(*entry, range.alias, "table");
  return add_entry(s, std::move(entry), {});
}

void Analyzer::add_to_names(Scope& s, NamespaceItem* item, bool relation_visible, bool columns_visible) {
  item->relation_visible = relation_visible;
  item->columns_visible = columns_visible;
  item->lateral_only = false;
  item->lateral_ok = true;
  s.names.push_back(item);
}

void Analyzer::check_name_conflicts(Scope&, const Namespace& a, const Namespace& b) {
  for (const auto* x : a) {
    if (!x->relation_visible) continue;
    for (const auto* y : b) {
      if (!y->relation_visible || x->name != y->name) continue;
      bool both_plain = x->entry->kind == RangeKind::kRelation && x->entry->alias.empty() &&
                        y->entry->kind == RangeKind::kRelation && y->entry->alias.empty();
      if (both_plain && x->entry->relation->oid != y->entry->relation->oid) continue;
      throw error(sqlstate::kDuplicateAlias, "table name \"" + x->name + "\" specified more than once");
    }
  }
}

CommonTableExpression* Analyzer::find_cte(Scope& s, const std::string& name, int& levels_up) {
  levels_up = 0;
  for (Scope* scope = &s; scope; scope = scope->parent, ++levels_up)
    for (auto it = scope->ctes.rbegin(); it != scope->ctes.rend(); ++it)
      if ((*it)->name == name) return *it;
  return nullptr;
}

}  // namespace basalt::query
