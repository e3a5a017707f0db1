// Changing rows: insert, update, remove, lock.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "storage/heap_tree.hpp"
#include "storage/undo_log.hpp"

namespace basalt::storage {

using common::PhysicalType;
using common::StringRef;
using common::Vector;

namespace {
constexpr uint32_t kAppendBytesMax = kPageSize;  // more never fits a leaf
constexpr uint64_t kChangeBytes = 64 << 10;      // log space for any single change of rows

thread_local std::string t_payload, t_before;

void put_payload(PageChange& change, ExclusiveGuard& page, TreeOp op, const std::string& payload) {
  change.add(page, block_op(op), payload);
}

[[noreturn]] void row_too_big(size_t bytes, size_t max) {
  throw common::SqlError(common::sqlstate::kProgramLimitExceeded,
                         "row is too big: size " + std::to_string(bytes) + ", maximum size " + std::to_string(max));
}
}  // namespace

// ---- encoding ----

void HeapTreeImpl::encode_value(TransactionImpl& t, const Vector& vector, uint32_t row, uint32_t threshold,
                                std::string& out) {
  uint32_t i = vector.index_of(row);
  if (vector.is_null(row)) {
    out.push_back(0);
    return;
  }
  if (vector.type() != PhysicalType::kString) {
    auto size = static_cast<uint32_t>(common::physical_size(vector.type()));
    append_cell(out,
                {static_cast<const char*>(vector.raw_data()) + size_t{size} * i, size, static_cast<uint8_t>(size)});
    return;
  }
  const StringRef& value = vector.data<StringRef>()[i];
  if (value.size() <= threshold) {
    append_cell(out, {value.data(), value.size(), kCellString});
    return;
  }
  OverflowRef ref = write_overflow(t, value.view());
  append_cell(out, {reinterpret_cast<const char*>(&ref), sizeof ref, kCellOverflow});
}

void HeapTreeImpl::encode_rows(TransactionImpl& t, const Chunk& rows, const HeapLayout& layout, Encoded& out) {
  std::vector<PhysicalType> types;
  for (const ColumnLayout& column : layout.columns) types.push_back(column.type);
  ENSURE(rows.columns.size() <= types.size(), "inserted rows have more columns than the layout");
  size_t fixed = HeapLeaf::row_bytes(types, 0), max = HeapLeaf::row_bytes_max(types.size());
  if (fixed > max) row_too_big(fixed, max);
  out.cells.clear();
  out.ends.clear();
  for (uint32_t row = 0; row < rows.rows; ++row) {
    // Normally the plain threshold does; a row of many middling strings pushes them out.
    uint32_t threshold = kOverflowThreshold;
    for (;; threshold /= 8) {
      size_t var = 0;
      for (const Vector& column : rows.columns) {
        if (column.type() != PhysicalType::kString || column.is_null(row)) continue;
        uint32_t size = column.data<StringRef>()[column.index_of(row)].size();
        var += size > threshold ? sizeof(OverflowRef) : size;
      }
      if (fixed + var <= max) break;
      if (threshold <= sizeof(OverflowRef) + 8) row_too_big(fixed + var, max);
    }
    for (const Vector& column : rows.columns) encode_value(t, column, row, threshold, out.cells);
    out.cells.append(types.size() - rows.columns.size(), '\0');  // NULL
    out.ends.push_back(out.cells.size());
  }
}

// ---- insert ----

std::unique_lock<std::mutex> HeapTreeImpl::lock_tail(Tail** tail) {
  for (Tail& candidate : tails_) {
    std::unique_lock lock(candidate.mutex, std::try_to_lock);
    if (!lock.owns_lock()) continue;
    *tail = &candidate;
    return lock;
  }
  *tail = &tails_[0];
  return std::unique_lock(tails_[0].mutex);
}

// Draws a block of row ids for a tail that has none left. The first one continues after the last row of the tree, so
// that a restart wastes neither ids nor leaves.
void HeapTreeImpl::position_tail(Tail& tail) {
  if (tail.next_row < tail.block_end) return;
  std::lock_guard lock(ids_mutex_);
  if (next_block_ == 0) {
    SharedGuard guard = shared_leaf(common::kRowIdLimit - 1);
    HeapLeaf leaf(guard->bytes());
    tail.next_row = leaf.base_row() + leaf.rows();
    tail.leaf = guard->id();
    tail.block_end = (tail.next_row / kIdBlock + 1) * kIdBlock;
  } else {
    if (tail.next_row != next_block_) tail.leaf = PageId{};
    tail.next_row = next_block_;
    tail.block_end = next_block_ + kIdBlock;
  }
  next_block_ = tail.block_end;
  if (tail.block_end > common::kRowIdLimit) throw common::not_supported("more than 2^48 row versions in a table");
}

// Appends what fits of the rows to the tail's leaf; 0: the leaf is full (or not there yet) and was split.
uint32_t HeapTreeImpl::append_some(TransactionImpl& t, Tail& tail, const Encoded& rows, uint32_t first, uint32_t count,
                                   size_t columns) {
  SpaceReservation* space = t.reserve_space(2, kChangeBytes);
  ExclusiveGuard guard;
  if (tail.leaf.valid()) {
    guard = core_.pool().exclusive(tail.leaf);
    if (!covers(guard.page(), tail.next_row)) guard.release();
  }
  if (!guard.held()) {
    guard = exclusive_leaf(tail.next_row);
    tail.leaf = guard.id();
  }
  HeapLeaf leaf(guard->bytes());
  bool contiguous = leaf.base_row() + leaf.rows() == tail.next_row && leaf.columns() == columns;
  size_t begin = first ? rows.ends[first - 1] : 0;
  auto room =
      static_cast<uint32_t>(std::min<uint64_t>(count, std::min(tail.block_end, leaf.end_row()) - tail.next_row));
  while (room > 1 && rows.ends[first + room - 1] - begin > kAppendBytesMax) room = (room + 1) / 2;
  uint32_t fit = contiguous ? leaf.rows_that_fit(rows.cells.data() + begin, room) : 0;
  if (fit == 0) {
    bool rows_ahead = leaf.base_row() + leaf.rows() > tail.next_row;
    ENSURE(!rows_ahead, "STO-11: a row id would be used again");
    bool empty_here = leaf.rows() == 0 && leaf.base_row() == tail.next_row;
    guard.release();
    if (empty_here) {
      upgrade_leaf(tail.next_row, space);
    } else {
      split_leaf(tail.next_row, true, space);
    }
    tail.leaf = PageId{};
    return 0;
  }
  TransactionState& state = t.state();
  size_t bytes = rows.ends[first + fit - 1] - begin;
  PageChange change(core_, RecordType::kHeapInsert, state.id, space);
  char* payload = change.add_space(guard, block_op(TreeOp::kHeapAppend), static_cast<uint32_t>(12 + bytes));
  store(payload, state.id.value);
  store(payload + 8, fit);
  std::memcpy(payload + 12, rows.cells.data() + begin, bytes);
  UndoRecord record{id_.value, tail.next_row, 0, fit, 0, UndoKind::kHeapInsert, 0};
  add_undo(change, record, nullptr);
  commit_with_undo(change, undo_, state, record, nullptr, t.command().value);
  tail.next_row += fit;
  t.owe_rollback(128);
  return fit;
}

void HeapTreeImpl::insert(Transaction& transaction, const Chunk& rows, std::vector<RowId>& ids) {
  if (rows.rows == 0) return;
  auto& t = static_cast<TransactionImpl&>(transaction);
  const HeapLayout& layout = this->layout();
  thread_local Encoded encoded;
  encode_rows(t, rows, layout, encoded);
  Tail* tail;
  std::unique_lock lock = lock_tail(&tail);
  for (uint32_t done = 0; done < rows.rows;) {
    position_tail(*tail);
    uint64_t first = tail->next_row;
    uint32_t fit = append_some(t, *tail, encoded, done, rows.rows - done, layout.columns.size());
    for (uint32_t i = 0; i < fit; ++i) ids.push_back(RowId{first + i});
    done += fit;
  }
  lock.unlock();
  if (rows_.load(std::memory_order_relaxed) >= 0) rows_.fetch_add(rows.rows, std::memory_order_relaxed);
  if (encoded.cells.capacity() > 1 << 20) encoded = Encoded{};
}

// ---- update, remove, lock ----

// What stands in the way of a change of the row. Under the leaf's latch, so that nobody else can change the row
// meanwhile.
WriteResult HeapTreeImpl::check_write(const HeapLeaf& leaf, uint32_t slot, uint64_t row, TransactionState& state,
                                      const Snapshot& snapshot, RowLockStrength strength) {
  bool deleted = leaf.is_deleted(slot);
  WriteResult not_found{WriteOutcome::kNotFound, TxnId{}, CommandId{}};
  if (!undo_.may_have(id_.value, row)) return deleted ? not_found : WriteResult{};
  UndoStore::View view(undo_, id_.value, row);
  WriteResult result;
  bool newest = true;
  view.walk(row, [&](const UndoEntry& entry) {
    const TransactionState& writer = *entry.transaction;
    bool insert = entry.kind == UndoKind::kHeapInsert;
    if (&writer == &state) {
      if (!newest) return false;
      if (entry.command >= snapshot.command.value) {
        result = insert ? not_found : WriteResult{WriteOutcome::kSelfModified, state.id, CommandId{entry.command}};
      } else if (deleted) {
        result = not_found;
      }
      return false;
    }
    if (transactions_.unpublished(writer)) {
      newest = false;
      if (insert) {
        result = not_found;
        return false;
      }
      bool conflicts = entry.kind == UndoKind::kHeapDelete ||
                       row_locks_conflict(static_cast<RowLockStrength>(entry.strength), strength);
      if (conflicts) {
        result = {WriteOutcome::kBeingModified, writer.id, CommandId{}};
        return false;
      }
      return true;
    }
    if (entry.transaction->commit_lsn.load(std::memory_order_acquire) > snapshot.lsn.value) {
      result = insert ? not_found
                      : WriteResult{deleted && newest ? WriteOutcome::kDeleted : WriteOutcome::kUpdated, writer.id,
                                    CommandId{}};
    } else if (deleted && newest) {
      result = not_found;
    }
    newest = false;
    return false;
  });
  if (result.outcome != WriteOutcome::kOk) return result;
  if (!view.block()) return deleted ? not_found : WriteResult{};
  if (deleted && !view.walk(row, [](const UndoEntry&) { return false; })) return not_found;
  if (TransactionState* other = undo_.lock_conflict(*view.block(), row, strength, &state))
    return {WriteOutcome::kBeingModified, other->id, CommandId{}};
  return {};
}

// Brings the leaf of `row` to the current layout, splitting it if the new columns do not fit.
void HeapTreeImpl::upgrade_leaf(uint64_t row, SpaceReservation* space) {
  const HeapLayout& layout = this->layout();
  for (;;) {
    ExclusiveGuard guard = exclusive_leaf(row);
    HeapLeaf leaf(guard->bytes());
    size_t have = leaf.columns();
    if (have >= layout.columns.size()) return;
    std::vector<PhysicalType> types;
    std::string cells;
    for (size_t c = have; c < layout.columns.size(); ++c) {
      types.push_back(layout.columns[c].type);
      append_cell(cells, missing_cell(layout.columns[c]));
    }
    if (!leaf.upgrade_fits(types, cells.data())) {
      if (leaf.rows() < 2) row_too_big(kPageSize, HeapLeaf::row_bytes_max(layout.columns.size()));
      guard.release();
      split_leaf(row, false, space);
      continue;
    }
    std::string payload;
    append_raw(payload, static_cast<uint16_t>(types.size()));
    for (PhysicalType type : types) payload.push_back(static_cast<char>(type));
    payload += cells;
    PageChange change(core_, RecordType::kHeapStructure, TxnId{}, space);
    put_payload(change, guard, TreeOp::kHeapUpgrade, payload);
    change.commit();
    return;
  }
}

WriteResult HeapTreeImpl::update(Transaction& transaction, const Snapshot& snapshot, RowId row,
                                 std::span<const ColumnIndex> columns, const Chunk& values, uint32_t source_row) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  TransactionState& state = t.state();
  size_t undo_before = state.undo.size();
  bool wide = false;
  for (const Vector& v : values.columns)
    if (v.type() == PhysicalType::kString && !v.is_null(source_row))
      wide |= v.data<StringRef>()[v.index_of(source_row)].size() > kOverflowThreshold;
  std::string& images = t_payload;
  bool encoded = false;
  for (uint32_t threshold = kOverflowThreshold;;) {
    SpaceReservation* space = t.reserve_space(2, kChangeBytes);
    ExclusiveGuard guard = exclusive_leaf(row.value);
    HeapLeaf leaf(guard->bytes());
    uint64_t at = row.value - leaf.base_row();
    WriteResult result{WriteOutcome::kNotFound, TxnId{}, CommandId{}};
    auto slot = static_cast<uint32_t>(at);
    if (at < leaf.rows()) result = check_write(leaf, slot, row.value, state, snapshot, RowLockStrength::kNoKeyUpdate);
    if (result.outcome != WriteOutcome::kOk) {
      guard.release();
      if (state.undo.size() > undo_before) {  // overflow pages written for nothing
        while (state.undo.size() > undo_before) roll_back_entry(state, space);
      }
      return result;
    }
    if (!encoded) {
      // Wide values are written without the latch, once it is known that the row may be changed.
      if (wide) guard.release();
      images.clear();
      append_raw(images, state.id.value);
      append_raw(images, uint16_t{0});  // the slot, below
      append_raw(images, static_cast<uint16_t>(columns.size()));
      for (size_t i = 0; i < columns.size(); ++i) {
        append_raw(images, columns[i].value);
        encode_value(t, values.columns[i], source_row, threshold, images);
      }
      encoded = true;
      if (wide) continue;
    }
    for (ColumnIndex column : columns) {
      if (column.value < leaf.columns()) continue;
      guard.release();
      upgrade_leaf(row.value, space);
      break;
    }
    if (!guard.held()) continue;
    if (!leaf.update_fits(slot, images.data() + 10)) {
      bool alone = leaf.rows() < 2;
      guard.release();
      if (!alone) {
        split_leaf(row.value, false, space);
      } else {  // push smaller values out
        threshold /= 8;
        if (threshold < sizeof(OverflowRef)) row_too_big(images.size(), HeapLeaf::row_bytes_max(leaf.columns()));
        while (state.undo.size() > undo_before) roll_back_entry(state, space);
        encoded = false;
        wide = true;
      }
      continue;
    }
    store(images.data() + 8, static_cast<uint16_t>(slot));
    std::string& before = t_before;
    before.clear();
    append_raw(before, static_cast<uint16_t>(columns.size()));
    for (ColumnIndex column : columns) {
      append_raw(before, column.value);
      CellRef cell = leaf.cell(slot, column.value);
      if (cell.tag == kCellOverflow) state.wide_before_images = true;
      append_cell(before, cell);
    }
    UndoRecord record{id_.value,
                      row.value,
                      leaf.writer(slot),
                      0,
                      static_cast<uint32_t>(before.size()),
                      UndoKind::kHeapUpdate,
                      static_cast<uint8_t>(RowLockStrength::kNoKeyUpdate)};
    // A lock for a key update taken before makes this one.
    if (undo_.holds_lock(state, id_.value, row.value, RowLockStrength::kUpdate))
      record.strength = static_cast<uint8_t>(RowLockStrength::kUpdate);
    PageChange change(core_, RecordType::kHeapUpdate, state.id, space);
    put_payload(change, guard, TreeOp::kHeapUpdateRow, images);
    add_undo(change, record, before.data());
    commit_with_undo(change, undo_, state, record, before.data(), t.command().value);
    t.owe_rollback(before.size() + 128);
    return {};
  }
}

