// Statements of PL/pgSQL.
#include <algorithm>

#include "commands/language/plpgsql_parser.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::Severity;
using common::SqlError;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

std::unique_ptr<PlStatement> PlParser::statement() {
  std::string label;
  if (accept("<<")) {
    label = identifier();
    expect(">>");
  }
  if (is("declare") || is("begin")) return block(label);
  auto out = std::make_unique<PlStatement>();
  out->line = line();
  out->label = label;
  if (assignment(*out)) return out;
  if (accept("if"))
    if_statement(*out);
  else if (accept("case"))
    case_statement(*out);
  else if (accept("loop")) {
    out->kind = PlKind::kLoop;
    loop_body(*out);
  } else if (accept("while")) {
    out->kind = PlKind::kWhile;
    out->expression = expression_until({"loop"}, false);
    expect("loop");
    loop_body(*out);
  } else if (accept("for"))
    for_statement(*out);
  else if (accept("foreach"))
    foreach_statement(*out);
  else if (accept("exit"))
    exit_statement(*out, PlKind::kExit);
  else if (accept("continue"))
    exit_statement(*out, PlKind::kContinue);
  else if (accept("return"))
    return_statement(*out);
  else if (accept("raise"))
    raise_statement(*out);
  else if (accept("assert")) {
    out->kind = PlKind::kAssert;
    out->expression = expression_until({",", ";"}, false);
    if (accept(",")) out->second = expression_until({";"}, false);
    expect(";");
  } else if (accept("perform")) {
    out->kind = PlKind::kPerform;
    out->expression = expression_until({";"}, false);
    out->expression->performed = true;
    expect(";");
  } else if (is("execute"))
    execute_statement(*out);
  else if (accept("get"))
    diagnostics_statement(*out);
  else if (is("null") && is(";", 1))
    at_ += 2;
  else if (accept("open"))
    open_statement(*out);
  else if (is("fetch") || is("move"))
    fetch_statement(*out);
  else if (accept("close")) {
    out->kind = PlKind::kClose;
    out->datum = lookup(identifier());
    if (out->datum < 0) fail();
    expect(";");
  } else
    sql_statement(*out);
  return out;
}

// name := expr, name.field = expr, name[i] := expr
bool PlParser::assignment(PlStatement& out) {
  size_t start = at_;
  int datum = lookup(slice(at_));
  if (datum < 0 && !(is(".", 1) && !at_end())) return false;
  size_t look = at_ + 1;
  while (slice(look) == ".") look += 2;
  if (slice(look) == "[") {
    for (int depth = 0; look < tokens_.tokens.size(); ++look) {
      if (slice(look) == "[") ++depth;
      if (slice(look) == "]" && --depth == 0) break;
    }
    ++look;
  }
  if (slice(look) != ":=" && slice(look) != "=") return false;
  out.kind = PlKind::kAssign;
  at_ = start;
  out.targets.push_back(target());
  ++at_;
  out.expression = expression_until({";"}, false);
  expect(";");
  return true;
}

PlTarget PlParser::target() {
  PlTarget out;
  std::string name = identifier();
  size_t name_at = at_ - 1;
  out.datum = lookup(name);
  if (out.datum < 0 && accept(".")) {  // block.variable
    out.datum = lookup(identifier());
  }
  if (out.datum < 0)
    throw parser::error_at(source_, tokens_.tokens[name_at].start, sqlstate::kSyntaxError,
                           "\"" + name + "\" is not a known variable");
  if (accept(".")) out.field = identifier();
  if (accept("[")) {
    out.subscript = expression_until({"]"}, false);
    expect("]");
  }
  const PlDatum& datum = program_->datums[static_cast<size_t>(out.datum)];
  if (datum.constant && out.field.empty())
    throw parser::error_at(source_, tokens_.tokens[name_at].start, sqlstate::kErrorInAssignment,
                           "variable \"" + datum.name + "\" is declared CONSTANT");
  return out;
}

