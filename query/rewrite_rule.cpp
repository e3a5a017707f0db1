// What the rules of a relation make of a change of it (PostgreSQL's RewriteQuery).
//
// An action becomes a query of its own: the change's range table and FROM come first, then the action's. OLD is the
// changed table among them, NEW what the change assigns. Its condition is the action's own, and the rule's, and the
// change's. Where an INSTEAD rule has a condition, the change itself is left for the rows that do not meet it.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/null_attribute.hpp"
#include "query/rewriter.hpp"
#include "query/rule.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

char event_of(CommandKind command) {
  switch (command) {
    case CommandKind::kUpdate:
      return '2';
    case CommandKind::kInsert:
      return '3';
    case CommandKind::kDelete:
      return '4';
    default:
      return 0;
  }
}

const char* event_name(CommandKind command) {
  return command == CommandKind::kInsert ? "INSERT" : command == CommandKind::kUpdate ? "UPDATE" : "DELETE";
}

void add_condition(BoundQuery& query, ExpressionPointer condition) {
  if (!condition) return;
  if (contains_sublink(*condition)) query.has_sublinks = true;
  if (!query.from->condition) {
    query.from->condition = std::move(condition);
    return;
  }
  auto both = std::make_unique<BoolCall>();
  both->bool_kind = BoolKind::kAnd;
  both->type = types::oid::kBool;
  both->arguments.push_back(std::move(query.from->condition));
  both->arguments.push_back(std::move(condition));
  query.from->condition = std::move(both);
}

// Puts the changed table in the place of OLD and what the change assigns in the place of NEW.
class Substitute {
 public:
  Substitute(const BoundQuery& change, int old_table, int new_table)
      : change_(change), relation_(*change.entry(change.result_table).relation), old_(old_table), new_(new_table) {}

  void operator()(ExpressionPointer& e, int depth) const {
    auto* column = try_mutable<Column>(e.get());
    if (!column || column->levels_up != depth) return;
    if (column->table == old_) {
      column->table = change_.result_table;
      return;
    }
    if (column->table != new_) return;
    ExpressionPointer value = column->column == 0 ? whole_row(*column) : assigned(*column, column->column);
    if (depth > 0) increment_levels(value, depth, 0);
    e = std::move(value);
  }

 private:
  ExpressionPointer assigned(const Column& like, int16_t number) const {
    for (const auto& target : change_.targets)
      if (!target.junk && target.number == number && target.expression->kind != ExpressionKind::kSetDefault)
        return clone(target.expression);
    const auto& column = relation_.columns[static_cast<size_t>(std::max<int16_t>(number, 1)) - 1];
    bool given = std::any_of(change_.targets.begin(), change_.targets.end(),
                             [&](const auto& target) { return !target.junk && target.number == number; });
    if ((change_.command == CommandKind::kUpdate && !given) || number < 0) {
      auto old = std::make_unique<Column>();
      old->table = old->name_table = change_.result_table;
      old->column = old->name_column = number;
      old->type = number < 0 ? like.type : column.type;
      old->typmod = number < 0 ? like.typmod : column.typmod;
      old->collation = number < 0 ? like.collation : column.collation;
      return old;
    }
    auto null = std::make_unique<Constant>();
    null->type = like.type;
    null->typmod = like.typmod;
    null->collation = like.collation;
    null->value = Value::null(column.physical);
    return null;
  }

  ExpressionPointer whole_row(const Column& like) const {
    auto row = std::make_unique<RowConstructor>();
    row->type = like.type;
    row->form = CoercionForm::kImplicitCast;
    for (const auto& column : relation_.columns) {
      if (column.dropped) {
        row->names.emplace_back();
        row->arguments.push_back(null_attribute());
        continue;
      }
      Column one;
      one.type = column.type;
      one.typmod = column.typmod;
      one.collation = column.collation;
      row->names.push_back(column.name);
      row->arguments.push_back(assigned(one, column.number));
    }
    return row;
  }

  const BoundQuery& change_;
  const catalog::RelationDescriptor& relation_;
  int old_, new_;
};

// RETURNING of the change shows the columns of the relation: those are what the action returns.
void take_returning(const BoundQuery& change, BoundQuery& action) {
  std::vector<TargetEntry> given = std::move(action.returning);
  action.returning = clone(change.returning);
  auto replace = [&](ExpressionPointer& e, int depth) {
    auto* column = try_mutable<Column>(e.get());
    if (!column || column->levels_up != depth || column->table != change.result_table) return;
    auto number = static_cast<size_t>(column->column);
    if (column->column <= 0 || number > given.size())
      throw SqlError(sqlstate::kInternalError,
                     "could not find replacement targetlist entry for attno " + std::to_string(column->column));
    ExpressionPointer value = clone(given[number - 1].expression);
    if (depth > 0) increment_levels(value, depth, 0);
    e = std::move(value);
  };
  for (auto& target : action.returning) transform_with_depth(target.expression, replace);
}

