-- select_server_version: → ServerVersionRow
SELECT current_setting('server_version_num')::int;

-- take_migration_lock: $1 lock number
SELECT pg_advisory_xact_lock($1);
