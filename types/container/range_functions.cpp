// Functions and operators of ranges and multiranges. Both are sorted lists of ranges; R marks a range argument, M a
// multirange.
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/detail.hpp"
#include "types/container/message.hpp"
#include "types/container/range_set.hpp"
#include "types/container/range_text.hpp"
#include "types/container/value_codec.hpp"
#include "types/function_adaptor.hpp"
#include "types/number/numeric.hpp"
#include "types/value_function.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

struct R {
  static Oid type(std::string_view bytes) { return RangeView(bytes).type; }
  static RangeSet read(const RangeType& type, std::string_view bytes) { return type.read_range(bytes); }
};
struct M {
  static Oid type(std::string_view bytes) { return MultirangeView(bytes).type; }
  static RangeSet read(const RangeType& type, std::string_view bytes) { return type.read_multirange(bytes); }
};

// --- input, output -------------------------------------------------------------------------------------------------

std::string range_in(FunctionCall& call, std::string_view text, uint32_t oid, int32_t typmod) {
  const RangeType& type = range_type_for(call, Oid{oid});
  return type.write(parse_range(*call.context, type, text, typmod));
}
std::string range_out(FunctionCall& call, std::string_view bytes) {
  RangeView view(bytes);
  const RangeType& type = range_type_for(call, view.type);
  return range_text(*call.context, type, type.read(view));
}
std::string range_recv(FunctionCall& call, std::string_view message, uint32_t oid, int32_t typmod) {
  const RangeType& type = range_type_for(call, Oid{oid});
  return type.write(receive_range(*call.context, type, message, typmod));
}
std::string range_send(FunctionCall& call, std::string_view bytes) {
  RangeView view(bytes);
  const RangeType& type = range_type_for(call, view.type);
  return send_range(*call.context, type, type.read(view));
}

std::string multirange_in(FunctionCall& call, std::string_view text, uint32_t oid, int32_t typmod) {
  const RangeType& type = range_type_for(call, Oid{oid});
  return type.write_multirange(parse_multirange(*call.context, type, text, typmod));
}
std::string multirange_out(FunctionCall& call, std::string_view bytes) {
  const RangeType& type = range_type_for(call, M::type(bytes));
  return multirange_text(*call.context, type, type.read_multirange(bytes));
}
std::string multirange_recv(FunctionCall& call, std::string_view message, uint32_t oid, int32_t typmod) {
  const RangeType& type = range_type_for(call, Oid{oid});
  auto count = take_message<uint32_t>(message);
  RangeSet ranges;
  for (uint32_t i = 0; i < count; ++i) {
    auto size = take_message<uint32_t>(message);
    std::string_view part = take_message_bytes(message, size);
    ranges.push_back(receive_range(*call.context, type, part, typmod));
  }
  return type.write_multirange(type.normalized(std::move(ranges)));
}
std::string multirange_send(FunctionCall& call, std::string_view bytes) {
  const RangeType& type = range_type_for(call, M::type(bytes));
  RangeSet ranges = type.read_multirange(bytes);
  std::string out;
  append_message(out, static_cast<uint32_t>(ranges.size()));
  for (const Range& range : ranges) {
    std::string part = send_range(*call.context, type, range);
    append_message(out, static_cast<uint32_t>(part.size()));
    out += part;
  }
  return out;
}

// --- constructors --------------------------------------------------------------------------------------------------

Value construct(FunctionCall& call, std::span<const Value> arguments, bool lower_inclusive, bool upper_inclusive) {
  const RangeType& type = range_type_for(call, call.result_type);
  Bound lower{"", arguments[0].is_null(), lower_inclusive, true};
  Bound upper{"", arguments[1].is_null(), upper_inclusive, false};
  if (!lower.infinite) lower.bytes = raw_bytes(arguments[0]);
  if (!upper.infinite) upper.bytes = raw_bytes(arguments[1]);
  return Value::of(type.write(type.make(std::move(lower), std::move(upper))));
}
Value range_constructor2(FunctionCall& call, std::span<const Value> arguments) {
  return construct(call, arguments, true, false);
}
Value range_constructor3(FunctionCall& call, std::span<const Value> arguments) {
  if (arguments[2].is_null()) {
    throw SqlError(sqlstate::kDataException, "range constructor flags argument must not be null");
  }
  std::string_view flags = arguments[2].string();
  bool good = flags.size() == 2 && (flags[0] == '[' || flags[0] == '(') && (flags[1] == ']' || flags[1] == ')');
  if (!good) {
    throw SqlError(sqlstate::kSyntaxError, "invalid range bound flags")
        .hint("Valid values are \"[]\", \"[)\", \"(]\", and \"()\".");
  }
  return construct(call, arguments, flags[0] == '[', flags[1] == ']');
}

