// The names that bracket expressions know: [.hyphen.], [:alpha:].
#pragma once

#include <optional>
#include <string_view>

#include "types/text/character.hpp"

namespace basalt::types::regex {

std::optional<char32_t> element_of_name(std::u32string_view name);
std::optional<character::Class> class_of_name(std::u32string_view name);

}  // namespace basalt::types::regex
