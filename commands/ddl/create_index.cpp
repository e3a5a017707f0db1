// CREATE INDEX.
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/immutable.hpp"
#include "commands/ddl/index.hpp"
#include "query/analyzer.hpp"
#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::commands::ddl {

void check_immutable(DdlContext& ddl, const query::Expression& expression, const char* message) {
  auto is_mutable = [&](Oid function) {
    auto descriptor = function.valid() ? ddl.reader.function(function) : nullptr;
    return descriptor && descriptor->volatility != 'i';
  };
  bool mutable_found = query::walk(expression, [&](const query::Expression& e) {
    Oid function;
    if (const auto* cast = query::try_as<query::CoerceViaIo>(&e))
      return is_mutable(ddl.reader.type(cast->argument->type)->output) ||
             is_mutable(ddl.reader.type(cast->type)->input);
    if (const auto* call = query::try_as<query::Function>(&e)) function = call->function;
    if (e.kind == query::ExpressionKind::kOperator || e.kind == query::ExpressionKind::kDistinct ||
        e.kind == query::ExpressionKind::kNullIf)
      function = static_cast<const query::OperatorCall&>(e).function;
    if (e.kind == query::ExpressionKind::kSqlValue) return true;
    return is_mutable(function);
  });
  if (mutable_found) throw SqlError(sqlstate::kInvalidObjectDefinition, message);
}

