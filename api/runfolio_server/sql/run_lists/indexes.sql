-- add_order_uses: $1 project ids, $2 fields, $3 uses since the last time
-- In the order of the key, so that two servers that write at once do not wait for each other in a circle.
INSERT INTO run_order_use AS o (project_id, field, uses)
SELECT project_id, field, uses
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS u (project_id, field, uses)
JOIN projects USING (project_id)
ORDER BY project_id, field
ON CONFLICT (project_id, field) DO UPDATE
SET uses = o.uses + excluded.uses, last_used_at = excluded.last_used_at;

-- select_order_indexes: → OrderIndexRow*
-- PostgreSQL's estimate of the runs in each, null where it has none: where runs are distributed it knows of no shard.
SELECT c.relname::text, i.indisvalid, CASE WHEN c.reltuples > 0 THEN c.reltuples::bigint END
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid = 'runs'::regclass AND starts_with(c.relname::text, 'run_order_')
ORDER BY c.relname;

-- select_used_orders: $1 days since the last use, at most, $2 least uses, $3 least runs ever made in the project, $4 limit → UsedOrderRow*
-- The most used first.
SELECT o.project_id, o.field
FROM run_order_use AS o
JOIN projects AS p USING (project_id)
WHERE p.run_counter >= $3
  AND o.last_used_at > now() - make_interval(days => $1)
  AND o.uses >= $2
ORDER BY o.uses DESC, o.last_used_at DESC, o.project_id, o.field
LIMIT $4;

-- select_index_builds: → CountRow
-- Indexes on runs under construction, by whomever. Where runs are distributed the progress is that of shards, elsewhere:
-- there the statement of another worker tells.
SELECT count(*)
FROM pg_stat_activity AS a
LEFT JOIN pg_stat_progress_create_index AS p ON p.pid = a.pid
WHERE p.relid = 'runs'::regclass
  OR (a.datname = current_database() AND a.state = 'active' AND a.query LIKE '-- create\_order\_index:%');

-- forget_order_uses: $1 days since the last use, $2 most fields of a project to remember
DELETE FROM run_order_use AS o
USING (
  SELECT project_id, field, row_number() OVER (PARTITION BY project_id ORDER BY uses DESC, last_used_at DESC) AS place
  FROM run_order_use
) AS u
WHERE u.project_id = o.project_id AND u.field = o.field
  AND (o.last_used_at < now() - make_interval(days => $1) OR u.place > $2);
