// The AST builder: parse tree in, AST out. One method per rule or family of rules; expressions, which the grammar keeps
// flat, get PostgreSQL's precedence here. Makes the checks that PostgreSQL makes in its grammar's actions.
//
// A method takes the Node of its rule. Methods are spread over builder_*.cpp by subject.
#pragma once

#include "parser/ast.hpp"
#include "parser/parse.hpp"
#include "parser/tree.hpp"

namespace basalt::parser {

// Rows of literals taken out of a VALUES list before the grammar sees it (QRY-2), found again by the first row's "(".
struct LiteralBlock {
  uint32_t first_row_token = 0;  // scanned index of the "(" of the row that the grammar sees
  uint32_t begin = 0;            // scanned indexes of the rows behind it: "," ... ")"
  uint32_t end = 0;
};

class Builder {
 public:
  Builder(const TreeSource& source, const std::vector<LiteralBlock>& blocks, const char* stack_limit)
      : source_(source), blocks_(blocks), stack_limit_(stack_limit) {}

  // Scanned index from which literals are counted.
  void begin_statement(uint32_t first_token);
  std::vector<int32_t> take_pinned() { return std::move(pinned_); }

  StatementPtr statement(Node n);
  ExpressionPtr expression(Node n);  // a_expr or b_expr
  TypeNamePtr type_name(Node n);

 private:
  // Errors (builder.cpp)
  [[noreturn]] void fail(int32_t location, common::SqlState state, std::string message) const;
  [[noreturn]] void syntax_error(Node at, std::string message = {}) const;  // message: default "syntax error"
  // At the token behind the cursor's last child.
  [[noreturn]] void syntax_error_after(const Cursor& c, std::string message = {}) const;
  [[noreturn]] void fail_at_token(const ScannedToken& token, std::string message) const;
  [[noreturn]] void syntax_error_at(uint32_t scanned_index) const;
  void check_stack() const;
  int32_t literal_index(uint32_t scanned_index);
  void pin(Node literal) { pinned_.push_back(literal_index(source_.scanned_index(literal.token_number()))); }

  // Names and small things (builder.cpp)
  static std::string name(Node n) { return n.text(); }  // colid, collabel, ...: a single token
  QualifiedName names(Node n);                          // dotted: any_name, qualified_name, func_name
  std::vector<std::string> name_list(Node n);           // name_list or name_list_parens
  QualifiedName operator_name(Node n);                  // any_operator, all_op, operator_la, all_op_or_operator
  RangeVarPtr range_var(Node qualified_name);
  RangeVarPtr range_var(const QualifiedName& parts, int32_t location);
  RangeVarPtr relation(Node relation_expr);
  std::vector<RangeVarPtr> range_vars(Node qualified_name_list);
  Persistence persistence(Node opt_temp);
  int32_t integer(Node signed_iconst_or_token);
  std::string number_text(Node n);
  ParsedRole role(Node n);
  std::vector<ParsedRole> roles(Node n);
  DropBehavior behavior(Cursor& c);
  ParsedDefElem def(std::string name, int32_t location);
  ParsedDefElem def_text(std::string name, std::string text, int32_t location);
  ParsedDefElem def_boolean(std::string name, bool value, int32_t location);
  ParsedDefElem def_names(std::string name, QualifiedName value, int32_t location);
  void number_argument(ParsedDefElem& element, Node n);
  void def_arg(ParsedDefElem& element, Node n);
  DefList definition(Node n);  // definition, reloptions, with_definition
  DefList with_options(Node n);
  DefList utility_options(Node n);
  DefList generic_options(Node n);

  // Types (builder_type.cpp)
  TypeNamePtr simple_type(Node n);
  TypeNamePtr keyword_type(Node n);
  TypeNamePtr interval_type(Cursor c, int32_t location);
  int32_t interval_fields(Node n, ExpressionList& typmods);
  static TypeNamePtr system_type(std::string_view name, int32_t location);
  ExpressionPtr integer_literal(Node token);
  ExpressionPtr null_literal(int32_t location);
  ExpressionPtr integer_value(int64_t value);

