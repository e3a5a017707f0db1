// Tokens of the stored form: integers are decimal and end with a blank; strings are `length:bytes`; a list is its size
// and its items; a node is its kind and its fields in the order of node_fields.hpp. Values are hex.
#include "query/stored_form.hpp"

#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "query/node_fields.hpp"

namespace basalt::query {

namespace {

using common::PhysicalType;

constexpr char kVersion = '1';

struct Writer {
  std::string out;

  void integer(int64_t v) {
    out += std::to_string(v);
    out += ' ';
  }
  void string(std::string_view s) {
    out += std::to_string(s.size());
    out += ':';
    out += s;
  }
  void hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (unsigned char c : bytes) {
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    }
    out += ' ';
  }
  void value(const Value& v) {
    integer(v.is_null() ? -1 - static_cast<int>(v.type()) : static_cast<int>(v.type()));
    if (v.is_null()) return;
    if (v.type() == PhysicalType::kString)
      hex(v.string());
    else
      hex({static_cast<const char*>(v.fixed_data()), common::physical_size(v.type())});
  }
  template <typename T>
  void field(const T& v) {
    if constexpr (std::is_same_v<T, ExpressionPointer>) {
      if (v)
        expression(*v);
      else
        integer(-1);
    } else if constexpr (fields::kIsUnique<T>) {
      integer(v ? 1 : 0);
      if (v) node(*v);
    } else if constexpr (fields::kIsVector<T>) {
      integer(static_cast<int64_t>(v.size()));
      for (size_t i = 0; i < v.size(); ++i) field(v[i]);
    } else if constexpr (std::is_same_v<T, Value>) {
      value(v);
    } else if constexpr (std::is_same_v<T, std::string>) {
      string(v);
    } else if constexpr (std::is_same_v<T, Oid>) {
      integer(v.value);
    } else if constexpr (std::is_same_v<T, catalog::RelationPointer>) {
      integer(v ? v->oid.value : 0);
    } else if constexpr (fields::HasFields<T>) {
      node(v);
    } else {
      integer(static_cast<int64_t>(v));
    }
  }
  template <typename T>
  void node(const T& v) {
    fields::for_each_field<T>([&](auto member, bool, bool stored) {
      if (stored) field(v.*member);
    });
  }
  void expression(const Expression& e) {
    integer(static_cast<int>(e.kind));
    fields::dispatch(e.kind, [&]<typename T>() { node(static_cast<const T&>(e)); });
  }
};

struct Reader {
  std::string_view in;
  catalog::CatalogReader& catalog;

  [[noreturn]] static void fail() { UNREACHABLE("malformed stored form of an expression"); }

