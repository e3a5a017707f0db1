#include "commands/plan_dependencies.hpp"

#include <algorithm>

#include "catalog/catalog_ids.hpp"
#include "query/walker.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::commands {

using common::Oid;
namespace id = catalog::id;

namespace {

// Beyond these a table's rows count as changed so much that another plan may be better.
constexpr uint64_t kSizeFactor = 5, kSizeSlack = 1000;

// Types that literals have without a conversion.
bool is_literal_type(Oid type) {
  namespace oid = types::oid;
  return type == oid::kInt4 || type == oid::kInt8 || type == oid::kNumeric || type == oid::kText ||
         type == oid::kUnknown || type == oid::kBit || type == oid::kBool;
}

bool same_size(uint64_t before, uint64_t now) {
  uint64_t low = std::min(before, now), high = std::max(before, now);
  return high <= low * kSizeFactor + kSizeSlack;
}

}  // namespace

void PlanDependencies::begin(catalog::DatabaseCatalog& database) {
  objects_.clear();
  namespaces_.clear();
  sizes_.clear();
  settled_ = converted_strings_ = false;
  found_valid_at_ = 0;
  newest_index_lsn_ = 0;
  generation_ = database.cache().generation();
  shared_generation_ = database.manager().shared_cache().generation();
}

void PlanDependencies::add(Oid class_oid, Oid object) {
  if (!object.valid()) return;
  for (const Object& known : objects_)
    if (known.object == object && known.class_oid == class_oid) return;
  objects_.push_back({class_oid, object, 0});
}

void PlanDependencies::note_relation(Oid relation) { add(id::kPgClass, relation); }

void PlanDependencies::note(const query::BoundQuery& query) {
  auto made_by_users = [](Oid object) { return object.value >= common::kFirstNormalOid; };
  query::walk_with_depth(query, [&](const query::Expression& e, int) {
    if (made_by_users(e.type)) add(id::kPgType, e.type);
    if (made_by_users(e.collation)) add(id::kPgCollation, e.collation);
    if (const auto* constant = query::try_as<query::Constant>(&e)) {
      converted_strings_ |= constant->literal >= 0 && !is_literal_type(constant->type);
    } else if (const auto* call = query::try_as<query::Function>(&e)) {
      add(id::kPgProc, call->function);
    } else if (const auto* aggregate = query::try_as<query::Aggregate>(&e)) {
      add(id::kPgProc, aggregate->function);
    } else if (const auto* window = query::try_as<query::WindowCall>(&e)) {
      add(id::kPgProc, window->function);
    } else if (e.kind == query::ExpressionKind::kOperator || e.kind == query::ExpressionKind::kDistinct ||
               e.kind == query::ExpressionKind::kNullIf) {
      const auto& call = static_cast<const query::OperatorCall&>(e);
      if (made_by_users(call.op)) add(id::kPgOperator, call.op);
      if (made_by_users(call.function)) add(id::kPgProc, call.function);
    } else if (const auto* any = query::try_as<query::ScalarArrayCall>(&e)) {
      if (made_by_users(any->op)) add(id::kPgOperator, any->op);
    }
    return false;
  });
}

void PlanDependencies::settle(const query::BindDependencies& bound, const PlanList& plans,
                              catalog::CatalogReader& reader, catalog::DatabaseCatalog& database,
                              storage::StorageEngine& storage) {
  for (const auto& [relation, version] : bound.relations) add(id::kPgClass, relation);
  for (const auto& plan : plans)
    for (const auto& use : plan->tables) {
      add(id::kPgClass, use.relation->oid);
      for (const auto& index : use.relation->indexes)
        newest_index_lsn_ = std::max(newest_index_lsn_, index->usable_from_lsn);
      if (use.relation->tree.valid() && use.relation->kind != 'S')
        sizes_.push_back({use.relation->tree, storage.heap(use.relation->tree).row_estimate()});
    }
  for (Oid function : bound.functions) add(id::kPgProc, function);
  // Which cast or operator class is chosen depends on those that there are.
  objects_.push_back({id::kPgCast, Oid{}, 0});
  objects_.push_back({id::kPgOpclass, Oid{}, 0});
  for (Oid name_space : bound.namespaces) {
    add(id::kPgNamespace, name_space);
    namespaces_.emplace_back(name_space, reader.namespace_counter(name_space));
  }
  for (Object& object : objects_) object.version = reader.object_version(object.class_oid, object.object);
  settled_ = database.cache().generation() == generation_ &&
             database.manager().shared_cache().generation() == shared_generation_;
}

bool PlanDependencies::versions_stand(catalog::CatalogReader& reader) const {
  for (const Object& object : objects_)
    if (reader.object_version(object.class_oid, object.object) != object.version) return false;
  for (const auto& [name_space, counter] : namespaces_)
    if (reader.namespace_counter(name_space) != counter) return false;
  return true;
}

bool PlanDependencies::valid(catalog::CatalogReader& reader, catalog::DatabaseCatalog& database,
                             storage::StorageEngine& storage, bool own_changes) const {
  if (!settled_ || database.manager().shared_cache().generation() != shared_generation_) return false;
  uint64_t generation = database.cache().generation();
  if (own_changes || found_valid_at_.load(std::memory_order_relaxed) != generation) {
    if (!versions_stand(reader)) return false;
    if (!own_changes) found_valid_at_.store(generation, std::memory_order_relaxed);
  }
  for (const TableSize& size : sizes_)
    if (!same_size(size.rows, storage.heap(size.tree).row_estimate())) return false;
  return true;
}

void lock_plan_tables(const PlanList& plans, storage::Transaction& transaction, Oid database) {
  for (const auto& plan : plans)
    for (const auto& use : plan->tables) {
      auto mode = static_cast<storage::LockMode>(use.lock_mode);
      if (mode == storage::LockMode::kNone) continue;
      storage::LockTag tag{storage::LockSpace::kRelation, database.value, 0, use.relation->oid.value, 0};
      transaction.lock(tag, mode, storage::WaitPolicy::kWait);
    }
}

}  // namespace basalt::commands
