// int2vector and oidvector: blank-separated text, an array's bytes with lower bound 0.
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/container/array_text.hpp"
#include "types/container/detail.hpp"
#include "types/container/identifiers.hpp"
#include "types/function_adaptor.hpp"
#include "types/hash_bytes.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::PhysicalType;
using common::SqlError;

namespace {

// Calls f(word) for the blank-separated words.
template <typename F>
void each_word(std::string_view text, F&& f) {
  for (;;) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    if (text.empty()) return;
    size_t end = 0;
    while (end < text.size() && !is_blank(text[end])) ++end;
    f(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string int2vector_in(FunctionCall& call, std::string_view text) {
  ArrayBuilder builder(oid::kInt2, PhysicalType::kInt16);
  each_word(text, [&](std::string_view word) { builder.append(call.context->input(oid::kInt2, word, -1)); });
  return builder.finish_vector();
}
std::string oidvector_in(std::string_view text) {
  ArrayBuilder builder(oid::kOid, PhysicalType::kInt32);
  each_word(text, [&](std::string_view word) { builder.append_fixed(parse_oid(word)); });
  return builder.finish_vector();
}

template <typename T>
std::string vector_out(std::string_view bytes) {
  ArrayView view(bytes);
  std::string out;
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (i > 0) out.push_back(' ');
    out += std::to_string(view.get<T>(i));
  }
  return out;
}

std::string receive_vector(FunctionCall& call, std::string_view message, Oid element, const char* name) {
  std::string bytes = receive_array(*call.context, message, *call.context->type(element), -1);
  ArrayView view(bytes);
  if (view.dimensions() > 1 || view.has_nulls() || (view.dimensions() == 1 && view.dimension(0).lower != 0)) {
    throw SqlError(sqlstate::kInvalidBinaryRepresentation, std::string("invalid ") + name + " data");
  }
  if (view.dimensions() == 1) return bytes;
  return ArrayBuilder(element, view.physical()).finish_vector();
}
std::string int2vector_recv(FunctionCall& call, std::string_view message) {
  return receive_vector(call, message, oid::kInt2, "int2vector");
}
std::string oidvector_recv(FunctionCall& call, std::string_view message) {
  return receive_vector(call, message, oid::kOid, "oidvector");
}
std::string vector_send(FunctionCall& call, std::string_view bytes) { return send_array(*call.context, bytes); }

int32_t compare_oids(std::string_view left, std::string_view right) {
  ArrayView a(left), b(right);
  if (a.size() != b.size()) return three_way(a.size(), b.size());
  for (uint32_t i = 0; i < a.size(); ++i) {
    if (int order = three_way(a.get<uint32_t>(i), b.get<uint32_t>(i))) return order;
  }
  return 0;
}
bool oidvector_eq(std::string_view a, std::string_view b) { return compare_oids(a, b) == 0; }
bool oidvector_ne(std::string_view a, std::string_view b) { return compare_oids(a, b) != 0; }
bool oidvector_lt(std::string_view a, std::string_view b) { return compare_oids(a, b) < 0; }
bool oidvector_le(std::string_view a, std::string_view b) { return compare_oids(a, b) <= 0; }
bool oidvector_gt(std::string_view a, std::string_view b) { return compare_oids(a, b) > 0; }
bool oidvector_ge(std::string_view a, std::string_view b) { return compare_oids(a, b) >= 0; }

int64_t hash_oidvector_extended(std::string_view bytes, int64_t seed) {
  ArrayView view(bytes);
  std::string_view values = bytes.substr(bytes.size() - view.size() * sizeof(uint32_t));
  return static_cast<int64_t>(hash_bytes_extended(values, static_cast<uint64_t>(seed)));
}
int32_t hash_oidvector(std::string_view bytes) { return static_cast<int32_t>(hash_oidvector_extended(bytes, 0)); }

std::string oidvector_types(FunctionCall& call, std::string_view bytes) {
  ArrayView view(bytes);
  std::string out;
  for (uint32_t i = 0; i < view.size(); ++i) {
    if (i > 0) out += ", ";
    out += call.context->format_type(Oid{view.get<uint32_t>(i)}, -1);
  }
  return out;
}

}  // namespace

void register_vectors(FunctionRegistry& registry) {
  registry.add_scalar("int2vectorin", scalar<int2vector_in>());
  registry.add_scalar("int2vectorout", scalar<vector_out<int16_t>>());
  registry.add_scalar("int2vectorrecv", scalar<int2vector_recv>());
  registry.add_scalar("int2vectorsend", scalar<vector_send>());
  registry.add_scalar("oidvectorin", scalar<oidvector_in>());
  registry.add_scalar("oidvectorout", scalar<vector_out<uint32_t>>());
  registry.add_scalar("oidvectorrecv", scalar<oidvector_recv>());
  registry.add_scalar("oidvectorsend", scalar<vector_send>());
  registry.add_scalar("oidvectoreq", scalar<oidvector_eq>());
  registry.add_scalar("oidvectorne", scalar<oidvector_ne>());
  registry.add_scalar("oidvectorlt", scalar<oidvector_lt>());
  registry.add_scalar("oidvectorle", scalar<oidvector_le>());
  registry.add_scalar("oidvectorgt", scalar<oidvector_gt>());
  registry.add_scalar("oidvectorge", scalar<oidvector_ge>());
  registry.add_scalar("btoidvectorcmp", scalar<compare_oids>());
  registry.add_scalar("hashoidvector", scalar<hash_oidvector>());
  registry.add_scalar("hashoidvectorextended", scalar<hash_oidvector_extended>());
  registry.add_scalar("oidvectortypes", scalar<oidvector_types>());
}

}  // namespace basalt::types::container