void PlParser::if_statement(PlStatement& out) {
  out.kind = PlKind::kIf;
  do {
    PlBranch branch;
    branch.condition = expression_until({"then"}, false);
    expect("then");
    branch.body = body({"elsif", "elseif", "else", "end"});
    out.branches.push_back(std::move(branch));
  } while (accept("elsif") || accept("elseif"));
  if (accept("else")) {
    out.branches.emplace_back();
    out.branches.back().body = body({"end"});
  }
  expect("end");
  expect("if");
  expect(";");
}

void PlParser::case_statement(PlStatement& out) {
  out.kind = PlKind::kCase;
  std::string operand;
  if (!is("when")) operand = expression_until({"when"}, false)->text;
  while (accept("when")) {
    PlBranch branch;
    branch.condition = expression_until({"then"}, false);
    if (!operand.empty()) branch.condition->text = "(" + operand + ") IN (" + branch.condition->text + ")";
    expect("then");
    branch.body = body({"when", "else", "end"});
    out.branches.push_back(std::move(branch));
  }
  if (accept("else")) {
    out.has_else = true;
    out.branches.emplace_back();
    out.branches.back().body = body({"end"});
  }
  expect("end");
  expect("case");
  expect(";");
}

void PlParser::loop_body(PlStatement& out) {
  out.body = body({"end"});
  expect("end");
  expect("loop");
  if (!is(";")) identifier();
  expect(";");
}

void PlParser::for_statement(PlStatement& out) {
  const PlScope* outer = scope_;
  size_t begin = at_;
  // Find the loop variables, then decide by what follows IN.
  size_t in = at_;
  while (slice(in) != "in" && in + 1 < tokens_.tokens.size()) ++in;
  size_t loop = in;
  int depth = 0;
  bool range = false;
  for (; loop + 1 < tokens_.tokens.size() && !(depth == 0 && slice(loop) == "loop"); ++loop) {
    std::string text = slice(loop);
    if (text == "(" || text == "[") ++depth;
    if (text == ")" || text == "]") --depth;
    if (depth == 0 && text == "..") range = true;
  }
  if (range) {
    std::string name = identifier();
    expect("in");
    out.kind = PlKind::kForInteger;
    out.reverse = accept("reverse");
    out.expression = expression_until({".."}, false);
    expect("..");
    out.second = expression_until({"by", "loop"}, false);
    if (accept("by")) out.third = expression_until({"loop"}, false);
    push_scope(out.label);
    out.datum = add_datum(name, oid::kInt4, -1, true);
  } else {
    at_ = begin;
    std::string first = slice(at_);
    int cursor = lookup(slice(in + 1));
    bool bound = cursor >= 0 && program_->datums[static_cast<size_t>(cursor)].cursor_query;
    if (bound) {
      out.kind = PlKind::kForCursor;
      std::string name = identifier();
      expect("in");
      out.second_datum = cursor;
      identifier();
      if (accept("(")) {
        while (!is(")")) {
          if (is(":=", 1)) at_ += 2;
          out.arguments.push_back(expression_until({",", ")"}, false));
          accept(",");
        }
        expect(")");
      }
      push_scope(out.label);
      out.targets.emplace_back();
      out.targets.back().datum = add_datum(name, oid::kRecord, -1, true);
    } else {
      do out.targets.push_back(target());
      while (accept(","));
      expect("in");
      if (accept("execute")) {
        out.kind = PlKind::kForExecute;
        out.expression = expression_until({"using", "loop"}, false);
        if (accept("using")) using_arguments(out, {",", "loop"});
      } else {
        out.kind = PlKind::kForQuery;
        out.expression = expression_until({"loop"}, true);
      }
      push_scope(out.label);
    }
  }
  expect("loop");
  loop_body(out);
  scope_ = outer;
}

void PlParser::foreach_statement(PlStatement& out) {
  out.kind = PlKind::kForeach;
  do out.targets.push_back(target());
  while (accept(","));
  if (accept("slice")) {
    out.slice = std::stoi(slice(at_));
    ++at_;
  }
  expect("in");
  expect("array");
  out.expression = expression_until({"loop"}, false);
  expect("loop");
  const PlScope* outer = scope_;
  push_scope(out.label);
  loop_body(out);
  scope_ = outer;
}

