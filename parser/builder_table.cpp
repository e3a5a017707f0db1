// CREATE TABLE, its constraints and partitions.
#include <utility>

#include "common/sqlstate.hpp"
#include "parser/builder.hpp"

namespace basalt::parser {

namespace sqlstate = common::sqlstate;

OnCommit Builder::on_commit(Node n) {
  Cursor c = n.children();
  if (c.has(Token::kDrop)) return OnCommit::kDrop;
  return c.has(Token::kDelete) ? OnCommit::kDeleteRows : OnCommit::kPreserveRows;
}

StatementPtr Builder::create_table(Node n, bool foreign) {
  auto create = std::make_unique<ParsedCreateTable>();
  create->location = n.location();
  create->is_foreign = foreign;
  Persistence persistence = Persistence::kPermanent;
  bool of_type = false, partition_of = false, server = false;
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
        (create->relation ? create->partition_of : create->relation) = range_var(c.peek());
        break;
      case Rule::kTableElements:
        while (e.find(Rule::kTableElement)) create->elements.push_back(table_element(e.take()));
        break;
      case Rule::kTypedElements:
        while (e.find(Rule::kTypedElement)) create->elements.push_back(typed_element(e.take()));
        break;
      case Rule::kInheritsClause:
        e.find(Rule::kQualifiedNameList);
        create->inherits = range_vars(e.peek());
        break;
      case Rule::kAnyName: {
        create->of_type = std::make_unique<ParsedTypeName>();
        create->of_type->names = names(c.peek());
        create->of_type->location = c.location();
        break;
      }
      case Rule::kPartitionBound:
        create->bound = partition_bound(c.peek());
        break;
      case Rule::kPartitionBy:
        create->partition_by = partition_by(c.peek());
        break;
      case Rule::kAccessMethodClause:
        e.skip();
        create->access_method = name(e.peek());
        break;
      case Rule::kWithOptions:
        create->options = with_options(c.peek());
        break;
      case Rule::kOnCommitClause:
        create->on_commit = on_commit(c.peek());
        break;
      case Rule::kTablespaceClause:
        e.skip();
        create->tablespace = name(e.peek());
        break;
      case Rule::kColid:
        if (server) create->server_name = name(c.peek());
        break;
      case Rule::kGenericOptions:
        create->fdw_options = generic_options(c.peek());
        break;
      default:
        server = server || c.is(Token::kServer);
        of_type = of_type || c.is(Token::kOf);
        partition_of = partition_of || c.is(Token::kPartition);
    }
  }
  create->relation->persistence = persistence;
  return create;
}

ParsedTableElement Builder::table_element(Node n) {
  ParsedTableElement element;
  Cursor c = n.children();
  if (c.is(Rule::kColumnDefinition)) {
    element.column = column_definition(c.peek());
    return element;
  }
  if (c.is(Rule::kTableConstraint)) {
    element.kind = TableElementKind::kConstraint;
    element.constraint = table_constraint(c.peek());
    return element;
  }
  element.kind = TableElementKind::kLike;
  c.skip();
  element.like.relation = range_var(c.take());
  for (; !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    bool including = e.take().is(Token::kIncluding);
    uint32_t bit = 0;
    switch (e.token()) {
      case Token::kComments:
        bit = kLikeComments;
        break;
      case Token::kCompression:
        bit = kLikeCompression;
        break;
      case Token::kConstraints:
        bit = kLikeConstraints;
        break;
      case Token::kDefaults:
        bit = kLikeDefaults;
        break;
      case Token::kIdentity:
        bit = kLikeIdentity;
        break;
      case Token::kGenerated:
        bit = kLikeGenerated;
        break;
      case Token::kIndexes:
        bit = kLikeIndexes;
        break;
      case Token::kStatistics:
        bit = kLikeStatistics;
        break;
      case Token::kStorage:
        bit = kLikeStorage;
        break;
      default:
        bit = kLikeAll;
    }
    if (including)
      element.like.options |= bit;
    else
      element.like.options &= ~bit;
  }
  return element;
}

