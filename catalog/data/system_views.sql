CREATE VIEW pg_roles AS
    SELECT a.rolname, a.rolsuper, a.rolinherit, a.rolcreaterole, a.rolcreatedb, a.rolcanlogin, a.rolreplication,
           a.rolconnlimit, '********'::text AS rolpassword, a.rolvaliduntil, a.rolbypassrls,
           s.setconfig AS rolconfig, a.oid
    FROM pg_authid a LEFT JOIN pg_db_role_setting s ON s.setrole = a.oid AND s.setdatabase = 0;

CREATE VIEW pg_shadow AS
    SELECT a.rolname AS usename, a.oid AS usesysid, a.rolcreatedb AS usecreatedb, a.rolsuper AS usesuper,
           a.rolreplication AS userepl, a.rolbypassrls AS usebypassrls, a.rolpassword AS passwd,
           a.rolvaliduntil AS valuntil, s.setconfig AS useconfig
    FROM pg_authid a LEFT JOIN pg_db_role_setting s ON s.setrole = a.oid AND s.setdatabase = 0
    WHERE a.rolcanlogin;

REVOKE ALL ON pg_shadow FROM PUBLIC;

CREATE VIEW pg_group AS
    SELECT a.rolname AS groname, a.oid AS grosysid,
           ARRAY(SELECT m.member FROM pg_auth_members m WHERE m.roleid = a.oid) AS grolist
    FROM pg_authid a
    WHERE NOT a.rolcanlogin;

CREATE VIEW pg_user AS
    SELECT usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls, '********'::text AS passwd, valuntil,
           useconfig
    FROM pg_shadow;

CREATE VIEW pg_policies AS
    SELECT n.nspname AS schemaname, c.relname AS tablename, p.polname AS policyname,
           CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END AS permissive,
           CASE WHEN p.polroles = '{0}'::oid[] THEN '{public}'::name[]
                ELSE ARRAY(SELECT a.rolname FROM pg_authid a WHERE a.oid = ANY (p.polroles) ORDER BY a.rolname) END AS roles,
           CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                         WHEN '*' THEN 'ALL' END AS cmd,
           pg_get_expr(p.polqual, p.polrelid) AS qual, pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace;

CREATE VIEW pg_rules AS
    SELECT n.nspname AS schemaname, c.relname AS tablename, r.rulename, pg_get_ruledef(r.oid) AS definition
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN';

CREATE VIEW pg_views AS
    SELECT n.nspname AS schemaname, c.relname AS viewname, pg_get_userbyid(c.relowner) AS viewowner,
           pg_get_viewdef(c.oid) AS definition
    FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v';

CREATE VIEW pg_tables AS
    SELECT n.nspname AS schemaname, c.relname AS tablename, pg_get_userbyid(c.relowner) AS tableowner,
           t.spcname AS tablespace, c.relhasindex AS hasindexes, c.relhasrules AS hasrules,
           c.relhastriggers AS hastriggers, c.relrowsecurity AS rowsecurity
    FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
    WHERE c.relkind IN ('r', 'p');

CREATE VIEW pg_matviews AS
    SELECT n.nspname AS schemaname, c.relname AS matviewname, pg_get_userbyid(c.relowner) AS matviewowner,
           t.spcname AS tablespace, c.relhasindex AS hasindexes, c.relispopulated AS ispopulated,
           pg_get_viewdef(c.oid) AS definition
    FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
    WHERE c.relkind = 'm';

CREATE VIEW pg_indexes AS
    SELECT n.nspname AS schemaname, c.relname AS tablename, i.relname AS indexname, t.spcname AS tablespace,
           pg_get_indexdef(i.oid) AS indexdef
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
         LEFT JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_tablespace t ON t.oid = i.reltablespace
    WHERE c.relkind IN ('r', 'm', 'p') AND i.relkind IN ('i', 'I');