void PlParser::exit_statement(PlStatement& out, PlKind kind) {
  out.kind = kind;
  if (!is(";") && !is("when")) out.label = identifier();
  if (accept("when")) out.expression = expression_until({";"}, false);
  expect(";");
}

void PlParser::return_statement(PlStatement& out) {
  out.kind = PlKind::kReturn;
  if (accept("next")) {
    if (!options_.returns_set)
      throw parser::error_at(source_, tokens_.tokens[at_ - 1].start, sqlstate::kDatatypeMismatch,
                             "cannot use RETURN NEXT in a non-SETOF function");
    out.kind = PlKind::kReturnNext;
    if (!is(";")) out.expression = expression_until({";"}, false);
  } else if (accept("query")) {
    if (!options_.returns_set)
      throw parser::error_at(source_, tokens_.tokens[at_ - 1].start, sqlstate::kDatatypeMismatch,
                             "cannot use RETURN QUERY in a non-SETOF function");
    out.kind = PlKind::kReturnQuery;
    if (accept("execute")) {
      out.dynamic = true;
      out.expression = expression_until({"using", ";"}, false);
      if (accept("using")) using_arguments(out, {",", ";"});
    } else {
      out.expression = expression_until({";"}, true);
    }
  } else if (!is(";")) {
    if (options_.returns_set)
      throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kDatatypeMismatch,
                             "RETURN cannot have a parameter in function returning set")
          .hint("Use RETURN NEXT or RETURN QUERY.");
    if (!options_.is_trigger && options_.result_type == oid::kVoid)
      throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kDatatypeMismatch,
                             options_.is_procedure ? "RETURN cannot have a parameter in a procedure"
                                                   : "RETURN cannot have a parameter in function returning void");
    if (!program_->outputs.empty())
      throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kDatatypeMismatch,
                             "RETURN cannot have a parameter in function with OUT parameters");
    if (is(";", 1)) out.datum = lookup(slice(at_));
    out.expression = expression_until({";"}, false);
  } else if (!options_.is_trigger && !options_.is_procedure && !options_.returns_set && program_->outputs.empty() &&
             options_.result_type != oid::kVoid) {
    throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kSyntaxError,
                           "missing expression at or near \";\"");
  }
  expect(";");
}

void PlParser::raise_statement(PlStatement& out) {
  out.kind = PlKind::kRaise;
  static const std::pair<const char*, Severity> kLevels[] = {
      {"exception", Severity::kError}, {"warning", Severity::kWarning}, {"notice", Severity::kNotice},
      {"info", Severity::kInfo},       {"log", Severity::kLog},         {"debug", Severity::kDebug}};
  out.level = static_cast<int>(Severity::kError);
  if (accept(";")) {
    out.dynamic = true;  // RAISE alone: again
    return;
  }
  for (const auto& [name, level] : kLevels)
    if (accept(name)) {
      out.level = static_cast<int>(level);
      break;
    }
  char c = source_[static_cast<size_t>(tokens_.tokens[at_].start)];
  if (c == '\'' || c == '$' || is_string_prefix(c)) {
    out.format = string_value();
    out.has_format = true;
    while (accept(",")) out.arguments.push_back(expression_until({",", ";", "using"}, false));
    size_t places = 0;
    for (size_t i = 0; i < out.format.size(); ++i) {
      if (out.format[i] != '%') continue;
      if (i + 1 < out.format.size() && out.format[i + 1] == '%')
        ++i;
      else
        ++places;
    }
    if (places != out.arguments.size())
      throw SqlError(sqlstate::kSyntaxError, places > out.arguments.size() ? "too few parameters specified for RAISE"
                                                                           : "too many parameters specified for RAISE");
  } else if (accept("sqlstate")) {
    out.condition = string_value();
  } else if (!is("using") && !is(";")) {
    std::string name = identifier();
    std::vector<std::string> states = condition_states(name);
    if (states.empty()) throw SqlError(sqlstate::kUndefinedObject, "unrecognized exception condition \"" + name + "\"");
    out.condition = states.front();
    out.format = name;
  }
  if (accept("using")) {
    do {
      PlOption option;
      option.name = identifier();
      if (!accept("=")) expect(":=");
      option.value = expression_until({",", ";"}, false);
      out.options.push_back(std::move(option));
    } while (accept(","));
  }
  expect(";");
}

