#include "catalog/tsv.hpp"

#include "common/ensure.hpp"

namespace basalt::catalog {

namespace {

TsvCell unescape(std::string_view cell) {
  if (cell == "\\N") return std::nullopt;
  std::string out;
  out.reserve(cell.size());
  for (size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] != '\\' || i + 1 == cell.size()) {
      out.push_back(cell[i]);
      continue;
    }
    char c = cell[++i];
    out.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
  }
  return out;
}

std::string_view take_cell(std::string_view& line) {
  size_t tab = line.find('\t');
  std::string_view cell = line.substr(0, tab);
  line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
  return cell;
}

}  // namespace

TsvReader::TsvReader(std::string_view text) : rest_(text) {
  ENSURE(!text.empty(), "a data file of the catalog is missing");
  std::string_view header = line();
  while (!header.empty()) {
    std::string_view cell = take_cell(header);
    size_t equals = cell.find('=');
    names_.emplace_back(cell.substr(0, equals));
    is_constant_.push_back(equals != std::string_view::npos);
    constants_.push_back(is_constant_.back() ? unescape(cell.substr(equals + 1)) : std::nullopt);
  }
}

std::string_view TsvReader::line() {
  size_t end = rest_.find('\n');
  std::string_view out = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  return out;
}

int TsvReader::find(std::string_view column) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == column) return static_cast<int>(i);
  }
  return -1;
}

int TsvReader::column(std::string_view name) const {
  int at = find(name);
  ENSURE(at >= 0, "a data file of the catalog has no column " + std::string(name));
  return at;
}

bool TsvReader::next(std::vector<TsvCell>& cells) {
  if (rest_.empty()) return false;
  std::string_view row = line();
  cells = constants_;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!is_constant_[i]) cells[i] = unescape(take_cell(row));
  }
  return true;
}

}  // namespace basalt::catalog
