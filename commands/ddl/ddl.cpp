#include "commands/ddl/ddl.hpp"

#include <algorithm>

#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "executor/execution.hpp"
#include "storage/newest_snapshot.hpp"

namespace basalt::commands::ddl {

namespace {

constexpr size_t kNameBytesMax = 63;
constexpr uint32_t kCreatePrivilege = 1u << 9;  // C

CatalogWriter& prepare(Session& session) {
  CatalogWriter& writer = session.writer();
  // The session's reader may have been made before there was a writer, and would not see its changes.
  session.new_statement_catalog();
  return writer;
}

// The longest prefix of at most `bytes` bytes that ends between characters.
size_t clip(std::string_view name, size_t bytes) {
  if (name.size() <= bytes) return name.size();
  while (bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xC0) == 0x80) --bytes;
  return bytes;
}

}  // namespace

DdlContext::DdlContext(Session& s, std::string_view t)
    : session(s), text(t), writer(prepare(s)), reader(writer.reader()) {
  s.transaction().assign_id();
}

query::BindContext DdlContext::bind() {
  query::BindContext context = session.bind_context(text);
  context.catalog = &reader;
  context.lock = [this](Oid relation, LockMode mode) -> RelationPointer {
    lock(relation, mode);
    return reader.relation(relation);
  };
  return context;
}

bool DdlContext::may_change_system() { return session.settings().get_bool("allow_system_table_mods"); }

void DdlContext::lock(Oid relation, LockMode mode) {
  if (mode == LockMode::kNone) return;
  storage::LockTag tag{storage::LockSpace::kRelation, session.database().value, 0, relation.value, 0};
  transaction().lock(tag, mode, storage::WaitPolicy::kWait);
}

RelationPointer DdlContext::open(const parser::ParsedRangeVar& name, LockMode mode, bool missing_ok) {
  for (;;) {
    query::BindContext context = bind();
    Oid found;
    try {
      found = query::resolve_relation(name, missing_ok, context);
    } catch (SqlError& error) {
      // Utility statements do not point at the name.
      error.report().position = 0;
      throw;
    }
    if (!found.valid()) return nullptr;
    lock(found, mode);
    // While we waited, the name may have come to mean another relation.
    query::BindContext again = bind();
    if (query::resolve_relation(name, true, again) != found) continue;
    if (RelationPointer descriptor = reader.relation(found)) return descriptor;
  }
}

RelationPointer DdlContext::relation(Oid relation_oid) {
  RelationPointer descriptor = reader.relation(relation_oid);
  if (!descriptor)
    throw SqlError(sqlstate::kInternalError, "could not open relation with OID " + std::to_string(relation_oid.value));
  return descriptor;
}

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

std::string join_names(const parser::QualifiedName& names) {
  std::string out;
  for (const std::string& part : names) out += (out.empty() ? "" : ".") + part;
  return out;
}

void require_create_privilege(DdlContext& ddl, Oid name_space) {
  if (catalog::namespace_privileges(ddl.reader, name_space, ddl.user(), kCreatePrivilege)) return;
  catalog::throw_permission_denied("schema", catalog::namespace_name(ddl.reader, name_space));
}

void require_type_usage(DdlContext& ddl, Oid type) {
  if (catalog::type_privileges(ddl.reader, type, ddl.user(), catalog::privilege::kUsage)) return;
  if (types::TypePointer array = ddl.reader.type(type); array && array->is_true_array()) type = array->element;
  catalog::throw_permission_denied("type", catalog::format_type(ddl.scope(), type, -1));
}

Oid creation_namespace(DdlContext& ddl, const parser::ParsedRangeVar& name, char& persistence) {
  if (!name.catalog.empty() && name.catalog != ddl.session.database_name())
    throw SqlError(sqlstate::kFeatureNotSupported, "cross-database references are not implemented: \"" + name.catalog +
                                                       "." + name.schema + "." + name.name + "\"");
  if (persistence == 't' || name.schema == "pg_temp") {
    if (!name.schema.empty() && name.schema != "pg_temp" &&
        catalog::require_namespace(ddl.reader, name.schema) != ddl.session.temporary_schema())
      throw SqlError(sqlstate::kInvalidTableDefinition, "cannot create temporary relation in non-temporary schema");
    if (persistence == 'u')
      throw SqlError(sqlstate::kInvalidTableDefinition, "only temporary relations may be created in temporary schemas");
    persistence = 't';
    return ddl.session.require_temporary_schema();
  }
  Oid found =
      name.schema.empty() ? ddl.session.creation_namespace() : catalog::require_namespace(ddl.reader, name.schema);
  if (found.valid() && found == ddl.session.temporary_schema()) {
    persistence = 't';
    return found;
  }
  require_create_privilege(ddl, found);
  if (found == kPgCatalogNamespace && !ddl.may_change_system())
    throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to create \"pg_catalog." + name.name + "\"")
        .detail("System catalog modifications are currently disallowed.");
  return found;
}

Oid creation_namespace(DdlContext& ddl, const parser::QualifiedName& names, std::string& name) {
  parser::ParsedRangeVar range;
  range.name = names.back();
  if (names.size() > 1) range.schema = names[names.size() - 2];
  if (names.size() > 2) range.catalog = names[names.size() - 3];
  if (names.size() > 3)
    throw SqlError(sqlstate::kSyntaxError, "improper qualified name (too many dotted names): " + join_names(names));
  name = range.name;
  char persistence = 'p';
  return creation_namespace(ddl, range, persistence);
}

