// Who is going to wait says so first: a lock that another session holds, an fsync, pg_sleep. The server's reactor then
// puts another thread in the place of this one (QRY-5). Without a server, e.g. in unit tests, it does nothing.
#pragma once

namespace basalt::common {

// Set once, before any thread waits.
void set_blocking_hook(void (*hook)());
// The calling thread is going to wait for longer than a few microseconds. Cheap, may be called under latches.
void about_to_block();

}  // namespace basalt::common
