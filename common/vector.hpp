// Vector and Chunk: a column of up to kChunkRows values, and some of them side by side.
//
//   flat         data[i], validity bit i
//   constant     data[0] stands for every row
//   dictionary   data[selection[i]]
//
// A Vector is a handle: copying it shares the buffers; a kernel writes only into a vector it has just reset. Long
// strings live in a StringHeap that the vector keeps alive (possibly several, when strings were taken over from other
// vectors). No pointer in a chunk refers to a page (QRY-10).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "common/physical_type.hpp"
#include "common/string_heap.hpp"
#include "common/value.hpp"

namespace basalt::common {

// The most rows in a chunk. Settable for tests (basalt.chunk_rows); never changes a result (QRY-8).
inline constexpr uint32_t kChunkRowsMax = 2048;
uint32_t chunk_rows();
void set_chunk_rows(uint32_t rows);

// Positions of rows, ascending unless said otherwise.
using Selection = std::vector<uint32_t>;
using SharedSelection = std::shared_ptr<const Selection>;

// One bit a row, 1 = not NULL. An empty bitmap means that nothing is NULL.
class Validity {
 public:
  bool all_valid() const { return words_.empty(); }
  bool is_valid(uint32_t row) const { return words_.empty() || (words_[row >> 6] >> (row & 63) & 1); }
  void set_null(uint32_t row, uint32_t capacity) {
    if (words_.empty()) words_.assign((capacity + 63) / 64, ~uint64_t{0});
    words_[row >> 6] &= ~(uint64_t{1} << (row & 63));
  }
  void set_valid(uint32_t row) {
    if (!words_.empty()) words_[row >> 6] |= uint64_t{1} << (row & 63);
  }
  void clear() { words_.clear(); }
  void resize(uint32_t capacity) {
    if (!words_.empty()) words_.resize((capacity + 63) / 64, ~uint64_t{0});
  }
  const uint64_t* words() const { return words_.empty() ? nullptr : words_.data(); }

 private:
  std::vector<uint64_t> words_;
};

enum class VectorEncoding : uint8_t { kFlat, kConstant, kDictionary };

// How a kernel reads any encoding: value of row i is data[at(i)].
template <typename T>
struct VectorView {
  const T* data;
  const uint32_t* selection;  // null: identity
  const uint64_t* validity;   // null: no NULL; indexed by at(i)
  bool constant;
  uint32_t at(uint32_t row) const { return constant ? 0 : selection ? selection[row] : row; }
  bool is_null(uint32_t row) const {
    if (!validity) return false;
    uint32_t i = at(row);
    return !(validity[i >> 6] >> (i & 63) & 1);
  }
  const T& operator[](uint32_t row) const { return data[at(row)]; }
};

class Vector {
 public:
  Vector() = default;
  explicit Vector(PhysicalType type, uint32_t capacity = 0) { reset(type, capacity); }
  static Vector constant(PhysicalType type, const Value& value);

  // Becomes a flat vector of `capacity` uninitialised values (strings: empty), none NULL. Reuses its buffer when nobody
  // shares it.
  void reset(PhysicalType type, uint32_t capacity);
  // The same vector with room for more rows; keeps values. Flat vectors only.
  void grow(uint32_t capacity);

  PhysicalType type() const { return type_; }
  VectorEncoding encoding() const { return encoding_; }
  bool is_constant() const { return encoding_ == VectorEncoding::kConstant; }
  uint32_t capacity() const { return capacity_; }

  // Flat (and constant: row 0) access for writers. T is the C++ type of type().
  template <typename T>
  T* data() {
    DEBUG_ENSURE(sizeof(T) == physical_size(type_), "vector read as another type");
    return reinterpret_cast<T*>(buffer_->bytes.get());
  }
  template <typename T>
  const T* data() const {
    return const_cast<Vector*>(this)->data<T>();
  }
  void* raw_data() { return buffer_ ? buffer_->bytes.get() : nullptr; }
  const void* raw_data() const { return buffer_ ? buffer_->bytes.get() : nullptr; }
  Validity& validity() { return buffer_->validity; }
  const Validity& validity() const { return buffer_->validity; }
  void set_null(uint32_t row) { buffer_->validity.set_null(row, capacity_ ? capacity_ : 1); }

  // Copies `s` into this vector's heap. Does not store it into a row.
  StringRef add_string(std::string_view s) {
    if (s.size() <= StringRef::kInlineBytesMax) return StringRef(s);
    return own_heap().add(s);
  }
  StringHeap& own_heap();
  // From now on this vector may refer to the strings of `other` without copying them.
  void keep_strings_of(const Vector& other);

  template <typename T>
  VectorView<T> view() const {
    DEBUG_ENSURE(sizeof(T) == physical_size(type_), "vector viewed as another type");
    return {reinterpret_cast<const T*>(buffer_->bytes.get()),
            encoding_ == VectorEncoding::kDictionary ? selection_->data() : nullptr, buffer_->validity.words(),
            encoding_ == VectorEncoding::kConstant};
  }
  bool is_null(uint32_t row) const { return !buffer_->validity.is_valid(index_of(row)); }
  uint32_t index_of(uint32_t row) const {
    if (encoding_ == VectorEncoding::kFlat) return row;
    return encoding_ == VectorEncoding::kConstant ? 0 : (*selection_)[row];
  }

  // Slow single-row access.
  Value value(uint32_t row) const;
  void set_value(uint32_t row, const Value& value);  // flat only
  // Copies row `from` of `source` (same type) into row `to` of this flat vector, strings included.
  void copy_row(uint32_t to, const Vector& source, uint32_t from);

  // A dictionary vector of the chosen rows, sharing the buffers.
  Vector slice(const SharedSelection& selection) const;
  // A flat vector of `rows` rows with the same values; *this when it is flat already. Shares strings.
  Vector flatten(uint32_t rows) const;
  // Turns a flat vector with one row into a constant one.
  void make_constant() { encoding_ = VectorEncoding::kConstant; }

 private:
  struct Buffer {
    std::unique_ptr<char[]> bytes;
    size_t bytes_size = 0;
    Validity validity;
    std::shared_ptr<StringHeap> heap;
    std::vector<std::shared_ptr<const StringHeap>> borrowed;
  };
  PhysicalType type_ = PhysicalType::kInt32;
  VectorEncoding encoding_ = VectorEncoding::kFlat;
  uint32_t capacity_ = 0;
  std::shared_ptr<Buffer> buffer_;
  SharedSelection selection_;
};

// Columns of one length. `rows` counts the live rows.
struct Chunk {
  std::vector<Vector> columns;
  uint32_t rows = 0;

  void reset(std::span<const PhysicalType> types, uint32_t capacity);
  // Keeps only the chosen rows (as dictionary vectors).
  void slice(const SharedSelection& selection);
  // Keeps only the first `n` rows.
  void truncate(uint32_t n) { rows = n < rows ? n : rows; }
  Value value(size_t column, uint32_t row) const { return columns[column].value(row); }
  // Appends row `from` of `source` (same column types); this chunk's vectors are flat with room for it.
  void append_row(const Chunk& source, uint32_t from);
  // Bytes of the values, long strings included; for memory accounting and the 1 MiB limit.
  size_t bytes() const;
};

}  // namespace basalt::common
