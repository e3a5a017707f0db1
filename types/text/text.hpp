// Declarations shared by the files of types/text: helpers for functions over text, and the registration of each part.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/sqlstate.hpp"
#include "types/function.hpp"
#include "types/function_adaptor.hpp"
#include "types/text/collation.hpp"

namespace basalt::types {

namespace sqlstate = common::sqlstate;
using common::Oid;
using common::SqlError;

inline constexpr size_t kNameBytesMax = 63;
// PostgreSQL's largest allocation, less the varlena header: no text or bytea is longer.
inline constexpr size_t kTextBytesMax = 0x3fffffff - 4;

// Bytes of `s` without the spaces at its end, which mean nothing in a bpchar.
size_t unpadded_size(std::string_view s);
inline std::string_view unpadded(std::string_view s) { return s.substr(0, unpadded_size(s)); }
// The longest prefix that is a name: 63 bytes of whole characters.
std::string_view clip_to_name(std::string_view s);

// Throws 54000 "requested length too large" where the result would be too long.
void check_length(uint64_t bytes);
// Throws 0A000 for collations under which different bytes can be equal.
CollationPointer deterministic_collation(FunctionCall& call, const char* feature, const char* purpose);

void register_text_io(FunctionRegistry& registry);
void register_text_compare(FunctionRegistry& registry);
void register_text_string(FunctionRegistry& registry);
void register_text_format(FunctionRegistry& registry);
void register_text_split(FunctionRegistry& registry);
void register_text_like(FunctionRegistry& registry);
void register_text_regexp(FunctionRegistry& registry);
void register_text_encoding(FunctionRegistry& registry);
void register_binary_text(FunctionRegistry& registry);
void register_text_unicode(FunctionRegistry& registry);
void register_bytea(FunctionRegistry& registry);
void register_uuid(FunctionRegistry& registry);
void register_network(FunctionRegistry& registry);
void register_macaddr(FunctionRegistry& registry);

}  // namespace basalt::types