WriteResult HeapTreeImpl::remove(Transaction& transaction, const Snapshot& snapshot, RowId row) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  TransactionState& state = t.state();
  SpaceReservation* space = t.reserve_space(0, kChangeBytes);
  ExclusiveGuard guard = exclusive_leaf(row.value);
  HeapLeaf leaf(guard->bytes());
  uint64_t at = row.value - leaf.base_row();
  if (at >= leaf.rows()) return {WriteOutcome::kNotFound, TxnId{}, CommandId{}};
  auto slot = static_cast<uint32_t>(at);
  WriteResult result = check_write(leaf, slot, row.value, state, snapshot, RowLockStrength::kUpdate);
  if (result.outcome != WriteOutcome::kOk) return result;
  char payload[11];
  store(payload, state.id.value);
  store(payload + 8, static_cast<uint16_t>(slot));
  payload[10] = 1;
  UndoRecord record{id_.value,
                    row.value,
                    leaf.writer(slot),
                    0,
                    0,
                    UndoKind::kHeapDelete,
                    static_cast<uint8_t>(RowLockStrength::kUpdate)};
  PageChange change(core_, RecordType::kHeapDelete, state.id, space);
  change.add(guard, block_op(TreeOp::kHeapSetDeleted), {payload, sizeof payload});
  add_undo(change, record, nullptr);
  commit_with_undo(change, undo_, state, record, nullptr, t.command().value);
  t.owe_rollback(128);
  guard.release();
  if (rows_.load(std::memory_order_relaxed) > 0) rows_.fetch_sub(1, std::memory_order_relaxed);
  return {};
}

