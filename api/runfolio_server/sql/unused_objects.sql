-- claim_object_sweep: $1 prefix, $2 seconds of the lease → SweepRow
-- No row while another worker is at it, or nothing is due.
INSERT INTO object_sweep AS s (prefix, due_at)
VALUES ($1, now() + $2::float8 * interval '1 second')
ON CONFLICT (prefix) DO UPDATE
SET due_at = excluded.due_at
WHERE s.due_at <= now()
RETURNING s.after_key;

-- move_object_sweep: $1 prefix, $2 the last key looked at or null for the first, $3 seconds until somebody may go on
UPDATE object_sweep
SET after_key = $2, due_at = now() + $3::float8 * interval '1 second'
WHERE prefix = $1;

-- select_used_keys: $1 run ids, $2 object keys of these runs → UsedKeyRow*
-- Those that a row refers to. As arrays, so that the files of a run are read once for all of its keys.
SELECT f.object_key
FROM run_files AS f
WHERE f.run_id = ANY ($1::uuid[]) AND f.object_key = ANY ($2::text[])
UNION ALL
SELECT h.object_key
FROM history_file AS h
WHERE h.run_id = ANY ($1::uuid[]) AND h.object_key = ANY ($2::text[])
ORDER BY 1;

-- insert_unused_objects: $1 run ids, $2 object keys, $3 sizes
-- Only of runs that are known here: a run is never forgotten, so what is of another run is not ours to judge. An object
-- that came back after its deletion, by a late upload, waits again.
INSERT INTO unused_object AS u (run_id, object_key, size)
SELECT o.run_id, o.object_key, o.size
FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS o (run_id, object_key, size)
JOIN runs AS r USING (run_id)
ON CONFLICT (run_id, object_key) DO UPDATE
SET found_at = now(), deleted_at = NULL
WHERE u.deleted_at IS NOT NULL;

-- select_unused_objects: $1 seconds since they were found, $2 limit → UnusedObjectRow*
SELECT run_id, object_key
FROM unused_object
WHERE deleted_at IS NULL AND found_at < now() - $1::float8 * interval '1 second'
ORDER BY found_at, run_id, object_key
LIMIT $2;

-- delete_used_objects: $1 run ids, $2 object keys
-- Those that were given to a file just when they were found.
DELETE FROM unused_object
WHERE run_id = ANY ($1::uuid[]) AND object_key = ANY ($2::text[]) AND deleted_at IS NULL;

-- mark_objects_deleted: $1 run ids, $2 object keys → SizeRow*
-- Idempotent: of two workers one gets the row.
UPDATE unused_object
SET deleted_at = now()
WHERE run_id = ANY ($1::uuid[]) AND object_key = ANY ($2::text[]) AND deleted_at IS NULL
RETURNING size;

-- forget_deleted_objects: $1 days since their deletion
DELETE FROM unused_object
WHERE deleted_at < now() - $1::int * interval '1 day';

-- select_runs_with_obsolete_files: $1 days since the deletion of the run, $2 limit → DeletedRunRow*
SELECT r.run_id
FROM (SELECT run_id FROM history_export UNION SELECT run_id FROM history_file) AS e
JOIN runs AS r USING (run_id)
WHERE r.deleted_at < now() - $1::int * interval '1 day'
ORDER BY r.run_id
LIMIT $2;

-- delete_history_files: $1 run ids
-- Their objects are then unused.
DELETE FROM history_file
WHERE run_id = ANY ($1::uuid[]);

-- delete_history_exports: $1 run ids
DELETE FROM history_export
WHERE run_id = ANY ($1::uuid[]);

-- add_swept_objects: $1 objects, $2 bytes
INSERT INTO counters AS c (name, value)
VALUES ('swept_bytes', $2), ('swept_objects', $1)
ON CONFLICT (name) DO UPDATE
SET value = c.value + excluded.value;

-- select_sweep_status: no parameters → SweepStatusRow
SELECT count(*), coalesce(sum(u.size), 0)::bigint,
  coalesce((SELECT c.value FROM counters AS c WHERE c.name = 'swept_objects'), 0),
  coalesce((SELECT c.value FROM counters AS c WHERE c.name = 'swept_bytes'), 0)
FROM unused_object AS u
WHERE u.deleted_at IS NULL;
