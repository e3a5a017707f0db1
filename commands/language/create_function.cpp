// CREATE [OR REPLACE] FUNCTION and PROCEDURE.
#include <algorithm>

#include "catalog/catalog_ids.hpp"
#include "catalog/rows/pg_language.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "commands/ddl/ddl.hpp"
#include "commands/ddl/grant.hpp"
#include "commands/ddl/relation.hpp"
#include "commands/language/body_position.hpp"
#include "commands/language/function_attributes.hpp"
#include "commands/language/language.hpp"
#include "commands/language/language_state.hpp"
#include "commands/language/register.hpp"
#include "commands/session_context.hpp"
#include "query/binder.hpp"
#include "query/stored_form.hpp"

namespace basalt::commands::language {

using namespace ddl;  // NOLINT: a statement of data definition
using parser::ParameterMode;

namespace {

Oid resolve_function_type(DdlContext& ddl, const parser::ParsedTypeName& name, query::BindContext& bind) {
  Oid type = query::resolve_type(name, bind).type->oid;
  ddl::require_type_usage(ddl, type);
  return type;
}

struct Signature {
  std::vector<Oid> inputs, all;
  std::vector<char> modes;
  std::vector<std::string> names;
  query::ExpressionList defaults;
  std::vector<Oid> outputs;
  Oid variadic;
};

void add_default(DdlContext& ddl, const parser::ParsedFunctionParameter& parameter, Oid type, query::BindContext& bind,
                 Signature& out) {
  query::ExpressionPointer value =
      query::bind_expression(*parameter.default_value, query::ExpressionUse::kFunctionDefault, {}, bind);
  Oid from = value->type;
  query::ExpressionPointer coerced = query::coerce_for_assignment(std::move(value), type, -1, bind);
  if (!coerced)
    throw SqlError(sqlstate::kDatatypeMismatch, "argument of DEFAULT must be type " +
                                                    ddl.session.context().format_type(type, -1) + ", not type " +
                                                    ddl.session.context().format_type(from, -1));
  query::assign_collations(*coerced, bind);
  out.defaults.push_back(std::move(coerced));
}

Signature read_signature(DdlContext& ddl, const parser::ParsedCreateFunction& create) {
  Signature out;
  query::BindContext bind = ddl.bind();
  bool named = false, special = false;
  for (const auto& parameter : create.parameters) {
    Oid type = resolve_function_type(ddl, *parameter.type, bind);
    if (parameter.type->set_of)
      throw SqlError(sqlstate::kInvalidFunctionDefinition, create.is_procedure
                                                               ? "procedures cannot accept set arguments"
                                                               : "functions cannot accept set arguments");
    char mode = 'i';
    switch (parameter.mode) {
      case ParameterMode::kOut:
        mode = 'o';
        break;
      case ParameterMode::kInOut:
        mode = 'b';
        break;
      case ParameterMode::kVariadic:
        mode = 'v';
        break;
      case ParameterMode::kTable:
        mode = 't';
        break;
      default:
        break;
    }
    bool input = mode == 'i' || mode == 'b' || mode == 'v';
    if (input && out.variadic.valid())
      throw SqlError(sqlstate::kInvalidFunctionDefinition, "VARIADIC parameter must be the last input parameter");
    if (mode == 'v') {
      types::TypePointer array = ddl.reader.type(type);
      out.variadic = type == oid::kAnyarray ? oid::kAnyelement : array->element;
      if (!out.variadic.valid())
        throw SqlError(sqlstate::kInvalidFunctionDefinition, "VARIADIC parameter must be an array");
    }
    for (size_t i = 0; !parameter.name.empty() && i < out.names.size(); ++i) {
      bool both_in = input && out.modes[i] != 'o' && out.modes[i] != 't';
      bool both_out = mode != 'i' && mode != 'v' && out.modes[i] != 'i' && out.modes[i] != 'v';
      if (out.names[i] == parameter.name && (both_in || both_out))
        throw SqlError(sqlstate::kInvalidFunctionDefinition,
                       "parameter name \"" + parameter.name + "\" used more than once");
    }
    if (input) out.inputs.push_back(type);
    if (mode == 'o' || mode == 'b' || mode == 't') out.outputs.push_back(type);
    out.all.push_back(type);
    out.modes.push_back(mode);
    out.names.push_back(parameter.name);
    named |= !parameter.name.empty();
    special |= mode != 'i';
    if (parameter.default_value) {
      if (!input) throw SqlError(sqlstate::kInvalidFunctionDefinition, "only input parameters can have default values");
      add_default(ddl, parameter, type, bind, out);
    } else if (input && !out.defaults.empty()) {
      throw SqlError(sqlstate::kInvalidFunctionDefinition,
                     create.is_procedure
                         ? "procedure input parameters after one with a default value must also have defaults"
                         : "input parameters after one with a default value must also have defaults");
    }
  }
  if (!special) {
    out.all.clear();
    out.modes.clear();
  }
  if (!named) out.names.clear();
  return out;
}

Oid result_type(DdlContext& ddl, const parser::ParsedCreateFunction& create, const Signature& signature, bool& set) {
  if (create.is_procedure) return signature.outputs.empty() ? oid::kVoid : oid::kRecord;
  Oid from_outputs = signature.outputs.empty()       ? Oid{}
                     : signature.outputs.size() == 1 ? signature.outputs[0]
                                                     : oid::kRecord;
  if (create.returns_table) {
    set = true;
    return from_outputs;
  }
  if (!create.return_type) {
    if (from_outputs.valid()) return from_outputs;
    throw SqlError(sqlstate::kInvalidFunctionDefinition, "function result type must be specified");
  }
  query::BindContext bind = ddl.bind();
  Oid type = resolve_function_type(ddl, *create.return_type, bind);
  set = create.return_type->set_of;
  if (from_outputs.valid() && type != from_outputs)
    throw SqlError(sqlstate::kInvalidFunctionDefinition, "function result type must be " +
                                                             ddl.session.context().format_type(from_outputs, -1) +
                                                             " because of OUT parameters");
  return type;
}

std::string list_of_types(DdlContext& ddl, const std::vector<Oid>& types) {
  std::string out;
  for (Oid type : types) out += (out.empty() ? "" : ",") + ddl.session.context().format_type(type, -1);
  return out;
}

// What OR REPLACE may not change.
void check_replacement(DdlContext& ddl, const parser::ParsedCreateFunction& create, const catalog::PgProcRow& old,
                       const catalog::PgProcRow& row) {
  std::string signature = row.proname + "(" + list_of_types(ddl, row.proargtypes) + ")";
  if (!create.replace)
    throw SqlError(sqlstate::kDuplicateFunction,
                   "function \"" + row.proname + "\" already exists with same argument types");
  ddl::require_owner(ddl, id::kPgProc, old.oid, create.is_procedure ? "procedure" : "function", row.proname);
  if (old.prokind != row.prokind)
    throw SqlError(sqlstate::kWrongObjectType, "cannot change routine kind")
        .detail("\"" + row.proname + "\" is a " +
                (old.prokind == 'p'   ? "procedure"
                 : old.prokind == 'a' ? "aggregate function"
                                      : "function") +
                ".");
  if (old.prorettype != row.prorettype || old.proretset != row.proretset || old.proargmodes != row.proargmodes)
    throw SqlError(sqlstate::kInvalidFunctionDefinition, create.is_procedure
                                                             ? "cannot change whether a procedure has output parameters"
                                                             : "cannot change return type of existing function")
        .hint("Use " + std::string(create.is_procedure ? "DROP PROCEDURE " : "DROP FUNCTION ") + signature + " first.");
  if (old.proargnames)
    for (size_t i = 0; i < old.proargnames->size(); ++i) {
      const std::string& before = (*old.proargnames)[i];
      if (before.empty()) continue;
      if (!row.proargnames || i >= row.proargnames->size() || (*row.proargnames)[i] != before)
        throw SqlError(sqlstate::kInvalidFunctionDefinition, "cannot change name of input parameter \"" + before + "\"")
            .hint("Use DROP FUNCTION " + signature + " first.");
    }
  if (row.pronargdefaults < old.pronargdefaults)
    throw SqlError(sqlstate::kInvalidFunctionDefinition, "cannot remove parameter defaults from existing function")
        .hint("Use DROP FUNCTION " + signature + " first.");
}

Oid find_language(DdlContext& ddl, const std::string& name) {
  auto found = find_row<catalog::PgLanguageRow>(ddl.reader, id::kPgLanguageNameIndex, {Value::of(name)});
  if (!found) throw SqlError(sqlstate::kUndefinedObject, "language \"" + name + "\" does not exist");
  return found->row.oid;
}

void record_dependencies(DdlContext& ddl, const catalog::PgProcRow& row) {
  ObjectAddress self{id::kPgProc, row.oid};
  catalog::record_dependency(ddl.writer, self, {id::kPgNamespace, row.pronamespace}, DependencyType::kNormal);
  catalog::record_dependency(ddl.writer, self, {id::kPgLanguage, row.prolang}, DependencyType::kNormal);
  catalog::record_dependency(ddl.writer, self, {id::kPgType, row.prorettype}, DependencyType::kNormal);
  if (row.prosupport.valid())
    catalog::record_dependency(ddl.writer, self, {id::kPgProc, row.prosupport}, DependencyType::kNormal);
  for (Oid type : row.proallargtypes ? *row.proallargtypes : row.proargtypes)
    catalog::record_dependency(ddl.writer, self, {id::kPgType, type}, DependencyType::kNormal);
  if (row.proargdefaults)
    for (const auto& value : query::list_from_stored(*row.proargdefaults, ddl.reader))
      record_expression_dependencies(ddl, self, *value, {}, DependencyType::kNormal);
}

void store_row(DdlContext& ddl, const parser::ParsedCreateFunction& create, catalog::PgProcRow& row) {
  std::optional<FoundRow<catalog::PgProcRow>> old;
  ddl.reader.scan(id::kPgProc, id::kPgProcPronameArgsNspIndex, std::vector<Value>{Value::of(row.proname)},
                  [&](RowId row_id, const CatalogRow& found) {
                    catalog::PgProcRow candidate = catalog::PgProcRow::from_row(found);
                    if (candidate.pronamespace == row.pronamespace && candidate.proargtypes == row.proargtypes)
                      old = FoundRow<catalog::PgProcRow>{row_id, std::move(candidate)};
                    return !old;
                  });
  if (old) {
    check_replacement(ddl, create, old->row, row);
    row.oid = old->row.oid;
    row.proowner = old->row.proowner;
    row.proacl = old->row.proacl;
    ddl.writer.update(id::kPgProc, old->row_id, row.to_row());
    catalog::remove_dependencies(ddl.writer, {id::kPgProc, row.oid});
  } else {
    row.oid = ddl.writer.new_oid(id::kPgProc);
    row.proowner = ddl.user();
    row.proacl = ddl::initial_acl(ddl, 'f', row.proowner, row.pronamespace);
    ddl.writer.insert(id::kPgProc, row.to_row());
    catalog::record_owner(ddl.writer, id::kPgProc, row.oid, row.proowner);
    catalog::record_acl_roles(ddl.writer, {id::kPgProc, row.oid}, row.proowner, std::nullopt, row.proacl);
  }
  record_dependencies(ddl, row);
}

void validate(DdlContext& ddl, const UtilityCall& call, const catalog::FunctionDescriptor& function) {
  const bool sql = function.language == kSqlLanguage;
  try {
    sql ? validate_sql(ddl.session, function) : validate_plpgsql(ddl.session, function);
  } catch (SqlError& error) {
    if (!place_in_statement(error, function.source, call.text) && sql) {
      make_internal(error, function.source);
      add_context(error, "SQL function \"" + function.name + "\"");
    }
    throw;
  }
}

std::string create_function(UtilityCall& call) {
  const auto& create = parser::as<parser::ParsedCreateFunction>(call.statement);
  DdlContext ddl(call);
  catalog::PgProcRow row;
  row.pronamespace = creation_namespace(ddl, create.name, row.proname);
  FunctionAttributes attributes = read_attributes(ddl, create.options, create.is_procedure);
  if (create.has_sql_body) throw common::not_supported("SQL-standard function bodies");
  if (attributes.language.empty()) throw SqlError(sqlstate::kInvalidFunctionDefinition, "no language specified");
  if (!attributes.body) throw SqlError(sqlstate::kInvalidFunctionDefinition, "no function body specified");
  row.prolang = find_language(ddl, attributes.language);
  if (row.prolang != kSqlLanguage && row.prolang != kPlpgsqlLanguage)
    throw common::not_supported("functions in language " + attributes.language);
  if (attributes.body->size() != 1)
    throw SqlError(sqlstate::kInvalidFunctionDefinition,
                   "only one AS item needed for language \"" + attributes.language + "\"");
  Signature signature = read_signature(ddl, create);
  row.prorettype = result_type(ddl, create, signature, row.proretset);
  row.prokind = create.is_procedure ? 'p' : attributes.window ? 'w' : 'f';
  row.procost = 100;
  row.prorows = row.proretset ? 1000 : 0;
  row.provariadic = signature.variadic;
  row.provolatile = 'v';
  row.proparallel = 'u';
  apply_attributes(ddl, attributes, row);
  row.pronargs = static_cast<int16_t>(signature.inputs.size());
  row.pronargdefaults = static_cast<int16_t>(signature.defaults.size());
  row.proargtypes = signature.inputs;
  if (!signature.all.empty()) {
    row.proallargtypes = signature.all;
    row.proargmodes = signature.modes;
  }
  if (!signature.names.empty()) row.proargnames = signature.names;
  if (!signature.defaults.empty()) row.proargdefaults = query::to_stored(signature.defaults);
  row.prosrc = attributes.body->front();
  apply_settings(ddl, create.settings, row);
  store_row(ddl, create, row);
  if (ddl.session.settings().get_bool("check_function_bodies")) {
    ddl.session.new_statement_catalog();
    catalog::FunctionPointer function = ddl.reader.function(row.oid);
    validate(ddl, call, *function);
  }
  return create.is_procedure ? "CREATE PROCEDURE" : "CREATE FUNCTION";
}

}  // namespace

void register_create_function() { register_utility(parser::StatementKind::kCreateFunction, create_function); }

}  // namespace basalt::commands::language
