// Functions, aggregates, operators, types, casts, schemas, roles, databases.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

ParsedFunctionParameter Builder::function_argument(Node n) {
  ParsedFunctionParameter parameter;
  parameter.location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kTypeFunctionName)) {
      parameter.name = name(c.peek());
    } else if (c.is(Rule::kFuncType)) {
      parameter.type = type_name(c.peek().children().peek());
    } else {
      Cursor m = c.peek().children();
      parameter.mode = m.has(Token::kVariadic)                                             ? ParameterMode::kVariadic
                       : m.has(Token::kInout) || (m.has(Token::kIn) && m.has(Token::kOut)) ? ParameterMode::kInOut
                       : m.has(Token::kOut)                                                ? ParameterMode::kOut
                                                                                           : ParameterMode::kIn;
    }
  }
  return parameter;
}

ParsedFunctionParameter Builder::function_parameter(Node n) {
  Cursor c = n.children();
  ParsedFunctionParameter parameter = function_argument(c.take());
  if (c.find(Rule::kAExpr)) parameter.default_value = expression(c.peek());
  return parameter;
}

ParsedObjectWithArguments Builder::function_with_arguments(Node n) {
  ParsedObjectWithArguments object;
  object.location = n.location();
  Cursor c = n.children();
  object.name = names(c.take());
  object.arguments_unspecified = c.done();
  for (; !c.done(); c.skip())
    if (c.is(Rule::kFunctionArgument)) object.arguments.push_back(function_argument(c.peek()));
  return object;
}

void Builder::aggregate_arguments(ParsedObjectWithArguments& object, Node n) {
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Token::kStar))
      object.star = true;
    else if (c.is(Token::kOrder))
      object.order_by_index = static_cast<int32_t>(object.arguments.size());
    else if (c.is(Rule::kFunctionArguments))
      for (Cursor e = c.peek().children(); e.find(Rule::kFunctionArgument); e.skip())
        object.arguments.push_back(function_argument(e.peek()));
  }
}

ParsedObjectWithArguments Builder::aggregate_with_arguments(Node n) {
  ParsedObjectWithArguments object;
  object.location = n.location();
  Cursor c = n.children();
  object.name = names(c.take());
  aggregate_arguments(object, c.peek());
  return object;
}

ParsedObjectWithArguments Builder::operator_with_arguments(Node n) {
  ParsedObjectWithArguments object;
  object.location = n.location();
  Cursor c = n.children();
  object.name = operator_name(c.take());
  int count = 0;
  int32_t closing = c.location();
  for (Cursor a = c.peek().children(); !a.done(); a.skip()) {
    closing = a.location();
    if (a.is(Token::kComma))
      ++count;
    else if (a.is(Rule::kTypeName))
      (count ? object.operator_right : object.operator_left) = type_name(a.peek());
  }
  if (count == 0)
    throw error_at(source_.text, closing, sqlstate::kSyntaxError, "missing argument")
        .hint("Use NONE to denote the missing argument of a unary operator.");
  return object;
}

void Builder::function_item(DefList& options, std::vector<std::unique_ptr<ParsedVariableSet>>& settings, Node n) {
  Cursor c = n.children();
  int32_t location = n.location();
  Node word = c.take();
  switch (word.token()) {
    case Token::kCalled:
      options.push_back(def_boolean("strict", false, location));
      break;
    case Token::kReturns:
    case Token::kStrict:
      options.push_back(def_boolean("strict", true, location));
      break;
    case Token::kImmutable:
    case Token::kStable:
    case Token::kVolatile:
      options.push_back(def_text("volatility", word.text(), location));
      break;
    case Token::kExternal:
      c.skip();
      [[fallthrough]];
    case Token::kSecurity:
      options.push_back(def_boolean("security", c.is(Token::kDefiner), location));
      break;
    case Token::kNot:
      options.push_back(def_boolean("leakproof", false, location));
      break;
    case Token::kLeakproof:
      options.push_back(def_boolean("leakproof", true, location));
      break;
    case Token::kCost:
    case Token::kRows: {
      ParsedDefElem option = def(word.text(), location);
      number_argument(option, c.peek());
      options.push_back(std::move(option));
      break;
    }
    case Token::kSupport:
      options.push_back(def_names("support", names(c.peek()), location));
      break;
    case Token::kSet:
      settings.push_back(set_rest_more(c.peek()));
      break;
    case Token::kReset:
      settings.push_back(reset(c.peek()));
      break;
    default:
      options.push_back(def_text("parallel", c.peek().text(), location));
  }
}

