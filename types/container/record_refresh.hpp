// Stored values of row types, read as rows of the types as they are now.
//
// A row type changes (ALTER TYPE ... ADD ATTRIBUTE, ALTER TABLE ... DROP COLUMN) without anybody touching the values
// that tables hold of it. Each field of a record knows the number of its attribute, so a value is brought up to date
// when it leaves the table: NULL for attributes added since, and without those dropped since. Whoever reads a record
// after that may rely on its fields being the attributes that its type has.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/vector.hpp"
#include "types/type_descriptor.hpp"

namespace basalt::types {

class RecordRefresher {
 public:
  virtual ~RecordRefresher() = default;
  // Writes the value as it reads now into `out`; false: the stored value is up to date.
  virtual bool refresh(std::string_view stored, std::string& out) const = 0;
};
using RecordRefresherPointer = std::shared_ptr<const RecordRefresher>;

// Null for a type whose values hold no row of a type that can change.
RecordRefresherPointer record_refresher(Oid type, const std::function<TypePointer(Oid)>& lookup);

// Brings the first `rows` values of a column up to date.
void refresh_column(const RecordRefresher& refresher, common::Vector& column, uint32_t rows);

}  // namespace basalt::types
