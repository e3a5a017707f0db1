// The parser of PL/pgSQL. It reads the tokens of the SQL scanner; expressions and SQL statements are taken over as
// text.
#include <algorithm>

#include "commands/language/language.hpp"
#include "commands/language/plpgsql_parser.hpp"
#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::Severity;
using common::SqlError;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

namespace {

int characters(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

PlParser::PlParser(std::string_view source, const PlParseOptions& options)
    : source_(source), options_(options), tokens_(source), program_(std::make_shared<PlProgram>()) {
  if (tokens_.error) throw *tokens_.error;
}

// ---- tokens

std::string PlParser::slice(size_t at) const {
  if (at >= tokens_.tokens.size()) return {};
  const auto& token = tokens_.tokens[at];
  std::string text(source_.substr(static_cast<size_t>(token.start), static_cast<size_t>(token.end - token.start)));
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

bool PlParser::is(std::string_view word, size_t ahead) const {
  return at_ + ahead < tokens_.tokens.size() && slice(at_ + ahead) == word;
}
bool PlParser::accept(std::string_view word) {
  if (!is(word)) return false;
  ++at_;
  return true;
}
void PlParser::expect(std::string_view word) {
  if (!accept(word)) fail();
}
bool PlParser::at_end() const { return tokens_.tokens[at_].type == parser::Token::kEndOfText; }

void PlParser::fail() const {
  const auto& token = tokens_.tokens[at_];
  if (at_end()) throw parser::error_at(source_, token.start, sqlstate::kSyntaxError, "syntax error at end of input");
  throw parser::error_at(
      source_, token.start, sqlstate::kSyntaxError,
      "syntax error at or near \"" +
          std::string(source_.substr(static_cast<size_t>(token.start), static_cast<size_t>(token.end - token.start))) +
          "\"");
}

std::string PlParser::identifier() {
  const auto& token = tokens_.tokens[at_];
  char c = at_end() ? ';' : source_[static_cast<size_t>(token.start)];
  bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) || token.quoted;
  if (!word) fail();
  ++at_;
  return std::string(token.value.empty() ? source_.substr(static_cast<size_t>(token.start),
                                                          static_cast<size_t>(token.end - token.start))
                                         : token.value);
}

int PlParser::line() const {
  auto end = static_cast<size_t>(tokens_.tokens[at_].start);
  if (end < counted_) {
    counted_ = 0;
    line_ = 1;
  }
  line_ += static_cast<int>(std::count(source_.begin() + static_cast<ptrdiff_t>(counted_),
                                       source_.begin() + static_cast<ptrdiff_t>(end), '\n'));
  counted_ = end;
  return line_;
}

std::string PlParser::string_value() {
  const auto& token = tokens_.tokens[at_];
  char c = at_end() ? ';' : source_[static_cast<size_t>(token.start)];
  if (c != '\'' && c != '$' && !is_string_prefix(c)) fail();
  ++at_;
  return std::string(token.value);
}

bool PlParser::is_string_prefix(char c) const {
  auto start = static_cast<size_t>(tokens_.tokens[at_].start);
  return (c == 'e' || c == 'E') && start + 1 < source_.size() && source_[start + 1] == '\'';
}

// ---- expressions

PlExpressionPointer PlParser::make_expression(size_t begin, size_t end, bool statement) {
  auto expression = std::make_unique<PlExpression>();
  if (begin == end) fail();
  auto from = static_cast<size_t>(tokens_.tokens[begin].start);
  auto to = static_cast<size_t>(tokens_.tokens[end - 1].end);
  expression->text = source_.substr(from, to - from);
  expression->is_statement = statement;
  expression->scope = scope_;
  if (!statement) check_syntax(*expression, from);
  return expression;
}

// CREATE FUNCTION and DO find syntax errors in the SQL before it is run. `from`: where its text begins in the source.
void PlParser::check_syntax(const PlExpression& expression, size_t from) const {
  if (!options_.check_syntax) return;
  const std::string before = expression.is_statement ? "" : "SELECT ";
  try {
    parser::parse_statements(before + expression.text);
  } catch (SqlError& error) {
    int& position = error.report().position;
    if (position == 0) throw;
    position += characters(source_.substr(0, from)) - static_cast<int>(before.size());
    throw;
  }
}

// Up to one of the words, outside of parentheses, which is not consumed.
PlExpressionPointer PlParser::expression_until(std::initializer_list<std::string_view> stops, bool statement) {
  size_t begin = at_;
  int depth = 0;
  for (; !at_end(); ++at_) {
    std::string text = slice(at_);
    if (text == "(" || text == "[") ++depth;
    if (text == ")" || text == "]") --depth;
    if (depth < 0 || (depth == 0 && std::find(stops.begin(), stops.end(), text) != stops.end())) break;
    if (text == ";" && !statement) break;
  }
  if (begin == at_ && !at_end()) fail();
  if (at_end()) fail();
  PlExpressionPointer expression = make_expression(begin, at_, statement);
  if (statement) check_syntax(*expression, static_cast<size_t>(tokens_.tokens[begin].start));
  return expression;
}

// ---- scopes

void PlParser::push_scope(const std::string& label) {
  program_->scopes.push_back(std::make_unique<PlScope>());
  program_->scopes.back()->parent = scope_;
  program_->scopes.back()->label = label;
  scope_ = program_->scopes.back().get();
}

int PlParser::add_datum(const std::string& name, Oid type, int32_t typmod, bool visible) {
  PlDatum datum;
  datum.name = name;
  datum.type = type;
  datum.typmod = typmod;
  datum.is_record = type == oid::kRecord || is_composite(type);
  program_->datums.push_back(std::move(datum));
  int index = static_cast<int>(program_->datums.size()) - 1;
  if (visible) const_cast<PlScope*>(scope_)->names[name] = index;
  return index;
}

bool PlParser::is_composite(Oid type) const {
  types::TypePointer descriptor = options_.session->catalog().type(type);
  while (descriptor && descriptor->kind == 'd' && descriptor->base.valid())
    descriptor = options_.session->catalog().type(descriptor->base);
  return descriptor && descriptor->kind == 'c';
}

int PlParser::lookup(const std::string& name) const {
  for (const PlScope* scope = scope_; scope; scope = scope->parent)
    if (auto it = scope->names.find(name); it != scope->names.end()) return it->second;
  return -1;
}

// ---- types

void PlParser::read_type(Oid& type, int32_t& typmod) {
  Session& session = *options_.session;
  size_t begin = at_;
  int depth = 0;
  for (; !at_end(); ++at_) {
    std::string text = slice(at_);
    if (text == "(" || text == "[") ++depth;
    if (depth == 0 && (text == ";" || text == ":=" || text == "=" || text == "default" || text == "not" ||
                       text == "," || text == ")" || text == "collate" || text == "constant" || text == "%"))
      break;
    if (text == ")" || text == "]") --depth;
  }
  if (begin == at_) {
    if (is(";") || at_end())
      throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kSyntaxError,
                             "missing data type declaration");
    fail();
  }
  auto from = static_cast<size_t>(tokens_.tokens[begin].start);
  std::string text(source_.substr(from, static_cast<size_t>(tokens_.tokens[at_ - 1].end) - from));
  if (accept("%")) {
    bool row = is("rowtype");
    if (!row && !is("type")) fail();
    ++at_;
    std::vector<std::string> names;
    for (size_t i = begin; i + 2 <= at_; i += 2)
      if (i < at_ - 2) names.emplace_back(tokens_.tokens[i].value);
    copied_type(names, row, type, typmod);
    return;
  }
  query::BindContext bind = session.bind_context(text);
  try {
    query::ResolvedType resolved = query::resolve_type(*parser::parse_type_name(text), bind);
    type = resolved.type->oid;
    typmod = resolved.typmod;
  } catch (SqlError& error) {
    if (error.report().position != 0) error.report().position += characters(source_.substr(0, from));
    throw;
  }
}

// variable%TYPE, table.column%TYPE, table%ROWTYPE
void PlParser::copied_type(const std::vector<std::string>& names, bool row, Oid& type, int32_t& typmod) {
  Session& session = *options_.session;
  typmod = -1;
  if (!row && names.size() == 1) {
    int datum = lookup(names[0]);
    if (datum < 0) throw SqlError(sqlstate::kUndefinedObject, "type \"" + names[0] + "\" does not exist");
    type = program_->datums[static_cast<size_t>(datum)].type;
    typmod = program_->datums[static_cast<size_t>(datum)].typmod;
    return;
  }
  parser::ParsedRangeVar name;
  size_t relation_parts = row ? names.size() : names.size() - 1;
  name.name = names[relation_parts - 1];
  if (relation_parts > 1) name.schema = names[relation_parts - 2];
  query::BindContext bind = session.bind_context(source_);
  catalog::RelationPointer relation = session.catalog().relation(query::resolve_relation(name, false, bind));
  if (row) {
    type = relation->row_type;
    return;
  }
  const auto* column = relation->column(names.back());
  if (!column)
    throw SqlError(sqlstate::kUndefinedColumn,
                   "column \"" + names.back() + "\" of relation \"" + relation->name + "\" does not exist");
  type = column->type;
  typmod = column->typmod;
}

// ---- declarations

void PlParser::declare_cursor(const std::string& name, PlScroll scroll) {
  int datum = add_datum(name, oid::kRefcursor, -1, true);
  std::vector<int> parameters;
  push_scope("");
  if (accept("(")) {
    do {
      std::string parameter = identifier();
      Oid type;
      int32_t typmod;
      read_type(type, typmod);
      parameters.push_back(add_datum(parameter, type, typmod, true));
    } while (accept(","));
    expect(")");
  }
  if (!accept("for")) expect("is");
  PlExpressionPointer query = expression_until({";"}, true);
  scope_ = scope_->parent;
  expect(";");
  program_->datums[static_cast<size_t>(datum)].scroll = scroll;
  program_->datums[static_cast<size_t>(datum)].cursor_query = std::move(query);
  program_->datums[static_cast<size_t>(datum)].cursor_parameters = std::move(parameters);
}

void PlParser::declarations(PlStatement& block) {
  while (!is("begin")) {
    if (accept("declare")) continue;
    std::string name = identifier();
    if (const auto& here = scope_->names; here.contains(name)) {
      --at_;
      throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kSyntaxError,
                             "duplicate declaration at or near \"" + name + "\"");
    }
    if (accept("alias")) {
      expect("for");
      int datum = -1;
      std::string target = slice(at_);
      if (!target.empty() && target[0] == '$') {
        size_t position = std::stoul(target.substr(1));
        if (position == 0 || position > program_->arguments.size()) fail();
        datum = program_->arguments[position - 1];
        ++at_;
      } else {
        datum = lookup(identifier());
      }
      if (datum < 0) fail();
      const_cast<PlScope*>(scope_)->names[name] = datum;
      expect(";");
      continue;
    }
    PlScroll scroll = scroll_option();
    if (accept("cursor")) {
      declare_cursor(name, scroll);
      continue;
    }
    bool constant = accept("constant");
    Oid type;
    int32_t typmod;
    read_type(type, typmod);
    if (accept("collate")) identifier();
    bool not_null = false;
    if (accept("not")) {
      expect("null");
      not_null = true;
    }
    PlExpressionPointer initial;
    if (accept(":=") || accept("=") || accept("default")) initial = expression_until({";"}, false);
    expect(";");
    int datum = add_datum(name, type, typmod, true);
    PlDatum& added = program_->datums[static_cast<size_t>(datum)];
    added.constant = constant;
    added.not_null = not_null;
    added.initial = std::move(initial);
    block.locals.push_back(datum);
  }
}

