// One heap leaf: which widths fit, and that what is written is read again, to the last byte of the page.
#include <catch2/catch.hpp>
#include <cstring>

#include "storage/heap_leaf.hpp"

using namespace basalt;
using namespace basalt::storage;
using common::PhysicalType;

namespace {

struct LeafPage {
  alignas(8) char bytes[kPageSize] = {};
  HeapLeaf leaf{static_cast<char*>(bytes)};
};

std::string value_of(PhysicalType type, size_t number) {
  if (type == PhysicalType::kString) return number % 3 ? "" : std::string(1, static_cast<char>('a' + number % 26));
  std::string out(common::physical_size(type), '\0');
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(type == PhysicalType::kBool ? 1 : number * 7 + i);
  return out;
}

CellRef cell_of(PhysicalType type, const std::string& value) {
  auto size = static_cast<uint32_t>(value.size());
  return {value.data(), size, type == PhysicalType::kString ? kCellString : static_cast<uint8_t>(size)};
}

void append_row(std::string& cells, std::span<const PhysicalType> types, size_t number) {
  for (PhysicalType type : types) append_cell(cells, cell_of(type, value_of(type, number++)));
}

bool holds_row(const HeapLeaf& leaf, uint32_t slot, std::span<const PhysicalType> types, size_t number) {
  for (uint32_t c = 0; c < types.size(); ++c) {
    CellRef cell = leaf.cell(slot, c);
    if (cell.is_null() || std::string(cell.data, cell.size) != value_of(types[c], number++)) return false;
  }
  return true;
}

bool fits(std::span<const PhysicalType> types) {
  return HeapLeaf::row_bytes(types, 0) <= HeapLeaf::row_bytes_max(types.size());
}

// The most columns of these types, taken in turn.
std::vector<PhysicalType> widest(std::vector<PhysicalType> types) {
  std::vector<PhysicalType> out;
  do out.push_back(types[out.size() % types.size()]);
  while (fits(out));
  out.pop_back();
  return out;
}

}  // namespace

TEST_CASE("The widest tables hold a row") {
  using P = PhysicalType;
  struct Case {
    std::vector<PhysicalType> types;
    size_t columns_min;
  };
  for (const Case& test :
       {Case{{P::kBool}, 1600}, Case{{P::kInt16}, 1600}, Case{{P::kInt32}, 1600}, Case{{P::kFloat32}, 1600},
        Case{{P::kInt64}, 1200}, Case{{P::kFloat64}, 1200}, Case{{P::kFixed16}, 740}, Case{{P::kInt128}, 740},
        Case{{P::kString}, 1600}, Case{{P::kBool, P::kInt64, P::kInt16}, 1600}, Case{{P::kInt32, P::kFixed16}, 1040}}) {
    std::vector<PhysicalType> types = widest(test.types);
    INFO(static_cast<int>(test.types[0]) << " x " << types.size());
    CHECK(types.size() >= test.columns_min);
    auto page = std::make_unique<LeafPage>();
    HeapLeaf& leaf = page->leaf;
    leaf.format(types, 10, 20);
    std::string cells;
    bool strings = test.types[0] == P::kString;
    if (strings)
      cells.assign(types.size(), '\0');  // all NULL
    else
      append_row(cells, types, 5);
    CHECK(leaf.rows_that_fit(cells.data(), 1) == 1);
    REQUIRE(leaf.append_rows(cells.data(), 1, 7));
    CHECK(leaf.check() == "");
    if (!strings) CHECK(holds_row(leaf, 0, types, 5));
    CHECK(leaf.rows_that_fit(cells.data(), 1) == 0);
    CHECK_FALSE(leaf.append_rows(cells.data(), 1, 8));
    CHECK(leaf.check() == "");
    leaf.clear_row(0);
    CHECK(leaf.check() == "");
  }
}

TEST_CASE("As many rows fit as are said to fit") {
  using P = PhysicalType;
  for (const std::vector<PhysicalType>& types :
       {std::vector{P::kBool}, std::vector{P::kInt16, P::kBool}, std::vector{P::kInt64}, std::vector{P::kString},
        std::vector{P::kInt32, P::kString, P::kFixed16}, std::vector<P>(100, P::kInt16), std::vector<P>(500, P::kBool),
        std::vector<P>(300, P::kInt64), std::vector<P>(700, P::kString)}) {
    INFO(static_cast<int>(types[0]) << " x " << types.size());
    std::string cells;
    std::vector<size_t> ends;
    for (size_t row = 0; row < 16384 / types.size() + 10; ++row) {
      append_row(cells, types, row);
      ends.push_back(cells.size());
    }
    for (uint32_t step : {1u, 3u}) {
      auto page = std::make_unique<LeafPage>();
      HeapLeaf& leaf = page->leaf;
      leaf.format(types, 1, 1 << 20);
      size_t rows = 0;
      for (;;) {
        const char* next = cells.data() + (rows ? ends[rows - 1] : 0);
        uint32_t fit = leaf.rows_that_fit(next, step);
        if (fit < step) CHECK_FALSE(leaf.append_rows(next, fit + 1, 3));
        if (fit == 0) break;
        REQUIRE(leaf.append_rows(next, fit, 3));
        rows += fit;
      }
      CHECK(leaf.check() == "");
      CHECK(leaf.rows() == rows);
      for (uint32_t slot = 0; slot < rows; ++slot) REQUIRE(holds_row(leaf, slot, types, slot));
    }
  }
}

TEST_CASE("Leaves with values at multiples of four, as they were laid out once, are read and laid out anew") {
  LeafPage page;
  LeafHeader header{};
  header.base_row = 1;
  header.end_row = 100;
  header.rows = header.capacity = 3;
  header.columns = 2;
  header.arrays_at = kLeafDirectoryAt + 2 * 4 + 2 * 16;
  header.var_begin = kPageSize;
  std::memcpy(page.bytes + kLeafHeaderAt, &header, sizeof header);
  uint32_t first = header.arrays_at + 4 + 3 * 4;  // behind the deleted bits and the writers
  uint32_t second = first + 4 + 4;                // three values, then null bits, each at a multiple of four
  auto column = [&](uint32_t c, uint32_t offset, PhysicalType type) {
    LeafColumn entry{static_cast<uint16_t>(offset), static_cast<uint8_t>(type), 0};
    std::memcpy(page.bytes + kLeafDirectoryAt + 4 * c, &entry, sizeof entry);
  };
  column(0, first, PhysicalType::kBool);
  column(1, second, PhysicalType::kInt32);
  std::memcpy(page.bytes + first, "\1\0\1", 3);
  for (int32_t row = 0; row < 3; ++row) std::memcpy(page.bytes + second + 4 * row, &row, 4);
  page.bytes[first + 4] = 1 << 1;  // NULL in the second row
  auto check = [&] {
    CHECK(page.leaf.check() == "");
    for (int32_t row = 0; row < 3; ++row) {
      auto slot = static_cast<uint32_t>(row);
      CHECK(page.leaf.cell(slot, 0).is_null() == (row == 1));
      CHECK(std::memcmp(page.leaf.cell(slot, 1).data, &row, 4) == 0);
    }
  };
  check();
  std::string cells;
  std::vector<PhysicalType> types{PhysicalType::kBool, PhysicalType::kInt32};
  append_row(cells, types, 9);
  REQUIRE(page.leaf.append_rows(cells.data(), 1, 5));
  check();
  CHECK(holds_row(page.leaf, 3, types, 9));
}
