// Views become subqueries; the order of the rewriter's steps.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/rewriter.hpp"
#include "query/stored_form.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

std::string option_value(const catalog::RelationDescriptor& relation, std::string_view name) {
  for (const auto& option : relation.options)
    if (option.size() > name.size() && option[name.size()] == '=' && option.compare(0, name.size(), name) == 0)
      return option.substr(name.size() + 1);
  return "";
}

bool has_option(const catalog::RelationDescriptor& relation, std::string_view name) {
  std::string value = option_value(relation, name);
  return value == "true" || value == "on" || value == "1" || value == "yes";
}

bool has_instead_trigger(const catalog::RelationDescriptor& relation, CommandKind command) {
  int event = command == CommandKind::kInsert ? 4 : command == CommandKind::kDelete ? 8 : 16;
  return std::any_of(relation.triggers.begin(), relation.triggers.end(), [&](const auto& trigger) {
    return (trigger.type & 64) && (trigger.type & event) && trigger.enabled != 'D';
  });
}

std::unique_ptr<BoundQuery> Rewriter::view_query(const catalog::RelationDescriptor& view) {
  for (const auto& rule : view.rules) {
    if (rule.event != '1') continue;
    auto queries = queries_from_stored(rule.action_tree, catalog);
    ENSURE(queries.size() == 1, "a view has one query");
    return std::move(queries[0]);
  }
  UNREACHABLE("view without a rule");
}

void Rewriter::lock_relations(BoundQuery& query) {
  for (auto& entry : query.range_table) {
    if (entry->kind != RangeKind::kRelation || !entry->relation) continue;
    Oid relation = entry->relation->oid;
    auto mode = static_cast<storage::LockMode>(entry->lock_mode);
    entry->relation = analyzer.open_relation(relation, mode);
    if (!entry->relation)
      throw SqlError(sqlstate::kUndefinedTable, "could not open relation with OID " + std::to_string(relation.value));
  }
  for_each_subquery(query, [&](BoundQuery& sub) { lock_relations(sub); });
  walk_with_depth(query, [&](const Expression& e, int depth) {
    if (depth == 0)
      if (auto* link = try_as<SubLink>(&e)) lock_relations(*link->query);
    return false;
  });
}

void Rewriter::set_check_as_user(BoundQuery& query, Oid user) {
  for (auto& entry : query.range_table)
    if (entry->kind == RangeKind::kRelation) entry->check_as_user = user;
  for_each_subquery(query, [&](BoundQuery& sub) { set_check_as_user(sub, user); });
  walk_with_depth(query, [&](const Expression& e, int depth) {
    if (depth == 0)
      if (auto* link = try_as<SubLink>(&e)) set_check_as_user(*link->query, user);
    return false;
  });
}

// FOR UPDATE of a view locks the rows of its tables.
void Rewriter::push_locking(BoundQuery& query, LockStrength strength, int wait_policy) {
  for (size_t i = 0; i < query.range_table.size(); ++i) {
    auto& entry = *query.range_table[i];
    if (!entry.in_from) continue;
    if (entry.kind == RangeKind::kRelation) {
      analyzer.apply_lock(query, static_cast<int>(i + 1), strength, wait_policy, true);
      entry.required_privileges |= 1u << 2;
    } else if (entry.kind == RangeKind::kSubquery && entry.subquery) {
      analyzer.apply_lock(query, static_cast<int>(i + 1), strength, wait_policy, true);
      push_locking(*entry.subquery, strength, wait_policy);
    }
  }
}

void Rewriter::expand_view(BoundQuery& query, int table) {
  auto& entry = query.entry(table);
  catalog::RelationPointer view = entry.relation;
  if (std::find(active_.begin(), active_.end(), view->oid) != active_.end())
    throw SqlError(sqlstate::kInvalidObjectDefinition,
                   "infinite recursion detected in rules for relation \"" + view->name + "\"");
  active_.push_back(view->oid);
  auto sub = view_query(*view);
  lock_relations(*sub);
  // A security_invoker view asks for the rights of who runs the statement, also below another view.
  Oid user = has_option(*view, "security_invoker") ? Oid() : view->owner;
  set_check_as_user(*sub, user);
  for (const auto& mark : query.row_marks)
    if (mark.table == table) push_locking(*sub, mark.strength, mark.wait_policy);
  expand_views(*sub);
  active_.pop_back();
  entry.kind = RangeKind::kSubquery;
  entry.security_barrier = has_option(*view, "security_barrier");
  entry.column_types.clear();
  entry.column_typmods.clear();
  entry.column_collations.clear();
  size_t shown = 0;
  for (const auto& target : sub->targets) {
    if (target.junk) continue;
    // A view that was widened since this reference was stored shows only the columns known then.
    if (++shown > entry.columns.size()) break;
    entry.column_types.push_back(target.expression->type);
    entry.column_typmods.push_back(target.expression->typmod);
    entry.column_collations.push_back(target.expression->collation);
  }
  entry.inherit = false;
  entry.subquery = std::move(sub);
}

