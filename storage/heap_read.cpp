// Reading rows: descent, visibility, fetch.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "storage/heap_tree.hpp"

namespace basalt::storage {

using common::PhysicalType;
using common::StringRef;
using common::Vector;

namespace {
constexpr size_t kAttemptsMax = 1'000'000;
[[noreturn]] void corrupt(TreeId tree, uint64_t row) {
  throw common::SqlError(common::sqlstate::kDataCorrupted,
                         "heap tree " + std::to_string(tree.value) + " has no leaf for row " + std::to_string(row));
}
}  // namespace

// Descends without latches; the leaf's guard is returned unvalidated, but it did cover `row` when it was entered.
OptimisticGuard HeapTreeImpl::find_leaf(uint64_t row) {
  BufferPool& pool = core_.pool();
  for (size_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    OptimisticGuard guard = pool.optimistic(root_);
    for (;;) {
      PageType type = guard->header.type;
      if (type == PageType::kHeapLeaf) return guard;
      if (type != PageType::kHeapInner) {
        if (guard.validate()) corrupt(id_, row);
        break;
      }
      HeapInner inner(guard->bytes());
      PageId child{inner.entry(inner.position(row)).child};
      if (!guard.validate()) break;
      OptimisticGuard next = pool.optimistic(child);
      if (!guard.validate()) break;  // the child may have been split or moved meanwhile
      guard = std::move(next);
    }
  }
  corrupt(id_, row);
}

bool HeapTreeImpl::covers(const Page& page, uint64_t row) const {
  if (page.header.type != PageType::kHeapLeaf || page.header.owner != id_.value) return false;
  HeapLeaf leaf(page.bytes());
  return leaf.base_row() <= row && row < leaf.end_row();
}

SharedGuard HeapTreeImpl::shared_leaf(uint64_t row) {
  for (;;) {
    PageId page;
    {
      OptimisticGuard guard = find_leaf(row);
      page = guard.id();
    }
    SharedGuard shared = core_.pool().shared(page);
    if (covers(shared.page(), row)) return shared;
  }
}

ExclusiveGuard HeapTreeImpl::exclusive_leaf(uint64_t row) {
  for (;;) {
    PageId page;
    {
      OptimisticGuard guard = find_leaf(row);
      page = guard.id();
    }
    ExclusiveGuard exclusive = core_.pool().exclusive(page);
    if (covers(exclusive.page(), row)) return exclusive;
  }
}

CellRef HeapTreeImpl::missing_cell(const ColumnLayout& column) {
  if (column.missing.is_null() || column.dropped) return {};
  if (column.type == PhysicalType::kString)
    return {column.missing.string().data(), static_cast<uint32_t>(column.missing.string().size()), kCellString};
  auto size = static_cast<uint32_t>(common::physical_size(column.type));
  return {static_cast<const char*>(column.missing.fixed_data()), size, static_cast<uint8_t>(size)};
}

CellRef HeapTreeImpl::stored_cell(const HeapLeaf& leaf, uint32_t slot, uint16_t column,
                                  const HeapLayout& layout) const {
  if (column >= layout.columns.size()) return {};
  return column < leaf.columns() ? leaf.cell(slot, column) : missing_cell(layout.columns[column]);
}

void HeapTreeImpl::overlay(const UndoEntry& entry, std::span<const ColumnIndex> columns, RowVersion& out) const {
  uint16_t column;
  CellRef cell;
  for (ImageReader reader(entry.data()); reader.next(&column, &cell);)
    for (size_t i = 0; i < columns.size(); ++i)
      if (columns[i].value == column) out.cells[i] = cell;
}

namespace {
// Before-images may go as soon as the bucket is free: keep what refers to them.
void own_cells(RowVersion& version, size_t from_page_begin) {
  const char* page = reinterpret_cast<const char*>(from_page_begin);
  size_t bytes = 0;
  for (const CellRef& cell : version.cells)
    if (cell.size && (cell.data < page || cell.data >= page + kPageSize)) bytes += cell.size;
  version.buffer.clear();
  version.buffer.reserve(bytes);
  for (CellRef& cell : version.cells) {
    if (cell.size == 0 || (cell.data >= page && cell.data < page + kPageSize)) continue;
    size_t at = version.buffer.size();
    version.buffer.append(cell.data, cell.size);
    cell.data = version.buffer.data() + at;
  }
}
}  // namespace

// Under the leaf's shared or exclusive latch.
bool HeapTreeImpl::visible_version(const HeapLeaf& leaf, uint32_t slot, uint64_t row, const Snapshot& snapshot,
                                   std::span<const ColumnIndex> columns, const HeapLayout& layout, RowVersion& out) {
  bool exists = !leaf.is_deleted(slot);
  out.cells.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) out.cells[i] = stored_cell(leaf, slot, columns[i].value, layout);
  out.writer = leaf.writer(slot);
  if (!undo_.may_have(id_.value, row)) return exists;
  UndoStore::View view(undo_, id_.value, row);
  bool changed = false;
  view.walk(row, [&](const UndoEntry& entry) {
    if (entry_visible(entry, snapshot)) return false;
    changed = true;
    out.writer = entry.previous_writer;
    if (entry.kind == UndoKind::kHeapInsert) {
      exists = false;
    } else if (entry.kind == UndoKind::kHeapDelete) {
      exists = true;
    } else {
      overlay(entry, columns, out);
    }
    return true;
  });
  if (changed && exists) own_cells(out, reinterpret_cast<size_t>(leaf.page()));
  return exists;
}

