-- add_order_uses: $1 project ids, $2 fields, $3 uses since the last time
-- In the order of the key, so that two servers that write at once do not wait for each other in a circle.
INSERT INTO run_order_use AS o (project_id, field, uses)
SELECT project_id, field, uses
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS u (project_id, field, uses)
JOIN projects USING (project_id)
ORDER BY project_id, field
ON CONFLICT (project_id, field) DO UPDATE
SET uses = o.uses + excluded.uses, last_used_at = now();

-- select_order_indexes: → OrderIndexRow*
SELECT c.relname::text, i.indisvalid, greatest(c.reltuples, 0)::bigint
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid = 'runs'::regclass AND starts_with(c.relname::text, 'run_order_')
ORDER BY c.relname;

-- select_used_orders: $1 days since the last use, at most, $2 least uses, $3 least runs of the project, $4 limit → UsedOrderRow*
-- The most used first.
SELECT o.project_id, o.field
FROM run_order_use AS o
WHERE o.last_used_at > now() - make_interval(days => $1)
  AND o.uses >= $2
  AND $3 <= (
    SELECT count(*)
    FROM (SELECT FROM runs AS r WHERE r.project_id = o.project_id AND r.deleted_at IS NULL LIMIT $3) AS found
  )
ORDER BY o.uses DESC, o.last_used_at DESC, o.project_id, o.field
LIMIT $4;

-- select_index_builds: → CountRow
-- Indexes on runs under construction, by whomever.
SELECT count(*)
FROM pg_stat_progress_create_index
WHERE relid = 'runs'::regclass;

-- forget_order_uses: $1 days since the last use, $2 most fields of a project to remember
DELETE FROM run_order_use AS o
USING (
  SELECT project_id, field, row_number() OVER (PARTITION BY project_id ORDER BY uses DESC, last_used_at DESC) AS place
  FROM run_order_use
) AS u
WHERE u.project_id = o.project_id AND u.field = o.field
  AND (o.last_used_at < now() - make_interval(days => $1) OR u.place > $2);
