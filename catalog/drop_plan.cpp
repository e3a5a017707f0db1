// What DROP drops: a depth-first walk from the roots along pg_depend, dependents before what they depend on.
#include <algorithm>

#include "catalog/dependencies.hpp"
#include "common/sqlstate.hpp"

namespace basalt::catalog {

namespace {

using common::SqlError;
namespace sqlstate = common::sqlstate;

enum Flag : int {
  kOriginal = 1,  // a root
  kNormal = 2,    // reached by a normal dependency
  kAutomatic = 4,
  kInternal = 8,
  kPartition = 16,  // reached from one of its two owners
  kExtension = 32,
  kReverse = 64,  // reached from a part of it
  kIsPart = 128,  // has partition dependencies
};

struct Found {
  ObjectAddress object;
  int flags;
  ObjectAddress dependee;  // what it was reached from
};

struct Level {
  ObjectAddress object;
  int flags;
  Level* below;
};

// Does `whole` include `part`?
bool includes(const ObjectAddress& whole, const ObjectAddress& part) {
  return whole.class_oid == part.class_oid && whole.object == part.object && (whole.sub == part.sub || whole.sub == 0);
}

class Walk {
 public:
  Walk(const NameScope& scope, std::span<const ObjectAddress> roots) : scope_(scope), roots_(roots) {}

  void run() {
    for (const ObjectAddress& root : roots_) visit(root, kOriginal, nullptr);
  }
  const std::vector<Found>& found() const { return found_; }

 private:
  // Adds flags to an entry that is there already; false: it is not.
  bool present(const ObjectAddress& object, int flags) {
    bool seen = false;
    for (Found& f : found_) {
      if (!includes(f.object, object)) continue;
      if (f.object.sub == object.sub) f.flags |= flags;
      seen = true;
    }
    return seen;
  }
  static bool on_stack(const ObjectAddress& object, int flags, Level* stack) {
    for (Level* level = stack; level; level = level->below) {
      if (!includes(level->object, object)) continue;
      if (level->object.sub == object.sub) level->flags |= flags;
      return true;
    }
    return false;
  }
  bool is_root(const ObjectAddress& object) const {
    return std::any_of(roots_.begin(), roots_.end(), [&](const ObjectAddress& r) { return includes(r, object); });
  }

  // Looks at what owns the object. True: nothing more is to be done here, its owner has taken over.
  bool handed_to_owner(const ObjectAddress& object, int& flags, Level* stack) {
    for (const Dependency& d : references_of(scope_.catalog, object)) {
      if (d.type == DependencyType::kPartitionPrimary || d.type == DependencyType::kPartitionSecondary) {
        flags |= kIsPart;
        continue;
      }
      if (d.type != DependencyType::kInternal && d.type != DependencyType::kExtension) continue;
      // A column of the object itself.
      if (d.object.class_oid == object.class_oid && d.object.object == object.object) continue;
      if (!stack) {
        if (is_root(d.object)) return true;
        throw SqlError(sqlstate::kDependentObjectsStillExist, "cannot drop " + describe_object(scope_, object) +
                                                                  " because " + describe_object(scope_, d.object) +
                                                                  " requires it")
            .hint("You can drop " + describe_object(scope_, d.object) + " instead.");
      }
      if (on_stack(d.object, 0, stack) || present(d.object, 0)) continue;
      visit(d.object, kReverse, stack);
      return true;
    }
    return false;
  }

  void visit(const ObjectAddress& object, int flags, Level* stack) {
    if (on_stack(object, flags, stack)) return;
    if (present(object, flags)) return;
    if (handed_to_owner(object, flags, stack)) {
      present(object, flags);
      return;
    }
    Level level{object, flags, stack};
    std::vector<Dependency> dependents = dependents_of(scope_.catalog, object);
    std::sort(dependents.begin(), dependents.end(), [](const Dependency& a, const Dependency& b) {
      if (a.object.object != b.object.object) return a.object.object > b.object.object;
      if (a.object.class_oid != b.object.class_oid) return a.object.class_oid < b.object.class_oid;
      return static_cast<uint32_t>(a.object.sub) < static_cast<uint32_t>(b.object.sub);
    });
    for (const Dependency& d : dependents) {
      // A part of the object itself.
      if (includes(object, d.object)) continue;
      visit(d.object, flag_of(d.type), &level);
    }
    found_.push_back({object, level.flags, stack ? stack->object : object});
  }

