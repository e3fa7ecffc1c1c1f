-- delete_runs: $1 run ids → RunIdRow*
-- Idempotent: a deleted run keeps the time of its deletion. Its name stays taken.
UPDATE runs
SET deleted_at = now(), updated_at = now()
WHERE run_id = ANY ($1::uuid[]) AND deleted_at IS NULL
RETURNING run_id;

-- insert_run_deletions: $1 run ids, $2 user id, $3 whether their artifacts go with them
-- In the transaction that has deleted them.
INSERT INTO run_deletion (run_id, project_id, deleted_at, deleted_by, with_artifacts)
SELECT r.run_id, r.project_id, r.deleted_at, $2::bigint, $3::boolean
FROM runs AS r
WHERE r.run_id = ANY ($1::uuid[]) AND r.deleted_at IS NOT NULL
ON CONFLICT (run_id) DO NOTHING;

-- take_run_deletions: $1 project id, $2 run ids → RunIdRow*
-- Of runs that can come back. The caller holds the runs.
DELETE FROM run_deletion
WHERE project_id = $1 AND run_id = ANY ($2::uuid[]) AND purge_began_at IS NULL AND moved_to IS NULL
RETURNING run_id;

-- undelete_runs: $1 run ids → UndeletedRunRow*
UPDATE runs
SET deleted_at = NULL, updated_at = now()
WHERE run_id = ANY ($1::uuid[]) AND deleted_at IS NOT NULL
RETURNING run_id, name;

-- select_deleted_run: $1 run id, $2 viewer → RunDeletionRow
SELECT g.run_id, g.project_id, p.name, r.name, r.display_name, r.state, g.deleted_at, g.deleted_by,
  g.with_artifacts, g.moved_to, g.purge_began_at, g.purged_at, g.freed_bytes
FROM run_deletion AS g
JOIN runs AS r ON r.run_id = g.run_id
JOIN projects AS p ON p.project_id = r.project_id
WHERE g.run_id = $1 AND {{may ? run r in p $2}};

-- select_deleted_runs: $1 project id, $2 run ids → RunDeletionRow*, in one snapshot
-- The caller has found the project.
SELECT g.run_id, g.project_id, p.name, r.name, r.display_name, r.state, g.deleted_at, g.deleted_by,
  g.with_artifacts, g.moved_to, g.purge_began_at, g.purged_at, g.freed_bytes
FROM run_deletion AS g
JOIN runs AS r ON r.run_id = g.run_id
JOIN projects AS p ON p.project_id = r.project_id
WHERE g.project_id = $1 AND g.run_id = ANY ($2::uuid[])
ORDER BY r.name;

-- select_run_paths: $1 run ids, $2 viewer → RunPathRow*
SELECT r.run_id, e.name, p.name, r.name
FROM runs AS r
JOIN projects AS p USING (project_id)
JOIN entities AS e USING (entity_id)
WHERE r.run_id = ANY ($1::uuid[]) AND r.deleted_at IS NULL AND {{may read run r in p $2}};

-- select_deleted_runs_page: $1 project id, $2 deleted before or null, $3 before run id, $4 limit → RunDeletionRow*, in one snapshot
-- Those that were deleted last come first.
SELECT g.run_id, g.project_id, p.name, r.name, r.display_name, r.state, g.deleted_at, g.deleted_by,
  g.with_artifacts, g.moved_to, g.purge_began_at, g.purged_at, g.freed_bytes
FROM run_deletion AS g
JOIN runs AS r ON r.run_id = g.run_id
JOIN projects AS p ON p.project_id = r.project_id
WHERE g.project_id = $1 AND ($2::timestamptz IS NULL OR (g.deleted_at, g.run_id) < ($2, $3::uuid))
ORDER BY g.deleted_at DESC, g.run_id DESC
LIMIT $4;

-- count_deleted_runs: $1 project id → CountRow
SELECT count(*)
FROM run_deletion
WHERE project_id = $1;
