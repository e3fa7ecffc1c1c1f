-- select_collection_by_name: $1 project id, $2 name → CollectionRow
-- The caller has seen the project.
SELECT c.collection_id, c.project_id, c.type_id, t.name AS type_name, c.kind, c.name, c.description, c.tags,
  c.created_by, c.created_at, c.updated_at
FROM artifact_collection AS c
JOIN artifact_type AS t USING (type_id)
WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_at IS NULL;

-- select_visible_collection: $1 collection id, $2 viewer → CollectionRow
SELECT c.collection_id, c.project_id, c.type_id, t.name AS type_name, c.kind, c.name, c.description, c.tags,
  c.created_by, c.created_at, c.updated_at
FROM artifact_collection AS c
JOIN artifact_type AS t USING (type_id)
JOIN projects AS p ON p.project_id = c.project_id
WHERE c.collection_id = $1 AND {{may ? artifact c in p $2}} AND c.deleted_at IS NULL;

-- select_visible_collections: $1 collection ids, $2 viewer → CollectionRow*
SELECT c.collection_id, c.project_id, c.type_id, t.name AS type_name, c.kind, c.name, c.description, c.tags,
  c.created_by, c.created_at, c.updated_at
FROM artifact_collection AS c
JOIN artifact_type AS t USING (type_id)
JOIN projects AS p ON p.project_id = c.project_id
WHERE c.collection_id = ANY ($1::bigint[]) AND {{may read artifact c in p $2}} AND c.deleted_at IS NULL
ORDER BY c.collection_id;