CREATE VIEW pg_sequences AS
    SELECT n.nspname AS schemaname, c.relname AS sequencename, pg_get_userbyid(c.relowner) AS sequenceowner,
           s.seqtypid::regtype AS data_type, s.seqstart AS start_value, s.seqmin AS min_value, s.seqmax AS max_value,
           s.seqincrement AS increment_by, s.seqcycle AS cycle, s.seqcache AS cache_size,
           CASE WHEN has_sequence_privilege(c.oid, 'SELECT,USAGE') THEN pg_sequence_last_value(c.oid) END AS last_value
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT pg_is_other_temp_schema(n.oid) AND c.relkind = 'S';

CREATE VIEW pg_stats AS
    SELECT n.nspname AS schemaname, c.relname AS tablename, a.attname, s.stainherit AS inherited,
           s.stanullfrac AS null_frac, s.stawidth AS avg_width, s.stadistinct AS n_distinct,
           CASE 1 WHEN s.stakind1 THEN s.stavalues1 WHEN s.stakind2 THEN s.stavalues2 WHEN s.stakind3 THEN s.stavalues3
                  WHEN s.stakind4 THEN s.stavalues4 WHEN s.stakind5 THEN s.stavalues5 END AS most_common_vals,
           CASE 1 WHEN s.stakind1 THEN s.stanumbers1 WHEN s.stakind2 THEN s.stanumbers2 WHEN s.stakind3 THEN s.stanumbers3
                  WHEN s.stakind4 THEN s.stanumbers4 WHEN s.stakind5 THEN s.stanumbers5 END AS most_common_freqs,
           CASE 2 WHEN s.stakind1 THEN s.stavalues1 WHEN s.stakind2 THEN s.stavalues2 WHEN s.stakind3 THEN s.stavalues3
                  WHEN s.stakind4 THEN s.stavalues4 WHEN s.stakind5 THEN s.stavalues5 END AS histogram_bounds,
           CASE 3 WHEN s.stakind1 THEN s.stanumbers1[1] WHEN s.stakind2 THEN s.stanumbers2[1]
                  WHEN s.stakind3 THEN s.stanumbers3[1] WHEN s.stakind4 THEN s.stanumbers4[1]
                  WHEN s.stakind5 THEN s.stanumbers5[1] END AS correlation,
           CASE 4 WHEN s.stakind1 THEN s.stavalues1 WHEN s.stakind2 THEN s.stavalues2 WHEN s.stakind3 THEN s.stavalues3
                  WHEN s.stakind4 THEN s.stavalues4 WHEN s.stakind5 THEN s.stavalues5 END AS most_common_elems,
           CASE 4 WHEN s.stakind1 THEN s.stanumbers1 WHEN s.stakind2 THEN s.stanumbers2 WHEN s.stakind3 THEN s.stanumbers3
                  WHEN s.stakind4 THEN s.stanumbers4 WHEN s.stakind5 THEN s.stanumbers5 END AS most_common_elem_freqs,
           CASE 5 WHEN s.stakind1 THEN s.stanumbers1 WHEN s.stakind2 THEN s.stanumbers2 WHEN s.stakind3 THEN s.stanumbers3
                  WHEN s.stakind4 THEN s.stanumbers4 WHEN s.stakind5 THEN s.stanumbers5 END AS elem_count_histogram
    FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = s.staattnum
         LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'select')
          AND (NOT c.relrowsecurity OR NOT row_security_active(c.oid));

REVOKE ALL ON pg_statistic FROM PUBLIC;

CREATE VIEW pg_locks AS
    SELECT * FROM pg_lock_status();

CREATE VIEW pg_cursors AS
    SELECT * FROM pg_cursor();

CREATE VIEW pg_available_extensions AS
    SELECT e.name, e.default_version, x.extversion AS installed_version, e.comment
    FROM pg_available_extensions() e LEFT JOIN pg_extension x ON x.extname = e.name;

CREATE VIEW pg_available_extension_versions AS
    SELECT e.name, e.version, x.extname IS NOT NULL AS installed, e.superuser, e.trusted, e.relocatable, e.schema,
           e.requires, e.comment
    FROM pg_available_extension_versions() e
         LEFT JOIN pg_extension x ON x.extname = e.name AND x.extversion = e.version;

CREATE VIEW pg_prepared_xacts AS
    SELECT p.transaction, p.gid, p.prepared, a.rolname AS owner, d.datname AS database
    FROM pg_prepared_xact() p LEFT JOIN pg_authid a ON a.oid = p.ownerid LEFT JOIN pg_database d ON d.oid = p.dbid;