Value multirange_constructor0(FunctionCall& call, std::span<const Value>) {
  return Value::of(range_type_for(call, call.result_type).write_multirange({}));
}
Value multirange_constructor1(FunctionCall& call, std::span<const Value> arguments) {
  const RangeType& type = range_type_for(call, call.result_type);
  return Value::of(type.write_multirange(type.read_range(arguments[0].string())));
}
Value multirange_constructor2(FunctionCall& call, std::span<const Value> arguments) {
  const RangeType& type = range_type_for(call, call.result_type);
  ArrayView array(arguments[0].string());
  if (array.dimensions() > 1) {
    throw SqlError(sqlstate::kCardinalityViolation, "multiranges cannot be constructed from multidimensional arrays");
  }
  RangeSet ranges;
  for (uint32_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) {
      throw SqlError(sqlstate::kNullValueNotAllowed, "multirange values cannot contain null members");
    }
    ranges.push_back(type.read(RangeView(array.string(i))));
  }
  return Value::of(type.write_multirange(type.normalized(std::move(ranges))));
}

// --- parts ---------------------------------------------------------------------------------------------------------

template <typename Kind, bool Lower>
Value bound_of(FunctionCall& call, std::span<const Value> arguments) {
  std::string_view bytes = arguments[0].string();
  const RangeType& type = range_type_for(call, Kind::type(bytes));
  RangeSet set = Kind::read(type, bytes);
  if (set.empty()) return Value();
  const Bound& bound = Lower ? set.front().lower : set.back().upper;
  return bound.infinite ? Value() : value_of_bytes(type.physical(), bound.bytes);
}
template <typename Kind>
bool is_empty(FunctionCall& call, std::string_view bytes) {
  return Kind::read(range_type_for(call, Kind::type(bytes)), bytes).empty();
}
template <typename Kind, bool Lower, bool Bound::*Flag>
bool bound_flag(FunctionCall& call, std::string_view bytes) {
  RangeSet set = Kind::read(range_type_for(call, Kind::type(bytes)), bytes);
  if (set.empty()) return false;
  return (Lower ? set.front().lower : set.back().upper).*Flag;
}

// --- predicates ----------------------------------------------------------------------------------------------------

using Predicate = bool (*)(const RangeType&, const RangeSet&, const RangeSet&);

bool contains(const RangeType& type, const RangeSet& a, const RangeSet& b) {
  for (const Range& inner : b) {
    bool found = false;
    for (const Range& outer : a) found = found || type.contains(outer, inner);
    if (!found) return false;
  }
  return true;
}
bool contained(const RangeType& type, const RangeSet& a, const RangeSet& b) { return contains(type, b, a); }
bool overlaps(const RangeType& type, const RangeSet& a, const RangeSet& b) {
  for (const Range& x : a) {
    for (const Range& y : b) {
      if (type.overlaps(x, y)) return true;
    }
  }
  return false;
}
bool before(const RangeType& type, const RangeSet& a, const RangeSet& b) {
  return !a.empty() && !b.empty() && type.compare_bounds(a.back().upper, b.front().lower) < 0;
}
bool after(const RangeType& type, const RangeSet& a, const RangeSet& b) { return before(type, b, a); }
bool overleft(const RangeType& type, const RangeSet& a, const RangeSet& b) {
  return !a.empty() && !b.empty() && type.compare_bounds(a.back().upper, b.back().upper) <= 0;
}
bool overright(const RangeType& type, const RangeSet& a, const RangeSet& b) {
  return !a.empty() && !b.empty() && type.compare_bounds(a.front().lower, b.front().lower) >= 0;
}
bool adjacent(const RangeType& type, const RangeSet& a, const RangeSet& b) {
  if (a.empty() || b.empty()) return false;
  return type.adjacent(a.back().upper, b.front().lower) || type.adjacent(b.back().upper, a.front().lower);
}

