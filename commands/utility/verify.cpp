#include "commands/utility/verify.hpp"

#include "commands/ddl/index.hpp"
#include "executor/index_key.hpp"
#include "storage/index_check.hpp"

namespace basalt::commands {

using common::Oid;
using common::RowId;
using storage::CheckFinding;

namespace {

constexpr Oid kPgClass{1259};

std::vector<catalog::RelationPointer> tables_of(Session& session, bool shared) {
  std::vector<Oid> relations;
  session.catalog().scan_all(kPgClass, [&](RowId, const catalog::CatalogRow& row) {
    relations.emplace_back(row[0].as<uint32_t>());
    return true;
  });
  std::vector<catalog::RelationPointer> tables;
  for (Oid oid : relations) {
    auto relation = session.catalog().relation(oid);
    bool stored = relation && (relation->kind == 'r' || relation->kind == 'm' || relation->kind == 't');
    if (stored && (shared || !relation->shared)) tables.push_back(std::move(relation));
  }
  return tables;
}

class IndexVerifier {
 public:
  IndexVerifier(ddl::DdlContext& ddl, const catalog::RelationDescriptor& table, catalog::IndexPointer index)
      : ddl_(ddl),
        table_(table),
        index_(std::move(index)),
        snapshot_(ddl.transaction().take_snapshot()),
        execution_(ddl.session.execution_context(snapshot_, {})),
        keys_(execution_, table, index_) {}
  ~IndexVerifier() { ddl_.transaction().release_snapshot(snapshot_); }

  void run(std::vector<CheckFinding>& findings) {
    uint64_t entries = 0, rows = 0;
    size_t before = findings.size();
    storage::check_index(
        ddl_.storage(), index_->tree, [this](RowId row) { return key_of(row); }, entries, findings);
    ddl::scan_table(ddl_, table_, [&](const common::Chunk& chunk, const std::vector<RowId>&) {
      for (uint32_t i = 0; i < chunk.rows; ++i) rows += keys_.build(execution_, chunk, i).present;
    });
    // Entries are unique in (key, row): when each of them is right, their number says whether one is missing.
    if (findings.size() == before && entries != rows)
      findings.push_back({index_->tree, 0,
                          "index \"" + index_->name + "\" has " + std::to_string(entries) + " entries for " +
                              std::to_string(rows) + " rows"});
  }

 private:
  std::optional<std::string> key_of(RowId row) {
    common::Chunk chunk;
    if (!executor::fetch_row(execution_, table_, row, executor::all_attributes(table_), true, chunk)) return {};
    auto entry = keys_.build(execution_, chunk, 0);
    if (!entry.present) return {};
    return entry.key;
  }

  ddl::DdlContext& ddl_;
  const catalog::RelationDescriptor& table_;
  catalog::IndexPointer index_;
  storage::Snapshot snapshot_;
  executor::ExecutionContext execution_;
  executor::IndexKeyBuilder keys_;
};

}  // namespace

std::vector<CheckFinding> verify_indexes(Session& session, bool shared) {
  std::vector<CheckFinding> findings;
  ddl::DdlContext ddl(session, "");
  for (const auto& table : tables_of(session, shared)) {
    for (const auto& index : table->indexes) {
      if (!index->tree.valid()) continue;
      try {
        IndexVerifier(ddl, *table, index).run(findings);
      } catch (const common::SqlError& error) {
        findings.push_back({index->tree, 0, "index \"" + index->name + "\": " + error.what()});
      }
    }
  }
  session.rollback();
  return findings;
}

std::map<common::TreeId, std::string> tree_names(Session& session, bool shared) {
  std::map<common::TreeId, std::string> names;
  try {
    for (const auto& table : tables_of(session, shared)) {
      const std::string schema = session.catalog().name_space(table->namespace_oid)->name + ".";
      names[table->tree] = "table \"" + schema + table->name + "\"";
      for (const auto& index : table->indexes) names[index->tree] = "index \"" + schema + index->name + "\"";
    }
  } catch (const common::SqlError&) {
    // Damaged catalogs: the rest stays without names.
  }
  session.rollback();
  return names;
}

}  // namespace basalt::commands
