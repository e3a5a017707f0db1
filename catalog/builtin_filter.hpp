// Which built-in rows have the code they need (see builtin_rows.hpp). Inside catalog/ only.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "catalog/builtin_rows.hpp"

namespace basalt::catalog {

using SymbolSet = std::unordered_set<std::string>;

// catalog/data/implemented.txt, or what the registry knows when there is no such file.
SymbolSet implemented_symbols();

void filter_builtin_rows(BuiltinRows& rows, const SymbolSet& implemented);

}  // namespace basalt::catalog
