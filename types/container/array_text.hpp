// Text and binary form of arrays.
#pragma once

#include <string>
#include <string_view>

#include "types/container/array.hpp"

namespace basalt::types {

class CallContext;

// array_in: 22P02 "malformed array literal" with PostgreSQL's detail.
std::string parse_array(CallContext& context, std::string_view text, const TypeDescriptor& element, int32_t typmod);
std::string array_to_string(CallContext& context, std::string_view bytes);
std::string receive_array(CallContext& context, std::string_view message, const TypeDescriptor& element,
                          int32_t typmod);
std::string send_array(CallContext& context, std::string_view bytes);

// Blank as PostgreSQL's array and record parsers see it, whatever the locale.
inline bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool equals_ignoring_case(std::string_view a, std::string_view lower_case);

}  // namespace basalt::types
