// Scan of a heap tree, leaf by leaf, under the leaf's shared latch while it copies.
#include <algorithm>

#include "storage/heap_tree.hpp"
#include "storage/leaf_filter.hpp"

namespace basalt::storage {

using common::PhysicalType;
using common::StringRef;

namespace {

constexpr size_t kChunkBytesMax = 1 << 20;

// A string of up to kInlineBytesMax bytes, of which that many may be read at `data`: fixed copies instead of ones by
// length.
StringRef inline_string(const char* data, uint32_t length) {
  static_assert(sizeof(StringRef) == 16 && std::is_trivially_copyable_v<StringRef> && StringRef::kInlineBytesMax == 12);
  uint64_t head;
  uint32_t tail;
  std::memcpy(&head, data, sizeof head);
  std::memcpy(&tail, data + 8, sizeof tail);
  if (length < 8) {
    head &= (uint64_t{1} << (8 * length)) - 1;
    tail = 0;
  } else {
    tail &= static_cast<uint32_t>((uint64_t{1} << (8 * (length - 8))) - 1);
  }
  StringRef out;
  char* at = reinterpret_cast<char*>(&out);
  std::memcpy(at, &length, sizeof length);
  std::memcpy(at + 4, &head, sizeof head);
  std::memcpy(at + 12, &tail, sizeof tail);
  return out;
}

}  // namespace

class HeapScanImpl final : public HeapScan {
 public:
  HeapScanImpl(HeapTreeImpl& tree, const Snapshot& snapshot, HeapScanOptions options)
      : tree_(tree), snapshot_(snapshot), options_(std::move(options)), layout_(tree.layout()) {
    rewind();
    // Visible versions are gathered with the filters' columns behind the wanted ones.
    all_columns_ = options_.columns;
    for (const LeafFilter& filter : options_.filters) all_columns_.push_back(filter.column);
  }

  uint64_t filtered_out() const override { return filtered_out_; }
  void rewind() override { position_ = std::max<uint64_t>(options_.first.value, 1); }

  void next(Chunk& out, uint32_t rows_max) override {
    tree_.reset_chunk(out, options_.columns, rows_max);
    string_bytes_ = 0;
    uint64_t end = std::min(options_.end.value, common::kRowIdLimit);
    while (out.rows < rows_max && position_ < end && string_bytes_ < kChunkBytesMax) {
      SharedGuard guard = tree_.shared_leaf(position_);
      HeapLeaf leaf(guard->bytes());
      uint64_t base = leaf.base_row(), leaf_end = leaf.end_row();
      uint64_t rows_end = std::min(base + leaf.rows(), end);
      if (position_ < rows_end) {
        if (tree_.undo_.may_have(tree_.id_.value, position_, rows_end)) {
          versioned_rows(leaf, rows_end, out, rows_max);
        } else {
          plain_rows(leaf, rows_end, out, rows_max);
        }
        if (position_ < rows_end) continue;  // the chunk is full
      }
      position_ = leaf_end;
    }
  }

 private:
  // Nobody has undo here: the page is what everybody sees.
  void plain_rows(const HeapLeaf& leaf, uint64_t rows_end, Chunk& out, uint32_t rows_max) {
    uint64_t base = leaf.base_row();
    for (const LeafFilter& filter : options_.filters) {
      if (filter.column.value < leaf.columns() && !range_may_pass(filter, leaf, filter.column.value)) {
        filtered_out_ += live_rows(leaf, position_ - base, rows_end - base);
        position_ = rows_end;
        return;
      }
    }
    auto first = static_cast<uint32_t>(position_ - base), end = static_cast<uint32_t>(rows_end - base);
    slots_.clear();
    if (leaf.deleted_rows() == 0) {
      for (uint32_t slot = first; slot < end; ++slot) slots_.push_back(static_cast<uint16_t>(slot));
    } else {
      for (uint32_t slot = first; slot < end; ++slot)
        if (!leaf.is_deleted(slot)) slots_.push_back(static_cast<uint16_t>(slot));
      bool empty = leaf.deleted_rows() == leaf.rows() && leaf.end_row() != common::kRowIdLimit;
      if ((leaf.residue() || empty) && first == 0) tree_.transactions_.suggest_purge_rows(tree_.id_, base, leaf.rows());
    }
    for (const LeafFilter& filter : options_.filters) {
      if (slots_.empty()) break;
      if (filter.column.value < leaf.columns()) {
        filter_slots(filter, leaf, filter.column.value, slots_,
                     [this](const OverflowRef& ref) { return tree_.read_overflow(ref); });
      } else if (!cell_passes(filter, layout_.columns[filter.column.value].type,
                              HeapTreeImpl::missing_cell(layout_.columns[filter.column.value]))) {
        slots_.clear();
      }
    }
    size_t room = rows_max - out.rows;
    room = std::min(room, rows_below_limit(leaf));
    bool cut = slots_.size() > room;
    if (cut) slots_.resize(room);
    if (!options_.filters.empty())  // what is behind the cut is looked at again
      filtered_out_ += live_rows(leaf, first, cut ? slots_.back() + 1 : end) - slots_.size();
    for (size_t i = 0; i < options_.columns.size(); ++i) copy_column(leaf, options_.columns[i], out, i);
    out.rows += static_cast<uint32_t>(slots_.size());
    position_ = cut ? base + slots_.back() + 1 : rows_end;
  }

