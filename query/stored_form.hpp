// The stored form of bound trees: what pg_attrdef.adbin, pg_constraint.conbin, pg_index.indexprs and indpred,
// pg_rewrite.ev_action and ev_qual, pg_proc.proargdefaults and prosqlbody, pg_trigger.tgqual and relpartbound hold.
//
// A text: a version digit, then tokens. Everything refers to objects by OID and to columns by number, so renames do not
// touch it. Relations are written as their OID and looked up again when read. Locations are not kept.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "query/bound_query.hpp"

namespace basalt::query {

std::string to_stored(const Expression& expression);
std::string to_stored(const ExpressionList& list);
std::string to_stored(const BoundQuery& query);
std::string to_stored(const std::vector<std::unique_ptr<BoundQuery>>& queries);

// XX000 when the text is not a stored form of that kind. Column names of relation entries are those of today.
ExpressionPointer expression_from_stored(std::string_view text, catalog::CatalogReader& catalog);
ExpressionList list_from_stored(std::string_view text, catalog::CatalogReader& catalog);
std::unique_ptr<BoundQuery> query_from_stored(std::string_view text, catalog::CatalogReader& catalog);
std::vector<std::unique_ptr<BoundQuery>> queries_from_stored(std::string_view text, catalog::CatalogReader& catalog);

}  // namespace basalt::query