std::string make_object_name(std::string_view name1, std::string_view name2, std::string_view label) {
  size_t overhead = (name2.empty() ? 0 : 1) + (label.empty() ? 0 : label.size() + 1);
  size_t available = kNameBytesMax - overhead;
  size_t length1 = name1.size(), length2 = name2.size();
  while (length1 + length2 > available) {
    if (length1 > length2)
      --length1;
    else
      --length2;
  }
  std::string out(name1.substr(0, clip(name1, length1)));
  if (!name2.empty()) out += "_" + std::string(name2.substr(0, clip(name2, length2)));
  if (!label.empty()) out += "_" + std::string(label);
  return out;
}

namespace {

bool constraint_exists(DdlContext& ddl, const std::string& name, Oid name_space) {
  return find_row<catalog::PgConstraintRow>(ddl.reader, id::kPgConstraintConnameNspIndex,
                                            {Value::of(name), key(name_space)})
      .has_value();
}

}  // namespace

std::string choose_relation_name(DdlContext& ddl, std::string_view name1, std::string_view name2,
                                 std::string_view label, Oid name_space, bool constraint) {
  for (int pass = 0;; ++pass) {
    std::string with_number = std::string(label) + (pass ? std::to_string(pass) : "");
    std::string name = make_object_name(name1, name2, with_number);
    if (ddl.reader.find_relation(name_space, name).valid()) continue;
    if (!constraint || !constraint_exists(ddl, name, name_space)) return name;
  }
}

std::string choose_constraint_name(DdlContext& ddl, std::string_view name1, std::string_view name2,
                                   std::string_view label, Oid name_space, const std::vector<std::string>& taken) {
  for (int pass = 0;; ++pass) {
    std::string with_number = std::string(label) + (pass ? std::to_string(pass) : "");
    std::string name = make_object_name(name1, name2, with_number);
    if (std::find(taken.begin(), taken.end(), name) != taken.end()) continue;
    if (!constraint_exists(ddl, name, name_space)) return name;
  }
}

const char* relation_word(char kind) {
  switch (kind) {
    case 'i':
    case 'I':
      return "index";
    case 'S':
      return "sequence";
    case 'v':
      return "view";
    case 'm':
      return "materialized view";
    case 'f':
      return "foreign table";
    case 'c':
      return "type";
    default:
      return "table";
  }
}

void require_owner(DdlContext& ddl, Oid class_oid, Oid object, std::string_view kind, std::string_view name) {
  if (!catalog::owns_object(ddl.reader, class_oid, object, ddl.user())) catalog::throw_must_be_owner(kind, name);
}

void require_owner(DdlContext& ddl, const catalog::RelationDescriptor& relation) {
  // ALTER TYPE of a row type is, to PostgreSQL, the change of a table.
  const char* word = relation.kind == 'c' ? "table" : relation_word(relation.kind);
  require_owner(ddl, id::kPgClass, relation.oid, word, relation.name);
}

void require_not_system(DdlContext& ddl, const catalog::RelationDescriptor& relation) {
  if (relation.namespace_oid != kPgCatalogNamespace) return;
  if (!ddl.may_change_system())
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "permission denied: \"" + relation.name + "\" is a system catalog");
  require_not_catalog(relation, "a change to the structure of system catalogs");
}

void require_not_catalog(const catalog::RelationDescriptor& relation, std::string_view what) {
  const bool has_trees = relation.kind == 'r' || relation.kind == 'i';
  if (relation.namespace_oid == kPgCatalogNamespace && has_trees && relation.oid.value < common::kFirstNormalOid)
    throw common::not_supported(what);
}

Oid resolve_role(DdlContext& ddl, const parser::ParsedRole& role) {
  using parser::RoleSpecKind;
  switch (role.kind) {
    case RoleSpecKind::kCurrentRole:
    case RoleSpecKind::kCurrentUser:
      return ddl.session.current_user();
    case RoleSpecKind::kSessionUser:
      return ddl.session.session_user();
    case RoleSpecKind::kPublic:
      throw SqlError(sqlstate::kUndefinedObject, "role \"public\" does not exist");
    case RoleSpecKind::kName:
      break;
  }
  Oid found = ddl.reader.find_role(role.name);
  if (!found.valid()) throw SqlError(sqlstate::kUndefinedObject, "role \"" + role.name + "\" does not exist");
  return found;
}

namespace {

class CallbackSink : public ResultSink {
 public:
  explicit CallbackSink(const std::function<void(const common::Chunk&, uint32_t)>& row) : row_(row) {}
  void describe(const std::vector<ResultColumn>&) override {}
  void rows(const std::vector<ResultColumn>&, const common::Chunk& chunk) override {
    for (uint32_t i = 0; i < chunk.rows; ++i) row_(chunk, i);
  }
  void complete(std::string_view) override {}

 private:
  const std::function<void(const common::Chunk&, uint32_t)>& row_;
};

}  // namespace

void run_query(DdlContext& ddl, const std::string& sql,
               const std::function<void(const common::Chunk&, uint32_t)>& row) {
  auto statements = parser::parse_statements(sql);
  query::BindContext context = ddl.bind();
  context.text = sql;
  CallbackSink sink(row);
  for (const auto& statement : statements) {
    for (const auto& plan : ddl.session.plan_statement(*statement.statement, context)) {
      storage::Snapshot snapshot = storage::take_newest_snapshot(ddl.transaction());
      executor::ExecutionContext execution_context = ddl.session.execution_context(snapshot, {});
      execution_context.evaluation.catalog = &ddl.reader;
      executor::Execution execution(*plan, execution_context);
      common::Chunk chunk;
      while (execution.fetch(chunk, common::kChunkRowsMax)) sink.rows({}, chunk);
      execution.finish();
      ddl.transaction().release_snapshot(snapshot);
    }
  }
}

}  // namespace basalt::commands::ddl
