// Record values: the self-describing bytes of a composite value in a kString value.
//
//   type OID : 4 | typmod : 4 | fields : 4 | has names : 4
//   per field: type OID : 4 | end offset of its value : 4 | physical : 1 | is NULL : 1 | attribute number or 0 : 2
//   with names: per field its length : 4 and bytes
//   the values, one after the other, as append_bare_value() writes them
//
// A named composite type has its own OID, and its descriptor knows the names and types; dropped columns are not in the
// value. Attribute number 0 stands for the field's position from 1: only where columns were dropped do they differ. A
// stored value has the attributes that the type had when it was written; record_refresh.hpp brings it up to date. An
// anonymous record has type OID 2249 and carries its column names where they are not f1, f2, ..., so that it needs no
// registry of row types.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/value.hpp"
#include "common/vector.hpp"
#include "types/type_descriptor.hpp"

namespace basalt::types {

class RecordView {
 public:
  explicit RecordView(std::string_view bytes);

  Oid type() const { return type_; }
  int32_t typmod() const { return typmod_; }
  uint32_t size() const { return size_; }
  Oid field_type(uint32_t i) const { return Oid{word(i, 0)}; }
  common::PhysicalType physical(uint32_t i) const {
    return static_cast<common::PhysicalType>(fields_[i * kFieldBytes + 8]);
  }
  bool is_null(uint32_t i) const { return fields_[i * kFieldBytes + 9] != 0; }
  // The number of the field's attribute in the composite type (pg_attribute.attnum).
  uint16_t attribute(uint32_t i) const {
    uint16_t out;
    std::memcpy(&out, fields_ + i * kFieldBytes + 10, 2);
    return out ? out : static_cast<uint16_t>(i + 1);
  }
  bool has_names() const { return !names_.empty(); }
  // The name carried by the value, or f1, f2, ...; for a named type ask its descriptor.
  std::string name(uint32_t i) const;
  // The bytes of a non-NULL field (raw value or string).
  std::string_view bytes(uint32_t i) const {
    uint32_t begin = i ? word(i - 1, 4) : 0;
    return {values_ + begin, word(i, 4) - begin};
  }
  common::Value value(uint32_t i) const;

 private:
  friend class RecordBuilder;
  static constexpr size_t kFieldBytes = 12;
  uint32_t word(uint32_t i, size_t at) const {
    uint32_t out;
    std::memcpy(&out, fields_ + i * kFieldBytes + at, 4);
    return out;
  }
  Oid type_;
  int32_t typmod_ = -1;
  uint32_t size_ = 0;
  const char* fields_ = nullptr;
  const char* values_ = nullptr;
  std::string_view names_;
};

class RecordBuilder {
 public:
  explicit RecordBuilder(Oid type, int32_t typmod = -1) : type_(type), typmod_(typmod) {}

  void append(Oid field_type, common::PhysicalType physical, const common::Value& value);  // may be NULL
  void append(Oid field_type, const common::Vector& column, uint32_t row);
  // The fields, all appended, are the attributes of `type` that are not dropped. Due for each value of a named type.
  void number_fields(const TypeDescriptor& type);
  void set_names(std::span<const std::string> names);
  std::string finish();

 private:
  void append_header(Oid field_type, common::PhysicalType physical, bool null);

  Oid type_;
  int32_t typmod_;
  uint32_t size_ = 0;
  uint32_t names_count_ = 0;
  std::string fields_;
  std::string names_;
  std::string values_;
};

}  // namespace basalt::types