StatementPtr Builder::create_function(Node n) {
  auto create = std::make_unique<ParsedCreateFunction>();
  create->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    switch (c.rule()) {
      case Rule::kFuncName:
        create->name = names(c.peek());
        break;
      case Rule::kFunctionParameter:
        create->parameters.push_back(function_parameter(c.peek()));
        break;
      case Rule::kTableFuncColumn: {
        ParsedFunctionParameter column;
        column.location = c.location();
        column.mode = ParameterMode::kTable;
        column.name = name(e.take());
        column.type = type_name(e.peek().children().peek());
        create->parameters.push_back(std::move(column));
        create->returns_table = true;
        break;
      }
      case Rule::kFuncType:
        create->return_type = type_name(e.peek());
        break;
      case Rule::kCreateFunctionItem: {
        int32_t location = c.location();
        if (e.is(Rule::kFunctionItem)) {
          function_item(create->options, create->settings, e.peek());
        } else if (e.accept(Token::kAs)) {
          QualifiedName parts;
          for (; !e.done(); e.skip())
            if (e.is(Token::kSconst)) parts.push_back(e.peek().text());
          create->options.push_back(def_names("as", std::move(parts), location));
        } else if (e.accept(Token::kLanguage)) {
          create->options.push_back(def_text("language", e.peek().text(), location));
        } else if (e.is(Token::kWindow)) {
          create->options.push_back(def_boolean("window", true, location));
        } else {
          while (e.find(Rule::kTypeName)) create->transform_types.push_back(type_name(e.take()));
        }
        break;
      }
      case Rule::kFunctionBody:
        create->has_sql_body = true;
        create->is_atomic = e.is(Token::kBegin);
        for (; !e.done(); e.skip()) {
          if (e.is(Rule::kReturnStmt))
            create->body.push_back(statement(e.peek()));
          else if (e.is(Rule::kRoutineStatement))
            create->body.push_back(statement(e.peek().children().peek()));
        }
        break;
      default:
        if (c.is(Token::kReplace))
          create->replace = true;
        else if (c.is(Token::kProcedure))
          create->is_procedure = true;
    }
  }
  return create;
}

StatementPtr Builder::alter_function(Node n) {
  Cursor c = n.children();
  c.skip();
  ObjectType type = object_type(c);
  ParsedObjectName object;
  object.location = c.location();
  if (c.is(Rule::kAggregateWithArguments))
    object.with_arguments = aggregate_with_arguments(c.take());
  else
    object.with_arguments = function_with_arguments(c.take());
  bool has_list = !object.with_arguments.arguments.empty() || object.with_arguments.star;
  if (type == ObjectType::kAggregate && !has_list && object.with_arguments.order_by_index < 0) {
    Cursor list = n.children();
    list.find(Rule::kFunctionWithArguments);
    Cursor inside = list.peek().children();
    if (inside.find(Token::kRparen)) syntax_error(inside.peek());
    syntax_error(c.peek());
  }
  if (!c.is(Rule::kFunctionItem)) return object_tail(type, std::move(object), c);
  auto alter = std::make_unique<ParsedAlterFunction>();
  alter->location = n.location();
  alter->object_type = type;
  alter->function = std::move(object.with_arguments);
  for (; c.is(Rule::kFunctionItem); c.skip()) function_item(alter->options, alter->settings, c.peek());
  return alter;
}

StatementPtr Builder::create_aggregate(Node n) {
  auto define = std::make_unique<ParsedDefine>();
  define->location = n.location();
  define->object_type = ObjectType::kAggregate;
  Cursor c = n.children();
  define->replace = c.has(Token::kReplace);
  c.find(Rule::kFuncName);
  define->name = names(c.take());
  if (c.is(Rule::kAggregateArguments)) {
    aggregate_arguments(define->aggregate, c.take());
    define->definition = definition(c.peek());
  } else {
    define->old_style = true;
    define->definition = definition(n);
  }
  return define;
}

StatementPtr Builder::create_type(Node n) {
  Cursor c = n.children();
  c.skip(2);
  Node name_node = c.take();
  QualifiedName type_names = names(name_node);
  if (!c.accept(Token::kAs)) {
    auto define = std::make_unique<ParsedDefine>();
    define->location = n.location();
    define->name = std::move(type_names);
    if (!c.done()) define->definition = definition(c.peek());
    return define;
  }
  if (c.is(Token::kEnum)) {
    auto create = std::make_unique<ParsedCreateEnum>();
    create->location = n.location();
    create->name = std::move(type_names);
    for (; !c.done(); c.skip())
      if (c.is(Token::kSconst)) create->labels.push_back(c.peek().text());
    return create;
  }
  if (c.accept(Token::kRange)) {
    auto create = std::make_unique<ParsedCreateRange>();
    create->location = n.location();
    create->name = std::move(type_names);
    create->parameters = definition(c.peek());
    return create;
  }
  auto create = std::make_unique<ParsedCompositeType>();
  create->location = n.location();
  create->type = range_var(name_node);
  for (; !c.done(); c.skip()) {
    if (!c.is(Rule::kCompositeAttribute)) continue;
    Cursor e = c.peek().children();
    ParsedColumnDefinition attribute;
    attribute.location = e.location();
    attribute.name = name(e.take());
    attribute.type = type_name(e.take());
    if (!e.done()) attribute.collation = collate(e.peek());
    create->attributes.push_back(std::move(attribute));
  }
  return create;
}