std::unique_ptr<PlStatement> PlParser::block(const std::string& label) {
  auto statement = std::make_unique<PlStatement>();
  statement->kind = PlKind::kBlock;
  statement->line = line();
  statement->label = label;
  const PlScope* outer = scope_;
  push_scope(label);
  labels_.push_back({label, false});
  if (accept("declare")) declarations(*statement);
  statement->line = line();
  expect("begin");
  statement->body = body({"end", "exception"});
  if (accept("exception")) {
    push_scope("");
    statement->datum = add_datum("sqlstate", oid::kText, -1, true);
    statement->second_datum = add_datum("sqlerrm", oid::kText, -1, true);
    while (accept("when")) handler(*statement);
  }
  labels_.pop_back();
  expect("end");
  end_label(label);
  accept(";");
  scope_ = outer;
  return statement;
}

void PlParser::handler(PlStatement& block) {
  PlHandler handler;
  do {
    if (accept("sqlstate")) {
      handler.conditions.push_back(string_value());
      continue;
    }
    std::string name = identifier();
    if (name == "others") {
      handler.conditions.push_back(name);
      continue;
    }
    std::vector<std::string> states = condition_states(name);
    if (states.empty()) throw SqlError(sqlstate::kUndefinedObject, "unrecognized exception condition \"" + name + "\"");
    handler.conditions.insert(handler.conditions.end(), states.begin(), states.end());
  } while (accept("or"));
  expect("then");
  handler.body = body({"when", "end"});
  block.handlers.push_back(std::move(handler));
}

