// Descriptions and identities of objects; partition trees; properties of indexes; parameters of sequences.
#include <optional>

#include "catalog/catalog_ids.hpp"
#include "catalog/functions/register_catalog.hpp"
#include "catalog/object_description.hpp"
#include "catalog/rows/pg_inherits.hpp"
#include "catalog/rows/pg_sequence.hpp"
#include "common/sqlstate.hpp"
#include "types/builtin_oids.hpp"
#include "types/container/record.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::catalog {

namespace {

using common::PhysicalType;
using common::SqlError;
using types::FunctionCall;
using types::scalar;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

std::optional<std::string> describe(FunctionCall& call, uint32_t class_oid, uint32_t object, int32_t sub) {
  if (class_oid == 0 && object == 0) return std::nullopt;
  std::string text = describe_object(name_scope(call), {Oid(class_oid), Oid(object), sub});
  if (text.empty()) return std::nullopt;
  return text;
}

std::string identify(FunctionCall& call, uint32_t class_oid, uint32_t object, int32_t sub) {
  auto identity = identify_object(name_scope(call), {Oid(class_oid), Oid(object), sub});
  types::RecordBuilder builder(oid::kRecord);
  auto add = [&](const std::optional<std::string>& text) {
    builder.append(oid::kText, PhysicalType::kString, text ? Value::of(*text) : Value::null(PhysicalType::kString));
  };
  add(identity ? std::optional(identity->type) : std::nullopt);
  add(identity ? identity->schema : std::nullopt);
  add(identity ? identity->name : std::nullopt);
  add(identity ? std::optional(identity->identity) : std::nullopt);
  static const std::string kNames[] = {"type", "schema", "name", "identity"};
  builder.set_names(kNames);
  return builder.finish();
}

std::string sequence_parameters(FunctionCall& call, uint32_t sequence) {
  PgSequenceRow row;
  bool found = false;
  const Value key = Value::of(sequence);
  catalog_service(call).reader().scan(id::kPgSequence, id::kPgSequenceSeqrelidIndex, std::span(&key, 1),
                                      [&](common::RowId, const CatalogRow& r) {
                                        row = PgSequenceRow::from_row(r);
                                        found = true;
                                        return false;
                                      });
  if (!found) {
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for sequence " + std::to_string(sequence));
  }
  types::RecordBuilder builder(oid::kRecord);
  for (int64_t v : {row.seqstart, row.seqmin, row.seqmax, row.seqincrement}) {
    builder.append(oid::kInt8, PhysicalType::kInt64, Value::of(v));
  }
  builder.append(oid::kBool, PhysicalType::kBool, Value::of(row.seqcycle));
  builder.append(oid::kInt8, PhysicalType::kInt64, Value::of(row.seqcache));
  builder.append(oid::kOid, PhysicalType::kInt32, Value::of(row.seqtypid.value));
  static const std::string kNames[] = {"start_value",  "minimum_value", "maximum_value", "increment",
                                       "cycle_option", "cache_size",    "data_type"};
  builder.set_names(kNames);
  return builder.finish();
}

bool can_be_partition(const RelationDescriptor& r) { return r.is_partition || r.kind == 'p' || r.kind == 'I'; }

std::vector<Oid> children_of(CatalogReader& catalog, Oid parent) {
  std::vector<Oid> out;
  const Value key = Value::of(parent.value);
  catalog.scan(id::kPgInherits, id::kPgInheritsParentIndex, std::span(&key, 1),
               [&](common::RowId, const CatalogRow& row) {
                 out.push_back(PgInheritsRow::from_row(row).inhrelid);
                 return true;
               });
  return out;
}

std::vector<Oid> ancestors_of(CatalogReader& catalog, Oid relation) {
  std::vector<Oid> out;
  RelationPointer r = catalog.relation(relation);
  if (!r || !can_be_partition(*r)) return out;
  out.push_back(relation);
  while (r && r->is_partition && !r->parents.empty()) {
    out.push_back(r->parents[0]);
    r = catalog.relation(r->parents[0]);
  }
  return out;
}

std::optional<uint32_t> partition_root(FunctionCall& call, uint32_t relation) {
  std::vector<Oid> path = ancestors_of(catalog_service(call).reader(), Oid(relation));
  if (path.empty()) return std::nullopt;
  return path.back().value;
}

// A set whose rows are known at once.
class RowSet final : public types::SetFunction {
 public:
  RowSet(std::vector<PhysicalType> types, std::vector<CatalogRow> rows)
      : types_(std::move(types)), rows_(std::move(rows)) {}
  void next(common::Chunk& out, uint32_t rows_max) override {
    auto count = static_cast<uint32_t>(std::min<size_t>(rows_max, rows_.size() - at_));
    out.reset(types_, std::max(count, 1u));
    for (uint32_t i = 0; i < count; ++i) put_catalog_row(rows_[at_ + i], out, i);
    out.rows = count;
    at_ += count;
  }

