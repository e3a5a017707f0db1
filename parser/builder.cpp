#include "parser/builder.hpp"

#include <cstdlib>

#include "common/sqlstate.hpp"
#include "common/stack_depth.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

// ------------------------------------------------------------------------------------------ errors

void Builder::fail(int32_t location, common::SqlState state, std::string message) const {
  throw error_at(source_.text, location, state, std::move(message));
}

void Builder::syntax_error_at(uint32_t scanned_index) const {
  const ScannedToken& token = (*source_.tokens)[scanned_index];
  if (token.type == Token::kEndOfText) fail(token.start, sqlstate::kSyntaxError, "syntax error at end of input");
  fail(token.start, sqlstate::kSyntaxError,
       "syntax error at or near \"" +
           std::string(
               source_.text.substr(static_cast<size_t>(token.start), static_cast<size_t>(token.end - token.start))) +
           "\"");
}

void Builder::syntax_error_after(const Cursor& c, std::string message) const {
  uint32_t index = source_.scanned_index(c.end_token());
  if (message.empty()) syntax_error_at(index);
  const ScannedToken& token = (*source_.tokens)[index];
  fail_at_token(token, std::move(message));
}

void Builder::syntax_error(Node at, std::string message) const {
  if (message.empty()) syntax_error_at(source_.scanned_index(at.token_number()));
  fail_at_token(at.scanned(), std::move(message));
}

void Builder::fail_at_token(const ScannedToken& token, std::string message) const {
  message += token.type == Token::kEndOfText
                 ? " at end of input"
                 : " at or near \"" +
                       std::string(source_.text.substr(static_cast<size_t>(token.start),
                                                       static_cast<size_t>(token.end - token.start))) +
                       "\"";
  fail(token.start, sqlstate::kSyntaxError, std::move(message));
}

void Builder::check_stack() const {
  if (reinterpret_cast<const char*>(__builtin_frame_address(0)) < stack_limit_) throw common::stack_too_deep();
}

void Builder::begin_statement(uint32_t first_token) {
  first_token_ = counted_token_ = first_token;
  counted_ = 0;
  pinned_.clear();
}

int32_t Builder::literal_index(uint32_t scanned_index) {
  if (scanned_index < counted_token_) {
    counted_token_ = first_token_;
    counted_ = 0;
  }
  for (; counted_token_ < scanned_index; ++counted_token_) {
    Token type = (*source_.tokens)[counted_token_].type;
    counted_ += type >= Token::kIconst && type <= Token::kXconst;
  }
  return counted_;
}

// ------------------------------------------------------------------------------------------ names

QualifiedName Builder::names(Node n) {
  QualifiedName parts;
  for (Cursor c = n.children(); !c.done();) {
    Node part = c.take();
    if (!part.is(Token::kDot)) parts.push_back(name(part));
  }
  if (parts.empty()) parts.push_back(name(n));
  return parts;
}

std::vector<std::string> Builder::name_list(Node n) {
  std::vector<std::string> list;
  Cursor c = n.children();
  if (n.is(Rule::kNameListParens)) {
    c.find(Rule::kNameList);
    c = c.peek().children();
  }
  for (; !c.done(); c.skip())
    if (c.is(Rule::kColid)) list.push_back(name(c.peek()));
  return list;
}

QualifiedName Builder::operator_name(Node n) {
  switch (n.rule()) {
    case Rule::kAllOp:
      return {n.text()};
    case Rule::kAllOpOrOperator:
      return operator_name(n.children().peek());
    case Rule::kOperatorLa: {
      Cursor c = n.children();
      c.find(Rule::kAnyOperator);
      return operator_name(c.peek());
    }
    case Rule::kAnyOperator: {
      QualifiedName parts;
      for (Cursor c = n.children(); !c.done(); c.skip())
        if (!c.is(Token::kDot)) parts.push_back(c.peek().text());
      return parts;
    }
    default:
      return {n.text()};
  }
}

