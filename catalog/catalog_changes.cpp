#include "catalog/catalog_changes.hpp"

#include <unordered_map>

#include "catalog/catalog_ids.hpp"

namespace basalt::catalog {

namespace {

struct ObjectRule {
  Oid table;
  const char* column;
  Oid class_oid;  // what the column's value names
};

// A row belongs to the objects that its columns name here.
const ObjectRule kObjectRules[] = {
    {id::kPgClass, "oid", id::kPgClass},
    {id::kPgClass, "reltype", id::kPgType},
    {id::kPgAttribute, "attrelid", id::kPgClass},
    {id::kPgAttrdef, "adrelid", id::kPgClass},
    {id::kPgConstraint, "conrelid", id::kPgClass},
    {id::kPgConstraint, "confrelid", id::kPgClass},
    {id::kPgConstraint, "contypid", id::kPgType},
    {id::kPgIndex, "indrelid", id::kPgClass},
    {id::kPgIndex, "indexrelid", id::kPgClass},
    {id::kPgTrigger, "tgrelid", id::kPgClass},
    {id::kPgRewrite, "ev_class", id::kPgClass},
    {id::kPgInherits, "inhrelid", id::kPgClass},
    {id::kPgInherits, "inhparent", id::kPgClass},
    {id::kPgStatistic, "starelid", id::kPgClass},
    {id::kPgStatisticExt, "stxrelid", id::kPgClass},
    {id::kPgPolicy, "polrelid", id::kPgClass},
    {id::kPgPartitionedTable, "partrelid", id::kPgClass},
    {id::kPgSequence, "seqrelid", id::kPgClass},
    {id::kPgForeignTable, "ftrelid", id::kPgClass},
    {id::kPgType, "oid", id::kPgType},
    {id::kPgEnum, "enumtypid", id::kPgType},
    {id::kPgRange, "rngtypid", id::kPgType},
    {id::kPgRange, "rngmultitypid", id::kPgType},
    {id::kPgProc, "oid", id::kPgProc},
    {id::kPgAggregate, "aggfnoid", id::kPgProc},
    {id::kPgOperator, "oid", id::kPgOperator},
    {id::kPgCast, "oid", id::kPgCast},
    {id::kPgOpclass, "oid", id::kPgOpclass},
    {id::kPgOpfamily, "oid", id::kPgOpfamily},
    {id::kPgAmop, "amopfamily", id::kPgOpfamily},
    {id::kPgAmop, "amopopr", id::kPgOperator},
    {id::kPgAmproc, "amprocfamily", id::kPgOpfamily},
    {id::kPgCollation, "oid", id::kPgCollation},
    {id::kPgNamespace, "oid", id::kPgNamespace},
    {id::kPgLanguage, "oid", id::kPgLanguage},
    {id::kPgAuthid, "oid", id::kPgAuthid},
    {id::kPgAuthMembers, "member", id::kPgAuthid},
    {id::kPgDatabase, "oid", id::kPgDatabase},
};

struct NameRule {
  Oid table;
  const char* name;
  const char* name_space;  // null: names are unique in the database or cluster
};

const NameRule kNameRules[] = {
    {id::kPgClass, "relname", "relnamespace"},       {id::kPgType, "typname", "typnamespace"},
    {id::kPgProc, "proname", "pronamespace"},        {id::kPgOperator, "oprname", "oprnamespace"},
    {id::kPgCollation, "collname", "collnamespace"}, {id::kPgOpclass, "opcname", "opcnamespace"},
    {id::kPgNamespace, "nspname", nullptr},          {id::kPgAuthid, "rolname", nullptr},
    {id::kPgDatabase, "datname", nullptr},
};

struct TableRules {
  std::vector<std::pair<int, Oid>> objects;  // column position, class
  int name = -1, name_space = -1;
};

const TableRules* rules_of(Oid table) {
  static const std::unordered_map<uint32_t, TableRules> kRules = [] {
    std::unordered_map<uint32_t, TableRules> out;
    for (const ObjectRule& rule : kObjectRules) {
      out[rule.table.value].objects.emplace_back(catalog_table(rule.table).column(rule.column), rule.class_oid);
    }
    for (const NameRule& rule : kNameRules) {
      TableRules& rules = out[rule.table.value];
      rules.name = catalog_table(rule.table).column(rule.name);
      if (rule.name_space) rules.name_space = catalog_table(rule.table).column(rule.name_space);
    }
    return out;
  }();
  auto it = kRules.find(table.value);
  return it == kRules.end() ? nullptr : &it->second;
}

NameKey name_key(const CatalogTable& table, const TableRules& rules, const CatalogRow& row) {
  Oid name_space;
  if (rules.name_space >= 0) name_space = Oid(row[static_cast<size_t>(rules.name_space)].as<uint32_t>());
  return {table.oid, name_space, std::string(row[static_cast<size_t>(rules.name)].string())};
}

void note_objects(const TableRules& rules, const CatalogRow& row, CatalogChanges& out) {
  for (const auto& [column, class_oid] : rules.objects) {
    const Value& value = row[static_cast<size_t>(column)];
    if (!value.is_null() && value.as<uint32_t>() != 0) out.objects.push_back({class_oid, Oid(value.as<uint32_t>())});
  }
}

}  // namespace

void note_row_change(const CatalogTable& table, const CatalogRow* before, const CatalogRow* after,
                     CatalogChanges& out) {
  const TableRules* rules = rules_of(table.oid);
  if (!rules) return;
  if (before) note_objects(*rules, *before, out);
  if (after) note_objects(*rules, *after, out);
  if (rules->name < 0) return;
  if (before && after) {
    NameKey old_key = name_key(table, *rules, *before), new_key = name_key(table, *rules, *after);
    bool moved = !(old_key == new_key);
    if (moved) out.names.push_back({old_key, true});
    out.names.push_back({new_key, moved});
  } else {
    out.names.push_back({name_key(table, *rules, before ? *before : *after), true});
  }
}

}  // namespace basalt::catalog
