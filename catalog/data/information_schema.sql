CREATE SCHEMA information_schema;

GRANT USAGE ON SCHEMA information_schema TO PUBLIC;

SET search_path TO information_schema;

CREATE FUNCTION _pg_expandarray(anyarray, OUT x anyelement, OUT n int) RETURNS SETOF record
    LANGUAGE sql STRICT IMMUTABLE PARALLEL SAFE
    AS 'SELECT $1[s], s - array_lower($1, 1) + 1 FROM generate_series(array_lower($1, 1), array_upper($1, 1), 1) AS g(s)';

CREATE FUNCTION _pg_index_position(oid, smallint) RETURNS int
    LANGUAGE sql STRICT STABLE
    AS 'SELECT (e.k).n FROM (SELECT information_schema._pg_expandarray(indkey) AS k FROM pg_catalog.pg_index WHERE indexrelid = $1) e WHERE (e.k).x = $2';

CREATE FUNCTION _pg_truetypid(pg_attribute, pg_type) RETURNS oid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $2.typtype = ''d'' THEN $2.typbasetype ELSE $1.atttypid END';

CREATE FUNCTION _pg_truetypmod(pg_attribute, pg_type) RETURNS int4
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $2.typtype = ''d'' THEN $2.typtypmod ELSE $1.atttypmod END';

CREATE FUNCTION _pg_char_max_length(typid oid, typmod int4) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $2 = -1 THEN NULL WHEN $1 IN (1042, 1043) THEN $2 - 4 WHEN $1 IN (1560, 1562) THEN $2 END';

CREATE FUNCTION _pg_char_octet_length(typid oid, typmod int4) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $1 IN (25, 1042, 1043) THEN CASE WHEN $2 = -1 THEN CAST(2^30 AS integer) ELSE information_schema._pg_char_max_length($1, $2) * pg_catalog.pg_encoding_max_length((SELECT encoding FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())) END END';

CREATE FUNCTION _pg_numeric_precision(typid oid, typmod int4) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE $1 WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 1700 THEN CASE WHEN $2 = -1 THEN NULL ELSE (($2 - 4) >> 16) & 65535 END WHEN 700 THEN 24 WHEN 701 THEN 53 END';

CREATE FUNCTION _pg_numeric_precision_radix(typid oid, typmod int4) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $1 IN (20, 21, 23, 700, 701) THEN 2 WHEN $1 = 1700 THEN 10 END';

CREATE FUNCTION _pg_numeric_scale(typid oid, typmod int4) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $1 IN (20, 21, 23) THEN 0 WHEN $1 = 1700 AND $2 <> -1 THEN ($2 - 4) & 65535 END';

CREATE FUNCTION _pg_datetime_precision(typid oid, typmod int4) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $1 = 1082 THEN 0 WHEN $1 IN (1083, 1114, 1184, 1266) THEN CASE WHEN $2 < 0 THEN 6 ELSE $2 END WHEN $1 = 1186 THEN CASE WHEN $2 < 0 OR $2 & 65535 = 65535 THEN 6 ELSE $2 & 65535 END END';

CREATE FUNCTION _pg_interval_type(typid oid, mod int4) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
    AS 'SELECT CASE WHEN $1 = 1186 THEN pg_catalog.upper(pg_catalog.substring(pg_catalog.format_type($1, $2), ''interval[()0-9]* #"%#"'', ''#'')) END';

CREATE DOMAIN cardinal_number AS integer CONSTRAINT cardinal_number_domain_check CHECK (value >= 0);

CREATE DOMAIN character_data AS character varying COLLATE "C";

CREATE DOMAIN sql_identifier AS name;

CREATE DOMAIN time_stamp AS timestamp(2) with time zone DEFAULT current_timestamp(2);

CREATE DOMAIN yes_or_no AS character varying(3) COLLATE "C" CONSTRAINT yes_or_no_check CHECK (value IN ('YES', 'NO'));

CREATE VIEW information_schema_catalog_name AS
    SELECT current_database()::sql_identifier AS catalog_name;

GRANT SELECT ON information_schema_catalog_name TO PUBLIC;

CREATE VIEW applicable_roles AS
    SELECT a.rolname::sql_identifier AS grantee, b.rolname::sql_identifier AS role_name,
           (CASE WHEN m.admin_option THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT member, roleid, admin_option FROM pg_auth_members
          UNION SELECT datdba, pg_authid.oid, false FROM pg_database, pg_authid
                WHERE datname = current_database() AND rolname = 'pg_database_owner') m
         JOIN pg_authid a ON m.member = a.oid JOIN pg_authid b ON m.roleid = b.oid
    WHERE pg_has_role(a.oid, 'USAGE');

GRANT SELECT ON applicable_roles TO PUBLIC;

CREATE VIEW administrable_role_authorizations AS
    SELECT * FROM applicable_roles WHERE is_grantable = 'YES';

GRANT SELECT ON administrable_role_authorizations TO PUBLIC;

CREATE VIEW enabled_roles AS
    SELECT a.rolname::sql_identifier AS role_name
    FROM pg_authid a
    WHERE pg_has_role(a.oid, 'USAGE');

GRANT SELECT ON enabled_roles TO PUBLIC;

