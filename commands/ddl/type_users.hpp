// Who holds values of a type: the columns of that type, of arrays and domains of it, and of rows that have it inside.
//
// The values of a table are not rewritten when a type changes. Attributes that come and go are seen when a row is read
// (types/container/record_refresh.hpp); what would make the stored values wrong is refused, or they are looked at.
#pragma once

#include <functional>

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

// 0A000 `cannot alter type "c" because column "t.v" uses it`, when some column or stored expression holds values of
// the row type of `changed`.
void require_row_type_unused(DdlContext& ddl, const catalog::RelationDescriptor& changed);
// The same for a domain, whose values in arrays and rows nobody can look at.
void require_domain_only_in_columns(DdlContext& ddl, Oid domain);
// Each column of a table or materialized view that has the domain, or a domain over it, as its type.
void each_domain_column(
    DdlContext& ddl, Oid domain,
    const std::function<void(const catalog::RelationDescriptor&, const catalog::ColumnDescriptor&)>& visit);
// Builds the indexes anew in which rows of the type are: their keys are made of its attributes.
void rebuild_indexes_over(DdlContext& ddl, Oid row_type);

}  // namespace basalt::commands::ddl
