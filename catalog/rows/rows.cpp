// Written by tools/catalog_rows.py; do not edit.
#include "catalog/rows/pg_aggregate.hpp"
#include "catalog/rows/pg_am.hpp"
#include "catalog/rows/pg_amop.hpp"
#include "catalog/rows/pg_amproc.hpp"
#include "catalog/rows/pg_attrdef.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_auth_members.hpp"
#include "catalog/rows/pg_authid.hpp"
#include "catalog/rows/pg_cast.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_collation.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_conversion.hpp"
#include "catalog/rows/pg_database.hpp"
#include "catalog/rows/pg_db_role_setting.hpp"
#include "catalog/rows/pg_default_acl.hpp"
#include "catalog/rows/pg_depend.hpp"
#include "catalog/rows/pg_description.hpp"
#include "catalog/rows/pg_enum.hpp"
#include "catalog/rows/pg_event_trigger.hpp"
#include "catalog/rows/pg_extension.hpp"
#include "catalog/rows/pg_foreign_data_wrapper.hpp"
#include "catalog/rows/pg_foreign_server.hpp"
#include "catalog/rows/pg_foreign_table.hpp"
#include "catalog/rows/pg_index.hpp"
#include "catalog/rows/pg_inherits.hpp"
#include "catalog/rows/pg_init_privs.hpp"
#include "catalog/rows/pg_language.hpp"
#include "catalog/rows/pg_largeobject.hpp"
#include "catalog/rows/pg_largeobject_metadata.hpp"
#include "catalog/rows/pg_namespace.hpp"
#include "catalog/rows/pg_opclass.hpp"
#include "catalog/rows/pg_operator.hpp"
#include "catalog/rows/pg_opfamily.hpp"
#include "catalog/rows/pg_parameter_acl.hpp"
#include "catalog/rows/pg_partitioned_table.hpp"
#include "catalog/rows/pg_policy.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "catalog/rows/pg_publication.hpp"
#include "catalog/rows/pg_publication_namespace.hpp"
#include "catalog/rows/pg_publication_rel.hpp"
#include "catalog/rows/pg_range.hpp"
#include "catalog/rows/pg_replication_origin.hpp"
#include "catalog/rows/pg_rewrite.hpp"
#include "catalog/rows/pg_seclabel.hpp"
#include "catalog/rows/pg_sequence.hpp"
#include "catalog/rows/pg_shdepend.hpp"
#include "catalog/rows/pg_shdescription.hpp"
#include "catalog/rows/pg_shseclabel.hpp"
#include "catalog/rows/pg_statistic.hpp"
#include "catalog/rows/pg_statistic_ext.hpp"
#include "catalog/rows/pg_statistic_ext_data.hpp"
#include "catalog/rows/pg_subscription.hpp"
#include "catalog/rows/pg_subscription_rel.hpp"
#include "catalog/rows/pg_tablespace.hpp"
#include "catalog/rows/pg_transform.hpp"
#include "catalog/rows/pg_trigger.hpp"
#include "catalog/rows/pg_ts_config.hpp"
#include "catalog/rows/pg_ts_config_map.hpp"
#include "catalog/rows/pg_ts_dict.hpp"
#include "catalog/rows/pg_ts_parser.hpp"
#include "catalog/rows/pg_ts_template.hpp"
#include "catalog/rows/pg_type.hpp"
#include "catalog/rows/pg_user_mapping.hpp"

