// Reads the files of catalog/data/: COPY text with a header line; a header cell `name=value` is a column that has this
// value in every row and is missing from the rows (tools/catalog_extract.py).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basalt::catalog {

// Cells are unescaped; nullopt is NULL.
using TsvCell = std::optional<std::string>;

class TsvReader {
 public:
  explicit TsvReader(std::string_view text);
  // Position of the column; -1 when there is none.
  int find(std::string_view column) const;
  // Position of the column, which must exist.
  int column(std::string_view name) const;
  const std::vector<std::string>& columns() const { return names_; }
  // Reads the next row into `cells` (one a column, constant ones included); false at the end.
  bool next(std::vector<TsvCell>& cells);

 private:
  std::string_view line();
  std::string_view rest_;
  std::vector<std::string> names_;
  std::vector<TsvCell> constants_;
  std::vector<bool> is_constant_;
};

}  // namespace basalt::catalog