 private:
  std::vector<PhysicalType> types_;
  std::vector<CatalogRow> rows_;
  size_t at_ = 0;
};

std::unique_ptr<types::SetFunction> partition_ancestors(FunctionCall& call, std::span<const Value> arguments) {
  std::vector<CatalogRow> rows;
  if (!arguments[0].is_null()) {
    for (Oid relation : ancestors_of(catalog_service(call).reader(), Oid(arguments[0].as<uint32_t>()))) {
      rows.push_back({Value::of(relation.value)});
    }
  }
  return std::make_unique<RowSet>(std::vector{PhysicalType::kInt32}, std::move(rows));
}

// (relid, parentrelid, isleaf, level), parents before children.
std::unique_ptr<types::SetFunction> partition_tree(FunctionCall& call, std::span<const Value> arguments) {
  std::vector<CatalogRow> rows;
  CatalogReader& catalog = catalog_service(call).reader();
  struct Node {
    Oid relation, parent;
    int32_t level;
  };
  std::vector<Node> open;
  if (!arguments[0].is_null()) {
    Oid root(arguments[0].as<uint32_t>());
    RelationPointer r = catalog.relation(root);
    if (r && can_be_partition(*r))
      open.push_back({root, r->parents.empty() || !r->is_partition ? Oid() : r->parents[0], 0});
  }
  for (size_t i = 0; i < open.size(); ++i) {
    const Node node = open[i];
    RelationPointer r = catalog.relation(node.relation);
    const bool leaf = !r || (r->kind != 'p' && r->kind != 'I');
    rows.push_back({Value::of(node.relation.value),
                    node.parent.valid() ? Value::of(node.parent.value) : Value::null(PhysicalType::kInt32),
                    Value::of(leaf), Value::of(node.level)});
    if (leaf) continue;
    for (Oid child : children_of(catalog, node.relation)) open.push_back({child, node.relation, node.level + 1});
  }
  return std::make_unique<RowSet>(
      std::vector{PhysicalType::kInt32, PhysicalType::kInt32, PhysicalType::kBool, PhysicalType::kInt32},
      std::move(rows));
}

// Splits "name=value" options.
std::unique_ptr<types::SetFunction> options_to_table(FunctionCall&, std::span<const Value> arguments) {
  std::vector<CatalogRow> rows;
  std::vector<std::string> options;
  if (!arguments[0].is_null()) read_array(arguments[0].string(), options);
  for (const std::string& option : options) {
    size_t equals = option.find('=');
    rows.push_back({Value::of(option.substr(0, equals)), equals == std::string::npos
                                                             ? Value::null(PhysicalType::kString)
                                                             : Value::of(option.substr(equals + 1))});
  }
  return std::make_unique<RowSet>(std::vector{PhysicalType::kString, PhysicalType::kString}, std::move(rows));
}

constexpr uint32_t kFirstNormalOid = common::kFirstNormalOid;

std::optional<bool> is_publishable(FunctionCall& call, uint32_t relation) {
  RelationPointer r = catalog_service(call).reader().relation(Oid(relation));
  if (!r) return std::nullopt;
  return (r->kind == 'r' || r->kind == 'p') && r->oid.value >= kFirstNormalOid && r->persistence == 'p';
}

constexpr int32_t kUpdateEvent = 1 << 2, kInsertEvent = 1 << 3, kDeleteEvent = 1 << 4;

// Bits of the commands that a relation takes: tables all, views those with an unconditional INSTEAD rule or trigger.
// What the rewriter could do with a simple view is known to query/ only.
int32_t updatable_events(const RelationDescriptor& r, bool include_triggers) {
  if (r.kind == 'r' || r.kind == 'p') return kUpdateEvent | kInsertEvent | kDeleteEvent;
  int32_t events = 0;
  for (const RewriteRuleDescriptor& rule : r.rules) {
    if (!rule.instead || rule.event == '1' || !(rule.qualification_tree.empty() || rule.qualification_tree == "<>"))
      continue;
    events |= rule.event == '2' ? kUpdateEvent : rule.event == '3' ? kInsertEvent : kDeleteEvent;
  }
  for (const TriggerDescriptor& t : r.triggers) {
    if (!include_triggers || !(t.type & 64) || !(t.type & 1)) continue;
    if (t.type & 4) events |= kInsertEvent;
    if (t.type & 8) events |= kDeleteEvent;
    if (t.type & 16) events |= kUpdateEvent;
  }
  return events;
}
int32_t relation_is_updatable(FunctionCall& call, uint32_t relation, bool include_triggers) {
  RelationPointer r = catalog_service(call).reader().relation(Oid(relation));
  return r ? updatable_events(*r, include_triggers) : 0;
}
bool column_is_updatable(FunctionCall& call, uint32_t relation, int16_t column, bool include_triggers) {
  if (column <= 0) return false;
  RelationPointer r = catalog_service(call).reader().relation(Oid(relation));
  constexpr int32_t kNeeded = kUpdateEvent | kDeleteEvent;
  return r && (updatable_events(*r, include_triggers) & kNeeded) == kNeeded;
}

constexpr Oid kBtree{403}, kHash{405}, kGist{783}, kGin{2742}, kBrin{3580}, kSpgist{4000};

bool one_of(Oid method, std::initializer_list<Oid> methods) {
  for (Oid m : methods) {
    if (m == method) return true;
  }
  return false;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

std::optional<bool> method_property(FunctionCall&, uint32_t method, std::string_view name) {
  const Oid am(method);
  if (!one_of(am, {kBtree, kHash, kGist, kGin, kBrin, kSpgist})) return std::nullopt;
  const std::string property = lower(name);
  if (property == "can_order" || property == "can_unique") return am == kBtree;
  if (property == "can_multi_col") return one_of(am, {kBtree, kGist, kGin, kBrin});
  if (property == "can_exclude") return one_of(am, {kBtree, kHash, kGist, kSpgist});
  if (property == "can_include") return one_of(am, {kBtree, kGist, kSpgist});
  return std::nullopt;
}

std::optional<bool> index_property(FunctionCall& call, uint32_t index, std::string_view name) {
  RelationPointer r = catalog_service(call).reader().relation(Oid(index));
  if (!r || (r->kind != 'i' && r->kind != 'I')) return std::nullopt;
  const std::string property = lower(name);
  const Oid am = r->access_method;
  if (property == "clusterable") return one_of(am, {kBtree, kGist});
  if (property == "index_scan") return !one_of(am, {kGin, kBrin});
  if (property == "bitmap_scan") return true;
  if (property == "backward_scan") return one_of(am, {kBtree, kHash});
  return std::nullopt;
}

std::optional<bool> index_column_property(FunctionCall& call, uint32_t index, int32_t column, std::string_view name) {
  IndexPointer i = catalog_service(call).reader().index(Oid(index));
  if (!i || column < 1 || static_cast<size_t>(column) > i->keys.size()) return std::nullopt;
  const std::string property = lower(name);
  const bool key = column <= i->key_count, ordered = key && i->access_method == kBtree;
  const IndexKeyDescriptor& k = i->keys[static_cast<size_t>(column) - 1];
  auto of_order = [&](bool value) { return std::optional<bool>(ordered && value); };
  if (property == "asc") return of_order(!k.descending);
  if (property == "desc") return of_order(k.descending);
  if (property == "nulls_first") return of_order(k.nulls_first);
  if (property == "nulls_last") return of_order(!k.nulls_first);
  if (property == "orderable") return ordered;
  if (property == "distance_orderable") return false;
  if (property == "returnable") return i->access_method == kBtree;
  if (property == "search_array") return ordered;
  if (property == "search_nulls") return key && !one_of(i->access_method, {kHash, kGin});
  return std::nullopt;
}

}  // namespace

void register_object_functions(types::FunctionRegistry& registry) {
  registry.add_scalar("pg_describe_object", scalar<describe>());
  registry.add_scalar("pg_identify_object", scalar<identify>());
  registry.add_scalar("pg_sequence_parameters", scalar<sequence_parameters>());
  registry.add_scalar("pg_partition_root", scalar<partition_root>());
  registry.add_set("pg_partition_ancestors", partition_ancestors);
  registry.add_set("pg_partition_tree", partition_tree);
  registry.add_set("pg_options_to_table", options_to_table);
  registry.add_scalar("pg_relation_is_publishable", scalar<is_publishable>());
  registry.add_scalar("pg_relation_is_updatable", scalar<relation_is_updatable>());
  registry.add_scalar("pg_column_is_updatable", scalar<column_is_updatable>());
  registry.add_scalar("pg_indexam_has_property", scalar<method_property>());
  registry.add_scalar("pg_index_has_property", scalar<index_property>());
  registry.add_scalar("pg_index_column_has_property", scalar<index_column_property>());
}

}  // namespace basalt::catalog
