// One registration function per file of statements; register_ddl_commands() (ddl_families.cpp) calls them all.
#pragma once

namespace basalt::commands::ddl {

void register_create_table();        // CREATE TABLE
void register_create_index();        // CREATE INDEX
void register_drop();                // DROP ...
void register_create_schema();       // CREATE SCHEMA
void register_create_view();         // CREATE VIEW
void register_create_rule();         // CREATE RULE
void register_role_settings();       // ALTER ROLE, ALTER DATABASE ... SET
void register_create_type();         // CREATE DOMAIN, CREATE TYPE
void register_grant();               // GRANT, REVOKE
void register_default_privileges();  // ALTER DEFAULT PRIVILEGES
void register_owned();               // DROP OWNED, REASSIGN OWNED
void register_sequence_functions();
void register_sequence_commands();  // CREATE and ALTER SEQUENCE
void register_role();               // roles and their membership
void register_database();           // databases, CREATE EXTENSION
void register_alter_type();         // ALTER TYPE ... VALUE, ALTER DOMAIN
void register_comment();            // COMMENT ON
void register_alter_table();        // ALTER TABLE
void register_alter_object();       // ALTER ... RENAME, SET SCHEMA, OWNER TO
void register_truncate();           // TRUNCATE
void register_create_table_as();    // CREATE TABLE AS, CREATE and REFRESH MATERIALIZED VIEW

}  // namespace basalt::commands::ddl
