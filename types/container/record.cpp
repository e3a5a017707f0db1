#include "types/container/record.hpp"

#include "types/container/value_codec.hpp"

namespace basalt::types {

using common::PhysicalType;
using common::Value;

RecordView::RecordView(std::string_view bytes) {
  type_.value = read_raw<uint32_t>(bytes);
  typmod_ = read_raw<int32_t>(bytes);
  size_ = read_raw<uint32_t>(bytes);
  bool names = read_raw<uint32_t>(bytes) != 0;
  ENSURE(bytes.size() / kFieldBytes >= size_, "record bytes end too early");
  fields_ = bytes.data();
  bytes.remove_prefix(size_ * kFieldBytes);
  if (names) {
    const char* begin = bytes.data();
    for (uint32_t i = 0; i < size_; ++i) {
      auto length = read_raw<uint32_t>(bytes);
      ENSURE(bytes.size() >= length, "record bytes end too early");
      bytes.remove_prefix(length);
    }
    names_ = {begin, static_cast<size_t>(bytes.data() - begin)};
  }
  values_ = bytes.data();
  ENSURE(size_ == 0 || bytes.size() >= word(size_ - 1, 4), "record bytes end too early");
}

std::string RecordView::name(uint32_t i) const {
  if (names_.empty()) return "f" + std::to_string(i + 1);
  std::string_view rest = names_;
  for (uint32_t k = 0;; ++k) {
    auto length = read_raw<uint32_t>(rest);
    if (k == i) return std::string(rest.substr(0, length));
    rest.remove_prefix(length);
  }
}

Value RecordView::value(uint32_t i) const {
  if (is_null(i)) return Value::null(physical(i));
  return value_of_bytes(physical(i), bytes(i));
}

void RecordBuilder::append_header(Oid field_type, PhysicalType physical, bool null) {
  append_raw(fields_, field_type.value);
  append_raw(fields_, static_cast<uint32_t>(values_.size()));
  fields_.push_back(static_cast<char>(physical));
  fields_.push_back(null ? 1 : 0);
  fields_.append(2, '\0');
  ++size_;
}

void RecordBuilder::append(Oid field_type, PhysicalType physical, const Value& value) {
  if (!value.is_null()) append_bare_value(values_, value);
  append_header(field_type, physical, value.is_null());
}

void RecordBuilder::append(Oid field_type, const common::Vector& column, uint32_t row) {
  bool null = column.is_null(row);
  if (!null) {
    uint32_t at = column.index_of(row);
    if (column.type() == PhysicalType::kString) {
      values_.append(static_cast<const common::StringRef*>(column.raw_data())[at].view());
    } else {
      size_t width = common::physical_size(column.type());
      values_.append(static_cast<const char*>(column.raw_data()) + at * width, width);
    }
  }
  append_header(field_type, column.type(), null);
}

void RecordBuilder::number_fields(const TypeDescriptor& type) {
  size_t field = 0;
  for (size_t i = 0; i < type.attributes.size() && field < size_; ++i) {
    if (type.attributes[i].dropped) continue;
    if (field != i) {
      auto number = static_cast<uint16_t>(i + 1);
      std::memcpy(fields_.data() + field * RecordView::kFieldBytes + 10, &number, sizeof number);
    }
    ++field;
  }
}

void RecordBuilder::set_names(std::span<const std::string> names) {
  names_.clear();
  for (const std::string& name : names) {
    append_raw(names_, static_cast<uint32_t>(name.size()));
    names_ += name;
  }
  names_count_ = static_cast<uint32_t>(names.size());
}

std::string RecordBuilder::finish() {
  ENSURE(names_.empty() || names_count_ == size_, "record with another number of names than fields");
  std::string out;
  out.reserve(16 + fields_.size() + names_.size() + values_.size());
  append_raw(out, type_.value);
  append_raw(out, typmod_);
  append_raw(out, size_);
  append_raw(out, static_cast<uint32_t>(names_.empty() ? 0 : 1));
  out += fields_;
  out += names_;
  out += values_;
  size_ = names_count_ = 0;
  fields_.clear();
  names_.clear();
  values_.clear();
  return out;
}

}  // namespace basalt::types
