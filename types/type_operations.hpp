// Comparison, hashing and normalised keys of values by type, for sort, join, grouping, indexes and partitioning. These
// are the semantics of the default B-tree and hash operator classes.
#pragma once

#include <memory>
#include <string>

#include "common/vector.hpp"
#include "types/call_context.hpp"

namespace basalt::types {

// Immutable and thread-safe once made. For arrays, records, ranges, enums and domains it holds the operations of the
// parts.
class TypeOperations {
 public:
  virtual ~TypeOperations() = default;
  // Three-way comparison of two non-NULL rows. Result <0, 0, >0.
  virtual int compare(const common::Vector& a, uint32_t row_a, const common::Vector& b, uint32_t row_b) const = 0;
  virtual int compare(const common::Value& a, const common::Value& b) const = 0;
  // 64-bit hash for the executor's tables: equal values hash equal (numeric 1.0 and 1.00, -0.0 and 0.0, bpchar
  // padding). Combines into hashes[i] (NULL rows hash to a constant). Obeys set_zero_hashes().
  virtual void hash(const common::Vector& v, uint32_t rows, uint64_t* hashes) const = 0;
  // PostgreSQL's extended hash function of the type (partition placement).
  virtual uint64_t hash_extended(const common::Value& value, uint64_t seed) const = 0;
  // Appends the memcmp-able key of a non-NULL value, self-delimiting so that composite keys concatenate (QRY-11).
  virtual void append_key(const common::Vector& v, uint32_t row, std::string& out) const = 0;
  // Equal keys <=> identical values, and decode_key() works.
  virtual bool key_is_invertible() const = 0;
  // Reads one value from the front of `key` and removes it. Only if key_is_invertible().
  virtual common::Value decode_key(std::string_view& key) const = 0;
};
using TypeOperationsPointer = std::shared_ptr<const TypeOperations>;

// Throws 42883 "could not identify a comparison function for type %s" for types without order (json, point, xml).
TypeOperationsPointer type_operations(CallContext& context, common::Oid type, common::Oid collation);

// One column of an index or sort key.
struct KeyColumn {
  TypeOperationsPointer operations;
  bool descending = false;
  bool nulls_first = false;
};
// Appends one key part with its NULL marker; `descending` inverts the bytes.
void append_key_part(const KeyColumn& column, const common::Vector& v, uint32_t row, std::string& out);

// Test configuration: every hash is 0.
void set_zero_hashes(bool on);

}  // namespace basalt::types
