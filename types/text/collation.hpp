// Collations: how text compares and how its case is mapped.
//
//   C, POSIX, ucs_basic       bytes (which for UTF-8 is code point order); case of ASCII letters only
//   default, C.UTF-8          bytes; case and character classes of all of Unicode, as the C library's C.UTF-8 has them
//   ICU                       ucol; language rules. Deterministic ones break ties by bytes, so only equal bytes are
//   equal
//
// The built-in ones have fixed OIDs and need no catalog. Others come from the service "collation" of CallContext, a
// CollationCatalog*, which catalog/ offers over pg_collation with the help of make_icu_collation().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/ids.hpp"

namespace basalt::types {

class CallContext;

inline constexpr common::Oid kDefaultCollation{100};
inline constexpr common::Oid kCCollation{950};
inline constexpr common::Oid kPosixCollation{951};

enum class CaseRules : uint8_t { kAscii, kUnicode, kLanguage };

// Immutable and thread-safe.
class Collation {
 public:
  virtual ~Collation() = default;
  bool is_bytewise() const { return bytewise_; }
  // Only equal bytes are equal.
  bool is_deterministic() const { return deterministic_; }
  CaseRules case_rules() const { return case_rules_; }

  virtual int compare(std::string_view a, std::string_view b) const = 0;
  bool equal(std::string_view a, std::string_view b) const { return deterministic_ ? a == b : compare(a, b) == 0; }
  // Appends bytes whose memcmp order is compare()'s. They may hold any byte and mark no end.
  virtual void append_sort_key(std::string_view s, std::string& out) const = 0;

  virtual std::string lower(std::string_view s) const = 0;
  virtual std::string upper(std::string_view s) const = 0;
  virtual std::string initcap(std::string_view s) const = 0;

 protected:
  Collation(bool bytewise, bool deterministic, CaseRules rules)
      : bytewise_(bytewise), deterministic_(deterministic), case_rules_(rules) {}

 private:
  bool bytewise_;
  bool deterministic_;
  CaseRules case_rules_;
};
using CollationPointer = std::shared_ptr<const Collation>;

class CollationCatalog {
 public:
  virtual ~CollationCatalog() = default;
  // Throws XX000 when there is no such collation.
  virtual CollationPointer collation(common::Oid oid) = 0;
};

const CollationPointer& c_collation();
const CollationPointer& default_collation();  // C.UTF-8
// Throws 22023 when ICU does not know the locale.
CollationPointer make_icu_collation(const std::string& locale, bool deterministic);

// The collation of an OID; throws 42P22 for 0 (the operands have no collation in common), as PostgreSQL does while it
// runs. `purpose` completes the message: "string comparison", "LIKE", "upper() function".
CollationPointer resolve_collation(CallContext* context, common::Oid oid, const char* purpose = "string comparison");

}  // namespace basalt::types
