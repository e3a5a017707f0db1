// ALTER TABLE and its relatives: INDEX, SEQUENCE, VIEW, TYPE, DOMAIN.
#include <cstdlib>
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

StatementPtr Builder::rename_in_relation(RangeVarPtr relation, ObjectType type, Cursor c, bool missing_ok) {
  auto rename = std::make_unique<ParsedRename>();
  rename->location = relation->location;
  rename->relation = std::move(relation);
  rename->object_type = rename->relation_type = type;
  rename->missing_ok = missing_ok;
  c.skip();
  if (c.accept(Token::kTo)) {
    rename->new_name = name(c.peek());
    return rename;
  }
  if (c.accept(Token::kConstraint)) {
    rename->object_type = ObjectType::kTableConstraint;
  } else {
    c.accept(Token::kColumn);
    rename->object_type = ObjectType::kColumn;
  }
  rename->old_name = name(c.take());
  c.skip();
  rename->new_name = name(c.peek());
  return rename;
}

StatementPtr Builder::alter_table(Node n) {
  Cursor c = n.children();
  c.skip();
  ObjectType type = object_type(c);
  bool missing_ok = c.accept(Rule::kIfExists);
  RangeVarPtr table = relation(c.take());
  if (c.is(Rule::kRenameCommand)) return rename_in_relation(std::move(table), type, c.peek().children(), missing_ok);
  if (c.is(Token::kSet)) return move_relation(n, std::move(table), type, c, missing_ok);
  if (c.is(Token::kNo) || c.is(Token::kDepends)) {
    auto depends = std::make_unique<ParsedAlterObjectDepends>();
    depends->location = n.location();
    depends->object_type = type;
    depends->relation = std::move(table);
    depends->remove = c.is(Token::kNo);
    c.find(Rule::kColid);
    depends->extension = name(c.peek());
    return depends;
  }
  return alter_relation(n, std::move(table), type, c, missing_ok);
}

StatementPtr Builder::alter_table_all(Node n) {
  auto alter = std::make_unique<ParsedAlterTable>();
  alter->location = n.location();
  alter->all_in_tablespace = true;
  Cursor c = n.children();
  c.skip();
  alter->object_type = object_type(c);
  for (; !c.done(); c.skip()) {
    if (c.is(Rule::kColid)) {
      (alter->from_tablespace.empty() ? alter->from_tablespace : alter->to_tablespace) = name(c.peek());
    } else if (c.is(Rule::kRoleList)) {
      alter->owned_by = roles(c.peek());
    } else if (c.is(Token::kNowait)) {
      alter->no_wait = true;
    }
  }
  return alter;
}

ParsedAlterTableCommand Builder::partition_command(Node n) {
  ParsedAlterTableCommand command;
  command.location = n.location();
  Cursor c = n.children();
  bool attach = c.take().is(Token::kAttach);
  command.action = attach ? AlterTableAction::kAttachPartition : AlterTableAction::kDetachPartition;
  c.skip();
  command.relation = range_var(c.take());
  if (c.is(Rule::kPartitionBound))
    command.bound = partition_bound(c.peek());
  else if (c.is(Token::kConcurrently))
    command.concurrently = true;
  else if (c.is(Token::kFinalize))
    command.action = AlterTableAction::kDetachPartitionFinalize;
  return command;
}

void Builder::alter_trigger_or_rule(ParsedAlterTableCommand& command, Cursor& c, bool enable) {
  bool always = c.accept(Token::kAlways);
  bool replica = c.accept(Token::kReplica);
  bool trigger = c.take().is(Token::kTrigger);
  using enum AlterTableAction;
  if (c.is(Token::kAll)) {
    command.action = enable ? kEnableTriggerAll : kDisableTriggerAll;
  } else if (c.is(Token::kUser)) {
    command.action = enable ? kEnableTriggerUser : kDisableTriggerUser;
  } else {
    command.name = name(c.peek());
    if (trigger)
      command.action = !enable   ? kDisableTrigger
                       : always  ? kEnableAlwaysTrigger
                       : replica ? kEnableReplicaTrigger
                                 : kEnableTrigger;
    else
      command.action = !enable ? kDisableRule : always ? kEnableAlwaysRule : replica ? kEnableReplicaRule : kEnableRule;
    return;
  }
  if (!trigger || always || replica) syntax_error(c.peek());
}

