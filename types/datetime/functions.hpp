// Parts of register_datetime(), one per source file.
#pragma once

#include "types/datetime/datetime.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::types {

void register_date(FunctionRegistry& registry);
void register_time(FunctionRegistry& registry);
void register_timestamp(FunctionRegistry& registry);
void register_interval(FunctionRegistry& registry);
void register_datetime_fields(FunctionRegistry& registry);
void register_datetime_make(FunctionRegistry& registry);
void register_datetime_format(FunctionRegistry& registry);
void register_datetime_read(FunctionRegistry& registry);

inline const TimeZone& session_zone(FunctionCall& call) { return *call.context->settings().time_zone; }
[[noreturn]] inline void throw_frame_offset() {
  throw SqlError(sqlstate::kInvalidPrecedingOrFollowingSize, "invalid preceding or following size in window function");
}
inline void check_frame_offset(const Interval& offset) {
  if (compare_intervals(offset, Interval{0, 0, 0}) < 0) throw_frame_offset();
}
// The one number of a "(n)" type modifier; what a type called `type_name` may have.
int32_t parse_precision_typmod(FunctionCall& call, std::string_view modifiers, const char* type_name, bool zoned);

}  // namespace basalt::types