  // Expressions (builder_expr.cpp, builder_operand.cpp)
  struct Operand;
  ExpressionPtr climb(Cursor& c, int minimum, bool b_expr);
  ExpressionPtr climb_prefix(Cursor& c, bool b_expr);
  ExpressionPtr climb_is(Cursor& c, ExpressionPtr left, bool b_expr, bool& non_associative);
  ExpressionPtr climb_between(Cursor& c, ExpressionPtr left, bool negated, int32_t location);
  ExpressionPtr climb_in(Cursor& c, ExpressionPtr left, bool negated, int32_t location);
  ExpressionPtr climb_like(Cursor& c, ExpressionPtr left, bool negated, int32_t location, bool b_expr);
  ExpressionPtr quantified(Node n, ExpressionPtr left, QualifiedName op, int32_t location, OperatorForm plain);
  ExpressionPtr negate(ExpressionPtr argument, int32_t location);
  ExpressionPtr make_operator(QualifiedName op, ExpressionPtr left, ExpressionPtr right, int32_t location);
  ExpressionPtr make_bool(BoolOperator op, ExpressionPtr left, ExpressionPtr right, int32_t location);
  std::unique_ptr<ParsedFunctionCall> system_call(std::string_view function, int32_t location);
  ExpressionList expression_list(Node n);
  ExpressionPtr operand(Node c_expr);
  ExpressionPtr literal(Node token);
  ExpressionPtr name_expression(Node n);
  ExpressionPtr column_reference(std::vector<ParsedIndirectionStep> steps, std::string first, int32_t location);
  std::vector<ParsedIndirectionStep> indirection(Cursor& c);
  ExpressionPtr with_indirection(ExpressionPtr argument, Cursor& c);
  ExpressionPtr typed_literal(Node n);
  ExpressionPtr constant_cast(TypeNamePtr type, Node string, int32_t location);
  ExpressionPtr case_expression(Node n);
  ExpressionPtr array_brackets(Node n);
  ExpressionPtr special_function(Node n);
  ExpressionPtr sql_value_function(Cursor c);
  ExpressionPtr trim_function(Cursor c, int32_t location);
  ExpressionPtr substring_function(Cursor c, int32_t location);
  ExpressionPtr overlay_function(Cursor c, int32_t location);
  ExpressionPtr function_call(QualifiedName name, Node arguments, int32_t location);
  void call_arguments(ParsedFunctionCall& call, Node n);
  ExpressionList plain_arguments(Node func_arg_list);
  void call_tail(ParsedFunctionCall& call, Node n);
  ExpressionPtr func_expr_windowless(Node n);
  ExpressionPtr a_const(Node n);
  std::unique_ptr<ParsedWindow> window_specification(Node n);
  void frame(ParsedWindow& window, Node n);
  int32_t frame_bound(Node n, bool start, ExpressionPtr& offset, int32_t& location);
  std::unique_ptr<ParsedSubLink> sublink(SubLinkKind kind, Node select_with_parens, int32_t location);

  // Queries (builder_select.cpp, builder_from.cpp)
  StatementPtr query_stmt(Node n);
  WithPtr with_clause(Node n);
  ParsedCte cte(Node n);
  SelectPtr select_no_parens(Node n);  // also query_stmt_select
  SelectPtr select_with_parens(Node n);
  SelectPtr select_body(Node n);
  SelectPtr select_operand(Node n);
  SelectPtr simple_select(Node n);
  SelectPtr values_clause(Node n);
  std::unique_ptr<ParsedLiteralRows> literal_rows(uint32_t first_row_token, size_t columns);
  void select_tail(SelectPtr& select, Node n);
  void select_limit(ParsedSelect& select, Node n);
  void attach_with(ParsedSelect& select, WithPtr with);
  std::vector<ParsedSortBy> sort_clause(Node n);
  std::vector<ParsedResTarget> target_list(Node n);
  std::unique_ptr<ParsedInto> into_clause(Node n);
  std::vector<ParsedGroupingItem> group_items(Cursor& c);
  ParsedGroupingItem group_item(Node n);
  ParsedLocking locking(Node n);
  std::vector<TableRefPtr> from_list(Node n);
  TableRefPtr table_ref(Node n);
  TableRefPtr table_primary(Node n);
  TableRefPtr join(TableRefPtr left, Node tail);
  void alias(ParsedAlias& alias, Node n);
  void function_alias(ParsedRangeFunction& function, Node n);
  std::vector<ParsedFunctionColumn> function_columns(Node n);

