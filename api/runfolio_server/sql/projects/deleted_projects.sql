-- delete_project: $1 project id
-- Idempotent: a deleted project keeps the time of its deletion.
UPDATE projects
SET deleted_at = now()
WHERE project_id = $1 AND deleted_at IS NULL;

-- select_deleted_project: $1 project id, $2 viewer → DeletedProjectRow
SELECT {{columns p}}
FROM projects AS p
WHERE p.project_id = $1 AND {{may manage deleted_project p $2}};

-- select_deleted_project_by_name: $1 entity name, $2 project name, $3 viewer → DeletedProjectRow
-- The one of this name that was deleted last.
SELECT {{columns p}}
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE e.name = $1 AND p.name = $2 AND {{may log deleted_project p $3}}
ORDER BY p.deleted_at DESC
LIMIT 1;

-- select_deleted_projects_page: $1 viewer, $2 entity name or null, $3 deleted before or null, $4 before id, $5 limit → DeletedProjectRow*
-- Those that were deleted last come first.
SELECT {{columns p}}
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE {{may manage deleted_project p $1}}
  AND ($2::text IS NULL OR e.name = $2)
  AND ($3::timestamptz IS NULL OR (p.deleted_at, p.project_id) < ($3, $4::bigint))
ORDER BY p.deleted_at DESC, p.project_id DESC
LIMIT $5;

-- count_deleted_projects: $1 viewer, $2 entity name or null → CountRow
SELECT count(*)
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE {{may manage deleted_project p $1}}
  AND ($2::text IS NULL OR e.name = $2);

-- restore_project: $1 project id, $2 name → ProjectRow
-- No row when it is not deleted, or its purge has begun.
UPDATE projects AS p
SET deleted_at = NULL, name = $2
WHERE p.project_id = $1 AND p.deleted_at IS NOT NULL AND p.purge_began_at IS NULL
RETURNING {{columns p}};

-- begin_purges_of_projects: $1 days since the deletion
-- From here on they cannot come back.
UPDATE projects
SET purge_began_at = now()
WHERE deleted_at < now() - $1::int * interval '1 day' AND purge_began_at IS NULL;

-- select_projects_to_purge: no parameters → DeletedProjectRow*
SELECT {{columns p}}
FROM projects AS p
WHERE p.deleted_at IS NOT NULL AND p.purge_began_at IS NOT NULL AND p.purged_at IS NULL
ORDER BY p.project_id;

-- select_runs_of_project: $1 project id, $2 limit → RunIdRow*
-- Of a project whose purge has begun: those that are not deleted yet.
SELECT run_id
FROM runs
WHERE project_id = $1 AND deleted_at IS NULL
ORDER BY created_at, run_id
LIMIT $2;

-- finish_purge_of_project: $1 project id
UPDATE projects
SET purged_at = now()
WHERE project_id = $1 AND purged_at IS NULL;

-- forget_former_names: $1 project id
DELETE FROM former_project_name
WHERE project_id = $1;
