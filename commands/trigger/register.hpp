// Registration of CREATE TRIGGER and SET CONSTRAINTS.
#pragma once

namespace basalt::commands::trigger {

void register_trigger_commands();

}  // namespace basalt::commands::trigger
