// The files of catalog/data/, carried by the library: tables of built-in rows (*.tsv) and SQL run at init (*.sql).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace basalt::catalog {

struct EmbeddedFile {
  const char* name;
  const char* begin;
  const char* end;
};
extern const EmbeddedFile kEmbeddedFiles[];  // ends with a null name

// The content of data/NAME; empty when there is no such file.
std::string_view embedded_file(std::string_view name);

// Hash of everything that decides about built-in rows; a data directory keeps the one it was made with (QRY-7).
uint64_t builtin_data_hash();

// SQL that the layers above run in each new cluster's template database, in this order, as bootstrap superuser in
// schema pg_catalog (creating information_schema itself).
std::string_view system_views_sql();
std::string_view information_schema_sql();
// Their single statements: each ends with a semicolon at the end of a line.
std::vector<std::string_view> split_statements(std::string_view sql);

}  // namespace basalt::catalog