template <typename A, typename B, Predicate P>
bool test(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, A::type(a));
  return P(type, A::read(type, a), B::read(type, b));
}

template <typename Kind>
Value contains_element(FunctionCall& call, std::span<const Value> arguments) {
  std::string_view bytes = arguments[0].string();
  const RangeType& type = range_type_for(call, Kind::type(bytes));
  bool found = false;
  for (const Range& range : Kind::read(type, bytes)) {
    found = found || type.contains_value(range, raw_bytes(arguments[1]));
  }
  return Value::of(found);
}
template <typename Kind>
Value element_contained(FunctionCall& call, std::span<const Value> arguments) {
  Value swapped[2] = {arguments[1], arguments[0]};
  return contains_element<Kind>(call, swapped);
}

// --- order ---------------------------------------------------------------------------------------------------------

template <typename Kind>
int compare(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, Kind::type(a));
  if (Kind::type(a) != Kind::type(b)) throw SqlError(sqlstate::kInternalError, "range types do not match");
  RangeSet x = Kind::read(type, a), y = Kind::read(type, b);
  for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
    if (int order = type.compare(x[i], y[i])) return order < 0 ? -1 : 1;
  }
  return three_way(x.size(), y.size());
}
template <typename K>
bool eq(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare<K>(c, a, b) == 0;
}
template <typename K>
bool ne(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare<K>(c, a, b) != 0;
}
template <typename K>
bool lt(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare<K>(c, a, b) < 0;
}
template <typename K>
bool le(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare<K>(c, a, b) <= 0;
}
template <typename K>
bool gt(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare<K>(c, a, b) > 0;
}
template <typename K>
bool ge(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare<K>(c, a, b) >= 0;
}
template <typename K>
int32_t cmp(FunctionCall& c, std::string_view a, std::string_view b) {
  return compare<K>(c, a, b);
}

template <typename Kind>
int64_t hash_extended(FunctionCall& call, std::string_view bytes, int64_t seed) {
  return static_cast<int64_t>(operations_for(call, Kind::type(bytes), "an extended hash function")
                                  .hash_extended_raw(bytes, static_cast<uint64_t>(seed)));
}
template <typename Kind>
int32_t hash(FunctionCall& call, std::string_view bytes) {
  return static_cast<int32_t>(hash_extended<Kind>(call, bytes, 0));
}

// --- sets ----------------------------------------------------------------------------------------------------------

Range single(const RangeSet& set, const char* message) {
  if (set.empty()) return Range{true, {}, {}};
  if (set.size() > 1) throw SqlError(sqlstate::kDataException, message);
  return set.front();
}

RangeSet united(const RangeType& type, RangeSet a, RangeSet b) {
  for (Range& range : b) a.push_back(std::move(range));
  return type.normalized(std::move(a));
}
RangeSet intersected(const RangeType& type, const RangeSet& a, const RangeSet& b) {
  RangeSet out;
  for (const Range& x : a) {
    for (const Range& y : b) out.push_back(type.intersection(x, y));
  }
  return type.normalized(std::move(out));
}

std::string range_union(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, R::type(a));
  RangeSet set = united(type, type.read_range(a), type.read_range(b));
  return type.write(single(set, "result of range union would not be contiguous"));
}
std::string range_minus(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, R::type(a));
  RangeSet set = type.difference(type.read_range(a), type.read_range(b));
  return type.write(single(set, "result of range difference would not be contiguous"));
}
std::string range_intersect(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, R::type(a));
  return type.write(single(intersected(type, type.read_range(a), type.read_range(b)), ""));
}
std::string range_merge(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, R::type(a));
  return type.write(type.span(type.read(RangeView(a)), type.read(RangeView(b))));
}
std::string range_merge_from_multirange(FunctionCall& call, std::string_view bytes) {
  const RangeType& type = range_type_for(call, M::type(bytes));
  RangeSet set = type.read_multirange(bytes);
  return type.write(set.empty() ? Range{true, {}, {}} : type.span(set.front(), set.back()));
}
std::string multirange_union(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, M::type(a));
  return type.write_multirange(united(type, type.read_multirange(a), type.read_multirange(b)));
}
std::string multirange_minus(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, M::type(a));
  return type.write_multirange(type.difference(type.read_multirange(a), type.read_multirange(b)));
}
std::string multirange_intersect(FunctionCall& call, std::string_view a, std::string_view b) {
  const RangeType& type = range_type_for(call, M::type(a));
  return type.write_multirange(intersected(type, type.read_multirange(a), type.read_multirange(b)));
}