ParsedAlterTableCommand Builder::alter_command(Node n) {
  using enum AlterTableAction;
  ParsedAlterTableCommand command;
  command.location = n.location();
  Cursor c = n.children();
  if (c.is(Rule::kAlterGenericOptions)) {
    command.action = kGenericOptions;
    command.options = generic_options(c.peek());
    return command;
  }
  Token verb = c.take().token();
  switch (verb) {
    case Token::kAdd:
      if (c.is(Rule::kTableConstraint)) {
        command.action = kAddConstraint;
        command.constraint = std::make_unique<ParsedConstraint>(table_constraint(c.peek()));
        return command;
      }
      c.accept(Token::kColumn);
      command.action = kAddColumn;
      command.missing_ok = c.accept(Rule::kIfNotExists);
      command.column = std::make_unique<ParsedColumnDefinition>(column_definition(c.peek()));
      return command;
    case Token::kAlter:
      if (c.accept(Token::kConstraint)) {
        command.action = kAlterConstraint;
        command.constraint = std::make_unique<ParsedConstraint>();
        command.constraint->kind = ConstraintKind::kForeignKey;
        command.constraint->name = command.name = name(c.take());
        constraint_attributes(c, *command.constraint, "FOREIGN KEY", false, -1);
        return command;
      }
      c.accept(Token::kColumn);
      if (c.is(Token::kIconst)) {
        int32_t location = c.location();
        command.number = integer(c.take());
        if (command.number < 1 || command.number > 32767)
          fail(location, sqlstate::kInvalidParameterValue, "column number must be in range from 1 to 32767");
      } else
        command.name = name(c.take());
      alter_column(command, c.peek());
      return command;
    case Token::kDrop:
      command.action = c.accept(Token::kConstraint) ? kDropConstraint : kDropColumn;
      c.accept(Token::kColumn);
      command.missing_ok = c.accept(Rule::kIfExists);
      command.name = name(c.take());
      command.behavior = behavior(c);
      return command;
    case Token::kValidate:
      command.action = kValidateConstraint;
      c.skip();
      command.name = name(c.peek());
      return command;
    case Token::kSet:
      if (c.is(Token::kLogged))
        command.action = kSetLogged;
      else if (c.is(Token::kUnlogged))
        command.action = kSetUnlogged;
      else if (c.accept(Token::kWithout))
        command.action = c.is(Token::kOids) ? kDropOids : kDropCluster;
      else if (c.is(Rule::kReloptions)) {
        command.action = kSetRelOptions;
        command.options = definition(c.peek());
      } else {
        command.action = c.is(Token::kAccess) ? kSetAccessMethod : kSetTablespace;
        c.find(Rule::kColid);
        command.name = name(c.peek());
      }
      return command;
    case Token::kReset:
      command.action = kResetRelOptions;
      command.options = definition(c.peek());
      return command;
    case Token::kCluster:
      command.action = kClusterOn;
      c.skip();
      command.name = name(c.peek());
      return command;
    case Token::kEnable:
    case Token::kDisable:
      if (c.is(Token::kRow))
        command.action = verb == Token::kEnable ? kEnableRowSecurity : kDisableRowSecurity;
      else
        alter_trigger_or_rule(command, c, verb == Token::kEnable);
      return command;
    case Token::kForce:
      command.action = kForceRowSecurity;
      return command;
    case Token::kNo:
      if (c.accept(Token::kForce)) {
        command.action = kNoForceRowSecurity;
        return command;
      }
      c.skip();
      command.action = kDropInherit;
      command.relation = range_var(c.peek());
      return command;
    case Token::kInherit:
      command.action = kAddInherit;
      command.relation = range_var(c.peek());
      return command;
    case Token::kOf:
      command.action = kAddOf;
      command.type = std::make_unique<ParsedTypeName>();
      command.type->location = c.location();
      command.type->names = names(c.peek());
      return command;
    case Token::kNot:
      command.action = kDropOf;
      return command;
    case Token::kOwner:
      command.action = kChangeOwner;
      c.skip();
      command.role = role(c.peek());
      return command;
    default:
      break;
  }
  command.action = kReplicaIdentity;
  c.skip();
  command.text = c.is(Token::kUsing) ? "index" : c.peek().text();
  if (c.find(Rule::kColid)) command.name = name(c.peek());
  return command;
}

