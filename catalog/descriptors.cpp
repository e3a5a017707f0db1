#include "catalog/descriptors.hpp"

namespace basalt::catalog {

const ColumnDescriptor* RelationDescriptor::column(std::string_view column_name) const {
  for (const ColumnDescriptor& c : columns) {
    if (!c.dropped && c.name == column_name) return &c;
  }
  return nullptr;
}

}  // namespace basalt::catalog
