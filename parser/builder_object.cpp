// Naming objects; DROP, COMMENT, and the ALTERs that rename, move or give away.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

// The words of an object type: TABLE, MATERIALIZED VIEW, TEXT SEARCH PARSER, ...
ObjectType Builder::object_type(Cursor& c) {
  Token word = c.take().token();
  switch (word) {
    case Token::kTable:
      return ObjectType::kTable;
    case Token::kSequence:
      return ObjectType::kSequence;
    case Token::kView:
      return ObjectType::kView;
    case Token::kIndex:
      return ObjectType::kIndex;
    case Token::kColumn:
      return ObjectType::kColumn;
    case Token::kCollation:
      return ObjectType::kCollation;
    case Token::kConversion:
      return ObjectType::kConversion;
    case Token::kStatistics:
      return ObjectType::kStatistics;
    case Token::kExtension:
      return ObjectType::kExtension;
    case Token::kLanguage:
      return ObjectType::kLanguage;
    case Token::kPublication:
      return ObjectType::kPublication;
    case Token::kSchema:
      return ObjectType::kSchema;
    case Token::kServer:
      return ObjectType::kForeignServer;
    case Token::kDatabase:
      return ObjectType::kDatabase;
    case Token::kRole:
    case Token::kUser:
    case Token::kGroup:
      return ObjectType::kRole;
    case Token::kSubscription:
      return ObjectType::kSubscription;
    case Token::kTablespace:
      return ObjectType::kTablespace;
    case Token::kType:
      return ObjectType::kType;
    case Token::kDomain:
      return ObjectType::kDomain;
    case Token::kAggregate:
      return ObjectType::kAggregate;
    case Token::kFunction:
      return ObjectType::kFunction;
    case Token::kProcedure:
      return ObjectType::kProcedure;
    case Token::kRoutine:
      return ObjectType::kRoutine;
    case Token::kConstraint:
      return ObjectType::kTableConstraint;
    case Token::kPolicy:
      return ObjectType::kPolicy;
    case Token::kRule:
      return ObjectType::kRule;
    case Token::kTrigger:
      return ObjectType::kTrigger;
    case Token::kCast:
      return ObjectType::kCast;
    case Token::kTransform:
      return ObjectType::kTransform;
    case Token::kMaterialized:
      c.skip();
      return ObjectType::kMaterializedView;
    case Token::kAccess:
      c.skip();
      return ObjectType::kAccessMethod;
    case Token::kEvent:
      c.skip();
      return ObjectType::kEventTrigger;
    case Token::kProcedural:
      c.skip();
      return ObjectType::kLanguage;
    case Token::kLarge:
      c.skip();
      return ObjectType::kLargeObject;
    case Token::kForeign:
      if (c.accept(Token::kTable)) return ObjectType::kForeignTable;
      if (c.accept(Token::kServer)) return ObjectType::kForeignServer;
      c.skip(2);
      return ObjectType::kForeignDataWrapper;
    case Token::kText: {
      c.skip();
      Token kind = c.take().token();
      return kind == Token::kParser       ? ObjectType::kTextSearchParser
             : kind == Token::kDictionary ? ObjectType::kTextSearchDictionary
             : kind == Token::kTemplate   ? ObjectType::kTextSearchTemplate
                                          : ObjectType::kTextSearchConfiguration;
    }
    case Token::kOperator:
      if (c.accept(Token::kClass)) return ObjectType::kOpClass;
      if (c.accept(Token::kFamily)) return ObjectType::kOpFamily;
      return ObjectType::kOperator;
    default:
      return ObjectType::kTable;
  }
}

ParsedObjectName Builder::named_object(Node n, ObjectType& type) {
  Cursor c = n.children();
  type = object_type(c);
  ParsedObjectName object;
  object.location = c.location();
  switch (type) {
    case ObjectType::kType:
    case ObjectType::kDomain:
      object.type = type_name(c.peek());
      break;
    case ObjectType::kAggregate:
      object.with_arguments = aggregate_with_arguments(c.peek());
      break;
    case ObjectType::kFunction:
    case ObjectType::kProcedure:
    case ObjectType::kRoutine:
      object.with_arguments = function_with_arguments(c.peek());
      break;
    case ObjectType::kOperator:
      object.with_arguments = operator_with_arguments(c.peek());
      break;
    case ObjectType::kOpClass:
    case ObjectType::kOpFamily:
      object.names = names(c.take());
      c.skip();
      object.access_method = name(c.peek());
      break;
    case ObjectType::kTableConstraint:
    case ObjectType::kPolicy:
    case ObjectType::kRule:
    case ObjectType::kTrigger:
      object.sub_name = name(c.take());
      c.skip();
      if (c.accept(Token::kDomain)) type = ObjectType::kDomainConstraint;
      object.names = names(c.peek());
      break;
    case ObjectType::kCast:
      c.skip();
      object.type = type_name(c.take());
      c.skip();
      object.type2 = type_name(c.peek());
      break;
    case ObjectType::kTransform:
      c.skip();
      object.type = type_name(c.take());
      c.skip();
      object.sub_name = name(c.peek());
      break;
    case ObjectType::kLargeObject:
      object.text = number_text(c.peek());
      break;
    default:
      object.names = names(c.peek());
  }
  return object;
}