void Builder::alter_column(ParsedAlterTableCommand& command, Node n) {
  using enum AlterTableAction;
  Cursor c = n.children();
  if (c.is(Rule::kAlterGenericOptions)) {
    command.action = kAlterColumnGenericOptions;
    command.options = generic_options(c.peek());
    return;
  }
  if (c.is(Rule::kAlterIdentityOption)) {
    command.action = kSetIdentity;
    for (; !c.done(); c.skip()) {
      Cursor e = c.peek().children();
      if (e.is(Token::kRestart)) {
        ParsedDefElem option = def("restart", e.location());
        if (e.find(Rule::kSignedNumber)) number_argument(option, e.peek());
        command.options.push_back(std::move(option));
        continue;
      }
      e.skip();
      if (e.is(Rule::kSequenceOption))
        command.options.push_back(sequence_option(e.peek()));
      else
        command.options.push_back(def_text("generated", e.has(Token::kAlways) ? "a" : "d", e.location()));
    }
    return;
  }
  Token verb = c.take().token();
  if (verb == Token::kAdd) {
    command.action = kAddIdentity;
    command.constraint = std::make_unique<ParsedConstraint>();
    command.constraint->kind = ConstraintKind::kIdentity;
    command.constraint->location = n.location();
    command.constraint->generated_always = c.has(Token::kAlways);
    if (c.find(Rule::kLparen)) {
      c.skip();
      command.constraint->sequence_options = sequence_options(c);
    }
    return;
  }
  if (verb == Token::kDrop) {
    Token what = c.take().token();
    command.action = what == Token::kDefault      ? kColumnDefault
                     : what == Token::kNot        ? kDropNotNull
                     : what == Token::kExpression ? kDropExpression
                                                  : kDropIdentity;
    command.missing_ok = c.is(Rule::kIfExists);
    return;
  }
  if (verb == Token::kReset) {
    command.action = kResetOptions;
    command.options = definition(c.peek());
    return;
  }
  if (verb == Token::kSet) {
    switch (c.token()) {
      case Token::kDefault:
        command.action = kColumnDefault;
        c.skip();
        command.expression = expression(c.peek());
        return;
      case Token::kNot:
        command.action = kSetNotNull;
        return;
      case Token::kStatistics:
        command.action = kSetStatistics;
        c.skip();
        command.integer = integer(c.peek());
        return;
      case Token::kStorage:
      case Token::kCompression:
        command.action = c.take().is(Token::kStorage) ? kSetStorage : kSetCompression;
        command.text = c.peek().text();
        return;
      case Token::kData:
        c.skip(2);
        break;
      default:
        command.action = kSetOptions;
        command.options = definition(c.peek());
        return;
    }
  }
  command.action = kAlterColumnType;
  command.column = std::make_unique<ParsedColumnDefinition>();
  command.column->location = c.location();
  command.column->type = type_name(c.take());
  if (c.is(Rule::kCollateClause)) command.column->collation = collate(c.take());
  if (c.accept(Token::kUsing)) command.expression = expression(c.peek());
}

