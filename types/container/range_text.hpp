// Text and binary form of ranges and multiranges.
#pragma once

#include <string>
#include <string_view>

#include "types/container/range_set.hpp"

namespace basalt::types::container {

// range_in and multirange_in: 22P02 "malformed range literal" with PostgreSQL's detail.
Range parse_range(CallContext& context, const RangeType& type, std::string_view text, int32_t typmod);
RangeSet parse_multirange(CallContext& context, const RangeType& type, std::string_view text, int32_t typmod);
std::string range_text(CallContext& context, const RangeType& type, const Range& range);
std::string multirange_text(CallContext& context, const RangeType& type, const RangeSet& ranges);

Range receive_range(CallContext& context, const RangeType& type, std::string_view& message, int32_t typmod);
std::string send_range(CallContext& context, const RangeType& type, const Range& range);

}  // namespace basalt::types::container
