// Index paths: which conditions an index can take, what it would cost, and in which order it delivers rows.
//
// A condition is usable for a key of the index when it compares the key with a value that is known before the scan:
// without columns of this level (a scan) or over the tables on the left of a join (an index join). Leading keys bound
// to one value each, then conditions on one more key. A partial index needs its predicate among the conditions.
#pragma once

#include <functional>
#include <optional>

#include "planner/level.hpp"

namespace basalt::planner {

struct IndexPath {
  catalog::IndexPointer index;
  struct Condition {
    int key;
    int strategy;
    const Expression* value;  // of the predicate; null for the IS NULL tests
    size_t predicate;         // its number in the list
    bool any_array = false, is_null = false, is_not_null = false;
  };
  std::vector<Condition> conditions;
  std::vector<size_t> implied;  // predicates that the index's own predicate makes true
  int bound_keys = 0;           // leading keys with one value
  double selectivity = 1;       // of the conditions
  bool unique_point = false;    // at most one row
  bool index_only = false;
  storage::ScanDirection direction = storage::ScanDirection::kForward;
  bool uses(size_t predicate) const;
};

class IndexPaths {
 public:
  using Usable = std::function<bool(const Expression&)>;
  // `predicates` must outlive this; null entries do not count.
  IndexPaths(Level& level, int table, std::vector<const Expression*> predicates, Usable usable);

  // Every index with at least one condition.
  std::vector<IndexPath> with_conditions();
  // The cheapest of them; none: nothing fits.
  std::optional<IndexPath> cheapest();
  // Indexes that deliver the wanted order, with whatever conditions help.
  std::vector<IndexPath> ordered(const WantedOrder& order);

  // All rows of the path, and one of many lookups.
  double scan_cost(const IndexPath& path) const;
  double lookup_cost(const IndexPath& path) const;
  double rows() const { return rows_; }

  // The scan node; values are resolved against `outer`. Predicates that the path does not cover are not in it.
  std::unique_ptr<PhysicalIndexScan> build(const IndexPath& path, const Available& outer, Available& output);

 private:
  struct Key {
    int16_t column = 0;
    ExpressionPointer expression;  // of an expression index, in level form
  };
  std::vector<Key> keys_of(const catalog::IndexDescriptor& index);
  std::optional<IndexPath> match(const catalog::IndexPointer& index, bool with_arrays);
  bool match_condition(const catalog::IndexDescriptor& index, const Key& key, size_t predicate,
                       IndexPath::Condition& out);
  bool is_key(const Expression& e, const Key& key) const;
  bool implies_predicate(const catalog::IndexDescriptor& index, IndexPath& path);
  bool may_be_index_only(const catalog::IndexDescriptor& index) const;
  bool gives_order(const IndexPath& path, const std::vector<Key>& keys, const WantedOrder& order, bool& backward) const;
  double condition_selectivity(const IndexPath::Condition& condition, const Key& key);
  double heap_cost(const IndexPath& path, double matching) const;

  Level& level_;
  int table_;
  const catalog::RelationDescriptor& relation_;
  std::vector<const Expression*> predicates_;
  Usable usable_;
  double rows_, pages_;
};

}  // namespace basalt::planner
