// Functions of records: I/O, order, image comparison, hash.
#include "common/sqlstate.hpp"
#include "types/container/detail.hpp"
#include "types/container/record.hpp"
#include "types/container/record_text.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::types::container {

namespace sqlstate = common::sqlstate;
using common::SqlError;

namespace {

std::string record_in(FunctionCall& call, std::string_view text, uint32_t type, int32_t typmod) {
  return parse_record(*call.context, text, *call.context->type(Oid{type}), typmod);
}
std::string record_out(FunctionCall& call, std::string_view record) { return record_to_string(*call.context, record); }
std::string record_recv(FunctionCall& call, std::string_view message, uint32_t type, int32_t typmod) {
  return receive_record(*call.context, message, *call.context->type(Oid{type}), typmod);
}
std::string record_send(FunctionCall& call, std::string_view record) { return send_record(*call.context, record); }

int compare(FunctionCall& call, std::string_view a, std::string_view b) {
  return operations_for(call, oid::kRecord, "a comparison function").compare_raw(a, b);
}
bool equal(FunctionCall& call, std::string_view a, std::string_view b) {
  try {
    return compare(call, a, b) == 0;
  } catch (SqlError& error) {
    std::string& message = error.report().message;
    constexpr std::string_view kOrder = "could not identify a comparison function";
    if (message.starts_with(kOrder)) message.replace(0, kOrder.size(), "could not identify an equality operator");
    throw;
  }
}
bool record_eq(FunctionCall& c, std::string_view a, std::string_view b) { return equal(c, a, b); }
bool record_ne(FunctionCall& c, std::string_view a, std::string_view b) { return !equal(c, a, b); }
bool record_lt(FunctionCall& c, std::string_view a, std::string_view b) { return compare(c, a, b) < 0; }
bool record_le(FunctionCall& c, std::string_view a, std::string_view b) { return compare(c, a, b) <= 0; }
bool record_gt(FunctionCall& c, std::string_view a, std::string_view b) { return compare(c, a, b) > 0; }
bool record_ge(FunctionCall& c, std::string_view a, std::string_view b) { return compare(c, a, b) >= 0; }
int32_t btrecordcmp(FunctionCall& c, std::string_view a, std::string_view b) { return three_way(compare(c, a, b), 0); }

// Order of the bytes of the fields, NULL last: of use only to tell identical records apart.
int compare_images(FunctionCall& call, std::string_view left, std::string_view right) {
  RecordView a(left), b(right);
  for (uint32_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a.field_type(i) != b.field_type(i)) {
      throw SqlError(sqlstate::kDatatypeMismatch, "cannot compare dissimilar column types " +
                                                      call.context->format_type(a.field_type(i), -1) + " and " +
                                                      call.context->format_type(b.field_type(i), -1) +
                                                      " at record column " + std::to_string(i + 1));
    }
    if (a.is_null(i) || b.is_null(i)) {
      int order = static_cast<int>(a.is_null(i)) - static_cast<int>(b.is_null(i));
      if (order != 0) return order;
    } else if (int order = a.bytes(i).compare(b.bytes(i))) {
      return order < 0 ? -1 : 1;
    }
  }
  if (a.size() != b.size()) {
    throw SqlError(sqlstate::kDatatypeMismatch, "cannot compare record types with different numbers of columns");
  }
  return 0;
}
bool record_image_eq(FunctionCall& c, std::string_view a, std::string_view b) { return compare_images(c, a, b) == 0; }
bool record_image_ne(FunctionCall& c, std::string_view a, std::string_view b) { return compare_images(c, a, b) != 0; }
bool record_image_lt(FunctionCall& c, std::string_view a, std::string_view b) { return compare_images(c, a, b) < 0; }
bool record_image_le(FunctionCall& c, std::string_view a, std::string_view b) { return compare_images(c, a, b) <= 0; }
bool record_image_gt(FunctionCall& c, std::string_view a, std::string_view b) { return compare_images(c, a, b) > 0; }
bool record_image_ge(FunctionCall& c, std::string_view a, std::string_view b) { return compare_images(c, a, b) >= 0; }
int32_t btrecordimagecmp(FunctionCall& c, std::string_view a, std::string_view b) { return compare_images(c, a, b); }

int64_t hash_record_extended(FunctionCall& call, std::string_view record, int64_t seed) {
  const RawOperations& operations = operations_for(call, oid::kRecord, "an extended hash function");
  return static_cast<int64_t>(operations.hash_extended_raw(record, static_cast<uint64_t>(seed)));
}
int32_t hash_record(FunctionCall& call, std::string_view record) {
  return static_cast<int32_t>(hash_record_extended(call, record, 0));
}

}  // namespace

void register_record(FunctionRegistry& registry) {
  registry.add_scalar("record_in", scalar<record_in>());
  registry.add_scalar("record_out", scalar<record_out>());
  registry.add_scalar("record_recv", scalar<record_recv>());
  registry.add_scalar("record_send", scalar<record_send>());
  registry.add_scalar("record_eq", scalar<record_eq>());
  registry.add_scalar("record_ne", scalar<record_ne>());
  registry.add_scalar("record_lt", scalar<record_lt>());
  registry.add_scalar("record_le", scalar<record_le>());
  registry.add_scalar("record_gt", scalar<record_gt>());
  registry.add_scalar("record_ge", scalar<record_ge>());
  registry.add_scalar("btrecordcmp", scalar<btrecordcmp>());
  registry.add_scalar("record_image_eq", scalar<record_image_eq>());
  registry.add_scalar("record_image_ne", scalar<record_image_ne>());
  registry.add_scalar("record_image_lt", scalar<record_image_lt>());
  registry.add_scalar("record_image_le", scalar<record_image_le>());
  registry.add_scalar("record_image_gt", scalar<record_image_gt>());
  registry.add_scalar("record_image_ge", scalar<record_image_ge>());
  registry.add_scalar("btrecordimagecmp", scalar<btrecordimagecmp>());
  registry.add_scalar("hash_record", scalar<hash_record>());
  registry.add_scalar("hash_record_extended", scalar<hash_record_extended>());
}

}  // namespace basalt::types::container
