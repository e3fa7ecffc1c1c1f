-- select_known_runs: $1 run ids → OwnerIdRow*
SELECT run_id AS owner_id
FROM runs
WHERE run_id = ANY ($1::uuid[])
ORDER BY run_id;

-- select_used_run_objects: $1 run ids, $2 object keys of these runs → UsedKeyRow*, in one snapshot
-- Those that a row refers to. As arrays, so that the files of a run are read once for all of its keys.
SELECT f.object_key
FROM run_files AS f
WHERE f.run_id = ANY ($1::uuid[]) AND f.object_key = ANY ($2::text[])
UNION ALL
SELECT h.object_key
FROM history_file AS h
WHERE h.run_id = ANY ($1::uuid[]) AND h.object_key = ANY ($2::text[])
ORDER BY 1;

-- select_run_that_takes_files: $1 run id, $2 viewer → OwnerIdRow
-- No row for a deleted run, nor for one of a deleted project, nor for one to which the viewer may not log.
SELECT r.run_id AS owner_id
FROM runs AS r
JOIN projects AS p USING (project_id)
WHERE r.run_id = $1 AND r.deleted_at IS NULL AND {{may log run r in p $2}};

-- select_readable_run_object: $1 run id, $2 name of the file, $3 object key, $4 viewer → ReadableObjectRow
-- No row when the viewer may not read the run, when the project, the run or the file is deleted, or the file has other bytes by now.
SELECT p.entity_id, p.visibility, r.created_by, true AS is_file
FROM runs AS r
JOIN projects AS p USING (project_id)
JOIN run_files AS f USING (run_id)
WHERE r.run_id = $1 AND r.deleted_at IS NULL AND {{may read run r in p $4}} AND f.name = $2 AND f.object_key = $3
UNION ALL
SELECT p.entity_id, p.visibility, r.created_by, false AS is_file
FROM runs AS r
JOIN projects AS p USING (project_id)
JOIN history_file AS h USING (run_id)
WHERE r.run_id = $1 AND r.deleted_at IS NULL AND {{may read run r in p $4}} AND h.object_key = $3;

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
