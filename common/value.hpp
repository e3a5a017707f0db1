// Value: one owned SQL value of a physical type, or NULL. For constants, parameters, catalog rows and slow paths; hot
// paths use Vector. The SQL type is known to whoever holds the Value.
#pragma once

#include <string>
#include <string_view>

#include "common/ensure.hpp"
#include "common/physical_type.hpp"

namespace basalt::common {

class Value {
 public:
  Value() = default;  // NULL
  static Value null(PhysicalType type = PhysicalType::kInt32) {
    Value v;
    v.type_ = type;
    return v;
  }
  // T: any type that PhysicalTypeOf knows, std::string or std::string_view.
  template <typename T>
  static Value of(const T& value) {
    Value v;
    v.null_ = false;
    if constexpr (std::is_convertible_v<T, std::string_view>) {
      v.type_ = PhysicalType::kString;
      v.bytes_ = std::string_view(value);
    } else if constexpr (std::is_same_v<T, StringRef>) {
      v.type_ = PhysicalType::kString;
      v.bytes_ = value.view();
    } else {
      v.type_ = PhysicalTypeOf<T>::value;
      static_assert(sizeof(T) <= sizeof v.fixed_);
      std::memcpy(v.fixed_, &value, sizeof value);
    }
    return v;
  }

  bool is_null() const { return null_; }
  PhysicalType type() const { return type_; }
  // T must match type(); Interval and TimeTz read a kFixed16, unsigned integers their signed type.
  template <typename T>
  T as() const {
    DEBUG_ENSURE(!null_ && PhysicalTypeOf<T>::value == type_, "value read as another type");
    T out;
    std::memcpy(&out, fixed_, sizeof out);
    return out;
  }
  std::string_view string() const {
    DEBUG_ENSURE(!null_ && type_ == PhysicalType::kString, "value is not a string");
    return bytes_;
  }
  const void* fixed_data() const { return fixed_; }

  // Same physical type and same bytes (both NULL counts as equal). Not SQL equality.
  bool identical(const Value& other) const {
    if (null_ || other.null_) return null_ == other.null_;
    if (type_ != other.type_) return false;
    if (type_ == PhysicalType::kString) return bytes_ == other.bytes_;
    return std::memcmp(fixed_, other.fixed_, physical_size(type_)) == 0;
  }

 private:
  PhysicalType type_ = PhysicalType::kInt32;
  bool null_ = true;
  alignas(16) unsigned char fixed_[16] = {};
  std::string bytes_;
};

}  // namespace basalt::common
