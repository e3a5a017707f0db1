#include "commands/collations.hpp"

#include <map>
#include <mutex>

#include "common/sqlstate.hpp"

namespace basalt::commands {

namespace {

// To open a language's rules takes ICU long; they are never changed, so they are kept.
types::CollationPointer icu_collation(const std::string& locale, bool deterministic) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, bool>, types::CollationPointer> known;
  std::lock_guard lock(mutex);
  types::CollationPointer& slot = known[{locale, deterministic}];
  if (!slot) slot = types::make_icu_collation(locale, deterministic);
  return slot;
}

class SessionCollations : public types::CollationCatalog {
 public:
  Session* session = nullptr;

  types::CollationPointer collation(common::Oid oid) override {
    const catalog::CollationDescriptor* found = session->catalog().collation(oid);
    if (!found)
      throw common::SqlError(common::sqlstate::kInternalError,
                             "cache lookup failed for collation " + std::to_string(oid.value));
    switch (found->provider) {
      case 'i':
        return icu_collation(found->locale, found->deterministic);
      case 'd':
        return types::default_collation();
      default:
        if (found->collate == "C" || found->collate == "POSIX") return types::c_collation();
        throw common::not_supported("collation \"" + found->name + "\" of the C library");
    }
  }
};

}  // namespace

types::CollationCatalog& collations_of(Session& session) {
  auto& collations = session.extra<SessionCollations>("collations");
  collations.session = &session;
  return collations;
}

}  // namespace basalt::commands
