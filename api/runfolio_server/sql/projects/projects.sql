-- insert_project: $1 entity id, $2 name, $3 user id
-- Idempotent: a project of this name stays as it is.
INSERT INTO projects (entity_id, name, created_by)
VALUES ($1, $2, $3)
ON CONFLICT (entity_id, name) DO NOTHING;

-- select_project_by_name: $1 entity name, $2 project name, $3 viewer → ProjectRow
SELECT p.project_id, p.entity_id, p.name, p.description, p.created_by, p.created_at
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE e.name = $1 AND p.name = $2 AND {{may ? project p $3}};

-- select_projects: $1 project ids, $2 viewer → ProjectRow*
SELECT p.project_id, p.entity_id, p.name, p.description, p.created_by, p.created_at
FROM projects AS p
WHERE p.project_id = ANY ($1::bigint[]) AND {{may read project p $2}}
ORDER BY p.project_id;

-- select_projects_page: $1 viewer, $2 entity name or null, $3 after name or null, $4 after id, $5 limit → ProjectRow*
SELECT p.project_id, p.entity_id, p.name, p.description, p.created_by, p.created_at
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE {{may read project p $1}}
  AND ($2::text IS NULL OR e.name = $2)
  AND ($3::text IS NULL OR (p.name, p.project_id) > ($3, $4::bigint))
ORDER BY p.name, p.project_id
LIMIT $5;

-- count_projects: $1 viewer, $2 entity name or null → CountRow
SELECT count(*)
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE {{may read project p $1}}
  AND ($2::text IS NULL OR e.name = $2);
