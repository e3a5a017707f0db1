// Comparison operators, btree support and hashes of text, name, bpchar, bytea, "char".
#include "types/text/text_compare.hpp"

#include "types/hash_bytes.hpp"
#include "types/text/text.hpp"

namespace basalt::types {

namespace {

using common::StringRef;
using common::VectorView;

// Runs `compute(a, b)` over two string vectors; strict.
template <typename R, typename Compute>
void run_pairs(std::span<const Vector> arguments, uint32_t rows, Vector& result, Compute compute) {
  VectorView<StringRef> a = arguments[0].view<StringRef>();
  VectorView<StringRef> b = arguments[1].view<StringRef>();
  R* out = result.data<R>();
  bool constant = a.constant && b.constant && rows > 0;
  uint32_t count = constant ? 1 : rows;
  bool plain = !a.validity && !b.validity && !a.selection && !b.selection;
  if (plain) {
    uint32_t step_a = a.constant ? 0 : 1, step_b = b.constant ? 0 : 1;
    for (uint32_t row = 0; row < count; ++row) out[row] = compute(a.data[row * step_a], b.data[row * step_b]);
  } else {
    for (uint32_t row = 0; row < count; ++row) {
      if (a.is_null(row) || b.is_null(row))
        result.set_null(row);
      else
        out[row] = compute(a[row], b[row]);
    }
  }
  if (constant) result.make_constant();
}

// What is compared: the strings, or for bpchar the strings without the spaces at their ends.
struct Whole {
  static const StringRef& of(const StringRef& s) { return s; }
};
struct Unpadded {
  static StringRef of(const StringRef& s) {
    return StringRef(s.data(), static_cast<uint32_t>(unpadded_size(s.view())));
  }
};

struct Less {
  template <typename T>
  static T from(int order) {
    return order < 0;
  }
};
struct LessEqual {
  template <typename T>
  static T from(int order) {
    return order <= 0;
  }
};
struct Equal {
  template <typename T>
  static T from(int order) {
    return order == 0;
  }
};
struct NotEqual {
  template <typename T>
  static T from(int order) {
    return order != 0;
  }
};
struct GreaterEqual {
  template <typename T>
  static T from(int order) {
    return order >= 0;
  }
};
struct Greater {
  template <typename T>
  static T from(int order) {
    return order > 0;
  }
};
struct ThreeWay {
  template <typename T>
  static T from(int order) {
    return order;
  }
};

// Bytes whatever the collation: pattern operators, bytea.
template <typename R, typename Operator, typename Part>
void compare_bytes_kernel(FunctionCall&, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  run_pairs<R>(arguments, rows, result, [](const StringRef& a, const StringRef& b) {
    return Operator::template from<R>(compare_bytes(Part::of(a), Part::of(b)));
  });
}

template <typename Operator, typename Part>
void equal_bytes(std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  run_pairs<bool>(arguments, rows, result, [](const StringRef& a, const StringRef& b) {
    return Operator::template from<bool>(Part::of(a) == Part::of(b) ? 0 : 1);
  });
}

template <typename Operator, typename Part>
void equal_bytes_kernel(FunctionCall&, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  equal_bytes<Operator, Part>(arguments, rows, result);
}

// A strict function looks at its collation only when it is called: at the first row without NULL.
void fail_first_pair(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result,
                     SqlError error) {
  for (uint32_t row = 0; row < rows; ++row) {
    if (!arguments[0].is_null(row) && !arguments[1].is_null(row)) return call.fail(row, std::move(error));
    result.set_null(row);
  }
}

template <typename R, typename Operator, typename Part>
void compare_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  constexpr bool kEquality = std::is_same_v<Operator, Equal> || std::is_same_v<Operator, NotEqual>;
  CollationPointer collation;
  try {
    collation = resolve_collation(call.context, call.collation);
  } catch (SqlError& error) {
    fail_first_pair(call, arguments, rows, result, std::move(error));
    return;
  }
  if (kEquality && collation->is_deterministic()) {
    if constexpr (kEquality) equal_bytes<Operator, Part>(arguments, rows, result);
  } else if (collation->is_bytewise()) {
    compare_bytes_kernel<R, Operator, Part>(call, arguments, rows, result);
  } else {
    run_pairs<R>(arguments, rows, result, [&](const StringRef& a, const StringRef& b) {
      const StringRef& part_a = Part::of(a);
      const StringRef& part_b = Part::of(b);
      return Operator::template from<R>(collation->compare(part_a.view(), part_b.view()));
    });
  }
}

template <typename Operator, typename Part>
constexpr ScalarKernel kCompare = &compare_kernel<bool, Operator, Part>;
template <typename Operator, typename Part>
constexpr ScalarKernel kCompareBytes = &compare_bytes_kernel<bool, Operator, Part>;

std::string_view text_larger(FunctionCall& call, std::string_view a, std::string_view b) {
  return resolve_collation(call.context, call.collation)->compare(a, b) > 0 ? a : b;
}
std::string_view text_smaller(FunctionCall& call, std::string_view a, std::string_view b) {
  return resolve_collation(call.context, call.collation)->compare(a, b) < 0 ? a : b;
}
std::string_view bpchar_larger(FunctionCall& call, std::string_view a, std::string_view b) {
  return resolve_collation(call.context, call.collation)->compare(unpadded(a), unpadded(b)) >= 0 ? a : b;
}
std::string_view bpchar_smaller(FunctionCall& call, std::string_view a, std::string_view b) {
  return resolve_collation(call.context, call.collation)->compare(unpadded(a), unpadded(b)) <= 0 ? a : b;
}

bool starts_with(FunctionCall& call, std::string_view s, std::string_view prefix) {
  deterministic_collation(call, "substring searches", "string comparison");
  return s.starts_with(prefix);
}

// Under a collation in which different bytes can be equal, the sort key is hashed.
template <typename Hash>
auto hash_collated(FunctionCall& call, std::string_view s, Hash hash) {
  CollationPointer collation = resolve_collation(call.context, call.collation, "string hashing");
  if (collation->is_deterministic()) return hash(s);
  std::string key;
  collation->append_sort_key(s, key);
  return hash(key);
}

int32_t signed_hash(std::string_view s) { return static_cast<int32_t>(hash_bytes(s)); }
int64_t signed_hash_extended(std::string_view s, int64_t seed) {
  return static_cast<int64_t>(hash_bytes_extended(s, static_cast<uint64_t>(seed)));
}

int32_t hash_text(FunctionCall& call, std::string_view s) { return hash_collated(call, s, signed_hash); }
int64_t hash_text_extended(FunctionCall& call, std::string_view s, int64_t seed) {
  return hash_collated(call, s, [&](std::string_view key) { return signed_hash_extended(key, seed); });
}
int32_t hash_bpchar(FunctionCall& call, std::string_view s) { return hash_text(call, unpadded(s)); }
int64_t hash_bpchar_extended(FunctionCall& call, std::string_view s, int64_t seed) {
  return hash_text_extended(call, unpadded(s), seed);
}
int32_t hash_char(int16_t c) {
  return static_cast<int32_t>(hash_uint32(static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(c)))));
}
int64_t hash_char_extended(int16_t c, int64_t seed) {
  return static_cast<int64_t>(hash_uint32_extended(static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(c))),
                                                   static_cast<uint64_t>(seed)));
}

