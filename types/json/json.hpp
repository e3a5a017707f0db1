// SQL values as JSON: what to_json, row_to_json, json_agg and their kin give, as text or as jsonb.
#pragma once

#include <string>
#include <string_view>

#include "types/call_context.hpp"
#include "types/json/jsonb.hpp"

namespace basalt::types::json {

// "..." with the escapes that PostgreSQL writes.
void append_quoted(std::string_view text, std::string& out);

// The JSON text of a value (NULL is null). Types with a cast to json, arrays, records, numbers, times as PostgreSQL
// does.
void append_json(CallContext& context, common::Oid type, const common::Value& value, std::string& out);
// The same, with line feeds between the elements of arrays or the fields of records (row_to_json(..., true)).
void append_pretty_json(CallContext& context, common::Oid type, const common::Value& value, std::string& out);
// The text of an object key: 22023 for arrays, records and json.
void append_json_key(CallContext& context, common::Oid type, const common::Value& value, std::string& out);

// The value as jsonb, added to what is being built.
void build_jsonb(CallContext& context, common::Oid type, const common::Value& value, Builder& builder);
std::string jsonb_key(CallContext& context, common::Oid type, const common::Value& value);

// The text of a date or time as JSON has it (ISO 8601, whatever DateStyle is), without quotes.
std::string iso_text(CallContext& context, common::Oid type, const common::Value& value);

}  // namespace basalt::types::json
