// Operations of types made of parts: enums, arrays, records, ranges, multiranges; and jsonb, which has its own.
#include <map>
#include <mutex>

#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/range.hpp"
#include "types/container/record.hpp"
#include "types/json/jsonb.hpp"
#include "types/key_codec.hpp"
#include "types/type_operations_detail.hpp"

namespace basalt::types {

using common::Value;

namespace {

// PostgreSQL's way of turning both halves of a 64-bit hash by one bit.
uint64_t rotate_halves(uint64_t v) {
  auto high = static_cast<uint32_t>(v >> 32), low = static_cast<uint32_t>(v);
  return (static_cast<uint64_t>(std::rotl(high, 1)) << 32) | std::rotl(low, 1);
}

struct EnumTraits {
  using Type = uint32_t;
  TypePointer type;
  std::shared_ptr<const std::map<uint32_t, float>> orders;

  float order(uint32_t v) const {
    auto it = orders->find(v);
    ENSURE(it != orders->end(), "label " + std::to_string(v) + " is not of enum " + type->name);
    return it->second;
  }
  int compare(uint32_t a, uint32_t b) const { return a == b ? 0 : three_way(order(a), order(b)); }
  uint64_t hash(uint32_t v) const { return mix_hash(v, 0x1f83d9abfb41bd6bull); }
  uint64_t hash_extended(uint32_t v, uint64_t seed) const { return hash_uint32_extended(v, seed); }
  void append_key(uint32_t v, std::string& out) const { append_key_float(out, order(v)); }
};

// Elements first, then their number, then the dimensions and the lower bounds. NULL elements are equal to each other
// and above all others.
struct ArrayTraits {
  using Type = std::string_view;
  RawOperationsPointer element;

  static std::string_view bytes(const ArrayView& a, uint32_t i, Value& keep) {
    if (a.physical() == common::PhysicalType::kString) return a.string(i);
    keep = a.value(i);
    return raw_bytes(keep);
  }
  int compare_elements(const ArrayView& a, const ArrayView& b, uint32_t i) const {
    if (a.is_null(i) || b.is_null(i)) return static_cast<int>(a.is_null(i)) - static_cast<int>(b.is_null(i));
    Value x, y;
    return element->compare_raw(bytes(a, i, x), bytes(b, i, y));
  }
  int compare(std::string_view left, std::string_view right) const {
    ArrayView a(left), b(right);
    for (uint32_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (int order = compare_elements(a, b, i)) return order;
    }
    if (a.size() != b.size()) return three_way(a.size(), b.size());
    if (a.dimensions() != b.dimensions()) return three_way(a.dimensions(), b.dimensions());
    for (int d = 0; d < a.dimensions(); ++d) {
      if (int order = three_way(a.dimension(d).length, b.dimension(d).length)) return order;
    }
    for (int d = 0; d < a.dimensions(); ++d) {
      if (int order = three_way(a.dimension(d).lower, b.dimension(d).lower)) return order;
    }
    return 0;
  }
  template <typename Hash>
  uint64_t fold(std::string_view v, Hash&& hash_one) const {
    ArrayView a(v);
    uint64_t result = 1;
    for (uint32_t i = 0; i < a.size(); ++i) {
      Value keep;
      uint64_t h = a.is_null(i) ? 0 : hash_one(bytes(a, i, keep));
      result = (result << 5) - result + h;
    }
    return result;
  }
  uint64_t hash(std::string_view v) const {
    return mix_hash(fold(v, [&](std::string_view e) { return element->hash_raw(e); }), 0x5be0cd19137e2179ull);
  }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const {
    return fold(v, [&](std::string_view e) { return element->hash_extended_raw(e, seed); });
  }
  void append_key(std::string_view v, std::string& out) const {
    ArrayView a(v);
    for (uint32_t i = 0; i < a.size(); ++i) {
      out.push_back(a.is_null(i) ? 2 : 1);
      Value keep;
      if (!a.is_null(i)) element->append_key_raw(bytes(a, i, keep), out);
    }
    out.push_back(0);
    out.push_back(static_cast<char>(a.dimensions()));
    for (int d = 0; d < a.dimensions(); ++d) append_key_signed(out, a.dimension(d).length);
    for (int d = 0; d < a.dimensions(); ++d) append_key_signed(out, a.dimension(d).lower);
  }
};

// oidvector: the shorter one first, then by the OIDs. Its hash is that of the bytes of the OIDs.
struct OidvectorTraits {
  using Type = std::string_view;
  static std::string_view values(std::string_view v) { return v.substr(v.size() - ArrayView(v).size() * size_t{4}); }
  int compare(std::string_view left, std::string_view right) const {
    ArrayView a(left), b(right);
    if (a.size() != b.size()) return three_way(a.size(), b.size());
    for (uint32_t i = 0; i < a.size(); ++i) {
      if (int order = three_way(a.get<uint32_t>(i), b.get<uint32_t>(i))) return order;
    }
    return 0;
  }
  uint64_t hash(std::string_view v) const { return mix_hash_bytes(values(v)); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const { return hash_bytes_extended(values(v), seed); }
  void append_key(std::string_view v, std::string& out) const {
    ArrayView a(v);
    append_key_unsigned(out, a.size());
    for (uint32_t i = 0; i < a.size(); ++i) append_key_unsigned(out, a.get<uint32_t>(i));
  }
  Value decode_key(std::string_view& key) const {
    ArrayBuilder builder(oid::kOid, common::PhysicalType::kInt32);
    for (auto left = take_key_unsigned<uint32_t>(key); left > 0; --left) {
      builder.append_fixed(take_key_unsigned<uint32_t>(key));
    }
    return Value::of(builder.finish_vector());
  }
};

// Operations of the fields of records, whose types are only known from the values. Filled as types appear; the context
// must outlive it.
class FieldOperations {
 public:
  explicit FieldOperations(CallContext& context) : context_(&context) {}
  RawOperationsPointer of(Oid type) const {
    std::lock_guard lock(mutex_);
    RawOperationsPointer& slot = known_[type];
    if (!slot) slot = raw_operations(*context_, type, context_->type(type)->collation);
    return slot;
  }
  std::string type_name(Oid type) const {
    std::lock_guard lock(mutex_);
    return context_->format_type(type, -1);
  }