// "char" compares as an unsigned byte.
template <typename Operator>
bool char_compare(int16_t a, int16_t b) {
  return Operator::template from<bool>(static_cast<int>(static_cast<uint8_t>(a)) -
                                       static_cast<int>(static_cast<uint8_t>(b)));
}
int32_t char_order(int16_t a, int16_t b) {
  return static_cast<int32_t>(static_cast<uint8_t>(a)) - static_cast<int32_t>(static_cast<uint8_t>(b));
}

void register_operators(FunctionRegistry& registry) {
  using enum common::PhysicalType;
  // text, name and text mixed with name compare alike; they differ in the collation that the binder derives.
  struct Names {
    const char *eq, *ne, *lt, *le, *gt, *ge, *cmp;
  };
  constexpr Names kText[] = {
      {"texteq", "textne", "text_lt", "text_le", "text_gt", "text_ge", "bttextcmp"},
      {"nameeq", "namene", "namelt", "namele", "namegt", "namege", "btnamecmp"},
      {"nameeqtext", "namenetext", "namelttext", "nameletext", "namegttext", "namegetext", "btnametextcmp"},
      {"texteqname", "textnename", "textltname", "textlename", "textgtname", "textgename", "bttextnamecmp"},
  };
  for (const Names& names : kText) {
    registry.add_scalar(names.eq, kCompare<Equal, Whole>);
    registry.add_scalar(names.ne, kCompare<NotEqual, Whole>);
    registry.add_scalar(names.lt, kCompare<Less, Whole>);
    registry.add_scalar(names.le, kCompare<LessEqual, Whole>);
    registry.add_scalar(names.gt, kCompare<Greater, Whole>);
    registry.add_scalar(names.ge, kCompare<GreaterEqual, Whole>);
    registry.add_scalar(names.cmp, &compare_kernel<int32_t, ThreeWay, Whole>);
  }
  registry.add_scalar("bpchareq", kCompare<Equal, Unpadded>);
  registry.add_scalar("bpcharne", kCompare<NotEqual, Unpadded>);
  registry.add_scalar("bpcharlt", kCompare<Less, Unpadded>);
  registry.add_scalar("bpcharle", kCompare<LessEqual, Unpadded>);
  registry.add_scalar("bpchargt", kCompare<Greater, Unpadded>);
  registry.add_scalar("bpcharge", kCompare<GreaterEqual, Unpadded>);
  registry.add_scalar("bpcharcmp", &compare_kernel<int32_t, ThreeWay, Unpadded>);
  registry.add_scalar("byteaeq", &equal_bytes_kernel<Equal, Whole>);
  registry.add_scalar("byteane", &equal_bytes_kernel<NotEqual, Whole>);
  for (const char* symbol : {"text_pattern_lt", "bytealt"}) registry.add_scalar(symbol, kCompareBytes<Less, Whole>);
  for (const char* symbol : {"text_pattern_le", "byteale"}) {
    registry.add_scalar(symbol, kCompareBytes<LessEqual, Whole>);
  }
  for (const char* symbol : {"text_pattern_gt", "byteagt"}) registry.add_scalar(symbol, kCompareBytes<Greater, Whole>);
  for (const char* symbol : {"text_pattern_ge", "byteage"}) {
    registry.add_scalar(symbol, kCompareBytes<GreaterEqual, Whole>);
  }
  for (const char* symbol : {"bttext_pattern_cmp", "byteacmp"}) {
    registry.add_scalar(symbol, &compare_bytes_kernel<int32_t, ThreeWay, Whole>);
  }
  registry.add_scalar("bpchar_pattern_lt", kCompareBytes<Less, Unpadded>);
  registry.add_scalar("bpchar_pattern_le", kCompareBytes<LessEqual, Unpadded>);
  registry.add_scalar("bpchar_pattern_gt", kCompareBytes<Greater, Unpadded>);
  registry.add_scalar("bpchar_pattern_ge", kCompareBytes<GreaterEqual, Unpadded>);
  registry.add_scalar("btbpchar_pattern_cmp", &compare_bytes_kernel<int32_t, ThreeWay, Unpadded>);
  registry.add_scalar("chareq", scalar<char_compare<Equal>>());
  registry.add_scalar("charne", scalar<char_compare<NotEqual>>());
  registry.add_scalar("charlt", scalar<char_compare<Less>>());
  registry.add_scalar("charle", scalar<char_compare<LessEqual>>());
  registry.add_scalar("chargt", scalar<char_compare<Greater>>());
  registry.add_scalar("charge", scalar<char_compare<GreaterEqual>>());
  registry.add_scalar("btcharcmp", scalar<char_order>());
}

}  // namespace