PlBody PlParser::body(std::initializer_list<std::string_view> ends) {
  PlBody statements;
  while (true) {
    if (at_end()) fail();
    if (std::find(ends.begin(), ends.end(), slice(at_)) != ends.end()) return statements;
    statements.push_back(statement());
  }
}

// #variable_conflict and the like, before the block.
void PlParser::compile_option() {
  std::string name = identifier();
  if (name == "variable_conflict") {
    if (accept("use_variable"))
      program_->conflict = PlConflict::kVariable;
    else if (accept("use_column"))
      program_->conflict = PlConflict::kColumn;
    else {
      expect("error");
      program_->conflict = PlConflict::kError;
    }
  } else if (name == "print_strict_params") {
    throw common::not_supported("#print_strict_params");
  } else {
    --at_;
    fail();
  }
}

std::shared_ptr<PlProgram> PlParser::parse() {
  const std::string conflict = options_.session->settings().show("plpgsql.variable_conflict");
  program_->conflict = conflict == "use_variable" ? PlConflict::kVariable
                       : conflict == "use_column" ? PlConflict::kColumn
                                                  : PlConflict::kError;
  push_scope(options_.function_name);
  for (size_t i = 0; i < options_.parameters.size(); ++i) {
    const PlParameter& parameter = options_.parameters[i];
    std::string position = "$" + std::to_string(i + 1);
    int datum =
        add_datum(parameter.name.empty() ? position : parameter.name, parameter.type, -1, !parameter.name.empty());
    if (parameter.mode != 'o' && parameter.mode != 't') program_->arguments.push_back(datum);
    const_cast<PlScope*>(scope_)->names[position] = datum;
    if (parameter.mode == 'o' || parameter.mode == 'b' || parameter.mode == 't') program_->outputs.push_back(datum);
  }
  program_->found = add_datum("found", oid::kBool, -1, true);
  if (options_.is_trigger) {
    program_->new_row = add_datum("new", oid::kRecord, -1, true);
    program_->old_row = add_datum("old", oid::kRecord, -1, true);
    static const std::pair<const char*, Oid> kVariables[] = {
        {"tg_name", oid::kName},       {"tg_when", oid::kText},         {"tg_level", oid::kText},
        {"tg_op", oid::kText},         {"tg_relid", oid::kOid},         {"tg_relname", oid::kName},
        {"tg_table_name", oid::kName}, {"tg_table_schema", oid::kName}, {"tg_nargs", oid::kInt4},
        {"tg_argv", oid::kTextArray}};
    for (const auto& [name, type] : kVariables) program_->trigger_variables[name] = add_datum(name, type, -1, true);
  }
  while (accept("#")) compile_option();
  std::string label;
  if (accept("<<")) {
    label = identifier();
    expect(">>");
  }
  program_->block = block(label);
  if (!at_end()) fail();
  return program_;
}

std::shared_ptr<PlProgram> parse_plpgsql(std::string_view source, const PlParseOptions& options, int* error_line) {
  PlParser parser(source, options);
  try {
    return parser.parse();
  } catch (const SqlError&) {
    if (error_line) *error_line = parser.line();
    throw;
  }
}

}  // namespace basalt::commands::language
