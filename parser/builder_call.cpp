// Function calls, the functions with a syntax of their own, and windows.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

ExpressionPtr Builder::function_call(QualifiedName name, Node arguments, int32_t location) {
  auto call = std::make_unique<ParsedFunctionCall>();
  call->name = std::move(name);
  call->location = location;
  call_arguments(*call, arguments);
  return call;
}

void Builder::call_arguments(ParsedFunctionCall& call, Node n) {
  Cursor c = n.children();
  c.skip();
  if (c.accept(Token::kStar)) {
    call.star = true;
    return;
  }
  bool quantified = c.is(Token::kAll) || c.is(Token::kDistinct);
  call.distinct = c.accept(Token::kDistinct);
  c.accept(Token::kAll);
  if (c.is(Rule::kFuncArgList)) {
    for (Cursor a = c.take().children(); !a.done();) {
      Node argument = a.take();
      if (argument.is(Token::kComma)) {
        if (call.variadic) syntax_error(argument);
        continue;
      }
      Cursor e = argument.children();
      if (e.is(Token::kVariadic)) {
        if (quantified) syntax_error(e.peek());
        call.variadic = true;
        e.skip();
      }
      if (e.is(Rule::kTypeFunctionName)) {
        auto named = std::make_unique<ParsedNamedArgument>();
        named->location = e.location();
        named->name = name(e.take());
        e.skip();
        named->value = expression(e.take());
        call.arguments.push_back(std::move(named));
      } else {
        call.arguments.push_back(expression(e.take()));
      }
    }
  }
  if (c.is(Rule::kSortClause)) call.order_by = sort_clause(c.take());
}

ExpressionList Builder::plain_arguments(Node n) {
  ExpressionList list;
  for (Cursor a = n.children(); !a.done(); a.skip()) {
    if (!a.is(Rule::kFuncArg)) continue;
    Cursor e = a.peek().children();
    if (e.is(Token::kVariadic)) syntax_error(e.peek());
    if (e.is(Rule::kTypeFunctionName)) {
      auto named = std::make_unique<ParsedNamedArgument>();
      named->location = e.location();
      named->name = name(e.take());
      e.skip();
      named->value = expression(e.take());
      list.push_back(std::move(named));
    } else {
      list.push_back(expression(e.take()));
    }
  }
  return list;
}

void Builder::call_tail(ParsedFunctionCall& call, Node n) {
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    if (c.is(Rule::kWithinGroup)) {
      int32_t location = c.location();
      if (!call.order_by.empty())
        fail(location, sqlstate::kSyntaxError, "cannot use multiple ORDER BY clauses with WITHIN GROUP");
      if (call.distinct) fail(location, sqlstate::kSyntaxError, "cannot use DISTINCT with WITHIN GROUP");
      if (call.variadic) fail(location, sqlstate::kSyntaxError, "cannot use VARIADIC with WITHIN GROUP");
      e.find(Rule::kSortClause);
      call.order_by = sort_clause(e.peek());
      call.within_group = true;
    } else if (c.is(Rule::kFilterClause)) {
      e.find(Rule::kAExpr);
      call.filter = expression(e.peek());
    } else {
      e.skip();
      if (e.is(Rule::kColid)) {
        call.over = std::make_unique<ParsedWindow>();
        call.over->name = name(e.peek());
        call.over->location = e.location();
      } else {
        call.over = window_specification(e.peek());
      }
    }
  }
}

ExpressionPtr Builder::func_expr_windowless(Node n) {
  Cursor c = n.children();
  if (c.is(Rule::kSpecialFunction)) return special_function(c.peek());
  QualifiedName function;
  Node name_node = c.take();
  function = names(name_node);
  return function_call(std::move(function), c.take(), n.location());
}

// ------------------------------------------------------------------------------------------ functions of the grammar

