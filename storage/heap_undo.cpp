// Rollback (STO-6) and purge (STO-3, STO-8) of heap rows; checks; the layout's stored form.
#include "common/sqlstate.hpp"
#include "storage/heap_tree.hpp"
#include "storage/undo_log.hpp"

namespace basalt::storage {

namespace {
constexpr uint64_t kChangeBytes = 64 << 10;
}  // namespace

void HeapTreeImpl::roll_back_entry(TransactionState& state, SpaceReservation* space) {
  UndoEntry& entry = *state.undo.back();
  switch (entry.kind) {
    case UndoKind::kHeapInsert:
      undo_insert(state, entry);
      break;
    case UndoKind::kOverflowPage:
      undo_overflow_page(state, entry);
      break;
    default:
      undo_row(state, entry, space);
  }
}

// A run is undone leaf by leaf from its end; each record says how much of the run is left.
void HeapTreeImpl::undo_insert(TransactionState& state, UndoEntry& entry) {
  uint64_t last = entry.row + entry.count - 1;
  ExclusiveGuard guard = exclusive_leaf(last);
  HeapLeaf leaf(guard->bytes());
  uint64_t first = std::max(entry.row, leaf.base_row());
  char payload[4];
  store(payload, static_cast<uint16_t>(first - leaf.base_row()));
  store(payload + 2, static_cast<uint16_t>(last - first + 1));
  auto left = static_cast<uint32_t>(first - entry.row);
  PageChange change(core_, RecordType::kHeapUndo, state.id);
  change.add(guard, block_op(TreeOp::kHeapClear), {payload, sizeof payload});
  commit_compensation(change, undo_, state, left);
  if (rows_.load(std::memory_order_relaxed) > 0)
    rows_.fetch_sub(static_cast<int64_t>(last - first + 1), std::memory_order_relaxed);
}

void HeapTreeImpl::undo_row(TransactionState& state, UndoEntry& entry, SpaceReservation* space) {
  std::string payload;
  for (;;) {
    ExclusiveGuard guard = exclusive_leaf(entry.row);
    HeapLeaf leaf(guard->bytes());
    auto slot = static_cast<uint16_t>(entry.row - leaf.base_row());
    payload.clear();
    append_raw(payload, entry.previous_writer);
    append_raw(payload, slot);
    TreeOp op = TreeOp::kHeapSetDeleted;
    if (entry.kind == UndoKind::kHeapUpdate) {
      if (!leaf.update_fits(slot, entry.data())) {
        guard.release();
        split_leaf(entry.row, false, space);
        continue;
      }
      payload.append(entry.data(), entry.bytes);
      op = TreeOp::kHeapUpdateRow;
    } else {
      payload.push_back(0);
    }
    PageChange change(core_, RecordType::kHeapUndo, state.id);
    change.add(guard, block_op(op), payload);
    if (entry.kind == UndoKind::kHeapDelete && rows_.load(std::memory_order_relaxed) >= 0)
      rows_.fetch_add(1, std::memory_order_relaxed);
    commit_compensation(change, undo_, state, 0);
    return;
  }
}

void HeapTreeImpl::undo_overflow_page(TransactionState& state, UndoEntry& entry) {
  ExclusiveGuard guard = core_.pool().exclusive(PageId{entry.row});
  PageChange change(core_, RecordType::kHeapUndo, state.id);
  change.add(guard, block_op(TreeOp::kOverflowErase), {});
  change.free_page(guard);
  commit_compensation(change, undo_, state, 0);
}

void HeapTreeImpl::purge_rows(uint64_t row, uint32_t count, Lsn horizon) {
  for (uint32_t i = 0; i < count; ++i) purge_row(row + i, horizon);
  bool empty;
  {
    SharedGuard guard = shared_leaf(row);
    HeapLeaf leaf(guard->bytes());
    empty = leaf.rows() > 0 && leaf.deleted_rows() == leaf.rows() && leaf.end_row() != common::kRowIdLimit;
  }
  if (empty) free_empty_leaf(row, horizon);
}

// Takes away the values of a deleted row that nobody can see. The record carries the horizon (STO-8).
void HeapTreeImpl::purge_row(uint64_t row, Lsn horizon) {
  std::vector<OverflowRef> wide;
  for (int round = 0; round < 2; ++round) {
    ExclusiveGuard guard = exclusive_leaf(row);
    HeapLeaf leaf(guard->bytes());
    uint64_t at = row - leaf.base_row();
    auto slot = static_cast<uint16_t>(at);
    if (at >= leaf.rows() || !leaf.is_deleted(slot) || undo_.has_chain(id_.value, row)) return;
    bool has_values = false;
    if (round == 0) wide.clear();
    for (uint32_t c = 0; c < leaf.columns(); ++c) {
      CellRef cell = leaf.cell(slot, c);
      has_values |= !cell.is_null();
      if (cell.tag == kCellOverflow && round == 0) wide.push_back(cell.overflow());
    }
    if (!has_values) return;
    if (!wide.empty() && round == 0) {
      // The values go first: should the server stop in between, the row still names them, and freeing again is
      // harmless.
      guard.release();
      for (const OverflowRef& ref : wide) free_overflow(ref, RecordType::kHeapPurge, horizon);
      continue;
    }
    char payload[4];
    store(payload, slot);
    store(payload + 2, uint16_t{1});
    PageChange change(core_, RecordType::kHeapPurge, TxnId{});
    change.add(guard, block_op(TreeOp::kHeapClear), {payload, sizeof payload});
    change.logical({reinterpret_cast<const char*>(&horizon), sizeof horizon});
    change.commit();
    return;
  }
}

uint64_t HeapTreeImpl::row_estimate() const {
  int64_t known = rows_.load(std::memory_order_relaxed);
  if (known >= 0) return static_cast<uint64_t>(known);
  // Not counted yet: what a few leaves hold, times the number of pages.
  auto& self = const_cast<HeapTreeImpl&>(*this);
  uint64_t rows = 0, leaves = 0, position = 1;
  while (leaves < 16 && position < common::kRowIdLimit) {
    SharedGuard guard = self.shared_leaf(position);
    HeapLeaf leaf(guard->bytes());
    rows += leaf.rows() - leaf.deleted_rows();
    ++leaves;
    position = leaf.end_row();
  }
  int64_t estimate = static_cast<int64_t>(position >= common::kRowIdLimit ? rows : rows * page_count() / leaves);
  int64_t unknown = -1;
  self.rows_.compare_exchange_strong(unknown, estimate);
  return static_cast<uint64_t>(std::max<int64_t>(0, rows_.load()));
}

bool HeapTreeImpl::row_exists(uint64_t row) {
  if (row == 0 || row >= common::kRowIdLimit) return false;
  SharedGuard guard = shared_leaf(row);
  HeapLeaf leaf(guard->bytes());
  uint64_t slot = row - leaf.base_row();
  return slot < leaf.rows() && !leaf.is_deleted(static_cast<uint32_t>(slot));
}

void HeapTreeImpl::check(std::vector<CheckFinding>& findings) {
  uint64_t position = 0;
  while (position < common::kRowIdLimit) {
    SharedGuard guard = shared_leaf(std::max<uint64_t>(position, 1));
    HeapLeaf leaf(guard->bytes());
    std::string wrong = leaf.check();
    uint64_t page = guard->header.id;
    if (!wrong.empty()) findings.push_back({id_, page, wrong});
    if (position > 1 && leaf.base_row() > position)
      findings.push_back({id_, page, "heap leaf leaves a gap before row " + std::to_string(leaf.base_row())});
    if (leaf.end_row() <= position) {
      findings.push_back({id_, page, "heap leaf fences go backwards"});
      return;
    }
    for (uint32_t slot = 0; slot < leaf.rows(); ++slot)
      for (uint32_t c = 0; c < leaf.columns(); ++c) {
        CellRef cell = leaf.cell(slot, c);
        if (cell.tag != kCellOverflow || leaf.is_deleted(slot)) continue;
        try {
          read_overflow(cell.overflow());
        } catch (const common::SqlError& error) {
          findings.push_back({id_, page, error.what()});
        }
      }
    position = leaf.end_row();
  }
}

// Descriptor: u16 columns; each u8 type, u8 dropped, cell of the missing value (strings: u32 length instead of u16).
std::string encode_heap_layout(const HeapLayout& layout) {
  std::string out;
  append_raw(out, static_cast<uint16_t>(layout.columns.size()));
  for (const ColumnLayout& column : layout.columns) {
    out.push_back(static_cast<char>(column.type));
    out.push_back(static_cast<char>(column.dropped));
    out.push_back(static_cast<char>(!column.missing.is_null()));
    if (column.missing.is_null()) continue;
    bool string = column.type == common::PhysicalType::kString;
    std::string_view bytes = string ? column.missing.string()
                                    : std::string_view(static_cast<const char*>(column.missing.fixed_data()),
                                                       common::physical_size(column.type));
    append_raw(out, static_cast<uint32_t>(bytes.size()));
    out += bytes;
  }
  return out;
}

HeapLayout decode_heap_layout(std::string_view bytes) {
  HeapLayout layout;
  const char* at = bytes.data();
  auto count = load<uint16_t>(at);
  at += 2;
  for (uint16_t c = 0; c < count; ++c) {
    ColumnLayout column;
    column.type = static_cast<common::PhysicalType>(at[0]);
    column.dropped = at[1] != 0;
    bool present = at[2] != 0;
    at += 3;
    column.missing = Value::null(column.type);
    if (present) {
      auto size = load<uint32_t>(at);
      at += 4;
      if (column.type == common::PhysicalType::kString) {
        column.missing = Value::of(std::string_view(at, size));
      } else {
        column.missing = common::dispatch_physical(column.type, [&]<typename T>() -> Value {
          if constexpr (std::is_same_v<T, common::StringRef>) {
            return Value();
          } else {
            return Value::of(load<T>(at));
          }
        });
      }
      at += size;
    }
    layout.columns.push_back(std::move(column));
  }
  return layout;
}

HeapTreeImpl::HeapTreeImpl(StorageCore& core, TransactionManager& transactions, const TreeRecord& record)
    : core_(core), transactions_(transactions), undo_(transactions.undo()), id_(record.id), root_(record.root) {
  layouts_.push_back(std::make_unique<HeapLayout>(decode_heap_layout(record.descriptor)));
  layout_.store(layouts_.back().get());
}

void HeapTreeImpl::format_root(Page& page, const HeapLayout& layout) {
  std::memset(page.bytes(), 0, kPageSize);
  page.header.type = PageType::kHeapLeaf;
  std::vector<common::PhysicalType> types;
  for (const ColumnLayout& column : layout.columns) types.push_back(column.type);
  if (HeapLeaf::row_bytes(types, 0) > HeapLeaf::row_bytes_max(types.size()))
    throw common::SqlError(common::sqlstate::kProgramLimitExceeded, "tables of this width are too wide for a page");
  HeapLeaf(page.bytes()).format(types, 1, common::kRowIdLimit);
}

}  // namespace basalt::storage