void register_text_compare(FunctionRegistry& registry) {
  register_operators(registry);
  registry.add_scalar("text_larger", scalar<text_larger>());
  registry.add_scalar("text_smaller", scalar<text_smaller>());
  registry.add_scalar("bpchar_larger", scalar<bpchar_larger>());
  registry.add_scalar("bpchar_smaller", scalar<bpchar_smaller>());
  registry.add_scalar("text_starts_with", scalar<starts_with>());
  registry.add_scalar("hashtext", scalar<hash_text>());
  registry.add_scalar("hashtextextended", scalar<hash_text_extended>());
  registry.add_scalar("hashbpchar", scalar<hash_bpchar>());
  registry.add_scalar("hashbpcharextended", scalar<hash_bpchar_extended>());
  for (const char* symbol : {"hashname", "hashvarlena"}) registry.add_scalar(symbol, scalar<signed_hash>());
  for (const char* symbol : {"hashnameextended", "hashvarlenaextended"}) {
    registry.add_scalar(symbol, scalar<signed_hash_extended>());
  }
  registry.add_scalar("hashchar", scalar<hash_char>());
  registry.add_scalar("hashcharextended", scalar<hash_char_extended>());
  for (const char* symbol : {"bttextsortsupport", "btnamesortsupport", "bpchar_sortsupport", "bytea_sortsupport",
                             "bttext_pattern_sortsupport", "btbpchar_pattern_sortsupport", "uuid_sortsupport",
                             "text_starts_with_support", "varchar_support"}) {
    registry.add_internal(symbol);
  }
}

}  // namespace basalt::types
