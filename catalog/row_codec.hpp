// Between the C++ structs of catalog/rows/ and CatalogRow. A row struct lists its columns once, in visit(); the two
// codecs here turn that list into to_row() and from_row().
//
// Arrays are the bytes of types/container/array.hpp. An aclitem is a string of 16 bytes: grantee, grantor, privileges,
// grant options, each a 32-bit number.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/descriptors.hpp"

namespace basalt::catalog {

using CatalogRow = std::vector<Value>;

std::string acl_bytes(const std::vector<AclItem>& items);  // an aclitem[]
std::vector<AclItem> acl_of_bytes(std::string_view bytes);
std::string acl_item_bytes(const AclItem& item);  // one aclitem
AclItem acl_item_of_bytes(std::string_view bytes);

std::string array_bytes(const std::vector<Oid>& values);
std::string array_bytes(const std::vector<int16_t>& values);
std::string array_bytes(const std::vector<char>& values);
std::string array_bytes(const std::vector<float>& values);
std::string array_bytes(const std::vector<std::string>& values);
std::string vector_bytes(const std::vector<Oid>& values);      // an oidvector
std::string vector_bytes(const std::vector<int16_t>& values);  // an int2vector
void read_array(std::string_view bytes, std::vector<Oid>& out);
void read_array(std::string_view bytes, std::vector<int16_t>& out);
void read_array(std::string_view bytes, std::vector<char>& out);
void read_array(std::string_view bytes, std::vector<float>& out);
void read_array(std::string_view bytes, std::vector<std::string>& out);

class RowEncoder {
 public:
  explicit RowEncoder(CatalogRow& out) : out_(out) {}
  void field(const Oid& v) { out_.push_back(Value::of(v.value)); }
  void field(const char& v) { out_.push_back(Value::of(static_cast<int16_t>(v))); }
  void field(const std::string& v) { out_.push_back(Value::of(v)); }
  void field(const Acl& v);
  template <typename T>
  void field(const std::vector<T>& v) {
    out_.push_back(Value::of(array_bytes(v)));
  }
  template <typename T>
  void field(const std::optional<T>& v);
  template <typename T>
  void field(const T& v) {
    out_.push_back(Value::of(v));
  }
  template <typename T>
  void vector(const std::vector<T>& v) {
    out_.push_back(Value::of(vector_bytes(v)));
  }
  template <typename T>
  void vector(const std::optional<std::vector<T>>& v) {
    out_.push_back(v ? Value::of(vector_bytes(*v)) : null_string());
  }

 private:
  static Value null_string() { return Value::null(common::PhysicalType::kString); }
  CatalogRow& out_;
};

template <typename T>
struct NullOf {
  static constexpr common::PhysicalType kType = common::PhysicalTypeOf<T>::value;
};
template <>
struct NullOf<Oid> {
  static constexpr common::PhysicalType kType = common::PhysicalType::kInt32;
};
template <>
struct NullOf<char> {
  static constexpr common::PhysicalType kType = common::PhysicalType::kInt16;
};
template <>
struct NullOf<std::string> {
  static constexpr common::PhysicalType kType = common::PhysicalType::kString;
};
template <typename T>
struct NullOf<std::vector<T>> {
  static constexpr common::PhysicalType kType = common::PhysicalType::kString;
};

template <typename T>
void RowEncoder::field(const std::optional<T>& v) {
  if (v)
    field(*v);
  else
    out_.push_back(Value::null(NullOf<T>::kType));
}

class RowDecoder {
 public:
  explicit RowDecoder(const CatalogRow& row) : row_(row) {}
  void field(Oid& v) { v = Oid(next().as<uint32_t>()); }
  void field(char& v) { v = static_cast<char>(next().as<int16_t>()); }
  void field(std::string& v) { v = next().string(); }
  void field(Acl& v);
  template <typename T>
  void field(std::vector<T>& v) {
    read_array(next().string(), v);
  }
  template <typename T>
  void field(std::optional<T>& v);
  template <typename T>
  void field(T& v) {
    v = next().as<T>();
  }
  template <typename T>
  void vector(std::vector<T>& v) {
    read_array(next().string(), v);
  }
  template <typename T>
  void vector(std::optional<std::vector<T>>& v) {
    field(v);
  }

 private:
  const Value& next() {
    ENSURE(at_ < row_.size(), "catalog row has too few columns");
    return row_[at_++];
  }
  const CatalogRow& row_;
  size_t at_ = 0;
};

template <typename T>
void RowDecoder::field(std::optional<T>& v) {
  if (row_[at_].is_null()) {
    ++at_;
    v.reset();
    return;
  }
  field(v.emplace());
}

template <typename Row>
CatalogRow encode_row(const Row& r) {
  CatalogRow out;
  RowEncoder encoder(out);
  Row::visit(r, encoder);
  return out;
}

template <typename Row>
Row decode_row(const CatalogRow& row) {
  Row out;
  RowDecoder decoder(row);
  Row::visit(out, decoder);
  return out;
}

}  // namespace basalt::catalog