std::string canonical(FunctionCall& call, std::string_view bytes) {
  const RangeType& type = range_type_for(call, R::type(bytes));
  Range range = type.read(RangeView(bytes));
  return range.empty ? std::string(bytes) : type.write(type.make(range.lower, range.upper));
}

class MultirangeUnnest final : public RowSetFunction {
 public:
  explicit MultirangeUnnest(std::vector<std::string> ranges)
      : RowSetFunction({common::PhysicalType::kString}), ranges_(std::move(ranges)) {}

 protected:
  bool next_row(common::Chunk& out, uint32_t row) override {
    if (at_ >= ranges_.size()) return false;
    out.columns[0].data<common::StringRef>()[row] = out.columns[0].add_string(ranges_[at_++]);
    return true;
  }

 private:
  std::vector<std::string> ranges_;
  size_t at_ = 0;
};

std::unique_ptr<SetFunction> multirange_unnest(FunctionCall& call, std::span<const Value> arguments) {
  std::vector<std::string> ranges;
  if (!arguments[0].is_null()) {
    std::string_view bytes = arguments[0].string();
    const RangeType& type = range_type_for(call, M::type(bytes));
    for (const Range& range : type.read_multirange(bytes)) ranges.push_back(type.write(range));
  }
  return std::make_unique<MultirangeUnnest>(std::move(ranges));
}

double int4range_subdiff(int32_t a, int32_t b) { return static_cast<double>(a) - static_cast<double>(b); }
double int8range_subdiff(int64_t a, int64_t b) { return static_cast<double>(a) - static_cast<double>(b); }
double tsrange_subdiff(int64_t a, int64_t b) { return (static_cast<double>(a) - static_cast<double>(b)) / 1e6; }

double numrange_subdiff(std::string_view a, std::string_view b) { return numeric::to_double(numeric::subtract(a, b)); }

template <typename Kind>
void register_kind(FunctionRegistry& registry, const std::string& prefix) {
  registry.add_scalar(prefix + "lower", value_kernel<bound_of<Kind, true>>());
  registry.add_scalar(prefix + "upper", value_kernel<bound_of<Kind, false>>());
  registry.add_scalar(prefix + "empty", scalar<is_empty<Kind>>());
  registry.add_scalar(prefix + "lower_inc", scalar<bound_flag<Kind, true, &Bound::inclusive>>());
  registry.add_scalar(prefix + "upper_inc", scalar<bound_flag<Kind, false, &Bound::inclusive>>());
  registry.add_scalar(prefix + "lower_inf", scalar<bound_flag<Kind, true, &Bound::infinite>>());
  registry.add_scalar(prefix + "upper_inf", scalar<bound_flag<Kind, false, &Bound::infinite>>());
  registry.add_scalar(prefix + "contains_elem", value_kernel<contains_element<Kind>>());
  registry.add_scalar("elem_contained_by_" + prefix.substr(0, prefix.size() - 1),
                      value_kernel<element_contained<Kind>>());
  registry.add_scalar(prefix + "eq", scalar<eq<Kind>>());
  registry.add_scalar(prefix + "ne", scalar<ne<Kind>>());
  registry.add_scalar(prefix + "lt", scalar<lt<Kind>>());
  registry.add_scalar(prefix + "le", scalar<le<Kind>>());
  registry.add_scalar(prefix + "gt", scalar<gt<Kind>>());
  registry.add_scalar(prefix + "ge", scalar<ge<Kind>>());
  registry.add_scalar(prefix + "cmp", scalar<cmp<Kind>>());
  std::string type = prefix.substr(0, prefix.size() - 1);
  registry.add_scalar("hash_" + type, scalar<hash<Kind>>());
  registry.add_scalar("hash_" + type + "_extended", scalar<hash_extended<Kind>>());
}

