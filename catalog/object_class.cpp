#include "catalog/object_class.hpp"

#include "catalog/catalog_ids.hpp"
#include "catalog/catalog_table.hpp"

namespace basalt::catalog {

namespace {

const ObjectClass kClasses[] = {
    {id::kPgClass, id::kPgClassOidIndex, "table", "relname", "relnamespace", "relowner", "relacl", 'r'},
    {id::kPgProc, id::kPgProcOidIndex, "function", "proname", "pronamespace", "proowner", "proacl", 'f'},
    {id::kPgType, id::kPgTypeOidIndex, "type", "typname", "typnamespace", "typowner", "typacl", 'T'},
    {id::kPgNamespace, id::kPgNamespaceOidIndex, "schema", "nspname", nullptr, "nspowner", "nspacl", 'n'},
    {id::kPgCast, id::kPgCastOidIndex, "cast", nullptr, nullptr, nullptr, nullptr, 0},
    {id::kPgCollation, id::kPgCollationOidIndex, "collation", "collname", "collnamespace", "collowner", nullptr, 0},
    {id::kPgConstraint, id::kPgConstraintOidIndex, "constraint", "conname", "connamespace", nullptr, nullptr, 0},
    {id::kPgConversion, id::kPgConversionOidIndex, "conversion", "conname", "connamespace", "conowner", nullptr, 0},
    {id::kPgAttrdef, id::kPgAttrdefOidIndex, "default value", nullptr, nullptr, nullptr, nullptr, 0},
    {id::kPgLanguage, id::kPgLanguageOidIndex, "language", "lanname", nullptr, "lanowner", "lanacl", 'l'},
    {id::kPgLargeobjectMetadata, id::kPgLargeobjectMetadataOidIndex, "large object", nullptr, nullptr, "lomowner",
     "lomacl", 'L'},
    {id::kPgOperator, id::kPgOperatorOidIndex, "operator", "oprname", "oprnamespace", "oprowner", nullptr, 0},
    {id::kPgOpclass, id::kPgOpclassOidIndex, "operator class", "opcname", "opcnamespace", "opcowner", nullptr, 0},
    {id::kPgOpfamily, id::kPgOpfamilyOidIndex, "operator family", "opfname", "opfnamespace", "opfowner", nullptr, 0},
    {id::kPgAm, id::kPgAmOidIndex, "access method", "amname", nullptr, nullptr, nullptr, 0},
    {id::kPgAmop, id::kPgAmopOidIndex, "operator of access method", nullptr, nullptr, nullptr, nullptr, 0},
    {id::kPgAmproc, id::kPgAmprocOidIndex, "function of access method", nullptr, nullptr, nullptr, nullptr, 0},
    {id::kPgRewrite, id::kPgRewriteOidIndex, "rule", "rulename", nullptr, nullptr, nullptr, 0},
    {id::kPgTrigger, id::kPgTriggerOidIndex, "trigger", "tgname", nullptr, nullptr, nullptr, 0},
    {id::kPgStatisticExt, id::kPgStatisticExtOidIndex, "statistics object", "stxname", "stxnamespace", "stxowner",
     nullptr, 0},
    {id::kPgTsParser, id::kPgTsParserOidIndex, "text search parser", "prsname", "prsnamespace", nullptr, nullptr, 0},
    {id::kPgTsDict, id::kPgTsDictOidIndex, "text search dictionary", "dictname", "dictnamespace", "dictowner", nullptr,
     0},
    {id::kPgTsTemplate, id::kPgTsTemplateOidIndex, "text search template", "tmplname", "tmplnamespace", nullptr,
     nullptr, 0},
    {id::kPgTsConfig, id::kPgTsConfigOidIndex, "text search configuration", "cfgname", "cfgnamespace", "cfgowner",
     nullptr, 0},
    {id::kPgAuthid, id::kPgAuthidOidIndex, "role", "rolname", nullptr, nullptr, nullptr, 0},
    {id::kPgDatabase, id::kPgDatabaseOidIndex, "database", "datname", nullptr, "datdba", "datacl", 'd'},
    {id::kPgTablespace, id::kPgTablespaceOidIndex, "tablespace", "spcname", nullptr, "spcowner", "spcacl", 't'},
    {id::kPgForeignDataWrapper, id::kPgForeignDataWrapperOidIndex, "foreign-data wrapper", "fdwname", nullptr,
     "fdwowner", "fdwacl", 'F'},
    {id::kPgForeignServer, id::kPgForeignServerOidIndex, "server", "srvname", nullptr, "srvowner", "srvacl", 'S'},
    {id::kPgUserMapping, id::kPgUserMappingOidIndex, "user mapping", nullptr, nullptr, nullptr, nullptr, 0},
    {id::kPgDefaultAcl, id::kPgDefaultAclOidIndex, "default acl", nullptr, nullptr, nullptr, nullptr, 0},
    {id::kPgExtension, id::kPgExtensionOidIndex, "extension", "extname", nullptr, "extowner", nullptr, 0},
    {id::kPgEventTrigger, id::kPgEventTriggerOidIndex, "event trigger", "evtname", nullptr, "evtowner", nullptr, 0},
    {id::kPgPolicy, id::kPgPolicyOidIndex, "policy", "polname", nullptr, nullptr, nullptr, 0},
    {id::kPgPublication, id::kPgPublicationOidIndex, "publication", "pubname", nullptr, "pubowner", nullptr, 0},
    {id::kPgSubscription, id::kPgSubscriptionOidIndex, "subscription", "subname", nullptr, "subowner", nullptr, 0},
    {id::kPgTransform, id::kPgTransformOidIndex, "transform", nullptr, nullptr, nullptr, nullptr, 0},
};

}  // namespace

const ObjectClass* find_object_class(Oid catalog) {
  for (const ObjectClass& c : kClasses) {
    if (c.catalog == catalog) return &c;
  }
  return nullptr;
}

bool find_object_row(CatalogReader& catalog, const ObjectClass& object_class, Oid object, CatalogRow& row,
                     common::RowId* row_id) {
  bool found = false;
  const Value key = Value::of(object.value);
  catalog.scan(object_class.catalog, object_class.oid_index, std::span(&key, 1),
               [&](common::RowId id, const CatalogRow& r) {
                 found = true;
                 row = r;
                 if (row_id) *row_id = id;
                 return false;
               });
  return found;
}

const Value& object_column(const ObjectClass& object_class, const CatalogRow& row, const char* column) {
  return row[static_cast<size_t>(catalog_table(object_class.catalog).column(column))];
}

}  // namespace basalt::catalog