RangeVarPtr Builder::range_var(const QualifiedName& parts, int32_t location) {
  auto var = std::make_unique<ParsedRangeVar>();
  var->location = location;
  if (parts.size() > 3) {
    std::string dotted;
    for (auto& part : parts) dotted += (dotted.empty() ? "" : ".") + part;
    fail(location, sqlstate::kSyntaxError, "improper qualified name (too many dotted names): " + dotted);
  }
  if (parts.size() == 3) var->catalog = parts[0];
  if (parts.size() >= 2) var->schema = parts[parts.size() - 2];
  var->name = parts.back();
  return var;
}

RangeVarPtr Builder::range_var(Node n) { return range_var(names(n), n.location()); }

RangeVarPtr Builder::relation(Node n) {
  Cursor c = n.children();
  bool only = c.accept(Token::kOnly);
  c.find(Rule::kQualifiedName);
  RangeVarPtr var = range_var(c.take());
  var->inherit = !only;
  return var;
}

std::vector<RangeVarPtr> Builder::range_vars(Node n) {
  std::vector<RangeVarPtr> list;
  for (Cursor c = n.children(); c.find(Rule::kQualifiedName);) list.push_back(range_var(c.take()));
  return list;
}

Persistence Builder::persistence(Node n) {
  return n.children().has(Token::kUnlogged) ? Persistence::kUnlogged : Persistence::kTemporary;
}

std::string Builder::number_text(Node n) {
  if (n.rule() == Rule::kNone) return n.text();
  Cursor c = n.children();
  bool minus = c.accept(Token::kMinus);
  c.accept(Token::kPlus);
  return (minus ? "-" : "") + c.peek().text();
}

int32_t Builder::integer(Node n) { return static_cast<int32_t>(std::strtol(number_text(n).c_str(), nullptr, 10)); }

ParsedRole Builder::role(Node n) {
  ParsedRole role;
  role.location = n.location();
  Node word = n.children().peek();
  switch (word.token()) {
    case Token::kCurrentRole:
      role.kind = RoleSpecKind::kCurrentRole;
      return role;
    case Token::kCurrentUser:
      role.kind = RoleSpecKind::kCurrentUser;
      return role;
    case Token::kSessionUser:
      role.kind = RoleSpecKind::kSessionUser;
      return role;
    default:
      break;
  }
  role.name = word.text();
  if (role.name == "public") {
    role.kind = RoleSpecKind::kPublic;
    role.name.clear();
  } else if (role.name == "none") {
    fail(role.location, sqlstate::kReservedName, "role name \"none\" is reserved");
  }
  return role;
}

std::vector<ParsedRole> Builder::roles(Node n) {
  std::vector<ParsedRole> list;
  for (Cursor c = n.children(); c.find(Rule::kRoleSpec);) list.push_back(role(c.take()));
  return list;
}

DropBehavior Builder::behavior(Cursor& c) {
  if (!c.is(Rule::kDropBehavior)) return DropBehavior::kRestrict;
  return c.take().children().is(Token::kCascade) ? DropBehavior::kCascade : DropBehavior::kRestrict;
}

// ------------------------------------------------------------------------------------------ option lists

ParsedDefElem Builder::def(std::string name, int32_t location) {
  ParsedDefElem element;
  element.name = std::move(name);
  element.location = location;
  return element;
}
ParsedDefElem Builder::def_text(std::string name, std::string text, int32_t location) {
  ParsedDefElem element = def(std::move(name), location);
  element.argument = DefArgument::kString;
  element.text = std::move(text);
  return element;
}
ParsedDefElem Builder::def_boolean(std::string name, bool value, int32_t location) {
  ParsedDefElem element = def(std::move(name), location);
  element.argument = DefArgument::kBoolean;
  element.integer = value;
  element.text = value ? "true" : "false";
  return element;
}
ParsedDefElem Builder::def_names(std::string name, QualifiedName value, int32_t location) {
  ParsedDefElem element = def(std::move(name), location);
  element.argument = DefArgument::kNames;
  element.names = std::move(value);
  return element;
}