ExpressionPtr Builder::sql_value_function(Cursor c) {
  auto node = std::make_unique<ParsedSqlValueFunction>();
  node->location = c.location();
  switch (c.take().token()) {
    case Token::kCurrentDate:
      node->function = SqlValueFunction::kCurrentDate;
      break;
    case Token::kCurrentTime:
      node->function = SqlValueFunction::kCurrentTime;
      break;
    case Token::kCurrentTimestamp:
      node->function = SqlValueFunction::kCurrentTimestamp;
      break;
    case Token::kLocaltime:
      node->function = SqlValueFunction::kLocaltime;
      break;
    case Token::kLocaltimestamp:
      node->function = SqlValueFunction::kLocaltimestamp;
      break;
    case Token::kCurrentRole:
      node->function = SqlValueFunction::kCurrentRole;
      break;
    case Token::kCurrentUser:
      node->function = SqlValueFunction::kCurrentUser;
      break;
    case Token::kUser:
      node->function = SqlValueFunction::kUser;
      break;
    case Token::kSessionUser:
      node->function = SqlValueFunction::kSessionUser;
      break;
    case Token::kCurrentCatalog:
      node->function = SqlValueFunction::kCurrentCatalog;
      break;
    default:
      node->function = SqlValueFunction::kCurrentSchema;
      break;
  }
  if (c.find(Token::kIconst)) {
    pin(c.peek());
    node->precision = integer(c.peek());
  }
  return node;
}

ExpressionPtr Builder::trim_function(Cursor c, int32_t location) {
  std::string_view function = "btrim";
  c.skip();
  if (c.accept(Token::kLeading))
    function = "ltrim";
  else if (c.accept(Token::kTrailing))
    function = "rtrim";
  else
    c.accept(Token::kBoth);
  auto call = system_call(function, location);
  ExpressionPtr characters;
  if (c.is(Rule::kAExpr)) characters = expression(c.take());
  c.accept(Token::kFrom);
  call->arguments = expression_list(c.take());
  if (characters) call->arguments.push_back(std::move(characters));
  return call;
}

ExpressionPtr Builder::substring_function(Cursor c, int32_t location) {
  c.skip();
  ExpressionList arguments;
  Node list = c.peek();
  if (c.accept(Rule::kFuncArgList)) arguments = plain_arguments(list);
  if (c.is(Token::kRparen)) {
    auto call = std::make_unique<ParsedFunctionCall>();
    call->name = {"substring"};
    call->location = location;
    call->arguments = std::move(arguments);
    return call;
  }
  if (arguments.size() != 1) syntax_error(c.peek());
  auto call = system_call("substring", location);
  if (c.accept(Token::kSimilar)) {
    // The grammar's flat expression holds `pattern ESCAPE character`.
    Cursor flat = c.peek().children();
    ExpressionPtr pattern = climb(flat, 0, false);
    if (!flat.accept(Token::kEscapeLa)) {
      if (flat.done()) {
        c.skip();
        syntax_error(c.peek());
      }
      syntax_error(flat.peek());
    }
    ExpressionPtr escape = climb(flat, 0, false);
    if (!flat.done()) syntax_error(flat.peek());
    call->arguments = std::move(arguments);
    call->arguments.push_back(std::move(pattern));
    call->arguments.push_back(std::move(escape));
    return call;
  }
  ExpressionPtr from, count;
  while (c.is(Token::kFrom) || c.is(Token::kFor)) {
    bool is_from = c.take().is(Token::kFrom);
    (is_from ? from : count) = expression(c.take());
  }
  if (!from) {
    from = integer_value(1);
    auto cast = std::make_unique<ParsedTypeCast>();
    cast->argument = std::move(count);
    cast->type = system_type("int4", -1);
    count = std::move(cast);
  }
  call->arguments = std::move(arguments);
  call->arguments.push_back(std::move(from));
  if (count) call->arguments.push_back(std::move(count));
  return call;
}

ExpressionPtr Builder::overlay_function(Cursor c, int32_t location) {
  c.skip();
  ExpressionList arguments;
  Node list = c.peek();
  if (c.accept(Rule::kFuncArgList)) arguments = plain_arguments(list);
  if (c.is(Token::kRparen)) {
    auto call = std::make_unique<ParsedFunctionCall>();
    call->name = {"overlay"};
    call->location = location;
    call->arguments = std::move(arguments);
    return call;
  }
  if (arguments.size() != 1) syntax_error(c.peek());
  auto call = system_call("overlay", location);
  call->arguments = std::move(arguments);
  for (; !c.done(); c.skip())
    if (c.is(Rule::kAExpr)) call->arguments.push_back(expression(c.peek()));
  return call;
}

