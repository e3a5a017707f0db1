// What join conditions offer: hash keys, index lookups, strictness.
#pragma once

#include "planner/level.hpp"

namespace basalt::planner {

// left = right, where `left` is over the left side and `right` over the right one, of one type (casts added where
// needed).
struct JoinKey {
  ExpressionPointer left, right, original;
  Oid collation;
  bool null_safe = false;
};
// Are all columns of the expression available on this side, and is there one?
bool belongs_to(const Expression& expression, const Available& side);

bool split_join_key(const Expression& condition, const Available& left, const Available& right,
                    catalog::CatalogReader& catalog, JoinKey& key);

// An operator call that is the default equality of its (common) type.
bool is_hashable_equality(const Expression& condition, catalog::CatalogReader& catalog);

// True if the conjunct cannot be true when all columns of `tables` are NULL.
bool rejects_nulls(const Expression& conjunct, const TableSet& tables, catalog::CatalogReader& catalog);

// The comparison strategy of an operator in the btree family of an index key (1..5), or 0; 6: is the key's operand on
// the right side.
int btree_strategy(Oid op, Oid opclass, catalog::CatalogReader& catalog);

// `expression` as `target`, by a lossless cast between integer types; null where there is none (and the types differ).
ExpressionPointer cast_key(const Expression& expression, Oid target);
// Integer types can be compared as the widest of them; the same type as itself. 0: not comparable as keys.
Oid common_key_type(Oid a, Oid b);

}  // namespace basalt::planner
