// Heap tree: the rows of a table, keyed by row id (Neumann & Freitag, "Umbra", CIDR 2020).
//
// Pages hold the newest version of each row, changed in place; older versions are before-images on in-memory chains
// (STO-3). Row ids never change and are never reused. This header is what catalog/, executor/ and commands/ call.
//
// Values cross this border in vectors whose strings the vectors own; nothing refers to a page afterwards (QRY-10).
// All calls may throw SqlError for interrupts, I/O, corruption and space; none holds a latch when it returns or throws.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/vector.hpp"
#include "storage/heap_layout.hpp"
#include "storage/snapshot.hpp"
#include "storage/write_result.hpp"

namespace basalt::storage {

using common::Chunk;
using common::RowId;
using common::TreeId;

class Transaction;
class StorageEngine;

// A filter that may run on the leaf (QRY-11): total, cannot raise an error. Rows whose column is NULL fail all but
// kIsNull. Comparison is that of the physical type: signed integers (kUnsignedInt32 for oid), floats in PostgreSQL's
// order (NaN greatest), strings bytewise, kFixed16 bytewise.
enum class LeafFilterKind : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIsNull,
  kIsNotNull,
  kPrefix
};
struct LeafFilter {
  ColumnIndex column;
  LeafFilterKind kind;
  Value constant;
  bool unsigned_compare = false;
};

// Columns that are not stored by the user.
inline constexpr ColumnIndex kRowIdColumn{0xffff};  // kInt64: the row id
inline constexpr ColumnIndex kXminColumn{0xfffe};   // kInt64: the transaction that wrote the visible version

struct HeapScanOptions {
  std::vector<ColumnIndex> columns;  // what to put into the chunk, in this order
  std::vector<LeafFilter> filters;   // all must hold
  RowId first{1};                    // range of row ids, [first, end)
  RowId end{common::kRowIdLimit};
};

// A scan in row-id order, resumable: between calls its position is a row id, and it holds neither latch nor page
// (QRY-4).
class HeapScan {
 public:
  virtual ~HeapScan() = default;
  // Fills `out` (reset by the callee) with up to rows_max visible rows; out.rows == 0 means the end.
  virtual void next(Chunk& out, uint32_t rows_max) = 0;
  virtual void rewind() = 0;
  // Visible rows that the filters have dropped, since the scan was made.
  virtual uint64_t filtered_out() const = 0;
};

class HeapTree {
 public:
  virtual ~HeapTree() = default;
  virtual TreeId id() const = 0;

  virtual std::unique_ptr<HeapScan> scan(const Snapshot& snapshot, HeapScanOptions options) = 0;

  // Reads rows by id, in the given order, with the given columns. Row i of `out` is rows[i] where found[i], else
  // unspecified.
  virtual void fetch(const Snapshot& snapshot, std::span<const RowId> rows, std::span<const ColumnIndex> columns,
                     Chunk& out, std::vector<bool>& found) = 0;
  // The newest committed version, or the own one; for re-checks (QRY-9), foreign keys and unique checks. False where
  // there is none. `writer` receives the unfinished transaction that holds the row, if any.
  virtual bool fetch_newest(const Transaction& reader, RowId row, std::span<const ColumnIndex> columns, Chunk& out,
                            TxnId* writer) = 0;

  // Inserts rows.rows rows and appends their ids; columns of the layout that `rows` lacks (STO-11) become NULL.
  virtual void insert(Transaction& transaction, const Chunk& rows, std::vector<RowId>& ids) = 0;
  // Changes the given columns of one row that `snapshot` sees. values.columns correspond to `columns`, row
  // `source_row`.
  virtual WriteResult update(Transaction& transaction, const Snapshot& snapshot, RowId row,
                             std::span<const ColumnIndex> columns, const Chunk& values, uint32_t source_row) = 0;
  virtual WriteResult remove(Transaction& transaction, const Snapshot& snapshot, RowId row) = 0;
  // Takes a row lock (memory lock table). kOk, or as for update. With kWait, the caller waits for `other` and retries.
  virtual WriteResult lock_row(Transaction& transaction, const Snapshot& snapshot, RowId row, RowLockStrength strength,
                               WaitPolicy policy) = 0;

  // Estimates for the planner, cheap: live rows and allocated pages.
  virtual uint64_t row_estimate() const = 0;
  virtual uint64_t page_count() const = 0;
  // Adds a column, or marks one dropped; part of the transaction, redo-only in effect (STO-11): after a rollback the
  // extra column exists and is ignored.
  virtual ColumnIndex add_column(Transaction& transaction, ColumnLayout column) = 0;
  virtual const HeapLayout& layout() const = 0;
};

}  // namespace basalt::storage
