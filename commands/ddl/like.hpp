// CREATE TABLE (LIKE source INCLUDING ...): columns at once, the rest when the new table stands.
#pragma once

#include "commands/ddl/create_table.hpp"

namespace basalt::commands::ddl {

struct LikeSource {
  RelationPointer source;
  uint32_t options = 0;
  std::vector<int16_t> map;  // attribute of the source -> attribute of the new table; 0: dropped
};

LikeSource read_like(DdlContext& ddl, const parser::ParsedTableLike& like, const std::string& table, Oid name_space,
                     char persistence, std::vector<WrittenColumn>& columns);
void copy_checks(DdlContext& ddl, const LikeSource& like, Oid table, std::vector<std::string>& taken);
// Indexes, generation expressions and comments.
void copy_rest(DdlContext& ddl, const LikeSource& like, Oid table);
// Replaces attribute numbers of range table entry 1 by map[number - 1].
void map_columns(query::ExpressionPointer& expression, const std::vector<int16_t>& map);

}  // namespace basalt::commands::ddl