void Rewriter::expand_views(BoundQuery& query) {
  for (auto& cte : query.ctes) {
    if (cte->search || cte->cycle) rewrite_search_cycle(*cte);
    if (cte->query && cte->query->command == CommandKind::kSelect) expand_views(*cte->query);
  }
  for (size_t i = 0; i < query.range_table.size(); ++i) {
    auto& entry = *query.range_table[i];
    int table = static_cast<int>(i + 1);
    if (entry.kind == RangeKind::kSubquery && entry.subquery) {
      expand_views(*entry.subquery);
    } else if (entry.kind == RangeKind::kRelation && entry.relation && entry.relation->kind == 'v' &&
               table != query.result_table && entry.in_from) {
      expand_view(query, table);
    }
  }
  // Sublinks of this level; those of subqueries were done with them.
  std::function<void(Expression&)> links = [&](Expression& e) {
    if (auto* link = try_mutable<SubLink>(&e)) expand_views(*link->query);
    for_each_child_slot(e, [&](ExpressionPointer& child) { links(*child); });
  };
  for_each_expression_slot(query, [&](ExpressionPointer& e) { links(*e); });
}

void Rewriter::rewrite(std::unique_ptr<BoundQuery> query, std::vector<std::unique_ptr<BoundQuery>>& out) {
  for (auto& cte : query->ctes) {
    if (!cte->query || cte->query->command == CommandKind::kSelect) continue;
    std::vector<std::unique_ptr<BoundQuery>> parts;
    rewrite(std::move(cte->query), parts);
    if (parts.size() != 1) {
      const char* kind = parts.empty() ? "DO INSTEAD NOTHING" : "multi-statement DO INSTEAD";
      for (const auto& part : parts)
        if (!part->can_set_tag &&
            std::find(instead_products_.begin(), instead_products_.end(), part.get()) == instead_products_.end())
          kind = "DO ALSO";
      for (const auto& part : parts)
        if (part->can_set_tag && kind != std::string_view("DO ALSO")) kind = "conditional DO INSTEAD";
      throw SqlError(sqlstate::kFeatureNotSupported,
                     std::string(kind) + " rules are not supported for data-modifying statements in WITH");
    }
    cte->query = std::move(parts[0]);
  }
  if (query->command == CommandKind::kSelect) {
    expand_views(*query);
    out.push_back(std::move(query));
    return;
  }
  fill_targets(*query);
  const CommandKind command = query->command;
  const bool has_with = !query->ctes.empty();
  catalog::RelationPointer relation = query->entry(query->result_table).relation;
  std::vector<std::unique_ptr<BoundQuery>> products;
  // Rules of views on the way to the base table count as well.
  for (int depth = 0; !fire_rules(query, products) && redirect_view(*query); ++depth) {
    if (depth > 100)
      throw SqlError(sqlstate::kInvalidObjectDefinition,
                     "infinite recursion detected in rules for relation \"" + relation->name + "\"");
    fill_targets(*query);
  }
  if (query && !products.empty())
    while (redirect_view(*query)) fill_targets(*query);
  std::vector<std::unique_ptr<BoundQuery>> rewritten;
  for (auto& product : products) {
    std::pair<Oid, CommandKind> key{relation->oid, command};
    if (std::find(firing_.begin(), firing_.end(), key) != firing_.end())
      throw SqlError(sqlstate::kInvalidObjectDefinition,
                     "infinite recursion detected in rules for relation \"" + relation->name + "\"");
    firing_.push_back(key);
    rewrite(std::move(product), rewritten);
    firing_.pop_back();
  }
  if (has_with && rewritten.size() + (query ? 1 : 0) > 1)
    throw SqlError(sqlstate::kFeatureNotSupported,
                   "WITH cannot be used in a query that is rewritten by rules into multiple queries");
  if (query) {
    if (query->entry(query->result_table).relation->kind == 'v') {
      defaults_to_null(*query);
      scan_changed_view(*query);
    }
    expand_views(*query);
  }
  // An INSERT comes before what its rules add, so that they see its rows; UPDATE and DELETE after.
  if (query && command == CommandKind::kInsert) out.push_back(std::move(query));
  for (auto& one : rewritten) out.push_back(std::move(one));
  if (query) out.push_back(std::move(query));
}

// The change itself sets the tag; where rules took its place, the last query of its kind that one of them put there.
void Rewriter::choose_tag(std::vector<std::unique_ptr<BoundQuery>>& out, CommandKind command) {
  if (std::any_of(out.begin(), out.end(), [](const auto& query) { return query->can_set_tag; })) return;
  for (auto it = out.rbegin(); it != out.rend(); ++it) {
    bool instead = std::find(instead_products_.begin(), instead_products_.end(), it->get()) != instead_products_.end();
    if (!instead || (*it)->command != command) continue;
    (*it)->can_set_tag = true;
    return;
  }
}

std::vector<std::unique_ptr<BoundQuery>> rewrite_query(std::unique_ptr<BoundQuery> query, BindContext& context) {
  std::vector<std::unique_ptr<BoundQuery>> out;
  Rewriter rewriter(context);
  const CommandKind command = query->command;
  rewriter.rewrite(std::move(query), out);
  rewriter.choose_tag(out, command);
  return out;
}

}  // namespace basalt::query