StatementPtr Builder::move_relation(Node n, RangeVarPtr relation, ObjectType type, Cursor c, bool missing_ok) {
  auto move = std::make_unique<ParsedAlterObjectSchema>();
  move->location = n.location();
  move->object_type = type;
  move->relation = std::move(relation);
  move->missing_ok = missing_ok;
  c.skip(2);
  move->new_schema = name(c.peek());
  return move;
}

StatementPtr Builder::alter_relation(Node n, RangeVarPtr relation, ObjectType type, Cursor c, bool missing_ok) {
  auto alter = std::make_unique<ParsedAlterTable>();
  alter->location = n.location();
  alter->object_type = type;
  alter->relation = std::move(relation);
  alter->missing_ok = missing_ok;
  if (c.is(Rule::kPartitionCommand)) alter->commands.push_back(partition_command(c.peek()));
  while (c.find(Rule::kAlterTableCommand)) alter->commands.push_back(alter_command(c.take()));
  return alter;
}

StatementPtr Builder::alter_sequence(Node n) {
  Cursor c = n.children();
  c.skip(2);
  bool missing_ok = c.accept(Rule::kIfExists);
  RangeVarPtr sequence = range_var(c.take());
  if (c.is(Rule::kSequenceOption)) {
    auto alter = std::make_unique<ParsedAlterSequence>();
    alter->location = n.location();
    alter->missing_ok = missing_ok;
    alter->sequence = std::move(sequence);
    alter->options = sequence_options(c);
    return alter;
  }
  if (c.is(Token::kRename)) return rename_in_relation(std::move(sequence), ObjectType::kSequence, c, missing_ok);
  if (c.is(Token::kSet)) return move_relation(n, std::move(sequence), ObjectType::kSequence, c, missing_ok);
  return alter_relation(n, std::move(sequence), ObjectType::kSequence, c, missing_ok);
}

StatementPtr Builder::alter_view(Node n) {
  Cursor c = n.children();
  c.skip(2);
  bool missing_ok = c.accept(Rule::kIfExists);
  RangeVarPtr view = range_var(c.take());
  if (c.is(Token::kRename)) return rename_in_relation(std::move(view), ObjectType::kView, c, missing_ok);
  if (c.is(Token::kSet) && c.next_is(Token::kSchema))
    return move_relation(n, std::move(view), ObjectType::kView, c, missing_ok);
  return alter_relation(n, std::move(view), ObjectType::kView, c, missing_ok);
}

ParsedAlterTableCommand Builder::alter_type_command(Node n) {
  ParsedAlterTableCommand command;
  command.location = n.location();
  Cursor c = n.children();
  Token verb = c.take().token();
  c.skip();
  command.column = std::make_unique<ParsedColumnDefinition>();
  if (verb == Token::kAdd) {
    command.action = AlterTableAction::kAddColumn;
    Cursor e = c.take().children();
    command.column->location = e.location();
    command.column->name = name(e.take());
    command.column->type = type_name(e.take());
    if (!e.done()) command.column->collation = collate(e.peek());
  } else if (verb == Token::kDrop) {
    command.action = AlterTableAction::kDropColumn;
    command.column.reset();
    command.missing_ok = c.accept(Rule::kIfExists);
    command.name = name(c.take());
  } else {
    command.action = AlterTableAction::kAlterColumnType;
    command.name = name(c.take());
    c.find(Rule::kTypeName);
    command.column->type = type_name(c.take());
    if (c.is(Rule::kCollateClause)) command.column->collation = collate(c.take());
  }
  command.behavior = behavior(c);
  return command;
}

