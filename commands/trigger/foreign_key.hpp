// Foreign keys, natively: the checks of the referencing side, and the actions of the referenced side.
//
//   check_child    a row was inserted, or its key changed: its referenced row must exist, and is locked FOR KEY SHARE
//   parent_changed a referenced key went away: NO ACTION and RESTRICT look for referencing rows, the other actions
//   change them
//                  (through TableWriter and the hooks, so that their own triggers and constraints take part)
//
// Both look at the newest committed rows and the own ones, not at the statement's snapshot (STO-12).
#pragma once

#include <map>
#include <memory>

#include "commands/session.hpp"
#include "executor/table_writer.hpp"

namespace basalt::commands::trigger {

using catalog::ConstraintDescriptor;
using catalog::RelationDescriptor;
using common::Chunk;
using common::Oid;
using common::RowId;
using common::Value;

class ForeignKeys {
 public:
  ForeignKeys(Session& session, executor::ModifyHooks& hooks) : session_(session), hooks_(hooks) {}

  // Is there anything to do for this change? Decides what is queued.
  static bool child_concerned(const ConstraintDescriptor& key, const Chunk* old_row, const Chunk& new_row);
  static bool parent_concerned(const ConstraintDescriptor& key, const Chunk& old_row, const Chunk* new_row);

  void check_child(const RelationDescriptor& child, const ConstraintDescriptor& key, RowId row);
  // `new_row` null: deleted.
  void parent_changed(const RelationDescriptor& parent, const ConstraintDescriptor& key, const Chunk& old_row,
                      const Chunk* new_row);
  // 23505 where another row has the key of `row` in a deferrable unique index.
  void check_unique(const RelationDescriptor& relation, Oid index, RowId row);
  void forget() { writers_.clear(); }

 private:
  struct Frame;
  bool parent_exists(const RelationDescriptor& parent, const ConstraintDescriptor& key,
                     const std::vector<Value>& values, const std::vector<Oid>& types);
  std::vector<RowId> find_children(Frame& frame, const RelationDescriptor& child, const ConstraintDescriptor& key,
                                   const std::vector<Value>& values, bool first_only);
  bool convert(const Value& value, Oid from, Oid to, Oid collation, Value& out);
  [[noreturn]] void raise_referenced(const RelationDescriptor& parent, const RelationDescriptor& child,
                                     const ConstraintDescriptor& key, const Chunk& old_row);
  // The rows that refer to a key, and how to tell whether they still do.
  struct Children {
    catalog::RelationPointer relation;
    const std::vector<int16_t>& columns;  // that refer
    std::vector<Value> key;
    std::vector<types::TypeOperationsPointer> operations;  // of the columns
    std::vector<RowId> rows;
  };
  static bool refers(const Children& children, const Chunk& row);
  bool fetch_child(Frame& frame, const Children& children, RowId row, Chunk& out);
  void delete_children(Frame& frame, const Children& children);
  void update_children(Frame& frame, const Children& children, const std::vector<int16_t>& columns,
                       const std::vector<Value>& values);
  std::vector<Value> new_values(const RelationDescriptor& parent, const RelationDescriptor& child,
                                const ConstraintDescriptor& key, char action, const Chunk* new_row,
                                const std::vector<int16_t>& columns);
  executor::TableWriter& writer(Frame& frame, const catalog::RelationPointer& relation);
  void act(const RelationDescriptor& parent, const ConstraintDescriptor& key, char action, const Chunk& old_row,
           const Chunk* new_row);

  Session& session_;
  executor::ModifyHooks& hooks_;
  std::map<Oid, std::unique_ptr<executor::TableWriter>> writers_;
};

}  // namespace basalt::commands::trigger
