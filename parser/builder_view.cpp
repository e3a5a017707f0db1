// What hangs on tables: views, indexes, sequences, triggers, rules, policies, statistics.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

StatementPtr Builder::create_table_as(Node n) {
  auto create = std::make_unique<ParsedCreateTableAs>();
  create->location = n.location();
  create->into = std::make_unique<ParsedInto>();
  Persistence persistence = Persistence::kPermanent;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kOptTemp:
        persistence = this->persistence(c.peek());
        break;
      case Rule::kIfNotExists:
        create->if_not_exists = true;
        break;
      case Rule::kQualifiedName:
        create->into->relation = range_var(c.peek());
        break;
      case Rule::kNameListParens:
        create->into->columns = name_list(c.peek());
        break;
      case Rule::kAccessMethodClause:
        e.skip();
        create->into->access_method = name(e.peek());
        break;
      case Rule::kWithOptions:
        create->into->options = with_options(c.peek());
        break;
      case Rule::kOnCommitClause:
        create->into->on_commit = on_commit(c.peek());
        break;
      case Rule::kTablespaceClause:
        e.skip();
        create->into->tablespace = name(e.peek());
        break;
      case Rule::kExecuteStmt:
        create->query = execute(c.peek());
        break;
      case Rule::kQueryStmtSelect:
        create->query = select_no_parens(c.peek());
        break;
      case Rule::kWithData:
        create->into->skip_data = e.has(Token::kNo);
        break;
      default:
        if (c.is(Token::kMaterialized)) create->is_materialized_view = true;
        if (c.is(Token::kUnlogged)) persistence = Persistence::kUnlogged;
    }
  }
  create->into->relation->persistence = persistence;
  return create;
}

StatementPtr Builder::create_materialized_view(Node n) { return create_table_as(n); }

namespace {

// CREATE RECURSIVE VIEW name (columns) AS query is
// CREATE VIEW name (columns) AS WITH RECURSIVE name (columns) AS (query) SELECT columns FROM name.
SelectPtr recursive_view_query(const ParsedCreateView& view, SelectPtr query) {
  ParsedCte cte;
  cte.name = view.view->name;
  cte.columns = view.aliases;
  cte.query = std::move(query);
  auto select = std::make_unique<ParsedSelect>();
  for (const std::string& column : view.aliases) {
    auto reference = std::make_unique<ParsedColumnRef>();
    reference->names = {column};
    ParsedResTarget target;
    target.value = std::move(reference);
    select->targets.push_back(std::move(target));
  }
  auto from = std::make_unique<ParsedRangeVar>();
  from->name = cte.name;
  select->from.push_back(std::move(from));
  select->with = std::make_unique<ParsedWith>();
  select->with->recursive = true;
  select->with->ctes.push_back(std::move(cte));
  return select;
}

}  // namespace

StatementPtr Builder::create_view(Node n) {
  auto view = std::make_unique<ParsedCreateView>();
  view->location = n.location();
  Persistence persistence = Persistence::kPermanent;
  bool after_query = false;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kOptTemp:
        persistence = this->persistence(c.peek());
        break;
      case Rule::kQualifiedName:
        view->view = range_var(c.peek());
        break;
      case Rule::kNameListParens:
        view->aliases = name_list(c.peek());
        break;
      case Rule::kWithOptions:
        view->options = with_options(c.peek());
        break;
      case Rule::kQueryStmtSelect:
        view->query = select_no_parens(c.peek());
        after_query = true;
        break;
      default:
        if (c.is(Token::kReplace))
          view->replace = true;
        else if (c.is(Token::kRecursive))
          view->recursive = true;
        else if (after_query && c.is(Token::kWith))
          view->check_option = CheckOption::kCascaded;
        else if (after_query && c.is(Token::kLocal))
          view->check_option = CheckOption::kLocal;
    }
  }
  if (view->recursive && view->check_option != CheckOption::kNone)
    fail(n.location(), sqlstate::kFeatureNotSupported, "WITH CHECK OPTION not supported on recursive views");
  if (view->recursive) view->query = recursive_view_query(*view, std::move(view->query));
  view->view->persistence = persistence;
  return view;
}

StatementPtr Builder::refresh(Node n) {
  auto refresh = std::make_unique<ParsedRefreshMaterializedView>();
  refresh->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Token::kConcurrently))
      refresh->concurrently = true;
    else if (c.is(Rule::kQualifiedName))
      refresh->relation = range_var(c.peek());
    else if (c.is(Rule::kWithData))
      refresh->skip_data = c.peek().children().has(Token::kNo);
  }
  return refresh;
}

