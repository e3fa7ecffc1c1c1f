-- select_citus: → CitusRow
SELECT e.extversion, a.name IS NOT NULL
FROM (VALUES ('citus')) AS c (name)
LEFT JOIN pg_extension AS e ON e.extname = c.name
LEFT JOIN pg_available_extensions AS a ON a.name = c.name;

-- select_machines: → MachineRow*
SELECT n.nodename || ':' || n.nodeport, n.groupid = 0, n.shouldhaveshards
FROM pg_catalog.pg_dist_node AS n
WHERE n.noderole::text = 'primary' AND n.isactive
ORDER BY n.groupid;

-- select_servers: $1 application names → ServerRow*
-- From where servers and workers are connected to this database.
SELECT coalesce(host(a.client_addr), 'this machine'), count(*)::int
FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.application_name = ANY ($1::text[])
GROUP BY a.client_addr
ORDER BY a.client_addr;

-- select_sizes: $1 tables → TableSizeRow*
-- Of what lies on this machine itself. The rows are an estimate, and -1 where PostgreSQL has none yet.
SELECT c.relname::text, c.reltuples::bigint, pg_size_pretty(pg_total_relation_size(c.oid)), pg_relation_size(c.oid) > 0
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname = ANY ($1::text[]);

-- hold_migration_lock: $1 lock number → HeldRow
-- Until the connection ends.
SELECT pg_try_advisory_lock($1);
