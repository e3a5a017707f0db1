// Changing a view: an automatically updatable view is replaced by its base table.
//
// The view's entry is replaced in place (same range table index) by that of the base table, and references to the
// view's columns become what the view selects. Privileges on the view itself are checked by an entry that is appended
// to the range table and stands in no FROM; the base table is accessed as the view's owner (or the user,
// security_invoker).
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/rewriter.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

// Empty: it is. Otherwise the detail text that says why not.
std::string Rewriter::why_not_updatable(const BoundQuery& view, bool check_columns) {
  if (!view.distinct.empty()) return "Views containing DISTINCT are not automatically updatable.";
  if (!view.group_by.empty() || !view.grouping_sets.empty())
    return "Views containing GROUP BY are not automatically updatable.";
  if (view.having) return "Views containing HAVING are not automatically updatable.";
  if (view.set_operation) return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.";
  if (!view.ctes.empty()) return "Views containing WITH are not automatically updatable.";
  if (view.limit || view.offset) return "Views containing LIMIT or OFFSET are not automatically updatable.";
  if (view.has_aggregates) return "Views that return aggregate functions are not automatically updatable.";
  if (view.has_windows) return "Views that return window functions are not automatically updatable.";
  if (view.has_target_sets) return "Views that return set-returning functions are not automatically updatable.";
  const char* not_single = "Views that do not select from a single table or view are not automatically updatable.";
  if (view.from->items.size() != 1 || view.from->items[0]->kind != FromKind::kTable) return not_single;
  const auto& base = view.entry(view.from->items[0]->table);
  if (base.kind != RangeKind::kRelation || !base.relation) return not_single;
  char kind = base.relation->kind;
  if (kind != 'r' && kind != 'f' && kind != 'v' && kind != 'p') return not_single;
  if (base.sample) return "Views containing TABLESAMPLE are not automatically updatable.";
  if (!check_columns) return "";
  for (const auto& target : view.targets) {
    auto* column = try_as<Column>(target.expression.get());
    if (!target.junk && column && column->column > 0) return "";
  }
  return "Views that have no updatable columns are not automatically updatable.";
}

namespace {

struct Command {
  const char* verb;  // cannot VERB view
  const char* gerund;
  const char* name;
};
Command command_words(CommandKind kind) {
  switch (kind) {
    case CommandKind::kInsert:
      return {"insert into", "inserting into", "INSERT"};
    case CommandKind::kUpdate:
      return {"update", "updating", "UPDATE"};
    default:
      return {"delete from", "deleting from", "DELETE"};
  }
}

// Column `number` of the view: the base column, or 0.
int16_t base_column(const BoundQuery& view, int16_t number) {
  if (number <= 0 || static_cast<size_t>(number) > view.targets.size()) return 0;
  auto* column = try_as<Column>(view.targets[static_cast<size_t>(number) - 1].expression.get());
  return column && column->column > 0 ? column->column : int16_t{0};
}

std::vector<int16_t> map_columns(const BoundQuery& view, const std::vector<int16_t>& list) {
  std::vector<int16_t> out;
  for (int16_t number : list)
    if (int16_t mapped = base_column(view, number); mapped && std::find(out.begin(), out.end(), mapped) == out.end())
      out.push_back(mapped);
  return out;
}

struct Substitution {
  const BoundQuery& view;
  int table;
  Oid row_type;

  // References to the view's columns become the view's expressions (over the base table, which takes the same index).
  void operator()(ExpressionPointer& p, int depth) const {
    auto* column = try_mutable<Column>(p.get());
    if (!column || column->table != table || column->levels_up != depth) return;
    if (column->column == 0) {
      auto row = std::make_unique<RowConstructor>();
      row->type = row_type;
      row->form = CoercionForm::kImplicitCast;
      for (const auto& target : view.targets) {
        if (target.junk) continue;
        row->names.push_back(target.name);
        row->arguments.push_back(clone(*target.expression));
        if (depth) increment_levels(row->arguments.back(), depth, 0);
      }
      p = std::move(row);
      return;
    }
    auto replacement = clone(*view.targets[static_cast<size_t>(column->column) - 1].expression);
    if (depth) increment_levels(replacement, depth, 0);
    replacement->location = column->location;
    p = std::move(replacement);
  }
};

void check_target_columns(const BoundQuery& query, const BoundQuery& view, const catalog::RelationDescriptor& relation,
                          const std::vector<TargetEntry>& targets) {
  for (const auto& target : targets) {
    if (target.junk || base_column(view, target.number)) continue;
    const std::string& name = relation.columns[static_cast<size_t>(target.number) - 1].name;
    bool insert = query.command == CommandKind::kInsert;
    auto* column = try_as<Column>(view.targets[static_cast<size_t>(target.number) - 1].expression.get());
    throw SqlError(sqlstate::kFeatureNotSupported, std::string("cannot ") + (insert ? "insert into" : "update") +
                                                       " column \"" + name + "\" of view \"" + relation.name + "\"")
        .detail(column ? "View columns that refer to system columns are not updatable."
                       : "View columns that are not columns of their base relation are not updatable.");
  }
}

void map_targets(const BoundQuery& view, std::vector<TargetEntry>& targets) {
  for (auto& target : targets)
    if (!target.junk) target.number = base_column(view, target.number);
}

}  // namespace