StatementPtr Builder::create_index(Node n) {
  auto index = std::make_unique<ParsedIndex>();
  index->location = n.location();
  bool including = false;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kIfNotExists:
        index->if_not_exists = true;
        break;
      case Rule::kColid:
        (index->relation ? index->access_method : index->name) = name(c.peek());
        break;
      case Rule::kRelationExpr:
        index->relation = relation(c.peek());
        break;
      case Rule::kIndexElem:
        (including ? index->including : index->elements).push_back(index_element(c.peek()));
        break;
      case Rule::kUniqueNulls:
        index->nulls_not_distinct = e.has(Token::kNot);
        break;
      case Rule::kReloptions:
        index->options = definition(c.peek());
        break;
      case Rule::kTablespaceClause:
        e.skip();
        index->tablespace = name(e.peek());
        break;
      case Rule::kWhereClause:
        e.skip();
        index->where = expression(e.peek());
        break;
      default:
        if (c.is(Token::kUnique))
          index->unique = true;
        else if (c.is(Token::kConcurrently))
          index->concurrently = true;
        else if (c.is(Token::kInclude))
          including = true;
    }
  }
  return index;
}

DefList Builder::sequence_options(Cursor& c) {
  DefList options;
  while (c.is(Rule::kSequenceOption)) options.push_back(sequence_option(c.take()));
  return options;
}

ParsedDefElem Builder::sequence_option(Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  Node word = c.take();
  ParsedDefElem option = def(word.text(), location);
  switch (word.token()) {
    case Token::kCycle:
      return def_boolean("cycle", true, location);
    case Token::kNo:
      if (c.is(Token::kCycle)) return def_boolean("cycle", false, location);
      option.name = c.peek().text();
      return option;
    case Token::kAs:
      option.argument = DefArgument::kType;
      option.type = simple_type(c.peek());
      return option;
    case Token::kOwned:
      c.skip();
      return def_names("owned_by", names(c.peek()), location);
    case Token::kSequence:
      c.skip();
      return def_names("sequence_name", names(c.peek()), location);
    default:
      break;
  }
  if (c.find(Rule::kSignedNumber)) number_argument(option, c.peek());
  return option;
}

StatementPtr Builder::create_sequence(Node n) {
  auto sequence = std::make_unique<ParsedCreateSequence>();
  sequence->location = n.location();
  Persistence persistence = Persistence::kPermanent;
  Cursor c = n.children();
  for (; !c.done() && !c.is(Rule::kSequenceOption); c.skip()) {
    if (c.is(Rule::kOptTemp))
      persistence = this->persistence(c.peek());
    else if (c.is(Rule::kIfNotExists))
      sequence->if_not_exists = true;
    else if (c.is(Rule::kQualifiedName))
      sequence->sequence = range_var(c.peek());
  }
  sequence->sequence->persistence = persistence;
  sequence->options = sequence_options(c);
  return sequence;
}

StatementPtr Builder::create_trigger(Node n) {
  auto trigger = std::make_unique<ParsedCreateTrigger>();
  trigger->location = n.location();
  ParsedConstraint attributes;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kColid:
        trigger->name = name(c.peek());
        break;
      case Rule::kTriggerEvent: {
        uint32_t bit = e.is(Token::kInsert)   ? kTriggerInsert
                       : e.is(Token::kDelete) ? kTriggerDelete
                       : e.is(Token::kUpdate) ? kTriggerUpdate
                                              : kTriggerTruncate;
        if (trigger->events & bit) {
          // PostgreSQL has then read the token behind UPDATE, to see whether it is OF.
          if (bit == kTriggerUpdate) c.skip();
          syntax_error(c.peek(), "duplicate trigger events specified");
        }
        trigger->events |= bit;
        if (e.find(Rule::kNameList)) trigger->columns = name_list(e.peek());
        break;
      }
      case Rule::kQualifiedName:
        (trigger->relation ? trigger->constraint_relation : trigger->relation) = range_var(c.peek());
        break;
      case Rule::kConstraintAttribute:
        constraint_attributes(c, attributes, "TRIGGER", false);
        trigger->deferrable = attributes.deferrable;
        trigger->initially_deferred = attributes.initially_deferred;
        if (c.done()) return trigger;
        break;
      case Rule::kTriggerTransition: {
        ParsedTriggerTransition transition;
        transition.is_new = e.take().is(Token::kNew);
        transition.is_table = e.is(Token::kTable);
        e.find(Rule::kColid);
        transition.name = name(e.peek());
        trigger->transitions.push_back(std::move(transition));
        break;
      }
      case Rule::kAExpr:
        trigger->when = expression(c.peek());
        break;
      case Rule::kFuncName:
        trigger->function = names(c.peek());
        break;
      case Rule::kTriggerArgument:
        trigger->arguments.push_back(c.peek().text());
        break;
      default:
        break;
    }
    switch (c.token()) {
      case Token::kReplace:
        trigger->replace = true;
        break;
      case Token::kConstraint:
        trigger->is_constraint = true;
        break;
      case Token::kBefore:
        trigger->timing = TriggerTiming::kBefore;
        break;
      case Token::kInstead:
        trigger->timing = TriggerTiming::kInsteadOf;
        break;
      case Token::kRow:
        trigger->for_each_row = true;
        break;
      default:
        break;
    }
  }
  return trigger;
}

