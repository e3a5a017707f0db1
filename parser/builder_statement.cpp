// Which method builds which statement.
#include <utility>

#include "parser/builder.hpp"

namespace basalt::parser {

namespace {

// A statement whose only content is one name behind the verb.
template <typename T>
std::unique_ptr<T> located(Node n) {
  auto statement = std::make_unique<T>();
  statement->location = n.location();
  return statement;
}

}  // namespace

StatementPtr Builder::statement(Node n) {
  check_stack();
  if (n.is(Rule::kStatement)) n = n.children().peek();
  Cursor c = n.children();
  switch (n.rule()) {
    case Rule::kQueryStmt:
      return query_stmt(n);
    case Rule::kCreateStmt:
      return create(c.peek());
    case Rule::kAlterStmt:
      return alter(c.peek());
    case Rule::kDropStmt:
      return drop(n);
    case Rule::kTruncateStmt:
      return truncate(n);
    case Rule::kCommentStmt:
      return comment(n);
    case Rule::kSecurityLabelStmt:
      return security_label(n);
    case Rule::kGrantStmt:
      return grant(n, true);
    case Rule::kRevokeStmt:
      return grant(n, false);
    case Rule::kReassignStmt: {
      auto reassign = located<ParsedReassignOwned>(n);
      c.find(Rule::kRoleList);
      reassign->roles = roles(c.take());
      c.skip();
      reassign->new_role = role(c.peek());
      return reassign;
    }
    case Rule::kRefreshStmt:
      return refresh(n);
    case Rule::kImportStmt:
      return minor_object(n, StatementKind::kImportForeignSchema);
    case Rule::kTransactionStmt:
      return transaction(n);
    case Rule::kSetStmt:
      return set_statement(n);
    case Rule::kResetStmt:
      c.skip();
      return reset(c.peek());
    case Rule::kShowStmt:
      return show(n);
    case Rule::kDiscardStmt:
      return discard(n);
    case Rule::kPrepareStmt:
      return prepare(n);
    case Rule::kExecuteStmt:
      return execute(n);
    case Rule::kDeallocateStmt: {
      auto deallocate = located<ParsedDeallocate>(n);
      if (c.find(Rule::kColid)) deallocate->name = name(c.peek());
      return deallocate;
    }
    case Rule::kDeclareStmt:
      return declare_cursor(n);
    case Rule::kCloseStmt: {
      auto close = located<ParsedClosePortal>(n);
      if (c.find(Rule::kColid)) close->name = name(c.peek());
      return close;
    }
    case Rule::kFetchStmt:
      return fetch(n);
    case Rule::kCopyStmt:
      return copy(n);
    case Rule::kExplainStmt:
      return explain(n);
    case Rule::kVacuumStmt:
      return vacuum(n, true);
    case Rule::kAnalyzeStmt:
      return vacuum(n, false);
    case Rule::kClusterStmt:
      return cluster(n);
    case Rule::kReindexStmt:
      return reindex(n);
    case Rule::kCheckpointStmt:
      return located<ParsedCheckpoint>(n);
    case Rule::kLoadStmt: {
      auto load = located<ParsedLoad>(n);
      c.skip();
      load->file = c.peek().text();
      return load;
    }
    case Rule::kLockStmt:
      return lock(n);
    case Rule::kListenStmt: {
      auto listen = located<ParsedListen>(n);
      c.skip();
      listen->channel = name(c.peek());
      return listen;
    }
    case Rule::kUnlistenStmt: {
      auto unlisten = located<ParsedUnlisten>(n);
      if (c.find(Rule::kColid)) unlisten->channel = name(c.peek());
      return unlisten;
    }
    case Rule::kNotifyStmt:
      return notify(n);
    case Rule::kDoStmt:
      return do_statement(n);
    case Rule::kCallStmt: {
      auto call = located<ParsedCall>(n);
      c.skip();
      Node function = c.peek();
      if (function.children().is(Rule::kSpecialFunction)) syntax_error(function);
      ExpressionPtr expression = func_expr_windowless(function);
      call->call.reset(static_cast<ParsedFunctionCall*>(expression.release()));
      return call;
    }
    case Rule::kReturnStmt: {
      auto ret = located<ParsedReturn>(n);
      c.skip();
      ret->value = expression(c.peek());
      return ret;
    }
    default:
      return create(n);
  }
}

StatementPtr Builder::create(Node n) {
  switch (n.rule()) {
    case Rule::kCreateTable:
      return create_table(n, false);
    case Rule::kCreateForeignTable:
      return create_table(n, true);
    case Rule::kCreateTableAs:
      return create_table_as(n);
    case Rule::kCreateView:
      return create_view(n);
    case Rule::kCreateMaterializedView:
      return create_materialized_view(n);
    case Rule::kCreateIndex:
      return create_index(n);
    case Rule::kCreateSequence:
      return create_sequence(n);
    case Rule::kCreateTrigger:
      return create_trigger(n);
    case Rule::kCreateRule:
      return create_rule(n);
    case Rule::kCreatePolicy:
      return create_policy(n);
    case Rule::kCreateStatistics:
      return create_statistics(n);
    case Rule::kGrantStmt:
      return grant(n, true);
    default:
      return create_object(n);
  }
}

StatementPtr Builder::alter(Node n) {
  switch (n.rule()) {
    case Rule::kAlterTable:
      return alter_table(n);
    case Rule::kAlterTableAll:
      return alter_table_all(n);
    case Rule::kAlterSequence:
      return alter_sequence(n);
    case Rule::kAlterView:
      return alter_view(n);
    case Rule::kAlterType:
      return alter_type(n);
    case Rule::kAlterDomain:
      return alter_domain(n);
    case Rule::kAlterPolicy:
      return alter_policy(n);
    default:
      return alter_object(n);
  }
}

}  // namespace basalt::parser
