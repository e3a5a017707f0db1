#include <algorithm>
#include <set>

#include "catalog/catalog_ids.hpp"
#include "catalog/descriptor_loader.hpp"
#include "catalog/rows/pg_attrdef.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_depend.hpp"
#include "catalog/rows/pg_index.hpp"
#include "catalog/rows/pg_inherits.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "catalog/rows/pg_statistic.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "types/container/array.hpp"

namespace basalt::catalog {

namespace {

Value key(Oid oid) { return Value::of(oid.value); }
constexpr uint32_t kFirstUnpinnedOid = 12000;

template <typename T>
std::vector<T> list_of(const std::optional<std::vector<T>>& values) {
  return values.value_or(std::vector<T>());
}

ConstraintDescriptor describe(const PgConstraintRow& r) {
  ConstraintDescriptor c;
  c.oid = r.oid;
  c.name = r.conname;
  c.type = r.contype;
  c.relation = r.conrelid;
  c.domain = r.contypid;
  c.index = r.conindid;
  c.deferrable = r.condeferrable;
  c.deferred = r.condeferred;
  c.validated = r.convalidated;
  c.no_inherit = r.connoinherit;
  c.is_local = r.conislocal;
  c.columns = list_of(r.conkey);
  c.foreign_relation = r.confrelid;
  c.foreign_columns = list_of(r.confkey);
  c.update_action = r.confupdtype;
  c.delete_action = r.confdeltype;
  c.match = r.confmatchtype;
  c.delete_set_columns = list_of(r.confdelsetcols);
  c.equality_pf = list_of(r.conpfeqop);
  c.equality_pp = list_of(r.conppeqop);
  c.equality_ff = list_of(r.conffeqop);
  c.expression_tree = r.conbin.value_or("");
  return c;
}

// tgargs: the arguments, each ended by a zero byte.
std::vector<std::string> trigger_arguments(std::string_view bytes) {
  std::vector<std::string> out;
  while (!bytes.empty()) {
    size_t end = bytes.find('\0');
    out.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return out;
}

}  // namespace

common::PhysicalType DescriptorLoader::physical_of(Oid type) {
  if (!type.valid()) return common::PhysicalType::kInt32;
  if (type.value < kFirstUnpinnedOid) return types::physical_type_of(type);
  TypePointer descriptor = source_.type(type);
  return descriptor ? descriptor->physical : common::PhysicalType::kString;
}

void DescriptorLoader::read_columns(RelationDescriptor& out) {
  each<PgAttributeRow>(id::kPgAttributeRelidAttnumIndex, {key(out.oid)}, [&](PgAttributeRow r) {
    if (r.attnum <= 0) return;
    ColumnDescriptor& c = out.columns.emplace_back();
    c.name = std::move(r.attname);
    c.number = r.attnum;
    c.type = r.atttypid;
    c.typmod = r.atttypmod;
    c.collation = r.attcollation;
    c.dimensions = r.attndims;
    c.not_null = r.attnotnull;
    c.dropped = r.attisdropped;
    c.has_default = r.atthasdef;
    c.identity = r.attidentity;
    c.generated = r.attgenerated;
    c.is_local = r.attislocal;
    c.inherit_count = r.attinhcount;
    c.statistics_target = r.attstattarget;
    c.physical = physical_of(r.atttypid);
  });
  std::sort(out.columns.begin(), out.columns.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  for (size_t i = 0; i < out.columns.size(); ++i) {
    ENSURE(out.columns[i].number == static_cast<int16_t>(i + 1),
           "pg_attribute lacks a column of relation " + std::to_string(out.oid.value));
  }
}

void DescriptorLoader::read_defaults(RelationDescriptor& out) {
  each<PgAttrdefRow>(id::kPgAttrdefAdrelidAdnumIndex, {key(out.oid)}, [&](PgAttrdefRow r) {
    if (r.adnum < 1 || static_cast<size_t>(r.adnum) > out.columns.size()) return;
    ColumnDescriptor& c = out.columns[static_cast<size_t>(r.adnum) - 1];
    c.default_oid = r.oid;
    c.default_tree = std::move(r.adbin);
    c.has_default = true;
  });
}

std::shared_ptr<const IndexDescriptor> DescriptorLoader::read_index(const RelationDescriptor& table,
                                                                    const CatalogRow& row) {
  PgIndexRow r = PgIndexRow::from_row(row);
  PgClassRow c;
  if (!find_row(id::kPgClassOidIndex, {key(r.indexrelid)}, c)) return nullptr;
  auto out = std::make_shared<IndexDescriptor>();
  out->oid = r.indexrelid;
  out->relation = r.indrelid;
  out->name = c.relname;
  out->tree = TreeId(c.relfilenode.value);
  out->access_method = c.relam;
  out->key_count = r.indnkeyatts;
  out->expressions_tree = r.indexprs.value_or("");
  out->predicate_tree = r.indpred.value_or("");
  out->unique = r.indisunique;
  out->nulls_not_distinct = r.indnullsnotdistinct;
  out->primary = r.indisprimary;
  out->exclusion = r.indisexclusion;
  out->immediate = r.indimmediate;
  out->valid = r.indisvalid;
  out->ready = r.indisready;
  out->live = r.indislive;
  out->clustered = r.indisclustered;
  out->replica_identity = r.indisreplident;
  out->usable_from_lsn = source_.usable_from(r.indexrelid);
  out->row_estimate = c.reltuples;
  out->pages = c.relpages;
  for (size_t i = 0; i < r.indkey.size(); ++i) {
    IndexKeyDescriptor k;
    k.column = r.indkey[i];
    if (k.column > 0 && static_cast<size_t>(k.column) <= table.columns.size()) {
      k.type = table.columns[static_cast<size_t>(k.column) - 1].type;
    } else {
      PgAttributeRow attribute;
      if (find_row(id::kPgAttributeRelidAttnumIndex, {key(r.indexrelid), Value::of(static_cast<int16_t>(i + 1))},
                   attribute)) {
        k.type = attribute.atttypid;
      }
    }
    if (i < r.indclass.size()) k.opclass = r.indclass[i];
    if (i < r.indcollation.size()) k.collation = r.indcollation[i];
    if (i < r.indoption.size()) {
      k.descending = r.indoption[i] & 1;
      k.nulls_first = r.indoption[i] & 2;
    }
    out->keys.push_back(k);
  }
  return out;
}

void DescriptorLoader::read_indexes(RelationDescriptor& out) {
  const Value prefix = key(out.oid);
  storage_.scan(snapshot_, id::kPgIndex, id::kPgIndexIndrelidIndex, std::span(&prefix, 1),
                [&](RowId, const CatalogRow& row) {
                  if (auto index = read_index(out, row)) out.indexes.push_back(std::move(index));
                  return true;
                });
  std::sort(out.indexes.begin(), out.indexes.end(), [](const auto& a, const auto& b) { return a->oid < b->oid; });
}

void DescriptorLoader::read_constraints(RelationDescriptor& out) {
  each<PgConstraintRow>(id::kPgConstraintConrelidContypidConnameIndex, {key(out.oid)},
                        [&](PgConstraintRow r) { out.constraints.push_back(describe(r)); });
}

// Foreign keys elsewhere that point here: they depend on this relation.
void DescriptorLoader::read_referencing(RelationDescriptor& out) {
  std::set<uint32_t> seen;
  each<PgDependRow>(id::kPgDependReferenceIndex, {key(id::kPgClass), key(out.oid)}, [&](PgDependRow d) {
    if (d.classid == id::kPgConstraint) seen.insert(d.objid.value);
  });
  for (uint32_t constraint : seen) {
    PgConstraintRow r;
    if (!find_row(id::kPgConstraintOidIndex, {Value::of(constraint)}, r)) continue;
    if (r.contype == 'f' && r.confrelid == out.oid) out.referencing.push_back(describe(r));
  }
}

void DescriptorLoader::read_triggers(RelationDescriptor& out) {
  each<PgTriggerRow>(id::kPgTriggerTgrelidTgnameIndex, {key(out.oid)}, [&](PgTriggerRow r) {
    TriggerDescriptor& t = out.triggers.emplace_back();
    t.oid = r.oid;
    t.relation = r.tgrelid;
    t.function = r.tgfoid;
    t.constraint = r.tgconstraint;
    t.constraint_relation = r.tgconstrrelid;
    t.parent = r.tgparentid;
    t.name = std::move(r.tgname);
    t.type = r.tgtype;
    t.enabled = r.tgenabled;
    t.internal = r.tgisinternal;
    t.deferrable = r.tgdeferrable;
    t.initially_deferred = r.tginitdeferred;
    t.columns = std::move(r.tgattr);
    t.arguments = trigger_arguments(r.tgargs);
    t.when_tree = r.tgqual.value_or("");
    t.old_table = r.tgoldtable.value_or("");
    t.new_table = r.tgnewtable.value_or("");
  });
}

void DescriptorLoader::read_rules(RelationDescriptor& out) {
  each<PgRewriteRow>(id::kPgRewriteRelRulenameIndex, {key(out.oid)}, [&](PgRewriteRow r) {
    RewriteRuleDescriptor& rule = out.rules.emplace_back();
    rule.oid = r.oid;
    rule.name = std::move(r.rulename);
    rule.event = r.ev_type;
    rule.instead = r.is_instead;
    rule.enabled = r.ev_enabled;
    rule.qualification_tree = std::move(r.ev_qual);
    rule.action_tree = std::move(r.ev_action);
  });
}

void DescriptorLoader::read_inheritance(RelationDescriptor& out, bool may_have_children) {
  each<PgInheritsRow>(id::kPgInheritsRelidSeqnoIndex, {key(out.oid)},
                      [&](PgInheritsRow r) { out.parents.push_back(r.inhparent); });
  if (!may_have_children) return;
  each<PgInheritsRow>(id::kPgInheritsParentIndex, {key(out.oid)},
                      [&](const PgInheritsRow&) { out.has_children = true; });
}

RelationPointer DescriptorLoader::relation(Oid oid, ObjectVersion version) {
  PgClassRow r;
  if (!find_row(id::kPgClassOidIndex, {key(oid)}, r)) return nullptr;
  auto out = std::make_shared<RelationDescriptor>();
  out->oid = oid;
  out->version = version;
  out->name = r.relname;
  out->namespace_oid = r.relnamespace;
  out->owner = r.relowner;
  out->row_type = r.reltype;
  out->of_type = r.reloftype;
  out->access_method = r.relam;
  out->tablespace = r.reltablespace;
  out->toast = r.reltoastrelid;
  out->kind = r.relkind;
  out->persistence = r.relpersistence;
  out->shared = r.relisshared;
  out->tree = TreeId(r.relfilenode.value);
  out->row_security = r.relrowsecurity;
  out->force_row_security = r.relforcerowsecurity;
  out->is_partition = r.relispartition;
  out->populated = r.relispopulated;
  out->replica_identity = r.relreplident;
  out->options = list_of(r.reloptions);
  out->partition_bound_tree = r.relpartbound.value_or("");
  out->acl = r.relacl;
  out->row_estimate = r.reltuples;
  out->pages = r.relpages;
  read_columns(*out);
  const bool system = oid.value < kFirstUnpinnedOid;
  if (r.relkind == 'i' || r.relkind == 'I') {
    read_inheritance(*out, r.relhassubclass);
    return out;
  }
  if (r.relkind != 'S' && r.relkind != 'c') {
    read_indexes(*out);
    read_constraints(*out);
  }
  if (system) return out;
  read_defaults(*out);
  read_referencing(*out);
  read_triggers(*out);
  read_rules(*out);
  read_inheritance(*out, r.relhassubclass || r.relkind == 'p');
  return out;
}

namespace {

struct Slot {
  int16_t kind;
  const std::optional<std::vector<float>>* numbers;
  const std::optional<std::string>* values;
};

std::vector<Value> slot_values(const Slot& slot) {
  std::vector<Value> out;
  if (!*slot.values) return out;
  types::ArrayView view(**slot.values);
  for (uint32_t i = 0; i < view.size(); ++i) out.push_back(view.value(i));
  return out;
}

ColumnStatistics describe(const PgStatisticRow& r) {
  ColumnStatistics out;
  out.null_fraction = r.stanullfrac;
  out.width = r.stawidth;
  out.distinct = r.stadistinct;
  const Slot slots[] = {{r.stakind1, &r.stanumbers1, &r.stavalues1},
                        {r.stakind2, &r.stanumbers2, &r.stavalues2},
                        {r.stakind3, &r.stanumbers3, &r.stavalues3},
                        {r.stakind4, &r.stanumbers4, &r.stavalues4},
                        {r.stakind5, &r.stanumbers5, &r.stavalues5}};
  for (const Slot& slot : slots) {
    if (slot.kind == 1) {
      out.most_common_values = slot_values(slot);
      out.most_common_frequencies = slot.numbers->value_or(std::vector<float>());
    } else if (slot.kind == 2) {
      out.histogram_bounds = slot_values(slot);
    } else if (slot.kind == 3 && *slot.numbers && !(*slot.numbers)->empty()) {
      out.correlation = (**slot.numbers)[0];
    }
  }
  return out;
}

}  // namespace

std::shared_ptr<const RelationStatistics> DescriptorLoader::statistics(Oid relation) {
  auto out = std::make_shared<RelationStatistics>();
  each<PgStatisticRow>(id::kPgStatisticRelidAttInhIndex, {key(relation)}, [&](const PgStatisticRow& r) {
    if (!r.stainherit || !out->columns.contains(r.staattnum)) out->columns.emplace(r.staattnum, describe(r));
  });
  return out;
}

}  // namespace basalt::catalog