CREATE VIEW attributes AS
    SELECT current_database()::sql_identifier AS udt_catalog, nc.nspname::sql_identifier AS udt_schema,
           c.relname::sql_identifier AS udt_name, a.attname::sql_identifier AS attribute_name,
           a.attnum::cardinal_number AS ordinal_position,
           (pg_get_expr(ad.adbin, ad.adrelid))::character_data AS attribute_default,
           (CASE WHEN NOT (a.attnotnull OR t.typtype = 'd' AND t.typnotnull) THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_nullable,
           (CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nt.nspname = 'pg_catalog'
               THEN format_type(a.atttypid, NULL) ELSE 'USER-DEFINED' END)::character_data AS data_type,
           (_pg_char_max_length(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod
                   ELSE a.atttypmod END))::cardinal_number AS character_maximum_length,
           (_pg_char_octet_length(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS character_octet_length,
           NULL::sql_identifier AS character_set_catalog, NULL::sql_identifier AS character_set_schema,
           NULL::sql_identifier AS character_set_name,
           (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::sql_identifier AS collation_catalog,
           nco.nspname::sql_identifier AS collation_schema, co.collname::sql_identifier AS collation_name,
           (_pg_numeric_precision(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS numeric_precision,
           (_pg_numeric_precision_radix(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS numeric_precision_radix,
           (_pg_numeric_scale(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS numeric_scale,
           (_pg_datetime_precision(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS datetime_precision,
           (_pg_interval_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::character_data AS interval_type,
           NULL::cardinal_number AS interval_precision, current_database()::sql_identifier AS attribute_udt_catalog,
           nt.nspname::sql_identifier AS attribute_udt_schema, t.typname::sql_identifier AS attribute_udt_name,
           NULL::sql_identifier AS scope_catalog, NULL::sql_identifier AS scope_schema,
           NULL::sql_identifier AS scope_name, NULL::cardinal_number AS maximum_cardinality,
           a.attnum::sql_identifier AS dtd_identifier, 'NO'::yes_or_no AS is_derived_reference_attribute
    FROM pg_attribute a LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace nc ON nc.oid = c.relnamespace
         JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace nt ON nt.oid = t.typnamespace
         LEFT JOIN (pg_type bt JOIN pg_namespace nbt ON nbt.oid = bt.typnamespace) ON t.typtype = 'd'
             AND bt.oid = t.typbasetype
         LEFT JOIN (pg_collation co JOIN pg_namespace nco ON nco.oid = co.collnamespace)
             ON co.oid = a.attcollation AND (nco.nspname, co.collname) <> ('pg_catalog', 'default')
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'c'
          AND (pg_has_role(c.relowner, 'USAGE') OR has_type_privilege(c.reltype, 'USAGE'));

GRANT SELECT ON attributes TO PUBLIC;

CREATE VIEW character_sets AS
    SELECT NULL::sql_identifier AS character_set_catalog, NULL::sql_identifier AS character_set_schema,
           getdatabaseencoding()::sql_identifier AS character_set_name,
           (CASE WHEN getdatabaseencoding() = 'UTF8' THEN 'UCS'
               ELSE getdatabaseencoding() END)::sql_identifier AS character_repertoire,
           getdatabaseencoding()::sql_identifier AS form_of_use,
           current_database()::sql_identifier AS default_collate_catalog,
           nc.nspname::sql_identifier AS default_collate_schema, c.collname::sql_identifier AS default_collate_name
    FROM pg_database d
         LEFT JOIN (pg_collation c JOIN pg_namespace nc ON nc.oid = c.collnamespace)
             ON c.collcollate = d.datcollate AND c.collctype = d.datctype
    WHERE d.datname = current_database()
    ORDER BY char_length(c.collname) DESC, c.collname ASC
    LIMIT 1;

GRANT SELECT ON character_sets TO PUBLIC;

CREATE VIEW check_constraint_routine_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS constraint_catalog,
           nc.nspname::sql_identifier AS constraint_schema, c.conname::sql_identifier AS constraint_name,
           current_database()::sql_identifier AS specific_catalog, np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name
    FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace
         JOIN pg_depend d ON d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = c.oid
         JOIN pg_proc p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND d.refobjid = p.oid
         JOIN pg_namespace np ON np.oid = p.pronamespace
    WHERE c.contype = 'c' AND pg_has_role(p.proowner, 'USAGE');

GRANT SELECT ON check_constraint_routine_usage TO PUBLIC;

CREATE VIEW check_constraints AS
    SELECT current_database()::sql_identifier AS constraint_catalog, n.nspname::sql_identifier AS constraint_schema,
           c.conname::sql_identifier AS constraint_name,
           (substring(pg_get_constraintdef(c.oid) FROM 7))::character_data AS check_clause
    FROM pg_constraint c LEFT JOIN pg_namespace n ON n.oid = c.connamespace LEFT JOIN pg_class r ON r.oid = c.conrelid
         LEFT JOIN pg_type t ON t.oid = c.contypid
    WHERE pg_has_role(coalesce(r.relowner, t.typowner), 'USAGE') AND c.contype = 'c'
    UNION
    SELECT current_database()::sql_identifier AS constraint_catalog, n.nspname::sql_identifier AS constraint_schema,
           (n.oid::text || '_' || r.oid::text || '_' || a.attnum::text || '_not_null')::sql_identifier AS constraint_name,
           (a.attname || ' IS NOT NULL')::character_data AS check_clause
    FROM pg_namespace n JOIN pg_class r ON r.relnamespace = n.oid JOIN pg_attribute a ON a.attrelid = r.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND r.relkind IN ('r', 'p')
          AND pg_has_role(r.relowner, 'USAGE');

GRANT SELECT ON check_constraints TO PUBLIC;

CREATE VIEW collations AS
    SELECT current_database()::sql_identifier AS collation_catalog, nc.nspname::sql_identifier AS collation_schema,
           c.collname::sql_identifier AS collation_name, 'NO PAD'::character_data AS pad_attribute
    FROM pg_collation c JOIN pg_namespace nc ON nc.oid = c.collnamespace
    WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()));

GRANT SELECT ON collations TO PUBLIC;

CREATE VIEW collation_character_set_applicability AS
    SELECT current_database()::sql_identifier AS collation_catalog, nc.nspname::sql_identifier AS collation_schema,
           c.collname::sql_identifier AS collation_name, NULL::sql_identifier AS character_set_catalog,
           NULL::sql_identifier AS character_set_schema, getdatabaseencoding()::sql_identifier AS character_set_name
    FROM pg_collation c JOIN pg_namespace nc ON nc.oid = c.collnamespace
    WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()));

GRANT SELECT ON collation_character_set_applicability TO PUBLIC;

CREATE VIEW column_column_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS table_catalog, n.nspname::sql_identifier AS table_schema,
           c.relname::sql_identifier AS table_name, ac.attname::sql_identifier AS column_name,
           ad.attname::sql_identifier AS dependent_column
    FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_depend d ON d.refobjid = c.oid
         JOIN pg_attribute ac ON ac.attrelid = c.oid AND ac.attnum = d.refobjsubid
         JOIN pg_attrdef f ON f.oid = d.objid AND f.adrelid = c.oid
         JOIN pg_attribute ad ON ad.attrelid = c.oid AND ad.attnum = f.adnum
    WHERE ac.attname <> ad.attname AND d.classid = 'pg_catalog.pg_attrdef'::regclass
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND ad.attgenerated <> '' AND pg_has_role(c.relowner,
              'USAGE');

GRANT SELECT ON column_column_usage TO PUBLIC;

CREATE VIEW column_domain_usage AS
    SELECT current_database()::sql_identifier AS domain_catalog, nt.nspname::sql_identifier AS domain_schema,
           t.typname::sql_identifier AS domain_name, current_database()::sql_identifier AS table_catalog,
           nc.nspname::sql_identifier AS table_schema, c.relname::sql_identifier AS table_name,
           a.attname::sql_identifier AS column_name
    FROM pg_type t JOIN pg_namespace nt ON nt.oid = t.typnamespace JOIN pg_attribute a ON a.atttypid = t.oid
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace nc ON nc.oid = c.relnamespace
    WHERE t.typtype = 'd' AND c.relkind IN ('r', 'v', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
          AND pg_has_role(t.typowner, 'USAGE');

GRANT SELECT ON column_domain_usage TO PUBLIC;

CREATE VIEW column_privileges AS
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS table_catalog, nc.nspname::sql_identifier AS table_schema,
           x.relname::sql_identifier AS table_name, x.attname::sql_identifier AS column_name,
           x.prtype::character_data AS privilege_type,
           (CASE WHEN pg_has_role(x.grantee, x.relowner, 'USAGE') OR x.grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT r.grantor, r.grantee, a.attname, r.relname, r.relnamespace, r.prtype, r.grantable, r.relowner
          FROM (SELECT c.oid, c.relname, c.relnamespace, c.relowner, e.grantor, e.grantee, e.privilege_type AS prtype,
                       e.is_grantable AS grantable
                FROM pg_class c, LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) e
                WHERE c.relkind IN ('r', 'v', 'f', 'p')) r
               JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
          UNION
          SELECT s.grantor, s.grantee, s.attname, c.relname, c.relnamespace, s.prtype, s.grantable, c.relowner
          FROM (SELECT a.attrelid, a.attname, e.grantor, e.grantee, e.privilege_type AS prtype,
              e.is_grantable AS grantable
                FROM pg_attribute a JOIN pg_class cc ON cc.oid = a.attrelid,
                     LATERAL aclexplode(coalesce(a.attacl, acldefault('c', cc.relowner))) e
                WHERE a.attnum > 0 AND NOT a.attisdropped) s
               JOIN pg_class c ON c.oid = s.attrelid AND c.relkind IN ('r', 'v', 'f', 'p')) x
         JOIN pg_namespace nc ON nc.oid = x.relnamespace JOIN pg_authid u_grantor ON u_grantor.oid = x.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = x.grantee
    WHERE x.prtype IN ('INSERT', 'SELECT', 'UPDATE', 'REFERENCES')
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

GRANT SELECT ON column_privileges TO PUBLIC;

CREATE VIEW column_udt_usage AS
    SELECT current_database()::sql_identifier AS udt_catalog,
           (coalesce(nbt.nspname, nt.nspname))::sql_identifier AS udt_schema,
           (coalesce(bt.typname, t.typname))::sql_identifier AS udt_name,
           current_database()::sql_identifier AS table_catalog, nc.nspname::sql_identifier AS table_schema,
           c.relname::sql_identifier AS table_name, a.attname::sql_identifier AS column_name
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace nc ON nc.oid = c.relnamespace
         JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace nt ON nt.oid = t.typnamespace
         LEFT JOIN (pg_type bt JOIN pg_namespace nbt ON nbt.oid = bt.typnamespace) ON t.typtype = 'd'
             AND bt.oid = t.typbasetype
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'p')
          AND pg_has_role(coalesce(bt.typowner, t.typowner), 'USAGE');

GRANT SELECT ON column_udt_usage TO PUBLIC;

CREATE VIEW columns AS
    SELECT current_database()::sql_identifier AS table_catalog, nc.nspname::sql_identifier AS table_schema,
           c.relname::sql_identifier AS table_name, a.attname::sql_identifier AS column_name,
           a.attnum::cardinal_number AS ordinal_position,
           (CASE WHEN a.attgenerated = '' THEN pg_get_expr(ad.adbin, ad.adrelid) END)::character_data AS column_default,
           (CASE WHEN NOT (a.attnotnull OR t.typtype = 'd' AND t.typnotnull) THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_nullable,
           (CASE WHEN t.typtype = 'd' THEN CASE WHEN bt.typelem <> 0 AND bt.typlen = -1 THEN 'ARRAY'
               WHEN nbt.nspname = 'pg_catalog' THEN format_type(t.typbasetype, NULL) ELSE 'USER-DEFINED' END
                   ELSE CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nt.nspname = 'pg_catalog'
                       THEN format_type(a.atttypid, NULL) ELSE 'USER-DEFINED' END END)::character_data AS data_type,
           (_pg_char_max_length(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod
                   ELSE a.atttypmod END))::cardinal_number AS character_maximum_length,
           (_pg_char_octet_length(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS character_octet_length,
           (_pg_numeric_precision(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS numeric_precision,
           (_pg_numeric_precision_radix(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS numeric_precision_radix,
           (_pg_numeric_scale(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS numeric_scale,
           (_pg_datetime_precision(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::cardinal_number AS datetime_precision,
           (_pg_interval_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE
               WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END))::character_data AS interval_type,
           NULL::cardinal_number AS interval_precision, NULL::sql_identifier AS character_set_catalog,
           NULL::sql_identifier AS character_set_schema, NULL::sql_identifier AS character_set_name,
           (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::sql_identifier AS collation_catalog,
           nco.nspname::sql_identifier AS collation_schema, co.collname::sql_identifier AS collation_name,
           (CASE WHEN t.typtype = 'd' THEN current_database() END)::sql_identifier AS domain_catalog,
           (CASE WHEN t.typtype = 'd' THEN nt.nspname END)::sql_identifier AS domain_schema,
           (CASE WHEN t.typtype = 'd' THEN t.typname END)::sql_identifier AS domain_name,
           current_database()::sql_identifier AS udt_catalog,
           (coalesce(nbt.nspname, nt.nspname))::sql_identifier AS udt_schema,
           (coalesce(bt.typname, t.typname))::sql_identifier AS udt_name, NULL::sql_identifier AS scope_catalog,
           NULL::sql_identifier AS scope_schema, NULL::sql_identifier AS scope_name,
           NULL::cardinal_number AS maximum_cardinality, a.attnum::sql_identifier AS dtd_identifier,
           'NO'::yes_or_no AS is_self_referencing,
           (CASE WHEN a.attidentity IN ('a', 'd') THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_identity,
           (CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd'
               THEN 'BY DEFAULT' END)::character_data AS identity_generation,
           seq.seqstart::character_data AS identity_start, seq.seqincrement::character_data AS identity_increment,
           seq.seqmax::character_data AS identity_maximum, seq.seqmin::character_data AS identity_minimum,
           (CASE WHEN seq.seqcycle THEN 'YES' ELSE 'NO' END)::yes_or_no AS identity_cycle,
           (CASE WHEN a.attgenerated <> '' THEN 'ALWAYS' ELSE 'NEVER' END)::character_data AS is_generated,
           (CASE WHEN a.attgenerated <> '' THEN pg_get_expr(ad.adbin,
               ad.adrelid) END)::character_data AS generation_expression,
           (CASE WHEN c.relkind IN ('r', 'p') OR c.relkind IN ('v', 'f') AND pg_column_is_updatable(c.oid, a.attnum,
               false) THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_updatable
    FROM pg_attribute a LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace nc ON nc.oid = c.relnamespace
         JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace nt ON nt.oid = t.typnamespace
         LEFT JOIN (pg_type bt JOIN pg_namespace nbt ON nbt.oid = bt.typnamespace) ON t.typtype = 'd'
             AND bt.oid = t.typbasetype
         LEFT JOIN (pg_collation co JOIN pg_namespace nco ON nco.oid = co.collnamespace)
             ON co.oid = a.attcollation AND (nco.nspname, co.collname) <> ('pg_catalog', 'default')
         LEFT JOIN (pg_depend dep JOIN pg_sequence seq ON dep.classid = 'pg_class'::regclass
             AND dep.objid = seq.seqrelid
                                                         AND dep.deptype = 'i')
             ON dep.refclassid = 'pg_class'::regclass AND dep.refobjid = c.oid AND dep.refobjsubid = a.attnum
    WHERE NOT pg_is_other_temp_schema(nc.oid) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v',
        'f', 'p')
          AND (pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE,
              REFERENCES'));

GRANT SELECT ON columns TO PUBLIC;

CREATE VIEW constraint_column_usage AS
    SELECT current_database()::sql_identifier AS table_catalog, x.tblschema::sql_identifier AS table_schema,
           x.tblname::sql_identifier AS table_name, x.colname::sql_identifier AS column_name,
           current_database()::sql_identifier AS constraint_catalog,
           x.cstrschema::sql_identifier AS constraint_schema, x.cstrname::sql_identifier AS constraint_name
    FROM (SELECT DISTINCT nr.nspname AS tblschema, r.relname AS tblname, r.relowner AS tblowner, a.attname AS colname,
                 nc.nspname AS cstrschema, c.conname AS cstrname
          FROM pg_namespace nr JOIN pg_class r ON r.relnamespace = nr.oid JOIN pg_attribute a ON a.attrelid = r.oid
               JOIN pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = r.oid
                                AND d.refobjsubid = a.attnum AND d.classid = 'pg_catalog.pg_constraint'::regclass
               JOIN pg_constraint c ON c.oid = d.objid JOIN pg_namespace nc ON nc.oid = c.connamespace
          WHERE c.contype = 'c' AND r.relkind IN ('r', 'p') AND NOT a.attisdropped
          UNION ALL
          SELECT nr.nspname, r.relname, r.relowner, a.attname, nc.nspname, c.conname
          FROM pg_namespace nr JOIN pg_class r ON r.relnamespace = nr.oid JOIN pg_attribute a ON a.attrelid = r.oid
               JOIN pg_constraint c ON r.oid = CASE c.contype WHEN 'f' THEN c.confrelid ELSE c.conrelid END
                                    AND a.attnum = ANY (CASE c.contype WHEN 'f' THEN c.confkey ELSE c.conkey END)
               JOIN pg_namespace nc ON nc.oid = c.connamespace
          WHERE NOT a.attisdropped AND c.contype IN ('p', 'u', 'f') AND r.relkind IN ('r', 'p')) x
    WHERE pg_has_role(x.tblowner, 'USAGE');

GRANT SELECT ON constraint_column_usage TO PUBLIC;

CREATE VIEW constraint_table_usage AS
    SELECT current_database()::sql_identifier AS table_catalog, nr.nspname::sql_identifier AS table_schema,
           r.relname::sql_identifier AS table_name, current_database()::sql_identifier AS constraint_catalog,
           nc.nspname::sql_identifier AS constraint_schema, c.conname::sql_identifier AS constraint_name
    FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace
         JOIN pg_class r ON r.oid = CASE c.contype WHEN 'f' THEN c.confrelid ELSE c.conrelid END
         JOIN pg_namespace nr ON nr.oid = r.relnamespace
    WHERE c.contype IN ('f', 'p', 'u') AND r.relkind IN ('r', 'p') AND pg_has_role(r.relowner, 'USAGE');

GRANT SELECT ON constraint_table_usage TO PUBLIC;

CREATE VIEW domain_constraints AS
    SELECT current_database()::sql_identifier AS constraint_catalog, rs.nspname::sql_identifier AS constraint_schema,
           con.conname::sql_identifier AS constraint_name, current_database()::sql_identifier AS domain_catalog,
           n.nspname::sql_identifier AS domain_schema, t.typname::sql_identifier AS domain_name,
           (CASE WHEN con.condeferrable THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_deferrable,
           (CASE WHEN con.condeferred THEN 'YES' ELSE 'NO' END)::yes_or_no AS initially_deferred
    FROM pg_namespace rs JOIN pg_constraint con ON con.connamespace = rs.oid JOIN pg_type t ON t.oid = con.contypid
         JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE');

GRANT SELECT ON domain_constraints TO PUBLIC;

CREATE VIEW domain_udt_usage AS
    SELECT current_database()::sql_identifier AS udt_catalog, nbt.nspname::sql_identifier AS udt_schema,
           bt.typname::sql_identifier AS udt_name, current_database()::sql_identifier AS domain_catalog,
           nt.nspname::sql_identifier AS domain_schema, t.typname::sql_identifier AS domain_name
    FROM pg_type t JOIN pg_namespace nt ON nt.oid = t.typnamespace JOIN pg_type bt ON bt.oid = t.typbasetype
         JOIN pg_namespace nbt ON nbt.oid = bt.typnamespace
    WHERE t.typtype = 'd' AND pg_has_role(bt.typowner, 'USAGE');

GRANT SELECT ON domain_udt_usage TO PUBLIC;

CREATE VIEW domains AS
    SELECT current_database()::sql_identifier AS domain_catalog, nt.nspname::sql_identifier AS domain_schema,
           t.typname::sql_identifier AS domain_name,
           (CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nbt.nspname = 'pg_catalog'
               THEN format_type(t.typbasetype, NULL) ELSE 'USER-DEFINED' END)::character_data AS data_type,
           (_pg_char_max_length(t.typbasetype, t.typtypmod))::cardinal_number AS character_maximum_length,
           (_pg_char_octet_length(t.typbasetype, t.typtypmod))::cardinal_number AS character_octet_length,
           NULL::sql_identifier AS character_set_catalog, NULL::sql_identifier AS character_set_schema,
           NULL::sql_identifier AS character_set_name,
           (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::sql_identifier AS collation_catalog,
           nco.nspname::sql_identifier AS collation_schema, co.collname::sql_identifier AS collation_name,
           (_pg_numeric_precision(t.typbasetype, t.typtypmod))::cardinal_number AS numeric_precision,
           (_pg_numeric_precision_radix(t.typbasetype, t.typtypmod))::cardinal_number AS numeric_precision_radix,
           (_pg_numeric_scale(t.typbasetype, t.typtypmod))::cardinal_number AS numeric_scale,
           (_pg_datetime_precision(t.typbasetype, t.typtypmod))::cardinal_number AS datetime_precision,
           (_pg_interval_type(t.typbasetype, t.typtypmod))::character_data AS interval_type,
           NULL::cardinal_number AS interval_precision, t.typdefault::character_data AS domain_default,
           current_database()::sql_identifier AS udt_catalog, nbt.nspname::sql_identifier AS udt_schema,
           bt.typname::sql_identifier AS udt_name, NULL::sql_identifier AS scope_catalog,
           NULL::sql_identifier AS scope_schema, NULL::sql_identifier AS scope_name,
           NULL::cardinal_number AS maximum_cardinality, 1::sql_identifier AS dtd_identifier
    FROM pg_type t JOIN pg_namespace nt ON nt.oid = t.typnamespace
         JOIN (pg_type bt JOIN pg_namespace nbt ON nbt.oid = bt.typnamespace) ON t.typtype = 'd'
             AND bt.oid = t.typbasetype
         LEFT JOIN (pg_collation co JOIN pg_namespace nco ON nco.oid = co.collnamespace)
             ON co.oid = t.typcollation AND (nco.nspname, co.collname) <> ('pg_catalog', 'default')
    WHERE pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE');

GRANT SELECT ON domains TO PUBLIC;

CREATE VIEW key_column_usage AS
    SELECT current_database()::sql_identifier AS constraint_catalog,
           x.nc_nspname::sql_identifier AS constraint_schema, x.conname::sql_identifier AS constraint_name,
           current_database()::sql_identifier AS table_catalog, x.nr_nspname::sql_identifier AS table_schema,
           x.relname::sql_identifier AS table_name, a.attname::sql_identifier AS column_name,
           ((x.k).n)::cardinal_number AS ordinal_position,
           (CASE WHEN x.contype = 'f' THEN _pg_index_position(x.conindid,
               x.confkey[(x.k).n]) END)::cardinal_number AS position_in_unique_constraint
    FROM pg_attribute a,
         (SELECT r.oid AS roid, r.relname, r.relowner, nc.nspname AS nc_nspname, nr.nspname AS nr_nspname,
             c.oid AS coid,
                 c.conname, c.contype, c.conindid, c.confkey, _pg_expandarray(c.conkey) AS k
          FROM pg_namespace nr JOIN pg_class r ON r.relnamespace = nr.oid JOIN pg_constraint c ON c.conrelid = r.oid
               JOIN pg_namespace nc ON nc.oid = c.connamespace
          WHERE c.contype IN ('p', 'u', 'f') AND r.relkind IN ('r', 'p') AND NOT pg_is_other_temp_schema(nr.oid)) x
    WHERE a.attrelid = x.roid AND a.attnum = (x.k).x AND NOT a.attisdropped
          AND (pg_has_role(x.relowner, 'USAGE')
               OR has_column_privilege(x.roid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'));

GRANT SELECT ON key_column_usage TO PUBLIC;

CREATE VIEW parameters AS
    SELECT current_database()::sql_identifier AS specific_catalog, x.n_nspname::sql_identifier AS specific_schema,
           (nameconcatoid(x.proname, x.p_oid))::sql_identifier AS specific_name,
           ((x.k).n)::cardinal_number AS ordinal_position,
           (CASE WHEN x.proargmodes IS NULL THEN 'IN' WHEN x.proargmodes[(x.k).n] = 'i' THEN 'IN'
               WHEN x.proargmodes[(x.k).n] = 'o' THEN 'OUT' WHEN x.proargmodes[(x.k).n] = 'b' THEN 'INOUT'
                   WHEN x.proargmodes[(x.k).n] = 'v' THEN 'IN' WHEN x.proargmodes[(x.k).n] = 't'
                       THEN 'OUT' END)::character_data AS parameter_mode,
           'NO'::yes_or_no AS is_result, 'NO'::yes_or_no AS as_locator,
           (nullif(x.proargnames[(x.k).n], ''))::sql_identifier AS parameter_name,
           (CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nt.nspname = 'pg_catalog'
               THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END)::character_data AS data_type,
           NULL::cardinal_number AS character_maximum_length, NULL::cardinal_number AS character_octet_length,
           NULL::sql_identifier AS character_set_catalog, NULL::sql_identifier AS character_set_schema,
           NULL::sql_identifier AS character_set_name, NULL::sql_identifier AS collation_catalog,
           NULL::sql_identifier AS collation_schema, NULL::sql_identifier AS collation_name,
           NULL::cardinal_number AS numeric_precision, NULL::cardinal_number AS numeric_precision_radix,
           NULL::cardinal_number AS numeric_scale, NULL::cardinal_number AS datetime_precision,
           NULL::character_data AS interval_type, NULL::cardinal_number AS interval_precision,
           current_database()::sql_identifier AS udt_catalog, nt.nspname::sql_identifier AS udt_schema,
           t.typname::sql_identifier AS udt_name, NULL::sql_identifier AS scope_catalog,
           NULL::sql_identifier AS scope_schema, NULL::sql_identifier AS scope_name,
           NULL::cardinal_number AS maximum_cardinality, ((x.k).n)::sql_identifier AS dtd_identifier,
           (CASE WHEN pg_has_role(x.proowner, 'USAGE') THEN pg_get_function_arg_default(x.p_oid,
               (x.k).n) END)::character_data AS parameter_default
    FROM pg_type t JOIN pg_namespace nt ON nt.oid = t.typnamespace,
         (SELECT n.nspname AS n_nspname, p.proname, p.oid AS p_oid, p.proowner, p.proargnames, p.proargmodes,
                 _pg_expandarray(coalesce(p.proallargtypes, p.proargtypes::oid[])) AS k
          FROM pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid
          WHERE pg_has_role(p.proowner, 'USAGE') OR has_function_privilege(p.oid, 'EXECUTE')) x
    WHERE t.oid = (x.k).x;

GRANT SELECT ON parameters TO PUBLIC;

CREATE VIEW referential_constraints AS
    SELECT current_database()::sql_identifier AS constraint_catalog, n.nspname::sql_identifier AS constraint_schema,
           con.conname::sql_identifier AS constraint_name,
           (CASE WHEN npk.nspname IS NOT NULL THEN current_database() END)::sql_identifier AS unique_constraint_catalog,
           npk.nspname::sql_identifier AS unique_constraint_schema,
           pkc.conname::sql_identifier AS unique_constraint_name,
           (CASE con.confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' WHEN 's'
               THEN 'NONE' END)::character_data AS match_option,
           (CASE con.confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
               WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN 'NO ACTION' END)::character_data AS update_rule,
           (CASE con.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
               WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN 'NO ACTION' END)::character_data AS delete_rule
    FROM pg_namespace n JOIN pg_constraint con ON con.connamespace = n.oid
         JOIN pg_class c ON c.oid = con.conrelid AND con.contype = 'f'
         LEFT JOIN pg_depend d1 ON d1.objid = con.oid AND d1.classid = 'pg_catalog.pg_constraint'::regclass
                                AND d1.refclassid = 'pg_catalog.pg_class'::regclass AND d1.refobjsubid = 0
         LEFT JOIN pg_depend d2 ON d2.refclassid = 'pg_catalog.pg_constraint'::regclass
                                AND d2.classid = 'pg_catalog.pg_class'::regclass AND d2.objid = d1.refobjid
                                AND d2.objsubid = 0 AND d2.deptype = 'i'
         LEFT JOIN pg_constraint pkc ON pkc.oid = d2.refobjid AND pkc.contype IN ('p', 'u')
             AND pkc.conrelid = con.confrelid
         LEFT JOIN pg_namespace npk ON npk.oid = pkc.connamespace
    WHERE pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE,
        REFERENCES, TRIGGER')
          OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES');

GRANT SELECT ON referential_constraints TO PUBLIC;

CREATE VIEW role_column_grants AS
    SELECT grantor, grantee, table_catalog, table_schema, table_name, column_name, privilege_type,
           is_grantable
    FROM column_privileges
    WHERE grantor IN (SELECT role_name FROM enabled_roles) OR grantee IN (SELECT role_name FROM enabled_roles);

GRANT SELECT ON role_column_grants TO PUBLIC;

CREATE VIEW routine_privileges AS
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS specific_catalog, n.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           current_database()::sql_identifier AS routine_catalog, n.nspname::sql_identifier AS routine_schema,
           p.proname::sql_identifier AS routine_name, 'EXECUTE'::character_data AS privilege_type,
           (CASE WHEN pg_has_role(grantee.oid, p.proowner, 'USAGE') OR p.is_grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT f.oid, f.proname, f.proowner, f.pronamespace, e.grantor, e.grantee, e.privilege_type, e.is_grantable
          FROM pg_proc f, LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) e) p
         JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_authid u_grantor ON u_grantor.oid = p.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = p.grantee
    WHERE p.privilege_type = 'EXECUTE'
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

GRANT SELECT ON routine_privileges TO PUBLIC;

CREATE VIEW role_routine_grants AS
    SELECT grantor, grantee, specific_catalog, specific_schema, specific_name, routine_catalog,
           routine_schema, routine_name, privilege_type, is_grantable
    FROM routine_privileges
    WHERE grantor IN (SELECT role_name FROM enabled_roles) OR grantee IN (SELECT role_name FROM enabled_roles);

GRANT SELECT ON role_routine_grants TO PUBLIC;

CREATE VIEW routine_column_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS specific_catalog,
           np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           current_database()::sql_identifier AS routine_catalog, np.nspname::sql_identifier AS routine_schema,
           p.proname::sql_identifier AS routine_name, current_database()::sql_identifier AS table_catalog,
           nt.nspname::sql_identifier AS table_schema, t.relname::sql_identifier AS table_name,
           a.attname::sql_identifier AS column_name
    FROM pg_namespace np JOIN pg_proc p ON p.pronamespace = np.oid
         JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_catalog.pg_proc'::regclass
                          AND d.refclassid = 'pg_catalog.pg_class'::regclass
         JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace nt ON nt.oid = t.relnamespace
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE t.relkind IN ('r', 'v', 'f', 'p') AND pg_has_role(t.relowner, 'USAGE');

GRANT SELECT ON routine_column_usage TO PUBLIC;

CREATE VIEW routine_routine_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS specific_catalog,
           np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           current_database()::sql_identifier AS routine_catalog, np1.nspname::sql_identifier AS routine_schema,
           (nameconcatoid(p1.proname, p1.oid))::sql_identifier AS routine_name
    FROM pg_namespace np JOIN pg_proc p ON p.pronamespace = np.oid
         JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_catalog.pg_proc'::regclass
                          AND d.refclassid = 'pg_catalog.pg_proc'::regclass
         JOIN pg_proc p1 ON p1.oid = d.refobjid JOIN pg_namespace np1 ON np1.oid = p1.pronamespace
    WHERE p.prokind IN ('f', 'p') AND p1.prokind IN ('f', 'p') AND pg_has_role(p1.proowner, 'USAGE');

GRANT SELECT ON routine_routine_usage TO PUBLIC;

CREATE VIEW routine_sequence_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS specific_catalog,
           np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           current_database()::sql_identifier AS routine_catalog, np.nspname::sql_identifier AS routine_schema,
           p.proname::sql_identifier AS routine_name, current_database()::sql_identifier AS sequence_catalog,
           ns.nspname::sql_identifier AS sequence_schema, s.relname::sql_identifier AS sequence_name
    FROM pg_namespace np JOIN pg_proc p ON p.pronamespace = np.oid
         JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_catalog.pg_proc'::regclass
                          AND d.refclassid = 'pg_catalog.pg_class'::regclass
         JOIN pg_class s ON s.oid = d.refobjid JOIN pg_namespace ns ON ns.oid = s.relnamespace
    WHERE s.relkind = 'S' AND pg_has_role(s.relowner, 'USAGE');

GRANT SELECT ON routine_sequence_usage TO PUBLIC;

CREATE VIEW routine_table_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS specific_catalog,
           np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           current_database()::sql_identifier AS routine_catalog, np.nspname::sql_identifier AS routine_schema,
           p.proname::sql_identifier AS routine_name, current_database()::sql_identifier AS table_catalog,
           nt.nspname::sql_identifier AS table_schema, t.relname::sql_identifier AS table_name
    FROM pg_namespace np JOIN pg_proc p ON p.pronamespace = np.oid
         JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_catalog.pg_proc'::regclass
                          AND d.refclassid = 'pg_catalog.pg_class'::regclass
         JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace nt ON nt.oid = t.relnamespace
    WHERE t.relkind IN ('r', 'v', 'f', 'p') AND pg_has_role(t.relowner, 'USAGE');

GRANT SELECT ON routine_table_usage TO PUBLIC;

CREATE VIEW routines AS
    SELECT current_database()::sql_identifier AS specific_catalog, n.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           current_database()::sql_identifier AS routine_catalog, n.nspname::sql_identifier AS routine_schema,
           p.proname::sql_identifier AS routine_name,
           (CASE p.prokind WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END)::character_data AS routine_type,
           NULL::sql_identifier AS module_catalog, NULL::sql_identifier AS module_schema,
           NULL::sql_identifier AS module_name, NULL::sql_identifier AS udt_catalog,
           NULL::sql_identifier AS udt_schema, NULL::sql_identifier AS udt_name,
           (CASE WHEN p.prokind = 'p' THEN NULL WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
               WHEN nt.nspname = 'pg_catalog' THEN format_type(t.oid, NULL)
                   ELSE 'USER-DEFINED' END)::character_data AS data_type,
           NULL::cardinal_number AS character_maximum_length, NULL::cardinal_number AS character_octet_length,
           NULL::sql_identifier AS character_set_catalog, NULL::sql_identifier AS character_set_schema,
           NULL::sql_identifier AS character_set_name, NULL::sql_identifier AS collation_catalog,
           NULL::sql_identifier AS collation_schema, NULL::sql_identifier AS collation_name,
           NULL::cardinal_number AS numeric_precision, NULL::cardinal_number AS numeric_precision_radix,
           NULL::cardinal_number AS numeric_scale, NULL::cardinal_number AS datetime_precision,
           NULL::character_data AS interval_type, NULL::cardinal_number AS interval_precision,
           (CASE WHEN nt.nspname IS NOT NULL THEN current_database() END)::sql_identifier AS type_udt_catalog,
           nt.nspname::sql_identifier AS type_udt_schema, t.typname::sql_identifier AS type_udt_name,
           NULL::sql_identifier AS scope_catalog, NULL::sql_identifier AS scope_schema,
           NULL::sql_identifier AS scope_name, NULL::cardinal_number AS maximum_cardinality,
           (CASE WHEN p.prokind <> 'p' THEN 0 END)::sql_identifier AS dtd_identifier,
           (CASE WHEN l.lanname = 'sql' THEN 'SQL' ELSE 'EXTERNAL' END)::character_data AS routine_body,
           (CASE WHEN pg_has_role(p.proowner, 'USAGE') THEN p.prosrc END)::character_data AS routine_definition,
           (CASE WHEN l.lanname = 'c' THEN p.prosrc END)::character_data AS external_name,
           (upper(l.lanname))::character_data AS external_language, 'GENERAL'::character_data AS parameter_style,
           (CASE WHEN p.provolatile = 'i' THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_deterministic,
           'MODIFIES'::character_data AS sql_data_access,
           (CASE WHEN p.prokind <> 'p' THEN CASE WHEN p.proisstrict THEN 'YES'
               ELSE 'NO' END END)::yes_or_no AS is_null_call,
           NULL::character_data AS sql_path, 'YES'::yes_or_no AS schema_level_routine,
           0::cardinal_number AS max_dynamic_result_sets, NULL::yes_or_no AS is_user_defined_cast,
           NULL::yes_or_no AS is_implicitly_invocable,
           (CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END)::character_data AS security_type,
           NULL::sql_identifier AS to_sql_specific_catalog, NULL::sql_identifier AS to_sql_specific_schema,
           NULL::sql_identifier AS to_sql_specific_name, 'NO'::yes_or_no AS as_locator, NULL::time_stamp AS created,
           NULL::time_stamp AS last_altered, NULL::yes_or_no AS new_savepoint_level,
           'NO'::yes_or_no AS is_udt_dependent, NULL::character_data AS result_cast_from_data_type,
           NULL::yes_or_no AS result_cast_as_locator, NULL::cardinal_number AS result_cast_char_max_length,
           NULL::cardinal_number AS result_cast_char_octet_length,
           NULL::sql_identifier AS result_cast_char_set_catalog, NULL::sql_identifier AS result_cast_char_set_schema,
           NULL::sql_identifier AS result_cast_char_set_name, NULL::sql_identifier AS result_cast_collation_catalog,
           NULL::sql_identifier AS result_cast_collation_schema, NULL::sql_identifier AS result_cast_collation_name,
           NULL::cardinal_number AS result_cast_numeric_precision,
           NULL::cardinal_number AS result_cast_numeric_precision_radix,
           NULL::cardinal_number AS result_cast_numeric_scale,
           NULL::cardinal_number AS result_cast_datetime_precision,
           NULL::character_data AS result_cast_interval_type,
           NULL::cardinal_number AS result_cast_interval_precision,
           NULL::sql_identifier AS result_cast_type_udt_catalog, NULL::sql_identifier AS result_cast_type_udt_schema,
           NULL::sql_identifier AS result_cast_type_udt_name, NULL::sql_identifier AS result_cast_scope_catalog,
           NULL::sql_identifier AS result_cast_scope_schema, NULL::sql_identifier AS result_cast_scope_name,
           NULL::cardinal_number AS result_cast_maximum_cardinality,
           NULL::sql_identifier AS result_cast_dtd_identifier
    FROM pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid JOIN pg_language l ON l.oid = p.prolang
         LEFT JOIN (pg_type t JOIN pg_namespace nt ON nt.oid = t.typnamespace) ON t.oid = p.prorettype
             AND p.prokind <> 'p'
    WHERE pg_has_role(p.proowner, 'USAGE') OR has_function_privilege(p.oid, 'EXECUTE');

GRANT SELECT ON routines TO PUBLIC;

CREATE VIEW schemata AS
    SELECT current_database()::sql_identifier AS catalog_name, n.nspname::sql_identifier AS schema_name,
           u.rolname::sql_identifier AS schema_owner, NULL::sql_identifier AS default_character_set_catalog,
           NULL::sql_identifier AS default_character_set_schema, NULL::sql_identifier AS default_character_set_name,
           NULL::character_data AS sql_path
    FROM pg_namespace n JOIN pg_authid u ON u.oid = n.nspowner
    WHERE pg_has_role(n.nspowner, 'USAGE') OR has_schema_privilege(n.oid, 'CREATE, USAGE');

GRANT SELECT ON schemata TO PUBLIC;

CREATE VIEW sequences AS
    SELECT current_database()::sql_identifier AS sequence_catalog, nc.nspname::sql_identifier AS sequence_schema,
           c.relname::sql_identifier AS sequence_name, (format_type(s.seqtypid, NULL))::character_data AS data_type,
           (_pg_numeric_precision(s.seqtypid, -1))::cardinal_number AS numeric_precision,
           2::cardinal_number AS numeric_precision_radix, 0::cardinal_number AS numeric_scale,
           s.seqstart::character_data AS start_value, s.seqmin::character_data AS minimum_value,
           s.seqmax::character_data AS maximum_value, s.seqincrement::character_data AS increment,
           (CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END)::yes_or_no AS cycle_option
    FROM pg_namespace nc JOIN pg_class c ON c.relnamespace = nc.oid JOIN pg_sequence s ON s.seqrelid = c.oid
    WHERE c.relkind = 'S' AND NOT pg_is_other_temp_schema(nc.oid)
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
              AND d.deptype = 'i')
          AND (pg_has_role(c.relowner, 'USAGE') OR has_sequence_privilege(c.oid, 'SELECT, UPDATE, USAGE'));

GRANT SELECT ON sequences TO PUBLIC;

CREATE VIEW table_constraints AS
    SELECT current_database()::sql_identifier AS constraint_catalog, nc.nspname::sql_identifier AS constraint_schema,
           c.conname::sql_identifier AS constraint_name, current_database()::sql_identifier AS table_catalog,
           nr.nspname::sql_identifier AS table_schema, r.relname::sql_identifier AS table_name,
           (CASE c.contype WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY'
               WHEN 'u' THEN 'UNIQUE' END)::character_data AS constraint_type,
           (CASE WHEN c.condeferrable THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_deferrable,
           (CASE WHEN c.condeferred THEN 'YES' ELSE 'NO' END)::yes_or_no AS initially_deferred,
           'YES'::yes_or_no AS enforced,
           (CASE WHEN c.contype = 'u' THEN (SELECT CASE WHEN i.indnullsnotdistinct THEN 'NO'
               ELSE 'YES' END FROM pg_index i WHERE i.indexrelid = c.conindid) END)::yes_or_no AS nulls_distinct
    FROM pg_namespace nc JOIN pg_constraint c ON c.connamespace = nc.oid JOIN pg_class r ON r.oid = c.conrelid
         JOIN pg_namespace nr ON nr.oid = r.relnamespace
    WHERE c.contype NOT IN ('t', 'x') AND r.relkind IN ('r', 'p') AND NOT pg_is_other_temp_schema(nr.oid)
          AND (pg_has_role(r.relowner, 'USAGE')
               OR has_table_privilege(r.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
               OR has_any_column_privilege(r.oid, 'INSERT, UPDATE, REFERENCES'))
    UNION ALL
    SELECT current_database()::sql_identifier AS constraint_catalog, nr.nspname::sql_identifier AS constraint_schema,
           (nr.oid::text || '_' || r.oid::text || '_' || a.attnum::text || '_not_null')::sql_identifier AS constraint_name,
           current_database()::sql_identifier AS table_catalog, nr.nspname::sql_identifier AS table_schema,
           r.relname::sql_identifier AS table_name, 'CHECK'::character_data AS constraint_type,
           'NO'::yes_or_no AS is_deferrable, 'NO'::yes_or_no AS initially_deferred, 'YES'::yes_or_no AS enforced,
           NULL::yes_or_no AS nulls_distinct
    FROM pg_namespace nr JOIN pg_class r ON r.relnamespace = nr.oid JOIN pg_attribute a ON a.attrelid = r.oid
    WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p')
          AND NOT pg_is_other_temp_schema(nr.oid)
          AND (pg_has_role(r.relowner, 'USAGE')
               OR has_table_privilege(r.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
               OR has_any_column_privilege(r.oid, 'INSERT, UPDATE, REFERENCES'));

GRANT SELECT ON table_constraints TO PUBLIC;

CREATE VIEW table_privileges AS
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS table_catalog, nc.nspname::sql_identifier AS table_schema,
           c.relname::sql_identifier AS table_name, c.prtype::character_data AS privilege_type,
           (CASE WHEN pg_has_role(grantee.oid, c.relowner, 'USAGE') OR c.grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable,
           (CASE WHEN c.prtype = 'SELECT' THEN 'YES' ELSE 'NO' END)::yes_or_no AS with_hierarchy
    FROM (SELECT r.relnamespace, r.relkind, r.relname, r.relowner, e.grantor, e.grantee, e.privilege_type AS prtype,
                 e.is_grantable AS grantable
          FROM pg_class r, LATERAL aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) e) c
         JOIN pg_namespace nc ON nc.oid = c.relnamespace JOIN pg_authid u_grantor ON u_grantor.oid = c.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = c.grantee
    WHERE c.relkind IN ('r', 'v', 'f', 'p')
          AND c.prtype IN ('INSERT', 'SELECT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER')
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

GRANT SELECT ON table_privileges TO PUBLIC;

CREATE VIEW role_table_grants AS
    SELECT grantor, grantee, table_catalog, table_schema, table_name, privilege_type, is_grantable,
           with_hierarchy
    FROM table_privileges
    WHERE grantor IN (SELECT role_name FROM enabled_roles) OR grantee IN (SELECT role_name FROM enabled_roles);

GRANT SELECT ON role_table_grants TO PUBLIC;

CREATE VIEW tables AS
    SELECT current_database()::sql_identifier AS table_catalog, nc.nspname::sql_identifier AS table_schema,
           c.relname::sql_identifier AS table_name,
           (CASE WHEN nc.oid = pg_my_temp_schema() THEN 'LOCAL TEMPORARY' WHEN c.relkind IN ('r', 'p')
               THEN 'BASE TABLE' WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'f'
                   THEN 'FOREIGN' END)::character_data AS table_type,
           NULL::sql_identifier AS self_referencing_column_name, NULL::character_data AS reference_generation,
           (CASE WHEN t.typname IS NOT NULL THEN current_database() END)::sql_identifier AS user_defined_type_catalog,
           nt.nspname::sql_identifier AS user_defined_type_schema,
           t.typname::sql_identifier AS user_defined_type_name,
           (CASE WHEN c.relkind IN ('r', 'p') OR c.relkind IN ('v', 'f') AND pg_relation_is_updatable(c.oid,
               false) & 8 = 8 THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_insertable_into,
           (CASE WHEN t.typname IS NOT NULL THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_typed,
           NULL::character_data AS commit_action
    FROM pg_namespace nc JOIN pg_class c ON c.relnamespace = nc.oid
         LEFT JOIN (pg_type t JOIN pg_namespace nt ON nt.oid = t.typnamespace) ON t.oid = c.reloftype
    WHERE c.relkind IN ('r', 'v', 'f', 'p') AND NOT pg_is_other_temp_schema(nc.oid)
          AND (pg_has_role(c.relowner, 'USAGE')
               OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
               OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));

GRANT SELECT ON tables TO PUBLIC;

CREATE VIEW transforms AS
    SELECT current_database()::sql_identifier AS udt_catalog, nt.nspname::sql_identifier AS udt_schema,
           t.typname::sql_identifier AS udt_name, current_database()::sql_identifier AS specific_catalog,
           np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           l.lanname::sql_identifier AS group_name, 'FROM SQL'::character_data AS transform_type
    FROM pg_type t JOIN pg_transform x ON x.trftype = t.oid JOIN pg_language l ON l.oid = x.trflang
         JOIN pg_proc p ON p.oid = x.trffromsql JOIN pg_namespace nt ON nt.oid = t.typnamespace
         JOIN pg_namespace np ON np.oid = p.pronamespace
    WHERE pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE')
    UNION ALL
    SELECT current_database()::sql_identifier AS udt_catalog, nt.nspname::sql_identifier AS udt_schema,
           t.typname::sql_identifier AS udt_name, current_database()::sql_identifier AS specific_catalog,
           np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name,
           l.lanname::sql_identifier AS group_name, 'TO SQL'::character_data AS transform_type
    FROM pg_type t JOIN pg_transform x ON x.trftype = t.oid JOIN pg_language l ON l.oid = x.trflang
         JOIN pg_proc p ON p.oid = x.trftosql JOIN pg_namespace nt ON nt.oid = t.typnamespace
         JOIN pg_namespace np ON np.oid = p.pronamespace
    WHERE pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE');

CREATE VIEW triggered_update_columns AS
    SELECT current_database()::sql_identifier AS trigger_catalog, n.nspname::sql_identifier AS trigger_schema,
           t.tgname::sql_identifier AS trigger_name, current_database()::sql_identifier AS event_object_catalog,
           n.nspname::sql_identifier AS event_object_schema, c.relname::sql_identifier AS event_object_table,
           a.attname::sql_identifier AS event_object_column
    FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_trigger t ON t.tgrelid = c.oid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (t.tgattr)
    WHERE NOT t.tgisinternal AND NOT pg_is_other_temp_schema(n.oid)
          AND (pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'INSERT, UPDATE, REFERENCES'));

GRANT SELECT ON triggered_update_columns TO PUBLIC;

CREATE VIEW triggers AS
    SELECT current_database()::sql_identifier AS trigger_catalog, n.nspname::sql_identifier AS trigger_schema,
           t.tgname::sql_identifier AS trigger_name, em.text::character_data AS event_manipulation,
           current_database()::sql_identifier AS event_object_catalog,
           n.nspname::sql_identifier AS event_object_schema, c.relname::sql_identifier AS event_object_table,
           (rank() OVER (PARTITION BY n.nspname, c.relname, em.num, t.tgtype & 1,
               t.tgtype & 66 ORDER BY t.tgname))::cardinal_number AS action_order,
           (CASE WHEN pg_has_role(c.relowner, 'USAGE') THEN (regexp_match(pg_get_triggerdef(t.oid),
           E'.{35,} WHEN \\((.+)\\) EXECUTE FUNCTION'))[1] END)::character_data AS action_condition,
           (substring(pg_get_triggerdef(t.oid) FROM position('EXECUTE FUNCTION' IN substring(pg_get_triggerdef(t.oid) FROM 48)) + 47))::character_data AS action_statement,
           (CASE t.tgtype & 1 WHEN 1 THEN 'ROW' ELSE 'STATEMENT' END)::character_data AS action_orientation,
           (CASE t.tgtype & 66 WHEN 2 THEN 'BEFORE' WHEN 64 THEN 'INSTEAD OF'
               ELSE 'AFTER' END)::character_data AS action_timing,
           t.tgoldtable::sql_identifier AS action_reference_old_table,
           t.tgnewtable::sql_identifier AS action_reference_new_table,
           NULL::sql_identifier AS action_reference_old_row, NULL::sql_identifier AS action_reference_new_row,
           NULL::time_stamp AS created
    FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_trigger t ON t.tgrelid = c.oid
         JOIN (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE')) AS em (num, text) ON t.tgtype & em.num <> 0
    WHERE NOT t.tgisinternal AND NOT pg_is_other_temp_schema(n.oid)
          AND (pg_has_role(c.relowner, 'USAGE')
               OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
               OR has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES'));

GRANT SELECT ON triggers TO PUBLIC;

CREATE VIEW udt_privileges AS
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS udt_catalog, n.nspname::sql_identifier AS udt_schema,
           t.typname::sql_identifier AS udt_name, 'TYPE USAGE'::character_data AS privilege_type,
           (CASE WHEN pg_has_role(grantee.oid, t.typowner, 'USAGE') OR t.grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT y.typname, y.typnamespace, y.typtype, y.typowner, e.grantor, e.grantee, e.privilege_type AS prtype,
                 e.is_grantable AS grantable
          FROM pg_type y, LATERAL aclexplode(coalesce(y.typacl, acldefault('T', y.typowner))) e) t
         JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_authid u_grantor ON u_grantor.oid = t.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = t.grantee
    WHERE t.typtype = 'c' AND t.prtype = 'USAGE'
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

GRANT SELECT ON udt_privileges TO PUBLIC;

CREATE VIEW role_udt_grants AS
    SELECT grantor, grantee, udt_catalog, udt_schema, udt_name, privilege_type, is_grantable
    FROM udt_privileges
    WHERE grantor IN (SELECT role_name FROM enabled_roles) OR grantee IN (SELECT role_name FROM enabled_roles);

GRANT SELECT ON role_udt_grants TO PUBLIC;

CREATE VIEW usage_privileges AS
    SELECT u.rolname::sql_identifier AS grantor, 'PUBLIC'::sql_identifier AS grantee,
           current_database()::sql_identifier AS object_catalog, n.nspname::sql_identifier AS object_schema,
           c.collname::sql_identifier AS object_name, 'COLLATION'::character_data AS object_type,
           'USAGE'::character_data AS privilege_type, 'NO'::yes_or_no AS is_grantable
    FROM pg_authid u JOIN pg_collation c ON c.collowner = u.oid JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
    UNION ALL
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS object_catalog, n.nspname::sql_identifier AS object_schema,
           x.typname::sql_identifier AS object_name, 'DOMAIN'::character_data AS object_type,
           'USAGE'::character_data AS privilege_type,
           (CASE WHEN pg_has_role(grantee.oid, x.typowner, 'USAGE') OR x.grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT o.typname, o.typnamespace, o.typowner, e.grantor, e.grantee, e.privilege_type AS prtype,
                 e.is_grantable AS grantable
          FROM pg_type o, LATERAL aclexplode(coalesce(o.typacl, acldefault('T', o.typowner))) e
          WHERE o.typtype = 'd') x
         JOIN pg_namespace n ON n.oid = x.typnamespace JOIN pg_authid u_grantor ON u_grantor.oid = x.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = x.grantee
    WHERE x.prtype = 'USAGE'
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC')
    UNION ALL
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS object_catalog, ''::sql_identifier AS object_schema,
           x.fdwname::sql_identifier AS object_name, 'FOREIGN DATA WRAPPER'::character_data AS object_type,
           'USAGE'::character_data AS privilege_type,
           (CASE WHEN pg_has_role(grantee.oid, x.fdwowner, 'USAGE') OR x.grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT o.fdwname, o.fdwowner, e.grantor, e.grantee, e.privilege_type AS prtype,
                 e.is_grantable AS grantable
          FROM pg_foreign_data_wrapper o, LATERAL aclexplode(coalesce(o.fdwacl, acldefault('F', o.fdwowner))) e
          WHERE true) x
         JOIN pg_authid u_grantor ON u_grantor.oid = x.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = x.grantee
    WHERE x.prtype = 'USAGE'
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC')
    UNION ALL
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS object_catalog, ''::sql_identifier AS object_schema,
           x.srvname::sql_identifier AS object_name, 'FOREIGN SERVER'::character_data AS object_type,
           'USAGE'::character_data AS privilege_type,
           (CASE WHEN pg_has_role(grantee.oid, x.srvowner, 'USAGE') OR x.grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT o.srvname, o.srvowner, e.grantor, e.grantee, e.privilege_type AS prtype,
                 e.is_grantable AS grantable
          FROM pg_foreign_server o, LATERAL aclexplode(coalesce(o.srvacl, acldefault('S', o.srvowner))) e
          WHERE true) x
         JOIN pg_authid u_grantor ON u_grantor.oid = x.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = x.grantee
    WHERE x.prtype = 'USAGE'
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC')
    UNION ALL
    SELECT u_grantor.rolname::sql_identifier AS grantor, grantee.rolname::sql_identifier AS grantee,
           current_database()::sql_identifier AS object_catalog, n.nspname::sql_identifier AS object_schema,
           x.relname::sql_identifier AS object_name, 'SEQUENCE'::character_data AS object_type,
           'USAGE'::character_data AS privilege_type,
           (CASE WHEN pg_has_role(grantee.oid, x.relowner, 'USAGE') OR x.grantable THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_grantable
    FROM (SELECT o.relname, o.relnamespace, o.relowner, e.grantor, e.grantee, e.privilege_type AS prtype,
                 e.is_grantable AS grantable
          FROM pg_class o, LATERAL aclexplode(coalesce(o.relacl, acldefault('r', o.relowner))) e
          WHERE o.relkind = 'S') x
         JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_authid u_grantor ON u_grantor.oid = x.grantor
         JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON grantee.oid = x.grantee
    WHERE x.prtype = 'USAGE'
          AND (pg_has_role(u_grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

GRANT SELECT ON usage_privileges TO PUBLIC;

CREATE VIEW role_usage_grants AS
    SELECT grantor, grantee, object_catalog, object_schema, object_name, object_type, privilege_type,
           is_grantable
    FROM usage_privileges
    WHERE grantor IN (SELECT role_name FROM enabled_roles) OR grantee IN (SELECT role_name FROM enabled_roles);

GRANT SELECT ON role_usage_grants TO PUBLIC;

CREATE VIEW user_defined_types AS
    SELECT current_database()::sql_identifier AS user_defined_type_catalog,
           n.nspname::sql_identifier AS user_defined_type_schema,
           c.relname::sql_identifier AS user_defined_type_name,
           'STRUCTURED'::character_data AS user_defined_type_category, 'YES'::yes_or_no AS is_instantiable,
           NULL::yes_or_no AS is_final, NULL::character_data AS ordering_form,
           NULL::character_data AS ordering_category, NULL::sql_identifier AS ordering_routine_catalog,
           NULL::sql_identifier AS ordering_routine_schema, NULL::sql_identifier AS ordering_routine_name,
           NULL::character_data AS reference_type, NULL::character_data AS data_type,
           NULL::cardinal_number AS character_maximum_length, NULL::cardinal_number AS character_octet_length,
           NULL::sql_identifier AS character_set_catalog, NULL::sql_identifier AS character_set_schema,
           NULL::sql_identifier AS character_set_name, NULL::sql_identifier AS collation_catalog,
           NULL::sql_identifier AS collation_schema, NULL::sql_identifier AS collation_name,
           NULL::cardinal_number AS numeric_precision, NULL::cardinal_number AS numeric_precision_radix,
           NULL::cardinal_number AS numeric_scale, NULL::cardinal_number AS datetime_precision,
           NULL::character_data AS interval_type, NULL::cardinal_number AS interval_precision,
           NULL::sql_identifier AS source_dtd_identifier, NULL::sql_identifier AS ref_dtd_identifier
    FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_type t ON t.oid = c.reltype
    WHERE c.relkind = 'c' AND (pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE'));

GRANT SELECT ON user_defined_types TO PUBLIC;

CREATE VIEW view_column_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS view_catalog, nv.nspname::sql_identifier AS view_schema,
           v.relname::sql_identifier AS view_name, current_database()::sql_identifier AS table_catalog,
           nt.nspname::sql_identifier AS table_schema, t.relname::sql_identifier AS table_name,
           a.attname::sql_identifier AS column_name
    FROM pg_namespace nv JOIN pg_class v ON v.relnamespace = nv.oid AND v.relkind = 'v'
         JOIN pg_depend dv ON dv.refclassid = 'pg_catalog.pg_class'::regclass AND dv.refobjid = v.oid
                           AND dv.classid = 'pg_catalog.pg_rewrite'::regclass AND dv.deptype = 'i'
         JOIN pg_depend dt ON dt.objid = dv.objid AND dt.classid = 'pg_catalog.pg_rewrite'::regclass
                           AND dt.refclassid = 'pg_catalog.pg_class'::regclass AND dt.refobjid <> dv.refobjid
         JOIN pg_class t ON t.oid = dt.refobjid AND t.relkind IN ('r', 'v', 'f', 'p')
         JOIN pg_namespace nt ON nt.oid = t.relnamespace
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = dt.refobjsubid
    WHERE pg_has_role(t.relowner, 'USAGE');

GRANT SELECT ON view_column_usage TO PUBLIC;

CREATE VIEW view_routine_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS table_catalog, nv.nspname::sql_identifier AS table_schema,
           v.relname::sql_identifier AS table_name, current_database()::sql_identifier AS specific_catalog,
           np.nspname::sql_identifier AS specific_schema,
           (nameconcatoid(p.proname, p.oid))::sql_identifier AS specific_name
    FROM pg_namespace nv JOIN pg_class v ON v.relnamespace = nv.oid AND v.relkind = 'v'
         JOIN pg_depend dv ON dv.refclassid = 'pg_catalog.pg_class'::regclass AND dv.refobjid = v.oid
                           AND dv.classid = 'pg_catalog.pg_rewrite'::regclass AND dv.deptype = 'i'
         JOIN pg_depend dp ON dp.objid = dv.objid AND dp.classid = 'pg_catalog.pg_rewrite'::regclass
                           AND dp.refclassid = 'pg_catalog.pg_proc'::regclass
         JOIN pg_proc p ON p.oid = dp.refobjid JOIN pg_namespace np ON np.oid = p.pronamespace
    WHERE pg_has_role(p.proowner, 'USAGE');

GRANT SELECT ON view_routine_usage TO PUBLIC;

CREATE VIEW view_table_usage AS
    SELECT DISTINCT current_database()::sql_identifier AS view_catalog, nv.nspname::sql_identifier AS view_schema,
           v.relname::sql_identifier AS view_name, current_database()::sql_identifier AS table_catalog,
           nt.nspname::sql_identifier AS table_schema, t.relname::sql_identifier AS table_name
    FROM pg_namespace nv JOIN pg_class v ON v.relnamespace = nv.oid AND v.relkind = 'v'
         JOIN pg_depend dv ON dv.refclassid = 'pg_catalog.pg_class'::regclass AND dv.refobjid = v.oid
                           AND dv.classid = 'pg_catalog.pg_rewrite'::regclass AND dv.deptype = 'i'
         JOIN pg_depend dt ON dt.objid = dv.objid AND dt.classid = 'pg_catalog.pg_rewrite'::regclass
                           AND dt.refclassid = 'pg_catalog.pg_class'::regclass AND dt.refobjid <> dv.refobjid
         JOIN pg_class t ON t.oid = dt.refobjid AND t.relkind IN ('r', 'v', 'f', 'p')
         JOIN pg_namespace nt ON nt.oid = t.relnamespace
    WHERE pg_has_role(t.relowner, 'USAGE');

GRANT SELECT ON view_table_usage TO PUBLIC;

CREATE VIEW views AS
    SELECT current_database()::sql_identifier AS table_catalog, nc.nspname::sql_identifier AS table_schema,
           c.relname::sql_identifier AS table_name,
           (CASE WHEN pg_has_role(c.relowner, 'USAGE')
               THEN pg_get_viewdef(c.oid) END)::character_data AS view_definition,
           (CASE WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN 'CASCADED'
               WHEN 'check_option=local' = ANY (c.reloptions) THEN 'LOCAL'
                   ELSE 'NONE' END)::character_data AS check_option,
           (CASE WHEN pg_relation_is_updatable(c.oid, false) & 20 = 20 THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_updatable,
           (CASE WHEN pg_relation_is_updatable(c.oid, false) & 8 = 8 THEN 'YES'
               ELSE 'NO' END)::yes_or_no AS is_insertable_into,
           (CASE WHEN EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 81 = 81)
               THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_trigger_updatable,
           (CASE WHEN EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 73 = 73)
               THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_trigger_deletable,
           (CASE WHEN EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 69 = 69)
               THEN 'YES' ELSE 'NO' END)::yes_or_no AS is_trigger_insertable_into
    FROM pg_namespace nc JOIN pg_class c ON c.relnamespace = nc.oid
    WHERE c.relkind = 'v' AND NOT pg_is_other_temp_schema(nc.oid)
          AND (pg_has_role(c.relowner, 'USAGE')
               OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
               OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));

GRANT SELECT ON views TO PUBLIC;

CREATE VIEW data_type_privileges AS
    SELECT current_database()::sql_identifier AS object_catalog, x.objschema::sql_identifier AS object_schema,
           x.objname::sql_identifier AS object_name, x.objtype::character_data AS object_type,
           x.objdtdid::sql_identifier AS dtd_identifier
    FROM (SELECT udt_schema, udt_name, 'USER-DEFINED TYPE'::text, dtd_identifier FROM attributes
          UNION ALL
          SELECT table_schema, table_name, 'TABLE'::text, dtd_identifier FROM columns
          UNION ALL
          SELECT domain_schema, domain_name, 'DOMAIN'::text, dtd_identifier FROM domains
          UNION ALL
          SELECT specific_schema, specific_name, 'ROUTINE'::text, dtd_identifier FROM parameters
          UNION ALL
          SELECT specific_schema, specific_name, 'ROUTINE'::text, dtd_identifier FROM routines)
         AS x (objschema, objname, objtype, objdtdid);

GRANT SELECT ON data_type_privileges TO PUBLIC;

CREATE VIEW element_types AS
    SELECT current_database()::sql_identifier AS object_catalog, n.nspname::sql_identifier AS object_schema,
           x.objname::sql_identifier AS object_name, x.objtype::character_data AS object_type,
           x.objdtdid::sql_identifier AS collection_type_identifier,
           (CASE WHEN nbt.nspname = 'pg_catalog' THEN format_type(bt.oid, NULL)
               ELSE 'USER-DEFINED' END)::character_data AS data_type,
           NULL::cardinal_number AS character_maximum_length, NULL::cardinal_number AS character_octet_length,
           NULL::sql_identifier AS character_set_catalog, NULL::sql_identifier AS character_set_schema,
           NULL::sql_identifier AS character_set_name,
           (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::sql_identifier AS collation_catalog,
           nco.nspname::sql_identifier AS collation_schema, co.collname::sql_identifier AS collation_name,
           NULL::cardinal_number AS numeric_precision, NULL::cardinal_number AS numeric_precision_radix,
           NULL::cardinal_number AS numeric_scale, NULL::cardinal_number AS datetime_precision,
           NULL::character_data AS interval_type, NULL::cardinal_number AS interval_precision,
           NULL::character_data AS domain_default, current_database()::sql_identifier AS udt_catalog,
           nbt.nspname::sql_identifier AS udt_schema, bt.typname::sql_identifier AS udt_name,
           NULL::sql_identifier AS scope_catalog, NULL::sql_identifier AS scope_schema,
           NULL::sql_identifier AS scope_name, NULL::cardinal_number AS maximum_cardinality,
           ('a' || x.objdtdid::text)::sql_identifier AS dtd_identifier
    FROM pg_namespace n, pg_type at, pg_namespace nbt, pg_type bt,
         (SELECT c.relnamespace, c.relname::sql_identifier, CASE c.relkind WHEN 'c'
             THEN 'USER-DEFINED TYPE'::text ELSE 'TABLE'::text END,
                 a.attnum, a.atttypid, a.attcollation
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
          WHERE c.relkind IN ('r', 'v', 'f', 'c', 'p') AND a.attnum > 0 AND NOT a.attisdropped
          UNION ALL
          SELECT t.typnamespace, t.typname::sql_identifier, 'DOMAIN'::text, 1, t.typbasetype, t.typcollation
          FROM pg_type t
          WHERE t.typtype = 'd'
          UNION ALL
          SELECT p.pronamespace, nameconcatoid(p.proname, p.oid)::sql_identifier, 'ROUTINE'::text, (p.k).n, (p.k).x, 0
          FROM (SELECT f.pronamespace, f.proname, f.oid,
                       _pg_expandarray(coalesce(f.proallargtypes, f.proargtypes::oid[])) AS k
                FROM pg_proc f) p
          UNION ALL
          SELECT p.pronamespace, nameconcatoid(p.proname, p.oid)::sql_identifier, 'ROUTINE'::text, 0, p.prorettype, 0
          FROM pg_proc p) AS x (objschema, objname, objtype, objdtdid, objtypeid, objcollation)
         LEFT JOIN (pg_collation co JOIN pg_namespace nco ON nco.oid = co.collnamespace)
             ON co.oid = x.objcollation AND (nco.nspname, co.collname) <> ('pg_catalog', 'default')
    WHERE n.oid = x.objschema AND at.oid = x.objtypeid AND at.typelem <> 0 AND at.typlen = -1 AND bt.oid = at.typelem
          AND nbt.oid = bt.typnamespace
          AND (n.nspname, x.objname, x.objtype, x.objdtdid::sql_identifier)
              IN (SELECT object_schema, object_name, object_type, dtd_identifier FROM data_type_privileges);

GRANT SELECT ON element_types TO PUBLIC;

CREATE VIEW _pg_foreign_table_columns AS
    SELECT n.nspname, c.relname, a.attname, a.attfdwoptions
    FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE pg_has_role(c.relowner, 'USAGE')
          OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES');

CREATE VIEW column_options AS
    SELECT current_database()::sql_identifier AS table_catalog, c.nspname::sql_identifier AS table_schema,
           c.relname::sql_identifier AS table_name, c.attname::sql_identifier AS column_name,
           o.option_name::sql_identifier AS option_name, o.option_value::character_data AS option_value
    FROM _pg_foreign_table_columns c, LATERAL pg_options_to_table(c.attfdwoptions) o;

GRANT SELECT ON column_options TO PUBLIC;

CREATE VIEW _pg_foreign_data_wrappers AS
    SELECT w.oid, w.fdwowner, w.fdwoptions, current_database()::sql_identifier AS foreign_data_wrapper_catalog,
           w.fdwname::sql_identifier AS foreign_data_wrapper_name,
           u.rolname::sql_identifier AS authorization_identifier,
           'c'::character_data AS foreign_data_wrapper_language
    FROM pg_foreign_data_wrapper w JOIN pg_authid u ON u.oid = w.fdwowner
    WHERE pg_has_role(w.fdwowner, 'USAGE') OR has_foreign_data_wrapper_privilege(w.oid, 'USAGE');

CREATE VIEW foreign_data_wrapper_options AS
    SELECT w.foreign_data_wrapper_catalog, w.foreign_data_wrapper_name, o.option_name::sql_identifier AS option_name,
           o.option_value::character_data AS option_value
    FROM _pg_foreign_data_wrappers w, LATERAL pg_options_to_table(w.fdwoptions) o;

GRANT SELECT ON foreign_data_wrapper_options TO PUBLIC;

CREATE VIEW foreign_data_wrappers AS
    SELECT foreign_data_wrapper_catalog, foreign_data_wrapper_name, authorization_identifier,
           NULL::character_data AS library_name, foreign_data_wrapper_language
    FROM _pg_foreign_data_wrappers;

GRANT SELECT ON foreign_data_wrappers TO PUBLIC;

CREATE VIEW _pg_foreign_servers AS
    SELECT s.oid, s.srvoptions, current_database()::sql_identifier AS foreign_server_catalog,
           s.srvname::sql_identifier AS foreign_server_name,
           current_database()::sql_identifier AS foreign_data_wrapper_catalog,
           w.fdwname::sql_identifier AS foreign_data_wrapper_name, s.srvtype::character_data AS foreign_server_type,
           s.srvversion::character_data AS foreign_server_version,
           u.rolname::sql_identifier AS authorization_identifier
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw JOIN pg_authid u ON u.oid = s.srvowner
    WHERE pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE');

CREATE VIEW foreign_server_options AS
    SELECT s.foreign_server_catalog, s.foreign_server_name, o.option_name::sql_identifier AS option_name,
           o.option_value::character_data AS option_value
    FROM _pg_foreign_servers s, LATERAL pg_options_to_table(s.srvoptions) o;

GRANT SELECT ON foreign_server_options TO PUBLIC;

CREATE VIEW foreign_servers AS
    SELECT foreign_server_catalog, foreign_server_name, foreign_data_wrapper_catalog, foreign_data_wrapper_name,
           foreign_server_type, foreign_server_version, authorization_identifier
    FROM _pg_foreign_servers;

GRANT SELECT ON foreign_servers TO PUBLIC;

CREATE VIEW _pg_foreign_tables AS
    SELECT current_database()::sql_identifier AS foreign_table_catalog,
           n.nspname::sql_identifier AS foreign_table_schema, c.relname::sql_identifier AS foreign_table_name,
           t.ftoptions, current_database()::sql_identifier AS foreign_server_catalog,
           s.srvname::sql_identifier AS foreign_server_name, u.rolname::sql_identifier AS authorization_identifier
    FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid AND c.relkind = 'f'
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_foreign_server s ON s.oid = t.ftserver
         JOIN pg_authid u ON u.oid = c.relowner
    WHERE pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE,
        REFERENCES, TRIGGER')
          OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES');

CREATE VIEW foreign_table_options AS
    SELECT t.foreign_table_catalog, t.foreign_table_schema, t.foreign_table_name,
           o.option_name::sql_identifier AS option_name, o.option_value::character_data AS option_value
    FROM _pg_foreign_tables t, LATERAL pg_options_to_table(t.ftoptions) o;

GRANT SELECT ON foreign_table_options TO PUBLIC;

CREATE VIEW foreign_tables AS
    SELECT foreign_table_catalog, foreign_table_schema, foreign_table_name, foreign_server_catalog, foreign_server_name
    FROM _pg_foreign_tables;

GRANT SELECT ON foreign_tables TO PUBLIC;

CREATE VIEW _pg_user_mappings AS
    SELECT um.oid, um.umoptions, um.umuser,
           (coalesce(u.rolname, 'PUBLIC'))::sql_identifier AS authorization_identifier, s.foreign_server_catalog,
           s.foreign_server_name, s.authorization_identifier::sql_identifier AS srvowner
    FROM pg_user_mapping um LEFT JOIN pg_authid u ON u.oid = um.umuser JOIN _pg_foreign_servers s ON s.oid = um.umserver;

CREATE VIEW user_mapping_options AS
    SELECT m.authorization_identifier, m.foreign_server_catalog, m.foreign_server_name,
           o.option_name::sql_identifier AS option_name,
           (CASE WHEN m.umuser <> 0 AND m.authorization_identifier = current_user OR m.umuser = 0
               AND pg_has_role(m.srvowner, 'USAGE')
                   OR (SELECT rolsuper FROM pg_authid WHERE rolname = current_user)
                       THEN o.option_value END)::character_data AS option_value
    FROM _pg_user_mappings m, LATERAL pg_options_to_table(m.umoptions) o;

GRANT SELECT ON user_mapping_options TO PUBLIC;

CREATE VIEW user_mappings AS
    SELECT authorization_identifier, foreign_server_catalog, foreign_server_name
    FROM _pg_user_mappings;

GRANT SELECT ON user_mappings TO PUBLIC;

CREATE TABLE sql_features (
    feature_id character_data, feature_name character_data, sub_feature_id character_data,
    sub_feature_name character_data, is_supported yes_or_no, is_verified_by character_data, comments character_data);

CREATE TABLE sql_implementation_info (
    implementation_info_id character_data, implementation_info_name character_data, integer_value cardinal_number,
    character_value character_data, comments character_data);

CREATE TABLE sql_parts (
    feature_id character_data, feature_name character_data, is_supported yes_or_no, is_verified_by character_data,
    comments character_data);

CREATE TABLE sql_sizing (
    sizing_id cardinal_number, sizing_name character_data, supported_value cardinal_number, comments character_data);

INSERT INTO sql_implementation_info VALUES
    ('10003', 'CATALOG NAME', NULL, 'Y', NULL),
    ('10004', 'COLLATING SEQUENCE', NULL, (SELECT default_collate_name FROM character_sets), NULL),
    ('23', 'CURSOR COMMIT BEHAVIOR', 1, NULL, 'close cursors and retain prepared statements'),
    ('2', 'DATA SOURCE NAME', NULL, '', NULL),
    ('17', 'DBMS NAME', NULL, (SELECT trim(trailing ' ' FROM substring(version() FROM '^[^0-9]*'))), NULL),
    ('18', 'DBMS VERSION', NULL, (SELECT current_setting('server_version_num')::int / 10000 || '.'
        || lpad((current_setting('server_version_num')::int % 10000)::text, 2, '0') || '.0000'), NULL),
    ('26', 'DEFAULT TRANSACTION ISOLATION', 2, NULL, 'READ COMMITTED; user-settable'),
    ('28', 'IDENTIFIER CASE', 3, NULL, 'stored in mixed case - case sensitive'),
    ('85', 'NULL COLLATION', 0, NULL, 'nulls higher than non-nulls'),
    ('13', 'SERVER NAME', NULL, '', NULL),
    ('94', 'SPECIAL CHARACTERS', NULL, '', 'all non-ASCII characters allowed'),
    ('46', 'TRANSACTION CAPABLE', 2, NULL, 'both DML and DDL');

INSERT INTO sql_features VALUES
    ('B011', 'Embedded Ada', '', '', 'NO', NULL, ''),
    ('B012', 'Embedded C', '', '', 'YES', NULL, ''),
    ('B013', 'Embedded COBOL', '', '', 'NO', NULL, ''),
    ('B014', 'Embedded Fortran', '', '', 'NO', NULL, ''),
    ('B015', 'Embedded MUMPS', '', '', 'NO', NULL, ''),
    ('B016', 'Embedded Pascal', '', '', 'NO', NULL, ''),
    ('B017', 'Embedded PL/I', '', '', 'NO', NULL, ''),
    ('B021', 'Direct SQL', '', '', 'YES', NULL, ''),
    ('B031', 'Basic dynamic SQL', '', '', 'NO', NULL, ''),
    ('B032', 'Extended dynamic SQL', '', '', 'NO', NULL, ''),
    ('B032', 'Extended dynamic SQL', '01', '<describe input statement>', 'NO', NULL, ''),
    ('B033', 'Untyped SQL-invoked function arguments', '', '', 'NO', NULL, ''),
    ('B034', 'Dynamic specification of cursor attributes', '', '', 'NO', NULL, ''),
    ('B035', 'Non-extended descriptor names', '', '', 'NO', NULL, ''),
    ('B041', 'Extensions to embedded SQL exception declarations', '', '', 'NO', NULL, ''),
    ('B051', 'Enhanced execution rights', '', '', 'NO', NULL, ''),
    ('B111', 'Module language Ada', '', '', 'NO', NULL, ''),
    ('B112', 'Module language C', '', '', 'NO', NULL, ''),
    ('B113', 'Module language COBOL', '', '', 'NO', NULL, ''),
    ('B114', 'Module language Fortran', '', '', 'NO', NULL, ''),
    ('B115', 'Module language MUMPS', '', '', 'NO', NULL, ''),
    ('B116', 'Module language Pascal', '', '', 'NO', NULL, ''),
    ('B117', 'Module language PL/I', '', '', 'NO', NULL, ''),
    ('B121', 'Routine language Ada', '', '', 'NO', NULL, ''),
    ('B122', 'Routine language C', '', '', 'NO', NULL, ''),
    ('B123', 'Routine language COBOL', '', '', 'NO', NULL, ''),
    ('B124', 'Routine language Fortran', '', '', 'NO', NULL, ''),
    ('B125', 'Routine language MUMPS', '', '', 'NO', NULL, ''),
    ('B126', 'Routine language Pascal', '', '', 'NO', NULL, ''),
    ('B127', 'Routine language PL/I', '', '', 'NO', NULL, ''),
    ('B128', 'Routine language SQL', '', '', 'YES', NULL, ''),
    ('B200', 'Polymorphic table functions', '', '', 'NO', NULL, ''),
    ('B201', 'More than one PTF generic table parameter', '', '', 'NO', NULL, ''),
    ('B202', 'PTF Copartitioning', '', '', 'NO', NULL, ''),
    ('B203', 'More than one copartition specification', '', '', 'NO', NULL, ''),
    ('B204', 'PRUNE WHEN EMPTY', '', '', 'NO', NULL, ''),
    ('B205', 'Pass-through columns', '', '', 'NO', NULL, ''),
    ('B206', 'PTF descriptor parameters', '', '', 'NO', NULL, ''),
    ('B207', 'Cross products of partitionings', '', '', 'NO', NULL, ''),
    ('B208', 'PTF component procedure interface', '', '', 'NO', NULL, ''),
    ('B209', 'PTF extended names', '', '', 'NO', NULL, ''),
    ('B211', 'Module language Ada: VARCHAR and NUMERIC support', '', '', 'NO', NULL, ''),
    ('B221', 'Routine language Ada: VARCHAR and NUMERIC support', '', '', 'NO', NULL, ''),
    ('E011', 'Numeric data types', '', '', 'YES', NULL, ''),
    ('E011', 'Numeric data types', '01', 'INTEGER and SMALLINT data types', 'YES', NULL, ''),
    ('E011', 'Numeric data types', '02', 'REAL, DOUBLE PRECISION, and FLOAT data types', 'YES', NULL, ''),
    ('E011', 'Numeric data types', '03', 'DECIMAL and NUMERIC data types', 'YES', NULL, ''),
    ('E011', 'Numeric data types', '04', 'Arithmetic operators', 'YES', NULL, ''),
    ('E011', 'Numeric data types', '05', 'Numeric comparison', 'YES', NULL, ''),
    ('E011', 'Numeric data types', '06', 'Implicit casting among the numeric data types', 'YES', NULL, ''),
    ('E021', 'Character data types', '', '', 'YES', NULL, ''),
    ('E021', 'Character string types', '01', 'CHARACTER data type', 'YES', NULL, ''),
    ('E021', 'Character string types', '02', 'CHARACTER VARYING data type', 'YES', NULL, ''),
    ('E021', 'Character string types', '03', 'Character literals', 'YES', NULL, ''),
    ('E021', 'Character string types', '04', 'CHARACTER_LENGTH function', 'YES', NULL, 'trims trailing spaces from CHARACTER values before counting'),
    ('E021', 'Character string types', '05', 'OCTET_LENGTH function', 'YES', NULL, ''),
    ('E021', 'Character string types', '06', 'SUBSTRING function', 'YES', NULL, ''),
    ('E021', 'Character string types', '07', 'Character concatenation', 'YES', NULL, ''),
    ('E021', 'Character string types', '08', 'UPPER and LOWER functions', 'YES', NULL, ''),
    ('E021', 'Character string types', '09', 'TRIM function', 'YES', NULL, ''),
    ('E021', 'Character string types', '10', 'Implicit casting among the character string types', 'YES', NULL, ''),
    ('E021', 'Character string types', '11', 'POSITION function', 'YES', NULL, ''),
    ('E021', 'Character string types', '12', 'Character comparison', 'YES', NULL, ''),
    ('E031', 'Identifiers', '', '', 'YES', NULL, ''),
    ('E031', 'Identifiers', '01', 'Delimited identifiers', 'YES', NULL, ''),
    ('E031', 'Identifiers', '02', 'Lower case identifiers', 'YES', NULL, ''),
    ('E031', 'Identifiers', '03', 'Trailing underscore', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '', '', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '01', 'SELECT DISTINCT', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '02', 'GROUP BY clause', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '04', 'GROUP BY can contain columns not in <select list>', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '05', 'Select list items can be renamed', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '06', 'HAVING clause', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '07', 'Qualified * in select list', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '08', 'Correlation names in the FROM clause', 'YES', NULL, ''),
    ('E051', 'Basic query specification', '09', 'Rename columns in the FROM clause', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '', '', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '01', 'Comparison predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '02', 'BETWEEN predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '03', 'IN predicate with list of values', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '04', 'LIKE predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '05', 'LIKE predicate ESCAPE clause', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '06', 'NULL predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '07', 'Quantified comparison predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '08', 'EXISTS predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '09', 'Subqueries in comparison predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '11', 'Subqueries in IN predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '12', 'Subqueries in quantified comparison predicate', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '13', 'Correlated subqueries', 'YES', NULL, ''),
    ('E061', 'Basic predicates and search conditions', '14', 'Search condition', 'YES', NULL, ''),
    ('E071', 'Basic query expressions', '', '', 'YES', NULL, ''),
    ('E071', 'Basic query expressions', '01', 'UNION DISTINCT table operator', 'YES', NULL, ''),
    ('E071', 'Basic query expressions', '02', 'UNION ALL table operator', 'YES', NULL, ''),
    ('E071', 'Basic query expressions', '03', 'EXCEPT DISTINCT table operator', 'YES', NULL, ''),
    ('E071', 'Basic query expressions', '05', 'Columns combined via table operators need not have exactly the same data type', 'YES', NULL, ''),
    ('E071', 'Basic query expressions', '06', 'Table operators in subqueries', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '', '', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '01', 'SELECT privilege', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '02', 'DELETE privilege', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '03', 'INSERT privilege at the table level', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '04', 'UPDATE privilege at the table level', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '05', 'UPDATE privilege at the column level', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '06', 'REFERENCES privilege at the table level', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '07', 'REFERENCES privilege at the column level', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '08', 'WITH GRANT OPTION', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '09', 'USAGE privilege', 'YES', NULL, ''),
    ('E081', 'Basic Privileges', '10', 'EXECUTE privilege', 'YES', NULL, ''),
    ('E091', 'Set functions', '', '', 'YES', NULL, ''),
    ('E091', 'Set functions', '01', 'AVG', 'YES', NULL, ''),
    ('E091', 'Set functions', '02', 'COUNT', 'YES', NULL, ''),
    ('E091', 'Set functions', '03', 'MAX', 'YES', NULL, ''),
    ('E091', 'Set functions', '04', 'MIN', 'YES', NULL, ''),
    ('E091', 'Set functions', '05', 'SUM', 'YES', NULL, ''),
    ('E091', 'Set functions', '06', 'ALL quantifier', 'YES', NULL, ''),
    ('E091', 'Set functions', '07', 'DISTINCT quantifier', 'YES', NULL, ''),
    ('E101', 'Basic data manipulation', '', '', 'YES', NULL, ''),
    ('E101', 'Basic data manipulation', '01', 'INSERT statement', 'YES', NULL, ''),
    ('E101', 'Basic data manipulation', '03', 'Searched UPDATE statement', 'YES', NULL, ''),
    ('E101', 'Basic data manipulation', '04', 'Searched DELETE statement', 'YES', NULL, ''),
    ('E111', 'Single row SELECT statement', '', '', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '', '', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '01', 'DECLARE CURSOR', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '02', 'ORDER BY columns need not be in select list', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '03', 'Value expressions in ORDER BY clause', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '04', 'OPEN statement', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '06', 'Positioned UPDATE statement', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '07', 'Positioned DELETE statement', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '08', 'CLOSE statement', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '10', 'FETCH statement implicit NEXT', 'YES', NULL, ''),
    ('E121', 'Basic cursor support', '17', 'WITH HOLD cursors', 'YES', NULL, ''),
    ('E131', 'Null value support (nulls in lieu of values)', '', '', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '', '', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '01', 'NOT NULL constraints', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '02', 'UNIQUE constraints of NOT NULL columns', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '03', 'PRIMARY KEY constraints', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '04', 'Basic FOREIGN KEY constraint with the NO ACTION default for both referential delete action and referential update action', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '06', 'CHECK constraints', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '07', 'Column defaults', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '08', 'NOT NULL inferred on PRIMARY KEY', 'YES', NULL, ''),
    ('E141', 'Basic integrity constraints', '10', 'Names in a foreign key can be specified in any order', 'YES', NULL, ''),
    ('E151', 'Transaction support', '', '', 'YES', NULL, ''),
    ('E151', 'Transaction support', '01', 'COMMIT statement', 'YES', NULL, ''),
    ('E151', 'Transaction support', '02', 'ROLLBACK statement', 'YES', NULL, ''),
    ('E152', 'Basic SET TRANSACTION statement', '', '', 'YES', NULL, ''),
    ('E152', 'Basic SET TRANSACTION statement', '01', 'SET TRANSACTION statement: ISOLATION LEVEL SERIALIZABLE clause', 'YES', NULL, ''),
    ('E152', 'Basic SET TRANSACTION statement', '02', 'SET TRANSACTION statement: READ ONLY and READ WRITE clauses', 'YES', NULL, ''),
    ('E153', 'Updatable queries with subqueries', '', '', 'YES', NULL, ''),
    ('E161', 'SQL comments using leading double minus', '', '', 'YES', NULL, ''),
    ('E171', 'SQLSTATE support', '', '', 'YES', NULL, ''),
    ('E182', 'Host language binding', '', '', 'YES', NULL, ''),
    ('F021', 'Basic information schema', '', '', 'YES', NULL, ''),
    ('F021', 'Basic information schema', '01', 'COLUMNS view', 'YES', NULL, ''),
    ('F021', 'Basic information schema', '02', 'TABLES view', 'YES', NULL, ''),
    ('F021', 'Basic information schema', '03', 'VIEWS view', 'YES', NULL, ''),
    ('F021', 'Basic information schema', '04', 'TABLE_CONSTRAINTS view', 'YES', NULL, ''),
    ('F021', 'Basic information schema', '05', 'REFERENTIAL_CONSTRAINTS view', 'YES', NULL, ''),
    ('F021', 'Basic information schema', '06', 'CHECK_CONSTRAINTS view', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '', '', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '01', 'CREATE TABLE statement to create persistent base tables', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '02', 'CREATE VIEW statement', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '03', 'GRANT statement', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '04', 'ALTER TABLE statement: ADD COLUMN clause', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '13', 'DROP TABLE statement: RESTRICT clause', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '16', 'DROP VIEW statement: RESTRICT clause', 'YES', NULL, ''),
    ('F031', 'Basic schema manipulation', '19', 'REVOKE statement: RESTRICT clause', 'YES', NULL, ''),
    ('F032', 'CASCADE drop behavior', '', '', 'YES', NULL, ''),
    ('F033', 'ALTER TABLE statement: DROP COLUMN clause', '', '', 'YES', NULL, ''),
    ('F034', 'Extended REVOKE statement', '', '', 'YES', NULL, ''),
    ('F034', 'Extended REVOKE statement', '01', 'REVOKE statement performed by other than the owner of a schema object', 'YES', NULL, ''),
    ('F034', 'Extended REVOKE statement', '02', 'REVOKE statement: GRANT OPTION FOR clause', 'YES', NULL, ''),
    ('F034', 'Extended REVOKE statement', '03', 'REVOKE statement to revoke a privilege that the grantee has WITH GRANT OPTION', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '', '', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '01', 'Inner join (but not necessarily the INNER keyword)', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '02', 'INNER keyword', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '03', 'LEFT OUTER JOIN', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '04', 'RIGHT OUTER JOIN', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '05', 'Outer joins can be nested', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '07', 'The inner table in a left or right outer join can also be used in an inner join', 'YES', NULL, ''),
    ('F041', 'Basic joined table', '08', 'All comparison operators are supported (rather than just =)', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '', '', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '01', 'DATE data type (including support of DATE literal)', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '02', 'TIME data type (including support of TIME literal) with fractional seconds precision of at least 0', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '03', 'TIMESTAMP data type (including support of TIMESTAMP literal) with fractional seconds precision of at least 0 and 6', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '04', 'Comparison predicate on DATE, TIME, and TIMESTAMP data types', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '05', 'Explicit CAST between datetime types and character string types', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '06', 'CURRENT_DATE', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '07', 'LOCALTIME', 'YES', NULL, ''),
    ('F051', 'Basic date and time', '08', 'LOCALTIMESTAMP', 'YES', NULL, ''),
    ('F052', 'Intervals and datetime arithmetic', '', '', 'YES', NULL, ''),
    ('F053', 'OVERLAPS predicate', '', '', 'YES', NULL, ''),
    ('F054', 'TIMESTAMP in DATE type precedence list', '', '', 'NO', NULL, ''),
    ('F081', 'UNION and EXCEPT in views', '', '', 'YES', NULL, ''),
    ('F111', 'Isolation levels other than SERIALIZABLE', '', '', 'YES', NULL, ''),
    ('F111', 'Isolation levels other than SERIALIZABLE', '01', 'READ UNCOMMITTED isolation level', 'YES', NULL, ''),
    ('F111', 'Isolation levels other than SERIALIZABLE', '02', 'READ COMMITTED isolation level', 'YES', NULL, ''),
    ('F111', 'Isolation levels other than SERIALIZABLE', '03', 'REPEATABLE READ isolation level', 'YES', NULL, ''),
    ('F121', 'Basic diagnostics management', '', '', 'NO', NULL, ''),
    ('F121', 'Basic diagnostics management', '01', 'GET DIAGNOSTICS statement', 'NO', NULL, ''),
    ('F121', 'Basic diagnostics management', '02', 'SET TRANSACTION statement: DIAGNOSTICS SIZE clause', 'NO', NULL, ''),
    ('F122', 'Enhanced diagnostics management', '', '', 'NO', NULL, ''),
    ('F123', 'All diagnostics', '', '', 'NO', NULL, ''),
    ('F131', 'Grouped operations', '', '', 'YES', NULL, ''),
    ('F131', 'Grouped operations', '01', 'WHERE, GROUP BY, and HAVING clauses supported in queries with grouped views', 'YES', NULL, ''),
    ('F131', 'Grouped operations', '02', 'Multiple tables supported in queries with grouped views', 'YES', NULL, ''),
    ('F131', 'Grouped operations', '03', 'Set functions supported in queries with grouped views', 'YES', NULL, ''),
    ('F131', 'Grouped operations', '04', 'Subqueries with GROUP BY and HAVING clauses and grouped views', 'YES', NULL, ''),
    ('F131', 'Grouped operations', '05', 'Single row SELECT with GROUP BY and HAVING clauses and grouped views', 'YES', NULL, ''),
    ('F171', 'Multiple schemas per user', '', '', 'YES', NULL, ''),
    ('F181', 'Multiple module support', '', '', 'YES', NULL, ''),
    ('F191', 'Referential delete actions', '', '', 'YES', NULL, ''),
    ('F200', 'TRUNCATE TABLE statement', '', '', 'YES', NULL, ''),
    ('F201', 'CAST function', '', '', 'YES', NULL, ''),
    ('F202', 'TRUNCATE TABLE: identity column restart option', '', '', 'YES', NULL, ''),
    ('F221', 'Explicit defaults', '', '', 'YES', NULL, ''),
    ('F222', 'INSERT statement: DEFAULT VALUES clause', '', '', 'YES', NULL, ''),
    ('F231', 'Privilege tables', '', '', 'YES', NULL, ''),
    ('F231', 'Privilege tables', '01', 'TABLE_PRIVILEGES view', 'YES', NULL, ''),
    ('F231', 'Privilege tables', '02', 'COLUMN_PRIVILEGES view', 'YES', NULL, ''),
    ('F231', 'Privilege tables', '03', 'USAGE_PRIVILEGES view', 'YES', NULL, ''),
    ('F251', 'Domain support', '', '', 'YES', NULL, ''),
    ('F261', 'CASE expression', '', '', 'YES', NULL, ''),
    ('F261', 'CASE expression', '01', 'Simple CASE', 'YES', NULL, ''),
    ('F261', 'CASE expression', '02', 'Searched CASE', 'YES', NULL, ''),
    ('F261', 'CASE expression', '03', 'NULLIF', 'YES', NULL, ''),
    ('F261', 'CASE expression', '04', 'COALESCE', 'YES', NULL, ''),
    ('F262', 'Extended CASE expression', '', '', 'YES', NULL, ''),
    ('F263', 'Comma-separated predicates in simple CASE expression', '', '', 'NO', NULL, ''),
    ('F271', 'Compound character literals', '', '', 'YES', NULL, ''),
    ('F281', 'LIKE enhancements', '', '', 'YES', NULL, ''),
    ('F291', 'UNIQUE predicate', '', '', 'NO', NULL, ''),
    ('F292', 'UNIQUE null treatment', '', '', 'YES', NULL, 'SQL:202x draft'),
    ('F301', 'CORRESPONDING in query expressions', '', '', 'NO', NULL, ''),
    ('F302', 'INTERSECT table operator', '', '', 'YES', NULL, ''),
    ('F302', 'INTERSECT table operator', '01', 'INTERSECT DISTINCT table operator', 'YES', NULL, ''),
    ('F302', 'INTERSECT table operator', '02', 'INTERSECT ALL table operator', 'YES', NULL, ''),
    ('F304', 'EXCEPT ALL table operator', '', '', 'YES', NULL, ''),
    ('F311', 'Schema definition statement', '', '', 'YES', NULL, ''),
    ('F311', 'Schema definition statement', '01', 'CREATE SCHEMA', 'YES', NULL, ''),
    ('F311', 'Schema definition statement', '02', 'CREATE TABLE for persistent base tables', 'YES', NULL, ''),
    ('F311', 'Schema definition statement', '03', 'CREATE VIEW', 'YES', NULL, ''),
    ('F311', 'Schema definition statement', '04', 'CREATE VIEW: WITH CHECK OPTION', 'YES', NULL, ''),
    ('F311', 'Schema definition statement', '05', 'GRANT statement', 'YES', NULL, ''),
    ('F312', 'MERGE statement', '', '', 'YES', NULL, ''),
    ('F313', 'Enhanced MERGE statement', '', '', 'YES', NULL, ''),
    ('F314', 'MERGE statement with DELETE branch', '', '', 'YES', NULL, ''),
    ('F321', 'User authorization', '', '', 'YES', NULL, ''),
    ('F341', 'Usage tables', '', '', 'YES', NULL, ''),
    ('F361', 'Subprogram support', '', '', 'YES', NULL, ''),
    ('F381', 'Extended schema manipulation', '', '', 'YES', NULL, ''),
    ('F381', 'Extended schema manipulation', '01', 'ALTER TABLE statement: ALTER COLUMN clause', 'YES', NULL, ''),
    ('F381', 'Extended schema manipulation', '02', 'ALTER TABLE statement: ADD CONSTRAINT clause', 'YES', NULL, ''),
    ('F381', 'Extended schema manipulation', '03', 'ALTER TABLE statement: DROP CONSTRAINT clause', 'YES', NULL, ''),
    ('F382', 'Alter column data type', '', '', 'YES', NULL, ''),
    ('F383', 'Set column not null clause', '', '', 'YES', NULL, ''),
    ('F384', 'Drop identity property clause', '', '', 'YES', NULL, ''),
    ('F385', 'Drop column generation expression clause', '', '', 'YES', NULL, ''),
    ('F386', 'Set identity column generation clause', '', '', 'YES', NULL, ''),
    ('F391', 'Long identifiers', '', '', 'YES', NULL, ''),
    ('F392', 'Unicode escapes in identifiers', '', '', 'YES', NULL, ''),
    ('F393', 'Unicode escapes in literals', '', '', 'YES', NULL, ''),
    ('F394', 'Optional normal form specification', '', '', 'YES', NULL, ''),
    ('F401', 'Extended joined table', '', '', 'YES', NULL, ''),
    ('F401', 'Extended joined table', '01', 'NATURAL JOIN', 'YES', NULL, ''),
    ('F401', 'Extended joined table', '02', 'FULL OUTER JOIN', 'YES', NULL, ''),
    ('F401', 'Extended joined table', '04', 'CROSS JOIN', 'YES', NULL, ''),
    ('F402', 'Named column joins for LOBs, arrays, and multisets', '', '', 'YES', NULL, ''),
    ('F403', 'Partitioned joined tables', '', '', 'NO', NULL, ''),
    ('F404', 'Range variable for common column names', '', '', 'YES', NULL, ''),
    ('F411', 'Time zone specification', '', '', 'YES', NULL, 'differences regarding literal interpretation'),
    ('F421', 'National character', '', '', 'YES', NULL, ''),
    ('F431', 'Read-only scrollable cursors', '', '', 'YES', NULL, ''),
    ('F431', 'Read-only scrollable cursors', '01', 'FETCH with explicit NEXT', 'YES', NULL, ''),
    ('F431', 'Read-only scrollable cursors', '02', 'FETCH FIRST', 'YES', NULL, ''),
    ('F431', 'Read-only scrollable cursors', '03', 'FETCH LAST', 'YES', NULL, ''),
    ('F431', 'Read-only scrollable cursors', '04', 'FETCH PRIOR', 'YES', NULL, ''),
    ('F431', 'Read-only scrollable cursors', '05', 'FETCH ABSOLUTE', 'YES', NULL, ''),
    ('F431', 'Read-only scrollable cursors', '06', 'FETCH RELATIVE', 'YES', NULL, ''),
    ('F441', 'Extended set function support', '', '', 'YES', NULL, ''),
    ('F442', 'Mixed column references in set functions', '', '', 'YES', NULL, ''),
    ('F451', 'Character set definition', '', '', 'NO', NULL, ''),
    ('F461', 'Named character sets', '', '', 'NO', NULL, ''),
    ('F471', 'Scalar subquery values', '', '', 'YES', NULL, ''),
    ('F481', 'Expanded NULL predicate', '', '', 'YES', NULL, ''),
    ('F491', 'Constraint management', '', '', 'YES', NULL, ''),
    ('F492', 'Optional table constraint enforcement', '', '', 'NO', NULL, ''),
    ('F501', 'Features and conformance views', '', '', 'YES', NULL, ''),
    ('F501', 'Features and conformance views', '01', 'SQL_FEATURES view', 'YES', NULL, ''),
    ('F501', 'Features and conformance views', '02', 'SQL_SIZING view', 'YES', NULL, ''),
    ('F502', 'Enhanced documentation tables', '', '', 'YES', NULL, ''),
    ('F521', 'Assertions', '', '', 'NO', NULL, ''),
    ('F531', 'Temporary tables', '', '', 'YES', NULL, ''),
    ('F555', 'Enhanced seconds precision', '', '', 'YES', NULL, ''),
    ('F561', 'Full value expressions', '', '', 'YES', NULL, ''),
    ('F571', 'Truth value tests', '', '', 'YES', NULL, ''),
    ('F591', 'Derived tables', '', '', 'YES', NULL, ''),
    ('F611', 'Indicator data types', '', '', 'YES', NULL, ''),
    ('F641', 'Row and table constructors', '', '', 'YES', NULL, ''),
    ('F651', 'Catalog name qualifiers', '', '', 'YES', NULL, ''),
    ('F661', 'Simple tables', '', '', 'YES', NULL, ''),
    ('F671', 'Subqueries in CHECK', '', '', 'NO', NULL, 'intentionally omitted'),
    ('F672', 'Retrospective check constraints', '', '', 'YES', NULL, ''),
    ('F673', 'Reads SQL-data routine invocations in CHECK constraints', '', '', 'NO', NULL, ''),
    ('F690', 'Collation support', '', '', 'YES', NULL, 'but no character set support'),
    ('F692', 'Extended collation support', '', '', 'YES', NULL, ''),
    ('F693', 'SQL-session and client module collations', '', '', 'NO', NULL, ''),
    ('F695', 'Translation support', '', '', 'NO', NULL, ''),
    ('F696', 'Additional translation documentation', '', '', 'NO', NULL, ''),
    ('F701', 'Referential update actions', '', '', 'YES', NULL, ''),
    ('F711', 'ALTER domain', '', '', 'YES', NULL, ''),
    ('F721', 'Deferrable constraints', '', '', 'NO', NULL, 'foreign and unique keys only'),
    ('F731', 'INSERT column privileges', '', '', 'YES', NULL, ''),
    ('F741', 'Referential MATCH types', '', '', 'NO', NULL, 'no partial match yet'),
    ('F751', 'View CHECK enhancements', '', '', 'YES', NULL, ''),
    ('F761', 'Session management', '', '', 'YES', NULL, ''),
    ('F762', 'CURRENT_CATALOG', '', '', 'YES', NULL, ''),
    ('F763', 'CURRENT_SCHEMA', '', '', 'YES', NULL, ''),
    ('F771', 'Connection management', '', '', 'YES', NULL, ''),
    ('F781', 'Self-referencing operations', '', '', 'YES', NULL, ''),
    ('F791', 'Insensitive cursors', '', '', 'YES', NULL, ''),
    ('F801', 'Full set function', '', '', 'YES', NULL, ''),
    ('F812', 'Basic flagging', '', '', 'NO', NULL, ''),
    ('F813', 'Extended flagging', '', '', 'NO', NULL, ''),
    ('F821', 'Local table references', '', '', 'NO', NULL, ''),
    ('F831', 'Full cursor update', '', '', 'NO', NULL, ''),
    ('F831', 'Full cursor update', '01', 'Updatable scrollable cursors', 'NO', NULL, ''),
    ('F831', 'Full cursor update', '02', 'Updatable ordered cursors', 'NO', NULL, ''),
    ('F841', 'LIKE_REGEX predicate', '', '', 'NO', NULL, 'consider regexp_like()'),
    ('F842', 'OCCURRENCES_REGEX function', '', '', 'NO', NULL, 'consider regexp_matches()'),
    ('F843', 'POSITION_REGEX function', '', '', 'NO', NULL, 'consider regexp_instr()'),
    ('F844', 'SUBSTRING_REGEX function', '', '', 'NO', NULL, 'consider regexp_substr()'),
    ('F845', 'TRANSLATE_REGEX function', '', '', 'NO', NULL, 'consider regexp_replace()'),
    ('F846', 'Octet support in regular expression operators', '', '', 'NO', NULL, ''),
    ('F847', 'Nonconstant regular expressions', '', '', 'NO', NULL, ''),
    ('F850', 'Top-level <order by clause> in <query expression>', '', '', 'YES', NULL, ''),
    ('F851', '<order by clause> in subqueries', '', '', 'YES', NULL, ''),
    ('F852', 'Top-level <order by clause> in views', '', '', 'YES', NULL, ''),
    ('F855', 'Nested <order by clause> in <query expression>', '', '', 'YES', NULL, ''),
    ('F856', 'Nested <fetch first clause> in <query expression>', '', '', 'YES', NULL, ''),
    ('F857', 'Top-level <fetch first clause> in <query expression>', '', '', 'YES', NULL, ''),
    ('F858', '<fetch first clause> in subqueries', '', '', 'YES', NULL, ''),
    ('F859', 'Top-level <fetch first clause> in views', '', '', 'YES', NULL, ''),
    ('F860', '<fetch first row count> in <fetch first clause>', '', '', 'YES', NULL, ''),
    ('F861', 'Top-level <result offset clause> in <query expression>', '', '', 'YES', NULL, ''),
    ('F862', '<result offset clause> in subqueries', '', '', 'YES', NULL, ''),
    ('F863', 'Nested <result offset clause> in <query expression>', '', '', 'YES', NULL, ''),
    ('F864', 'Top-level <result offset clause> in views', '', '', 'YES', NULL, ''),
    ('F865', '<offset row count> in <result offset clause>', '', '', 'YES', NULL, ''),
    ('F866', 'FETCH FIRST clause: PERCENT option', '', '', 'NO', NULL, ''),
    ('F867', 'FETCH FIRST clause: WITH TIES option', '', '', 'YES', NULL, ''),
    ('M001', 'Datalinks', '', '', 'NO', NULL, ''),
    ('M002', 'Datalinks via SQL/CLI', '', '', 'NO', NULL, ''),
    ('M003', 'Datalinks via Embedded SQL', '', '', 'NO', NULL, ''),
    ('M004', 'Foreign data support', '', '', 'NO', NULL, 'partially supported'),
    ('M005', 'Foreign schema support', '', '', 'NO', NULL, ''),
    ('M006', 'GetSQLString routine', '', '', 'NO', NULL, ''),
    ('M007', 'TransmitRequest', '', '', 'NO', NULL, ''),
    ('M009', 'GetOpts and GetStatistics routines', '', '', 'NO', NULL, ''),
    ('M010', 'Foreign data wrapper support', '', '', 'NO', NULL, 'different API'),
    ('M011', 'Datalinks via Ada', '', '', 'NO', NULL, ''),
    ('M012', 'Datalinks via C', '', '', 'NO', NULL, ''),
    ('M013', 'Datalinks via COBOL', '', '', 'NO', NULL, ''),
    ('M014', 'Datalinks via Fortran', '', '', 'NO', NULL, ''),
    ('M015', 'Datalinks via M', '', '', 'NO', NULL, ''),
    ('M016', 'Datalinks via Pascal', '', '', 'NO', NULL, ''),
    ('M017', 'Datalinks via PL/I', '', '', 'NO', NULL, ''),
    ('M018', 'Foreign data wrapper interface routines in Ada', '', '', 'NO', NULL, ''),
    ('M019', 'Foreign data wrapper interface routines in C', '', '', 'NO', NULL, 'different API'),
    ('M020', 'Foreign data wrapper interface routines in COBOL', '', '', 'NO', NULL, ''),
    ('M021', 'Foreign data wrapper interface routines in Fortran', '', '', 'NO', NULL, ''),
    ('M022', 'Foreign data wrapper interface routines in MUMPS', '', '', 'NO', NULL, ''),
    ('M023', 'Foreign data wrapper interface routines in Pascal', '', '', 'NO', NULL, ''),
    ('M024', 'Foreign data wrapper interface routines in PL/I', '', '', 'NO', NULL, ''),
    ('M030', 'SQL-server foreign data support', '', '', 'NO', NULL, ''),
    ('M031', 'Foreign data wrapper general routines', '', '', 'NO', NULL, ''),
    ('R010', 'Row pattern recognition: FROM clause', '', '', 'NO', NULL, ''),
    ('R020', 'Row pattern recognition: WINDOW clause', '', '', 'NO', NULL, ''),
    ('R030', 'Row pattern recognition: full aggregate support', '', '', 'NO', NULL, ''),
    ('S011', 'Distinct data types', '', '', 'NO', NULL, ''),
    ('S011', 'Distinct data types', '01', 'USER_DEFINED_TYPES view', 'NO', NULL, ''),
    ('S023', 'Basic structured types', '', '', 'NO', NULL, ''),
    ('S024', 'Enhanced structured types', '', '', 'NO', NULL, ''),
    ('S025', 'Final structured types', '', '', 'NO', NULL, ''),
    ('S026', 'Self-referencing structured types', '', '', 'NO', NULL, ''),
    ('S027', 'Create method by specific method name', '', '', 'NO', NULL, ''),
    ('S028', 'Permutable UDT options list', '', '', 'NO', NULL, ''),
    ('S041', 'Basic reference types', '', '', 'NO', NULL, ''),
    ('S043', 'Enhanced reference types', '', '', 'NO', NULL, ''),
    ('S051', 'Create table of type', '', '', 'NO', NULL, 'partially supported'),
    ('S071', 'SQL paths in function and type name resolution', '', '', 'YES', NULL, ''),
    ('S081', 'Subtables', '', '', 'NO', NULL, ''),
    ('S091', 'Basic array support', '', '', 'NO', NULL, 'partially supported'),
    ('S091', 'Basic array support', '01', 'Arrays of built-in data types', 'YES', NULL, ''),
    ('S091', 'Basic array support', '02', 'Arrays of distinct types', 'NO', NULL, ''),
    ('S091', 'Basic array support', '03', 'Array expressions', 'YES', NULL, ''),
    ('S092', 'Arrays of user-defined types', '', '', 'YES', NULL, ''),
    ('S094', 'Arrays of reference types', '', '', 'NO', NULL, ''),
    ('S095', 'Array constructors by query', '', '', 'YES', NULL, ''),
    ('S096', 'Optional array bounds', '', '', 'YES', NULL, ''),
    ('S097', 'Array element assignment', '', '', 'NO', NULL, ''),
    ('S098', 'ARRAY_AGG', '', '', 'YES', NULL, ''),
    ('S111', 'ONLY in query expressions', '', '', 'YES', NULL, ''),
    ('S151', 'Type predicate', '', '', 'NO', NULL, 'see pg_typeof()'),
    ('S161', 'Subtype treatment', '', '', 'NO', NULL, ''),
    ('S162', 'Subtype treatment for references', '', '', 'NO', NULL, ''),
    ('S201', 'SQL-invoked routines on arrays', '', '', 'YES', NULL, ''),
    ('S201', 'SQL-invoked routines on arrays', '01', 'Array parameters', 'YES', NULL, ''),
    ('S201', 'SQL-invoked routines on arrays', '02', 'Array as result type of functions', 'YES', NULL, ''),
    ('S202', 'SQL-invoked routines on multisets', '', '', 'NO', NULL, ''),
    ('S211', 'User-defined cast functions', '', '', 'YES', NULL, ''),
    ('S231', 'Structured type locators', '', '', 'NO', NULL, ''),
    ('S232', 'Array locators', '', '', 'NO', NULL, ''),
    ('S233', 'Multiset locators', '', '', 'NO', NULL, ''),
    ('S241', 'Transform functions', '', '', 'NO', NULL, ''),
    ('S242', 'Alter transform statement', '', '', 'NO', NULL, ''),
    ('S251', 'User-defined orderings', '', '', 'NO', NULL, ''),
    ('S261', 'Specific type method', '', '', 'NO', NULL, ''),
    ('S271', 'Basic multiset support', '', '', 'NO', NULL, ''),
    ('S272', 'Multisets of user-defined types', '', '', 'NO', NULL, ''),
    ('S274', 'Multisets of reference types', '', '', 'NO', NULL, ''),
    ('S275', 'Advanced multiset support', '', '', 'NO', NULL, ''),
    ('S281', 'Nested collection types', '', '', 'NO', NULL, ''),
    ('S291', 'Unique constraint on entire row', '', '', 'NO', NULL, ''),
    ('S301', 'Enhanced UNNEST', '', '', 'YES', NULL, ''),
    ('S401', 'Distinct types based on array types', '', '', 'NO', NULL, ''),
    ('S402', 'Distinct types based on distinct types', '', '', 'NO', NULL, ''),
    ('S403', 'ARRAY_MAX_CARDINALITY', '', '', 'NO', NULL, ''),
    ('S404', 'TRIM_ARRAY', '', '', 'YES', NULL, ''),
    ('T011', 'Timestamp in Information Schema', '', '', 'NO', NULL, ''),
    ('T021', 'BINARY and VARBINARY data types', '', '', 'NO', NULL, ''),
    ('T022', 'Advanced support for BINARY and VARBINARY data types', '', '', 'NO', NULL, ''),
    ('T023', 'Compound binary literal', '', '', 'NO', NULL, ''),
    ('T024', 'Spaces in binary literals', '', '', 'NO', NULL, ''),
    ('T031', 'BOOLEAN data type', '', '', 'YES', NULL, ''),
    ('T041', 'Basic LOB data type support', '', '', 'NO', NULL, ''),
    ('T041', 'Basic LOB data type support', '01', 'BLOB data type', 'NO', NULL, ''),
    ('T041', 'Basic LOB data type support', '02', 'CLOB data type', 'NO', NULL, ''),
    ('T041', 'Basic LOB data type support', '03', 'POSITION, LENGTH, LOWER, TRIM, UPPER, and SUBSTRING functions for LOB data types', 'NO', NULL, ''),
    ('T041', 'Basic LOB data type support', '04', 'Concatenation of LOB data types', 'NO', NULL, ''),
    ('T041', 'Basic LOB data type support', '05', 'LOB locator: non-holdable', 'NO', NULL, ''),
    ('T042', 'Extended LOB data type support', '', '', 'NO', NULL, ''),
    ('T043', 'Multiplier T', '', '', 'NO', NULL, ''),
    ('T044', 'Multiplier P', '', '', 'NO', NULL, ''),
    ('T051', 'Row types', '', '', 'NO', NULL, ''),
    ('T053', 'Explicit aliases for all-fields reference', '', '', 'NO', NULL, ''),
    ('T061', 'UCS support', '', '', 'NO', NULL, ''),
    ('T071', 'BIGINT data type', '', '', 'YES', NULL, ''),
    ('T076', 'DECFLOAT data type', '', '', 'NO', NULL, ''),
    ('T101', 'Enhanced nullability determination', '', '', 'NO', NULL, ''),
    ('T111', 'Updatable joins, unions, and columns', '', '', 'NO', NULL, ''),
    ('T121', 'WITH (excluding RECURSIVE) in query expression', '', '', 'YES', NULL, ''),
    ('T122', 'WITH (excluding RECURSIVE) in subquery', '', '', 'YES', NULL, ''),
    ('T131', 'Recursive query', '', '', 'YES', NULL, ''),
    ('T132', 'Recursive query in subquery', '', '', 'YES', NULL, ''),
    ('T133', 'Enhanced cycle mark values', '', '', 'YES', NULL, 'SQL:202x draft'),
    ('T141', 'SIMILAR predicate', '', '', 'YES', NULL, ''),
    ('T151', 'DISTINCT predicate', '', '', 'YES', NULL, ''),
    ('T152', 'DISTINCT predicate with negation', '', '', 'YES', NULL, ''),
    ('T171', 'LIKE clause in table definition', '', '', 'YES', NULL, ''),
    ('T172', 'AS subquery clause in table definition', '', '', 'YES', NULL, ''),
    ('T173', 'Extended LIKE clause in table definition', '', '', 'YES', NULL, ''),
    ('T174', 'Identity columns', '', '', 'YES', NULL, ''),
    ('T175', 'Generated columns', '', '', 'NO', NULL, 'mostly supported'),
    ('T176', 'Sequence generator support', '', '', 'NO', NULL, 'supported except for NEXT VALUE FOR'),
    ('T177', 'Sequence generator support: simple restart option', '', '', 'YES', NULL, ''),
    ('T178', 'Identity columns:  simple restart option', '', '', 'YES', NULL, ''),
    ('T180', 'System-versioned tables', '', '', 'NO', NULL, ''),
    ('T181', 'Application-time period tables', '', '', 'NO', NULL, ''),
    ('T191', 'Referential action RESTRICT', '', '', 'YES', NULL, ''),
    ('T201', 'Comparable data types for referential constraints', '', '', 'YES', NULL, ''),
    ('T211', 'Basic trigger capability', '', '', 'NO', NULL, ''),
    ('T211', 'Basic trigger capability', '01', 'Triggers activated on UPDATE, INSERT, or DELETE of one base table', 'YES', NULL, ''),
    ('T211', 'Basic trigger capability', '02', 'BEFORE triggers', 'YES', NULL, ''),
    ('T211', 'Basic trigger capability', '03', 'AFTER triggers', 'YES', NULL, ''),
    ('T211', 'Basic trigger capability', '04', 'FOR EACH ROW triggers', 'YES', NULL, ''),
    ('T211', 'Basic trigger capability', '05', 'Ability to specify a search condition that must be true before the trigger is invoked', 'YES', NULL, ''),
    ('T211', 'Basic trigger capability', '06', 'Support for run-time rules for the interaction of triggers and constraints', 'NO', NULL, ''),
    ('T211', 'Basic trigger capability', '07', 'TRIGGER privilege', 'YES', NULL, ''),
    ('T211', 'Basic trigger capability', '08', 'Multiple triggers for the same event are executed in the order in which they were created in the catalog', 'NO', NULL, 'intentionally omitted'),
    ('T212', 'Enhanced trigger capability', '', '', 'YES', NULL, ''),
    ('T213', 'INSTEAD OF triggers', '', '', 'YES', NULL, ''),
    ('T231', 'Sensitive cursors', '', '', 'NO', NULL, ''),
    ('T241', 'START TRANSACTION statement', '', '', 'YES', NULL, ''),
    ('T251', 'SET TRANSACTION statement: LOCAL option', '', '', 'NO', NULL, ''),
    ('T261', 'Chained transactions', '', '', 'YES', NULL, ''),
    ('T271', 'Savepoints', '', '', 'YES', NULL, ''),
    ('T272', 'Enhanced savepoint management', '', '', 'NO', NULL, ''),
    ('T281', 'SELECT privilege with column granularity', '', '', 'YES', NULL, ''),
    ('T285', 'Enhanced derived column names', '', '', 'YES', NULL, ''),
    ('T301', 'Functional dependencies', '', '', 'NO', NULL, 'partially supported'),
    ('T312', 'OVERLAY function', '', '', 'YES', NULL, ''),
    ('T321', 'Basic SQL-invoked routines', '', '', 'NO', NULL, 'partially supported'),
    ('T321', 'Basic SQL-invoked routines', '01', 'User-defined functions with no overloading', 'YES', NULL, ''),
    ('T321', 'Basic SQL-invoked routines', '02', 'User-defined stored procedures with no overloading', 'YES', NULL, ''),
    ('T321', 'Basic SQL-invoked routines', '03', 'Function invocation', 'YES', NULL, ''),
    ('T321', 'Basic SQL-invoked routines', '04', 'CALL statement', 'YES', NULL, ''),
    ('T321', 'Basic SQL-invoked routines', '05', 'RETURN statement', 'YES', NULL, ''),
    ('T321', 'Basic SQL-invoked routines', '06', 'ROUTINES view', 'YES', NULL, ''),
    ('T321', 'Basic SQL-invoked routines', '07', 'PARAMETERS view', 'YES', NULL, ''),
    ('T322', 'Declared data type attributes', '', '', 'NO', NULL, ''),
    ('T323', 'Explicit security for external routines', '', '', 'YES', NULL, ''),
    ('T324', 'Explicit security for SQL routines', '', '', 'NO', NULL, ''),
    ('T325', 'Qualified SQL parameter references', '', '', 'YES', NULL, ''),
    ('T326', 'Table functions', '', '', 'NO', NULL, ''),
    ('T331', 'Basic roles', '', '', 'YES', NULL, ''),
    ('T332', 'Extended roles', '', '', 'YES', NULL, ''),
    ('T341', 'Overloading of SQL-invoked functions and procedures', '', '', 'YES', NULL, ''),
    ('T351', 'Bracketed SQL comments (/*...*/ comments)', '', '', 'YES', NULL, ''),
    ('T431', 'Extended grouping capabilities', '', '', 'YES', NULL, ''),
    ('T432', 'Nested and concatenated GROUPING SETS', '', '', 'YES', NULL, ''),
    ('T433', 'Multiargument GROUPING function', '', '', 'YES', NULL, ''),
    ('T434', 'GROUP BY DISTINCT', '', '', 'YES', NULL, ''),
    ('T441', 'ABS and MOD functions', '', '', 'YES', NULL, ''),
    ('T461', 'Symmetric BETWEEN predicate', '', '', 'YES', NULL, ''),
    ('T471', 'Result sets return value', '', '', 'NO', NULL, ''),
    ('T472', 'DESCRIBE CURSOR', '', '', 'NO', NULL, ''),
    ('T491', 'LATERAL derived table', '', '', 'YES', NULL, ''),
    ('T495', 'Combined data change and retrieval', '', '', 'NO', NULL, 'different syntax'),
    ('T501', 'Enhanced EXISTS predicate', '', '', 'YES', NULL, ''),
    ('T502', 'Period predicates', '', '', 'NO', NULL, ''),
    ('T511', 'Transaction counts', '', '', 'NO', NULL, ''),
    ('T521', 'Named arguments in CALL statement', '', '', 'YES', NULL, ''),
    ('T522', 'Default values for IN parameters of SQL-invoked procedures', '', '', 'NO', NULL, 'supported except DEFAULT key word in invocation'),
    ('T523', 'Default values for INOUT parameters of SQL-invoked procedures', '', '', 'YES', NULL, ''),
    ('T524', 'Named arguments in routine invocations other than a CALL statement', '', '', 'YES', NULL, ''),
    ('T525', 'Default values for parameters of SQL-invoked functions', '', '', 'YES', NULL, ''),
    ('T551', 'Optional key words for default syntax', '', '', 'YES', NULL, ''),
    ('T561', 'Holdable locators', '', '', 'NO', NULL, ''),
    ('T571', 'Array-returning external SQL-invoked functions', '', '', 'NO', NULL, ''),
    ('T572', 'Multiset-returning external SQL-invoked functions', '', '', 'NO', NULL, ''),
    ('T581', 'Regular expression substring function', '', '', 'YES', NULL, ''),
    ('T591', 'UNIQUE constraints of possibly null columns', '', '', 'YES', NULL, ''),
    ('T601', 'Local cursor references', '', '', 'NO', NULL, ''),
    ('T611', 'Elementary OLAP operations', '', '', 'YES', NULL, ''),
    ('T612', 'Advanced OLAP operations', '', '', 'YES', NULL, ''),
    ('T613', 'Sampling', '', '', 'YES', NULL, ''),
    ('T614', 'NTILE function', '', '', 'YES', NULL, ''),
    ('T615', 'LEAD and LAG functions', '', '', 'YES', NULL, ''),
    ('T616', 'Null treatment option for LEAD and LAG functions', '', '', 'NO', NULL, ''),
    ('T617', 'FIRST_VALUE and LAST_VALUE function', '', '', 'YES', NULL, ''),
    ('T618', 'NTH_VALUE function', '', '', 'NO', NULL, 'function exists, but some options missing'),
    ('T619', 'Nested window functions', '', '', 'NO', NULL, ''),
    ('T620', 'WINDOW clause: GROUPS option', '', '', 'YES', NULL, ''),
    ('T621', 'Enhanced numeric functions', '', '', 'YES', NULL, ''),
    ('T622', 'Trigonometric functions', '', '', 'YES', NULL, ''),
    ('T623', 'General logarithm functions', '', '', 'YES', NULL, ''),
    ('T624', 'Common logarithm functions', '', '', 'YES', NULL, ''),
    ('T625', 'LISTAGG', '', '', 'NO', NULL, ''),
    ('T631', 'IN predicate with one list element', '', '', 'YES', NULL, ''),
    ('T641', 'Multiple column assignment', '', '', 'NO', NULL, 'only some syntax variants supported'),
    ('T651', 'SQL-schema statements in SQL routines', '', '', 'YES', NULL, ''),
    ('T652', 'SQL-dynamic statements in SQL routines', '', '', 'NO', NULL, ''),
    ('T653', 'SQL-schema statements in external routines', '', '', 'YES', NULL, ''),
    ('T654', 'SQL-dynamic statements in external routines', '', '', 'NO', NULL, ''),
    ('T655', 'Cyclically dependent routines', '', '', 'YES', NULL, ''),
    ('T811', 'Basic SQL/JSON constructor functions', '', '', 'NO', NULL, ''),
    ('T812', 'SQL/JSON: JSON_OBJECTAGG', '', '', 'NO', NULL, ''),
    ('T813', 'SQL/JSON: JSON_ARRAYAGG with ORDER BY', '', '', 'NO', NULL, ''),
    ('T814', 'Colon in JSON_OBJECT or JSON_OBJECTAGG', '', '', 'NO', NULL, ''),
    ('T821', 'Basic SQL/JSON query operators', '', '', 'NO', NULL, ''),
    ('T822', 'SQL/JSON: IS JSON WITH UNIQUE KEYS predicate', '', '', 'NO', NULL, ''),
    ('T823', 'SQL/JSON: PASSING clause', '', '', 'NO', NULL, ''),
    ('T824', 'JSON_TABLE: specific PLAN clause', '', '', 'NO', NULL, ''),
    ('T825', 'SQL/JSON: ON EMPTY and ON ERROR clauses', '', '', 'NO', NULL, ''),
    ('T826', 'General value expression in ON ERROR or ON EMPTY clauses', '', '', 'NO', NULL, ''),
    ('T827', 'JSON_TABLE: sibling NESTED COLUMNS clauses', '', '', 'NO', NULL, ''),
    ('T828', 'JSON_QUERY', '', '', 'NO', NULL, ''),
    ('T829', 'JSON_QUERY: array wrapper options', '', '', 'NO', NULL, ''),
    ('T830', 'Enforcing unique keys in SQL/JSON constructor functions', '', '', 'NO', NULL, ''),
    ('T831', 'SQL/JSON path language: strict mode', '', '', 'YES', NULL, ''),
    ('T832', 'SQL/JSON path language: item method', '', '', 'YES', NULL, ''),
    ('T833', 'SQL/JSON path language: multiple subscripts', '', '', 'YES', NULL, ''),
    ('T834', 'SQL/JSON path language: wildcard member accessor', '', '', 'YES', NULL, ''),
    ('T835', 'SQL/JSON path language: filter expressions', '', '', 'YES', NULL, ''),
    ('T836', 'SQL/JSON path language: starts with predicate', '', '', 'YES', NULL, ''),
    ('T837', 'SQL/JSON path language: regex_like predicate', '', '', 'YES', NULL, ''),
    ('T838', 'JSON_TABLE: PLAN DEFAULT clause', '', '', 'NO', NULL, ''),
    ('T839', 'Formatted cast of datetimes to/from character strings', '', '', 'NO', NULL, ''),
    ('X010', 'XML type', '', '', 'YES', NULL, ''),
    ('X011', 'Arrays of XML type', '', '', 'YES', NULL, ''),
    ('X012', 'Multisets of XML type', '', '', 'NO', NULL, ''),
    ('X013', 'Distinct types of XML type', '', '', 'NO', NULL, ''),
    ('X014', 'Attributes of XML type', '', '', 'YES', NULL, ''),
    ('X015', 'Fields of XML type', '', '', 'NO', NULL, ''),
    ('X016', 'Persistent XML values', '', '', 'YES', NULL, ''),
    ('X020', 'XMLConcat', '', '', 'YES', NULL, ''),
    ('X025', 'XMLCast', '', '', 'NO', NULL, ''),
    ('X030', 'XMLDocument', '', '', 'NO', NULL, ''),
    ('X031', 'XMLElement', '', '', 'YES', NULL, ''),
    ('X032', 'XMLForest', '', '', 'YES', NULL, ''),
    ('X034', 'XMLAgg', '', '', 'YES', NULL, ''),
    ('X035', 'XMLAgg: ORDER BY option', '', '', 'YES', NULL, ''),
    ('X036', 'XMLComment', '', '', 'YES', NULL, ''),
    ('X037', 'XMLPI', '', '', 'YES', NULL, ''),
    ('X038', 'XMLText', '', '', 'NO', NULL, ''),
    ('X040', 'Basic table mapping', '', '', 'YES', NULL, ''),
    ('X041', 'Basic table mapping: nulls absent', '', '', 'YES', NULL, ''),
    ('X042', 'Basic table mapping: null as nil', '', '', 'YES', NULL, ''),
    ('X043', 'Basic table mapping: table as forest', '', '', 'YES', NULL, ''),
    ('X044', 'Basic table mapping: table as element', '', '', 'YES', NULL, ''),
    ('X045', 'Basic table mapping: with target namespace', '', '', 'YES', NULL, ''),
    ('X046', 'Basic table mapping: data mapping', '', '', 'YES', NULL, ''),
    ('X047', 'Basic table mapping: metadata mapping', '', '', 'YES', NULL, ''),
    ('X048', 'Basic table mapping: base64 encoding of binary strings', '', '', 'YES', NULL, ''),
    ('X049', 'Basic table mapping: hex encoding of binary strings', '', '', 'YES', NULL, ''),
    ('X050', 'Advanced table mapping', '', '', 'YES', NULL, ''),
    ('X051', 'Advanced table mapping: nulls absent', '', '', 'YES', NULL, ''),
    ('X052', 'Advanced table mapping: null as nil', '', '', 'YES', NULL, ''),
    ('X053', 'Advanced table mapping: table as forest', '', '', 'YES', NULL, ''),
    ('X054', 'Advanced table mapping: table as element', '', '', 'YES', NULL, ''),
    ('X055', 'Advanced table mapping: with target namespace', '', '', 'YES', NULL, ''),
    ('X056', 'Advanced table mapping: data mapping', '', '', 'YES', NULL, ''),
    ('X057', 'Advanced table mapping: metadata mapping', '', '', 'YES', NULL, ''),
    ('X058', 'Advanced table mapping: base64 encoding of binary strings', '', '', 'YES', NULL, ''),
    ('X059', 'Advanced table mapping: hex encoding of binary strings', '', '', 'YES', NULL, ''),
    ('X060', 'XMLParse: character string input and CONTENT option', '', '', 'YES', NULL, ''),
    ('X061', 'XMLParse: character string input and DOCUMENT option', '', '', 'YES', NULL, ''),
    ('X065', 'XMLParse: BLOB input and CONTENT option', '', '', 'NO', NULL, ''),
    ('X066', 'XMLParse: BLOB input and DOCUMENT option', '', '', 'NO', NULL, ''),
    ('X068', 'XMLSerialize: BOM', '', '', 'NO', NULL, ''),
    ('X069', 'XMLSerialize: INDENT', '', '', 'NO', NULL, ''),
    ('X070', 'XMLSerialize: character string serialization and CONTENT option', '', '', 'YES', NULL, ''),
    ('X071', 'XMLSerialize: character string serialization and DOCUMENT option', '', '', 'YES', NULL, ''),
    ('X072', 'XMLSerialize: character string serialization', '', '', 'YES', NULL, ''),
    ('X073', 'XMLSerialize: BLOB serialization and CONTENT option', '', '', 'NO', NULL, ''),
    ('X074', 'XMLSerialize: BLOB serialization and DOCUMENT option', '', '', 'NO', NULL, ''),
    ('X075', 'XMLSerialize: BLOB serialization', '', '', 'NO', NULL, ''),
    ('X076', 'XMLSerialize: VERSION', '', '', 'NO', NULL, ''),
    ('X077', 'XMLSerialize: explicit ENCODING option', '', '', 'NO', NULL, ''),
    ('X078', 'XMLSerialize: explicit XML declaration', '', '', 'NO', NULL, ''),
    ('X080', 'Namespaces in XML publishing', '', '', 'NO', NULL, ''),
    ('X081', 'Query-level XML namespace declarations', '', '', 'NO', NULL, ''),
    ('X082', 'XML namespace declarations in DML', '', '', 'NO', NULL, ''),
    ('X083', 'XML namespace declarations in DDL', '', '', 'NO', NULL, ''),
    ('X084', 'XML namespace declarations in compound statements', '', '', 'NO', NULL, ''),
    ('X085', 'Predefined namespace prefixes', '', '', 'NO', NULL, ''),
    ('X086', 'XML namespace declarations in XMLTable', '', '', 'NO', NULL, ''),
    ('X090', 'XML document predicate', '', '', 'YES', NULL, ''),
    ('X091', 'XML content predicate', '', '', 'NO', NULL, ''),
    ('X096', 'XMLExists', '', '', 'NO', NULL, 'XPath 1.0 only'),
    ('X100', 'Host language support for XML: CONTENT option', '', '', 'NO', NULL, ''),
    ('X101', 'Host language support for XML: DOCUMENT option', '', '', 'NO', NULL, ''),
    ('X110', 'Host language support for XML: VARCHAR mapping', '', '', 'NO', NULL, ''),
    ('X111', 'Host language support for XML: CLOB mapping', '', '', 'NO', NULL, ''),
    ('X112', 'Host language support for XML: BLOB mapping', '', '', 'NO', NULL, ''),
    ('X113', 'Host language support for XML: STRIP WHITESPACE option', '', '', 'NO', NULL, ''),
    ('X114', 'Host language support for XML: PRESERVE WHITESPACE option', '', '', 'NO', NULL, ''),
    ('X120', 'XML parameters in SQL routines', '', '', 'YES', NULL, ''),
    ('X121', 'XML parameters in external routines', '', '', 'YES', NULL, ''),
    ('X131', 'Query-level XMLBINARY clause', '', '', 'NO', NULL, ''),
    ('X132', 'XMLBINARY clause in DML', '', '', 'NO', NULL, ''),
    ('X133', 'XMLBINARY clause in DDL', '', '', 'NO', NULL, ''),
    ('X134', 'XMLBINARY clause in compound statements', '', '', 'NO', NULL, ''),
    ('X135', 'XMLBINARY clause in subqueries', '', '', 'NO', NULL, ''),
    ('X141', 'IS VALID predicate: data-driven case', '', '', 'NO', NULL, ''),
    ('X142', 'IS VALID predicate: ACCORDING TO clause', '', '', 'NO', NULL, ''),
    ('X143', 'IS VALID predicate: ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X144', 'IS VALID predicate: schema location', '', '', 'NO', NULL, ''),
    ('X145', 'IS VALID predicate outside check constraints', '', '', 'NO', NULL, ''),
    ('X151', 'IS VALID predicate with DOCUMENT option', '', '', 'NO', NULL, ''),
    ('X152', 'IS VALID predicate with CONTENT option', '', '', 'NO', NULL, ''),
    ('X153', 'IS VALID predicate with SEQUENCE option', '', '', 'NO', NULL, ''),
    ('X155', 'IS VALID predicate: NAMESPACE without ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X157', 'IS VALID predicate: NO NAMESPACE with ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X160', 'Basic Information Schema for registered XML Schemas', '', '', 'NO', NULL, ''),
    ('X161', 'Advanced Information Schema for registered XML Schemas', '', '', 'NO', NULL, ''),
    ('X170', 'XML null handling options', '', '', 'NO', NULL, ''),
    ('X171', 'NIL ON NO CONTENT option', '', '', 'NO', NULL, ''),
    ('X181', 'XML(DOCUMENT(UNTYPED)) type', '', '', 'NO', NULL, ''),
    ('X182', 'XML(DOCUMENT(ANY)) type', '', '', 'NO', NULL, ''),
    ('X190', 'XML(SEQUENCE) type', '', '', 'NO', NULL, ''),
    ('X191', 'XML(DOCUMENT(XMLSCHEMA)) type', '', '', 'NO', NULL, ''),
    ('X192', 'XML(CONTENT(XMLSCHEMA)) type', '', '', 'NO', NULL, ''),
    ('X200', 'XMLQuery', '', '', 'NO', NULL, ''),
    ('X201', 'XMLQuery: RETURNING CONTENT', '', '', 'NO', NULL, ''),
    ('X202', 'XMLQuery: RETURNING SEQUENCE', '', '', 'NO', NULL, ''),
    ('X203', 'XMLQuery: passing a context item', '', '', 'NO', NULL, ''),
    ('X204', 'XMLQuery: initializing an XQuery variable', '', '', 'NO', NULL, ''),
    ('X205', 'XMLQuery: EMPTY ON EMPTY option', '', '', 'NO', NULL, ''),
    ('X206', 'XMLQuery: NULL ON EMPTY option', '', '', 'NO', NULL, ''),
    ('X211', 'XML 1.1 support', '', '', 'NO', NULL, ''),
    ('X221', 'XML passing mechanism BY VALUE', '', '', 'YES', NULL, ''),
    ('X222', 'XML passing mechanism BY REF', '', '', 'NO', NULL, 'parser accepts BY REF but ignores it; passing is always BY VALUE'),
    ('X231', 'XML(CONTENT(UNTYPED)) type', '', '', 'NO', NULL, ''),
    ('X232', 'XML(CONTENT(ANY)) type', '', '', 'NO', NULL, ''),
    ('X241', 'RETURNING CONTENT in XML publishing', '', '', 'NO', NULL, ''),
    ('X242', 'RETURNING SEQUENCE in XML publishing', '', '', 'NO', NULL, ''),
    ('X251', 'Persistent XML values of XML(DOCUMENT(UNTYPED)) type', '', '', 'NO', NULL, ''),
    ('X252', 'Persistent XML values of XML(DOCUMENT(ANY)) type', '', '', 'NO', NULL, ''),
    ('X253', 'Persistent XML values of XML(CONTENT(UNTYPED)) type', '', '', 'NO', NULL, ''),
    ('X254', 'Persistent XML values of XML(CONTENT(ANY)) type', '', '', 'NO', NULL, ''),
    ('X255', 'Persistent XML values of XML(SEQUENCE) type', '', '', 'NO', NULL, ''),
    ('X256', 'Persistent XML values of XML(DOCUMENT(XMLSCHEMA)) type', '', '', 'NO', NULL, ''),
    ('X257', 'Persistent XML values of XML(CONTENT(XMLSCHEMA)) type', '', '', 'NO', NULL, ''),
    ('X260', 'XML type: ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X261', 'XML type: NAMESPACE without ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X263', 'XML type: NO NAMESPACE with ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X264', 'XML type: schema location', '', '', 'NO', NULL, ''),
    ('X271', 'XMLValidate: data-driven case', '', '', 'NO', NULL, ''),
    ('X272', 'XMLValidate: ACCORDING TO clause', '', '', 'NO', NULL, ''),
    ('X273', 'XMLValidate: ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X274', 'XMLValidate: schema location', '', '', 'NO', NULL, ''),
    ('X281', 'XMLValidate with DOCUMENT option', '', '', 'NO', NULL, ''),
    ('X282', 'XMLValidate with CONTENT option', '', '', 'NO', NULL, ''),
    ('X283', 'XMLValidate with SEQUENCE option', '', '', 'NO', NULL, ''),
    ('X284', 'XMLValidate: NAMESPACE without ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X286', 'XMLValidate: NO NAMESPACE with ELEMENT clause', '', '', 'NO', NULL, ''),
    ('X300', 'XMLTable', '', '', 'NO', NULL, 'XPath 1.0 only'),
    ('X301', 'XMLTable: derived column list option', '', '', 'YES', NULL, ''),
    ('X302', 'XMLTable: ordinality column option', '', '', 'YES', NULL, ''),
    ('X303', 'XMLTable: column default option', '', '', 'YES', NULL, ''),
    ('X304', 'XMLTable: passing a context item', '', '', 'YES', NULL, 'must be XML DOCUMENT'),
    ('X305', 'XMLTable: initializing an XQuery variable', '', '', 'NO', NULL, ''),
    ('X400', 'Name and identifier mapping', '', '', 'YES', NULL, ''),
    ('X410', 'Alter column data type: XML type', '', '', 'YES', NULL, '');

INSERT INTO sql_parts VALUES
    ('1', 'Framework (SQL/Framework)', 'NO', NULL, ''),
    ('2', 'Foundation (SQL/Foundation)', 'NO', NULL, ''),
    ('3', 'Call-Level Interface (SQL/CLI)', 'NO', NULL, ''),
    ('4', 'Persistent Stored Modules (SQL/PSM)', 'NO', NULL, ''),
    ('9', 'Management of External Data (SQL/MED)', 'NO', NULL, ''),
    ('10', 'Object Language Bindings (SQL/OLB)', 'NO', NULL, ''),
    ('11', 'Information and Definition Schema (SQL/Schemata)', 'NO', NULL, ''),
    ('13', 'Routines and Types Using the Java Programming Language (SQL/JRT)', 'NO', NULL, ''),
    ('14', 'XML-Related Specifications (SQL/XML)', 'NO', NULL, ''),
    ('15', 'Multi-Dimensional Arrays (SQL/MDA)', 'NO', NULL, '');

INSERT INTO sql_sizing VALUES
    (0, 'MAXIMUM DRIVER CONNECTIONS', NULL, NULL),
    (1, 'MAXIMUM CONCURRENT ACTIVITIES', 0, NULL),
    (30, 'MAXIMUM COLUMN NAME LENGTH', 63, 'Might be less, depending on character set.'),
    (31, 'MAXIMUM CURSOR NAME LENGTH', 63, 'Might be less, depending on character set.'),
    (32, 'MAXIMUM SCHEMA NAME LENGTH', 63, 'Might be less, depending on character set.'),
    (34, 'MAXIMUM CATALOG NAME LENGTH', 63, 'Might be less, depending on character set.'),
    (35, 'MAXIMUM TABLE NAME LENGTH', 63, 'Might be less, depending on character set.'),
    (97, 'MAXIMUM COLUMNS IN GROUP BY', 0, NULL),
    (99, 'MAXIMUM COLUMNS IN ORDER BY', 0, NULL),
    (100, 'MAXIMUM COLUMNS IN SELECT', 1664, NULL),
    (101, 'MAXIMUM COLUMNS IN TABLE', 1600, NULL),
    (106, 'MAXIMUM TABLES IN SELECT', 0, NULL),
    (107, 'MAXIMUM USER NAME LENGTH', 63, 'Might be less, depending on character set.'),
    (10005, 'MAXIMUM IDENTIFIER LENGTH', 63, 'Might be less, depending on character set.'),
    (20000, 'MAXIMUM STATEMENT OCTETS', 0, NULL),
    (20001, 'MAXIMUM STATEMENT OCTETS DATA', 0, NULL),
    (20002, 'MAXIMUM STATEMENT OCTETS SCHEMA', 0, NULL),
    (25000, 'MAXIMUM CURRENT DEFAULT TRANSFORM GROUP LENGTH', NULL, NULL),
    (25001, 'MAXIMUM CURRENT TRANSFORM GROUP LENGTH', NULL, NULL),
    (25002, 'MAXIMUM CURRENT PATH LENGTH', 0, NULL),
    (25003, 'MAXIMUM CURRENT ROLE LENGTH', NULL, NULL),
    (25004, 'MAXIMUM SESSION USER LENGTH', 63, 'Might be less, depending on character set.'),
    (25005, 'MAXIMUM SYSTEM USER LENGTH', 63, 'Might be less, depending on character set.');

GRANT SELECT ON sql_features TO PUBLIC;

GRANT SELECT ON sql_implementation_info TO PUBLIC;

GRANT SELECT ON sql_parts TO PUBLIC;

GRANT SELECT ON sql_sizing TO PUBLIC;

RESET search_path;