// Symbols are A_verb_B; for two ranges just range_verb.
template <typename A, typename B>
void register_predicates(FunctionRegistry& registry, const std::string& prefix, const std::string& suffix) {
  registry.add_scalar(prefix + "contains" + suffix, scalar<test<A, B, contains>>());
  registry.add_scalar(prefix + "contained_by" + suffix, scalar<test<A, B, contained>>());
  registry.add_scalar(prefix + "overlaps" + suffix, scalar<test<A, B, overlaps>>());
  registry.add_scalar(prefix + "before" + suffix, scalar<test<A, B, before>>());
  registry.add_scalar(prefix + "after" + suffix, scalar<test<A, B, after>>());
  registry.add_scalar(prefix + "overleft" + suffix, scalar<test<A, B, overleft>>());
  registry.add_scalar(prefix + "overright" + suffix, scalar<test<A, B, overright>>());
  registry.add_scalar(prefix + "adjacent" + suffix, scalar<test<A, B, adjacent>>());
}

}  // namespace

void register_range(FunctionRegistry& registry) {
  registry.add_scalar("range_in", scalar<range_in>());
  registry.add_scalar("range_out", scalar<range_out>());
  registry.add_scalar("anyrange_out", scalar<range_out>());
  registry.add_scalar("anycompatiblerange_out", scalar<range_out>());
  registry.add_scalar("range_recv", scalar<range_recv>());
  registry.add_scalar("range_send", scalar<range_send>());
  registry.add_scalar("range_constructor2", value_kernel<range_constructor2, NullArguments::kReach>());
  registry.add_scalar("range_constructor3", value_kernel<range_constructor3, NullArguments::kReach>());
  registry.add_scalar("range_union", scalar<range_union>());
  registry.add_scalar("range_minus", scalar<range_minus>());
  registry.add_scalar("range_intersect", scalar<range_intersect>());
  registry.add_scalar("range_merge", scalar<range_merge>());
  registry.add_scalar("int4range_canonical", scalar<canonical>());
  registry.add_scalar("int8range_canonical", scalar<canonical>());
  registry.add_scalar("daterange_canonical", scalar<canonical>());
  registry.add_scalar("int4range_subdiff", scalar<int4range_subdiff>());
  registry.add_scalar("int8range_subdiff", scalar<int8range_subdiff>());
  registry.add_scalar("daterange_subdiff", scalar<int4range_subdiff>());
  registry.add_scalar("numrange_subdiff", scalar<numrange_subdiff>());
  registry.add_scalar("tsrange_subdiff", scalar<tsrange_subdiff>());
  registry.add_scalar("tstzrange_subdiff", scalar<tsrange_subdiff>());
  register_kind<R>(registry, "range_");
  register_predicates<R, R>(registry, "range_", "");
}

void register_multirange(FunctionRegistry& registry) {
  registry.add_scalar("multirange_in", scalar<multirange_in>());
  registry.add_scalar("multirange_out", scalar<multirange_out>());
  registry.add_scalar("anymultirange_out", scalar<multirange_out>());
  registry.add_scalar("anycompatiblemultirange_out", scalar<multirange_out>());
  registry.add_scalar("multirange_recv", scalar<multirange_recv>());
  registry.add_scalar("multirange_send", scalar<multirange_send>());
  registry.add_scalar("multirange_constructor0", value_kernel<multirange_constructor0>());
  registry.add_scalar("multirange_constructor1", value_kernel<multirange_constructor1>());
  registry.add_scalar("multirange_constructor2", value_kernel<multirange_constructor2>());
  registry.add_scalar("multirange_union", scalar<multirange_union>());
  registry.add_scalar("multirange_minus", scalar<multirange_minus>());
  registry.add_scalar("multirange_intersect", scalar<multirange_intersect>());
  registry.add_scalar("range_merge_from_multirange", scalar<range_merge_from_multirange>());
  registry.add_set("multirange_unnest", multirange_unnest);
  register_kind<M>(registry, "multirange_");
  register_predicates<M, M>(registry, "multirange_", "_multirange");
  register_predicates<M, R>(registry, "multirange_", "_range");
  register_predicates<R, M>(registry, "range_", "_multirange");
}

}  // namespace basalt::types::container
