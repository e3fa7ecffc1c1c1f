-- insert_use: $1 run id, $2 artifact id, $3 direction, $4 what the run calls it or null
-- Idempotent: an edge that is there stays, but for what the run calls it, when that is told.
INSERT INTO artifact_use AS u (run_id, artifact_id, direction, used_as)
VALUES ($1, $2, $3, $4)
ON CONFLICT (run_id, artifact_id, direction) DO UPDATE
SET used_as = excluded.used_as
WHERE excluded.used_as IS NOT NULL;

-- insert_uses_of_same: $1 artifact id, $2 id of the version that it is
-- Whoever logged the one has logged the other. Idempotent; edges of the first stay, and nobody sees them.
INSERT INTO artifact_use (run_id, artifact_id, direction, used_as, at)
SELECT u.run_id, $2, u.direction, u.used_as, u.at
FROM artifact_use AS u
WHERE u.artifact_id = $1
ON CONFLICT (run_id, artifact_id, direction) DO NOTHING;

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

-- select_artifact_users_page: $1 artifact id, $2 viewer, $3 after this time or null, $4 and this run id or null, $5 limit → UseRow*, in one snapshot
-- The runs that used it, as far as the viewer sees them, in the order of time.
SELECT u.run_id, u.artifact_id, u.direction, u.used_as, u.at
FROM artifact_use AS u
JOIN runs AS r USING (run_id)
JOIN projects AS p ON p.project_id = r.project_id
WHERE u.artifact_id = $1 AND u.direction = 'input'
  AND ($3::timestamptz IS NULL OR (u.at, u.run_id) > ($3, $4::uuid))
  AND {{may read content p $2}}
  AND r.deleted_at IS NULL
ORDER BY u.at, u.run_id
LIMIT $5;

-- count_artifact_users: $1 artifact id, $2 viewer → CountRow, in one snapshot
SELECT count(*)
FROM artifact_use AS u
JOIN runs AS r USING (run_id)
JOIN projects AS p ON p.project_id = r.project_id
WHERE u.artifact_id = $1 AND u.direction = 'input' AND {{may read content p $2}} AND r.deleted_at IS NULL;

-- select_uses_of_artifacts: $1 artifact ids, $2 direction or null, $3 viewer, $4 limit → UseRow*, in one snapshot
-- Those by runs that the viewer sees, in the order of time.
SELECT u.run_id, u.artifact_id, u.direction, u.used_as, u.at
FROM artifact_use AS u
JOIN runs AS r USING (run_id)
JOIN projects AS p ON p.project_id = r.project_id
WHERE u.artifact_id = ANY ($1::bigint[])
  AND ($2::text IS NULL OR u.direction = $2)
  AND {{may read content p $3}}
  AND r.deleted_at IS NULL
ORDER BY u.at, u.run_id, u.artifact_id, u.direction
LIMIT $4;
