// INSERT, UPDATE, DELETE, MERGE.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

Overriding Builder::overriding(Cursor& c) {
  if (!c.is(Rule::kOverridingClause)) return Overriding::kNone;
  return c.take().children().has(Token::kUser) ? Overriding::kUserValue : Overriding::kSystemValue;
}

ParsedResTarget Builder::set_target(Node n) {
  Cursor c = n.children();
  ParsedResTarget target;
  target.location = n.location();
  target.name = name(c.take());
  target.indirection = indirection(c);
  return target;
}

StatementPtr Builder::insert(Node n) {
  auto insert = std::make_unique<ParsedInsert>();
  insert->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kQualifiedName:
        insert->relation = range_var(c.peek());
        break;
      case Rule::kColid:
        insert->relation->alias.name = name(c.peek());
        break;
      case Rule::kInsertRest: {
        Cursor e = c.peek().children();
        if (e.is(Token::kDefault)) break;
        if (e.is(Rule::kInsertColumns))
          for (Cursor k = e.take().children(); k.find(Rule::kInsertColumn);)
            insert->columns.push_back(set_target(k.take()));
        insert->overriding = overriding(e);
        insert->source = select_no_parens(e.peek());
        break;
      }
      case Rule::kOnConflict:
        insert->on_conflict = on_conflict(c.peek());
        break;
      case Rule::kReturningClause: {
        Cursor e = c.peek().children();
        e.skip();
        insert->returning = target_list(e.peek());
        break;
      }
      default:
        break;
    }
  }
  return insert;
}

std::unique_ptr<ParsedOnConflict> Builder::on_conflict(Node n) {
  auto conflict = std::make_unique<ParsedOnConflict>();
  conflict->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kConflictTarget:
        conflict->target_location = c.location();
        for (Cursor e = c.peek().children(); !e.done(); e.skip()) {
          if (e.is(Rule::kIndexElem))
            conflict->target.push_back(index_element(e.peek()));
          else if (e.is(Rule::kColid))
            conflict->constraint = name(e.peek());
          else if (e.is(Rule::kWhereClause)) {
            Cursor w = e.peek().children();
            w.skip();
            conflict->target_where = expression(w.peek());
          }
        }
        break;
      case Rule::kSetClauseList:
        conflict->action = ConflictAction::kUpdate;
        conflict->assignments = assignments(c.peek());
        break;
      case Rule::kWhereClause: {
        Cursor w = c.peek().children();
        w.skip();
        conflict->where = expression(w.peek());
        break;
      }
      default:
        break;
    }
  }
  return conflict;
}

std::vector<ParsedAssignment> Builder::assignments(Node n) {
  std::vector<ParsedAssignment> list;
  for (Cursor c = n.children(); c.find(Rule::kSetClause);) {
    Node clause = c.take();
    ParsedAssignment assignment;
    assignment.location = clause.location();
    Cursor e = clause.children();
    assignment.is_row = e.is(Rule::kLparen);
    for (; !e.done(); e.skip()) {
      if (e.is(Rule::kSetTarget))
        assignment.targets.push_back(set_target(e.peek()));
      else if (e.is(Rule::kAExpr))
        assignment.value = expression(e.peek());
    }
    list.push_back(std::move(assignment));
  }
  return list;
}

ExpressionPtr Builder::where_or_current(Node n) {
  Cursor c = n.children();
  c.skip();
  if (c.is(Rule::kAExpr)) return expression(c.peek());
  auto node = std::make_unique<ParsedCurrentOf>();
  node->location = n.location();
  c.find(Rule::kColid);
  node->cursor_name = name(c.peek());
  return node;
}

StatementPtr Builder::update(Node n) {
  auto update = std::make_unique<ParsedUpdate>();
  update->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kRelationExpr:
        update->relation = relation(c.peek());
        break;
      case Rule::kDmlAliasNotSet:
        e.accept(Token::kAs);
        update->relation->alias.name = name(e.peek());
        break;
      case Rule::kSetClauseList:
        update->assignments = assignments(c.peek());
        break;
      case Rule::kFromClause:
        e.skip();
        update->from = from_list(e.peek());
        break;
      case Rule::kWhereOrCurrent:
        update->where = where_or_current(c.peek());
        break;
      case Rule::kReturningClause:
        e.skip();
        update->returning = target_list(e.peek());
        break;
      default:
        break;
    }
  }
  return update;
}

