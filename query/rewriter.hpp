// The rewriter's inside: what happens between analysis and planning. Internal to query/.
#pragma once

#include "query/analyzer.hpp"

namespace basalt::query {

class Rewriter {
 public:
  explicit Rewriter(BindContext& c) : context(c), catalog(*c.catalog), analyzer(c) {}
  BindContext& context;
  catalog::CatalogReader& catalog;
  Analyzer analyzer;

  // Does everything to one query; appends what comes of it.
  void rewrite(std::unique_ptr<BoundQuery> query, std::vector<std::unique_ptr<BoundQuery>>& out);

  // ---- views (rewrite.cpp)
  void expand_views(BoundQuery& query);
  void expand_view(BoundQuery& query, int table);
  std::unique_ptr<BoundQuery> view_query(const catalog::RelationDescriptor& view);
  void lock_relations(BoundQuery& query);
  void set_check_as_user(BoundQuery& query, Oid user);
  void push_locking(BoundQuery& query, LockStrength strength, int wait_policy);

  // ---- target lists (rewrite_target.cpp)
  void fill_targets(BoundQuery& query);
  void fill_target_list(BoundQuery& query, std::vector<TargetEntry>& targets, bool insert, char overriding,
                        const RangeTableEntry* values);
  ExpressionPointer column_default(const catalog::RelationDescriptor& relation,
                                   const catalog::ColumnDescriptor& column);
  ExpressionPointer default_or_null(const catalog::RelationDescriptor& relation,
                                    const catalog::ColumnDescriptor& column);
  ExpressionPointer identity_value(const catalog::RelationDescriptor& relation,
                                   const catalog::ColumnDescriptor& column);
  // What says DEFAULT for a column of a view that has none.
  void defaults_to_null(RangeTableEntry& values);
  void defaults_to_null(BoundQuery& query);
  void fill_values(BoundQuery& query, RangeTableEntry& values, int table);
  void merge_assignment(std::unique_ptr<TargetEntry>& present, TargetEntry next);

  // ---- changes through views (rewrite_view.cpp)
  // UPDATE and DELETE by INSTEAD OF triggers read the view's rows: the target becomes an entry of its own, the old
  // one a subquery.
  void scan_changed_view(BoundQuery& query);
  // True when the target is a view that was replaced by its base table.
  bool redirect_view(BoundQuery& query);
  void add_check_option(BoundQuery& query, const catalog::RelationDescriptor& view, ExpressionPointer filter,
                        const std::string& check);
  std::string why_not_updatable(const BoundQuery& view, bool check_columns);

  // ---- rules on changes (rewrite_rule.cpp)
  // Adds what the rules of the changed relation make of `change` to `products`; takes the change away where a rule
  // stands in its place. False: there are no rules.
  bool fire_rules(std::unique_ptr<BoundQuery>& change, std::vector<std::unique_ptr<BoundQuery>>& products);
  std::unique_ptr<BoundQuery> rule_action(const BoundQuery& change, std::unique_ptr<BoundQuery> action,
                                          const Expression* condition, bool& returning);
  void exclude_rows(BoundQuery& change, const Expression& condition);
  // Gives the command tag to the query that sets it.
  void choose_tag(std::vector<std::unique_ptr<BoundQuery>>& out, CommandKind command);

  // ---- SEARCH and CYCLE (rewrite_search.cpp)
  void rewrite_search_cycle(CommonTableExpression& cte);

 private:
  std::vector<Oid> active_;                          // views being expanded, against recursion
  std::vector<std::pair<Oid, CommandKind>> firing_;  // rules being applied, against recursion
  std::vector<const BoundQuery*> instead_products_;  // queries that rules put in place of a change
  bool cascaded_check_ = false;                      // WITH CASCADED CHECK OPTION of a view further out
};

bool has_option(const catalog::RelationDescriptor& relation, std::string_view name);
std::string option_value(const catalog::RelationDescriptor& relation, std::string_view name);
bool has_instead_trigger(const catalog::RelationDescriptor& relation, CommandKind command);

}  // namespace basalt::query