StatementPtr Builder::comment(Node n) {
  auto comment = std::make_unique<ParsedComment>();
  comment->location = n.location();
  Cursor c = n.children();
  c.skip(2);
  comment->object = named_object(c.take(), comment->object_type);
  c.skip();
  comment->is_null = c.is(Token::kNull);
  if (!comment->is_null) comment->comment = c.peek().text();
  return comment;
}

StatementPtr Builder::security_label(Node n) {
  auto label = std::make_unique<ParsedSecurityLabel>();
  label->location = n.location();
  Cursor c = n.children();
  c.skip(2);
  if (c.accept(Token::kFor)) label->provider = c.take().text();
  c.skip();
  label->object = named_object(c.take(), label->object_type);
  c.skip();
  label->is_null = c.is(Token::kNull);
  if (!label->is_null) label->label = c.peek().text();
  return label;
}

// RENAME TO, SET SCHEMA, OWNER TO, DEPENDS ON EXTENSION: the cursor stands on the first of these words.
StatementPtr Builder::object_tail(ObjectType type, ParsedObjectName object, Cursor c) {
  int32_t location = object.location;
  Token verb = c.take().token();
  if (verb == Token::kRename) {
    auto rename = std::make_unique<ParsedRename>();
    rename->location = location;
    rename->object_type = type;
    rename->object = std::move(object);
    c.skip();
    rename->new_name = c.is(Rule::kRoleSpec) ? role(c.peek()).name : name(c.peek());
    return rename;
  }
  if (verb == Token::kSet) {
    auto move = std::make_unique<ParsedAlterObjectSchema>();
    move->location = location;
    move->object_type = type;
    move->object = std::move(object);
    c.skip();
    move->new_schema = name(c.peek());
    return move;
  }
  if (verb == Token::kOwner) {
    auto owner = std::make_unique<ParsedAlterOwner>();
    owner->location = location;
    owner->object_type = type;
    owner->object = std::move(object);
    c.skip();
    owner->new_owner = role(c.peek());
    return owner;
  }
  auto depends = std::make_unique<ParsedAlterObjectDepends>();
  depends->location = location;
  depends->object_type = type;
  depends->object = std::move(object);
  depends->remove = verb == Token::kNo;
  c.find(Rule::kColid);
  depends->extension = name(c.peek());
  return depends;
}

StatementPtr Builder::alter_named(Node n) {
  Cursor c = n.children();
  c.skip();
  ObjectType type = object_type(c);
  ParsedObjectName object;
  object.location = c.location();
  if (type == ObjectType::kLargeObject)
    object.text = number_text(c.take());
  else
    object.names = names(c.take());
  if (c.accept(Token::kUsing)) object.access_method = name(c.take());
  if (c.is(Token::kRefresh)) return minor_object(n, StatementKind::kAlterCollation);
  return object_tail(type, std::move(object), c);
}

StatementPtr Builder::alter_on_relation(Node n) {
  Cursor c = n.children();
  c.skip();
  ObjectType type = object_type(c);
  bool missing_ok = c.accept(Rule::kIfExists);
  std::string old_name = name(c.take());
  c.skip();
  RangeVarPtr relation = range_var(c.take());
  if (c.accept(Token::kRename)) {
    auto rename = std::make_unique<ParsedRename>();
    rename->location = n.location();
    rename->object_type = type;
    rename->relation = std::move(relation);
    rename->old_name = std::move(old_name);
    rename->missing_ok = missing_ok;
    c.skip();
    rename->new_name = name(c.peek());
    return rename;
  }
  auto depends = std::make_unique<ParsedAlterObjectDepends>();
  depends->location = n.location();
  depends->object_type = type;
  depends->relation = std::move(relation);
  depends->object.sub_name = std::move(old_name);
  depends->remove = c.is(Token::kNo);
  c.find(Rule::kColid);
  depends->extension = name(c.peek());
  return depends;
}

// ------------------------------------------------------------------------------------------ DROP, TRUNCATE