StatementPtr Builder::create_domain(Node n) {
  auto create = std::make_unique<ParsedCreateDomain>();
  create->location = n.location();
  Cursor c = n.children();
  c.skip(2);
  create->name = names(c.take());
  c.accept(Token::kAs);
  create->type = type_name(c.take());
  ParsedColumnDefinition column;
  column_qualifiers(c, column);
  create->collation = std::move(column.collation);
  create->constraints = std::move(column.constraints);
  return create;
}

StatementPtr Builder::create_cast(Node n) {
  auto create = std::make_unique<ParsedCreateCast>();
  create->location = n.location();
  Cursor c = n.children();
  c.find(Rule::kTypeName);
  create->source = type_name(c.take());
  c.find(Rule::kTypeName);
  create->target = type_name(c.take());
  for (; !c.done(); c.skip()) {
    if (c.is(Rule::kFunctionWithArguments)) {
      create->has_function = true;
      create->function = function_with_arguments(c.peek());
    } else if (c.is(Token::kInout)) {
      create->inout = true;
    } else if (c.is(Token::kImplicit)) {
      create->context = CastContext::kImplicit;
    } else if (c.is(Token::kAssignment)) {
      create->context = CastContext::kAssignment;
    }
  }
  return create;
}

ParsedOpClassItem Builder::op_class_item(Node n) {
  ParsedOpClassItem item;
  bool ordering = false;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kAnyOperator:
        item.object.location = c.location();
        item.object.name = operator_name(c.peek());
        break;
      case Rule::kOperatorArgumentTypes:
      case Rule::kTypeList:
        for (Cursor e = c.peek().children(); !e.done(); e.skip())
          if (e.is(Rule::kTypeName)) item.class_arguments.push_back(type_name(e.peek()));
        break;
      case Rule::kAnyName:
        item.order_family = names(c.peek());
        break;
      case Rule::kFunctionWithArguments:
        item.object = function_with_arguments(c.peek());
        break;
      case Rule::kTypeName:
        item.storage_type = type_name(c.peek());
        break;
      default:
        if (c.is(Token::kFunction))
          item.kind = OpClassItemKind::kFunction;
        else if (c.is(Token::kStorage))
          item.kind = OpClassItemKind::kStorage;
        else if (c.is(Token::kIconst))
          item.number = integer(c.peek());
        else if (c.is(Token::kOrder))
          ordering = true;
    }
  }
  (void)ordering;
  return item;
}

StatementPtr Builder::create_op_class(Node n) {
  auto create = std::make_unique<ParsedCreateOpClass>();
  create->location = n.location();
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    switch (c.rule()) {
      case Rule::kAnyName:
        (create->name.empty() ? create->name : create->family) = names(c.peek());
        break;
      case Rule::kTypeName:
        create->type = type_name(c.peek());
        break;
      case Rule::kColid:
        create->access_method = name(c.peek());
        break;
      case Rule::kOpClassItem:
        create->items.push_back(op_class_item(c.peek()));
        break;
      default:
        create->is_default = create->is_default || c.is(Token::kDefault);
    }
  }
  return create;
}

StatementPtr Builder::alter_operator(Node n) {
  Cursor c = n.children();
  c.skip(2);
  ParsedObjectName object;
  object.location = c.location();
  object.with_arguments = operator_with_arguments(c.take());
  if (c.is(Token::kOwner) || (c.is(Token::kSet) && c.next_is(Token::kSchema)))
    return object_tail(ObjectType::kOperator, std::move(object), c);
  auto alter = std::make_unique<ParsedAlterOperator>();
  alter->location = n.location();
  alter->op = std::move(object.with_arguments);
  alter->options = definition(n);
  return alter;
}

StatementPtr Builder::create_language(Node n) {
  auto create = std::make_unique<ParsedCreateLanguage>();
  create->location = n.location();
  QualifiedName* target = nullptr;
  for (Cursor c = n.children(); !c.done(); c.skip()) {
    if (c.is(Rule::kColid))
      create->name = name(c.peek());
    else if (c.is(Token::kReplace))
      create->replace = true;
    else if (c.is(Token::kTrusted))
      create->trusted = true;
    else if (c.is(Token::kHandler))
      target = &create->handler;
    else if (c.is(Token::kInline))
      target = &create->inline_handler;
    else if (c.is(Token::kValidator))
      target = &create->validator;
    else if (c.is(Rule::kAnyName) && target)
      *target = names(c.peek());
  }
  return create;
}

}  // namespace basalt::parser
