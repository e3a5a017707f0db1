// Schemas, databases, roles, tablespaces, extensions; the objects that are only parsed.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

StatementPtr Builder::create_schema(Node n) {
  auto create = std::make_unique<ParsedCreateSchema>();
  create->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kIfNotExists:
        create->if_not_exists = true;
        break;
      case Rule::kColid:
        create->name = name(c.peek());
        break;
      case Rule::kRoleSpec:
        create->has_authorization = true;
        create->authorization = role(c.peek());
        break;
      case Rule::kSchemaElement:
        if (create->if_not_exists)
          fail(c.location(), sqlstate::kFeatureNotSupported,
               "CREATE SCHEMA IF NOT EXISTS cannot include schema elements");
        create->elements.push_back(this->create(c.peek().children().peek()));
        break;
      default:
        break;
    }
  }
  return create;
}

DefList Builder::database_options(Cursor& c) {
  DefList options;
  for (; c.is(Rule::kDatabaseOption); c.skip()) {
    Cursor e = c.peek().children();
    ParsedDefElem option = def(e.take().text(), c.location());
    if (option.name == "connection" && e.accept(Token::kLimit)) option.name = "connection_limit";
    e.accept(Token::kEquals);
    if (e.is(Rule::kSignedIconst)) {
      number_argument(option, e.peek());
    } else if (!e.is(Token::kDefault)) {
      option.argument = e.is(Token::kSconst) ? DefArgument::kString : DefArgument::kWord;
      option.text = e.peek().text();
    }
    options.push_back(std::move(option));
  }
  return options;
}

StatementPtr Builder::alter_database(Node n) {
  Cursor c = n.children();
  c.skip(2);
  ParsedObjectName object;
  object.location = c.location();
  object.names = {name(c.take())};
  if (c.is(Token::kRename) || c.is(Token::kOwner)) return object_tail(ObjectType::kDatabase, std::move(object), c);
  if (c.is(Token::kRefresh)) {
    auto alter = std::make_unique<ParsedAlterDatabaseRefreshCollation>();
    alter->location = n.location();
    alter->name = object.names[0];
    return alter;
  }
  if ((c.is(Token::kSet) && !c.next_is(Token::kTablespace)) || c.is(Token::kReset)) {
    auto alter = std::make_unique<ParsedAlterDatabaseSet>();
    alter->location = n.location();
    alter->name = object.names[0];
    bool is_set = c.take().is(Token::kSet);
    alter->set = is_set ? set_rest(c.peek()) : reset(c.peek());
    return alter;
  }
  auto alter = std::make_unique<ParsedAlterDatabase>();
  alter->location = n.location();
  alter->name = object.names[0];
  if (c.is(Token::kSet)) {
    c.skip();
    int32_t location = c.location();
    c.skip();
    alter->options.push_back(def_text("tablespace", name(c.peek()), location));
    return alter;
  }
  c.accept(Token::kWith);
  alter->options = database_options(c);
  return alter;
}