ExpressionPtr Builder::special_function(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  Node word = c.take();
  switch (word.token()) {
    case Token::kCast:
    case Token::kTreat: {
      c.skip();
      ExpressionPtr argument = expression(c.take());
      c.skip();
      TypeNamePtr type = type_name(c.take());
      if (word.is(Token::kTreat)) {
        auto call = system_call(type->names.back(), location);
        call->form = CallForm::kExplicit;
        call->arguments.push_back(std::move(argument));
        return call;
      }
      auto cast = std::make_unique<ParsedTypeCast>();
      cast->location = location;
      cast->argument = std::move(argument);
      cast->type = std::move(type);
      return cast;
    }
    case Token::kCollation: {
      auto call = system_call("pg_collation_for", location);
      c.find(Rule::kAExpr);
      call->arguments.push_back(expression(c.peek()));
      return call;
    }
    case Token::kCoalesce: {
      auto node = std::make_unique<ParsedCoalesce>();
      node->location = location;
      c.skip();
      node->arguments = expression_list(c.peek());
      return node;
    }
    case Token::kGreatest:
    case Token::kLeast: {
      auto node = std::make_unique<ParsedMinMax>();
      node->location = location;
      node->greatest = word.is(Token::kGreatest);
      c.skip();
      node->arguments = expression_list(c.peek());
      return node;
    }
    case Token::kGrouping: {
      auto node = std::make_unique<ParsedGrouping>();
      node->location = location;
      c.skip();
      node->arguments = expression_list(c.peek());
      return node;
    }
    case Token::kRow: {
      auto row = std::make_unique<ParsedRow>();
      row->location = location;
      row->is_explicit = true;
      c.skip();
      if (c.is(Rule::kExprList)) row->elements = expression_list(c.peek());
      return row;
    }
    case Token::kNullif: {
      c.skip();
      ExpressionPtr left = expression(c.take());
      c.skip();
      ExpressionPtr node = make_operator({"="}, std::move(left), expression(c.peek()), location);
      as<ParsedOperator>(*node).form = OperatorForm::kNullIf;
      return node;
    }
    case Token::kExtract: {
      auto call = system_call("extract", location);
      c.skip();
      Node field = c.take().children().peek();
      if (field.is(Token::kSconst)) {
        call->arguments.push_back(literal(field));
      } else {
        auto text = std::make_unique<ParsedLiteral>();
        text->literal_class = LiteralClass::kString;
        text->location = field.location();
        text->text = field.text();
        call->arguments.push_back(std::move(text));
      }
      c.skip();
      call->arguments.push_back(expression(c.peek()));
      return call;
    }
    case Token::kNormalize: {
      auto call = system_call("normalize", location);
      c.skip();
      call->arguments.push_back(expression(c.take()));
      if (c.accept(Token::kComma)) {
        auto form = std::make_unique<ParsedLiteral>();
        form->literal_class = LiteralClass::kString;
        form->location = c.location();
        form->text = c.peek().text();
        for (char& letter : form->text) letter = static_cast<char>(letter - 32);
        call->arguments.push_back(std::move(form));
      }
      return call;
    }
    case Token::kPosition: {
      auto call = system_call("position", location);
      c.skip();
      ExpressionPtr needle = expression(c.take());
      c.skip();
      call->arguments.push_back(expression(c.peek()));
      call->arguments.push_back(std::move(needle));
      return call;
    }
    case Token::kTrim:
      return trim_function(c, location);
    case Token::kSubstring:
      return substring_function(c, location);
    case Token::kOverlay:
      return overlay_function(c, location);
    default:
      break;
  }
  if (word.token() >= Token::kXmlattributes && word.token() <= Token::kXmltable) {
    auto xml = std::make_unique<ParsedXml>();
    xml->location = location;
    xml->function = word.text();
    for (char& letter : xml->function) letter = static_cast<char>(letter - 32);
    return xml;
  }
  return sql_value_function(n.children());
}