CREATE VIEW pg_prepared_statements AS
    SELECT * FROM pg_prepared_statement();

CREATE VIEW pg_settings AS
    SELECT * FROM pg_show_all_settings();

CREATE RULE pg_settings_u AS ON UPDATE TO pg_settings WHERE new.name = old.name DO
    SELECT set_config(old.name, new.setting, 'f');

CREATE RULE pg_settings_n AS ON UPDATE TO pg_settings DO INSTEAD NOTHING;

GRANT SELECT, UPDATE ON pg_settings TO PUBLIC;

CREATE VIEW pg_file_settings AS
    SELECT * FROM pg_show_all_file_settings();

REVOKE ALL ON pg_file_settings FROM PUBLIC;

CREATE VIEW pg_hba_file_rules AS
    SELECT * FROM pg_hba_file_rules();

REVOKE ALL ON pg_hba_file_rules FROM PUBLIC;

CREATE VIEW pg_ident_file_mappings AS
    SELECT * FROM pg_ident_file_mappings();

REVOKE ALL ON pg_ident_file_mappings FROM PUBLIC;

CREATE VIEW pg_timezone_abbrevs AS
    SELECT * FROM pg_timezone_abbrevs();

CREATE VIEW pg_timezone_names AS
    SELECT * FROM pg_timezone_names();

CREATE VIEW pg_config AS
    SELECT * FROM pg_config();

REVOKE ALL ON pg_config FROM PUBLIC;

CREATE VIEW pg_backend_memory_contexts AS
    SELECT * FROM pg_get_backend_memory_contexts();

REVOKE ALL ON pg_backend_memory_contexts FROM PUBLIC;

CREATE VIEW pg_user_mappings AS
    SELECT u.oid AS umid, s.oid AS srvid, s.srvname, u.umuser,
           CASE WHEN u.umuser = 0 THEN 'public'::name ELSE a.rolname END AS usename,
           CASE WHEN u.umuser <> 0 AND a.rolname = current_user
                          AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE'))
                     OR u.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE')
                     OR (SELECT rolsuper FROM pg_authid WHERE rolname = current_user)
                THEN u.umoptions END AS umoptions
    FROM pg_user_mapping u JOIN pg_foreign_server s ON s.oid = u.umserver LEFT JOIN pg_authid a ON a.oid = u.umuser;

REVOKE ALL ON pg_user_mapping FROM PUBLIC;

CREATE VIEW pg_publication_tables AS
    SELECT p.pubname, n.nspname AS schemaname, c.relname AS tablename,
           (SELECT array_agg(a.attname ORDER BY a.attnum)
            FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                  AND (a.attnum = ANY (g.attrs) OR g.attrs IS NULL)) AS attnames,
           pg_get_expr(g.qual, g.relid) AS rowfilter
    FROM pg_publication p, LATERAL pg_get_publication_tables(p.pubname) g,
         pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = g.relid;

CREATE VIEW pg_seclabels AS
    SELECT l.objoid, l.classoid, l.objsubid, 'role'::text AS objtype, NULL::oid AS objnamespace,
           quote_ident(a.rolname) AS objname, l.provider, l.label
    FROM (SELECT objoid, classoid, 0 AS objsubid, provider, label FROM pg_shseclabel) l
         JOIN pg_authid a ON a.oid = l.objoid AND l.classoid = a.tableoid
    UNION ALL
    SELECT l.objoid, l.classoid, l.objsubid,
           CASE WHEN l.objsubid <> 0 THEN 'column'
                WHEN c.relkind IN ('r', 'p') THEN 'table'
                WHEN c.relkind = 'v' THEN 'view'
                WHEN c.relkind = 'm' THEN 'materialized view'
                WHEN c.relkind = 'S' THEN 'sequence'
                WHEN c.relkind = 'f' THEN 'foreign table' END,
           c.relnamespace, c.oid::regclass::text, l.provider, l.label
    FROM pg_seclabel l JOIN pg_class c ON c.oid = l.objoid AND l.classoid = c.tableoid
    UNION ALL
    SELECT l.objoid, l.classoid, l.objsubid, 'schema', n.oid, quote_ident(n.nspname), l.provider, l.label
    FROM pg_seclabel l JOIN pg_namespace n ON n.oid = l.objoid AND l.classoid = n.tableoid;