DefList Builder::role_options(Cursor& c) {
  DefList options;
  for (; c.is(Rule::kRoleOption); c.skip()) {
    Cursor e = c.peek().children();
    int32_t location = c.location();
    Node word = e.take();
    auto role_names = [&](std::string option_name) {
      QualifiedName members;
      e.find(Rule::kRoleList);
      for (auto& member : roles(e.peek())) members.push_back(member.name);
      options.push_back(def_names(std::move(option_name), std::move(members), location));
    };
    switch (word.token()) {
      case Token::kPassword:
        options.push_back(e.is(Token::kNull) ? def("password", location)
                                             : def_text("password", e.peek().text(), location));
        break;
      case Token::kEncrypted:
        e.skip();
        options.push_back(def_text("password", e.peek().text(), location));
        break;
      case Token::kUnencrypted:
        throw error_at(source_.text, location, sqlstate::kFeatureNotSupported,
                       "UNENCRYPTED PASSWORD is no longer supported")
            .hint("Remove UNENCRYPTED to store the password in encrypted form instead.");
      case Token::kInherit:
        options.push_back(def_boolean("inherit", true, location));
        break;
      case Token::kConnection: {
        ParsedDefElem option = def("connectionlimit", location);
        e.skip();
        number_argument(option, e.peek());
        options.push_back(std::move(option));
        break;
      }
      case Token::kValid:
        e.skip();
        options.push_back(def_text("validUntil", e.peek().text(), location));
        break;
      case Token::kSysid: {
        ParsedDefElem option = def("sysid", location);
        option.argument = DefArgument::kInteger;
        option.integer = integer(e.peek());
        options.push_back(std::move(option));
        break;
      }
      case Token::kAdmin:
        role_names("adminmembers");
        break;
      case Token::kIn:
        role_names("addroleto");
        break;
      case Token::kRole:
      case Token::kUser:
        role_names("rolemembers");
        break;
      default: {
        struct Word {
          const char* word;
          const char* option;
          bool value;
        };
        static constexpr Word kWords[] = {{"superuser", "superuser", true},
                                          {"nosuperuser", "superuser", false},
                                          {"createrole", "createrole", true},
                                          {"nocreaterole", "createrole", false},
                                          {"replication", "isreplication", true},
                                          {"noreplication", "isreplication", false},
                                          {"createdb", "createdb", true},
                                          {"nocreatedb", "createdb", false},
                                          {"login", "canlogin", true},
                                          {"nologin", "canlogin", false},
                                          {"bypassrls", "bypassrls", true},
                                          {"nobypassrls", "bypassrls", false},
                                          {"noinherit", "inherit", false}};
        bool found = false;
        for (auto& known : kWords)
          if (word.value() == known.word) {
            options.push_back(def_boolean(known.option, known.value, location));
            found = true;
          }
        if (!found) fail(location, sqlstate::kSyntaxError, "unrecognized role option \"" + word.text() + "\"");
      }
    }
  }
  return options;
}

StatementPtr Builder::create_role(Node n) {
  auto create = std::make_unique<ParsedCreateRole>();
  create->location = n.location();
  Cursor c = n.children();
  c.skip();
  Token kind = c.take().token();
  create->role_kind = kind == Token::kRole   ? RoleKind::kRole
                      : kind == Token::kUser ? RoleKind::kUser
                                             : RoleKind::kGroup;
  Node spec = c.take();
  ParsedRole named = role(spec);
  if (named.kind != RoleSpecKind::kName)
    fail(named.location, sqlstate::kReservedName,
         named.kind == RoleSpecKind::kPublic        ? "role name \"public\" is reserved"
         : named.kind == RoleSpecKind::kSessionUser ? "SESSION_USER cannot be used as a role name here"
         : named.kind == RoleSpecKind::kCurrentUser ? "CURRENT_USER cannot be used as a role name here"
                                                    : "CURRENT_ROLE cannot be used as a role name here");
  create->name = std::move(named.name);
  c.accept(Token::kWith);
  create->options = role_options(c);
  return create;
}

StatementPtr Builder::alter_role(Node n) {
  Cursor c = n.children();
  c.skip();
  bool group = c.take().is(Token::kGroup);
  bool all = c.accept(Token::kAll);
  Node spec = c.peek();
  if (!all) c.skip();
  if (c.is(Token::kRename)) {
    ParsedObjectName object;
    object.location = spec.location();
    object.names = {role(spec).name};
    return object_tail(ObjectType::kRole, std::move(object), c);
  }
  if (c.is(Token::kSet) || c.is(Token::kReset) || (c.is(Token::kIn) && c.next_is(Token::kDatabase))) {
    auto alter = std::make_unique<ParsedAlterRoleSet>();
    alter->location = n.location();
    alter->all_roles = all;
    if (!all) alter->role = role(spec);
    if (c.accept(Token::kIn)) {
      c.skip();
      alter->database = name(c.take());
    }
    bool is_set = c.take().is(Token::kSet);
    alter->set = is_set ? set_rest(c.peek()) : reset(c.peek());
    return alter;
  }
  auto alter = std::make_unique<ParsedAlterRole>();
  alter->location = n.location();
  alter->role = role(spec);
  if (group && (c.is(Token::kAdd) || c.is(Token::kDrop))) {
    alter->action = c.is(Token::kAdd) ? +1 : -1;
    c.find(Rule::kRoleList);
    QualifiedName members;
    int32_t location = c.location();
    for (auto& member : roles(c.peek())) members.push_back(member.name);
    alter->options.push_back(def_names("rolemembers", std::move(members), location));
    return alter;
  }
  c.accept(Token::kWith);
  alter->options = role_options(c);
  return alter;
}

