// What the statements of data definition share: the surroundings of one statement (DdlContext), names and namespaces
// for new objects, ownership checks, and typed access to catalog rows.
//
// Every change goes through CatalogWriter, which advances the command, so that the next lookup sees it. Lookups here
// use the writer's reader: it sees the transaction's own changes.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/acl.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/dependencies.hpp"
#include "catalog/names.hpp"
#include "commands/session.hpp"
#include "commands/utility.hpp"
#include "common/sqlstate.hpp"
#include "parser/ast.hpp"
#include "parser/parse.hpp"

namespace basalt::commands::ddl {

using catalog::CatalogReader;
using catalog::CatalogRow;
using catalog::CatalogWriter;
using catalog::DependencyType;
using catalog::ObjectAddress;
using catalog::RelationPointer;
using common::Oid;
using common::RowId;
using common::SqlError;
using common::TreeId;
using common::Value;
using storage::LockMode;
namespace id = catalog::id;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

inline constexpr Oid kPgCatalogNamespace{11};
inline constexpr Oid kHeapAccessMethod{2};
inline constexpr Oid kBtreeAccessMethod{403};
inline constexpr Oid kDefaultCollation{100};

inline Value key(Oid object) { return Value::of(object.value); }

class DdlContext {
 public:
  DdlContext(Session& session, std::string_view text);
  explicit DdlContext(UtilityCall& call) : DdlContext(call.session, call.text) {}

  Session& session;
  std::string_view text;  // of which locations are byte offsets
  CatalogWriter& writer;
  CatalogReader& reader;

  query::BindContext bind();
  catalog::NameScope scope() { return {reader, session.search_path(), user()}; }
  storage::Transaction& transaction() { return session.transaction(); }
  storage::StorageEngine& storage() { return session.storage(); }
  Oid user() { return session.current_user(); }
  // System tables may be changed: initialisation, or allow_system_table_mods.
  bool may_change_system();

  void lock(Oid relation, LockMode mode);
  // Resolves and locks; null when missing_ok and there is none.
  RelationPointer open(const parser::ParsedRangeVar& name, LockMode mode, bool missing_ok = false);
  RelationPointer relation(Oid relation);  // must exist
  SqlError error_at(int32_t location, common::SqlState state, std::string message) {
    return parser::error_at(text, location, state, std::move(message));
  }
  void notice(std::string message, common::SqlState state = common::SqlState{"00000"}) {
    session.notice(common::Severity::kNotice, state, std::move(message));
  }
  catalog::NoticeSink notices() {
    return [this](common::ErrorReport report) { session.notice(std::move(report)); };
  }
};

// --- names

// The namespace where a new relation of this name goes, with the privilege check; `persistence` becomes 't' in the
// temporary schema.
Oid creation_namespace(DdlContext& ddl, const parser::ParsedRangeVar& name, char& persistence);
// The same for objects named by a list (types, functions, ...); `name` receives the last part.
Oid creation_namespace(DdlContext& ddl, const parser::QualifiedName& names, std::string& name);
void require_create_privilege(DdlContext& ddl, Oid name_space);
// name1_name2_label, shortened to 63 bytes as PostgreSQL does. Empty parts are left out.
std::string make_object_name(std::string_view name1, std::string_view name2, std::string_view label);
// make_object_name with a number, if needed, so that no relation (and, for `constraint`, no constraint) of the
// namespace has it.
std::string choose_relation_name(DdlContext& ddl, std::string_view name1, std::string_view name2,
                                 std::string_view label, Oid name_space, bool constraint);
std::string choose_constraint_name(DdlContext& ddl, std::string_view name1, std::string_view name2,
                                   std::string_view label, Oid name_space, const std::vector<std::string>& taken);
std::string quoted(std::string_view name);  // "name" as messages quote
std::string join_names(const parser::QualifiedName& names);

// USAGE of a type that a new object is made with; an array's is that of its elements.
void require_type_usage(DdlContext& ddl, Oid type);

// --- ownership

void require_owner(DdlContext& ddl, const catalog::RelationDescriptor& relation);
void require_owner(DdlContext& ddl, Oid class_oid, Oid object, std::string_view kind, std::string_view name);
// Not one of the system's own relations.
void require_not_system(DdlContext& ddl, const catalog::RelationDescriptor& relation);
// 0A000 for the catalogs and their indexes: every session finds their trees where `init` put them, not through
// pg_class.
void require_not_catalog(const catalog::RelationDescriptor& relation, std::string_view what);
// The role that a ROLE clause names; throws 42704. PUBLIC is refused.
Oid resolve_role(DdlContext& ddl, const parser::ParsedRole& role);
const char* relation_word(char kind);  // "table", "view" ...

// --- catalog rows

template <typename Row>
struct FoundRow {
  RowId row_id;
  Row row;
};
template <typename Row>
std::vector<FoundRow<Row>> find_rows(CatalogReader& reader, Oid index, std::initializer_list<Value> keys) {
  std::vector<FoundRow<Row>> out;
  reader.scan(Row::kCatalog, index, std::span<const Value>(keys.begin(), keys.size()),
              [&](RowId row_id, const CatalogRow& row) {
                out.push_back({row_id, Row::from_row(row)});
                return true;
              });
  return out;
}
template <typename Row>
std::optional<FoundRow<Row>> find_row(CatalogReader& reader, Oid index, std::initializer_list<Value> keys) {
  auto rows = find_rows<Row>(reader, index, keys);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}
// Changes the one row found; false when there is none.
template <typename Row, typename F>
bool change_row(CatalogWriter& writer, Oid index, std::initializer_list<Value> keys, F&& change) {
  auto found = find_row<Row>(writer.reader(), index, keys);
  if (!found) return false;
  change(found->row);
  writer.update(Row::kCatalog, found->row_id, found->row.to_row());
  return true;
}

// --- statements inside statements

// Runs a query text and calls row(chunk, i) for each row of the result.
void run_query(DdlContext& ddl, const std::string& sql, const std::function<void(const common::Chunk&, uint32_t)>& row);

}  // namespace basalt::commands::ddl