CREATE VIEW pg_stat_activity AS
    SELECT s.datid, d.datname, s.pid, s.leader_pid, s.usesysid, a.rolname AS usename, s.application_name, s.client_addr,
           s.client_hostname, s.client_port, s.backend_start, s.xact_start, s.query_start, s.state_change,
           s.wait_event_type, s.wait_event, s.state, s.backend_xid, s.backend_xmin, s.query_id, s.query, s.backend_type
    FROM pg_stat_get_activity(NULL) s LEFT JOIN pg_database d ON d.oid = s.datid
         LEFT JOIN pg_authid a ON a.oid = s.usesysid;

CREATE VIEW pg_stat_ssl AS
    SELECT pid, ssl, sslversion AS version, sslcipher AS cipher, sslbits AS bits, ssl_client_dn AS client_dn,
           ssl_client_serial AS client_serial, ssl_issuer_dn AS issuer_dn
    FROM pg_stat_get_activity(NULL)
    WHERE client_port IS NOT NULL;

CREATE VIEW pg_stat_gssapi AS
    SELECT pid, gss_auth AS gss_authenticated, gss_princ AS principal, gss_enc AS encrypted
    FROM pg_stat_get_activity(NULL)
    WHERE client_port IS NOT NULL;

CREATE VIEW pg_stat_replication AS
    SELECT s.pid, s.usesysid, a.rolname AS usename, s.application_name, s.client_addr, s.client_hostname, s.client_port,
           s.backend_start, s.backend_xmin, w.state, w.sent_lsn, w.write_lsn, w.flush_lsn, w.replay_lsn, w.write_lag,
           w.flush_lag, w.replay_lag, w.sync_priority, w.sync_state, w.reply_time
    FROM pg_stat_get_activity(NULL) s JOIN pg_stat_get_wal_senders() w ON w.pid = s.pid
         LEFT JOIN pg_authid a ON a.oid = s.usesysid;

CREATE VIEW pg_stat_wal_receiver AS
    SELECT * FROM pg_stat_get_wal_receiver() w WHERE w.pid IS NOT NULL;

CREATE VIEW pg_replication_slots AS
    SELECT r.slot_name, r.plugin, r.slot_type, r.datoid, d.datname AS database, r.temporary, r.active, r.active_pid,
           r.xmin, r.catalog_xmin, r.restart_lsn, r.confirmed_flush_lsn, r.wal_status, r.safe_wal_size, r.two_phase
    FROM pg_get_replication_slots() r LEFT JOIN pg_database d ON d.oid = r.datoid;

CREATE VIEW pg_stat_all_tables AS
    SELECT c.oid AS relid, n.nspname AS schemaname, c.relname,
           pg_stat_get_numscans(c.oid) AS seq_scan, pg_stat_get_tuples_returned(c.oid) AS seq_tup_read,
           (SELECT sum(pg_stat_get_numscans(i.indexrelid)) FROM pg_index i WHERE i.indrelid = c.oid)::bigint AS idx_scan,
           (SELECT sum(pg_stat_get_tuples_fetched(i.indexrelid)) FROM pg_index i WHERE i.indrelid = c.oid)::bigint
               + pg_stat_get_tuples_fetched(c.oid) AS idx_tup_fetch,
           pg_stat_get_tuples_inserted(c.oid) AS n_tup_ins, pg_stat_get_tuples_updated(c.oid) AS n_tup_upd,
           pg_stat_get_tuples_deleted(c.oid) AS n_tup_del, pg_stat_get_tuples_hot_updated(c.oid) AS n_tup_hot_upd,
           pg_stat_get_live_tuples(c.oid) AS n_live_tup, pg_stat_get_dead_tuples(c.oid) AS n_dead_tup,
           pg_stat_get_mod_since_analyze(c.oid) AS n_mod_since_analyze,
           pg_stat_get_ins_since_vacuum(c.oid) AS n_ins_since_vacuum,
           pg_stat_get_last_vacuum_time(c.oid) AS last_vacuum, pg_stat_get_last_autovacuum_time(c.oid) AS last_autovacuum,
           pg_stat_get_last_analyze_time(c.oid) AS last_analyze,
           pg_stat_get_last_autoanalyze_time(c.oid) AS last_autoanalyze,
           pg_stat_get_vacuum_count(c.oid) AS vacuum_count, pg_stat_get_autovacuum_count(c.oid) AS autovacuum_count,
           pg_stat_get_analyze_count(c.oid) AS analyze_count, pg_stat_get_autoanalyze_count(c.oid) AS autoanalyze_count
    FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 't', 'm', 'p');