ParsedTableElement Builder::typed_element(Node n) {
  ParsedTableElement element;
  Cursor c = n.children();
  if (c.is(Rule::kTableConstraint)) {
    element.kind = TableElementKind::kConstraint;
    element.constraint = table_constraint(c.peek());
    return element;
  }
  element.column.location = n.location();
  element.column.name = name(c.take());
  c.accept(Token::kWith);
  c.accept(Token::kOptions);
  column_qualifiers(c, element.column);
  return element;
}

std::unique_ptr<ParsedCollate> Builder::collate(Node n) {
  auto collate = std::make_unique<ParsedCollate>();
  collate->location = n.location();
  Cursor c = n.children();
  c.skip();
  collate->collation = names(c.peek());
  return collate;
}

ParsedColumnDefinition Builder::column_definition(Node n) {
  ParsedColumnDefinition column;
  column.location = n.location();
  Cursor c = n.children();
  column.name = name(c.take());
  column.type = type_name(c.take());
  if (c.accept(Token::kCompression)) column.compression = c.take().text();
  if (c.is(Rule::kGenericOptions)) column.fdw_options = generic_options(c.take());
  column_qualifiers(c, column);
  return column;
}

void Builder::column_qualifiers(Cursor& c, ParsedColumnDefinition& column) {
  bool saw_deferrability = false, saw_initially = false;
  auto attributed = [](ConstraintKind kind) {
    return kind == ConstraintKind::kPrimaryKey || kind == ConstraintKind::kUnique ||
           kind == ConstraintKind::kExclusion || kind == ConstraintKind::kForeignKey;
  };
  for (; c.is(Rule::kColumnQualifier); c.skip()) {
    Cursor q = c.peek().children();
    int32_t location = c.location();
    if (q.is(Rule::kCollateClause)) {
      if (column.collation) fail(location, sqlstate::kSyntaxError, "multiple COLLATE clauses not allowed");
      column.collation = collate(q.peek());
      continue;
    }
    if (q.is(Rule::kConstraintAttribute)) {
      Cursor a = q.peek().children();
      bool negative = a.accept(Token::kNot);
      if (a.is(Token::kValid) || a.is(Token::kNo)) syntax_error(q.peek());
      bool deferrability = a.is(Token::kDeferrable);
      const char* what = deferrability ? (negative ? "NOT DEFERRABLE" : "DEFERRABLE")
                                       : (a.next_is(Token::kDeferred) ? "INITIALLY DEFERRED" : "INITIALLY IMMEDIATE");
      ParsedConstraint* last = column.constraints.empty() ? nullptr : &column.constraints.back();
      if (!last || !attributed(last->kind))
        fail(location, sqlstate::kSyntaxError, std::string("misplaced ") + what + " clause");
      if (deferrability ? saw_deferrability : saw_initially)
        fail(location, sqlstate::kSyntaxError,
             deferrability ? "multiple DEFERRABLE/NOT DEFERRABLE clauses not allowed"
                           : "multiple INITIALLY IMMEDIATE/DEFERRED clauses not allowed");
      if (deferrability) {
        saw_deferrability = true;
        last->deferrable = !negative;
        if (negative && saw_initially && last->initially_deferred)
          fail(location, sqlstate::kSyntaxError, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
      } else {
        saw_initially = true;
        last->initially_deferred = a.next_is(Token::kDeferred);
        if (last->initially_deferred && saw_deferrability && !last->deferrable)
          fail(location, sqlstate::kSyntaxError, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
        if (last->initially_deferred) last->deferrable = true;
      }
      continue;
    }
    saw_deferrability = saw_initially = false;
    std::string constraint_name;
    if (q.accept(Token::kConstraint)) constraint_name = name(q.take());
    column.constraints.push_back(column_constraint(q.peek()));
    column.constraints.back().name = std::move(constraint_name);
    if (!column.constraints.back().name.empty()) column.constraints.back().location = location;
  }
}

namespace {

int32_t second_location(Node n) {
  Cursor c = n.children();
  c.skip();
  return c.location();
}

}  // namespace

ParsedConstraint Builder::column_constraint(Node n) {
  ParsedConstraint constraint;
  constraint.location = n.location();
  Cursor c = n.children();
  Token word = c.take().token();
  switch (word) {
    case Token::kNot:
      constraint.kind = ConstraintKind::kNotNull;
      return constraint;
    case Token::kNull:
      constraint.kind = ConstraintKind::kNull;
      return constraint;
    case Token::kUnique:
      constraint.kind = ConstraintKind::kUnique;
      break;
    case Token::kPrimary:
      constraint.kind = ConstraintKind::kPrimaryKey;
      break;
    case Token::kCheck:
      constraint.kind = ConstraintKind::kCheck;
      c.skip();
      constraint.expression = expression(c.take());
      constraint.no_inherit = c.has(Token::kInherit);
      return constraint;
    case Token::kDefault:
      constraint.kind = ConstraintKind::kDefault;
      constraint.expression = expression(c.peek());
      return constraint;
    case Token::kGenerated:
      constraint.generated_always = c.is(Token::kAlways);
      c.find(Token::kAs);
      c.skip();
      if (c.accept(Token::kIdentity)) {
        constraint.kind = ConstraintKind::kIdentity;
        if (c.accept(Rule::kLparen)) constraint.sequence_options = sequence_options(c);
      } else {
        constraint.kind = ConstraintKind::kGenerated;
        if (!constraint.generated_always)
          fail(second_location(n), sqlstate::kSyntaxError,
               "for a generated column, GENERATED ALWAYS must be specified");
        c.skip();
        constraint.expression = expression(c.peek());
      }
      return constraint;
    default: {
      constraint.kind = ConstraintKind::kForeignKey;
      constraint.referenced = range_var(c.take());
      if (c.is(Rule::kNameListParens)) constraint.referenced_columns = name_list(c.take());
      key_actions(c, constraint);
      return constraint;
    }
  }
  for (; !c.done(); c.skip()) {
    if (c.is(Rule::kUniqueNulls))
      constraint.nulls_not_distinct = c.peek().children().has(Token::kNot);
    else if (c.is(Rule::kWithDefinition))
      constraint.options = definition(c.peek());
    else if (c.is(Rule::kIndexTablespace)) {
      Cursor e = c.peek().children();
      e.find(Rule::kColid);
      constraint.tablespace = name(e.peek());
    }
  }
  return constraint;
}

void Builder::key_actions(Cursor& c, ParsedConstraint& constraint) {
  bool saw_update = false, saw_delete = false;
  for (; !c.done(); c.skip()) {
    Cursor e = c.peek().children();
    if (c.is(Rule::kKeyMatch)) {
      if (e.has(Token::kPartial))
        fail(c.location(), sqlstate::kFeatureNotSupported, "MATCH PARTIAL not yet implemented");
      constraint.match = e.has(Token::kFull) ? ForeignKeyMatch::kFull : ForeignKeyMatch::kSimple;
      continue;
    }
    if (!c.is(Rule::kKeyAction)) continue;
    e.skip();
    bool update = e.take().is(Token::kUpdate);
    bool& saw = update ? saw_update : saw_delete;
    if (saw) {
      Cursor event = c.peek().children();
      event.skip();
      syntax_error(event.peek());
    }
    saw = true;
    ParsedForeignKeyAction& action = update ? constraint.on_update : constraint.on_delete;
    switch (e.take().token()) {
      case Token::kNo:
        action.kind = ForeignKeyActionKind::kNoAction;
        break;
      case Token::kRestrict:
        action.kind = ForeignKeyActionKind::kRestrict;
        break;
      case Token::kCascade:
        action.kind = ForeignKeyActionKind::kCascade;
        break;
      default:
        action.kind = e.take().is(Token::kNull) ? ForeignKeyActionKind::kSetNull : ForeignKeyActionKind::kSetDefault;
        if (e.is(Rule::kNameListParens)) {
          if (update)
            throw error_at(source_.text, c.location(), sqlstate::kFeatureNotSupported,
                           std::string("a column list with SET ") +
                               (action.kind == ForeignKeyActionKind::kSetNull ? "NULL" : "DEFAULT") +
                               " is only supported for ON DELETE actions");
          action.columns = name_list(e.peek());
        }
    }
  }
}

ParsedConstraint Builder::table_constraint(Node n) {
  ParsedConstraint constraint;
  constraint.location = n.location();
  Cursor c = n.children();
  if (c.accept(Token::kConstraint)) constraint.name = name(c.take());
  Cursor b = c.take().children();
  Token word = b.take().token();
  const char* what = "CHECK";
  bool deferrable = true, may_skip = false;
  switch (word) {
    case Token::kCheck:
      b.find(Rule::kAExpr);
      constraint.expression = expression(b.peek());
      deferrable = false;
      may_skip = true;
      break;
    case Token::kUnique:
      constraint.kind = ConstraintKind::kUnique;
      what = "UNIQUE";
      break;
    case Token::kPrimary:
      constraint.kind = ConstraintKind::kPrimaryKey;
      what = "PRIMARY KEY";
      break;
    case Token::kExclude:
      constraint.kind = ConstraintKind::kExclusion;
      constraint.access_method = "btree";
      what = "EXCLUDE";
      break;
    default:
      constraint.kind = ConstraintKind::kForeignKey;
      what = "FOREIGN KEY";
      may_skip = true;
      b.find(Rule::kNameListParens);
      constraint.columns = name_list(b.take());
      b.skip();
      constraint.referenced = range_var(b.take());
      if (b.is(Rule::kNameListParens)) constraint.referenced_columns = name_list(b.take());
      key_actions(b, constraint);
  }
  bool using_index = false;
  for (; !b.done(); b.skip()) {
    Cursor e = b.peek().children();
    switch (b.rule()) {
      case Rule::kUniqueNulls:
        constraint.nulls_not_distinct = e.has(Token::kNot);
        break;
      case Rule::kNameListParens:
        constraint.columns = name_list(b.peek());
        break;
      case Rule::kIncludeClause:
        e.skip();
        constraint.including = name_list(e.peek());
        break;
      case Rule::kWithDefinition:
        constraint.options = definition(b.peek());
        break;
      case Rule::kIndexTablespace:
        e.find(Rule::kColid);
        constraint.tablespace = name(e.peek());
        break;
      case Rule::kExcludeElement: {
        ParsedConstraint::Exclusion exclusion;
        exclusion.element = index_element(e.take());
        e.skip();
        exclusion.op = operator_name(e.peek());
        constraint.exclusions.push_back(std::move(exclusion));
        break;
      }
      case Rule::kColid:
        (using_index ? constraint.index_name : constraint.access_method) = name(b.peek());
        break;
      case Rule::kAExpr:
        if (constraint.kind == ConstraintKind::kExclusion) constraint.where = expression(b.peek());
        break;
      default:
        using_index = using_index || b.is(Token::kIndex);
    }
  }
  constraint_attributes(c, constraint, deferrable ? what : "CHECK", may_skip);
  return constraint;
}

// DEFERRABLE, INITIALLY, NOT VALID, NO INHERIT in any order; `what` names the constraint in the errors.
void Builder::constraint_attributes(Cursor& c, ParsedConstraint& constraint, std::string_view what, bool may_skip) {
  constraint_attributes(c, constraint, what, may_skip, -1);
}

void Builder::constraint_attributes(Cursor& c, ParsedConstraint& constraint, std::string_view what, bool may_skip,
                                    int32_t location) {
  enum : unsigned {
    kDeferrable = 1,
    kNotDeferrable = 2,
    kDeferred = 4,
    kImmediate = 8,
    kNotValid = 16,
    kNoInherit = 32
  };
  unsigned seen = 0;
  bool deferrable_ok = what != "CHECK";
  bool no_inherit_ok = what == "CHECK";
  for (; c.is(Rule::kConstraintAttribute); c.skip()) {
    Cursor a = c.peek().children();
    bool negative = a.accept(Token::kNot);
    unsigned bit = 0;
    if (a.is(Token::kDeferrable))
      bit = negative ? kNotDeferrable : kDeferrable;
    else if (a.is(Token::kInitially))
      bit = a.next_is(Token::kDeferred) ? kDeferred : kImmediate;
    else
      bit = a.is(Token::kValid) ? kNotValid : kNoInherit;
    seen |= bit;
    if ((seen & kNotDeferrable) && (seen & kDeferred))
      fail(c.location(), sqlstate::kSyntaxError, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
    if (((seen & kDeferrable) && (seen & kNotDeferrable)) || ((seen & kDeferred) && (seen & kImmediate)))
      fail(c.location(), sqlstate::kSyntaxError, "conflicting constraint properties");
  }
  auto refuse = [&](const char* property) {
    fail(location, sqlstate::kFeatureNotSupported, std::string(what) + " constraints cannot be marked " + property);
  };
  if (seen & (kDeferrable | kDeferred)) {
    if (!deferrable_ok) refuse("DEFERRABLE");
    constraint.deferrable = true;
  }
  if (seen & kDeferred) constraint.initially_deferred = true;
  if (seen & kNotValid) {
    if (!may_skip) refuse("NOT VALID");
    constraint.skip_validation = true;
    constraint.initially_valid = false;
  }
  if (seen & kNoInherit) {
    if (!no_inherit_ok) refuse("NO INHERIT");
    constraint.no_inherit = true;
  }
}

std::unique_ptr<ParsedPartitionSpec> Builder::partition_by(Node n) {
  auto spec = std::make_unique<ParsedPartitionSpec>();
  spec->location = n.location();
  Cursor c = n.children();
  c.find(Rule::kColid);
  spec->strategy = name(c.peek());
  while (c.find(Rule::kPartitionElement)) {
    Node element = c.take();
    ParsedPartitionElement parsed;
    parsed.location = element.location();
    for (Cursor e = element.children(); !e.done(); e.skip()) {
      switch (e.rule()) {
        case Rule::kColid:
          parsed.name = name(e.peek());
          break;
        case Rule::kFuncExprWindowless:
          parsed.expression = func_expr_windowless(e.peek());
          break;
        case Rule::kAExpr:
          parsed.expression = expression(e.peek());
          break;
        case Rule::kCollateClause:
          parsed.collation = collate(e.peek())->collation;
          break;
        case Rule::kAnyName:
          parsed.op_class = names(e.peek());
          break;
        default:
          break;
      }
    }
    spec->elements.push_back(std::move(parsed));
  }
  return spec;
}

std::unique_ptr<ParsedPartitionBound> Builder::partition_bound(Node n) {
  auto bound = std::make_unique<ParsedPartitionBound>();
  bound->location = n.location();
  Cursor c = n.children();
  if (c.is(Token::kDefault)) return bound;
  c.skip(2);
  Token word = c.take().token();
  if (word == Token::kWith) {
    bound->kind = PartitionBoundKind::kHash;
    while (c.find(Rule::kPartitionHashItem)) {
      Cursor e = c.take().children();
      int32_t location = e.location();
      std::string key = e.take().text();
      bool modulus = key == "modulus";
      if (!modulus && key != "remainder")
        fail(location, sqlstate::kSyntaxError, "unrecognized hash partition bound specification \"" + key + "\"");
      int32_t& value = modulus ? bound->modulus : bound->remainder;
      if (value >= 0)
        fail(location, sqlstate::kDuplicateObject,
             std::string(modulus ? "modulus" : "remainder") + " for hash partition provided more than once");
      value = integer(e.peek());
    }
    if (bound->modulus < 0)
      throw common::SqlError(sqlstate::kSyntaxError, "modulus for hash partition must be specified");
    if (bound->remainder < 0)
      throw common::SqlError(sqlstate::kSyntaxError, "remainder for hash partition must be specified");
    return bound;
  }
  c.find(Rule::kExprList);
  ExpressionList first = expression_list(c.take());
  if (word == Token::kIn) {
    bound->kind = PartitionBoundKind::kList;
    bound->list = std::move(first);
    return bound;
  }
  bound->kind = PartitionBoundKind::kRange;
  bound->lower = std::move(first);
  c.find(Rule::kExprList);
  bound->upper = expression_list(c.peek());
  return bound;
}

}  // namespace basalt::parser
