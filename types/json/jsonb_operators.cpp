// Comparison, hash, containment and existence of jsonb.
#include "types/function_adaptor.hpp"
#include "types/json/detail.hpp"

namespace basalt::types::json {

namespace {

bool jsonb_eq(std::string_view a, std::string_view b) { return compare(a, b) == 0; }
bool jsonb_ne(std::string_view a, std::string_view b) { return compare(a, b) != 0; }
bool jsonb_lt(std::string_view a, std::string_view b) { return compare(a, b) < 0; }
bool jsonb_le(std::string_view a, std::string_view b) { return compare(a, b) <= 0; }
bool jsonb_gt(std::string_view a, std::string_view b) { return compare(a, b) > 0; }
bool jsonb_ge(std::string_view a, std::string_view b) { return compare(a, b) >= 0; }
int32_t jsonb_cmp(std::string_view a, std::string_view b) { return compare(a, b); }
int32_t jsonb_hash(std::string_view v) { return static_cast<int32_t>(hash_jsonb(v)); }
int64_t jsonb_hash_extended(std::string_view v, int64_t seed) {
  return static_cast<int64_t>(hash_extended(v, static_cast<uint64_t>(seed)));
}

bool jsonb_contains(std::string_view a, std::string_view b) { return contains(View(a), View(b)); }
bool jsonb_contained(std::string_view a, std::string_view b) { return contains(View(b), View(a)); }

// A key of an object, a string of an array, or the string itself.
bool exists(View value, std::string_view key) {
  if (value.is_object()) return value.find(key).has_value();
  if (!value.is_array()) return value.kind() == Kind::kString && value.payload() == key;
  for (uint32_t i = 0; i < value.size(); ++i) {
    View element = value.element(i);
    if (element.kind() == Kind::kString && element.payload() == key) return true;
  }
  return false;
}
bool jsonb_exists(std::string_view v, std::string_view key) { return exists(View(v), key); }
bool jsonb_exists_any(std::string_view v, std::string_view keys) {
  for (const auto& key : text_array(keys)) {
    if (key && exists(View(v), *key)) return true;
  }
  return false;
}
bool jsonb_exists_all(std::string_view v, std::string_view keys) {
  for (const auto& key : text_array(keys)) {
    if (key && !exists(View(v), *key)) return false;
  }
  return true;
}

}  // namespace

void register_jsonb_operators(FunctionRegistry& registry) {
  registry.add_scalar("jsonb_eq", scalar<jsonb_eq>());
  registry.add_scalar("jsonb_ne", scalar<jsonb_ne>());
  registry.add_scalar("jsonb_lt", scalar<jsonb_lt>());
  registry.add_scalar("jsonb_le", scalar<jsonb_le>());
  registry.add_scalar("jsonb_gt", scalar<jsonb_gt>());
  registry.add_scalar("jsonb_ge", scalar<jsonb_ge>());
  registry.add_scalar("jsonb_cmp", scalar<jsonb_cmp>());
  registry.add_scalar("jsonb_hash", scalar<jsonb_hash>());
  registry.add_scalar("jsonb_hash_extended", scalar<jsonb_hash_extended>());
  registry.add_scalar("jsonb_contains", scalar<jsonb_contains>());
  registry.add_scalar("jsonb_contained", scalar<jsonb_contained>());
  registry.add_scalar("jsonb_exists", scalar<jsonb_exists>());
  registry.add_scalar("jsonb_exists_any", scalar<jsonb_exists_any>());
  registry.add_scalar("jsonb_exists_all", scalar<jsonb_exists_all>());
}

}  // namespace basalt::types::json
