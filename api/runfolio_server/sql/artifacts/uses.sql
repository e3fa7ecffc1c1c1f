-- insert_use: $1 run id, $2 artifact id, $3 direction, $4 what the run calls it or null
-- Idempotent: an edge that is there stays, but for what the run calls it, when that is told.
INSERT INTO artifact_use AS u (run_id, artifact_id, direction, used_as)
VALUES ($1, $2, $3, $4)
ON CONFLICT (run_id, artifact_id, direction) DO UPDATE
SET used_as = excluded.used_as
WHERE excluded.used_as IS NOT NULL;

-- select_uses_of_run: $1 run id, $2 direction → UseRow*
-- All of them in the order of time, deleted artifacts included; the caller has seen the run.
SELECT u.run_id, u.artifact_id, u.direction, u.used_as, u.at
FROM artifact_use AS u
WHERE u.run_id = $1 AND u.direction = $2
ORDER BY u.at, u.artifact_id;

-- select_uses_of_runs: $1 run ids, $2 limit → UseRow*
SELECT u.run_id, u.artifact_id, u.direction, u.used_as, u.at
FROM artifact_use AS u
WHERE u.run_id = ANY ($1::uuid[])
ORDER BY u.run_id, u.at, u.artifact_id, u.direction
LIMIT $2;

-- select_uses_of_artifacts: $1 artifact ids, $2 direction or null, $3 viewer, $4 limit → UseRow*, in one snapshot
-- Those by runs that the viewer sees, in the order of time.
SELECT u.run_id, u.artifact_id, u.direction, u.used_as, u.at
FROM artifact_use AS u
JOIN runs AS r USING (run_id)
JOIN projects AS p ON p.project_id = r.project_id
WHERE u.artifact_id = ANY ($1::bigint[])
  AND ($2::text IS NULL OR u.direction = $2)
  AND {{may read project p $3}}
  AND r.deleted_at IS NULL
ORDER BY u.at, u.run_id, u.artifact_id, u.direction
LIMIT $4;