StatementPtr Builder::drop(Node n) {
  Cursor c = n.children();
  c.skip();
  Cursor rest = c;
  bool missing_ok = c.has(Rule::kIfExists);
  if (c.is(Token::kOwned)) {
    auto drop = std::make_unique<ParsedDropOwned>();
    drop->location = n.location();
    c.skip(2);
    drop->roles = roles(c.take());
    drop->behavior = behavior(c);
    return drop;
  }
  if (c.is(Token::kDatabase)) {
    auto drop = std::make_unique<ParsedDropDatabase>();
    drop->location = n.location();
    drop->missing_ok = missing_ok;
    c.find(Rule::kColid);
    drop->name = name(c.take());
    while (c.find(Token::kForce)) drop->options.push_back(def("force", c.take().location()));
    return drop;
  }
  if (c.is(Token::kUser) && c.next_is(Token::kMapping)) return minor_object(n, StatementKind::kDropUserMapping);
  if (c.is(Token::kSubscription)) return minor_object(n, StatementKind::kDropSubscription);
  if (c.is(Token::kRole) || c.is(Token::kUser) || c.is(Token::kGroup)) {
    auto drop = std::make_unique<ParsedDropRole>();
    drop->location = n.location();
    drop->missing_ok = missing_ok;
    c.find(Rule::kRoleList);
    drop->roles = roles(c.peek());
    return drop;
  }
  if (c.is(Token::kTablespace)) {
    auto drop = std::make_unique<ParsedDropTablespace>();
    drop->location = n.location();
    drop->missing_ok = missing_ok;
    c.find(Rule::kColid);
    drop->name = name(c.peek());
    return drop;
  }
  StatementPtr drop = drop_objects(rest);
  drop->location = n.location();
  return drop;
}

StatementPtr Builder::drop_objects(Cursor c) {
  auto drop = std::make_unique<ParsedDrop>();
  if (c.is(Rule::kDropAnyType) || c.is(Rule::kDropNameType)) {
    Cursor words = c.take().children();
    drop->object_type = object_type(words);
  } else {
    drop->object_type = object_type(c);
  }
  drop->concurrently = c.accept(Token::kConcurrently);
  drop->missing_ok = c.accept(Rule::kIfExists);
  auto add = [&](ParsedObjectName object) { drop->objects.push_back(std::move(object)); };
  for (; !c.done() && !c.is(Rule::kDropBehavior); c.skip()) {
    ParsedObjectName object;
    object.location = c.location();
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kAnyNameList:
        for (; e.find(Rule::kAnyName); e.skip()) {
          ParsedObjectName one;
          one.location = e.location();
          one.names = names(e.peek());
          add(std::move(one));
        }
        break;
      case Rule::kNameList:
        for (; e.find(Rule::kColid); e.skip()) {
          ParsedObjectName one;
          one.location = e.location();
          one.names = {name(e.peek())};
          add(std::move(one));
        }
        break;
      case Rule::kTypeList:
        for (; e.find(Rule::kTypeName); e.skip()) {
          ParsedObjectName one;
          one.location = e.location();
          one.type = type_name(e.peek());
          add(std::move(one));
        }
        break;
      case Rule::kFunctionWithArguments:
        object.with_arguments = function_with_arguments(c.peek());
        add(std::move(object));
        break;
      case Rule::kAggregateWithArguments:
        object.with_arguments = aggregate_with_arguments(c.peek());
        add(std::move(object));
        break;
      case Rule::kOperatorWithArguments:
        object.with_arguments = operator_with_arguments(c.peek());
        add(std::move(object));
        break;
      case Rule::kColid:  // name ON relation
        object.sub_name = name(c.take());
        c.skip();
        object.names = names(c.peek());
        add(std::move(object));
        break;
      case Rule::kAnyName:  // operator class or family
        object.names = names(c.take());
        c.skip();
        object.access_method = name(c.peek());
        add(std::move(object));
        break;
      case Rule::kTypeName:  // cast or transform
        object.type = type_name(c.take());
        c.skip();
        if (c.is(Rule::kTypeName))
          object.type2 = type_name(c.peek());
        else
          object.sub_name = name(c.peek());
        add(std::move(object));
        break;
      default:
        break;
    }
  }
  drop->behavior = behavior(c);
  return drop;
}

StatementPtr Builder::truncate(Node n) {
  auto truncate = std::make_unique<ParsedTruncate>();
  truncate->location = n.location();
  for (Cursor c = n.children(); !c.done();) {
    if (c.is(Rule::kRelationExpr))
      truncate->relations.push_back(relation(c.peek()));
    else if (c.is(Token::kRestart))
      truncate->restart_sequences = true;
    if (c.is(Rule::kDropBehavior))
      truncate->behavior = behavior(c);
    else
      c.skip();
  }
  return truncate;
}

StatementPtr Builder::minor_object(Node n, StatementKind kind) {
  auto minor = std::make_unique<ParsedMinorObject>(kind);
  minor->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kIfExists) || c.is(Rule::kIfNotExists))
      minor->if_exists = true;
    else if ((c.is(Rule::kColid) || c.is(Rule::kAnyName)) && minor->name.empty())
      minor->name = names(c.peek());
    else if (c.is(Rule::kDefinition) || c.is(Rule::kWithDefinition))
      minor->options = definition(c.peek());
    else if (c.is(Rule::kGenericOptions))
      minor->options = generic_options(c.peek());
  }
  return minor;
}

}  // namespace basalt::parser
