// Transactions, settings, cursors, prepared statements.
#include <cstdlib>
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

DefList Builder::transaction_modes(Node n) {
  DefList options;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (!c.is(Rule::kTransactionMode)) continue;
    Cursor e = c.peek().children();
    int32_t location = c.location();
    switch (e.take().token()) {
      case Token::kIsolation: {
        e.skip();
        std::string level;
        for (Cursor w = e.peek().children(); !w.done(); w.skip()) level += (level.empty() ? "" : " ") + w.peek().text();
        options.push_back(def_text("transaction_isolation", std::move(level), location));
        break;
      }
      case Token::kRead:
        options.push_back(def_boolean("transaction_read_only", e.is(Token::kOnly), location));
        break;
      case Token::kNot:
        options.push_back(def_boolean("transaction_deferrable", false, location));
        break;
      default:
        options.push_back(def_boolean("transaction_deferrable", true, location));
    }
  }
  return options;
}

StatementPtr Builder::transaction(Node n) {
  auto statement = std::make_unique<ParsedTransaction>();
  statement->location = n.location();
  Cursor c = n.children();
  Token verb = c.take().token();
  c.accept(Rule::kWork);
  if (c.is(Rule::kTransactionChain)) statement->chain = !c.peek().children().has(Token::kNo);
  using enum TransactionAction;
  switch (verb) {
    case Token::kAbort:
      statement->action = kRollback;
      break;
    case Token::kBegin:
      statement->action = kBegin;
      break;
    case Token::kStart:
      statement->action = kStart;
      break;
    case Token::kEnd:
      statement->action = kCommit;
      break;
    case Token::kCommit:
      statement->action = c.accept(Token::kPrepared) ? kCommitPrepared : kCommit;
      if (c.is(Token::kSconst)) statement->gid = c.peek().text();
      break;
    case Token::kRollback:
      statement->action = kRollback;
      if (c.accept(Token::kPrepared)) {
        statement->action = kRollbackPrepared;
        statement->gid = c.peek().text();
      } else if (c.accept(Token::kTo)) {
        statement->action = kRollbackTo;
        c.find(Rule::kColid);
        statement->savepoint = name(c.peek());
      }
      break;
    case Token::kPrepare:
      statement->action = kPrepare;
      c.find(Token::kSconst);
      statement->gid = c.peek().text();
      break;
    default:
      statement->action = verb == Token::kSavepoint ? kSavepoint : kRelease;
      c.find(Rule::kColid);
      statement->savepoint = name(c.peek());
  }
  if (c.find(Rule::kTransactionModes)) statement->options = transaction_modes(c.peek());
  return statement;
}

// ------------------------------------------------------------------------------------------ SET, RESET, SHOW

std::string Builder::variable_name(Node n) {
  std::string dotted;
  for (auto& part : names(n)) dotted += (dotted.empty() ? "" : ".") + part;
  return dotted;
}

void Builder::zone_value(ParsedVariableSet& set, Node n) {
  Cursor c = n.children();
  if (c.is(Token::kDefault) || c.is(Token::kLocal)) {
    set.set_kind = VariableSetKind::kSetDefault;
    return;
  }
  if (c.is(Rule::kSignedNumber)) {
    Cursor e = c.peek().children();
    bool minus = e.accept(Token::kMinus);
    e.accept(Token::kPlus);
    ExpressionPtr number = literal(e.peek());
    set.values.push_back(minus ? negate(std::move(number), c.location()) : std::move(number));
    return;
  }
  if (c.is(Token::kInterval)) {
    c.skip();
    TypeNamePtr type = system_type("interval", n.location());
    if (c.accept(Rule::kLparen)) {
      type->typmods.push_back(integer_literal(c.peek()));
      c.find(Token::kSconst);
    }
    Node string = c.take();
    if (c.is(Rule::kIntervalFields)) {
      type->interval_fields = interval_fields(c.peek(), type->typmods);
      if (type->interval_fields & ~(kIntervalHour | kIntervalMinute))
        fail(c.location(), sqlstate::kSyntaxError, "time zone interval must be HOUR or HOUR TO MINUTE");
    }
    set.values.push_back(constant_cast(std::move(type), string, n.location()));
    return;
  }
  ExpressionPtr value = literal(c.peek());
  as<ParsedLiteral>(*value).literal_class = LiteralClass::kString;
  set.values.push_back(std::move(value));
}