StatementKind Builder::create_minor_kind(Cursor c) {
  c.skip();
  switch (c.token()) {
    case Token::kAccess:
      return StatementKind::kCreateAccessMethod;
    case Token::kForeign:
      return StatementKind::kCreateForeignDataWrapper;
    case Token::kServer:
      return StatementKind::kCreateForeignServer;
    case Token::kUser:
      return StatementKind::kCreateUserMapping;
    case Token::kPublication:
      return StatementKind::kCreatePublication;
    default:
      return StatementKind::kCreateSubscription;
  }
}

StatementKind Builder::alter_minor_kind(Cursor c) {
  c.skip();
  switch (c.token()) {
    case Token::kForeign:
      return StatementKind::kAlterForeignDataWrapper;
    case Token::kServer:
      return StatementKind::kAlterForeignServer;
    case Token::kUser:
      return StatementKind::kAlterUserMapping;
    case Token::kEvent:
      return StatementKind::kAlterEventTrigger;
    case Token::kPublication:
      return StatementKind::kAlterPublication;
    case Token::kText:
      return c.has(Token::kDictionary) ? StatementKind::kAlterTextSearchDictionary
                                       : StatementKind::kAlterTextSearchConfiguration;
    default:
      return StatementKind::kAlterSubscription;
  }
}

StatementPtr Builder::create_object(Node n) {
  Cursor c = n.children();
  switch (n.rule()) {
    case Rule::kCreateSchema:
      return create_schema(n);
    case Rule::kCreateRole:
      return create_role(n);
    case Rule::kCreateFunction:
      return create_function(n);
    case Rule::kCreateAggregate:
      return create_aggregate(n);
    case Rule::kCreateOpClass:
      return create_op_class(n);
    case Rule::kCreateType:
      return create_type(n);
    case Rule::kCreateDomain:
      return create_domain(n);
    case Rule::kCreateCast:
      return create_cast(n);
    case Rule::kCreateLanguage:
      return create_language(n);
    case Rule::kCreateEventTrigger:
      return minor_object(n, StatementKind::kCreateEventTrigger);
    case Rule::kCreateTransform:
      return minor_object(n, StatementKind::kCreateTransform);
    case Rule::kCreateConversion:
      return minor_object(n, StatementKind::kCreateConversion);
    case Rule::kCreateDatabase: {
      auto create = std::make_unique<ParsedCreateDatabase>();
      create->location = n.location();
      c.skip(2);
      create->name = name(c.take());
      c.accept(Token::kWith);
      create->options = database_options(c);
      return create;
    }
    case Rule::kCreateTablespace: {
      auto create = std::make_unique<ParsedCreateTablespace>();
      create->location = n.location();
      for (; !c.done(); c.skip()) {
        if (c.is(Rule::kColid))
          create->name = name(c.peek());
        else if (c.is(Rule::kRoleSpec)) {
          create->has_owner = true;
          create->owner = role(c.peek());
        } else if (c.is(Token::kSconst))
          create->directory = c.peek().text();
        else if (c.is(Rule::kReloptions))
          create->options = definition(c.peek());
      }
      return create;
    }
    case Rule::kCreateOperator: {
      auto define = std::make_unique<ParsedDefine>();
      define->location = n.location();
      define->object_type = ObjectType::kOperator;
      c.skip(2);
      define->name = operator_name(c.take());
      define->definition = definition(c.peek());
      return define;
    }
    case Rule::kCreateOpFamily: {
      auto create = std::make_unique<ParsedCreateOpFamily>();
      create->location = n.location();
      c.find(Rule::kAnyName);
      create->name = names(c.take());
      c.skip();
      create->access_method = name(c.peek());
      return create;
    }
    case Rule::kCreateExtension: {
      auto create = std::make_unique<ParsedCreateExtension>();
      create->location = n.location();
      create->if_not_exists = c.has(Rule::kIfNotExists);
      c.find(Rule::kColid);
      create->name = name(c.take());
      for (; !c.done(); c.skip()) {
        if (!c.is(Rule::kExtensionOption)) continue;
        Cursor e = c.peek().children();
        Node word = e.take();
        if (word.is(Token::kCascade))
          create->options.push_back(def_boolean("cascade", true, word.location()));
        else
          create->options.push_back(
              def_text(word.is(Token::kSchema) ? "schema" : "new_version", e.peek().text(), word.location()));
      }
      return create;
    }
    default:
      break;
  }
  c.skip();
  if (c.is(Token::kCollation) || c.is(Token::kText)) {
    auto define = std::make_unique<ParsedDefine>();
    define->location = n.location();
    define->object_type = object_type(c);
    define->if_not_exists = c.accept(Rule::kIfNotExists);
    define->name = names(c.take());
    if (c.accept(Token::kFrom))
      define->from = names(c.peek());
    else
      define->definition = definition(c.peek());
    return define;
  }
  return minor_object(n, create_minor_kind(n.children()));
}

