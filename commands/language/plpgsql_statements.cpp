// Statements of PL/pgSQL.
#include <algorithm>

#include "commands/language/plpgsql_parser.hpp"
#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::Severity;
using common::SqlError;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

std::unique_ptr<PlStatement> PlParser::statement() {
  common::check_stack_depth();
  if (options_.session) options_.session->interrupt().check();
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
    out->datum = cursor_variable();
    expect(";");
  } else if ((is("commit") || is("rollback")) && (is(";", 1) || is("and", 1)))
    transaction_statement(*out);
  else
    sql_statement(*out);
  return out;
}

// name := expr, name.field = expr, name[i] := expr; deeper parts are recognised
bool PlParser::assignment(PlStatement& out) {
  size_t start = at_;
  int datum = lookup(slice(at_));
  if (datum < 0 && !(is(".", 1) && !at_end())) return false;
  size_t look = at_ + 1;
  while (slice(look) == "." || slice(look) == "[") {
    if (slice(look) == ".") {
      look += 2;
      continue;
    }
    for (int depth = 0; look < tokens_.tokens.size(); ++look) {
      if (slice(look) == ";")
        throw parser::error_at(source_, tokens_.tokens[look].start, sqlstate::kSyntaxError,
                               "mismatched parentheses at or near \";\"");
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
  auto from = static_cast<size_t>(tokens_.tokens[start].start);
  size_t behind = source_.find(out.expression->text, static_cast<size_t>(tokens_.tokens[look].end));
  if (behind != std::string_view::npos) out.expression->assigned = source_.substr(from, behind - from);
  if (auto& part = out.targets[0].part) part->assigned = out.expression->assigned + out.expression->text;
  expect(";");
  return true;
}

// Subscripts and members behind the variable or field, whose text begins at token `begin`.
void PlParser::target_part(PlTarget& out, size_t begin) {
  size_t steps = 0;
  for (; is(".") || is("["); ++steps) {
    if (accept(".")) {
      identifier();
      continue;
    }
    ++at_;
    const bool literal = slice(at_).starts_with("'");  // its type comes from the subscripted value
    if (!is(":")) out.subscript = expression_until({":", "]"}, false);
    if (literal) out.subscript = nullptr;
    if (accept(":")) {
      out.subscript = nullptr;
      if (!is("]")) expression_until({"]"}, false);
    }
    expect("]");
  }
  if (steps > 1 || !out.field.empty()) out.subscript = nullptr;
  out.part = make_expression(begin, at_, false);
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
  out.names = (at_ - name_at + 1) / 2;
  if (is(".") && program_->datums[static_cast<size_t>(out.datum)].is_record) {
    ++at_;
    out.field = identifier();
    ++out.names;
  }
  if (is(".") && out.field.empty())
    throw parser::error_at(source_, tokens_.tokens[name_at].start, sqlstate::kSyntaxError,
                           "\"" + name + "." + slice(at_ + 1) + "\" is not a known variable");
  if (is(".") || is("[")) target_part(out, name_at);
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
  labels_.push_back({out.label, true});
  out.body = body({"end"});
  labels_.pop_back();
  expect("end");
  expect("loop");
  end_label(out.label);
  expect(";");
}

// The label may be repeated behind END.
void PlParser::end_label(const std::string& label) {
  if (is(";") || at_end()) return;
  const auto& token = tokens_.tokens[at_];
  std::string name = identifier();
  if (label.empty())
    throw parser::error_at(source_, token.start, sqlstate::kSyntaxError,
                           "end label \"" + name + "\" specified for unlabeled block");
  if (name != label)
    throw parser::error_at(source_, token.start, sqlstate::kSyntaxError,
                           "end label \"" + name + "\" differs from block's label \"" + label + "\"");
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
      if (lookup(slice(at_)) < 0 && !is(".", 1))
        throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kSyntaxError,
                               "loop variable of loop over rows must be a record variable or list of scalar variables");
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
  const int32_t begin = tokens_.tokens[at_ - 1].start;
  const std::string word = kind == PlKind::kExit ? "EXIT" : "CONTINUE";
  if (!is(";") && !is("when")) {
    const int32_t place = tokens_.tokens[at_].start;
    out.label = identifier();
    auto found = std::find_if(labels_.rbegin(), labels_.rend(), [&](const Label& l) { return l.name == out.label; });
    if (found == labels_.rend())
      throw parser::error_at(
          source_, place, sqlstate::kSyntaxError,
          "there is no label \"" + out.label + "\" attached to any block or loop enclosing this statement");
    if (!found->loop && kind == PlKind::kContinue)
      throw parser::error_at(source_, place, sqlstate::kSyntaxError,
                             "block label \"" + out.label + "\" cannot be used in CONTINUE");
  } else if (std::none_of(labels_.begin(), labels_.end(), [](const Label& l) { return l.loop; })) {
    throw parser::error_at(
        source_, begin, sqlstate::kSyntaxError,
        word + " cannot be used outside a loop" + (kind == PlKind::kExit ? ", unless it has a label" : ""));
  }
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
  } else if (options_.is_trigger || (!options_.is_procedure && !options_.returns_set && program_->outputs.empty() &&
                                     options_.result_type != oid::kVoid)) {
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

// A variable, or $n.
int PlParser::cursor_variable() {
  int datum = lookup(slice(at_));
  if (datum < 0) fail();
  const PlDatum& variable = program_->datums[static_cast<size_t>(datum)];
  if (variable.type != oid::kRefcursor)
    throw parser::error_at(source_, tokens_.tokens[at_].start, sqlstate::kDatatypeMismatch,
                           "variable \"" + variable.name + "\" must be of type cursor or refcursor");
  ++at_;
  return datum;
}

PlScroll PlParser::scroll_option() {
  if (accept("scroll")) return PlScroll::kScroll;
  if (!is("no") || !is("scroll", 1)) return PlScroll::kUnsaid;
  at_ += 2;
  return PlScroll::kNoScroll;
}

void PlParser::transaction_statement(PlStatement& out) {
  out.kind = is("commit") ? PlKind::kCommit : PlKind::kRollback;
  ++at_;
  if (accept("and")) {
    out.chain = !accept("no");
    expect("chain");
  }
  expect(";");
}

void PlParser::open_statement(PlStatement& out) {
  out.kind = PlKind::kOpen;
  out.datum = cursor_variable();
  out.scroll = scroll_option();
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

// The count of FETCH and MOVE.
int64_t PlParser::fetch_count() {
  bool negative = accept("-");
  std::string digits = slice(at_);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
    throw common::not_supported("FETCH in PL/pgSQL with a count that is not a literal");
  ++at_;
  int64_t count = std::stoll(digits);
  return negative ? -count : count;
}

void PlParser::fetch_direction(PlStatement& out) {
  using parser::FetchDirection;
  const size_t begin = at_ - 1;
  bool bare = is("from") || is("in") || lookup(slice(at_)) >= 0;
  if (accept("next") || bare) return;
  if (accept("prior")) {
    out.direction = FetchDirection::kBackward;
  } else if (is("first") || is("last")) {
    out.direction = FetchDirection::kAbsolute;
    out.count = accept("first") ? 1 : (++at_, -1);
  } else if (is("absolute") || is("relative")) {
    out.direction = is("absolute") ? FetchDirection::kAbsolute : FetchDirection::kRelative;
    ++at_;
    out.count = fetch_count();
  } else {
    if (!accept("forward") && accept("backward")) out.direction = FetchDirection::kBackward;
    if (accept("all"))
      out.count = INT64_MAX;
    else if (!is("from") && !is("in") && lookup(slice(at_)) < 0)
      out.count = fetch_count();
    if (!out.move && out.count != 1)
      throw parser::error_at(source_, tokens_.tokens[begin].start, sqlstate::kFeatureNotSupported,
                             "FETCH statement cannot return multiple rows");
  }
}

void PlParser::fetch_statement(PlStatement& out) {
  out.kind = PlKind::kFetch;
  out.move = is("move");
  ++at_;
  fetch_direction(out);
  if (!accept("from")) accept("in");
  out.datum = cursor_variable();
  if (accept("into")) into_targets(out);
  expect(";");
}

// A word with := or = behind it is meant to be a variable.
void PlParser::check_known(size_t at) const {
  std::string behind = slice(at + 1);
  if (behind != ":=" && behind != "=" && behind != "[") return;
  const auto& token = tokens_.tokens[at];
  throw parser::error_at(
      source_, token.start, sqlstate::kSyntaxError,
      "\"" + std::string(token.value.empty() ? slice(at) : token.value) + "\" is not a known variable");
}

// Any other SQL statement; INTO (not of INSERT INTO) names variables and is taken out of the text.
void PlParser::sql_statement(PlStatement& out) {
  out.kind = is("call") ? PlKind::kCall : PlKind::kSql;
  size_t begin = at_;
  size_t into_begin = 0, into_end = 0;
  int depth = 0;
  std::string previous;
  if (is(";")) fail();
  check_known(at_);
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
  check_syntax(*out.expression, static_cast<size_t>(tokens_.tokens[begin].start));
  expect(";");
}

}  // namespace basalt::commands::language
