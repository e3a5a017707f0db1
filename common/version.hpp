// What this is, and what it answers like.
#pragma once

#include <string_view>

namespace basalt::common {

inline constexpr std::string_view kBasaltVersion = "0.1.0";
inline constexpr std::string_view kPostgresqlVersion = "15.20";

}  // namespace basalt::common
