#include "storage/replay.hpp"

#include <cstring>

#include "storage/core.hpp"

namespace basalt::storage {

using common::Result;
using common::Status;
using common::StatusCode;

namespace {

// Ops that define the whole page: its old bytes, which may be torn or of a former life, do not matter.
bool defines_page(BlockOp op) {
  return op == BlockOp::kImage || op == BlockOp::kSpaceFormat || op == BlockOp::kDirectoryFormat;
}

struct ReplayedBlock {
  PageId page;
  ExclusiveGuard guard;
  bool apply;
};

}  // namespace

void Replay::apply(const RecordView& record) {
  std::vector<ReplayedBlock> pages;
  auto find = [&](PageId id) -> ReplayedBlock* {
    for (ReplayedBlock& p : pages)
      if (p.page == id) return &p;
    return nullptr;
  };
  // All latches first (STO-4).
  for (RecordView::BlockCursor block(record); block.valid(); block.next()) {
    if (block.op() == BlockOp::kSpaceFormat) core_.space().replayed_segment(block.page().value / kSegmentPages).take();
    if (find(block.page())) continue;
    ReplayedBlock& p = pages.emplace_back(ReplayedBlock{block.page(), {}, false});
    try {
      p.guard = core_.pool().exclusive(block.page());
    } catch (const common::SqlError&) {
      if (!defines_page(block.op())) throw;
      p.guard = core_.pool().fresh(block.page());
    }
    p.apply = p.guard->lsn() < record.end;
    if (p.apply && p.guard->header.lsn == 0 && !defines_page(block.op()))
      throw common::to_sql_error({StatusCode::kCorrupt, "page " + std::to_string(block.page().value) +
                                                            " was never written, but the log changes it at " +
                                                            std::to_string(record.start.value)});
  }
  common::CriticalSection critical;
  for (ReplayedBlock& p : pages)
    if (p.apply) core_.pool().mark_dirty(p.guard, record.start);
  for (RecordView::BlockCursor block(record); block.valid(); block.next()) {
    ReplayedBlock* p = find(block.page());
    RedoFunction redo = redo_function(block.op());
    ENSURE(redo, "log record with an unknown block operation");
    if (!p->apply) continue;
    redo(*p->guard.page_, block.payload());
    p->guard.page_->header.lsn = record.end.value;
    p->guard.page_->header.id = block.page().value;
  }
}

Result<Lsn> Replay::run(Lsn redo, Lsn checkpoint_end, uint32_t epoch, ReplayParticipant* participant) {
  WalReader reader(core_.wal().options(), redo, epoch);
  reader.require_durable(checkpoint_end);
  reader.require_durable(Lsn{core_.control().get().min_consistent});
  RecordView record;
  try {
    for (;;) {
      auto more = reader.next(record);
      if (!more.ok()) return more.status();
      if (!*more) break;
      ++records_;
      core_.replayed_.store(record.end.value, std::memory_order_release);
      if (record.is_change()) {
        apply(record);
        core_.note_replayed_change(record);
      } else {
        core_.note_replayed_record(record);
      }
      if (participant) participant->replay(record);
    }
  } catch (const common::SqlError& e) {
    return status_of(e);
  }
  if (reader.position() < checkpoint_end || reader.position().value < core_.control().get().min_consistent)
    return Status{StatusCode::kCorrupt, "write-ahead log ends at " + std::to_string(reader.position().value) +
                                            ", before what is known to have been durable"};
  return reader.position();
}

}  // namespace basalt::storage
