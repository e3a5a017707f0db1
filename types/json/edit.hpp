// Reading and changing a jsonb at a path: what subscripts do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "types/json/jsonb.hpp"

namespace basalt::types::json {

// The value at the end of a path of keys and positions; nullopt: there is none.
std::optional<View> value_at_path(View value, const std::vector<std::string>& path);

// What happens at the end of the path. kAssign is subscripted assignment (UPDATE t SET j['a'][3] = ...): it makes what
// is missing on the way, fills gaps of arrays with null, and refuses positions before an array's begin.
enum class PathEdit : uint8_t { kReplace, kCreate, kInsertBefore, kInsertAfter, kDelete, kAssign };

// `path` has at least one step; a nullopt step is an error when it is reached (22004).
std::string edit_path(View value, const std::vector<std::optional<std::string>>& path, std::optional<View> replacement,
                      PathEdit edit);

}  // namespace basalt::types::json
