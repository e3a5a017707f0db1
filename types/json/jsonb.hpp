// jsonb: the bytes of a value in a kString value, and PostgreSQL's order and hash of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace basalt::types::json {

int compare(std::string_view a, std::string_view b);
uint64_t hash(std::string_view value);
uint32_t hash_jsonb(std::string_view value);
uint64_t hash_extended(std::string_view value, uint64_t seed);
void append_key(std::string_view value, std::string& out);

}  // namespace basalt::types::json