// ------------------------------------------------------------------------------------------ windows

std::unique_ptr<ParsedWindow> Builder::window_specification(Node n) {
  auto window = std::make_unique<ParsedWindow>();
  window->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kColid)) {
      // Unquoted, these words begin the clause of their name and never name a window.
      const ScannedToken& word = c.peek().scanned();
      const bool begins = word.type == Token::kPartition || word.type == Token::kRange || word.type == Token::kRows ||
                          word.type == Token::kGroups;
      window->ref_name = name(c.take());
      if (begins) syntax_error(c.peek());
      if (c.done()) break;
    }
    if (c.is(Rule::kExprList))
      window->partition_by = expression_list(c.peek());
    else if (c.is(Rule::kSortClause))
      window->order_by = sort_clause(c.peek());
    else if (c.is(Rule::kFrameClause))
      frame(*window, c.peek());
  }
  return window;
}

// The bits of one bound, as for a frame's start; those of the end are one bit higher.
int32_t Builder::frame_bound(Node n, bool, ExpressionPtr& offset, int32_t& location) {
  location = n.location();
  Cursor c = n.children();
  if (c.accept(Token::kUnbounded))
    return c.is(Token::kPreceding) ? kFrameStartUnboundedPreceding : kFrameStartUnboundedFollowing;
  if (c.is(Token::kCurrent)) return kFrameStartCurrentRow;
  offset = expression(c.take());
  return c.is(Token::kPreceding) ? kFrameStartOffsetPreceding : kFrameStartOffsetFollowing;
}

void Builder::frame(ParsedWindow& window, Node n) {
  Cursor c = n.children();
  auto refuse = [&](int32_t location, const char* message) { fail(location, sqlstate::kWindowingError, message); };
  int32_t options = kFrameNonDefault;
  Token unit = c.take().token();
  options |= unit == Token::kRange ? kFrameRange : unit == Token::kRows ? kFrameRows : kFrameGroups;
  int32_t start_location = -1, end_location = -1;
  if (c.accept(Token::kBetween)) {
    int32_t start = frame_bound(c.take(), true, window.start_offset, start_location);
    c.skip();
    int32_t end = frame_bound(c.take(), false, window.end_offset, end_location);
    options |= kFrameBetween | start | (end << 1);
    if (start == kFrameStartUnboundedFollowing) refuse(start_location, "frame start cannot be UNBOUNDED FOLLOWING");
    if (end == kFrameStartUnboundedPreceding) refuse(end_location, "frame end cannot be UNBOUNDED PRECEDING");
    if (start == kFrameStartCurrentRow && end == kFrameStartOffsetPreceding)
      refuse(end_location, "frame starting from current row cannot have preceding rows");
    if (start == kFrameStartOffsetFollowing && end == kFrameStartOffsetPreceding)
      refuse(end_location, "frame starting from following row cannot have preceding rows");
    if (start == kFrameStartOffsetFollowing && end == kFrameStartCurrentRow)
      refuse(end_location, "frame starting from following row cannot have preceding rows");
  } else {
    int32_t start = frame_bound(c.take(), true, window.start_offset, start_location);
    if (start == kFrameStartUnboundedFollowing) refuse(start_location, "frame start cannot be UNBOUNDED FOLLOWING");
    if (start == kFrameStartOffsetFollowing)
      refuse(start_location, "frame starting from following row cannot end with current row");
    options |= start | kFrameEndCurrentRow;
  }
  if (c.is(Rule::kFrameExclusion)) {
    Cursor e = c.peek().children();
    e.skip();
    if (e.is(Token::kCurrent))
      options |= kFrameExcludeCurrentRow;
    else if (e.is(Token::kGroup))
      options |= kFrameExcludeGroup;
    else if (e.is(Token::kTies))
      options |= kFrameExcludeTies;
  }
  window.frame_options = options;
}

}  // namespace basalt::parser
