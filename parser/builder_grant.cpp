// GRANT, REVOKE, ALTER DEFAULT PRIVILEGES.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

ParsedPrivilege Builder::privilege(Node n) {
  ParsedPrivilege privilege;
  Cursor c = n.children();
  privilege.name = c.take().text();
  if (c.accept(Token::kSystem)) privilege.name += " system";
  if (c.is(Rule::kNameListParens)) privilege.columns = name_list(c.peek());
  return privilege;
}

std::vector<ParsedPrivilege> Builder::privileges(Node n) {
  std::vector<ParsedPrivilege> list;
  Cursor c = n.children();
  if (c.is(Token::kAll)) {
    if (c.find(Rule::kNameListParens)) {
      ParsedPrivilege all;
      all.columns = name_list(c.peek());
      list.push_back(std::move(all));
    }
    return list;
  }
  while (c.find(Rule::kPrivilege)) list.push_back(privilege(c.take()));
  return list;
}

std::vector<ParsedRole> Builder::grantees(Node n) { return roles(n); }

void Builder::privilege_target(ParsedGrant& grant, Node n) {
  Cursor c = n.children();
  auto add_names = [&](Node list) {
    for (Cursor e = list.children(); !e.done(); e.skip()) {
      if (e.is(Token::kComma)) continue;
      ParsedObjectName object;
      object.location = e.location();
      object.names = names(e.peek());
      grant.objects.push_back(std::move(object));
    }
  };
  if (c.accept(Token::kAll)) {
    grant.target = GrantTarget::kAllInSchema;
    Token kind = c.take().token();
    grant.object_type = kind == Token::kTables       ? ObjectType::kTable
                        : kind == Token::kSequences  ? ObjectType::kSequence
                        : kind == Token::kFunctions  ? ObjectType::kFunction
                        : kind == Token::kProcedures ? ObjectType::kProcedure
                                                     : ObjectType::kRoutine;
    c.find(Rule::kNameList);
    add_names(c.peek());
    return;
  }
  if (c.is(Rule::kQualifiedNameList)) {
    grant.relations = range_vars(c.peek());
    return;
  }
  if (c.accept(Token::kParameter)) {
    grant.object_type = ObjectType::kParameter;
    for (; c.find(Rule::kParameterName); c.skip()) {
      ParsedObjectName object;
      object.location = c.location();
      object.names = names(c.peek());
      grant.objects.push_back(std::move(object));
    }
    return;
  }
  grant.object_type = object_type(c);
  for (; !c.done(); c.skip()) {
    ParsedObjectName object;
    object.location = c.location();
    switch (c.rule()) {
      case Rule::kQualifiedNameList:
        grant.relations = range_vars(c.peek());
        break;
      case Rule::kFunctionWithArguments:
        object.with_arguments = function_with_arguments(c.peek());
        grant.objects.push_back(std::move(object));
        break;
      case Rule::kSignedNumber:
        object.text = number_text(c.peek());
        grant.objects.push_back(std::move(object));
        break;
      case Rule::kNameList:
      case Rule::kAnyNameList:
        add_names(c.peek());
        break;
      default:
        break;
    }
  }
}

StatementPtr Builder::grant(Node n, bool is_grant) {
  auto grant = std::make_unique<ParsedGrant>();
  grant->is_grant = is_grant;
  bool of_roles = true, option_before = false;
  std::vector<ParsedPrivilege> role_names;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kPrivileges:
        grant->privileges = privileges(c.peek());
        break;
      case Rule::kPrivilege:
        role_names.push_back(privilege(c.peek()));
        break;
      case Rule::kPrivilegeTarget:
        of_roles = false;
        privilege_target(*grant, c.peek());
        break;
      case Rule::kRoleList:
      case Rule::kGranteeList:
        grant->grantees = roles(c.peek());
        break;
      case Rule::kGrantedBy: {
        Cursor e = c.peek().children();
        e.find(Rule::kRoleSpec);
        grant->has_grantor = true;
        grant->grantor = role(e.peek());
        break;
      }
      case Rule::kDropBehavior: {
        Cursor e = c;
        grant->behavior = behavior(e);
        break;
      }
      default:
        option_before = option_before || c.is(Token::kOption);
    }
  }
  grant->grant_option = option_before;
  grant->location = n.location();
  if (!of_roles) return grant;
  auto roles = std::make_unique<ParsedGrantRole>();
  roles->location = n.location();
  roles->is_grant = is_grant;
  for (auto& role : role_names) {
    if (!role.columns.empty())
      throw common::SqlError(sqlstate::kInvalidGrantOperation, "column names cannot be included in GRANT/REVOKE ROLE");
    roles->granted.push_back(std::move(role.name));
  }
  roles->grantees = std::move(grant->grantees);
  roles->admin_option = option_before;
  roles->has_grantor = grant->has_grantor;
  roles->grantor = std::move(grant->grantor);
  roles->behavior = grant->behavior;
  return roles;
}

StatementPtr Builder::alter_default_privileges(Node n) {
  auto alter = std::make_unique<ParsedAlterDefaultPrivileges>();
  alter->location = n.location();
  auto action = std::make_unique<ParsedGrant>();
  action->location = n.location();
  action->target = GrantTarget::kDefaults;
  bool in_action = false;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kNameList:
        alter->schemas = name_list(c.peek());
        break;
      case Rule::kRoleList:
        (in_action ? action->grantees : alter->roles) = roles(c.peek());
        break;
      case Rule::kPrivileges:
        action->privileges = privileges(c.peek());
        break;
      case Rule::kDefaultObjectType: {
        Token kind = c.peek().children().token();
        action->object_type = kind == Token::kTables      ? ObjectType::kTable
                              : kind == Token::kSequences ? ObjectType::kSequence
                              : kind == Token::kTypes     ? ObjectType::kType
                              : kind == Token::kSchemas   ? ObjectType::kSchema
                                                          : ObjectType::kFunction;
        break;
      }
      case Rule::kDropBehavior: {
        Cursor e = c;
        action->behavior = behavior(e);
        break;
      }
      default:
        if (c.is(Token::kGrant) && !in_action)
          in_action = true;
        else if (c.is(Token::kRevoke)) {
          in_action = true;
          action->is_grant = false;
        } else if (c.is(Token::kOption))
          action->grant_option = true;
    }
  }
  alter->action = std::move(action);
  return alter;
}

}  // namespace basalt::parser
