-- select_artifact_type_by_name: $1 project id, $2 name → ArtifactTypeRow
-- The caller has seen the project.
SELECT {{columns t}}
FROM artifact_type AS t
WHERE t.project_id = $1 AND t.name = $2;

-- select_visible_artifact_types: $1 type ids, $2 viewer → ArtifactTypeRow*
SELECT {{columns t}}
FROM artifact_type AS t
JOIN projects AS p USING (project_id)
WHERE t.type_id = ANY ($1::bigint[]) AND {{may read artifact t in p $2}}
ORDER BY t.type_id;

-- select_artifact_types_page: $1 project id, $2 after name or null, $3 limit, $4 names that are hidden → ArtifactTypeRow*
SELECT {{columns t}}
FROM artifact_type AS t
WHERE t.project_id = $1 AND ($2::text IS NULL OR t.name > $2) AND t.name <> ALL ($4::text[])
ORDER BY t.name
LIMIT $3;

-- count_artifact_types: $1 project id, $2 names that are hidden → CountRow
SELECT count(*)
FROM artifact_type
WHERE project_id = $1 AND name <> ALL ($2::text[]);

-- insert_artifact_type: $1 project id, $2 name
-- Idempotent: a type of this name stays as it is.
INSERT INTO artifact_type (project_id, name)
VALUES ($1, $2)
ON CONFLICT (project_id, name) DO NOTHING;
