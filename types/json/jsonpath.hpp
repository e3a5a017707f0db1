// jsonpath: the SQL/JSON path language, parsed into a chain of items.
//
// A value of type jsonpath is stored as its canonical text (what jsonpath_out prints), and parsed again where it is
// used; call sites keep the parsed form.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace basalt::types::json::path {

enum class Op : uint8_t {
  kNull,
  kBool,
  kNumber,
  kString,
  kVariable,
  kRoot,
  kCurrent,
  kLast,  // primaries
  kKey,
  kAnyKey,
  kAnyElement,
  kIndex,
  kAnyDepth,
  kFilter,  // accessors
  kType,
  kSize,
  kAbs,
  kFloor,
  kCeiling,
  kDouble,
  kKeyvalue,
  kDatetime,  // methods
  kPlus,
  kMinus,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,  // arithmetic
  kEqual,
  kNotEqual,
  kLess,
  kGreater,
  kLessEqual,
  kGreaterEqual,
  kStartsWith,
  kLikeRegex,  // predicates
  kAnd,
  kOr,
  kNot,
  kIsUnknown,
  kExists,
};

inline constexpr uint32_t kDepthLast = ~uint32_t{0};

struct Item;
using ItemPointer = std::unique_ptr<Item>;

struct Subscript {
  ItemPointer from, to;  // `to` may be null
};

struct Item {
  Item() = default;
  Item(const Item&) = delete;
  Item& operator=(const Item&) = delete;
  ~Item();  // without recursion: chains are as long as the text

  Op op = Op::kNull;
  std::string text;    // key, string, variable, regular expression; a number's text
  std::string number;  // kNumber: the numeric
  std::string flags;   // kLikeRegex, as given
  bool truth = false;  // kBool
  ItemPointer left, right;
  std::vector<Subscript> subscripts;
  uint32_t first = 0, last = kDepthLast;  // kAnyDepth
  ItemPointer next;                       // the accessor that follows
};

struct Path {
  bool lax = true;
  ItemPointer root;
};

// Throws 42601 and others with PostgreSQL's messages.
Path parse(std::string_view text);
std::string print(const Path& path);
bool is_predicate(Op op);

}  // namespace basalt::types::json::path
