#include "catalog/catalog_table.hpp"

#include <charconv>
#include <unordered_map>

#include "catalog/embedded.hpp"
#include "catalog/tsv.hpp"

namespace basalt::catalog {

namespace {

uint32_t number(const TsvCell& cell) {
  uint32_t out = 0;
  ENSURE(cell, "a data file of the catalog has a NULL where a number must be");
  std::from_chars(cell->data(), cell->data() + cell->size(), out);
  return out;
}

std::vector<uint32_t> numbers(const TsvCell& cell) {
  std::vector<uint32_t> out;
  const char* p = cell->data();
  const char* end = p + cell->size();
  while (p < end) {
    uint32_t n = 0;
    p = std::from_chars(p, end, n).ptr;
    out.push_back(n);
    while (p < end && *p == ' ') ++p;
  }
  return out;
}

struct Tables {
  std::vector<CatalogTable> tables;
  std::unordered_map<uint32_t, size_t> by_oid;
  std::unordered_map<uint32_t, std::pair<size_t, size_t>> by_index;
};

void read_relations(Tables& out, std::unordered_map<uint32_t, std::string>& index_names) {
  TsvReader reader(embedded_file("pg_class.tsv"));
  const int oid = reader.column("oid"), name = reader.column("relname"), kind = reader.column("relkind"),
            shared = reader.column("relisshared"), row_type = reader.column("reltype");
  std::vector<TsvCell> row;
  while (reader.next(row)) {
    if (*row[kind] == "i") {
      index_names.emplace(number(row[oid]), *row[name]);
      continue;
    }
    CatalogTable table;
    table.oid = Oid(number(row[oid]));
    table.name = *row[name];
    table.row_type = Oid(number(row[row_type]));
    table.shared = *row[shared] == "t";
    out.by_oid.emplace(table.oid.value, out.tables.size());
    out.tables.push_back(std::move(table));
  }
}

void read_columns(Tables& out) {
  TsvReader reader(embedded_file("pg_attribute.tsv"));
  const int relation = reader.column("attrelid"), name = reader.column("attname"), type = reader.column("atttypid"),
            attnum = reader.column("attnum"), not_null = reader.column("attnotnull"),
            collation = reader.column("attcollation");
  std::vector<TsvCell> row;
  while (reader.next(row)) {
    auto table = out.by_oid.find(number(row[relation]));
    if (table == out.by_oid.end() || (*row[attnum])[0] == '-') continue;
    CatalogTable& t = out.tables[table->second];
    ENSURE(number(row[attnum]) == t.columns.size() + 1, "columns of a catalog are out of order");
    Oid type_oid(number(row[type]));
    if (*row[name] == "oid") t.oid_column = static_cast<int>(t.columns.size());
    t.columns.push_back(
        {*row[name], type_oid, Oid(number(row[collation])), types::physical_type_of(type_oid), *row[not_null] == "t"});
  }
}

void read_indexes(Tables& out, const std::unordered_map<uint32_t, std::string>& names) {
  TsvReader reader(embedded_file("pg_index.tsv"));
  const int index = reader.column("indexrelid"), relation = reader.column("indrelid"),
            unique = reader.column("indisunique"), key = reader.column("indkey");
  std::vector<TsvCell> row;
  while (reader.next(row)) {
    size_t at = out.by_oid.at(number(row[relation]));
    CatalogTable& t = out.tables[at];
    CatalogIndex entry;
    entry.oid = Oid(number(row[index]));
    entry.table = t.oid;
    entry.name = names.at(entry.oid.value);
    entry.unique = *row[unique] == "t";
    for (uint32_t column : numbers(row[key])) {
      const CatalogColumn& c = t.columns[column - 1];
      entry.columns.push_back(static_cast<int16_t>(column));
      entry.keys.push_back({types::type_operations(bootstrap_context(), c.type, c.collation), false, false});
    }
    out.by_index.emplace(entry.oid.value, std::make_pair(at, t.indexes.size()));
    if (entry.unique && entry.columns.size() == 1 && entry.columns[0] - 1 == t.oid_column) {
      t.oid_index = static_cast<int>(t.indexes.size());
    }
    t.indexes.push_back(std::move(entry));
  }
}

const Tables& tables() {
  static const Tables kTables = [] {
    Tables out;
    std::unordered_map<uint32_t, std::string> index_names;
    read_relations(out, index_names);
    read_columns(out);
    read_indexes(out, index_names);
    return out;
  }();
  return kTables;
}

void append_key(const types::KeyColumn& column, const Value& value, common::PhysicalType type, std::string& out) {
  types::append_key_part(column, common::Vector::constant(value.is_null() ? type : value.type(), value), 0, out);
}

}  // namespace

std::string CatalogIndex::key_of_row(const CatalogRow& row) const {
  std::string out;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Value& value = row[static_cast<size_t>(columns[i]) - 1];
    append_key(keys[i], value, value.type(), out);
  }
  return out;
}

std::string CatalogIndex::key_of_prefix(std::span<const Value> values) const {
  ENSURE(values.size() <= keys.size(), "too many key values for index " + name);
  std::string out;
  for (size_t i = 0; i < values.size(); ++i) append_key(keys[i], values[i], values[i].type(), out);
  return out;
}

storage::HeapLayout CatalogTable::layout() const {
  storage::HeapLayout out;
  for (const CatalogColumn& c : columns) out.columns.push_back({c.physical, Value::null(c.physical), false});
  return out;
}

const CatalogIndex& CatalogTable::index(Oid index_oid) const {
  for (const CatalogIndex& index : indexes) {
    if (index.oid == index_oid) return index;
  }
  UNREACHABLE("catalog " + name + " has no index " + std::to_string(index_oid.value));
}

int CatalogTable::column(std::string_view column_name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column_name) return static_cast<int>(i);
  }
  UNREACHABLE("catalog " + name + " has no column " + std::string(column_name));
}

const std::vector<CatalogTable>& catalog_tables() { return tables().tables; }

const CatalogTable* find_catalog_table(Oid oid) {
  auto it = tables().by_oid.find(oid.value);
  return it == tables().by_oid.end() ? nullptr : &tables().tables[it->second];
}

const CatalogTable& catalog_table(Oid oid) {
  const CatalogTable* table = find_catalog_table(oid);
  ENSURE(table, "no system catalog " + std::to_string(oid.value));
  return *table;
}

const CatalogIndex* find_catalog_index(Oid oid) {
  auto it = tables().by_index.find(oid.value);
  return it == tables().by_index.end() ? nullptr : &tables().tables[it->second.first].indexes[it->second.second];
}

}  // namespace basalt::catalog
