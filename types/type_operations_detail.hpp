// How the operations of the types are written: a Traits class per type (compare, hash, key of two plain C++ values),
// and OperationsOf<Traits>, which applies it to vectors, Values and raw bytes. Only for types/ itself.
//
// Raw bytes are what arrays, records and ranges hold: those of the fixed-size value, or the string's.
#pragma once

#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "types/hash_bytes.hpp"
#include "types/mix_hash.hpp"
#include "types/type_operations.hpp"

namespace basalt::types {

class RawOperations : public TypeOperations {
 public:
  virtual int compare_raw(std::string_view a, std::string_view b) const = 0;
  virtual uint64_t hash_raw(std::string_view value) const = 0;
  virtual uint64_t hash_extended_raw(std::string_view value, uint64_t seed) const = 0;
  virtual void append_key_raw(std::string_view value, std::string& out) const = 0;
};
using RawOperationsPointer = std::shared_ptr<const RawOperations>;

// All operations derive from RawOperations.
RawOperationsPointer raw_operations(CallContext& context, common::Oid type, common::Oid collation);

extern std::atomic<bool> zero_hashes;

inline std::string_view raw_bytes(const common::Value& value) {
  if (value.type() == common::PhysicalType::kString) return value.string();
  return {static_cast<const char*>(value.fixed_data()), common::physical_size(value.type())};
}

// Traits: Type (a fixed-size type or std::string_view), and const members
//   int compare(Type, Type); uint64_t hash(Type); uint64_t hash_extended(Type, uint64_t seed);
//   void append_key(Type, std::string&);
// Invertible ones have `Value decode_key(std::string_view&)` as well.
template <typename Traits>
class OperationsOf final : public RawOperations {
  using T = typename Traits::Type;
  static constexpr bool kIsString = std::is_same_v<T, std::string_view>;
  using Stored = std::conditional_t<kIsString, common::StringRef, T>;

 public:
  explicit OperationsOf(Traits traits = Traits()) : traits_(std::move(traits)) {}

  int compare(const common::Vector& a, uint32_t row_a, const common::Vector& b, uint32_t row_b) const override {
    return traits_.compare(at(a, row_a), at(b, row_b));
  }
  int compare(const common::Value& a, const common::Value& b) const override {
    return traits_.compare(of(raw_bytes(a)), of(raw_bytes(b)));
  }
  void hash(const common::Vector& v, uint32_t rows, uint64_t* hashes) const override {
    if (zero_hashes.load(std::memory_order_relaxed)) {
      for (uint32_t i = 0; i < rows; ++i) hashes[i] = 0;
      return;
    }
    auto view = v.view<Stored>();
    if (view.constant && rows > 0) {
      uint64_t h = view.is_null(0) ? kNullHash : traits_.hash(load(view[0]));
      for (uint32_t i = 0; i < rows; ++i) hashes[i] = mix_hash(hashes[i], h);
      return;
    }
    for (uint32_t i = 0; i < rows; ++i) {
      hashes[i] = mix_hash(hashes[i], view.is_null(i) ? kNullHash : traits_.hash(load(view[i])));
    }
  }
  uint64_t hash_extended(const common::Value& value, uint64_t seed) const override {
    return traits_.hash_extended(of(raw_bytes(value)), seed);
  }
  void append_key(const common::Vector& v, uint32_t row, std::string& out) const override {
    traits_.append_key(at(v, row), out);
  }
  bool key_is_invertible() const override { return kInvertible; }
  common::Value decode_key(std::string_view& key) const override {
    if constexpr (kInvertible)
      return traits_.decode_key(key);
    else
      UNREACHABLE("key cannot be decoded");
  }

  int compare_raw(std::string_view a, std::string_view b) const override { return traits_.compare(of(a), of(b)); }
  uint64_t hash_raw(std::string_view value) const override { return traits_.hash(of(value)); }
  uint64_t hash_extended_raw(std::string_view value, uint64_t seed) const override {
    return traits_.hash_extended(of(value), seed);
  }
  void append_key_raw(std::string_view value, std::string& out) const override { traits_.append_key(of(value), out); }

 private:
  static constexpr uint64_t kNullHash = 0x6b43a9b5d1c2f3e7ull;
  static constexpr bool kInvertible = requires(const Traits& t, std::string_view key) { t.decode_key(key); };

  static T load(const Stored& s) {
    if constexpr (kIsString)
      return s.view();
    else
      return s;
  }
  static T of(std::string_view bytes) {
    if constexpr (kIsString) {
      return bytes;
    } else {
      DEBUG_ENSURE(bytes.size() == sizeof(T), "value of a wrong size");
      T value;
      std::memcpy(&value, bytes.data(), sizeof value);
      return value;
    }
  }
  // Inline strings lie in the vector itself, so the reference must not be to a copy.
  static T at(const common::Vector& v, uint32_t row) {
    DEBUG_ENSURE(sizeof(Stored) == common::physical_size(v.type()), "vector read as another type");
    return load(static_cast<const Stored*>(v.raw_data())[v.index_of(row)]);
  }

  Traits traits_;
};

template <typename Traits>
RawOperationsPointer make_operations(Traits traits = Traits()) {
  return std::make_shared<OperationsOf<Traits>>(std::move(traits));
}

template <typename T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : b < a;
}

// Null when the type is none of the family.
RawOperationsPointer make_scalar_operations(common::Oid type);
RawOperationsPointer make_text_operations(CallContext& context, common::Oid type, common::Oid collation);
RawOperationsPointer make_container_operations(CallContext& context, const TypePointer& type, common::Oid collation);

}  // namespace basalt::types
