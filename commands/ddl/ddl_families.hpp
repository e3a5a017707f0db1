// One registration function per file of statements; register_ddl_commands() (ddl_families.cpp) calls them all.
#pragma once

namespace basalt::commands::ddl {

void register_create_table();   // CREATE TABLE
void register_create_index();   // CREATE INDEX
void register_drop();           // DROP ...
void register_create_schema();  // CREATE SCHEMA
void register_create_view();    // CREATE VIEW

}  // namespace basalt::commands::ddl