void Builder::number_argument(ParsedDefElem& element, Node n) {
  element.text = number_text(n);
  Cursor c = n.children();
  c.accept(Token::kMinus) || c.accept(Token::kPlus);
  element.argument = c.is(Token::kFconst) ? DefArgument::kFloat : DefArgument::kInteger;
  element.integer = std::strtoll(element.text.c_str(), nullptr, 10);
}

void Builder::def_arg(ParsedDefElem& element, Node n) {
  Node value = n.rule() == Rule::kNone ? n : n.children().peek();
  switch (value.rule()) {
    case Rule::kSignedNumber:
      number_argument(element, value);
      return;
    case Rule::kAllOpOrOperator:
      element.argument = DefArgument::kNames;
      element.names = operator_name(value);
      return;
    case Rule::kTypeName:
      element.argument = DefArgument::kType;
      element.type = type_name(value);
      element.text = value.text();
      return;
    default:
      break;
  }
  element.argument = value.is(Token::kSconst) ? DefArgument::kString : DefArgument::kWord;
  element.text = value.text();
}

DefList Builder::definition(Node n) {
  DefList list;
  Cursor c = n.children();
  if (n.is(Rule::kWithDefinition)) {
    c.skip();
    c = c.peek().children();
  }
  for (; !c.done(); c.skip()) {
    if (!c.is(Rule::kDefElem) && !c.is(Rule::kReloption) && !c.is(Rule::kOldAggregateElem) &&
        !c.is(Rule::kOperatorOption))
      continue;
    Cursor e = c.peek().children();
    ParsedDefElem element = def(e.peek().text(), e.location());
    e.skip();
    if (e.accept(Token::kDot)) {
      element.name_space = std::move(element.name);
      element.name = e.take().text();
    }
    if (e.accept(Token::kEquals)) def_arg(element, e.take());
    list.push_back(std::move(element));
  }
  return list;
}

DefList Builder::with_options(Node n) {
  Cursor c = n.children();
  if (c.accept(Token::kWithout)) return {};
  c.skip();
  return definition(c.take());
}

DefList Builder::utility_options(Node n) {
  DefList list;
  for (Cursor c = n.children(); !c.done();) {
    Node option = c.take();
    if (!option.is(Rule::kUtilityOption) && !option.is(Rule::kCopyGenericOption)) continue;
    Cursor e = option.children();
    Node word = e.take();
    ParsedDefElem element = def(word.text(), word.location());
    if (element.name == "analyse") element.name = "analyze";
    if (e.is(Rule::kUtilityArgument)) {
      Cursor v = e.take().children();
      if (v.is(Rule::kSignedNumber)) {
        number_argument(element, v.take());
      } else if (v.is(Token::kStar)) {
        element.argument = DefArgument::kStar;
      } else if (v.accept(Rule::kLparen)) {
        element.argument = DefArgument::kList;
        for (; v.find(Rule::kUtilityWord);) element.names.push_back(v.take().text());
      } else {
        element.argument = v.is(Token::kSconst) ? DefArgument::kString : DefArgument::kWord;
        element.text = v.peek().text();
      }
    }
    list.push_back(std::move(element));
  }
  return list;
}

DefList Builder::generic_options(Node n) {
  DefList list;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (!c.is(Rule::kGenericOption) && !c.is(Rule::kAlterGenericOption)) continue;
    Cursor e = c.peek().children();
    DefAction action = DefAction::kUnspecified;
    if (e.accept(Token::kSet))
      action = DefAction::kSet;
    else if (e.accept(Token::kAdd))
      action = DefAction::kAdd;
    else if (e.accept(Token::kDrop))
      action = DefAction::kDrop;
    ParsedDefElem element = def(e.peek().text(), e.location());
    e.skip();
    element.action = action;
    if (!e.done()) {
      element.argument = DefArgument::kString;
      element.text = e.peek().text();
    }
    list.push_back(std::move(element));
  }
  return list;
}

}  // namespace basalt::parser
