// Sequences: a row of pg_sequence beside the relation, and a sequence of the storage engine that holds the state.
#pragma once

#include "catalog/rows/pg_sequence.hpp"
#include "commands/ddl/relation.hpp"

namespace basalt::commands::ddl {

struct SequenceOptions {
  catalog::PgSequenceRow row;      // seqrelid not set
  std::optional<int64_t> restart;  // RESTART: the value
  bool has_owned_by = false;
  parser::QualifiedName owned_by;
  storage::SequenceState state;  // for a new sequence, or after ALTER
  bool state_changed = false;
};

// Reads the options; `current` is the sequence's row (a new one: nullptr) and `state` its state.
SequenceOptions read_sequence_options(DdlContext& ddl, const parser::DefList& options,
                                      const catalog::PgSequenceRow* current, storage::SequenceState state,
                                      Oid default_type, bool for_identity);
Oid create_sequence(DdlContext& ddl, const std::string& name, Oid name_space, char persistence, Oid owner,
                    const SequenceOptions& options);
// OWNED BY: an automatic (serial) or internal (identity) dependency on the column.
void own_sequence(DdlContext& ddl, Oid sequence, Oid table, int16_t column, bool identity);
// The sequence behind an identity or serial column; 0: none.
Oid owned_sequence(DdlContext& ddl, Oid table, int16_t column, bool identity_only);
// nextval('sequence'::regclass) coerced to the column's type.
query::ExpressionPointer nextval_default(DdlContext& ddl, Oid sequence, Oid type);
void alter_sequence(DdlContext& ddl, const catalog::RelationDescriptor& sequence, const parser::DefList& options);
// A new storage sequence with this state in place of the old one, so that rollback brings the old one back.
void replace_sequence_state(DdlContext& ddl, const catalog::RelationDescriptor& sequence, storage::SequenceState state);
// Throws 2200H at the end of the range.
int64_t next_value(Session& session, Oid sequence, bool of_identity = false);

}  // namespace basalt::commands::ddl