 private:
  CallContext* context_;
  mutable std::mutex mutex_;
  mutable std::map<Oid, RawOperationsPointer> known_;
};

struct RecordTraits {
  using Type = std::string_view;
  std::vector<RawOperationsPointer> fields;  // of a named type; empty for anonymous records
  std::shared_ptr<FieldOperations> by_type;

  RawOperationsPointer operations(const RecordView& r, uint32_t i) const {
    return i < fields.size() ? fields[i] : by_type->of(r.field_type(i));
  }
  int compare(std::string_view left, std::string_view right) const {
    RecordView a(left), b(right);
    for (uint32_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (a.field_type(i) != b.field_type(i)) {
        throw common::SqlError(common::sqlstate::kDatatypeMismatch, "cannot compare dissimilar column types " +
                                                                        by_type->type_name(a.field_type(i)) + " and " +
                                                                        by_type->type_name(b.field_type(i)) +
                                                                        " at record column " + std::to_string(i + 1));
      }
      if (a.is_null(i) || b.is_null(i)) {
        int order = static_cast<int>(a.is_null(i)) - static_cast<int>(b.is_null(i));
        if (order != 0) return order;
        continue;
      }
      if (int order = operations(a, i)->compare_raw(a.bytes(i), b.bytes(i))) return order;
    }
    if (a.size() != b.size()) {
      throw common::SqlError(common::sqlstate::kDatatypeMismatch,
                             "cannot compare record types with different numbers of columns");
    }
    return 0;
  }
  template <typename Hash>
  uint64_t fold(std::string_view v, Hash&& hash_one) const {
    RecordView r(v);
    uint64_t result = 0;
    for (uint32_t i = 0; i < r.size(); ++i) {
      uint64_t h = r.is_null(i) ? 0 : hash_one(*operations(r, i), r.bytes(i));
      result = (result << 5) - result + h;
    }
    return result;
  }
  uint64_t hash(std::string_view v) const {
    return fold(v, [](const RawOperations& o, std::string_view f) { return o.hash_raw(f); });
  }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const {
    return fold(v, [&](const RawOperations& o, std::string_view f) { return o.hash_extended_raw(f, seed); });
  }
  void append_key(std::string_view v, std::string& out) const {
    RecordView r(v);
    for (uint32_t i = 0; i < r.size(); ++i) {
      out.push_back(r.is_null(i) ? 2 : 1);
      if (!r.is_null(i)) operations(r, i)->append_key_raw(r.bytes(i), out);
    }
    out.push_back(0);
  }
};

// Empty ranges first; then by the lower bound, then by the upper.
struct RangeRules {
  RawOperationsPointer bound;

