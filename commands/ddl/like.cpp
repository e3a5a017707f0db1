#include "commands/ddl/like.hpp"

#include "catalog/rows/pg_description.hpp"
#include "common/sqlstate.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"

namespace basalt::commands::ddl {

namespace {

constexpr uint32_t kSelectPrivilege = 1u << 1;

void copy_comment(DdlContext& ddl, const ObjectAddress& from, const ObjectAddress& to) {
  auto row = find_row<catalog::PgDescriptionRow>(ddl.reader, id::kPgDescriptionOCOIndex,
                                                 {key(from.object), key(from.class_oid), Value::of(from.sub)});
  if (!row) return;
  catalog::PgDescriptionRow copy = row->row;
  copy.objoid = to.object;
  copy.objsubid = to.sub;
  ddl.writer.insert(id::kPgDescription, copy.to_row());
}

void copy_indexes(DdlContext& ddl, const LikeSource& like, Oid table) {
  for (const auto& source : like.source->indexes) {
    NewIndex index;
    index.unique = source->unique;
    index.primary = source->primary;
    index.nulls_not_distinct = source->nulls_not_distinct;
    index.key_count = source->key_count;
    for (const auto& constraint : like.source->constraints) {
      if (constraint.index != source->oid || constraint.type == 'f') continue;
      index.constraint = constraint.type;
      index.deferrable = constraint.deferrable;
      index.deferred = constraint.deferred;
    }
    query::ExpressionList expressions;
    if (!source->expressions_tree.empty()) expressions = query::list_from_stored(source->expressions_tree, ddl.reader);
    RelationPointer fresh = ddl.relation(table);
    RelationPointer source_index = ddl.reader.relation(source->oid);
    size_t next = 0;
    for (size_t k = 0; k < source->keys.size(); ++k) {
      const auto& old = source->keys[k];
      NewIndexKey part;
      part.type = old.type;
      part.opclass = old.opclass;
      part.collation = old.collation;
      part.descending = old.descending;
      part.nulls_first = old.nulls_first;
      if (old.column > 0) {
        part.column = like.map[static_cast<size_t>(old.column) - 1];
        part.name = fresh->columns[static_cast<size_t>(part.column) - 1].name;
        part.typmod = fresh->columns[static_cast<size_t>(part.column) - 1].typmod;
      } else {
        part.expression = std::move(expressions.at(next++));
        map_columns(part.expression, like.map);
        part.name = source_index->columns[k].name;
      }
      index.keys.push_back(std::move(part));
    }
    if (!source->predicate_tree.empty()) {
      index.predicate = query::expression_from_stored(source->predicate_tree, ddl.reader);
      map_columns(index.predicate, like.map);
    }
    if (index.primary)
      for (int k = 0; k < index.key_count; ++k)
        set_not_null(ddl, table, index.keys[static_cast<size_t>(k)].column, false);
    fresh = ddl.relation(table);
    index.name = choose_index_name(ddl, *fresh, index);
    Oid made = create_index(ddl, *fresh, index);
    if (like.options & parser::kLikeComments) copy_comment(ddl, {id::kPgClass, source->oid}, {id::kPgClass, made});
  }
}

}  // namespace

void map_columns(query::ExpressionPointer& expression, const std::vector<int16_t>& map) {
  query::transform(expression, [&](query::ExpressionPointer& e) {
    if (e->kind != query::ExpressionKind::kColumn) return;
    auto& column = query::as<query::Column>(*e);
    if (column.column > 0) column.column = map[static_cast<size_t>(column.column) - 1];
  });
}

LikeSource read_like(DdlContext& ddl, const parser::ParsedTableLike& like, const std::string& table, Oid name_space,
                     char persistence, std::vector<WrittenColumn>& columns) {
  LikeSource out;
  try {
    out.source = ddl.open(*like.relation, LockMode::kAccessShare);
  } catch (SqlError& error) {
    if (error.report().sqlstate == sqlstate::kUndefinedTable)
      throw ddl.error_at(like.relation->location, sqlstate::kUndefinedTable, error.report().message);
    throw;
  }
  out.options = like.options;
  const auto& source = *out.source;
  if (source.kind == 'i' || source.kind == 'S')
    throw ddl.error_at(like.relation->location, sqlstate::kWrongObjectType,
                       "relation " + quoted(source.name) + " is invalid in LIKE clause");
  if (source.kind != 'c' && !catalog::relation_privileges(ddl.reader, source.oid, ddl.user(), kSelectPrivilege))
    catalog::throw_permission_denied(relation_word(source.kind), source.name);
  // The new attribute numbers must be known before default expressions are taken over.
  out.map.assign(source.columns.size(), 0);
  auto number = static_cast<int16_t>(columns.size());
  for (const auto& column : source.columns)
    if (!column.dropped) out.map[static_cast<size_t>(column.number) - 1] = ++number;
  for (const auto& column : source.columns) {
    if (column.dropped) continue;
    WrittenColumn made;
    made.column.name = column.name;
    made.column.type = column.type;
    made.column.typmod = column.typmod;
    made.column.collation = column.collation;
    made.column.dimensions = column.dimensions;
    made.column.not_null = column.not_null;
    bool generated = column.generated != 0;
    if (!column.default_tree.empty() && (like.options & (generated ? parser::kLikeGenerated : parser::kLikeDefaults))) {
      made.bound_default = query::expression_from_stored(column.default_tree, ddl.reader);
      if (generated) {
        made.column.generated = column.generated;
        map_columns(made.bound_default, out.map);
      }
    }
    if (column.identity && (like.options & parser::kLikeIdentity)) {
      made.column.identity = column.identity;
      Oid sequence = owned_sequence(ddl, source.oid, column.number, true);
      auto row = find_row<catalog::PgSequenceRow>(ddl.reader, id::kPgSequenceSeqrelidIndex, {key(sequence)});
      SequenceOptions options;
      options.row = row->row;
      options.state = {row->row.seqstart, false, 0};
      std::string name = choose_relation_name(ddl, table, column.name, "seq", name_space, false);
      made.sequence = create_sequence(ddl, name, name_space, persistence, ddl.user(), options);
      made.sequence_is_identity = true;
    }
    columns.push_back(std::move(made));
  }
  return out;
}

void copy_checks(DdlContext& ddl, const LikeSource& like, Oid table, std::vector<std::string>& taken) {
  if (!(like.options & parser::kLikeConstraints)) return;
  for (const auto& constraint : like.source->constraints) {
    if (constraint.type != 'c') continue;
    query::ExpressionPointer expression = query::expression_from_stored(constraint.expression_tree, ddl.reader);
    map_columns(expression, like.map);
    add_check_row(ddl, *ddl.relation(table), constraint.name, *expression, true, constraint.no_inherit);
    taken.push_back(constraint.name);
  }
}

void copy_rest(DdlContext& ddl, const LikeSource& like, Oid table) {
  if (like.options & parser::kLikeIndexes) copy_indexes(ddl, like, table);
  if (!(like.options & parser::kLikeComments)) return;
  for (const auto& column : like.source->columns)
    if (!column.dropped)
      copy_comment(ddl, {id::kPgClass, like.source->oid, column.number},
                   {id::kPgClass, table, like.map[static_cast<size_t>(column.number) - 1]});
}

}  // namespace basalt::commands::ddl