  static uint64_t live_rows(const HeapLeaf& leaf, uint64_t first, uint64_t end) {
    if (leaf.deleted_rows() == 0) return end - first;
    if (first == 0 && end == leaf.rows()) return leaf.rows() - leaf.deleted_rows();
    uint64_t live = 0;
    for (uint64_t slot = first; slot < end; ++slot) live += !leaf.is_deleted(static_cast<uint32_t>(slot));
    return live;
  }

  // How many of the chosen rows it takes to reach the chunk's limit of bytes.
  size_t rows_below_limit(const HeapLeaf& leaf) const {
    // The strings of one page cannot be longer than it, unless they stand elsewhere.
    if (string_bytes_ + kPageSize < kChunkBytesMax && !has_overflow(leaf)) return slots_.size();
    size_t bytes = string_bytes_, n = 0;
    for (uint16_t slot : slots_) {
      if (n > 0 && bytes >= kChunkBytesMax) break;
      ++n;
      for (ColumnIndex column : options_.columns) {
        if (column.value >= leaf.columns() || leaf.type(column.value) != PhysicalType::kString) continue;
        CellRef cell = leaf.cell(slot, column.value);
        bytes += cell.tag == kCellOverflow ? cell.overflow().raw_bytes : cell.size;
      }
    }
    return n;
  }

  // Offset and length of a string in the page.
  struct StringSlot {
    uint16_t offset, length;
  };
  static StringSlot string_slot(const char* values, uint16_t slot) {
    StringSlot out;
    std::memcpy(&out, values + size_t{4} * slot, sizeof out);
    return out;
  }

  bool has_overflow(const HeapLeaf& leaf) const {
    for (ColumnIndex column : options_.columns) {
      if (column.value >= leaf.columns() || leaf.type(column.value) != PhysicalType::kString) continue;
      const char* values = leaf.array(column.value);
      for (uint16_t slot : slots_)
        if (string_slot(values, slot).length == kLeafOverflow) return true;
    }
    return false;
  }

  void copy_strings(const HeapLeaf& leaf, uint16_t column, common::Vector& vector, uint32_t to) {
    const char* values = leaf.array(column);
    const char* nulls = leaf.null_bits(column);
    const char* page = leaf.page();
    auto* target = vector.data<StringRef>() + to;
    for (uint16_t slot : slots_) {
      uint32_t row = to++;
      StringRef& ref = *target++;
      if (static_cast<uint8_t>(nulls[slot / 8]) >> (slot % 8) & 1) {
        vector.set_null(row);
        continue;
      }
      StringSlot at = string_slot(values, slot);
      if (at.length == kLeafOverflow || at.offset + uint32_t{16} > kPageSize || at.offset + at.length > kPageSize) {
        CellRef cell = leaf.cell(slot, column);
        tree_.put(vector, row, cell);
        string_bytes_ += cell.tag == kCellOverflow ? cell.overflow().raw_bytes : cell.size;
        continue;
      }
      string_bytes_ += at.length;
      const char* bytes = page + at.offset;
      ref = at.length <= StringRef::kInlineBytesMax ? inline_string(bytes, at.length)
                                                    : vector.own_heap().add({bytes, at.length});
    }
  }