WriteResult HeapTreeImpl::lock_row(Transaction& transaction, const Snapshot& snapshot, RowId row,
                                   RowLockStrength strength, WaitPolicy policy) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  TransactionState& state = t.state();
  SharedGuard guard = shared_leaf(row.value);
  HeapLeaf leaf(guard->bytes());
  uint64_t slot = row.value - leaf.base_row();
  if (slot >= leaf.rows()) return {WriteOutcome::kNotFound, TxnId{}, CommandId{}};
  WriteResult result = check_write(leaf, static_cast<uint32_t>(slot), row.value, state, snapshot, strength);
  if (result.outcome == WriteOutcome::kOk) {
    TxnId other = undo_.try_lock(state, id_.value, row.value, strength);
    if (other.valid()) result = {WriteOutcome::kBeingModified, other, CommandId{}};
  }
  if (result.outcome == WriteOutcome::kBeingModified && policy != WaitPolicy::kWait)
    result.outcome = WriteOutcome::kWouldBlock;
  return result;
}

// ---- layout ----

ColumnIndex HeapTreeImpl::add_column(Transaction&, ColumnLayout column) {
  if (!column.missing.is_null() && column.type == PhysicalType::kString &&
      column.missing.string().size() > kOverflowThreshold)
    throw common::not_supported("ADD COLUMN with a stored default longer than 2048 bytes");
  std::lock_guard lock(layout_mutex_);
  auto next = std::make_unique<HeapLayout>(layout());
  next->columns.push_back(std::move(column));
  TreeRecord record{id_, TreeKind::kHeap, root_, encode_heap_layout(*next)};
  PageChange change(core_, RecordType::kHeapLayout, TxnId{});
  core_.directory().put(change, record);
  change.commit();
  layout_.store(next.get(), std::memory_order_release);
  layouts_.push_back(std::move(next));
  return ColumnIndex{static_cast<uint16_t>(layout().columns.size() - 1)};
}

}  // namespace basalt::storage
