// INSERT ... ON CONFLICT: the arbiter's description, the indexes that fit it, and the action.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"
#include "query/stored_form.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

void collect_conjuncts(const Expression& e, std::vector<const Expression*>& out) {
  auto* call = try_as<BoolCall>(&e);
  if (call && call->bool_kind == BoolKind::kAnd) {
    for (const auto& argument : call->arguments) collect_conjuncts(*argument, out);
  } else {
    out.push_back(&e);
  }
}

// The clause says all that the predicate says (conjunct by conjunct).
bool implies(const Expression* clause, const Expression& predicate) {
  if (!clause) return false;
  std::vector<const Expression*> given, wanted;
  collect_conjuncts(*clause, given);
  collect_conjuncts(predicate, wanted);
  return std::all_of(wanted.begin(), wanted.end(), [&](const Expression* w) {
    return std::any_of(given.begin(), given.end(), [&](const Expression* g) { return equal(*g, *w); });
  });
}

bool index_fits(Analyzer& a, const catalog::IndexDescriptor& index, const OnConflict& conflict) {
  std::vector<int16_t> columns, wanted;
  for (int i = 0; i < index.key_count; ++i)
    if (int16_t column = index.keys[static_cast<size_t>(i)].column) columns.push_back(column);
  std::vector<const Expression*> expressions;
  for (const auto& [e, opclass] : conflict.elements) {
    auto* column = try_as<Column>(e.get());
    if (column)
      wanted.push_back(column->column);
    else
      expressions.push_back(e.get());
    if (opclass.valid()) {
      bool any =
          std::any_of(index.keys.begin(), index.keys.end(), [&](const auto& key) { return key.opclass == opclass; });
      if (!any) return false;
    }
  }
  auto normal = [](std::vector<int16_t>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  normal(columns);
  normal(wanted);
  if (columns != wanted) return false;
  ExpressionList own;
  if (!index.expressions_tree.empty()) own = list_from_stored(index.expressions_tree, a.catalog);
  auto known = [&](const Expression& e) {
    return std::any_of(own.begin(), own.end(), [&](const auto& x) { return equal(*x, e); });
  };
  for (const auto* e : expressions)
    if (!known(*e)) return false;
  for (const auto& e : own)
    if (std::none_of(expressions.begin(), expressions.end(), [&](const auto* x) { return equal(*x, *e); }))
      return false;
  if (index.predicate_tree.empty()) return true;
  auto predicate = expression_from_stored(index.predicate_tree, a.catalog);
  return implies(conflict.infer_where.get(), *predicate);
}

}  // namespace

void Analyzer::infer_arbiters(Scope& s, const parser::ParsedOnConflict& conflict, OnConflict& out) {
  const auto& relation = *s.target->entry->relation;
  if (!conflict.constraint.empty()) {
    for (const auto& constraint : relation.constraints) {
      if (constraint.name != conflict.constraint) continue;
      out.constraint = constraint.oid;
      if (!constraint.index.valid())
        throw SqlError(sqlstate::kWrongObjectType, "constraint in ON CONFLICT clause has no associated index");
      if (constraint.type == 'x' && out.action == ConflictAction::kUpdate)
        throw SqlError(sqlstate::kWrongObjectType, "ON CONFLICT DO UPDATE not supported with exclusion constraints");
      out.arbiter_indexes.push_back(constraint.index);
      for (int16_t column : constraint.columns) mark_select(s, s.target->table, column, 0);
      return;
    }
    throw SqlError(sqlstate::kUndefinedObject,
                   "constraint \"" + conflict.constraint + "\" for table \"" + relation.name + "\" does not exist");
  }
  if (out.elements.empty()) return;
  for (const auto& index : relation.indexes)
    if (index->unique && index->valid && index->live && index_fits(*this, *index, out))
      out.arbiter_indexes.push_back(index->oid);
  if (out.arbiter_indexes.empty())
    throw SqlError(sqlstate::kInvalidColumnReference,
                   "there is no unique or exclusion constraint matching the ON CONFLICT specification");
}

std::unique_ptr<OnConflict> Analyzer::bind_on_conflict(Scope& s, const parser::ParsedOnConflict& conflict) {
  auto out = std::make_unique<OnConflict>();
  bool update = conflict.action == parser::ConflictAction::kUpdate;
  out->action = update ? ConflictAction::kUpdate : ConflictAction::kNothing;
  if (update && conflict.target.empty() && conflict.constraint.empty())
    throw error(sqlstate::kSyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                conflict.location)
        .hint("For example, ON CONFLICT (column_name).");
  for (const auto& element : conflict.target) {
    int location = conflict.target_location;
    if (element.direction != parser::SortDirection::kDefault)
      throw error(sqlstate::kInvalidColumnReference, "ASC/DESC is not allowed in ON CONFLICT clause", location);
    if (element.nulls != parser::SortNulls::kDefault)
      throw error(sqlstate::kInvalidColumnReference, "NULLS FIRST/LAST is not allowed in ON CONFLICT clause", location);
    ExpressionPointer bound;
    if (!element.name.empty()) {
      parser::ParsedColumnRef ref;
      ref.names = {element.name};
      ref.location = location;
      bound = bind(s, ref, Clause::kIndexExpression);
    } else {
      bound = bind(s, *element.expression, Clause::kIndexExpression);
    }
    assign_collations(*bound);
    if (!element.collation.empty()) find_collation(element.collation, element.location);
    Oid opclass;
    if (!element.op_class.empty()) {
      std::string bare;
      for (Oid name_space : lookup_path(element.op_class, bare)) {
        opclass = catalog.find_opclass(Oid{403}, name_space, bare);
        if (opclass.valid()) break;
      }
      if (!opclass.valid())
        throw SqlError(sqlstate::kUndefinedObject, "operator class \"" + name_list_to_string(element.op_class) +
                                                       "\" does not exist for access method \"btree\"");
    }
    out->elements.emplace_back(std::move(bound), opclass);
  }
  if (conflict.target_where) {
    out->infer_where = bind(s, *conflict.target_where, Clause::kIndexPredicate);
    assign_collations(*out->infer_where);
  }
  infer_arbiters(s, conflict, *out);
  if (!update) return out;
  auto& target_entry = *s.target->entry;
  parser::ParsedAlias alias;
  alias.name = "excluded";
  auto* excluded =
      add_relation(s, target_entry.relation, static_cast<int>(storage::LockMode::kRowExclusive), alias, false, false);
  excluded->entry->relation_kind = 'c';
  // Naming EXCLUDED needs no privilege; what is read of it is asked of the table.
  excluded->entry->required_privileges = 0;
  out->excluded_table = excluded->table;
  Namespace saved = s.names;
  s.names.clear();
  add_to_names(s, s.target, true, true);
  add_to_names(s, excluded, true, true);
  out->set = bind_assignments(s, conflict.assignments);
  out->where = bind_where(s, conflict.where.get(), Clause::kWhere, "WHERE");
  s.names = std::move(saved);
  return out;
}

}  // namespace basalt::query
