// Relations without triggers and foreign keys pass; others are refused, naming what is missing.
#include "commands/trigger_manager.hpp"

namespace basalt::commands {

namespace {

class PlainTriggerManager : public TriggerManager {
 public:
  bool has_before_row(const catalog::RelationDescriptor& relation, executor::RowEvent) override {
    if (!relation.triggers.empty()) throw common::not_supported("a table with triggers");
    return false;
  }
  bool has_after_row(const catalog::RelationDescriptor& relation, executor::RowEvent) override {
    if (!relation.referencing.empty()) throw common::not_supported("a table with foreign keys");
    for (const auto& constraint : relation.constraints)
      if (constraint.type == 'f') throw common::not_supported("a table with foreign keys");
    return false;
  }
  void before_statement(const catalog::RelationDescriptor&, executor::RowEvent, const std::vector<int16_t>&) override {}
  void after_statement(const catalog::RelationDescriptor&, executor::RowEvent, const std::vector<int16_t>&) override {}
  bool before_row(const catalog::RelationDescriptor&, executor::RowEvent, const common::Chunk*, common::Chunk*,
                  const std::vector<int16_t>&) override {
    return true;
  }
  bool instead_of_row(const catalog::RelationDescriptor&, executor::RowEvent, const common::Chunk*, common::Chunk*) override {
    throw common::not_supported("INSTEAD OF triggers");
  }
  void after_row(const catalog::RelationDescriptor&, executor::RowEvent, common::RowId, const common::Chunk*,
                 const common::Chunk*, const std::vector<int16_t>&) override {}
  void recheck_unique(const catalog::RelationDescriptor&, Oid, common::RowId) override {
    throw common::not_supported("deferrable unique constraints");
  }
  void begin_statement() override {}
  void end_statement() override {}
  void abandon_statement() override {}
  void run_deferred() override {}
  void set_constraints(const std::vector<Oid>&, bool, bool) override { throw common::not_supported("SET CONSTRAINTS"); }
  void forget_transaction() override {}
  void begin_savepoint(int) override {}
  void rollback_savepoint(int) override {}
};

}  // namespace

std::unique_ptr<TriggerManager> make_trigger_manager(Session&) { return std::make_unique<PlainTriggerManager>(); }

}  // namespace basalt::commands