  static int flag_of(DependencyType type) {
    switch (type) {
      case DependencyType::kNormal:
        return kNormal;
      case DependencyType::kAutomatic:
      case DependencyType::kAutomaticExtension:
        return kAutomatic;
      case DependencyType::kInternal:
        return kInternal;
      case DependencyType::kPartitionPrimary:
      case DependencyType::kPartitionSecondary:
        return kPartition;
      case DependencyType::kExtension:
        return kExtension;
    }
    return kNormal;
  }

  const NameScope& scope_;
  std::span<const ObjectAddress> roots_;
  std::vector<Found> found_;
};

constexpr int kLinesMax = 100;

class Report {
 public:
  void add(const std::string& line) {
    if (lines_ < kLinesMax) {
      if (!text_.empty()) text_ += "\n";
      text_ += line;
      ++lines_;
    } else {
      ++more_;
    }
  }
  int count() const { return lines_ + more_; }
  std::string detail() const {
    if (more_ == 0) return text_;
    return text_ + "\nand " + std::to_string(more_) + (more_ == 1 ? " other object" : " other objects") +
           " (see server log for list)";
  }

 private:
  std::string text_;
  int lines_ = 0, more_ = 0;
};

// A part of a partitioned object may go only together with one of its owners.
void check_parts(const NameScope& scope, const std::vector<Found>& found) {
  for (const Found& f : found) {
    if (!(f.flags & kIsPart) || (f.flags & kPartition)) continue;
    ObjectAddress owner = f.object;
    for (const Dependency& d : references_of(scope.catalog, f.object)) {
      if (d.type != DependencyType::kPartitionPrimary && d.type != DependencyType::kPartitionSecondary) continue;
      owner = d.object;
      if (d.type == DependencyType::kPartitionPrimary) break;
    }
    throw SqlError(sqlstate::kDependentObjectsStillExist, "cannot drop " + describe_object(scope, f.object) +
                                                              " because " + describe_object(scope, owner) +
                                                              " requires it")
        .hint("You can drop " + describe_object(scope, owner) + " instead.");
  }
}

void report(const NameScope& scope, const std::vector<Found>& found, std::span<const ObjectAddress> roots,
            DropBehavior behavior, const NoticeSink& notice) {
  Report lines;
  std::string first;
  // Back to front: what depends on the roots directly comes first.
  for (auto f = found.rbegin(); f != found.rend(); ++f) {
    if (f->flags & (kOriginal | kAutomatic | kInternal | kPartition | kExtension)) continue;
    // A column of a relation that goes as a whole is not named.
    bool part = f->object.sub != 0 && std::any_of(found.begin(), found.end(), [&](const Found& whole) {
                  return whole.object.sub == 0 && includes(whole.object, f->object);
                });
    if (part) continue;
    std::string description = describe_object(scope, f->object);
    if (description.empty()) continue;
    if (behavior == DropBehavior::kCascade) {
      if (first.empty()) first = description;
      lines.add("drop cascades to " + description);
    } else {
      std::string other = describe_object(scope, f->dependee);
      lines.add(description + " depends on " + other);
    }
  }
  if (lines.count() == 0) return;
  if (behavior == DropBehavior::kRestrict) {
    std::string message =
        roots.size() == 1 ? "cannot drop " + describe_object(scope, roots[0]) + " because other objects depend on it"
                          : "cannot drop desired object(s) because other objects depend on them";
    throw SqlError(sqlstate::kDependentObjectsStillExist, std::move(message))
        .detail(lines.detail())
        .hint("Use DROP ... CASCADE to drop the dependent objects too.");
  }
  if (!notice) return;
  common::ErrorReport out{};
  out.severity = common::Severity::kNotice;
  out.sqlstate = common::SqlState{"00000"};
  if (lines.count() == 1) {
    out.message = "drop cascades to " + first;
  } else {
    out.message = "drop cascades to " + std::to_string(lines.count()) + " other objects";
    out.detail = lines.detail();
  }
  notice(std::move(out));
}

}  // namespace

std::vector<ObjectAddress> plan_drop(const NameScope& scope, std::span<const ObjectAddress> roots,
                                     DropBehavior behavior, const NoticeSink& notice) {
  for (const ObjectAddress& root : roots) {
    if (!is_pinned(root.class_oid, root.object)) continue;
    throw SqlError(sqlstate::kDependentObjectsStillExist,
                   "cannot drop " + describe_object(scope, root) + " because it is required by the database system");
  }
  Walk walk(scope, roots);
  walk.run();
  check_parts(scope, walk.found());
  report(scope, walk.found(), roots, behavior, notice);
  std::vector<ObjectAddress> order;
  for (const Found& f : walk.found()) order.push_back(f.object);
  return order;
}

}  // namespace basalt::catalog
