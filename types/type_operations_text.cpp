// Operations of the types whose values are plain bytes: text under a collation, bpchar, name, bytea, bit, numeric.
#include "types/key_codec.hpp"
#include "types/number/numeric.hpp"
#include "types/text/collation.hpp"
#include "types/text/network.hpp"
#include "types/type_operations_detail.hpp"

namespace basalt::types {

using common::Value;

namespace {

int compare_bytes(std::string_view a, std::string_view b) {
  size_t shared = std::min(a.size(), b.size());
  int order = shared ? std::memcmp(a.data(), b.data(), shared) : 0;
  return order != 0 ? order : three_way(a.size(), b.size());
}

// text under C, name, bytea.
struct BytesTraits {
  using Type = std::string_view;
  int compare(std::string_view a, std::string_view b) const { return compare_bytes(a, b); }
  uint64_t hash(std::string_view v) const { return mix_hash_bytes(v); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const { return hash_bytes_extended(v, seed); }
  void append_key(std::string_view v, std::string& out) const { append_key_string(out, v); }
  Value decode_key(std::string_view& key) const { return Value::of(take_key_string(key)); }
};

std::string_view without_padding(std::string_view v) {
  size_t last = v.find_last_not_of(' ');
  return last == std::string_view::npos ? std::string_view() : v.substr(0, last + 1);
}

// char(n): trailing blanks do not count.
struct PaddedTraits {
  using Type = std::string_view;
  int compare(std::string_view a, std::string_view b) const {
    return compare_bytes(without_padding(a), without_padding(b));
  }
  uint64_t hash(std::string_view v) const { return mix_hash_bytes(without_padding(v)); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const {
    return hash_bytes_extended(without_padding(v), seed);
  }
  void append_key(std::string_view v, std::string& out) const { append_key_string(out, without_padding(v)); }
};

// Text under a language's rules.
struct CollatedTraits {
  using Type = std::string_view;
  CollationPointer collation;
  bool padded;

  std::string_view trimmed(std::string_view v) const { return padded ? without_padding(v) : v; }
  std::string sort_key(std::string_view v) const {
    std::string key;
    collation->append_sort_key(v, key);
    return key;
  }
  int compare(std::string_view a, std::string_view b) const { return collation->compare(trimmed(a), trimmed(b)); }
  uint64_t hash(std::string_view v) const {
    v = trimmed(v);
    return collation->is_deterministic() ? mix_hash_bytes(v) : mix_hash_bytes(sort_key(v));
  }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const {
    v = trimmed(v);
    return collation->is_deterministic() ? hash_bytes_extended(v, seed) : hash_bytes_extended(sort_key(v), seed);
  }
  void append_key(std::string_view v, std::string& out) const { append_key_string(out, sort_key(trimmed(v))); }
};

// bit and varbit: bit count : 4, then the bytes. Ordered by the bits, then by their number.
struct BitTraits {
  using Type = std::string_view;
  static uint32_t count(std::string_view v) {
    uint32_t bits;
    ENSURE(v.size() >= sizeof bits, "bit string ends too early");
    std::memcpy(&bits, v.data(), sizeof bits);
    return bits;
  }
  int compare(std::string_view a, std::string_view b) const {
    std::string_view x = a.substr(4), y = b.substr(4);
    size_t shared = std::min(x.size(), y.size());
    int order = shared ? std::memcmp(x.data(), y.data(), shared) : 0;
    return order != 0 ? order : three_way(count(a), count(b));
  }
  uint64_t hash(std::string_view v) const { return mix_hash_bytes(v); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const {
    count(v);
    return hash_bytes_extended(v.substr(4), seed);
  }
  void append_key(std::string_view v, std::string& out) const {
    uint32_t bits = count(v);
    append_key_string(out, v.substr(4));
    append_key_unsigned(out, bits);
  }
  Value decode_key(std::string_view& key) const {
    std::string bytes = take_key_string(key);
    auto bits = take_key_unsigned<uint32_t>(key);
    std::string out(reinterpret_cast<const char*>(&bits), sizeof bits);
    return Value::of(out + bytes);
  }
};

struct NumericTraits {
  using Type = std::string_view;
  int compare(std::string_view a, std::string_view b) const { return numeric::compare(a, b); }
  uint64_t hash(std::string_view v) const { return numeric::hash(v); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const { return numeric::hash_numeric_extended(v, seed); }
  void append_key(std::string_view v, std::string& out) const { numeric::append_key(v, out); }
};

// inet and cidr: equal bytes are equal addresses.
struct NetworkTraits {
  using Type = std::string_view;
  int compare(std::string_view a, std::string_view b) const {
    return network::compare(network::read(a), network::read(b));
  }
  uint64_t hash(std::string_view v) const { return mix_hash_bytes(v); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const { return hash_bytes_extended(v, seed); }
  void append_key(std::string_view v, std::string& out) const { network::append_key(network::read(v), out); }
};

template <typename Traits>
RawOperationsPointer shared_operations() {
  static const RawOperationsPointer kOperations = make_operations<Traits>();
  return kOperations;
}

RawOperationsPointer collated(CallContext& context, Oid collation, bool padded) {
  CollationPointer rules = resolve_collation(&context, collation);
  if (rules->is_bytewise()) return padded ? shared_operations<PaddedTraits>() : shared_operations<BytesTraits>();
  return make_operations(CollatedTraits{std::move(rules), padded});
}

}  // namespace

RawOperationsPointer make_text_operations(CallContext& context, Oid type, Oid collation) {
  switch (type.value) {
    case oid::kText.value:
    case oid::kVarchar.value:
      return collated(context, collation, false);
    case oid::kName.value:
    case oid::kRefcursor.value:
    case oid::kAclitem.value:
      return collation.valid() ? collated(context, collation, false) : shared_operations<BytesTraits>();
    case oid::kBpchar.value:
      return collated(context, collation, true);
    case oid::kBytea.value:
      return shared_operations<BytesTraits>();
    case oid::kBit.value:
    case oid::kVarbit.value:
      return shared_operations<BitTraits>();
    case oid::kNumeric.value:
      return shared_operations<NumericTraits>();
    default:
      return nullptr;
  }
}

}  // namespace basalt::types
