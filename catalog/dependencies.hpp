// Dependencies between objects (pg_depend, pg_shdepend), and what DROP has to drop.
//
// A row of pg_depend says that one object needs another, and how:
//   n normal     dropped only by CASCADE              i internal    part of the other; cannot be dropped alone
//   a automatic  dropped with the other, silently     e extension   member of an extension
//   P, S         partition primary, secondary: like internal, of two owners
// Objects that come with the system (OID below 12000) are never dropped, and nothing is recorded about needing them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/object_description.hpp"

namespace basalt::catalog {

enum class DependencyType : char {
  kNormal = 'n',
  kAutomatic = 'a',
  kInternal = 'i',
  kExtension = 'e',
  kAutomaticExtension = 'x',
  kPartitionPrimary = 'P',
  kPartitionSecondary = 'S'
};
enum class SharedDependencyType : char { kOwner = 'o', kAcl = 'a', kPolicy = 'r', kTablespace = 't' };

// Came with the system, so that it can be relied upon.
bool is_pinned(Oid class_oid, Oid object);

// Does nothing for a pinned referenced object, and nothing when the same row is there.
void record_dependency(CatalogWriter& writer, const ObjectAddress& depender, const ObjectAddress& referenced,
                       DependencyType type);
// Removes all rows in which the object is the depender (with sub 0: of its columns as well).
void remove_dependencies(CatalogWriter& writer, const ObjectAddress& depender);
// Removes the depender's rows that refer to objects of one class; returns how many.
int remove_dependencies_on(CatalogWriter& writer, const ObjectAddress& depender, Oid referenced_class);

// Roles and tablespaces that an object of this database (or a shared object) needs.
void record_shared_dependency(CatalogWriter& writer, const ObjectAddress& depender, Oid referenced_class,
                              Oid referenced, SharedDependencyType type);
void record_owner(CatalogWriter& writer, Oid class_oid, Oid object, Oid owner);
void change_owner(CatalogWriter& writer, Oid class_oid, Oid object, Oid new_owner);
// The roles that an acl mentions, in place of those that it mentioned.
void record_acl_roles(CatalogWriter& writer, const ObjectAddress& object, Oid owner, const Acl& before,
                      const Acl& after);
void remove_shared_dependencies(CatalogWriter& writer, const ObjectAddress& depender);

struct Dependency {
  ObjectAddress object;
  DependencyType type;
};
std::vector<Dependency> dependents_of(CatalogReader& catalog, const ObjectAddress& referenced);  // who needs it
std::vector<Dependency> references_of(CatalogReader& catalog, const ObjectAddress& depender);    // what it needs
struct SharedDependent {
  Oid database;  // 0: a shared object
  ObjectAddress object;
  SharedDependencyType type;
};
std::vector<SharedDependent> shared_dependents_of(CatalogReader& catalog, Oid referenced_class, Oid referenced);

enum class DropBehavior { kRestrict, kCascade };
using NoticeSink = std::function<void(common::ErrorReport)>;

// Everything that has to be dropped with `roots`, in the order in which it can be dropped (dependents first, a root
// after what depends on it). Throws 2BP01 as PostgreSQL; under CASCADE sends the "drop cascades to ..." notices.
std::vector<ObjectAddress> plan_drop(const NameScope& scope, std::span<const ObjectAddress> roots,
                                     DropBehavior behavior, const NoticeSink& notice);

}  // namespace basalt::catalog