  void copy_column(const HeapLeaf& leaf, ColumnIndex column, Chunk& out, size_t i) {
    common::Vector& vector = out.columns[i];
    uint32_t to = out.rows;
    if (column == kRowIdColumn) {
      auto* ids = vector.data<int64_t>() + to;
      for (uint16_t slot : slots_) *ids++ = static_cast<int64_t>(leaf.base_row() + slot);
      return;
    }
    if (column == kXminColumn) {
      auto* ids = vector.data<int64_t>() + to;
      for (uint16_t slot : slots_) *ids++ = static_cast<int64_t>(std::max<uint64_t>(leaf.writer(slot), 2));
      return;
    }
    bool stored = column.value < leaf.columns();
    if (stored && vector.type() == PhysicalType::kString) {
      copy_strings(leaf, column.value, vector, to);
      return;
    }
    if (!stored) {
      for (uint16_t slot : slots_) {
        CellRef cell = tree_.stored_cell(leaf, slot, column.value, layout_);
        tree_.put(vector, to++, cell);
        string_bytes_ += cell.tag == kCellOverflow ? cell.overflow().raw_bytes : cell.size;
      }
      return;
    }
    const char* values = leaf.array(column.value);
    const char* nulls = leaf.null_bits(column.value);
    size_t size = common::physical_size(vector.type());
    char* target = static_cast<char*>(vector.raw_data()) + size * to;
    auto copy = [&]<typename T>() {
      for (uint16_t slot : slots_) {
        std::memcpy(target, values + slot * sizeof(T), sizeof(T));
        target += sizeof(T);
      }
    };
    switch (size) {
      case 1:
        copy.operator()<uint8_t>();
        break;
      case 2:
        copy.operator()<uint16_t>();
        break;
      case 4:
        copy.operator()<uint32_t>();
        break;
      case 8:
        copy.operator()<uint64_t>();
        break;
      default:
        copy.operator()<common::Fixed16>();
        break;
    }
    for (uint16_t slot : slots_) {
      if (static_cast<uint8_t>(nulls[slot / 8]) >> (slot % 8) & 1) vector.set_null(to);
      ++to;
    }
  }

  // The visible version of each row first, then the filters (QRY-11).
  void versioned_rows(const HeapLeaf& leaf, uint64_t rows_end, Chunk& out, uint32_t rows_max) {
    uint64_t base = leaf.base_row();
    while (position_ < rows_end && out.rows < rows_max && string_bytes_ < kChunkBytesMax) {
      uint64_t row = position_++;
      auto slot = static_cast<uint32_t>(row - base);
      if (!tree_.visible_version(leaf, slot, row, snapshot_, all_columns_, layout_, version_)) continue;
      if (!passes()) {
        ++filtered_out_;
        continue;
      }
      tree_.put_row(out, out.rows, row, options_.columns, version_);
      for (size_t i = 0; i < options_.columns.size(); ++i)
        string_bytes_ +=
            version_.cells[i].tag == kCellOverflow ? version_.cells[i].overflow().raw_bytes : version_.cells[i].size;
      ++out.rows;
    }
  }

  bool passes() {
    for (size_t f = 0; f < options_.filters.size(); ++f) {
      const LeafFilter& filter = options_.filters[f];
      CellRef cell = version_.cells[options_.columns.size() + f];
      std::string wide;
      if (cell.tag == kCellOverflow) {
        wide = tree_.read_overflow(cell.overflow());
        cell = {wide.data(), static_cast<uint32_t>(wide.size()), kCellString};
      }
      if (!cell_passes(filter, layout_.columns[filter.column.value].type, cell)) return false;
    }
    return true;
  }

  HeapTreeImpl& tree_;
  Snapshot snapshot_;
  HeapScanOptions options_;
  const HeapLayout& layout_;
  std::vector<ColumnIndex> all_columns_;
  uint64_t position_ = 1;
  size_t string_bytes_ = 0;
  uint64_t filtered_out_ = 0;
  std::vector<uint16_t> slots_;
  RowVersion version_;
};

std::unique_ptr<HeapScan> HeapTreeImpl::scan(const Snapshot& snapshot, HeapScanOptions options) {
  return std::make_unique<HeapScanImpl>(*this, snapshot, std::move(options));
}

}  // namespace basalt::storage
