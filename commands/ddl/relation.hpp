// Making the catalog rows and the storage of a relation: pg_class, its row type and array type, pg_attribute, the heap
// tree.
#pragma once

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

struct NewColumn {
  std::string name;
  Oid type;
  int32_t typmod = -1;
  Oid collation;
  int32_t dimensions = 0;
  bool not_null = false;
  char identity = 0, generated = 0;
  char compression = 0;
};

struct NewRelation {
  std::string name;
  Oid name_space, owner;
  char kind = 'r', persistence = 'p';
  std::vector<NewColumn> columns;
  std::optional<std::vector<std::string>> options;
  bool populated = true;
  TreeId tree;  // sequences and indexes bring their own
  Oid access_method;
};

// Throws 42P07, 42710, 42701, 42P16, 54011 as PostgreSQL.
Oid create_relation(DdlContext& ddl, const NewRelation& relation);
// A pg_attribute row for a column, with what its type says.
void insert_attribute(DdlContext& ddl, Oid relation, int16_t number, const NewColumn& column, bool record_type);
// The type, typmod, collation of a column definition; null expressions where the type is unknown are errors as
// PostgreSQL's.
NewColumn resolve_column(DdlContext& ddl, const parser::ParsedColumnDefinition& definition);
// "column "x" has pseudo-type y" and its like; of a relation with a row type also that the type does not contain it.
void check_column_type(DdlContext& ddl, std::string_view column, Oid type, char relation_kind, Oid row_type = {});
storage::HeapLayout layout_of(const catalog::RelationDescriptor& relation);
Oid tree_number(TreeId tree);
std::string choose_array_type_name(DdlContext& ddl, std::string_view type_name, Oid name_space);
// The array type of a new type.
void create_array_type(DdlContext& ddl, Oid array, std::string_view element_name, Oid element, Oid name_space,
                       Oid owner, char alignment, char delimiter);
// reloptions of WITH (...), after checking names and values; nullopt when there are none.
std::optional<std::vector<std::string>> relation_options(DdlContext& ddl, const parser::DefList& options, char kind);
// The value of an option as text.
std::string option_text(const parser::ParsedDefElem& option);
bool option_bool(const parser::ParsedDefElem& option);

// pg_depend rows for everything an expression or a query refers to. `relations`: range table entry n is relations[n -
// 1].
void record_expression_dependencies(DdlContext& ddl, const ObjectAddress& depender, const query::Expression& expression,
                                    const std::vector<Oid>& relations, DependencyType type, Oid self = Oid(),
                                    DependencyType self_type = DependencyType::kNormal);
void record_query_dependencies(DdlContext& ddl, const ObjectAddress& depender, const query::BoundQuery& query,
                               DependencyType type);

}  // namespace basalt::commands::ddl