std::unique_ptr<ParsedVariableSet> Builder::set_rest(Node n) {
  Cursor c = n.children();
  if (c.is(Rule::kSetRestMore)) return set_rest_more(c.peek());
  auto set = std::make_unique<ParsedVariableSet>();
  set->location = n.location();
  set->set_kind = VariableSetKind::kSetMulti;
  set->name = c.is(Token::kSession) ? "SESSION CHARACTERISTICS" : "TRANSACTION";
  if (c.find(Token::kSconst)) {
    set->name = "TRANSACTION SNAPSHOT";
    set->values.push_back(literal(c.peek()));
    return set;
  }
  c = n.children();
  c.find(Rule::kTransactionModes);
  set->options = transaction_modes(c.peek());
  return set;
}

std::unique_ptr<ParsedVariableSet> Builder::set_rest_more(Node n) {
  auto set = std::make_unique<ParsedVariableSet>();
  set->location = n.location();
  Cursor c = n.children();
  auto word_value = [&](Node value) {
    auto text = std::make_unique<ParsedLiteral>();
    text->literal_class = LiteralClass::kString;
    text->location = value.location();
    text->text = value.text();
    set->values.push_back(std::move(text));
  };
  if (c.is(Rule::kVarName)) {
    set->name = variable_name(c.take());
    if (c.is(Token::kFrom)) {
      set->set_kind = VariableSetKind::kSetCurrent;
      return set;
    }
    c.skip();
    if (c.is(Token::kDefault)) {
      set->set_kind = VariableSetKind::kSetDefault;
      return set;
    }
    for (Cursor v = c.peek().children(); !v.done(); v.skip()) {
      if (!v.is(Rule::kVarValue)) continue;
      Cursor e = v.peek().children();
      if (e.is(Rule::kSignedNumber)) {
        Cursor s = e.peek().children();
        bool minus = s.accept(Token::kMinus);
        s.accept(Token::kPlus);
        ExpressionPtr number = literal(s.peek());
        set->values.push_back(minus ? negate(std::move(number), v.location()) : std::move(number));
      } else {
        word_value(e.peek());
      }
    }
    return set;
  }
  Token word = c.take().token();
  switch (word) {
    case Token::kTime:
      set->name = "timezone";
      c.skip();
      zone_value(*set, c.peek());
      return set;
    case Token::kCatalog:
      throw error_at(source_.text, c.location(), sqlstate::kFeatureNotSupported, "current database cannot be changed");
    case Token::kSchema:
      set->name = "search_path";
      break;
    case Token::kNames:
      set->name = "client_encoding";
      break;
    case Token::kRole:
      set->name = "role";
      break;
    case Token::kSession:
      set->name = "session_authorization";
      c.skip();
      break;
    default:
      set->name = "xmloption";
      c.skip();
  }
  if (c.done() || c.is(Token::kDefault))
    set->set_kind = VariableSetKind::kSetDefault;
  else
    word_value(c.peek());
  return set;
}

std::unique_ptr<ParsedVariableSet> Builder::reset(Node n) {
  auto set = std::make_unique<ParsedVariableSet>();
  set->location = n.location();
  set->set_kind = VariableSetKind::kReset;
  Cursor c = n.children();
  switch (c.token()) {
    case Token::kAll:
      set->set_kind = VariableSetKind::kResetAll;
      return set;
    case Token::kTime:
      set->name = "timezone";
      return set;
    case Token::kTransaction:
      set->name = "transaction_isolation";
      return set;
    case Token::kSession:
      set->name = "session_authorization";
      return set;
    default:
      set->name = variable_name(c.peek());
  }
  return set;
}

StatementPtr Builder::set_statement(Node n) {
  Cursor c = n.children();
  c.skip();
  if (c.accept(Token::kConstraints)) {
    auto set = std::make_unique<ParsedConstraintsSet>();
    set->location = n.location();
    if (c.is(Rule::kQualifiedNameList)) set->constraints = range_vars(c.peek());
    set->deferred = c.has(Token::kDeferred);
    return set;
  }
  bool local = c.accept(Token::kLocal);
  c.accept(Token::kSession);
  auto set = set_rest(c.peek());
  set->is_local = local;
  set->location = n.location();
  return set;
}

