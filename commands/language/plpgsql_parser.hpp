// PlParser: see plpgsql_parse.cpp (declarations, blocks) and plpgsql_statements.cpp.
#pragma once

#include <initializer_list>

#include "commands/language/plpgsql_ast.hpp"
#include "parser/parse.hpp"
#include "parser/scanner.hpp"
#include "query/binder.hpp"

namespace basalt::commands::language {

class PlParser {
 public:
  PlParser(std::string_view source, const PlParseOptions& options);
  std::shared_ptr<PlProgram> parse();
  int line() const;

 private:
  std::string slice(size_t at) const;  // the token as written, in lower case
  bool is(std::string_view word, size_t ahead = 0) const;
  bool accept(std::string_view word);
  void expect(std::string_view word);
  bool at_end() const;
  [[noreturn]] void fail() const;
  std::string identifier();
  std::string string_value();
  bool is_string_prefix(char c) const;

  PlExpressionPointer make_expression(size_t begin, size_t end, bool statement);
  void check_syntax(const PlExpression& expression, size_t from) const;
  PlExpressionPointer expression_until(std::initializer_list<std::string_view> stops, bool statement);
  void push_scope(const std::string& label);
  int add_datum(const std::string& name, common::Oid type, int32_t typmod, bool visible);
  bool is_composite(common::Oid type) const;
  int lookup(const std::string& name) const;
  void read_type(common::Oid& type, int32_t& typmod);
  void copied_type(const std::vector<std::string>& names, bool row, common::Oid& type, int32_t& typmod);

  void declare_cursor(const std::string& name, PlScroll scroll);
  void declarations(PlStatement& block);
  std::unique_ptr<PlStatement> block(const std::string& label);
  void handler(PlStatement& block);
  PlBody body(std::initializer_list<std::string_view> ends);
  std::unique_ptr<PlStatement> statement();
  void if_statement(PlStatement& out);
  void case_statement(PlStatement& out);
  void for_statement(PlStatement& out);
  void foreach_statement(PlStatement& out);
  void loop_body(PlStatement& out);
  void end_label(const std::string& label);
  void compile_option();
  void check_known(size_t at) const;
  void exit_statement(PlStatement& out, PlKind kind);
  void return_statement(PlStatement& out);
  void raise_statement(PlStatement& out);
  void execute_statement(PlStatement& out);
  void diagnostics_statement(PlStatement& out);
  void open_statement(PlStatement& out);
  void fetch_statement(PlStatement& out);
  void fetch_direction(PlStatement& out);
  int64_t fetch_count();
  void transaction_statement(PlStatement& out);
  int cursor_variable();
  PlScroll scroll_option();
  void sql_statement(PlStatement& out);
  bool assignment(PlStatement& out);
  PlTarget target();
  void target_part(PlTarget& out, size_t begin);
  void into_targets(PlStatement& out);
  void using_arguments(PlStatement& out, std::initializer_list<std::string_view> stops);

  std::string_view source_;
  const PlParseOptions& options_;
  parser::TokenList tokens_;
  size_t at_ = 0;
  mutable size_t counted_ = 0;  // bytes whose lines are counted
  mutable int line_ = 1;        // of the byte behind them
  std::shared_ptr<PlProgram> program_;
  struct Label {
    std::string name;
    bool loop;
  };
  std::vector<Label> labels_;  // of the blocks and loops that are open
  const PlScope* scope_ = nullptr;
};

}  // namespace basalt::commands::language