// The action reads the WITH queries of the change where they stood.
void take_with_queries(const BoundQuery& change, BoundQuery& action) {
  bool changes = false, reads_query = false;
  for (const auto& cte : change.ctes) {
    changes |= cte->query && cte->query->command != CommandKind::kSelect;
    for (const auto& own : action.ctes)
      if (own->name == cte->name)
        throw SqlError(
            sqlstate::kFeatureNotSupported,
            "WITH query name \"" + cte->name + "\" appears in both a rule action and the query being rewritten");
  }
  for (const auto& item : action.from->items)
    reads_query |= item->kind == FromKind::kTable && action.entry(item->table).kind == RangeKind::kSubquery;
  if (changes && reads_query && action.command == CommandKind::kInsert)
    throw SqlError(
        sqlstate::kFeatureNotSupported,
        "INSERT...SELECT rule actions are not supported for queries having data-modifying statements in WITH");
  std::vector<std::unique_ptr<CommonTableExpression>> all;
  auto copy = clone(change);
  for (auto& cte : copy->ctes) all.push_back(std::move(cte));
  for (auto& cte : action.ctes) all.push_back(std::move(cte));
  action.ctes = std::move(all);
  action.has_modifying_cte |= change.has_modifying_cte;
}

}  // namespace

std::unique_ptr<BoundQuery> Rewriter::rule_action(const BoundQuery& change, std::unique_ptr<BoundQuery> action,
                                                  const Expression* condition, bool& returning) {
  auto offset = static_cast<int>(change.range_table.size());
  const auto& relation = *change.entry(change.result_table).relation;
  set_check_as_user(*action, relation.owner);
  lock_relations(*action);
  take_with_queries(change, *action);
  offset_tables(*action, offset, 0);
  std::vector<std::unique_ptr<RangeTableEntry>> entries;
  for (const auto& entry : change.range_table) {
    entries.push_back(clone(*entry));
    defaults_to_null(*entries.back());
  }
  if (change.command != CommandKind::kInsert) entries[static_cast<size_t>(change.result_table) - 1]->in_from = true;
  for (auto& entry : action->range_table) entries.push_back(std::move(entry));
  action->range_table = std::move(entries);
  std::vector<std::unique_ptr<FromNode>> items;
  for (const auto& item : change.from->items) items.push_back(clone(*item));
  for (auto& item : action->from->items) items.push_back(std::move(item));
  action->from->items = std::move(items);
  Substitute substitute(change, offset + kOldTable, offset + kNewTable);
  transform_with_depth(*action, [&](ExpressionPointer& e, int depth) { substitute(e, depth); });
  if (condition) {
    ExpressionPointer own = clone(*condition);
    offset_tables(own, offset, 0);
    transform_with_depth(own, [&](ExpressionPointer& e, int depth) { substitute(e, depth); });
    add_condition(*action, std::move(own));
  }
  if (change.from->condition) add_condition(*action, clone(change.from->condition));
  action->can_set_tag = false;
  if (change.returning.empty() || action->returning.empty()) {
    action->returning.clear();
  } else {
    if (returning) throw SqlError(sqlstate::kFeatureNotSupported, "cannot have RETURNING lists in multiple rules");
    returning = true;
    take_returning(change, *action);
  }
  return action;
}

// The change for the rows that a conditional INSTEAD rule leaves to it.
void Rewriter::exclude_rows(BoundQuery& change, const Expression& condition) {
  auto not_true = std::make_unique<BooleanTest>();
  not_true->test = BooleanTestKind::kIsNotTrue;
  not_true->type = types::oid::kBool;
  not_true->argument = clone(condition);
  ExpressionPointer own = std::move(not_true);
  auto offset = static_cast<int>(change.range_table.size());
  offset_tables(own, offset, 0);
  Substitute substitute(change, offset + kOldTable, offset + kNewTable);
  transform_with_depth(own, [&](ExpressionPointer& e, int depth) { substitute(e, depth); });
  add_condition(change, std::move(own));
}

bool Rewriter::fire_rules(std::unique_ptr<BoundQuery>& change, std::vector<std::unique_ptr<BoundQuery>>& products) {
  catalog::RelationPointer relation = change->entry(change->result_table).relation;
  const char event = event_of(change->command);
  std::vector<const catalog::RewriteRuleDescriptor*> rules;
  for (const auto& rule : relation->rules)
    if (event && rule.event == event && rule.enabled != 'D' && rule.enabled != 'R') rules.push_back(&rule);
  if (change->on_conflict && std::any_of(relation->rules.begin(), relation->rules.end(),
                                         [](const auto& rule) { return rule.event == '3' || rule.event == '2'; }))
    throw SqlError(sqlstate::kFeatureNotSupported,
                   "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules");
  if (rules.empty()) return false;
  std::sort(rules.begin(), rules.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  bool instead = false, conditional = false, returning = false;
  std::unique_ptr<BoundQuery> left_over;
  for (const auto* rule : rules) {
    ExpressionPointer condition;
    if (rule->qualification_tree != "<>" && !rule->qualification_tree.empty())
      condition = expression_from_stored(rule->qualification_tree, catalog);
    if (rule->instead && !condition) instead = true;
    if (rule->instead && condition) {
      conditional = true;
      if (!left_over) left_over = clone(*change);
      exclude_rows(*left_over, *condition);
    }
    for (auto& action : queries_from_stored(rule->action_tree, catalog)) {
      auto made = rule_action(*change, std::move(action), condition.get(), returning);
      if (rule->instead) instead_products_.push_back(made.get());
      products.push_back(std::move(made));
    }
  }
  if ((instead || conditional) && !change->returning.empty() && !returning)
    throw SqlError(sqlstate::kFeatureNotSupported, std::string("cannot perform ") + event_name(change->command) +
                                                       " RETURNING on relation \"" + relation->name + "\"")
        .hint(std::string("You need an unconditional ON ") + event_name(change->command) +
              " DO INSTEAD rule with a RETURNING clause.");
  if (!instead && left_over) change = std::move(left_over);
  if (instead) change.reset();
  return true;
}

}  // namespace basalt::query