StatementPtr Builder::alter_object(Node n) {
  Cursor c = n.children();
  switch (n.rule()) {
    case Rule::kAlterSchema: {
      c.skip(2);
      ParsedObjectName object;
      object.location = c.location();
      object.names = {name(c.take())};
      return object_tail(ObjectType::kSchema, std::move(object), c);
    }
    case Rule::kAlterDatabase:
      return alter_database(n);
    case Rule::kAlterRole:
      return alter_role(n);
    case Rule::kAlterSystem: {
      auto alter = std::make_unique<ParsedAlterSystem>();
      alter->location = n.location();
      c.skip(2);
      bool is_set = c.take().is(Token::kSet);
      alter->set = is_set ? set_rest(c.peek()) : reset(c.peek());
      return alter;
    }
    case Rule::kAlterFunction:
      return alter_function(n);
    case Rule::kAlterNamed:
      return alter_named(n);
    case Rule::kAlterOnRelation:
      return alter_on_relation(n);
    case Rule::kAlterOperator:
      return alter_operator(n);
    case Rule::kAlterDefaultPrivileges:
      return alter_default_privileges(n);
    case Rule::kAlterOpFamily: {
      auto alter = std::make_unique<ParsedAlterOpFamily>();
      alter->location = n.location();
      for (; !c.done(); c.skip()) {
        if (c.is(Rule::kAnyName))
          alter->name = names(c.peek());
        else if (c.is(Rule::kColid))
          alter->access_method = name(c.peek());
        else if (c.is(Token::kDrop))
          alter->is_drop = true;
        else if (c.is(Rule::kOpClassItem) || c.is(Rule::kOpFamilyDrop))
          alter->items.push_back(op_class_item(c.peek()));
      }
      return alter;
    }
    case Rule::kAlterStatistics: {
      auto alter = std::make_unique<ParsedAlterStatistics>();
      alter->location = n.location();
      alter->missing_ok = c.has(Rule::kIfExists);
      c.find(Rule::kAnyName);
      alter->name = names(c.take());
      c.skip(2);
      alter->target = integer(c.peek());
      return alter;
    }
    case Rule::kAlterExtension: {
      c.skip(2);
      ParsedObjectName object;
      object.location = c.location();
      object.names = {name(c.take())};
      if (c.is(Token::kSet)) return object_tail(ObjectType::kExtension, std::move(object), c);
      if (c.is(Token::kAdd) || c.is(Token::kDrop)) {
        auto alter = std::make_unique<ParsedAlterExtensionContents>();
        alter->location = n.location();
        alter->name = object.names[0];
        alter->add = c.take().is(Token::kAdd);
        alter->object = named_object(c.peek(), alter->object_type);
        return alter;
      }
      auto alter = std::make_unique<ParsedAlterExtension>();
      alter->location = n.location();
      alter->name = object.names[0];
      c.skip();
      if (c.accept(Token::kTo)) alter->options.push_back(def_text("new_version", c.peek().text(), c.location()));
      return alter;
    }
    case Rule::kAlterTablespace: {
      auto alter = std::make_unique<ParsedAlterTablespace>();
      alter->location = n.location();
      c.skip(2);
      alter->name = name(c.take());
      alter->is_reset = c.take().is(Token::kReset);
      alter->options = definition(c.peek());
      return alter;
    }
    default:
      return minor_object(n, alter_minor_kind(c));
  }
}

}  // namespace basalt::parser