void PlParser::into_targets(PlStatement& out) {
  out.into = true;
  out.strict = accept("strict");
  do out.targets.push_back(target());
  while (accept(","));
}

void PlParser::using_arguments(PlStatement& out, std::initializer_list<std::string_view> stops) {
  do out.arguments.push_back(expression_until(stops, false));
  while (accept(","));
}

void PlParser::execute_statement(PlStatement& out) {
  ++at_;
  out.kind = PlKind::kExecute;
  out.expression = expression_until({"into", "using", ";"}, false);
  while (!is(";")) {
    if (accept("into"))
      into_targets(out);
    else if (accept("using"))
      using_arguments(out, {",", ";", "into"});
    else
      fail();
  }
  expect(";");
}

void PlParser::diagnostics_statement(PlStatement& out) {
  out.kind = PlKind::kDiagnostics;
  out.stacked = accept("stacked");
  accept("current");
  expect("diagnostics");
  do {
    PlOption option;
    option.target = target();
    if (!accept(":=")) expect("=");
    option.name = identifier();
    out.options.push_back(std::move(option));
  } while (accept(","));
  expect(";");
}

void PlParser::open_statement(PlStatement& out) {
  out.kind = PlKind::kOpen;
  out.datum = lookup(identifier());
  if (out.datum < 0) fail();
  if (is("no") && is("scroll", 1))
    at_ += 2;
  else
    accept("scroll");
  if (accept("for")) {
    if (accept("execute")) {
      out.dynamic = true;
      out.expression = expression_until({"using", ";"}, false);
      if (accept("using")) using_arguments(out, {",", ";"});
    } else {
      out.expression = expression_until({";"}, true);
    }
  } else if (accept("(")) {
    while (!is(")")) {
      if (is(":=", 1)) at_ += 2;
      out.arguments.push_back(expression_until({",", ")"}, false));
      accept(",");
    }
    expect(")");
  }
  expect(";");
}

void PlParser::fetch_statement(PlStatement& out) {
  out.kind = PlKind::kFetch;
  out.move = is("move");
  ++at_;
  while (!is("from") && !is("in") && !is(";") && lookup(slice(at_)) < 0) {
    out.direction += (out.direction.empty() ? "" : " ") + slice(at_);
    ++at_;
  }
  if (!accept("from")) accept("in");
  out.datum = lookup(identifier());
  if (out.datum < 0) fail();
  if (accept("into")) into_targets(out);
  expect(";");
}

// Any other SQL statement; INTO (not of INSERT INTO) names variables and is taken out of the text.
void PlParser::sql_statement(PlStatement& out) {
  out.kind = is("call") ? PlKind::kCall : PlKind::kSql;
  size_t begin = at_;
  size_t into_begin = 0, into_end = 0;
  int depth = 0;
  std::string previous;
  if (is(";")) fail();
  for (; !at_end() && !(depth == 0 && is(";")); ++at_) {
    std::string text = slice(at_);
    if (text == "(") ++depth;
    if (text == ")") --depth;
    if (text == "into" && previous != "insert" && previous != "merge" && into_end == 0) {
      into_begin = at_++;
      into_targets(out);
      into_end = at_--;
      text = "into";
    }
    previous = text;
  }
  if (at_end()) fail();
  out.expression = make_expression(begin, at_, true);
  if (into_end != 0) {
    auto from = static_cast<size_t>(tokens_.tokens[begin].start);
    auto cut = static_cast<size_t>(tokens_.tokens[into_begin].start) - from;
    auto to = static_cast<size_t>(tokens_.tokens[into_end - 1].end) - from;
    // Blanks in its place keep the positions of errors.
    for (size_t i = cut; i < to; ++i) out.expression->text[i] = ' ';
  }
  expect(";");
}

}  // namespace basalt::commands::language
