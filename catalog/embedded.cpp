#include "catalog/embedded.hpp"

namespace basalt::catalog {

std::string_view embedded_file(std::string_view name) {
  for (const EmbeddedFile* file = kEmbeddedFiles; file->name; ++file) {
    if (name == file->name) return {file->begin, static_cast<size_t>(file->end - file->begin)};
  }
  return {};
}

uint64_t builtin_data_hash() {
  static const uint64_t kHash = [] {
    uint64_t hash = 0xcbf29ce484222325ull;
    for (const EmbeddedFile* file = kEmbeddedFiles; file->name; ++file) {
      for (const char* p = file->begin; p != file->end; ++p) {
        hash = (hash ^ static_cast<unsigned char>(*p)) * 0x100000001b3ull;
      }
    }
    return hash;
  }();
  return kHash;
}

std::string_view system_views_sql() { return embedded_file("system_views.sql"); }
std::string_view information_schema_sql() { return embedded_file("information_schema.sql"); }

std::vector<std::string_view> split_statements(std::string_view sql) {
  std::vector<std::string_view> out;
  while (!sql.empty()) {
    size_t end = sql.find(";\n");
    std::string_view one = sql.substr(0, end);
    sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 2);
    while (!one.empty() && one.front() == '\n') one.remove_prefix(1);
    if (!one.empty()) out.push_back(one);
  }
  return out;
}

}  // namespace basalt::catalog
