// Text and binary form of records.
#pragma once

#include <string>
#include <string_view>

#include "types/type_descriptor.hpp"

namespace basalt::types {

class CallContext;

// record_in: 22P02 "malformed record literal" with PostgreSQL's detail. `type` is a composite type.
std::string parse_record(CallContext& context, std::string_view text, const TypeDescriptor& type, int32_t typmod);
std::string record_to_string(CallContext& context, std::string_view bytes);
std::string receive_record(CallContext& context, std::string_view message, const TypeDescriptor& type, int32_t typmod);
std::string send_record(CallContext& context, std::string_view bytes);

// Appends a field as records and ranges show it: in quotes, quotes and backslashes doubled, if it is empty or holds one
// of `special`, a quote, a backslash or a blank.
void append_quoted(std::string& out, std::string_view text, std::string_view special);

}  // namespace basalt::types