CREATE VIEW pg_stat_sys_tables AS
    SELECT * FROM pg_stat_all_tables
    WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

CREATE VIEW pg_stat_user_tables AS
    SELECT * FROM pg_stat_all_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

CREATE VIEW pg_stat_xact_all_tables AS
    SELECT c.oid AS relid, n.nspname AS schemaname, c.relname,
           pg_stat_get_xact_numscans(c.oid) AS seq_scan, pg_stat_get_xact_tuples_returned(c.oid) AS seq_tup_read,
           (SELECT sum(pg_stat_get_xact_numscans(i.indexrelid)) FROM pg_index i WHERE i.indrelid = c.oid)::bigint AS idx_scan,
           (SELECT sum(pg_stat_get_xact_tuples_fetched(i.indexrelid)) FROM pg_index i WHERE i.indrelid = c.oid)::bigint
               + pg_stat_get_xact_tuples_fetched(c.oid) AS idx_tup_fetch,
           pg_stat_get_xact_tuples_inserted(c.oid) AS n_tup_ins, pg_stat_get_xact_tuples_updated(c.oid) AS n_tup_upd,
           pg_stat_get_xact_tuples_deleted(c.oid) AS n_tup_del,
           pg_stat_get_xact_tuples_hot_updated(c.oid) AS n_tup_hot_upd
    FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 't', 'm', 'p');

CREATE VIEW pg_stat_xact_sys_tables AS
    SELECT * FROM pg_stat_xact_all_tables
    WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

CREATE VIEW pg_stat_xact_user_tables AS
    SELECT * FROM pg_stat_xact_all_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

CREATE VIEW pg_statio_all_tables AS
    SELECT c.oid AS relid, n.nspname AS schemaname, c.relname,
           pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid) AS heap_blks_read,
           pg_stat_get_blocks_hit(c.oid) AS heap_blks_hit,
           (SELECT sum(pg_stat_get_blocks_fetched(i.indexrelid) - pg_stat_get_blocks_hit(i.indexrelid))
            FROM pg_index i WHERE i.indrelid = c.oid)::bigint AS idx_blks_read,
           (SELECT sum(pg_stat_get_blocks_hit(i.indexrelid))
            FROM pg_index i WHERE i.indrelid = c.oid)::bigint AS idx_blks_hit,
           pg_stat_get_blocks_fetched(t.oid) - pg_stat_get_blocks_hit(t.oid) AS toast_blks_read,
           pg_stat_get_blocks_hit(t.oid) AS toast_blks_hit,
           (SELECT sum(pg_stat_get_blocks_fetched(i.indexrelid) - pg_stat_get_blocks_hit(i.indexrelid))
            FROM pg_index i WHERE i.indrelid = t.oid)::bigint AS tidx_blks_read,
           (SELECT sum(pg_stat_get_blocks_hit(i.indexrelid))
            FROM pg_index i WHERE i.indrelid = t.oid)::bigint AS tidx_blks_hit
    FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
         LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 't', 'm');

CREATE VIEW pg_statio_sys_tables AS
    SELECT * FROM pg_statio_all_tables
    WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

CREATE VIEW pg_statio_user_tables AS
    SELECT * FROM pg_statio_all_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

CREATE VIEW pg_stat_all_indexes AS
    SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname,
           pg_stat_get_numscans(i.oid) AS idx_scan, pg_stat_get_tuples_returned(i.oid) AS idx_tup_read,
           pg_stat_get_tuples_fetched(i.oid) AS idx_tup_fetch
    FROM pg_class c JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
         LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 't', 'm');

