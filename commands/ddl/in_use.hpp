// A relation that an open cursor of this session reads is not changed under it.
#pragma once

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

// 55006 `cannot TRUNCATE "t" because it is being used by active queries in this session`.
void require_not_in_use(Session& session, const catalog::RelationDescriptor& relation, const char* command);

}  // namespace basalt::commands::ddl
