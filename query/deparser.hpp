// The deparser's inside: one Deparser prints into one buffer. Internal to query/.
//
// Layout is PostgreSQL's: keywords of a query stand right-aligned to an indent level that grows by 8 a nested query;
// `wrap_column` 0 puts each target on its own line.
#pragma once

#include "query/analyzer.hpp"
#include "query/deparse.hpp"

namespace basalt::query {

// How one query level names its range table entries and their columns.
struct Names {
  const BoundQuery* query = nullptr;
  std::vector<std::string> tables;                // "" for joins without alias
  std::vector<std::vector<std::string>> columns;  // as printed; dropped: ""
  std::vector<bool> print_aliases;
  // MultiExpr subselects whose columns are being assigned; see get of Parameter kExec.
  std::vector<const Expression*> case_tests;
};

class Deparser {
 public:
  Deparser(DeparseContext& context, bool pretty_parens, bool indent, int wrap_column);

  std::string out;

  // ---- expressions (deparse_expression.cpp, deparse_call.cpp)
  void expression(const Expression& e, bool show_implicit = true);
  void expression_in(const Expression& e, bool show_implicit, const Expression& parent);
  void top_level(const Expression& e, bool show_implicit);
  void constant(const Constant& c, int show_type);
  // The attribute name printed, or "" for a whole row.
  std::string column(const Column& c, int levels_up, bool top);
  void list(const ExpressionList& items, const char* separator = ", ");
  bool is_simple(const Expression& e, const Expression& parent) const;
  void function(const Function& f, bool show_implicit);
  bool sql_syntax(const Function& f);
  void operator_call(const OperatorCall& call);
  void aggregate(const Aggregate& a);
  void window_call(const WindowCall& w);
  void coercion(const Expression& argument, Oid type, int32_t typmod, const Expression& parent);
  void bool_call(const BoolCall& b);
  void case_of(const Case& c);
  void sublink(const SubLink& s);
  void row(const RowConstructor& r);
  void subscript(const Subscript& s);
  void field_select(const FieldSelect& f);
  void sql_value(const SqlValue& v);
  void array(const ArrayConstructor& a);
  void row_compare(const RowCompare& r);
  void boolean_test(const BooleanTest& t);
  void collate(const Collate& c);
  void parameter(const Parameter& p);
  void field_assignment(const Expression& e, std::string& prefix, const Expression*& value);

  // ---- names
  std::string type_text(Oid type, int32_t typmod);
  std::string function_name(Oid function, const ExpressionList& arguments, const std::vector<std::string>& names,
                            bool variadic, bool& use_variadic);
  std::string function_name_of(Oid function, const std::vector<Oid>& types, bool variadic, bool& use_variadic);
  std::string operator_name(Oid op, Oid left, Oid right);
  std::string relation_name(const catalog::RelationDescriptor& relation);
  std::string qualified_relation_name(const catalog::RelationDescriptor& relation);
  std::string collation_name(Oid collation);
  std::string namespace_of(Oid name_space);

  // ---- queries (deparse_query.cpp, deparse_from.cpp, deparse_modify.cpp)
  void query(const BoundQuery& q, const std::vector<std::string>* column_names, bool names_visible);
  void select(const BoundQuery& q, const std::vector<std::string>* column_names, bool names_visible);
  void basic_select(const BoundQuery& q, const std::vector<std::string>* column_names, bool names_visible);
  void set_operation(const SetOperation& node, const BoundQuery& q, const std::vector<std::string>* column_names,
                     bool names_visible);
  void with_clause(const BoundQuery& q);
  void target_list(const std::vector<TargetEntry>& targets, const std::vector<std::string>* column_names,
                   bool names_visible);
  void sort_list(const std::vector<SortGroupItem>& items, const std::vector<TargetEntry>& targets, bool force_number);
  // The expression an item refers to, as printed in ORDER BY and GROUP BY.
  const Expression& sort_item(int reference, const std::vector<TargetEntry>& targets, bool force_number);
  void grouping_set(const GroupingSet& set, const std::vector<TargetEntry>& targets, bool omit_parens);
  void window_clause(const BoundQuery& q);
  void window_spec(const WindowClause& w, const std::vector<TargetEntry>& targets);
  void from_clause(const BoundQuery& q, const char* prefix, const std::vector<const FromNode*>& items);
  void from_item(const FromNode& node, const BoundQuery& q);
  void from_table(int table, const BoundQuery& q);
  void from_join(const FromNode& node, const BoundQuery& q);
  void column_aliases(int table);
  void column_definitions(int table, const RangeFunction& f, bool with_names);
  void table_sample(const RangeTableEntry::Sample& sample);
  void values_lists(const std::vector<ExpressionList>& rows);
  void insert(const BoundQuery& q);
  void update(const BoundQuery& q);
  void update_targets(const BoundQuery& q, const std::vector<TargetEntry>& targets, const RangeTableEntry& target);
  void delete_from(const BoundQuery& q);
  void merge(const BoundQuery& q);
  void returning(const BoundQuery& q);
  void target_alias(const BoundQuery& q);

  void keyword(const std::string& text, int before, int after, int plus);
  void trim_spaces();
  Names make_names(const BoundQuery& q);
  // Names for expressions over one relation (index expressions, defaults, checks).
  void push_relation(const catalog::RelationDescriptor& relation);

  DeparseContext& context;
  BindContext bind_context;
  Analyzer analyzer;
  std::vector<Names> names;  // innermost last
  bool pretty, indenting, prefix_columns = false;
  int wrap_column;
  int indent = 0;
  bool force_prefix = false;  // views name their tables even if there is only one
  const std::vector<WindowClause>* windows = nullptr;
  const std::vector<TargetEntry>* window_targets = nullptr;

 private:
  static constexpr int kStep = 8, kJoin = 4, kVariable = 4;
};

// Reserved words, for quote_identifier; sorted.
bool is_quoted_keyword(std::string_view word);

}  // namespace basalt::query
