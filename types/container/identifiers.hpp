// Text form of oid.
#pragma once

#include <cstdint>
#include <string_view>

namespace basalt::types::container {

// As oidin: blanks around, a sign; 22P02 or 22003.
uint32_t parse_oid(std::string_view text);

}  // namespace basalt::types::container