bool Rewriter::redirect_view(BoundQuery& query) {
  auto& slot = query.range_table[static_cast<size_t>(query.result_table) - 1];
  catalog::RelationPointer relation = slot->relation;
  if (!relation || relation->kind != 'v' || query.command == CommandKind::kMerge) return false;
  if (has_instead_trigger(*relation, query.command)) return false;
  auto view = view_query(*relation);
  lock_relations(*view);
  std::string why = why_not_updatable(*view, query.command != CommandKind::kDelete);
  if (!why.empty()) {
    Command c = command_words(query.command);
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                   std::string("cannot ") + c.verb + " view \"" + relation->name + "\"")
        .detail(why)
        .hint(std::string("To enable ") + c.gerund + " the view, provide an INSTEAD OF " + c.name +
              " trigger or an unconditional ON " + c.name + " DO INSTEAD rule.");
  }
  check_target_columns(query, *view, *relation, query.targets);
  if (query.on_conflict) check_target_columns(query, *view, *relation, query.on_conflict->set);

  int table = query.result_table;
  int base_table = view->from->items[0]->table;
  auto base = std::move(view->range_table[static_cast<size_t>(base_table) - 1]);
  base->relation = analyzer.open_relation(base->relation->oid, storage::LockMode::kRowExclusive);
  // The view's expressions now speak of the base table at the view's index.
  for (auto& target : view->targets) offset_tables(target.expression, table - base_table, 0);
  ExpressionPointer filter = std::move(view->from->condition);
  if (filter) offset_tables(filter, table - base_table, 0);

  auto permission = clone(*slot);
  permission->in_from = false;
  Oid user = has_option(*relation, "security_invoker") ? Oid() : relation->owner;
  base->check_as_user = user;
  base->in_from = slot->in_from;
  base->lock_mode = static_cast<int>(storage::LockMode::kRowExclusive);
  base->required_privileges = slot->required_privileges;
  base->inserted_columns = map_columns(*view, slot->inserted_columns);
  base->updated_columns = map_columns(*view, slot->updated_columns);
  // Columns that are read stay as the view's own query noted them: PostgreSQL asks for those of the whole view.
  slot = std::move(base);
  query.range_table.push_back(std::move(permission));

  Substitution substitute{*view, table, relation->row_type};
  std::string check = option_value(*relation, "check_option");
  map_targets(*view, query.targets);
  if (query.on_conflict) map_targets(*view, query.on_conflict->set);
  transform_with_depth(query, [&](ExpressionPointer& p, int depth) { substitute(p, depth); });
  if (query.on_conflict && query.on_conflict->excluded_table) {
    auto moved = clone(*view);
    for (auto& target : moved->targets) offset_tables(target.expression, query.on_conflict->excluded_table - table, 0);
    Substitution moved_excluded{*moved, query.on_conflict->excluded_table, relation->row_type};
    transform_with_depth(query, [&](ExpressionPointer& p, int depth) { moved_excluded(p, depth); });
    auto& entry = query.entry(query.on_conflict->excluded_table);
    // What was read of EXCLUDED is asked of the view.
    auto read = clone(entry);
    read->in_from = false;
    entry.required_privileges = 0;
    entry.selected_columns.clear();
    entry.relation = query.entry(table).relation;
    entry.columns.clear();
    for (const auto& column : entry.relation->columns) entry.columns.push_back(column.dropped ? "" : column.name);
    query.range_table.push_back(std::move(read));
  }
  if (filter && query.command != CommandKind::kInsert) {
    ExpressionPointer own = clone(*filter);
    if (query.from->condition) {
      auto both = std::make_unique<BoolCall>();
      both->type = types::oid::kBool;
      both->arguments.push_back(std::move(query.from->condition));
      both->arguments.push_back(std::move(own));
      own = std::move(both);
    }
    query.from->condition = std::move(own);
  }
  if (filter && contains_sublink(*filter)) query.has_sublinks = true;
  if (query.command != CommandKind::kDelete) add_check_option(query, *relation, std::move(filter), check);
  return true;
}

void Rewriter::scan_changed_view(BoundQuery& query) {
  if (query.command == CommandKind::kInsert) return;
  auto target = clone(query.entry(query.result_table));
  target->in_from = false;
  query.entry(query.result_table).required_privileges = 0;
  query.entry(query.result_table).in_from = true;
  query.range_table.push_back(std::move(target));
  const int scanned = query.result_table;
  query.result_table = static_cast<int>(query.range_table.size());
  // RETURNING shows the row as the trigger left it, and a check option judges that row.
  auto point_to_new = [&](ExpressionPointer& e, int depth) {
    auto* column = try_mutable<Column>(e.get());
    if (column && column->levels_up == depth && column->table == scanned) column->table = query.result_table;
  };
  for (auto& entry : query.returning) transform_with_depth(entry.expression, point_to_new);
  for (auto& option : query.check_options) transform_with_depth(option, point_to_new);
}

void Rewriter::add_check_option(BoundQuery& query, const catalog::RelationDescriptor& view, ExpressionPointer filter,
                                const std::string& check) {
  bool cascaded = check == "cascaded" || cascaded_check_;
  if (check.empty() && !cascaded) return;
  if (cascaded) cascaded_check_ = true;
  if (!filter) return;
  query.check_options.push_back(std::move(filter));
  query.check_option_views.push_back(view.name);
}

}  // namespace basalt::query