namespace basalt::catalog {

CatalogRow PgAggregateRow::to_row() const { return encode_row(*this); }
PgAggregateRow PgAggregateRow::from_row(const CatalogRow& row) { return decode_row<PgAggregateRow>(row); }
CatalogRow PgAmRow::to_row() const { return encode_row(*this); }
PgAmRow PgAmRow::from_row(const CatalogRow& row) { return decode_row<PgAmRow>(row); }
CatalogRow PgAmopRow::to_row() const { return encode_row(*this); }
PgAmopRow PgAmopRow::from_row(const CatalogRow& row) { return decode_row<PgAmopRow>(row); }
CatalogRow PgAmprocRow::to_row() const { return encode_row(*this); }
PgAmprocRow PgAmprocRow::from_row(const CatalogRow& row) { return decode_row<PgAmprocRow>(row); }
CatalogRow PgAttrdefRow::to_row() const { return encode_row(*this); }
PgAttrdefRow PgAttrdefRow::from_row(const CatalogRow& row) { return decode_row<PgAttrdefRow>(row); }
CatalogRow PgAttributeRow::to_row() const { return encode_row(*this); }
PgAttributeRow PgAttributeRow::from_row(const CatalogRow& row) { return decode_row<PgAttributeRow>(row); }
CatalogRow PgAuthMembersRow::to_row() const { return encode_row(*this); }
PgAuthMembersRow PgAuthMembersRow::from_row(const CatalogRow& row) { return decode_row<PgAuthMembersRow>(row); }
CatalogRow PgAuthidRow::to_row() const { return encode_row(*this); }
PgAuthidRow PgAuthidRow::from_row(const CatalogRow& row) { return decode_row<PgAuthidRow>(row); }
CatalogRow PgCastRow::to_row() const { return encode_row(*this); }
PgCastRow PgCastRow::from_row(const CatalogRow& row) { return decode_row<PgCastRow>(row); }
CatalogRow PgClassRow::to_row() const { return encode_row(*this); }
PgClassRow PgClassRow::from_row(const CatalogRow& row) { return decode_row<PgClassRow>(row); }
CatalogRow PgCollationRow::to_row() const { return encode_row(*this); }
PgCollationRow PgCollationRow::from_row(const CatalogRow& row) { return decode_row<PgCollationRow>(row); }
CatalogRow PgConstraintRow::to_row() const { return encode_row(*this); }
PgConstraintRow PgConstraintRow::from_row(const CatalogRow& row) { return decode_row<PgConstraintRow>(row); }
CatalogRow PgConversionRow::to_row() const { return encode_row(*this); }
PgConversionRow PgConversionRow::from_row(const CatalogRow& row) { return decode_row<PgConversionRow>(row); }
CatalogRow PgDatabaseRow::to_row() const { return encode_row(*this); }
PgDatabaseRow PgDatabaseRow::from_row(const CatalogRow& row) { return decode_row<PgDatabaseRow>(row); }
CatalogRow PgDbRoleSettingRow::to_row() const { return encode_row(*this); }
PgDbRoleSettingRow PgDbRoleSettingRow::from_row(const CatalogRow& row) { return decode_row<PgDbRoleSettingRow>(row); }
CatalogRow PgDefaultAclRow::to_row() const { return encode_row(*this); }
PgDefaultAclRow PgDefaultAclRow::from_row(const CatalogRow& row) { return decode_row<PgDefaultAclRow>(row); }
CatalogRow PgDependRow::to_row() const { return encode_row(*this); }
PgDependRow PgDependRow::from_row(const CatalogRow& row) { return decode_row<PgDependRow>(row); }
CatalogRow PgDescriptionRow::to_row() const { return encode_row(*this); }
PgDescriptionRow PgDescriptionRow::from_row(const CatalogRow& row) { return decode_row<PgDescriptionRow>(row); }
CatalogRow PgEnumRow::to_row() const { return encode_row(*this); }
PgEnumRow PgEnumRow::from_row(const CatalogRow& row) { return decode_row<PgEnumRow>(row); }
CatalogRow PgEventTriggerRow::to_row() const { return encode_row(*this); }
PgEventTriggerRow PgEventTriggerRow::from_row(const CatalogRow& row) { return decode_row<PgEventTriggerRow>(row); }
CatalogRow PgExtensionRow::to_row() const { return encode_row(*this); }
PgExtensionRow PgExtensionRow::from_row(const CatalogRow& row) { return decode_row<PgExtensionRow>(row); }
CatalogRow PgForeignDataWrapperRow::to_row() const { return encode_row(*this); }
PgForeignDataWrapperRow PgForeignDataWrapperRow::from_row(const CatalogRow& row) {
  return decode_row<PgForeignDataWrapperRow>(row);
}
CatalogRow PgForeignServerRow::to_row() const { return encode_row(*this); }
PgForeignServerRow PgForeignServerRow::from_row(const CatalogRow& row) { return decode_row<PgForeignServerRow>(row); }
CatalogRow PgForeignTableRow::to_row() const { return encode_row(*this); }
PgForeignTableRow PgForeignTableRow::from_row(const CatalogRow& row) { return decode_row<PgForeignTableRow>(row); }
CatalogRow PgIndexRow::to_row() const { return encode_row(*this); }
PgIndexRow PgIndexRow::from_row(const CatalogRow& row) { return decode_row<PgIndexRow>(row); }
CatalogRow PgInheritsRow::to_row() const { return encode_row(*this); }
PgInheritsRow PgInheritsRow::from_row(const CatalogRow& row) { return decode_row<PgInheritsRow>(row); }
CatalogRow PgInitPrivsRow::to_row() const { return encode_row(*this); }
PgInitPrivsRow PgInitPrivsRow::from_row(const CatalogRow& row) { return decode_row<PgInitPrivsRow>(row); }
CatalogRow PgLanguageRow::to_row() const { return encode_row(*this); }
PgLanguageRow PgLanguageRow::from_row(const CatalogRow& row) { return decode_row<PgLanguageRow>(row); }
CatalogRow PgLargeobjectRow::to_row() const { return encode_row(*this); }
PgLargeobjectRow PgLargeobjectRow::from_row(const CatalogRow& row) { return decode_row<PgLargeobjectRow>(row); }
CatalogRow PgLargeobjectMetadataRow::to_row() const { return encode_row(*this); }
PgLargeobjectMetadataRow PgLargeobjectMetadataRow::from_row(const CatalogRow& row) {
  return decode_row<PgLargeobjectMetadataRow>(row);
}
CatalogRow PgNamespaceRow::to_row() const { return encode_row(*this); }
PgNamespaceRow PgNamespaceRow::from_row(const CatalogRow& row) { return decode_row<PgNamespaceRow>(row); }
CatalogRow PgOpclassRow::to_row() const { return encode_row(*this); }
PgOpclassRow PgOpclassRow::from_row(const CatalogRow& row) { return decode_row<PgOpclassRow>(row); }
CatalogRow PgOperatorRow::to_row() const { return encode_row(*this); }
PgOperatorRow PgOperatorRow::from_row(const CatalogRow& row) { return decode_row<PgOperatorRow>(row); }
CatalogRow PgOpfamilyRow::to_row() const { return encode_row(*this); }
PgOpfamilyRow PgOpfamilyRow::from_row(const CatalogRow& row) { return decode_row<PgOpfamilyRow>(row); }
CatalogRow PgParameterAclRow::to_row() const { return encode_row(*this); }
PgParameterAclRow PgParameterAclRow::from_row(const CatalogRow& row) { return decode_row<PgParameterAclRow>(row); }
CatalogRow PgPartitionedTableRow::to_row() const { return encode_row(*this); }
PgPartitionedTableRow PgPartitionedTableRow::from_row(const CatalogRow& row) {
  return decode_row<PgPartitionedTableRow>(row);
}
CatalogRow PgPolicyRow::to_row() const { return encode_row(*this); }
PgPolicyRow PgPolicyRow::from_row(const CatalogRow& row) { return decode_row<PgPolicyRow>(row); }
CatalogRow PgProcRow::to_row() const { return encode_row(*this); }
PgProcRow PgProcRow::from_row(const CatalogRow& row) { return decode_row<PgProcRow>(row); }
CatalogRow PgPublicationRow::to_row() const { return encode_row(*this); }
PgPublicationRow PgPublicationRow::from_row(const CatalogRow& row) { return decode_row<PgPublicationRow>(row); }
CatalogRow PgPublicationNamespaceRow::to_row() const { return encode_row(*this); }
PgPublicationNamespaceRow PgPublicationNamespaceRow::from_row(const CatalogRow& row) {
  return decode_row<PgPublicationNamespaceRow>(row);
}
CatalogRow PgPublicationRelRow::to_row() const { return encode_row(*this); }
PgPublicationRelRow PgPublicationRelRow::from_row(const CatalogRow& row) {
  return decode_row<PgPublicationRelRow>(row);
}
CatalogRow PgRangeRow::to_row() const { return encode_row(*this); }
PgRangeRow PgRangeRow::from_row(const CatalogRow& row) { return decode_row<PgRangeRow>(row); }
CatalogRow PgReplicationOriginRow::to_row() const { return encode_row(*this); }
PgReplicationOriginRow PgReplicationOriginRow::from_row(const CatalogRow& row) {
  return decode_row<PgReplicationOriginRow>(row);
}
CatalogRow PgRewriteRow::to_row() const { return encode_row(*this); }
PgRewriteRow PgRewriteRow::from_row(const CatalogRow& row) { return decode_row<PgRewriteRow>(row); }
CatalogRow PgSeclabelRow::to_row() const { return encode_row(*this); }
PgSeclabelRow PgSeclabelRow::from_row(const CatalogRow& row) { return decode_row<PgSeclabelRow>(row); }
CatalogRow PgSequenceRow::to_row() const { return encode_row(*this); }
PgSequenceRow PgSequenceRow::from_row(const CatalogRow& row) { return decode_row<PgSequenceRow>(row); }
CatalogRow PgShdependRow::to_row() const { return encode_row(*this); }
PgShdependRow PgShdependRow::from_row(const CatalogRow& row) { return decode_row<PgShdependRow>(row); }
CatalogRow PgShdescriptionRow::to_row() const { return encode_row(*this); }
PgShdescriptionRow PgShdescriptionRow::from_row(const CatalogRow& row) { return decode_row<PgShdescriptionRow>(row); }
CatalogRow PgShseclabelRow::to_row() const { return encode_row(*this); }
PgShseclabelRow PgShseclabelRow::from_row(const CatalogRow& row) { return decode_row<PgShseclabelRow>(row); }
CatalogRow PgStatisticRow::to_row() const { return encode_row(*this); }
PgStatisticRow PgStatisticRow::from_row(const CatalogRow& row) { return decode_row<PgStatisticRow>(row); }
CatalogRow PgStatisticExtRow::to_row() const { return encode_row(*this); }
PgStatisticExtRow PgStatisticExtRow::from_row(const CatalogRow& row) { return decode_row<PgStatisticExtRow>(row); }
CatalogRow PgStatisticExtDataRow::to_row() const { return encode_row(*this); }
PgStatisticExtDataRow PgStatisticExtDataRow::from_row(const CatalogRow& row) {
  return decode_row<PgStatisticExtDataRow>(row);
}
CatalogRow PgSubscriptionRow::to_row() const { return encode_row(*this); }
PgSubscriptionRow PgSubscriptionRow::from_row(const CatalogRow& row) { return decode_row<PgSubscriptionRow>(row); }
CatalogRow PgSubscriptionRelRow::to_row() const { return encode_row(*this); }
PgSubscriptionRelRow PgSubscriptionRelRow::from_row(const CatalogRow& row) {
  return decode_row<PgSubscriptionRelRow>(row);
}
CatalogRow PgTablespaceRow::to_row() const { return encode_row(*this); }
PgTablespaceRow PgTablespaceRow::from_row(const CatalogRow& row) { return decode_row<PgTablespaceRow>(row); }
CatalogRow PgTransformRow::to_row() const { return encode_row(*this); }
PgTransformRow PgTransformRow::from_row(const CatalogRow& row) { return decode_row<PgTransformRow>(row); }
CatalogRow PgTriggerRow::to_row() const { return encode_row(*this); }
PgTriggerRow PgTriggerRow::from_row(const CatalogRow& row) { return decode_row<PgTriggerRow>(row); }
CatalogRow PgTsConfigRow::to_row() const { return encode_row(*this); }
PgTsConfigRow PgTsConfigRow::from_row(const CatalogRow& row) { return decode_row<PgTsConfigRow>(row); }
CatalogRow PgTsConfigMapRow::to_row() const { return encode_row(*this); }
PgTsConfigMapRow PgTsConfigMapRow::from_row(const CatalogRow& row) { return decode_row<PgTsConfigMapRow>(row); }
CatalogRow PgTsDictRow::to_row() const { return encode_row(*this); }
PgTsDictRow PgTsDictRow::from_row(const CatalogRow& row) { return decode_row<PgTsDictRow>(row); }
CatalogRow PgTsParserRow::to_row() const { return encode_row(*this); }
PgTsParserRow PgTsParserRow::from_row(const CatalogRow& row) { return decode_row<PgTsParserRow>(row); }
CatalogRow PgTsTemplateRow::to_row() const { return encode_row(*this); }
PgTsTemplateRow PgTsTemplateRow::from_row(const CatalogRow& row) { return decode_row<PgTsTemplateRow>(row); }
CatalogRow PgTypeRow::to_row() const { return encode_row(*this); }
PgTypeRow PgTypeRow::from_row(const CatalogRow& row) { return decode_row<PgTypeRow>(row); }
CatalogRow PgUserMappingRow::to_row() const { return encode_row(*this); }
PgUserMappingRow PgUserMappingRow::from_row(const CatalogRow& row) { return decode_row<PgUserMappingRow>(row); }

}  // namespace basalt::catalog
