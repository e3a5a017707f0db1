#include "types/families.hpp"
#include "types/text/text.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

size_t unpadded_size(std::string_view s) {
  size_t size = s.size();
  while (size > 0 && s[size - 1] == ' ') --size;
  return size;
}

std::string_view clip_to_name(std::string_view s) { return s.substr(0, utf8::clip(s, kNameBytesMax)); }

void check_length(uint64_t bytes) {
  if (bytes > kTextBytesMax) throw SqlError(sqlstate::kProgramLimitExceeded, "requested length too large");
}

CollationPointer deterministic_collation(FunctionCall& call, const char* feature, const char* purpose) {
  CollationPointer collation = resolve_collation(call.context, call.collation, purpose);
  if (!collation->is_deterministic()) {
    throw SqlError(sqlstate::kFeatureNotSupported,
                   std::string("nondeterministic collations are not supported for ") + feature);
  }
  return collation;
}

void register_text(FunctionRegistry& registry) {
  register_text_io(registry);
  register_text_compare(registry);
  register_text_string(registry);
  register_text_format(registry);
  register_text_split(registry);
  register_text_like(registry);
  register_text_regexp(registry);
  register_text_encoding(registry);
  register_text_unicode(registry);
  register_bytea(registry);
  register_uuid(registry);
  register_network(registry);
  register_macaddr(registry);
}

}  // namespace basalt::types