  // DML (builder_dml.cpp)
  StatementPtr insert(Node n);
  StatementPtr update(Node n);
  StatementPtr remove(Node n);
  StatementPtr merge(Node n);
  std::vector<ParsedAssignment> assignments(Node n);
  ParsedResTarget set_target(Node n);
  std::unique_ptr<ParsedOnConflict> on_conflict(Node n);
  Overriding overriding(Cursor& c);
  ExpressionPtr where_or_current(Node n);
  ParsedIndexElement index_element(Node n);

  // Tables (builder_table.cpp, builder_constraint.cpp, builder_view.cpp)
  StatementPtr create(Node n);
  StatementPtr create_table(Node n, bool foreign);
  StatementPtr create_table_as(Node n);
  StatementPtr create_view(Node n);
  StatementPtr create_materialized_view(Node n);
  StatementPtr refresh(Node n);
  StatementPtr create_index(Node n);
  StatementPtr create_sequence(Node n);
  StatementPtr create_trigger(Node n);
  StatementPtr create_rule(Node n);
  StatementPtr create_policy(Node n);
  StatementPtr alter_policy(Node n);
  StatementPtr create_statistics(Node n);
  ParsedTableElement table_element(Node n);
  ParsedColumnDefinition column_definition(Node n);
  void column_qualifiers(Cursor& c, ParsedColumnDefinition& column);
  ParsedConstraint column_constraint(Node n);
  ParsedConstraint table_constraint(Node n);
  void constraint_attributes(Cursor& c, ParsedConstraint& constraint, std::string_view what, bool may_skip);
  void constraint_attributes(Cursor& c, ParsedConstraint& constraint, std::string_view what, bool may_skip,
                             int32_t location);
  void key_actions(Cursor& c, ParsedConstraint& constraint);
  ParsedTableElement typed_element(Node n);
  std::unique_ptr<ParsedPartitionBound> partition_bound(Node n);
  std::unique_ptr<ParsedPartitionSpec> partition_by(Node n);
  OnCommit on_commit(Node n);
  DefList sequence_options(Cursor& c);
  ParsedDefElem sequence_option(Node n);
  std::unique_ptr<ParsedCollate> collate(Node n);

  // ALTER (builder_alter.cpp)
  StatementPtr alter(Node n);
  StatementPtr alter_table(Node n);
  StatementPtr alter_table_all(Node n);
  StatementPtr alter_sequence(Node n);
  StatementPtr alter_view(Node n);
  StatementPtr alter_type(Node n);
  StatementPtr alter_domain(Node n);
  ParsedAlterTableCommand alter_command(Node n);
  void alter_column(ParsedAlterTableCommand& command, Node n);
  void alter_trigger_or_rule(ParsedAlterTableCommand& command, Cursor& c, bool enable);
  ParsedAlterTableCommand alter_type_command(Node n);
  ParsedAlterTableCommand partition_command(Node n);
  StatementPtr move_relation(Node n, RangeVarPtr relation, ObjectType type, Cursor c, bool missing_ok);
  StatementPtr alter_relation(Node n, RangeVarPtr relation, ObjectType type, Cursor c, bool missing_ok);
  StatementPtr rename_in_relation(RangeVarPtr relation, ObjectType type, Cursor c, bool missing_ok);