CREATE VIEW pg_stat_sys_indexes AS
    SELECT * FROM pg_stat_all_indexes
    WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

CREATE VIEW pg_stat_user_indexes AS
    SELECT * FROM pg_stat_all_indexes
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

CREATE VIEW pg_statio_all_indexes AS
    SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname,
           pg_stat_get_blocks_fetched(i.oid) - pg_stat_get_blocks_hit(i.oid) AS idx_blks_read,
           pg_stat_get_blocks_hit(i.oid) AS idx_blks_hit
    FROM pg_class c JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
         LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 't', 'm');

CREATE VIEW pg_statio_sys_indexes AS
    SELECT * FROM pg_statio_all_indexes
    WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

CREATE VIEW pg_statio_user_indexes AS
    SELECT * FROM pg_statio_all_indexes
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

CREATE VIEW pg_statio_all_sequences AS
    SELECT c.oid AS relid, n.nspname AS schemaname, c.relname,
           pg_stat_get_blocks_fetched(c.oid) - pg_stat_get_blocks_hit(c.oid) AS blks_read,
           pg_stat_get_blocks_hit(c.oid) AS blks_hit
    FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S';

CREATE VIEW pg_statio_sys_sequences AS
    SELECT * FROM pg_statio_all_sequences
    WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

CREATE VIEW pg_statio_user_sequences AS
    SELECT * FROM pg_statio_all_sequences
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

CREATE VIEW pg_stat_database AS
    SELECT d.oid AS datid, d.datname,
           CASE d.oid WHEN 0 THEN 0 ELSE pg_stat_get_db_numbackends(d.oid) END AS numbackends,
           pg_stat_get_db_xact_commit(d.oid) AS xact_commit, pg_stat_get_db_xact_rollback(d.oid) AS xact_rollback,
           pg_stat_get_db_blocks_fetched(d.oid) - pg_stat_get_db_blocks_hit(d.oid) AS blks_read,
           pg_stat_get_db_blocks_hit(d.oid) AS blks_hit, pg_stat_get_db_tuples_returned(d.oid) AS tup_returned,
           pg_stat_get_db_tuples_fetched(d.oid) AS tup_fetched, pg_stat_get_db_tuples_inserted(d.oid) AS tup_inserted,
           pg_stat_get_db_tuples_updated(d.oid) AS tup_updated, pg_stat_get_db_tuples_deleted(d.oid) AS tup_deleted,
           pg_stat_get_db_conflict_all(d.oid) AS conflicts, pg_stat_get_db_temp_files(d.oid) AS temp_files,
           pg_stat_get_db_temp_bytes(d.oid) AS temp_bytes, pg_stat_get_db_deadlocks(d.oid) AS deadlocks,
           pg_stat_get_db_checksum_failures(d.oid) AS checksum_failures,
           pg_stat_get_db_checksum_last_failure(d.oid) AS checksum_last_failure,
           pg_stat_get_db_blk_read_time(d.oid) AS blk_read_time, pg_stat_get_db_blk_write_time(d.oid) AS blk_write_time,
           pg_stat_get_db_session_time(d.oid) AS session_time, pg_stat_get_db_active_time(d.oid) AS active_time,
           pg_stat_get_db_idle_in_transaction_time(d.oid) AS idle_in_transaction_time,
           pg_stat_get_db_sessions(d.oid) AS sessions, pg_stat_get_db_sessions_abandoned(d.oid) AS sessions_abandoned,
           pg_stat_get_db_sessions_fatal(d.oid) AS sessions_fatal,
           pg_stat_get_db_sessions_killed(d.oid) AS sessions_killed, pg_stat_get_db_stat_reset_time(d.oid) AS stats_reset
    FROM (SELECT 0::oid AS oid, NULL::name AS datname UNION ALL SELECT oid, datname FROM pg_database) d;