StatementPtr Builder::show(Node n) {
  auto show = std::make_unique<ParsedVariableShow>();
  show->location = n.location();
  Cursor c = n.children();
  c.skip();
  switch (c.token()) {
    case Token::kAll:
      show->name = "all";
      break;
    case Token::kTime:
      show->name = "timezone";
      break;
    case Token::kTransaction:
      show->name = "transaction_isolation";
      break;
    case Token::kSession:
      show->name = "session_authorization";
      break;
    default:
      show->name = variable_name(c.peek());
  }
  return show;
}

StatementPtr Builder::discard(Node n) {
  auto discard = std::make_unique<ParsedDiscard>();
  discard->location = n.location();
  Cursor c = n.children();
  c.skip();
  if (c.is(Token::kPlans))
    discard->target = DiscardTarget::kPlans;
  else if (c.is(Token::kSequences))
    discard->target = DiscardTarget::kSequences;
  else if (!c.is(Token::kAll))
    discard->target = DiscardTarget::kTemp;
  return discard;
}

// ------------------------------------------------------------------------------------------ prepared, cursors

StatementPtr Builder::prepare(Node n) {
  auto prepare = std::make_unique<ParsedPrepare>();
  prepare->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kColid))
      prepare->name = name(c.peek());
    else if (c.is(Rule::kQueryStmt))
      prepare->query = query_stmt(c.peek());
    else if (c.is(Rule::kTypeList))
      for (Cursor e = c.peek().children(); e.find(Rule::kTypeName); e.skip())
        prepare->argument_types.push_back(type_name(e.peek()));
  }
  return prepare;
}

StatementPtr Builder::execute(Node n) {
  auto execute = std::make_unique<ParsedExecute>();
  execute->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kColid))
      execute->name = name(c.peek());
    else if (c.is(Rule::kExprList))
      execute->arguments = expression_list(c.peek());
  }
  return execute;
}

StatementPtr Builder::declare_cursor(Node n) {
  auto declare = std::make_unique<ParsedDeclareCursor>();
  declare->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kColid:
        declare->name = name(c.peek());
        break;
      case Rule::kCursorOption:
        declare->options |= e.is(Token::kNo)            ? kCursorNoScroll
                            : e.is(Token::kScroll)      ? kCursorScroll
                            : e.is(Token::kBinary)      ? kCursorBinary
                            : e.is(Token::kInsensitive) ? kCursorInsensitive
                                                        : kCursorAsensitive;
        break;
      case Rule::kQueryStmtSelect:
        declare->query = select_no_parens(c.peek());
        break;
      default:
        if (c.is(Token::kWith)) declare->options |= kCursorHold;
    }
  }
  return declare;
}

StatementPtr Builder::fetch(Node n) {
  auto fetch = std::make_unique<ParsedFetch>();
  fetch->location = n.location();
  Cursor c = n.children();
  fetch->is_move = c.take().is(Token::kMove);
  c = c.peek().children();
  auto count = [&](Node value) { return std::strtoll(number_text(value).c_str(), nullptr, 10); };
  using enum FetchDirection;
  Node word = c.peek();
  switch (word.token()) {
    case Token::kPrior:
      fetch->direction = kBackward;
      break;
    case Token::kFirst:
      fetch->direction = kAbsolute;
      break;
    case Token::kLast:
      fetch->direction = kAbsolute;
      fetch->count = -1;
      break;
    case Token::kAll:
      fetch->count = kFetchAll;
      break;
    case Token::kBackward:
      fetch->direction = kBackward;
      break;
    case Token::kAbsolute:
      fetch->direction = kAbsolute;
      break;
    case Token::kRelative:
      fetch->direction = kRelative;
      break;
    default:
      break;
  }
  if (word.rule() == Rule::kNone && (c.next_is(Token::kAll))) fetch->count = kFetchAll;
  Cursor numbers = c;
  if (numbers.find(Rule::kSignedIconst)) fetch->count = count(numbers.peek());
  c.find(Rule::kColid);
  fetch->name = name(c.peek());
  return fetch;
}

}  // namespace basalt::parser
