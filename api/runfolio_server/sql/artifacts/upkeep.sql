-- select_expired_artifacts: $1 artifact ids to choose among or null for all, $2 limit → ArtifactIdRow*
SELECT a.artifact_id
FROM artifact AS a
WHERE a.state = 'COMMITTED' AND a.expires_at <= now() AND ($1::bigint[] IS NULL OR a.artifact_id = ANY ($1))
ORDER BY a.expires_at, a.artifact_id
LIMIT $2;

-- select_abandoned_artifacts: $1 artifact ids to choose among or null for all, $2 limit, $3 days without a sign of their upload → ArtifactIdRow*
SELECT a.artifact_id
FROM artifact AS a
WHERE a.state = 'PENDING'
  AND a.updated_at < now() - $3::int * interval '1 day'
  AND ($1::bigint[] IS NULL OR a.artifact_id = ANY ($1))
ORDER BY a.updated_at, a.artifact_id
LIMIT $2;

-- select_logged_artifacts: $1 artifact ids to choose among or null for all, $2 limit, $3 run id → ArtifactIdRow*
-- What a run first logged, committed or not.
SELECT a.artifact_id
FROM artifact AS a
WHERE a.logged_by = $3 AND a.state <> 'DELETED' AND ($1::bigint[] IS NULL OR a.artifact_id = ANY ($1))
ORDER BY a.artifact_id
LIMIT $2;

-- select_artifacts_of_purged_projects: $1 artifact ids to choose among or null for all, $2 limit → ArtifactIdRow*
-- Of projects that cannot come back.
SELECT a.artifact_id
FROM projects AS p
JOIN artifact_collection AS c USING (project_id)
JOIN artifact AS a USING (collection_id)
WHERE p.purge_began_at IS NOT NULL AND a.state <> 'DELETED' AND ($1::bigint[] IS NULL OR a.artifact_id = ANY ($1))
ORDER BY a.artifact_id
LIMIT $2;

-- select_artifacts_to_empty: $1 limit → ArtifactIdRow*
-- Deleted ones that still have entries.
SELECT a.artifact_id
FROM artifact AS a
WHERE a.state = 'DELETED' AND a.emptied_at IS NULL
ORDER BY a.artifact_id
LIMIT $1;

-- set_emptied: $1 artifact ids
UPDATE artifact
SET emptied_at = now()
WHERE artifact_id = ANY ($1::bigint[]) AND state = 'DELETED';
