// clone(), equal() and hash() over the field lists of node_fields.hpp.
#include <cstring>
#include <type_traits>

#include "common/stack_depth.hpp"
#include "query/node_fields.hpp"
#include "query/walker.hpp"

namespace basalt::query {

namespace {

// ---------------------------------------------------------------------------------------------------- copy

template <typename T>
void copy_node(const T& from, T& to);

template <typename T>
void copy_field(const T& from, T& to) {
  if constexpr (std::is_same_v<T, ExpressionPointer>) {
    to = from ? clone(*from) : nullptr;
  } else if constexpr (fields::kIsUnique<T>) {
    if (!from) return to.reset();
    to = std::make_unique<typename T::element_type>();
    copy_node(*from, *to);
  } else if constexpr (fields::kIsVector<T>) {
    using V = typename T::value_type;
    if constexpr (fields::HasFields<V> || fields::kIsVector<V> || fields::kIsUnique<V>) {
      to.clear();
      to.resize(from.size());
      for (size_t i = 0; i < from.size(); ++i) copy_field(from[i], to[i]);
    } else {
      to = from;
    }
  } else if constexpr (fields::HasFields<T>) {
    copy_node(from, to);
  } else {
    to = from;
  }
}

template <typename T>
void copy_node(const T& from, T& to) {
  fields::for_each_field<T>([&](auto member, bool, bool) { copy_field(from.*member, to.*member); });
}

template <typename T>
T copy_of(const T& from) {
  T to;
  copy_field(from, to);
  return to;
}

// ---------------------------------------------------------------------------------------------------- compare

template <typename T>
bool same_node(const T& a, const T& b);

template <typename T>
bool same_field(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, ExpressionPointer>) {
    return equal(a.get(), b.get());
  } else if constexpr (fields::kIsUnique<T>) {
    if (!a || !b) return !a && !b;
    return same_node(*a, *b);
  } else if constexpr (fields::kIsVector<T>) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
      if (!same_field(a[i], b[i])) return false;
    return true;
  } else if constexpr (std::is_same_v<T, Value>) {
    return a.identical(b);
  } else if constexpr (std::is_same_v<T, catalog::RelationPointer>) {
    return (a ? a->oid : Oid{}) == (b ? b->oid : Oid{});
  } else if constexpr (fields::HasFields<T>) {
    return same_node(a, b);
  } else {
    return a == b;
  }
}

template <typename T>
bool same_node(const T& a, const T& b) {
  bool same = true;
  fields::for_each_field<T>([&](auto member, bool compared, bool) {
    if (same && compared) same = same_field(a.*member, b.*member);
  });
  return same;
}

// ---------------------------------------------------------------------------------------------------- hash

struct Hasher {
  uint64_t state = 0x9e3779b97f4a7c15u;

  void mix(uint64_t v) {
    state ^= v + 0x9e3779b97f4a7c15u + (state << 6) + (state >> 2);
    state *= 0xff51afd7ed558ccdu;
    state ^= state >> 33;
  }
  void bytes(std::string_view s) {
    mix(s.size());
    for (unsigned char c : s) mix(c);
  }
  template <typename T>
  void field(const T& v) {
    if constexpr (std::is_same_v<T, ExpressionPointer>) {
      if (v)
        expression(*v);
      else
        mix(0);
    } else if constexpr (fields::kIsUnique<T>) {
      if (v)
        node(*v);
      else
        mix(0);
    } else if constexpr (fields::kIsVector<T>) {
      mix(v.size());
      for (size_t i = 0; i < v.size(); ++i) field(v[i]);
    } else if constexpr (std::is_same_v<T, Value>) {
      if (v.is_null()) return mix(1);
      if (v.type() == common::PhysicalType::kString)
        bytes(v.string());
      else
        bytes({static_cast<const char*>(v.fixed_data()), common::physical_size(v.type())});
    } else if constexpr (std::is_same_v<T, std::string>) {
      bytes(v);
    } else if constexpr (std::is_same_v<T, Oid>) {
      mix(v.value);
    } else if constexpr (std::is_same_v<T, catalog::RelationPointer>) {
      mix(v ? v->oid.value : 0);
    } else if constexpr (fields::HasFields<T>) {
      node(v);
    } else {
      mix(static_cast<uint64_t>(v));
    }
  }
  template <typename T>
  void node(const T& v) {
    fields::for_each_field<T>([&](auto member, bool compared, bool) {
      if (compared) field(v.*member);
    });
  }
  void expression(const Expression& e) {
    common::check_stack_depth();
    mix(static_cast<uint64_t>(e.kind));
    fields::dispatch(e.kind, [&]<typename T>() { node(static_cast<const T&>(e)); });
  }
};

}  // namespace

ExpressionPointer clone(const Expression& expression) {
  common::check_stack_depth();
  return fields::dispatch(expression.kind, [&]<typename T>() -> ExpressionPointer {
    auto copy = fields::make_node<T>(expression.kind);
    copy_node(static_cast<const T&>(expression), *copy);
    return copy;
  });
}

ExpressionList clone(const ExpressionList& list) { return copy_of(list); }
TargetEntry clone(const TargetEntry& entry) { return copy_of(entry); }
std::vector<TargetEntry> clone(const std::vector<TargetEntry>& list) { return copy_of(list); }

std::unique_ptr<BoundQuery> clone(const BoundQuery& query) {
  auto copy = std::make_unique<BoundQuery>();
  copy_node(query, *copy);
  return copy;
}

std::unique_ptr<RangeTableEntry> clone(const RangeTableEntry& entry) {
  auto copy = std::make_unique<RangeTableEntry>();
  copy_node(entry, *copy);
  return copy;
}

std::unique_ptr<FromNode> clone(const FromNode& node) {
  auto copy = std::make_unique<FromNode>();
  copy_node(node, *copy);
  return copy;
}

bool equal(const Expression& a, const Expression& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind) return false;
  common::check_stack_depth();
  return fields::dispatch(
      a.kind, [&]<typename T>() -> bool { return same_node(static_cast<const T&>(a), static_cast<const T&>(b)); });
}

bool equal(const Expression* a, const Expression* b) {
  if (!a || !b) return !a && !b;
  return equal(*a, *b);
}

bool equal(const BoundQuery& a, const BoundQuery& b) { return same_node(a, b); }

uint64_t hash(const Expression& expression) {
  Hasher hasher;
  hasher.expression(expression);
  return hasher.state;
}

}  // namespace basalt::query