StatementPtr Builder::alter_type(Node n) {
  Cursor c = n.children();
  c.skip(2);
  Node name_node = c.take();
  ParsedObjectName object;
  object.location = name_node.location();
  object.names = names(name_node);
  if (c.is(Rule::kAlterTypeCommand)) {
    auto alter = std::make_unique<ParsedAlterTable>();
    alter->location = n.location();
    alter->object_type = ObjectType::kType;
    alter->relation = range_var(name_node);
    while (c.find(Rule::kAlterTypeCommand)) alter->commands.push_back(alter_type_command(c.take()));
    return alter;
  }
  if (c.is(Token::kRename) && c.next_is(Token::kAttribute)) {
    auto rename = std::make_unique<ParsedRename>();
    rename->location = n.location();
    rename->object_type = ObjectType::kAttribute;
    rename->relation_type = ObjectType::kType;
    rename->relation = range_var(name_node);
    c.skip(2);
    rename->old_name = name(c.take());
    c.skip();
    rename->new_name = name(c.take());
    rename->behavior = behavior(c);
    return rename;
  }
  if (c.is(Token::kAdd) || (c.is(Token::kRename) && c.next_is(Token::kValue))) {
    auto alter = std::make_unique<ParsedAlterEnum>();
    alter->location = n.location();
    alter->name = std::move(object.names);
    alter->is_rename = c.is(Token::kRename);
    c.skip(2);
    alter->if_not_exists = c.accept(Rule::kIfNotExists);
    (alter->is_rename ? alter->old_value : alter->new_value) = c.take().text();
    if (alter->is_rename) {
      c.skip();
      alter->new_value = c.peek().text();
    } else if (!c.done()) {
      alter->has_neighbor = true;
      alter->after = c.take().is(Token::kAfter);
      alter->neighbor = c.peek().text();
    }
    return alter;
  }
  if (c.is(Token::kSet) && !c.next_is(Token::kSchema)) {
    auto alter = std::make_unique<ParsedAlterType>();
    alter->location = n.location();
    alter->name = std::move(object.names);
    c.skip();
    alter->options = definition(c.peek());
    return alter;
  }
  return object_tail(ObjectType::kType, std::move(object), c);
}

StatementPtr Builder::alter_domain(Node n) {
  Cursor c = n.children();
  c.skip(2);
  ParsedObjectName object;
  object.location = c.location();
  object.names = names(c.take());
  if (c.is(Token::kOwner) || (c.is(Token::kSet) && c.next_is(Token::kSchema)) ||
      (c.is(Token::kRename) && c.next_is(Token::kTo)))
    return object_tail(ObjectType::kDomain, std::move(object), c);
  if (c.accept(Token::kRename)) {
    auto rename = std::make_unique<ParsedRename>();
    rename->location = n.location();
    rename->object_type = ObjectType::kDomainConstraint;
    rename->object = std::move(object);
    c.skip();
    rename->old_name = name(c.take());
    c.skip();
    rename->new_name = name(c.peek());
    return rename;
  }
  auto alter = std::make_unique<ParsedAlterDomain>();
  alter->location = n.location();
  alter->name = std::move(object.names);
  Token verb = c.take().token();
  if (verb == Token::kAdd) {
    alter->action = AlterDomainAction::kAddConstraint;
    alter->constraint = std::make_unique<ParsedConstraint>(table_constraint(c.peek()));
  } else if (verb == Token::kValidate) {
    alter->action = AlterDomainAction::kValidateConstraint;
    c.skip();
    alter->constraint_name = name(c.peek());
  } else if (c.accept(Token::kConstraint)) {
    alter->action = AlterDomainAction::kDropConstraint;
    alter->missing_ok = c.accept(Rule::kIfExists);
    alter->constraint_name = name(c.take());
    alter->behavior = behavior(c);
  } else if (c.accept(Token::kDefault)) {
    if (verb == Token::kSet) alter->expression = expression(c.peek());
  } else {
    alter->action = verb == Token::kSet ? AlterDomainAction::kSetNotNull : AlterDomainAction::kDropNotNull;
  }
  return alter;
}

}  // namespace basalt::parser