StatementPtr Builder::create_rule(Node n) {
  auto rule = std::make_unique<ParsedCreateRule>();
  rule->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kColid:
        rule->name = name(c.peek());
        break;
      case Rule::kQualifiedName:
        rule->relation = range_var(c.peek());
        break;
      case Rule::kWhereClause:
        e.skip();
        rule->where = expression(e.peek());
        break;
      case Rule::kRuleAction:
        rule->actions.push_back(e.is(Rule::kQueryStmt) ? query_stmt(e.peek()) : notify(e.peek()));
        break;
      default:
        break;
    }
    switch (c.token()) {
      case Token::kReplace:
        rule->replace = true;
        break;
      case Token::kInstead:
        rule->instead = true;
        break;
      case Token::kSelect:
        rule->event = RuleEvent::kSelect;
        break;
      case Token::kUpdate:
        rule->event = RuleEvent::kUpdate;
        break;
      case Token::kDelete:
        rule->event = RuleEvent::kDelete;
        break;
      case Token::kInsert:
        rule->event = RuleEvent::kInsert;
        break;
      default:
        break;
    }
  }
  return rule;
}

StatementPtr Builder::create_policy(Node n) {
  auto policy = std::make_unique<ParsedCreatePolicy>();
  policy->location = n.location();
  bool check = false;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kColid))
      policy->name = name(c.peek());
    else if (c.is(Rule::kQualifiedName))
      policy->table = range_var(c.peek());
    else if (c.is(Rule::kRoleList))
      policy->roles = roles(c.peek());
    else if (c.is(Rule::kAExpr))
      (check ? policy->with_check : policy->using_expression) = expression(c.peek());
    else if (c.is(Token::kCheck))
      check = true;
    else if (c.is(Token::kIdent)) {
      std::string word = c.peek().text();
      if (word != "permissive" && word != "restrictive")
        throw error_at(source_.text, c.location(), sqlstate::kSyntaxError,
                       "unrecognized row security option \"" + word + "\"")
            .hint("Only PERMISSIVE or RESTRICTIVE policies are supported currently.");
      policy->permissive = word == "permissive";
    } else if (c.is(Token::kFor)) {
      c.skip();
      policy->command = c.peek().text();
    }
  }
  return policy;
}

StatementPtr Builder::alter_policy(Node n) {
  auto policy = std::make_unique<ParsedAlterPolicy>();
  policy->location = n.location();
  bool check = false;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kColid))
      policy->name = name(c.peek());
    else if (c.is(Rule::kQualifiedName))
      policy->table = range_var(c.peek());
    else if (c.is(Rule::kRoleList))
      policy->roles = roles(c.peek());
    else if (c.is(Token::kCheck))
      check = true;
    else if (c.is(Rule::kAExpr))
      (check ? policy->with_check : policy->using_expression) = expression(c.peek());
  }
  return policy;
}

StatementPtr Builder::create_statistics(Node n) {
  auto statistics = std::make_unique<ParsedCreateStatistics>();
  statistics->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kIfNotExists:
        statistics->if_not_exists = true;
        break;
      case Rule::kAnyName:
        statistics->name = names(c.peek());
        break;
      case Rule::kNameListParens:
        statistics->kinds = name_list(c.peek());
        break;
      case Rule::kStatisticsElement:
        statistics->elements.push_back(index_element(c.peek()));
        break;
      case Rule::kFromList:
        statistics->relations = from_list(c.peek());
        break;
      default:
        break;
    }
  }
  return statistics;
}

}  // namespace basalt::parser
