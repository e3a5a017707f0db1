// ALTER COLUMN TYPE: operator classes and column rows of the indexes on the column.
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_index.hpp"
#include "commands/ddl/alter_table.hpp"

namespace basalt::commands::ddl {

void retype_indexes(DdlContext& ddl, const catalog::RelationDescriptor& table, int16_t column, const NewColumn& made) {
  types::TypePointer type = ddl.reader.type(made.type);
  for (const auto& index : table.indexes) {
    for (size_t k = 0; k < index->keys.size(); ++k) {
      if (index->keys[k].column != column) continue;
      if (static_cast<int>(k) < index->key_count) {
        Oid opclass = require_default_opclass(ddl, made.type);
        change_row<catalog::PgIndexRow>(ddl.writer, id::kPgIndexIndexrelidIndex, {key(index->oid)},
                                        [&](catalog::PgIndexRow& row) {
                                          row.indclass[k] = opclass;
                                          row.indcollation[k] = made.collation;
                                        });
      }
      change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                          {key(index->oid), Value::of(static_cast<int16_t>(k + 1))},
                                          [&](catalog::PgAttributeRow& row) {
                                            row.atttypid = made.type;
                                            row.atttypmod = made.typmod;
                                            row.attlen = type->length;
                                            row.attbyval = type->by_value;
                                            row.attalign = type->alignment;
                                            row.attstorage = type->storage;
                                            row.attcollation = made.collation;
                                          });
    }
  }
}

}  // namespace basalt::commands::ddl