  int compare_lower(const RangePart& a, const RangePart& b) const {
    if (a.lower_infinite() || b.lower_infinite()) {
      return static_cast<int>(b.lower_infinite()) - static_cast<int>(a.lower_infinite());
    }
    int order = bound->compare_raw(a.lower, b.lower);
    if (order != 0) return order;
    return static_cast<int>(b.lower_inclusive()) - static_cast<int>(a.lower_inclusive());
  }
  int compare_upper(const RangePart& a, const RangePart& b) const {
    if (a.upper_infinite() || b.upper_infinite()) {
      return static_cast<int>(a.upper_infinite()) - static_cast<int>(b.upper_infinite());
    }
    int order = bound->compare_raw(a.upper, b.upper);
    if (order != 0) return order;
    return static_cast<int>(a.upper_inclusive()) - static_cast<int>(b.upper_inclusive());
  }
  int compare_parts(const RangePart& a, const RangePart& b) const {
    if (a.empty() || b.empty()) return static_cast<int>(b.empty()) - static_cast<int>(a.empty());
    int order = compare_lower(a, b);
    return order != 0 ? order : compare_upper(a, b);
  }
  uint64_t hash_part(const RangePart& r) const {
    uint64_t lower = r.has_lower() ? bound->hash_raw(r.lower) : 0;
    uint64_t upper = r.has_upper() ? bound->hash_raw(r.upper) : 0;
    return mix_hash(mix_hash(r.flags, lower), upper);
  }
  uint64_t hash_part_extended(const RangePart& r, uint64_t seed) const {
    uint64_t result = hash_uint32_extended(r.flags, seed);
    result ^= r.has_lower() ? bound->hash_extended_raw(r.lower, seed) : 0;
    result = rotate_halves(result);
    return result ^ (r.has_upper() ? bound->hash_extended_raw(r.upper, seed) : 0);
  }
  void append_part(const RangePart& r, std::string& out) const {
    if (r.empty()) return out.push_back(0);
    out.push_back(1);
    out.push_back(r.has_lower() ? 1 : 0);
    if (r.has_lower()) {
      bound->append_key_raw(r.lower, out);
      out.push_back(r.lower_inclusive() ? 0 : 1);
    }
    out.push_back(r.has_upper() ? 0 : 1);
    if (r.has_upper()) {
      bound->append_key_raw(r.upper, out);
      out.push_back(r.upper_inclusive() ? 1 : 0);
    }
  }
};

struct RangeTraits : RangeRules {
  using Type = std::string_view;
  int compare(std::string_view a, std::string_view b) const { return compare_parts(RangeView(a), RangeView(b)); }
  uint64_t hash(std::string_view v) const { return hash_part(RangeView(v)); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const { return hash_part_extended(RangeView(v), seed); }
  void append_key(std::string_view v, std::string& out) const { append_part(RangeView(v), out); }
};

struct MultirangeTraits : RangeRules {
  using Type = std::string_view;
  int compare(std::string_view left, std::string_view right) const {
    MultirangeView a(left), b(right);
    for (size_t i = 0; i < a.ranges.size() && i < b.ranges.size(); ++i) {
      if (int order = compare_parts(a.ranges[i], b.ranges[i])) return order;
    }
    return three_way(a.ranges.size(), b.ranges.size());
  }
  uint64_t hash(std::string_view v) const {
    uint64_t result = 1;
    for (const RangePart& r : MultirangeView(v).ranges) result = mix_hash(result, hash_part(r));
    return result;
  }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const {
    uint64_t result = 1;
    for (const RangePart& r : MultirangeView(v).ranges) {
      result = (result << 5) - result + hash_part_extended(r, seed);
    }
    return result;
  }
  void append_key(std::string_view v, std::string& out) const {
    for (const RangePart& r : MultirangeView(v).ranges) append_part(r, out);
    out.push_back(0);
  }
};

struct JsonbTraits {
  using Type = std::string_view;
  int compare(std::string_view a, std::string_view b) const { return json::compare(a, b); }
  uint64_t hash(std::string_view v) const { return json::hash(v); }
  uint64_t hash_extended(std::string_view v, uint64_t seed) const { return json::hash_extended(v, seed); }
  void append_key(std::string_view v, std::string& out) const { json::append_key(v, out); }
};

RawOperationsPointer make_enum(const TypePointer& type) {
  auto orders = std::make_shared<std::map<uint32_t, float>>();
  for (const EnumLabel& label : type->labels) orders->emplace(label.oid.value, label.sort_order);
  return make_operations(EnumTraits{type, std::move(orders)});
}

RawOperationsPointer make_record(CallContext& context, const TypePointer& type) {
  RecordTraits traits;
  traits.by_type = std::make_shared<FieldOperations>(context);
  for (const CompositeAttribute& attribute : type->attributes) {
    if (!attribute.dropped) traits.fields.push_back(raw_operations(context, attribute.type, attribute.collation));
  }
  return make_operations(std::move(traits));
}

}  // namespace

RawOperationsPointer make_container_operations(CallContext& context, const TypePointer& type, Oid collation) {
  if (type->oid == oid::kJsonb) return make_operations<JsonbTraits>();
  if (type->kind == 'e') return make_enum(type);
  if (type->kind == 'c' || type->oid == oid::kRecord) return make_record(context, type);
  if (type->kind == 'r') {
    return make_operations(RangeTraits{{raw_operations(context, type->range_subtype, type->range_collation)}});
  }
  if (type->kind == 'm') {
    TypePointer range = context.type(type->range);
    return make_operations(MultirangeTraits{{raw_operations(context, range->range_subtype, range->range_collation)}});
  }
  if (type->oid == oid::kOidvector) return make_operations<OidvectorTraits>();
  if (type->oid != oid::kInt2vector && !type->is_true_array()) return nullptr;
  return make_operations(ArrayTraits{raw_operations(context, type->element, collation)});
}

}  // namespace basalt::types
