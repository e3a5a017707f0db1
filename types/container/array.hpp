// Arrays: the self-describing bytes of an array in a kString value, their reader and their builder.
//
//   element type OID : 4 | physical : 1 | has nulls : 1 | dimensions : 1 | 0 : 1
//   per dimension: length : 4 | lower bound : 4
//   with nulls: ceil(n / 8) bytes, bit i set = element i is NULL
//   fixed-size elements: n raw values (a NULL one is zero)
//   kString elements:    n end offsets of 4 bytes into what follows, then the bytes
//
// Elements are in row-major order. An empty array has no dimensions. int2vector and oidvector are the same bytes with
// one dimension of lower bound 0 and no NULL (also when empty). Values are read unaligned.
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/value.hpp"
#include "types/type_descriptor.hpp"

namespace basalt::types {

inline constexpr int kArrayDimensionsMax = 6;
inline constexpr int64_t kArrayElementsMax = 134217727;  // PostgreSQL's MaxArraySize

struct ArrayDimension {
  int32_t length;
  int32_t lower;
  int32_t upper() const { return lower + length - 1; }
  bool operator==(const ArrayDimension&) const = default;
};

// Reads the bytes in place; they must outlive the view. XX000 when they are not an array.
class ArrayView {
 public:
  explicit ArrayView(std::string_view bytes);

  Oid element_type() const { return element_type_; }
  common::PhysicalType physical() const { return physical_; }
  int dimensions() const { return dimensions_; }
  ArrayDimension dimension(int d) const {
    ArrayDimension out;
    std::memcpy(&out, dims_ + static_cast<size_t>(d) * sizeof out, sizeof out);
    return out;
  }
  std::vector<ArrayDimension> shape() const;
  // Number of elements, NULL ones included.
  uint32_t size() const { return size_; }
  bool has_nulls() const { return nulls_ != nullptr; }
  bool is_null(uint32_t i) const { return nulls_ && (nulls_[i >> 3] >> (i & 7) & 1); }

  // Element i of a fixed-size type (anything for a NULL element).
  template <typename T>
  T get(uint32_t i) const {
    DEBUG_ENSURE(i < size_ && sizeof(T) == common::physical_size(physical_), "array element read as another type");
    T value;
    std::memcpy(&value, elements_ + size_t{i} * sizeof(T), sizeof value);
    return value;
  }
  // Element i of a kString type; refers to the array's bytes.
  std::string_view string(uint32_t i) const {
    uint32_t begin = i ? end_of(i - 1) : 0;
    return {strings_ + begin, end_of(i) - begin};
  }
  // Element i, or NULL.
  common::Value value(uint32_t i) const;

 private:
  uint32_t end_of(uint32_t i) const {
    uint32_t end;
    std::memcpy(&end, elements_ + size_t{i} * 4, 4);
    return end;
  }
  Oid element_type_;
  common::PhysicalType physical_;
  int dimensions_ = 0;
  uint32_t size_ = 0;
  const char* dims_ = nullptr;
  const unsigned char* nulls_ = nullptr;
  const char* elements_ = nullptr;
  const char* strings_ = nullptr;
};

class ArrayBuilder {
 public:
  ArrayBuilder(Oid element_type, common::PhysicalType physical) : element_type_(element_type), physical_(physical) {}

  void append_null();
  void append(const common::Value& value);  // may be NULL
  void append_string(std::string_view value);
  template <typename T>
  void append_fixed(const T& value) {
    DEBUG_ENSURE(sizeof(T) == common::physical_size(physical_), "array element of another type");
    count_one();
    data_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  // Element i of an array with the same element type.
  void append_from(const ArrayView& source, uint32_t i);
  uint32_t size() const { return size_; }

  // One dimension with lower bound 1; no dimension when empty. The builder is empty again afterwards.
  std::string finish();
  // The product of the lengths must equal size(). No dimensions for an empty array.
  std::string finish(std::span<const ArrayDimension> shape);
  // As int2vector and oidvector are: always one dimension, lower bound 0.
  std::string finish_vector();

 private:
  void count_one();

  Oid element_type_;
  common::PhysicalType physical_;
  uint32_t size_ = 0;
  bool any_null_ = false;
  std::string data_;
  std::vector<uint32_t> ends_;
  std::vector<unsigned char> nulls_;
};

std::string empty_array(Oid element_type, common::PhysicalType physical);
// Throws 54000 when the lengths multiply to more than an array may hold.
uint32_t checked_element_count(std::span<const ArrayDimension> shape);
// Position of `subscripts` in row-major order; -1 when outside of the bounds or of another number of dimensions.
int64_t array_offset(const ArrayView& array, std::span<const int32_t> subscripts);

}  // namespace basalt::types
