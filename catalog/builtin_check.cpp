// The start-up check of QRY-7: functions' rows and their code belong together.
#include <algorithm>

#include "catalog/builtin_filter.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "catalog/rows/pg_type.hpp"
#include "types/function.hpp"

namespace basalt::catalog {

namespace {

constexpr uint32_t kLanguageSql = 14;

void append_list(std::string& out, const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out += title;
  for (const std::string& name : names) out += " " + name;
  out += "\n";
}

}  // namespace

std::string FunctionFindings::text() const {
  std::string out;
  append_list(out, "functions in pg_proc without code:", rows_without_code);
  append_list(out, "code without a row in pg_proc:", code_without_rows);
  return out;
}

FunctionFindings check_builtin_functions() {
  const types::FunctionRegistry& registry = types::FunctionRegistry::instance();
  FunctionFindings findings;
  const SymbolSet implemented = implemented_symbols();
  for (const std::string& symbol : implemented) {
    if (!registry.known(symbol)) findings.rows_without_code.push_back(symbol);
  }
  BuiltinRows rows = read_builtin_rows();
  std::unordered_map<uint32_t, std::string> type_names;
  for (const CatalogRow& row : rows.of(id::kPgType)) {
    PgTypeRow t = PgTypeRow::from_row(row);
    type_names.emplace(t.oid.value, t.typname);
  }
  SymbolSet with_row;
  for (const CatalogRow& row : rows.of(id::kPgProc)) {
    PgProcRow p = PgProcRow::from_row(row);
    std::string symbol = p.prosrc;
    if (p.prokind != 'f') {
      symbol = p.proname + "(";
      for (size_t i = 0; i < p.proargtypes.size(); ++i) {
        symbol += (i ? "," : "") + type_names[p.proargtypes[i].value];
      }
      symbol += ")";
    }
    if (p.prolang.value != kLanguageSql) with_row.insert(symbol);
  }
  for (std::string& symbol : registry.symbols()) {
    if (!with_row.contains(symbol)) findings.code_without_rows.push_back(std::move(symbol));
  }
  std::sort(findings.rows_without_code.begin(), findings.rows_without_code.end());
  return findings;
}

}  // namespace basalt::catalog
