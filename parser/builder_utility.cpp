// COPY, EXPLAIN, VACUUM and other maintenance.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

StatementPtr Builder::copy(Node n) {
  auto copy = std::make_unique<ParsedCopy>();
  copy->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kQualifiedName:
        copy->relation = range_var(c.peek());
        break;
      case Rule::kNameListParens:
        copy->columns = name_list(c.peek());
        break;
      case Rule::kQueryStmt:
        copy->query = query_stmt(c.peek());
        break;
      case Rule::kCopyFile:
        copy->has_file = e.is(Token::kSconst);
        if (copy->has_file)
          copy->file = e.peek().text();
        else if (copy->is_program)
          fail(n.location(), sqlstate::kSyntaxError, "STDIN/STDOUT not allowed with PROGRAM");
        break;
      case Rule::kCopyDelimiter:
        e.find(Token::kSconst);
        copy->options.push_back(def_text("delimiter", e.peek().text(), c.location()));
        break;
      case Rule::kCopyOptions:
        copy_options(*copy, c.peek());
        break;
      case Rule::kWhereClause:
        if (!copy->is_from)
          throw error_at(source_.text, c.location(), sqlstate::kSyntaxError, "WHERE clause not allowed with COPY TO");
        e.skip();
        copy->where = expression(e.peek());
        break;
      default:
        if (c.is(Token::kBinary))
          copy->options.push_back(def_text("format", "binary", c.location()));
        else if (c.is(Token::kFrom))
          copy->is_from = true;
        else if (c.is(Token::kProgram))
          copy->is_program = true;
    }
  }
  return copy;
}

void Builder::copy_options(ParsedCopy& copy, Node n) {
  Cursor c = n.children();
  if (c.is(Rule::kCopyGenericOptions)) {
    for (auto& option : utility_options(c.peek())) copy.options.push_back(std::move(option));
    return;
  }
  for (; !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    int32_t location = c.location();
    Node word = e.take();
    switch (word.token()) {
      case Token::kBinary:
      case Token::kCsv:
        copy.options.push_back(def_text("format", word.text(), location));
        break;
      case Token::kFreeze:
      case Token::kHeader:
        copy.options.push_back(def_boolean(word.text(), true, location));
        break;
      case Token::kForce: {
        bool quote = e.accept(Token::kQuote);
        bool negative = e.accept(Token::kNot);
        if (!quote) e.skip();
        ParsedDefElem option = def(quote ? "force_quote" : negative ? "force_not_null" : "force_null", location);
        if (e.is(Token::kStar)) {
          option.argument = DefArgument::kStar;
        } else {
          option.argument = DefArgument::kList;
          option.names = name_list(e.peek());
        }
        copy.options.push_back(std::move(option));
        break;
      }
      default:
        e.accept(Token::kAs);
        copy.options.push_back(def_text(word.text(), e.peek().text(), location));
    }
  }
}

StatementPtr Builder::explain(Node n) {
  auto explain = std::make_unique<ParsedExplain>();
  explain->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kUtilityOptions)) {
      explain->options = utility_options(c.peek());
    } else if (c.is(Rule::kExplainable)) {
      explain->query = statement(c.peek().children().peek());
    } else if (c.is(Token::kAnalyze) || c.is(Token::kAnalyse)) {
      explain->options.push_back(def("analyze", c.location()));
    } else if (c.is(Token::kVerbose)) {
      explain->options.push_back(def("verbose", c.location()));
    }
  }
  return explain;
}

StatementPtr Builder::vacuum(Node n, bool is_vacuum) {
  auto vacuum = std::make_unique<ParsedVacuum>();
  vacuum->location = n.location();
  vacuum->is_vacuum = is_vacuum;
  Cursor c = n.children();
  c.skip();
  for (; !c.done(); c.skip()) {
    if (c.is(Rule::kUtilityOptions)) {
      vacuum->options = utility_options(c.peek());
    } else if (c.is(Rule::kVacuumRelations)) {
      for (Cursor e = c.peek().children(); e.find(Rule::kVacuumRelation);) {
        Cursor r = e.take().children();
        ParsedVacuumRelation item;
        item.relation = relation(r.take());
        if (!r.done()) {
          item.columns = name_list(r.peek());
          bool analyze = !is_vacuum;
          for (auto& option : vacuum->options) analyze = analyze || option.name == "analyze";
          (void)analyze;
        }
        vacuum->relations.push_back(std::move(item));
      }
    } else {
      std::string word = c.peek().text();
      vacuum->options.push_back(def(word == "analyse" ? "analyze" : std::move(word), c.location()));
    }
  }
  return vacuum;
}

StatementPtr Builder::cluster(Node n) {
  auto cluster = std::make_unique<ParsedCluster>();
  cluster->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kUtilityOptions))
      cluster->options = utility_options(c.peek());
    else if (c.is(Token::kVerbose))
      cluster->options.push_back(def("verbose", c.location()));
    else if (c.is(Rule::kQualifiedName))
      cluster->relation = range_var(c.peek());
    else if (c.is(Rule::kColid))
      cluster->index = name(c.peek());
  }
  return cluster;
}

StatementPtr Builder::reindex(Node n) {
  auto reindex = std::make_unique<ParsedReindex>();
  reindex->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kUtilityOptions))
      reindex->options = utility_options(c.peek());
    else if (c.is(Rule::kQualifiedName))
      reindex->relation = range_var(c.peek());
    else if (c.is(Rule::kColid))
      reindex->name = name(c.peek());
    else if (c.is(Token::kConcurrently))
      reindex->options.push_back(def("concurrently", c.location()));
    else if (c.is(Token::kIndex))
      reindex->target = ReindexTarget::kIndex;
    else if (c.is(Token::kSchema))
      reindex->target = ReindexTarget::kSchema;
    else if (c.is(Token::kSystem))
      reindex->target = ReindexTarget::kSystem;
    else if (c.is(Token::kDatabase))
      reindex->target = ReindexTarget::kDatabase;
  }
  return reindex;
}

StatementPtr Builder::lock(Node n) {
  auto lock = std::make_unique<ParsedLock>();
  lock->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kRelationExpr))
      lock->relations.push_back(relation(c.peek()));
    else if (c.is(Token::kNowait))
      lock->no_wait = true;
    else if (c.is(Rule::kLockMode)) {
      Cursor m = c.peek().children();
      bool share = m.has(Token::kShare);
      bool exclusive = m.has(Token::kExclusive);
      if (m.is(Token::kAccess))
        lock->mode = share ? 1 : 8;
      else if (m.is(Token::kRow))
        lock->mode = share ? 2 : 3;
      else if (m.has(Token::kUpdate))
        lock->mode = 4;
      else if (m.has(Token::kRow))
        lock->mode = 6;
      else
        lock->mode = exclusive ? 7 : 5;
    }
  }
  return lock;
}

StatementPtr Builder::notify(Node n) {
  auto notify = std::make_unique<ParsedNotify>();
  notify->location = n.location();
  Cursor c = n.children();
  c.skip();
  notify->channel = name(c.take());
  if (c.accept(Token::kComma)) {
    notify->has_payload = true;
    notify->payload = c.peek().text();
  }
  return notify;
}

StatementPtr Builder::do_statement(Node n) {
  auto statement = std::make_unique<ParsedDo>();
  statement->location = n.location();
  for (Cursor c = n.children(); c.find(Rule::kDoItem); c.skip()) {
    Cursor e = c.peek().children();
    bool language = e.accept(Token::kLanguage);
    statement->options.push_back(def_text(language ? "language" : "as", e.peek().text(), c.location()));
  }
  return statement;
}

}  // namespace basalt::parser
