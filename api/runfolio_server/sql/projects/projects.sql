-- insert_project: $1 entity id, $2 name, $3 user id, $4 description or null, $5 visibility → ProjectIdRow
-- Idempotent: a project of this name stays as it is, and then there is no row.
INSERT INTO projects (entity_id, name, created_by, description, visibility)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (entity_id, name) WHERE deleted_at IS NULL DO NOTHING
RETURNING project_id;

-- select_project_by_name: $1 entity name, $2 project name, $3 viewer → ProjectRow
-- A name that a project had before leads to it, unless another has it now.
SELECT {{columns p}}
FROM (
  SELECT n.project_id, 0 AS place
  FROM projects AS n
  JOIN entities AS e USING (entity_id)
  WHERE e.name = $1 AND n.name = $2 AND n.deleted_at IS NULL
  UNION ALL
  SELECT f.project_id, 1
  FROM former_project_name AS f
  JOIN entities AS e USING (entity_id)
  WHERE e.name = $1 AND f.name = $2
) AS found
JOIN projects AS p USING (project_id)
WHERE {{may ? project p $3}}
ORDER BY found.place
LIMIT 1;

-- select_visible_project: $1 project id, $2 viewer → ProjectRow
SELECT {{columns p}}
FROM projects AS p
WHERE p.project_id = $1 AND {{may ? project p $2}};

-- select_projects: $1 project ids, $2 viewer → ProjectRow*
SELECT {{columns p}}
FROM projects AS p
WHERE p.project_id = ANY ($1::bigint[]) AND {{may read project p $2}}
ORDER BY p.project_id;

-- select_projects_page: $1 viewer, $2 entity name or null, $3 after name or null, $4 after id, $5 limit → ProjectRow*
SELECT {{columns p}}
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE {{may read project p $1}}
  AND (e.name = $2 OR $2::text IS NULL AND {{may read own_project p $1}})
  AND ($3::text IS NULL OR (p.name, p.project_id) > ($3, $4::bigint))
ORDER BY p.name, p.project_id
LIMIT $5;

-- count_projects: $1 viewer, $2 entity name or null → CountRow
SELECT count(*)
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE {{may read project p $1}}
  AND (e.name = $2 OR $2::text IS NULL AND {{may read own_project p $1}});

-- count_runs_ever: $1 run id → CountRow
-- How many runs the run's project has had: the number of a display name that is made anew.
SELECT p.run_counter
FROM runs AS r
JOIN projects AS p USING (project_id)
WHERE r.run_id = $1;

-- count_copied_run: $1 project id
-- One more run than the project ever had: whether its lists deserve an index is told by their number.
UPDATE projects AS p
SET run_counter = p.run_counter + 1
WHERE p.project_id = $1;

-- lock_project: $1 project id → ProjectRow
-- Who renames, deletes or restores a project holds it, and so knows what it was called.
SELECT {{columns p}}
FROM projects AS p
WHERE p.project_id = $1 AND p.deleted_at IS NULL
FOR NO KEY UPDATE;

-- update_project: $1 project id, $2 name, $3 description or null, $4 visibility → ProjectRow
UPDATE projects AS p
SET name = $2, description = $3, visibility = $4
WHERE p.project_id = $1 AND p.deleted_at IS NULL
RETURNING {{columns p}};

-- insert_former_name: $1 entity id, $2 name, $3 project id
INSERT INTO former_project_name (entity_id, name, project_id)
VALUES ($1, $2, $3)
ON CONFLICT (entity_id, name) DO UPDATE SET project_id = excluded.project_id;

-- take_former_name: $1 entity id, $2 name → ProjectIdRow
-- A project that has the name now takes it from the one that had it before.
DELETE FROM former_project_name
WHERE entity_id = $1 AND name = $2
RETURNING project_id;