namespace {

using catalog::RelationDescriptor;

void refuse_system_columns(const query::Expression& expression) {
  bool found = query::walk(expression, [](const query::Expression& e) {
    const auto* column = query::try_as<query::Column>(&e);
    return column && column->column < 0;
  });
  if (found) throw SqlError(sqlstate::kFeatureNotSupported, "index creation on system columns is not supported");
}

Oid find_opclass(DdlContext& ddl, const parser::ParsedIndexElement& element, const NewIndexKey& part,
                 const std::string& method) {
  if (element.op_class.empty()) {
    Oid found = ddl.reader.default_opclass(kBtreeAccessMethod, part.type);
    if (found.valid()) return found;
    throw SqlError(sqlstate::kUndefinedObject, "data type " + catalog::format_type(ddl.scope(), part.type, -1) +
                                                   " has no default operator class for access method " + quoted(method))
        .hint("You must specify an operator class for the index or define a default operator class for the data type.");
  }
  Oid found;
  const std::string& name = element.op_class.back();
  if (element.op_class.size() > 1) {
    found =
        ddl.reader.find_opclass(kBtreeAccessMethod, catalog::require_namespace(ddl.reader, element.op_class[0]), name);
  } else {
    for (Oid name_space : ddl.session.search_path())
      if (found = ddl.reader.find_opclass(kBtreeAccessMethod, name_space, name); found.valid()) break;
  }
  if (!found.valid())
    throw SqlError(sqlstate::kUndefinedObject, "operator class " + quoted(join_names(element.op_class)) +
                                                   " does not exist for access method " + quoted(method));
  return found;
}

// An index column's name must differ from those before it.
std::string unique_column_name(const std::string& wanted, const std::vector<NewIndexKey>& before) {
  for (int number = 0;; ++number) {
    std::string suffix = number ? std::to_string(number) : "";
    std::string name = wanted.substr(0, 63 - suffix.size()) + suffix;
    bool taken = false;
    for (const auto& part : before) taken |= part.name == name;
    if (!taken) return name;
  }
}

NewIndexKey make_key(DdlContext& ddl, const RelationPointer& table, const parser::ParsedIndexElement& element,
                     bool included, const std::string& method, const std::vector<NewIndexKey>& before) {
  NewIndexKey part;
  query::BindContext context = ddl.bind();
  if (!element.name.empty()) {
    const auto* column = table->column(element.name);
    if (!column) {
      for (const char* system : {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"})
        if (element.name == system)
          throw SqlError(sqlstate::kFeatureNotSupported, "index creation on system columns is not supported");
      throw SqlError(sqlstate::kUndefinedColumn, "column " + quoted(element.name) + " does not exist");
    }
    part.column = column->number;
    part.type = column->type;
    part.typmod = column->typmod;
    part.collation = column->collation;
    part.name = unique_column_name(column->name, before);
  } else {
    if (included) throw SqlError(sqlstate::kFeatureNotSupported, "expressions are not supported in included columns");
    query::ExpressionScope scope;
    scope.relations.push_back({table, "", false});
    part.expression =
        query::bind_expression(*element.expression, query::ExpressionUse::kIndexExpression, scope, context);
    query::assign_collations(*part.expression, context);
    check_immutable(ddl, *part.expression, "functions in index expression must be marked IMMUTABLE");
    part.type = part.expression->type;
    part.typmod = part.expression->typmod;
    part.collation = part.expression->collation;
    check_column_type(ddl, "expr", part.type, 'r');
    std::string figured = query::figure_index_column_name(element.expression.get());
    part.name = unique_column_name(figured.empty() ? "expr" : figured, before);
    // (a) in parentheses is the column itself.
    if (const auto* column = query::try_as<query::Column>(part.expression.get()); column && column->column > 0) {
      part.column = column->column;
      part.name = unique_column_name(table->columns[static_cast<size_t>(part.column) - 1].name, before);
      part.expression.reset();
    }
  }
  if (included) {
    part.collation = Oid();
    return part;
  }
  bool collatable = part.collation.valid();
  if (!element.collation.empty()) {
    if (!ddl.reader.type(part.type)->collation.valid())
      throw SqlError(sqlstate::kDatatypeMismatch,
                     "collations are not supported by type " + catalog::format_type(ddl.scope(), part.type, -1));
    part.collation = query::resolve_collation(element.collation, element.location, context);
  } else if (!collatable && ddl.reader.type(part.type)->collation.valid()) {
    throw SqlError(common::SqlState{"42P22"}, "could not determine which collation to use for index expression")
        .hint("Use the COLLATE clause to set the collation explicitly.");
  }
  part.opclass = find_opclass(ddl, element, part, method);
  part.descending = element.direction == parser::SortDirection::kDesc;
  part.nulls_first =
      element.nulls == parser::SortNulls::kDefault ? part.descending : element.nulls == parser::SortNulls::kFirst;
  return part;
}

void check_method(const parser::ParsedIndex& statement) {
  const std::string& method = statement.access_method;
  if (method == "btree" || method == "hash") {
    if (method == "btree") return;
    if (statement.unique)
      throw SqlError(sqlstate::kFeatureNotSupported, "access method \"hash\" does not support unique indexes");
    if (statement.elements.size() > 1)
      throw SqlError(sqlstate::kFeatureNotSupported, "access method \"hash\" does not support multicolumn indexes");
    if (!statement.including.empty())
      throw SqlError(sqlstate::kFeatureNotSupported, "access method \"hash\" does not support included columns");
    return;
  }
  if (method == "gin" || method == "gist" || method == "brin" || method == "spgist")
    throw common::not_supported("access method \"" + method + "\"");
  throw SqlError(sqlstate::kUndefinedObject, "access method " + quoted(method) + " does not exist");
}

void check_table(const RelationDescriptor& table) {
  if (table.kind == 'r' || table.kind == 'm' || table.kind == 'p') return;
  SqlError error(sqlstate::kWrongObjectType, "cannot create index on relation " + quoted(table.name));
  std::string plural = table.kind == 'v'   ? "views"
                       : table.kind == 'S' ? "sequences"
                       : table.kind == 'i' ? "indexes"
                       : table.kind == 'c' ? "composite types"
                                           : "foreign tables";
  error.report().detail = "This operation is not supported for " + plural + ".";
  throw error;
}

std::string create_index_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedIndex>(call.statement);
  if (statement.concurrently) call.session.prevent_in_block("CREATE INDEX CONCURRENTLY");
  DdlContext ddl(call);
  RelationPointer table = ddl.open(*statement.relation, LockMode::kShare);
  check_table(*table);
  check_method(statement);
  require_owner(ddl, *table);
  require_not_system(ddl, *table);
  if (table->persistence != 't') require_create_privilege(ddl, table->namespace_oid);
  if (!statement.tablespace.empty() && statement.tablespace != "pg_default")
    throw SqlError(sqlstate::kUndefinedObject, "tablespace " + quoted(statement.tablespace) + " does not exist");
  if (statement.elements.size() + statement.including.size() > 32)
    throw SqlError(sqlstate::kTooManyColumns, "cannot use more than 32 columns in an index");
  if (statement.if_not_exists && !statement.name.empty() &&
      ddl.reader.find_relation(table->namespace_oid, statement.name).valid()) {
    ddl.notice("relation " + quoted(statement.name) + " already exists, skipping", sqlstate::kDuplicateTable);
    return "CREATE INDEX";
  }
  NewIndex index;
  index.unique = statement.unique;
  index.nulls_not_distinct = statement.nulls_not_distinct;
  for (const auto& element : statement.elements)
    index.keys.push_back(make_key(ddl, table, element, false, statement.access_method, index.keys));
  index.key_count = static_cast<int>(index.keys.size());
  for (const auto& element : statement.including)
    index.keys.push_back(make_key(ddl, table, element, true, statement.access_method, index.keys));
  if (statement.where) {
    query::BindContext context = ddl.bind();
    query::ExpressionScope scope;
    scope.relations.push_back({table, "", false});
    index.predicate =
        query::bind_condition(*statement.where, query::ExpressionUse::kIndexPredicate, scope, "WHERE", context);
    check_immutable(ddl, *index.predicate, "functions in index predicate must be marked IMMUTABLE");
  }
  for (const NewIndexKey& part : index.keys)
    if (part.expression) refuse_system_columns(*part.expression);
  if (index.predicate) refuse_system_columns(*index.predicate);
  index.options = relation_options(ddl, statement.options, 'i');
  index.name = statement.name.empty() ? choose_index_name(ddl, *table, index) : statement.name;
  create_index(ddl, *table, index);
  return "CREATE INDEX";
}

}  // namespace

void register_create_index() { register_utility(parser::StatementKind::kIndex, create_index_statement); }

}  // namespace basalt::commands::ddl
