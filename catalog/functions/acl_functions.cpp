// aclitem and aclitem[].
#include <algorithm>

#include "catalog/acl.hpp"
#include "catalog/functions/register_catalog.hpp"
#include "catalog/row_codec.hpp"
#include "common/sqlstate.hpp"
#include "types/container/array.hpp"
#include "types/function_adaptor.hpp"

namespace basalt::catalog {

namespace {

using common::SqlError;
using types::FunctionCall;
using types::scalar;
namespace sqlstate = common::sqlstate;

std::string aclitem_in(FunctionCall& call, std::string_view text) {
  CatalogReader& reader = catalog_service(call).reader();
  return acl_item_bytes(parse_acl_item(text, [&](std::string_view name) {
    Oid role = reader.find_role(name);
    if (!role.valid()) {
      throw SqlError(sqlstate::kUndefinedObject, "role \"" + std::string(name) + "\" does not exist");
    }
    return role;
  }));
}

std::string aclitem_out(FunctionCall& call, std::string_view item) {
  CatalogReader& reader = catalog_service(call).reader();
  return acl_item_text(acl_item_of_bytes(item), [&](Oid role) {
    const RoleDescriptor* found = reader.role(role);
    return found ? found->name : std::string();
  });
}

bool aclitem_equal(std::string_view a, std::string_view b) { return a == b; }

bool acl_contains(std::string_view list, std::string_view item) {
  const AclItem wanted = acl_item_of_bytes(item);
  for (const AclItem& have : acl_of_bytes(list)) {
    if (have.grantee == wanted.grantee && have.grantor == wanted.grantor &&
        (have.privileges & wanted.privileges) == wanted.privileges &&
        (have.grant_options & wanted.grant_options) == wanted.grant_options) {
      return true;
    }
  }
  return false;
}

std::string acl_default(int16_t kind, uint32_t owner) {
  constexpr std::string_view kKinds = "crsdflLnptFST";
  const char letter = static_cast<char>(kind);
  if (kKinds.find(letter) == std::string_view::npos) {
    throw SqlError(sqlstate::kInternalError, std::string("unrecognized objtype abbreviation: ") + letter);
  }
  return acl_bytes(default_acl(static_cast<AclObject>(letter), Oid(owner)));
}

constexpr std::pair<std::string_view, uint32_t> kNames[] = {{"INSERT", privilege::kInsert},
                                                            {"SELECT", privilege::kSelect},
                                                            {"UPDATE", privilege::kUpdate},
                                                            {"DELETE", privilege::kDelete},
                                                            {"TRUNCATE", privilege::kTruncate},
                                                            {"REFERENCES", privilege::kReferences},
                                                            {"TRIGGER", privilege::kTrigger},
                                                            {"EXECUTE", privilege::kExecute},
                                                            {"USAGE", privilege::kUsage},
                                                            {"CREATE", privilege::kCreate},
                                                            {"TEMPORARY", privilege::kCreateTemp},
                                                            {"CONNECT", privilege::kConnect},
                                                            {"SET", privilege::kSet},
                                                            {"ALTER SYSTEM", privilege::kAlterSystem},
                                                            {"TEMP", privilege::kCreateTemp}};

std::string make_aclitem(uint32_t grantee, uint32_t grantor, std::string_view privileges, bool grantable) {
  AclItem item{Oid(grantee), Oid(grantor), 0, 0};
  while (!privileges.empty()) {
    size_t comma = privileges.find(',');
    std::string_view one = privileges.substr(0, comma);
    privileges.remove_prefix(comma == std::string_view::npos ? privileges.size() : comma + 1);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    std::string upper(one);
    for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    auto known = std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& n) { return n.first == upper; });
    if (known == std::end(kNames)) {
      throw SqlError(sqlstate::kInvalidParameterValue, "unrecognized privilege type: \"" + std::string(one) + "\"");
    }
    item.privileges |= known->second;
  }
  if (grantable) item.grant_options = item.privileges;
  return acl_item_bytes(item);
}

int32_t hash_aclitem(std::string_view item) {
  const AclItem a = acl_item_of_bytes(item);
  return static_cast<int32_t>((a.privileges | a.grant_options << 16) + a.grantee.value + a.grantor.value);
}

// aclexplode(aclitem[]) -> grantor, grantee, privilege_type, is_grantable
class AclExplode final : public types::SetFunction {
 public:
  explicit AclExplode(std::vector<AclItem> items) : items_(std::move(items)) {}
  void next(common::Chunk& out, uint32_t rows_max) override {
    using common::PhysicalType;
    const PhysicalType kinds[] = {PhysicalType::kInt32, PhysicalType::kInt32, PhysicalType::kString,
                                  PhysicalType::kBool};
    out.reset(kinds, rows_max);
    uint32_t rows = 0;
    for (; item_ < items_.size() && rows < rows_max; ++bit_) {
      if (bit_ == privilege::kCount) {
        bit_ = -1;
        ++item_;
        continue;
      }
      const AclItem& item = items_[item_];
      const uint32_t mask = uint32_t{1} << bit_;
      if (!(item.privileges & mask)) continue;
      out.columns[0].set_value(rows, Value::of(item.grantor.value));
      out.columns[1].set_value(rows, Value::of(item.grantee.value));
      out.columns[2].set_value(rows, Value::of(kNames[bit_].first));
      out.columns[3].set_value(rows, Value::of((item.grant_options & mask) != 0));
      ++rows;
    }
    out.rows = rows;
  }

 private:
  std::vector<AclItem> items_;
  size_t item_ = 0;
  int bit_ = 0;
};

std::unique_ptr<types::SetFunction> explode(FunctionCall&, std::span<const Value> arguments) {
  std::vector<AclItem> items;
  if (!arguments[0].is_null()) items = acl_of_bytes(arguments[0].string());
  return std::make_unique<AclExplode>(std::move(items));
}

std::string acl_insert_refused(std::string_view, std::string_view) {
  throw SqlError(sqlstate::kFeatureNotSupported, "aclinsert is no longer supported");
}
std::string acl_remove_refused(std::string_view, std::string_view) {
  throw SqlError(sqlstate::kFeatureNotSupported, "aclremove is no longer supported");
}

}  // namespace

void register_acl_functions(types::FunctionRegistry& registry) {
  registry.add_scalar("aclitemin", scalar<aclitem_in>());
  registry.add_scalar("aclitemout", scalar<aclitem_out>());
  registry.add_scalar("aclitem_eq", scalar<aclitem_equal>());
  registry.add_scalar("hash_aclitem", scalar<hash_aclitem>());
  registry.add_scalar("aclcontains", scalar<acl_contains>());
  registry.add_scalar("aclinsert", scalar<acl_insert_refused>());
  registry.add_scalar("aclremove", scalar<acl_remove_refused>());
  registry.add_scalar("acldefault_sql", scalar<acl_default>());
  registry.add_scalar("makeaclitem", scalar<make_aclitem>());
  registry.add_set("aclexplode", explode);
}

}  // namespace basalt::catalog
