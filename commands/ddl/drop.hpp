// Dropping objects: the dependency plan of catalog/, and what each class of object needs to vanish.
#pragma once

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

// Drops the roots and what depends on them; throws 2BP01 under RESTRICT.
void drop_objects(DdlContext& ddl, const std::vector<ObjectAddress>& roots, parser::DropBehavior behavior,
                  bool quiet = false);
// Removes one object's rows, comments, dependencies and storage; dependents must be gone.
void drop_one(DdlContext& ddl, const ObjectAddress& address);
// The object that a ParsedObjectName names; nullopt when missing_ok and there is none (after the notice, with
// `skip_notice`).
std::optional<ObjectAddress> resolve_object(DdlContext& ddl, parser::ObjectType type,
                                            const parser::ParsedObjectName& object, bool missing_ok);
// The same for a function, procedure or aggregate.
std::optional<ObjectAddress> resolve_routine(DdlContext& ddl, parser::ObjectType type,
                                             const parser::ParsedObjectWithArguments& wanted, bool missing_ok);
// What is to be done to an object: who owns a schema may drop what is in it, and no more than that.
enum class OwnerAct { kAlter, kComment, kDrop };
// "must be owner of ..." for any object.
void require_object_owner(DdlContext& ddl, const ObjectAddress& address, parser::ObjectType type,
                          const parser::ParsedObjectName& object, OwnerAct act = OwnerAct::kAlter);

}  // namespace basalt::commands::ddl