// The newest version that is committed and published, or that `reader` wrote.
bool HeapTreeImpl::newest_version(const HeapLeaf& leaf, uint32_t slot, uint64_t row, TxnId reader,
                                  std::span<const ColumnIndex> columns, const HeapLayout& layout, RowVersion& out,
                                  TxnId* writer) {
  bool exists = !leaf.is_deleted(slot);
  out.cells.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) out.cells[i] = stored_cell(leaf, slot, columns[i].value, layout);
  out.writer = leaf.writer(slot);
  UndoStore::View view(undo_, id_.value, row);
  view.walk(row, [&](const UndoEntry& entry) {
    const TransactionState& state = *entry.transaction;
    if ((reader.valid() && state.id == reader) || !transactions_.unpublished(state)) return false;
    if (writer && !writer->valid()) *writer = state.id;
    out.writer = entry.previous_writer;
    if (entry.kind == UndoKind::kHeapInsert) {
      exists = false;
    } else if (entry.kind == UndoKind::kHeapDelete) {
      exists = true;
    } else {
      overlay(entry, columns, out);
    }
    return true;
  });
  own_cells(out, reinterpret_cast<size_t>(leaf.page()));
  return exists;
}

void HeapTreeImpl::put(Vector& vector, uint32_t to, const CellRef& cell) {
  if (cell.is_null()) {
    vector.set_null(to);
    return;
  }
  vector.validity().set_valid(to);
  if (cell.tag == kCellString) {
    vector.data<StringRef>()[to] = vector.add_string({cell.data, cell.size});
  } else if (cell.tag == kCellOverflow) {
    vector.data<StringRef>()[to] = vector.add_string(read_overflow(cell.overflow()));
  } else {
    std::memcpy(static_cast<char*>(vector.raw_data()) + size_t{cell.size} * to, cell.data, cell.size);
  }
}

void HeapTreeImpl::put_row(Chunk& out, uint32_t to, uint64_t row, std::span<const ColumnIndex> columns,
                           const RowVersion& version) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == kRowIdColumn) {
      out.columns[i].data<int64_t>()[to] = static_cast<int64_t>(row);
    } else if (columns[i] == kXminColumn) {
      out.columns[i].data<int64_t>()[to] = static_cast<int64_t>(version.writer ? version.writer : 2);
    } else {
      put(out.columns[i], to, version.cells[i]);
    }
  }
}

