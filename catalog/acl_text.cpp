#include "catalog/acl_text.hpp"

#include "common/sqlstate.hpp"

namespace basalt::catalog {

using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 128;
}

// A role name, quoted or not, from the front of `text`.
std::string take_name(std::string_view& text) {
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  std::string name;
  bool quoted = false;
  while (!text.empty()) {
    char c = text[0];
    if (c == '"') {
      if (quoted && text.size() > 1 && text[1] == '"') {
        name.push_back('"');
        text.remove_prefix(2);
        continue;
      }
      quoted = !quoted;
    } else if (quoted || is_plain(c)) {
      name.push_back(c);
    } else {
      break;
    }
    text.remove_prefix(1);
  }
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  return name;
}

std::string put_name(std::string_view name) {
  bool safe = true;
  for (char c : name) safe = safe && is_plain(c);
  if (safe) return std::string(name);
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

}  // namespace

AclItem parse_acl_item(std::string_view text, const RoleByName& role_by_name) {
  std::string grantee = take_name(text);
  if (text.empty() || text[0] != '=') {
    // The optional key word `group` or `user` before the name.
    if (grantee != "group" && grantee != "user") {
      throw SqlError(sqlstate::kInvalidTextRepresentation, "unrecognized key word: \"" + grantee + "\"")
          .hint("ACL key word must be \"group\" or \"user\".");
    }
    grantee = take_name(text);
    if (grantee.empty()) {
      throw SqlError(sqlstate::kInvalidTextRepresentation, "missing name")
          .hint("A name must follow the \"group\" or \"user\" key word.");
    }
  }
  if (text.empty() || text[0] != '=') {
    throw SqlError(sqlstate::kInvalidTextRepresentation, "missing \"=\" sign");
  }
  text.remove_prefix(1);
  AclItem item;
  uint32_t last = 0;
  while (!text.empty() &&
         (text[0] == '*' || (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'))) {
    if (text[0] == '*') {
      item.grant_options |= last;
    } else {
      size_t bit = privilege::kLetters.find(text[0]);
      if (bit == std::string_view::npos) {
        throw SqlError(sqlstate::kInvalidTextRepresentation,
                       "invalid mode character: must be one of \"" + std::string(privilege::kLetters) + "\"");
      }
      last = uint32_t{1} << bit;
      item.privileges |= last;
    }
    text.remove_prefix(1);
  }
  if (!grantee.empty()) item.grantee = role_by_name(grantee);
  if (!text.empty() && text[0] == '/') {
    text.remove_prefix(1);
    std::string grantor = take_name(text);
    if (grantor.empty()) {
      throw SqlError(sqlstate::kInvalidTextRepresentation, "a name must follow the \"/\" sign");
    }
    item.grantor = role_by_name(grantor);
  } else {
    item.grantor = Oid(10);  // the bootstrap superuser
  }
  if (!text.empty()) {
    throw SqlError(sqlstate::kInvalidTextRepresentation, "extra garbage at the end of the ACL specification");
  }
  return item;
}

std::string acl_item_text(const AclItem& item, const NameOfRole& name_of_role) {
  auto put = [&](Oid role) {
    std::string name = name_of_role(role);
    return name.empty() ? std::to_string(role.value) : put_name(name);
  };
  std::string out;
  if (item.grantee.valid()) out = put(item.grantee);
  out.push_back('=');
  for (int bit = 0; bit < privilege::kCount; ++bit) {
    uint32_t mask = uint32_t{1} << bit;
    if (item.privileges & mask) out.push_back(privilege::kLetters[static_cast<size_t>(bit)]);
    if (item.grant_options & mask) out.push_back('*');
  }
  return out + "/" + put(item.grantor);
}

}  // namespace basalt::catalog