StatementPtr Builder::remove(Node n) {
  auto remove = std::make_unique<ParsedDelete>();
  remove->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kRelationExpr:
        remove->relation = relation(c.peek());
        break;
      case Rule::kDmlAlias:
        e.accept(Token::kAs);
        remove->relation->alias.name = name(e.peek());
        break;
      case Rule::kFromList:
        remove->using_list = from_list(c.peek());
        break;
      case Rule::kWhereOrCurrent:
        remove->where = where_or_current(c.peek());
        break;
      case Rule::kReturningClause:
        e.skip();
        remove->returning = target_list(e.peek());
        break;
      default:
        break;
    }
  }
  return remove;
}

StatementPtr Builder::merge(Node n) {
  auto merge = std::make_unique<ParsedMerge>();
  merge->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kRelationExpr:
        merge->relation = relation(c.peek());
        break;
      case Rule::kDmlAlias:
        e.accept(Token::kAs);
        merge->relation->alias.name = name(e.peek());
        break;
      case Rule::kTableRef:
        merge->source = table_ref(c.peek());
        break;
      case Rule::kAExpr:
        merge->condition = expression(c.peek());
        break;
      case Rule::kMergeWhen: {
        ParsedMergeWhen when;
        when.location = c.location();
        e.skip();
        when.matched = !e.accept(Token::kNot);
        if (e.find(Rule::kAExpr)) when.condition = expression(e.peek());
        e = c.peek().children();
        e.find(Rule::kMergeAction);
        Node action = e.peek();
        Cursor a = action.children();
        if (a.accept(Token::kUpdate))
          when.action = MergeAction::kUpdate;
        else if (a.accept(Token::kDelete))
          when.action = MergeAction::kDelete;
        else if (a.accept(Token::kInsert))
          when.action = MergeAction::kInsert;
        bool update_or_delete = when.action == MergeAction::kUpdate || when.action == MergeAction::kDelete;
        if (when.matched == (when.action == MergeAction::kInsert) && when.action != MergeAction::kNothing)
          syntax_error(action);
        if (!when.matched && update_or_delete) syntax_error(action);
        for (; !a.done(); a.skip()) {
          if (a.is(Rule::kSetClauseList))
            when.assignments = assignments(a.peek());
          else if (a.is(Rule::kInsertColumns))
            for (Cursor k = a.peek().children(); k.find(Rule::kInsertColumn);)
              when.columns.push_back(set_target(k.take()));
          else if (a.is(Rule::kOverridingClause)) {
            Cursor o = a;
            when.overriding = overriding(o);
          } else if (a.is(Rule::kExprList)) {
            when.values = expression_list(a.peek());
            for (auto& block : blocks_)  // only one row is allowed here
              if (block.first_row_token + 1 == source_.scanned_index(a.peek().token_number()))
                syntax_error_at(block.begin);
          } else if (a.is(Token::kDefault))
            when.default_values = true;
        }
        merge->whens.push_back(std::move(when));
        break;
      }
      default:
        break;
    }
  }
  return merge;
}

ParsedIndexElement Builder::index_element(Node n) {
  ParsedIndexElement element;
  element.location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kFuncExprWindowless:
        element.expression = func_expr_windowless(c.peek());
        break;
      case Rule::kColid:
        element.name = name(c.peek());
        break;
      case Rule::kAExpr:
        element.expression = expression(c.peek());
        break;
      case Rule::kCollateClause: {
        Cursor e = c.peek().children();
        e.skip();
        element.collation = names(e.peek());
        break;
      }
      case Rule::kAnyName:
        element.op_class = names(c.peek());
        break;
      case Rule::kReloptions:
        element.op_class_options = definition(c.peek());
        break;
      default:
        if (c.is(Token::kAsc))
          element.direction = SortDirection::kAsc;
        else if (c.is(Token::kDesc))
          element.direction = SortDirection::kDesc;
        else if (c.is(Token::kFirst))
          element.nulls = SortNulls::kFirst;
        else if (c.is(Token::kLast))
          element.nulls = SortNulls::kLast;
    }
  }
  return element;
}

}  // namespace basalt::parser