void HeapTreeImpl::reset_chunk(Chunk& out, std::span<const ColumnIndex> columns, uint32_t rows) const {
  const HeapLayout& layout = this->layout();
  out.columns.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    bool hidden = columns[i].value >= layout.columns.size();
    out.columns[i].reset(hidden ? PhysicalType::kInt64 : layout.columns[columns[i].value].type, rows);
  }
  out.rows = 0;
}

// The hot path: no latch, no allocation but for long strings, unless the row has undo or wide values.
bool HeapTreeImpl::fetch_one(const Snapshot& snapshot, uint64_t row, std::span<const ColumnIndex> columns, Chunk& out,
                             uint32_t to) {
  const HeapLayout& layout = this->layout();
  for (int attempt = 0; attempt < 8; ++attempt) {
    OptimisticGuard guard = find_leaf(row);
    HeapLeaf leaf(guard->bytes());
    uint64_t slot = row - leaf.base_row();
    bool exists = slot < leaf.rows() && !leaf.is_deleted(static_cast<uint32_t>(slot));
    if (slot < leaf.rows() && undo_.may_have(id_.value, row)) break;
    bool simple = true;
    for (size_t i = 0; exists && simple && i < columns.size(); ++i) {
      if (columns[i] == kRowIdColumn) {
        out.columns[i].data<int64_t>()[to] = static_cast<int64_t>(row);
        continue;
      }
      if (columns[i] == kXminColumn) {
        uint64_t writer = leaf.writer(static_cast<uint32_t>(slot));
        out.columns[i].data<int64_t>()[to] = static_cast<int64_t>(writer ? writer : 2);
        continue;
      }
      CellRef cell = stored_cell(leaf, static_cast<uint32_t>(slot), columns[i].value, layout);
      bool string = out.columns[i].type() == PhysicalType::kString;
      // A torn read may have any tag: nothing is copied that does not fit the vector.
      simple = cell.is_null() ||
               (string ? cell.tag == kCellString : cell.tag == common::physical_size(out.columns[i].type()));
      if (simple) put(out.columns[i], to, cell);
    }
    if (!guard.validate()) continue;
    if (!simple) break;
    return exists;
  }
  thread_local RowVersion version;
  SharedGuard guard = shared_leaf(row);
  HeapLeaf leaf(guard->bytes());
  uint64_t slot = row - leaf.base_row();
  if (slot >= leaf.rows()) return false;
  if (!visible_version(leaf, static_cast<uint32_t>(slot), row, snapshot, columns, layout, version)) return false;
  put_row(out, to, row, columns, version);
  return true;
}

void HeapTreeImpl::fetch(const Snapshot& snapshot, std::span<const RowId> rows, std::span<const ColumnIndex> columns,
                         Chunk& out, std::vector<bool>& found) {
  reset_chunk(out, columns, static_cast<uint32_t>(rows.size()));
  found.assign(rows.size(), false);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    bool known = rows[i].value > 0 && rows[i].value < common::kRowIdLimit;
    found[i] = known && fetch_one(snapshot, rows[i].value, columns, out, i);
  }
  out.rows = static_cast<uint32_t>(rows.size());
}

bool HeapTreeImpl::fetch_newest(const Transaction& reader, RowId row, std::span<const ColumnIndex> columns, Chunk& out,
                                TxnId* writer) {
  reset_chunk(out, columns, 1);
  if (writer) *writer = TxnId{};
  if (row.value == 0 || row.value >= common::kRowIdLimit) return false;
  RowVersion version;
  SharedGuard guard = shared_leaf(row.value);
  HeapLeaf leaf(guard->bytes());
  uint64_t slot = row.value - leaf.base_row();
  if (slot >= leaf.rows()) return false;
  if (!newest_version(leaf, static_cast<uint32_t>(slot), row.value, reader.id(), columns, layout(), version, writer))
    return false;
  put_row(out, 0, row.value, columns, version);
  out.rows = 1;
  return true;
}

}  // namespace basalt::storage
