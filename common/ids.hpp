// Strong types for identifiers: values of different kinds do not mix, and print as plain numbers.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace basalt::common {

template <typename Tag, typename Integer>
struct StrongId {
  using value_type = Integer;
  Integer value = 0;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Integer v) : value(v) {}
  constexpr auto operator<=>(const StrongId&) const = default;
  constexpr bool valid() const { return value != 0; }
};

// Identifies a database object; the same number space and the same built-in numbers as PostgreSQL.
using Oid = StrongId<struct OidTag, uint32_t>;
// Position in the page space, counted in the smallest page size. 0 is no page.
using PageId = StrongId<struct PageIdTag, uint64_t>;
// Byte position in the write-ahead log. 0 is before everything.
using Lsn = StrongId<struct LsnTag, uint64_t>;
// Transaction id: 64 bits, never reused (STO-11). 0 is none; 1 is the bootstrap transaction; 2 is "frozen".
using TxnId = StrongId<struct TxnIdTag, uint64_t>;
// Synthetic key of a row in its heap tree. Below 2^48 (QRY-11). 0 is no row.
using RowId = StrongId<struct RowIdTag, uint64_t>;
// Identifies a heap tree or a B+-tree. Never reused (STO-11).
using TreeId = StrongId<struct TreeIdTag, uint64_t>;
// Number of a command inside its transaction (QRY-1).
using CommandId = StrongId<struct CommandIdTag, uint32_t>;
// Position of a column in a physical layout, from 0.
using ColumnIndex = StrongId<struct ColumnIndexTag, uint16_t>;

inline constexpr Oid kInvalidOid{0};
inline constexpr uint32_t kFirstNormalOid = 16384;
inline constexpr uint64_t kRowIdLimit = uint64_t{1} << 48;

}  // namespace basalt::common

template <typename Tag, typename Integer>
struct std::hash<basalt::common::StrongId<Tag, Integer>> {
  size_t operator()(const basalt::common::StrongId<Tag, Integer>& id) const noexcept {
    return std::hash<Integer>{}(id.value);
  }
};
