// Names to objects along the search path, and errors with positions.
#include "catalog/acl.hpp"
#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

SqlError Analyzer::error(const SqlState& state, std::string message, int location) const {
  SqlError e(state, std::move(message));
  position(e, location);
  return e;
}

void Analyzer::position(SqlError& e, int location) const {
  if (location >= 0) e.report().position = parser::position_of(context.text, location);
}

void Analyzer::notice(common::ErrorReport report) const {
  if (context.notice) context.notice(report);
}

std::string Analyzer::type_name(Oid type) const { return context.call->format_type(type, -1); }
std::string Analyzer::type_name(Oid type, int32_t typmod) const { return context.call->format_type(type, typmod); }

std::string name_list_to_string(const QualifiedName& name) {
  std::string out;
  for (const auto& part : name) {
    if (!out.empty()) out += '.';
    out += part;
  }
  return out;
}

void Analyzer::note_namespace(Oid name_space) {
  auto& list = context.dependencies.namespaces;
  for (Oid known : list)
    if (known == name_space) return;
  list.push_back(name_space);
}

void Analyzer::note_function(Oid function) {
  auto& list = context.dependencies.functions;
  for (Oid known : list)
    if (known == function) return;
  list.push_back(function);
}

Oid Analyzer::find_namespace(std::string_view name, bool missing_ok, int location, bool checked) {
  if (name == "pg_temp" && context.temp_namespace.valid()) return context.temp_namespace;
  Oid found = catalog.find_namespace(name);
  if (!found.valid() && !missing_ok)
    throw error(sqlstate::kUndefinedSchema, "schema \"" + std::string(name) + "\" does not exist", location);
  if (checked && found.valid() && found != context.temp_namespace && context.user.valid())
    at(location, [&] {
      if (!catalog::namespace_privileges(catalog, found, context.user, catalog::privilege::kUsage))
        catalog::throw_permission_denied("schema", name);
    });
  return found;
}

std::vector<Oid> Analyzer::lookup_path(const QualifiedName& name, std::string& bare, int location) {
  bare = name.back();
  if (name.size() == 1) {
    for (Oid name_space : context.search_path) note_namespace(name_space);
    return context.search_path;
  }
  if (name.size() > 3)
    throw error(sqlstate::kSyntaxError, "improper qualified name (too many dotted names): " + name_list_to_string(name),
                location);
  if (name.size() == 3 && name[0] != context.database_name)
    throw error(sqlstate::kFeatureNotSupported,
                "cross-database references are not implemented: " + name_list_to_string(name), location);
  Oid found = find_namespace(name[name.size() - 2], false, location);
  note_namespace(found);
  return {found};
}

Oid Analyzer::find_relation(const parser::ParsedRangeVar& name, bool missing_ok) {
  if (!name.catalog.empty() && name.catalog != context.database_name)
    throw error(
        sqlstate::kFeatureNotSupported,
        "cross-database references are not implemented: \"" + name.catalog + "." + name.schema + "." + name.name + "\"",
        name.location);
  if (!name.schema.empty()) {
    Oid name_space = find_namespace(name.schema, true, name.location);
    if (name_space.valid()) {
      note_namespace(name_space);
      Oid found = catalog.find_relation(name_space, name.name);
      if (found.valid()) return found;
    }
  } else {
    for (Oid name_space : context.search_path) {
      note_namespace(name_space);
      Oid found = catalog.find_relation(name_space, name.name);
      if (found.valid()) return found;
    }
  }
  if (!missing_ok) throw no_relation(name);
  return Oid{};
}

SqlError Analyzer::no_relation(const parser::ParsedRangeVar& name) {
  std::string full = name.schema.empty() ? name.name : name.schema + "." + name.name;
  return error(sqlstate::kUndefinedTable, "relation \"" + full + "\" does not exist", name.location);
}

catalog::RelationPointer Analyzer::open_relation(const parser::ParsedRangeVar& name, storage::LockMode mode) {
  for (;;) {
    Oid oid = find_relation(name, false);
    auto relation = at(name.location, [&] { return open_relation(oid, mode); });
    // While the lock was waited for, the relation may have gone (null), or the name may have come to mean another one.
    if (relation && (mode == storage::LockMode::kNone || find_relation(name, true) == oid)) return relation;
  }
}

catalog::RelationPointer Analyzer::open_relation(Oid oid, storage::LockMode mode) {
  auto relation = context.lock ? context.lock(oid, mode) : catalog.relation(oid);
  if (!relation) return nullptr;
  if (relation->kind == 'i' || relation->kind == 'I' || relation->kind == 'c') {
    const char* kind = relation->kind == 'c' ? "a composite type" : "an index";
    throw error(sqlstate::kWrongObjectType, "\"" + relation->name + "\" is " + kind);
  }
  auto& list = context.dependencies.relations;
  for (const auto& known : list)
    if (known.first == oid) return relation;
  list.emplace_back(oid, relation->version);
  return relation;
}

Oid Analyzer::find_collation(const QualifiedName& name, int location) {
  std::string bare;
  for (Oid name_space : at(location, [&] { return lookup_path(name, bare, location); })) {
    Oid found = catalog.find_collation(name_space, bare);
    if (found.valid()) return found;
  }
  throw error(sqlstate::kUndefinedObject,
              "collation \"" + name_list_to_string(name) + "\" for encoding \"UTF8\" does not exist", location);
}

}  // namespace basalt::query