  int64_t integer() {
    size_t end = in.find(' ');
    if (end == std::string_view::npos || end == 0 || end > 20) fail();
    int64_t v = std::strtoll(std::string(in.substr(0, end)).c_str(), nullptr, 10);
    in.remove_prefix(end + 1);
    return v;
  }
  std::string string() {
    size_t colon = in.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 10) fail();
    size_t length = std::strtoull(std::string(in.substr(0, colon)).c_str(), nullptr, 10);
    in.remove_prefix(colon + 1);
    if (in.size() < length) fail();
    std::string s(in.substr(0, length));
    in.remove_prefix(length);
    return s;
  }
  static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    fail();
  }
  std::string hex() {
    size_t end = in.find(' ');
    if (end == std::string_view::npos || end % 2 != 0) fail();
    std::string bytes;
    for (size_t i = 0; i < end; i += 2) bytes += static_cast<char>(digit(in[i]) * 16 + digit(in[i + 1]));
    in.remove_prefix(end + 1);
    return bytes;
  }
  Value value() {
    int64_t type = integer();
    if (type < 0) return Value::null(static_cast<PhysicalType>(-1 - type));
    std::string bytes = hex();
    auto physical = static_cast<PhysicalType>(type);
    if (physical == PhysicalType::kString) return Value::of(bytes);
    return common::dispatch_physical(physical, [&]<typename T>() -> Value {
      if constexpr (std::is_same_v<T, common::StringRef>) {
        return Value::of(bytes);
      } else {
        T v;
        if (bytes.size() != sizeof v) fail();
        std::memcpy(&v, bytes.data(), sizeof v);
        return Value::of(v);
      }
    });
  }
  template <typename T>
  void field(T& v) {
    if constexpr (std::is_same_v<T, ExpressionPointer>) {
      v = expression();
    } else if constexpr (fields::kIsUnique<T>) {
      if (integer() == 0) return v.reset();
      v = std::make_unique<typename T::element_type>();
      node(*v);
    } else if constexpr (fields::kIsVector<T>) {
      int64_t size = integer();
      if (size < 0 || static_cast<size_t>(size) > in.size()) fail();
      v.clear();
      v.resize(static_cast<size_t>(size));
      for (auto& item : v) field(item);
    } else if constexpr (std::is_same_v<T, Value>) {
      v = value();
    } else if constexpr (std::is_same_v<T, std::string>) {
      v = string();
    } else if constexpr (std::is_same_v<T, Oid>) {
      v = Oid{static_cast<uint32_t>(integer())};
    } else if constexpr (std::is_same_v<T, catalog::RelationPointer>) {
      Oid oid{static_cast<uint32_t>(integer())};
      v = oid.valid() ? catalog.relation(oid) : nullptr;
    } else if constexpr (fields::HasFields<T>) {
      node(v);
    } else {
      v = static_cast<T>(integer());
    }
  }
  // Columns of a function's row type that have been dropped since.
  void refresh_functions(RangeTableEntry& entry) {
    size_t first = 0;
    for (const RangeFunction& function : entry.functions) {
      types::TypePointer type = function.definitions.empty() ? catalog.type(function.call->type) : nullptr;
      while (type && type->kind == 'd') type = catalog.type(type->base);
      auto count = static_cast<size_t>(function.column_count);
      for (size_t i = 0; type && type->kind == 'c' && i < count && i < type->attributes.size(); ++i) {
        if (!type->attributes[i].dropped) continue;
        entry.columns[first + i].clear();
        entry.column_types[first + i] = Oid{};
      }
      first += count;
    }
  }
  // Columns of a relation are named by the relation as it is now, unless an alias renames them.
  void refresh(RangeTableEntry& entry) {
    if (entry.kind == RangeKind::kFunction) refresh_functions(entry);
    if (entry.kind != RangeKind::kRelation || !entry.relation) return;
    if (entry.alias.empty()) entry.name = entry.relation->name;
    const auto& columns = entry.relation->columns;
    entry.columns.resize(columns.size());
    for (size_t i = 0; i < columns.size(); ++i) {
      bool renamed = i < entry.alias_columns.size() && !columns[i].dropped;
      entry.columns[i] = columns[i].dropped ? "" : renamed ? entry.alias_columns[i] : columns[i].name;
    }
  }
  template <typename T>
  void node(T& v) {
    fields::for_each_field<T>([&](auto member, bool, bool stored) {
      if (stored) field(v.*member);
    });
    if constexpr (std::is_same_v<T, RangeTableEntry>) refresh(v);
  }
  ExpressionPointer expression() {
    int64_t kind = integer();
    if (kind == -1) return nullptr;
    if (kind < 0 || kind > static_cast<int>(ExpressionKind::kSubPlan)) fail();
    auto k = static_cast<ExpressionKind>(kind);
    return fields::dispatch(k, [&]<typename T>() -> ExpressionPointer {
      auto made = fields::make_node<T>(k);
      node(*made);
      return made;
    });
  }
};

Reader open(std::string_view text, char what, catalog::CatalogReader& catalog) {
  if (text.size() < 2 || text[0] != kVersion || text[1] != what) Reader::fail();
  return Reader{text.substr(2), catalog};
}

Writer create(char what) {
  Writer writer;
  writer.out = {kVersion, what};
  return writer;
}

}  // namespace

std::string to_stored(const Expression& expression) {
  Writer writer = create('e');
  writer.expression(expression);
  return std::move(writer.out);
}

std::string to_stored(const ExpressionList& list) {
  Writer writer = create('l');
  writer.field(list);
  return std::move(writer.out);
}

std::string to_stored(const BoundQuery& query) {
  Writer writer = create('q');
  writer.node(query);
  return std::move(writer.out);
}

std::string to_stored(const std::vector<std::unique_ptr<BoundQuery>>& queries) {
  Writer writer = create('s');
  writer.field(queries);
  return std::move(writer.out);
}

ExpressionPointer expression_from_stored(std::string_view text, catalog::CatalogReader& catalog) {
  return open(text, 'e', catalog).expression();
}

ExpressionList list_from_stored(std::string_view text, catalog::CatalogReader& catalog) {
  ExpressionList list;
  open(text, 'l', catalog).field(list);
  return list;
}

std::unique_ptr<BoundQuery> query_from_stored(std::string_view text, catalog::CatalogReader& catalog) {
  auto query = std::make_unique<BoundQuery>();
  open(text, 'q', catalog).node(*query);
  return query;
}

std::vector<std::unique_ptr<BoundQuery>> queries_from_stored(std::string_view text, catalog::CatalogReader& catalog) {
  std::vector<std::unique_ptr<BoundQuery>> queries;
  open(text, 's', catalog).field(queries);
  return queries;
}

}  // namespace basalt::query