  // Other objects (builder_object.cpp, builder_function.cpp, builder_grant.cpp)
  StatementPtr create_object(Node n);
  StatementPtr alter_object(Node n);
  StatementPtr create_schema(Node n);
  StatementPtr create_role(Node n);
  StatementPtr alter_role(Node n);
  DefList role_options(Cursor& c);
  StatementPtr alter_database(Node n);
  DefList database_options(Cursor& c);
  StatementPtr create_type(Node n);
  StatementPtr create_domain(Node n);
  StatementPtr create_cast(Node n);
  StatementPtr create_function(Node n);
  StatementPtr alter_function(Node n);
  ParsedFunctionParameter function_argument(Node n);
  ParsedFunctionParameter function_parameter(Node n);
  void function_item(DefList& options, std::vector<std::unique_ptr<ParsedVariableSet>>& settings, Node n);
  ParsedObjectWithArguments function_with_arguments(Node n);
  ParsedObjectWithArguments aggregate_with_arguments(Node n);
  void aggregate_arguments(ParsedObjectWithArguments& object, Node n);
  ParsedObjectWithArguments operator_with_arguments(Node n);
  StatementPtr create_aggregate(Node n);
  StatementPtr create_op_class(Node n);
  ParsedOpClassItem op_class_item(Node n);
  StatementPtr alter_operator(Node n);
  StatementPtr create_language(Node n);
  StatementPtr minor_object(Node n, StatementKind kind);
  StatementKind create_minor_kind(Cursor c);
  StatementKind alter_minor_kind(Cursor c);
  ObjectType object_type(Cursor& c);
  ParsedObjectName named_object(Node n, ObjectType& type);
  StatementPtr comment(Node n);
  StatementPtr security_label(Node n);
  StatementPtr drop(Node n);
  StatementPtr drop_objects(Cursor c);
  StatementPtr truncate(Node n);
  StatementPtr alter_named(Node n);
  StatementPtr alter_on_relation(Node n);
  StatementPtr object_tail(ObjectType type, ParsedObjectName object, Cursor c);
  StatementPtr grant(Node n, bool is_grant);
  std::vector<ParsedPrivilege> privileges(Node n);
  ParsedPrivilege privilege(Node n);
  std::vector<ParsedRole> grantees(Node n);
  void privilege_target(ParsedGrant& grant, Node n);
  StatementPtr alter_default_privileges(Node n);

  // Session (builder_utility.cpp, builder_session.cpp)
  StatementPtr transaction(Node n);
  DefList transaction_modes(Node n);
  StatementPtr set_statement(Node n);
  std::unique_ptr<ParsedVariableSet> set_rest(Node n);
  std::unique_ptr<ParsedVariableSet> set_rest_more(Node n);
  std::unique_ptr<ParsedVariableSet> reset(Node n);
  void zone_value(ParsedVariableSet& set, Node n);
  std::string variable_name(Node n);
  StatementPtr show(Node n);
  StatementPtr discard(Node n);
  StatementPtr prepare(Node n);
  StatementPtr execute(Node n);
  StatementPtr declare_cursor(Node n);
  StatementPtr fetch(Node n);
  StatementPtr copy(Node n);
  void copy_options(ParsedCopy& copy, Node n);
  StatementPtr explain(Node n);
  StatementPtr vacuum(Node n, bool is_vacuum);
  StatementPtr cluster(Node n);
  StatementPtr reindex(Node n);
  StatementPtr lock(Node n);
  StatementPtr notify(Node n);
  StatementPtr do_statement(Node n);

  TreeSource source_;
  const std::vector<LiteralBlock>& blocks_;
  const char* stack_limit_;
  uint32_t first_token_ = 0;
  uint32_t counted_token_ = 0;  // literals are counted up to here
  int32_t counted_ = 0;
  std::vector<int32_t> pinned_;
};

// ParsedLiteral's class of an unsigned number as written.
LiteralClass number_class(std::string_view digits, bool is_integer_token);

}  // namespace basalt::parser
