// Parts of CREATE DOMAIN that ALTER DOMAIN uses as well.
#pragma once

#include "catalog/rows/pg_type.hpp"
#include "commands/ddl/relation.hpp"

namespace basalt::commands::ddl {

// Returns the stored form of the expression.
std::string add_domain_check(DdlContext& ddl, const catalog::PgTypeRow& domain,
                             const parser::ParsedConstraint& constraint, std::vector<std::string>& taken);
// Fills typdefaultbin and typdefault; leaves them alone for DEFAULT NULL.
void set_domain_default(DdlContext& ddl, catalog::PgTypeRow& row, const parser::ParsedExpression& expression);

}  // namespace basalt::commands::ddl