CREATE VIEW pg_stat_database_conflicts AS
    SELECT d.oid AS datid, d.datname, pg_stat_get_db_conflict_tablespace(d.oid) AS confl_tablespace,
           pg_stat_get_db_conflict_lock(d.oid) AS confl_lock, pg_stat_get_db_conflict_snapshot(d.oid) AS confl_snapshot,
           pg_stat_get_db_conflict_bufferpin(d.oid) AS confl_bufferpin,
           pg_stat_get_db_conflict_startup_deadlock(d.oid) AS confl_deadlock
    FROM pg_database d;

CREATE VIEW pg_stat_user_functions AS
    SELECT p.oid AS funcid, n.nspname AS schemaname, p.proname AS funcname, pg_stat_get_function_calls(p.oid) AS calls,
           pg_stat_get_function_total_time(p.oid) AS total_time, pg_stat_get_function_self_time(p.oid) AS self_time
    FROM pg_proc p LEFT JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prolang <> 12 AND pg_stat_get_function_calls(p.oid) IS NOT NULL;

CREATE VIEW pg_stat_xact_user_functions AS
    SELECT p.oid AS funcid, n.nspname AS schemaname, p.proname AS funcname,
           pg_stat_get_xact_function_calls(p.oid) AS calls, pg_stat_get_xact_function_total_time(p.oid) AS total_time,
           pg_stat_get_xact_function_self_time(p.oid) AS self_time
    FROM pg_proc p LEFT JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prolang <> 12 AND pg_stat_get_xact_function_calls(p.oid) IS NOT NULL;

CREATE VIEW pg_stat_archiver AS
    SELECT * FROM pg_stat_get_archiver();

CREATE VIEW pg_stat_bgwriter AS
    SELECT pg_stat_get_bgwriter_timed_checkpoints() AS checkpoints_timed,
           pg_stat_get_bgwriter_requested_checkpoints() AS checkpoints_req,
           pg_stat_get_checkpoint_write_time() AS checkpoint_write_time,
           pg_stat_get_checkpoint_sync_time() AS checkpoint_sync_time,
           pg_stat_get_bgwriter_buf_written_checkpoints() AS buffers_checkpoint,
           pg_stat_get_bgwriter_buf_written_clean() AS buffers_clean,
           pg_stat_get_bgwriter_maxwritten_clean() AS maxwritten_clean, pg_stat_get_buf_written_backend() AS buffers_backend,
           pg_stat_get_buf_fsync_backend() AS buffers_backend_fsync, pg_stat_get_buf_alloc() AS buffers_alloc,
           pg_stat_get_bgwriter_stat_reset_time() AS stats_reset;

CREATE VIEW pg_stat_wal AS
    SELECT * FROM pg_stat_get_wal();

CREATE VIEW pg_stat_progress_analyze AS
    SELECT p.pid, p.datid, d.datname, p.relid,
           CASE p.param1 WHEN 0 THEN 'initializing' WHEN 1 THEN 'acquiring sample rows'
                         WHEN 2 THEN 'acquiring inherited sample rows' WHEN 3 THEN 'computing statistics'
                         WHEN 4 THEN 'computing extended statistics' WHEN 5 THEN 'finalizing analyze' END AS phase,
           p.param2 AS sample_blks_total, p.param3 AS sample_blks_scanned, p.param4 AS ext_stats_total,
           p.param5 AS ext_stats_computed, p.param6 AS child_tables_total, p.param7 AS child_tables_done,
           p.param8::oid AS current_child_table_relid
    FROM pg_stat_get_progress_info('ANALYZE') p LEFT JOIN pg_database d ON d.oid = p.datid;

CREATE VIEW pg_stat_progress_copy AS
    SELECT p.pid, p.datid, d.datname, p.relid,
           CASE p.param5 WHEN 1 THEN 'COPY FROM' WHEN 2 THEN 'COPY TO' END AS command,
           CASE p.param6 WHEN 1 THEN 'FILE' WHEN 2 THEN 'PROGRAM' WHEN 3 THEN 'PIPE' WHEN 4 THEN 'CALLBACK' END AS type,
           p.param1 AS bytes_processed, p.param2 AS bytes_total, p.param3 AS tuples_processed,
           p.param4 AS tuples_excluded
    FROM pg_stat_get_progress_info('COPY') p LEFT JOIN pg_database d ON d.oid = p.datid;
