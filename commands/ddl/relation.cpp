#include "commands/ddl/relation.hpp"

#include <algorithm>
#include <set>

#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_type.hpp"
#include "commands/ddl/grant.hpp"
#include "commands/new_trees.hpp"

namespace basalt::commands::ddl {

namespace {

constexpr size_t kColumnsMax = 1600;
constexpr const char* kSystemColumns[] = {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};

bool has_row_type(char kind) {
  return kind == 'r' || kind == 'v' || kind == 'm' || kind == 'c' || kind == 'f' || kind == 'p';
}
bool has_heap(char kind) { return kind == 'r' || kind == 'm'; }

void check_columns(DdlContext& ddl, const NewRelation& relation) {
  if (relation.columns.size() > kColumnsMax)
    throw SqlError(sqlstate::kTooManyColumns, "tables can have at most 1600 columns");
  std::set<std::string> seen;
  for (const NewColumn& column : relation.columns) {
    if (relation.kind != 'v' && relation.kind != 'c')
      for (const char* name : kSystemColumns)
        if (column.name == name)
          throw SqlError(sqlstate::kDuplicateColumn,
                         "column name " + quoted(name) + " conflicts with a system column name");
    if (!seen.insert(column.name).second)
      throw SqlError(sqlstate::kDuplicateColumn, "column " + quoted(column.name) + " specified more than once");
    check_column_type(ddl, column.name, column.type, relation.kind);
    if (column.type != oid::kAnyarray) require_type_usage(ddl, column.type);
  }
}

void check_name_free(DdlContext& ddl, const NewRelation& relation) {
  if (ddl.reader.find_relation(relation.name_space, relation.name).valid())
    throw SqlError(sqlstate::kDuplicateTable, "relation " + quoted(relation.name) + " already exists");
  if (!has_row_type(relation.kind)) return;
  if (ddl.reader.find_type(relation.name_space, relation.name).valid())
    throw SqlError(sqlstate::kDuplicateObject, "type " + quoted(relation.name) + " already exists")
        .hint(
            "A relation has an associated type of the same name, so you must use a name that doesn't conflict with any "
            "existing type.");
}

void insert_row_type(DdlContext& ddl, const NewRelation& relation, Oid table, Oid type, Oid array) {
  catalog::PgTypeRow row;
  row.oid = type;
  row.typname = relation.name;
  row.typnamespace = relation.name_space;
  row.typowner = relation.owner;
  row.typlen = -1;
  row.typtype = 'c';
  row.typcategory = 'C';
  row.typrelid = table;
  row.typarray = array;
  row.typinput = Oid(2290);  // record_in, record_out, record_recv, record_send
  row.typoutput = Oid(2291);
  row.typreceive = Oid(2402);
  row.typsend = Oid(2403);
  row.typalign = 'd';
  row.typstorage = 'x';
  if (relation.kind == 'c') row.typacl = initial_acl(ddl, 'T', relation.owner, relation.name_space);
  ddl.writer.insert(id::kPgType, row.to_row());
  // A composite type made by CREATE TYPE owns its relation; the row type of a table belongs to the table.
  ObjectAddress type_address{id::kPgType, type}, table_address{id::kPgClass, table};
  if (relation.kind == 'c') {
    catalog::record_dependency(ddl.writer, table_address, type_address, DependencyType::kInternal);
    catalog::record_dependency(ddl.writer, type_address, {id::kPgNamespace, relation.name_space},
                               DependencyType::kNormal);
    catalog::record_owner(ddl.writer, id::kPgType, type, relation.owner);
    catalog::record_acl_roles(ddl.writer, type_address, relation.owner, std::nullopt, row.typacl);
  } else {
    catalog::record_dependency(ddl.writer, type_address, table_address, DependencyType::kInternal);
  }
  create_array_type(ddl, array, relation.name, type, relation.name_space, relation.owner, 'd', ',');
}

}  // namespace

Oid tree_number(TreeId tree) {
  ENSURE(tree.value <= UINT32_MAX, "a tree id does not fit into pg_class.relfilenode");
  return Oid(static_cast<uint32_t>(tree.value));
}

std::string choose_array_type_name(DdlContext& ddl, std::string_view type_name, Oid name_space) {
  for (int pass = 0;; ++pass) {
    std::string label = pass ? std::to_string(pass) : "";
    // An empty first part: the name begins with the underscore that joins.
    size_t room = 63 - 1 - (label.empty() ? 0 : label.size() + 1);
    std::string name = "_" + make_object_name(type_name.substr(0, room), "", label);
    if (!ddl.reader.find_type(name_space, name).valid()) return name;
  }
}

void create_array_type(DdlContext& ddl, Oid array, std::string_view element_name, Oid element, Oid name_space,
                       Oid owner, char alignment, char delimiter) {
  catalog::PgTypeRow row;
  row.oid = array;
  row.typname = choose_array_type_name(ddl, element_name, name_space);
  row.typnamespace = name_space;
  row.typowner = owner;
  row.typlen = -1;
  row.typcategory = 'A';
  row.typdelim = delimiter;
  row.typsubscript = Oid(6179);  // array_subscript_handler
  row.typelem = element;
  row.typinput = Oid(750);  // array_in, array_out, array_recv, array_send, array_typanalyze
  row.typoutput = Oid(751);
  row.typreceive = Oid(2400);
  row.typsend = Oid(2401);
  row.typanalyze = Oid(3816);
  row.typalign = alignment == 'd' ? 'd' : 'i';
  row.typstorage = 'x';
  ddl.writer.insert(id::kPgType, row.to_row());
  catalog::record_dependency(ddl.writer, {id::kPgType, array}, {id::kPgType, element}, DependencyType::kInternal);
}

namespace {

// Through domains, arrays, ranges and the columns of row types.
bool contains_type(CatalogReader& reader, Oid type, Oid wanted, std::set<Oid>& seen) {
  if (!type.valid() || !seen.insert(type).second) return false;
  if (type == wanted) return true;
  types::TypePointer descriptor = reader.type(type);
  if (!descriptor) return false;
  if (contains_type(reader, descriptor->base, wanted, seen)) return true;
  if (contains_type(reader, descriptor->element, wanted, seen)) return true;
  return std::any_of(descriptor->attributes.begin(), descriptor->attributes.end(), [&](const auto& attribute) {
    return !attribute.dropped && contains_type(reader, attribute.type, wanted, seen);
  });
}

}  // namespace

void check_column_type(DdlContext& ddl, std::string_view column, Oid type, char relation_kind, Oid row_type) {
  std::set<Oid> seen;
  if (row_type.valid() && contains_type(ddl.reader, type, row_type, seen))
    throw SqlError(
        sqlstate::kInvalidTableDefinition,
        "composite type " + catalog::format_type(ddl.scope(), row_type, -1) + " cannot be made a member of itself");
  types::TypePointer descriptor = ddl.reader.type(type);
  if (!descriptor)
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for type " + std::to_string(type.value));
  // pg_stats shows values of any type.
  bool system_array = type == types::oid::kAnyarray && ddl.may_change_system();
  if (descriptor->kind == 'p' && relation_kind != 'i' && !system_array)
    throw SqlError(sqlstate::kInvalidTableDefinition,
                   "column " + quoted(column) + " has pseudo-type " + catalog::format_type(ddl.scope(), type, -1));
}

void insert_attribute(DdlContext& ddl, Oid relation, int16_t number, const NewColumn& column, bool record_type) {
  types::TypePointer type = ddl.reader.type(column.type);
  catalog::PgAttributeRow row;
  row.attrelid = relation;
  row.attname = column.name;
  row.atttypid = column.type;
  row.attlen = type->length;
  row.attnum = number;
  row.attndims = column.dimensions;
  row.atttypmod = column.typmod;
  row.attbyval = type->by_value;
  row.attalign = type->alignment;
  row.attstorage = type->storage;
  row.attcompression = column.compression;
  row.attnotnull = column.not_null;
  row.attidentity = column.identity;
  row.attgenerated = column.generated;
  row.attcollation = column.collation;
  ddl.writer.insert(id::kPgAttribute, row.to_row());
  if (!record_type) return;
  ObjectAddress address{id::kPgClass, relation, number};
  catalog::record_dependency(ddl.writer, address, {id::kPgType, column.type}, DependencyType::kNormal);
  if (column.collation.valid() && column.collation != kDefaultCollation)
    catalog::record_dependency(ddl.writer, address, {id::kPgCollation, column.collation}, DependencyType::kNormal);
}

storage::HeapLayout layout_of(const catalog::RelationDescriptor& relation) {
  storage::HeapLayout layout;
  for (const auto& column : relation.columns) layout.columns.push_back({column.physical, Value::null(column.physical)});
  return layout;
}

Oid create_relation(DdlContext& ddl, const NewRelation& relation) {
  check_columns(ddl, relation);
  check_name_free(ddl, relation);
  const Oid table = ddl.writer.new_oid(id::kPgClass);
  Oid type, array;
  if (has_row_type(relation.kind)) {
    type = ddl.writer.new_oid(id::kPgType);
    array = ddl.writer.new_oid(id::kPgType);
  }
  TreeId tree = relation.tree;
  if (has_heap(relation.kind)) {
    storage::HeapLayout layout;
    for (const NewColumn& column : relation.columns) {
      common::PhysicalType physical = ddl.reader.type(column.type)->physical;
      layout.columns.push_back({physical, Value::null(physical)});
    }
    tree = ddl.storage().create_heap(ddl.transaction(), layout);
    note_new_heap(ddl.session, tree);
  }
  catalog::PgClassRow row;
  row.oid = table;
  row.relname = relation.name;
  row.relnamespace = relation.name_space;
  row.reltype = type;
  row.relowner = relation.owner;
  row.relam = has_heap(relation.kind) ? kHeapAccessMethod : relation.access_method;
  row.relfilenode = tree_number(tree);
  row.relpersistence = relation.persistence;
  row.relkind = relation.kind;
  row.relnatts = static_cast<int16_t>(relation.columns.size());
  row.relispopulated = relation.populated;
  row.relreplident = has_heap(relation.kind) ? 'd' : 'n';
  row.reloptions = relation.options;
  if (relation.kind != 'i' && relation.kind != 'c')
    row.relacl = initial_acl(ddl, relation.kind == 'S' ? 'S' : 'r', relation.owner, relation.name_space);
  if (relation.kind == 'v' || relation.kind == 'S' || relation.kind == 'i' || relation.kind == 'c') {
    row.relfrozenxid = 0;
    row.relminmxid = 0;
  }
  if (relation.kind == 'v' || relation.kind == 'c' || relation.kind == 'S')
    row.reltuples = relation.kind == 'S' ? 1 : 0;
  ddl.writer.insert(id::kPgClass, row.to_row());
  if (type.valid()) insert_row_type(ddl, relation, table, type, array);
  int16_t number = 0;
  for (const NewColumn& column : relation.columns) insert_attribute(ddl, table, ++number, column, relation.kind != 'i');
  if (relation.kind != 'i' && relation.kind != 'c') {
    catalog::record_dependency(ddl.writer, {id::kPgClass, table}, {id::kPgNamespace, relation.name_space},
                               DependencyType::kNormal);
    catalog::record_owner(ddl.writer, id::kPgClass, table, relation.owner);
    catalog::record_acl_roles(ddl.writer, {id::kPgClass, table}, relation.owner, std::nullopt, row.relacl);
  }
  return table;
}

NewColumn resolve_column(DdlContext& ddl, const parser::ParsedColumnDefinition& definition) {
  query::BindContext context = ddl.bind();
  query::ResolvedType resolved = query::resolve_type(*definition.type, context);
  NewColumn column;
  column.name = definition.name;
  column.type = resolved.type->oid;
  column.typmod = resolved.typmod;
  column.dimensions = static_cast<int32_t>(definition.type->array_bounds.size());
  column.collation = resolved.type->collation;
  if (definition.type->set_of)
    throw SqlError(sqlstate::kInvalidTableDefinition,
                   "column " + quoted(definition.name) + " cannot be declared SETOF");
  if (definition.collation) {
    if (!resolved.type->collation.valid())
      throw ddl.error_at(definition.collation->location, sqlstate::kDatatypeMismatch,
                         "collations are not supported by type " + catalog::format_type(ddl.scope(), column.type, -1));
    column.collation =
        query::resolve_collation(definition.collation->collation, definition.collation->location, context);
  }
  return column;
}

}  // namespace basalt::commands::ddl
