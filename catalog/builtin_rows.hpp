// The rows that a fresh cluster begins with, made from catalog/data/.
//
// The data tables hold everything that PostgreSQL 15 has; a row enters the catalogs only if what it needs is
// implemented (QRY-7): a function, aggregate or window function whose symbol (types/function.hpp) is in the list of
// implemented ones, a type whose input and output are, an operator, cast, operator class ... whose function and types
// are. The list is catalog/data/implemented.txt, one symbol a line; it is made by printing FunctionRegistry::symbols()
// of the whole server. Without that file, whatever is registered counts.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/catalog_table.hpp"

namespace basalt::catalog {

struct BuiltinRows {
  std::unordered_map<uint32_t, std::vector<CatalogRow>> by_catalog;
  std::vector<CatalogRow>& of(Oid catalog) { return by_catalog[catalog.value]; }
};

BuiltinRows read_builtin_rows();

// Rows of pg_proc whose symbol nobody registered, and registered symbols without a row. Both empty: the start may go
// on.
struct FunctionFindings {
  std::vector<std::string> rows_without_code;
  std::vector<std::string> code_without_rows;
  bool ok() const { return rows_without_code.empty() && code_without_rows.empty(); }
  std::string text() const;
};
FunctionFindings check_builtin_functions();

// Default arguments of built-in functions, as SQL text. pg_proc.proargdefaults holds the stored form of expressions,
// which the layers above make; at init they fill pronargdefaults and proargdefaults of these functions.
struct FunctionDefaults {
  Oid function;
  int16_t count;
  std::string expressions;  // "true, 'NFC'::text"
};
std::vector<FunctionDefaults> builtin_function_defaults();

// Symbols that other parts of the engine perform themselves: planner estimators, access method handlers, handlers of
// languages, I/O of pseudo-types. Registers those that are not registered yet.
void register_internal_symbols();

}  // namespace basalt::catalog
