-- select_visible_artifact: $1 artifact id, $2 viewer → ArtifactRow
-- A committed one, by whatever name it was found; of one whose commit found the same content in a version, that.
SELECT a.artifact_id, a.collection_id, s.project_id, p.entity_id, s.name AS collection_name, s.type_id,
  t.name AS type_name, a.state, a.version_index, a.digest, a.description, a.metadata_text, a.tags, a.ttl_seconds,
  a.history_step, a.storage_region, a.manifest_id, a.size, a.file_count, a.created_by, a.logged_by, a.created_at,
  a.updated_at
FROM artifact AS n
JOIN artifact AS a ON a.artifact_id = coalesce(n.same_as, n.artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN artifact_type AS t ON t.type_id = s.type_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE n.artifact_id = $1 AND {{may ? artifact s in p $2}} AND a.state = 'COMMITTED' AND s.deleted_at IS NULL;

-- select_visible_artifacts: $1 artifact ids, $2 viewer, $3 type name or null, $4 limit → ArtifactRow*
-- Committed ones, in the order of the ids.
SELECT a.artifact_id, a.collection_id, s.project_id, p.entity_id, s.name AS collection_name, s.type_id,
  t.name AS type_name, a.state, a.version_index, a.digest, a.description, a.metadata_text, a.tags, a.ttl_seconds,
  a.history_step, a.storage_region, a.manifest_id, a.size, a.file_count, a.created_by, a.logged_by, a.created_at,
  a.updated_at
FROM unnest($1::bigint[]) WITH ORDINALITY AS u (artifact_id, place)
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s USING (collection_id)
JOIN artifact_type AS t USING (type_id)
JOIN projects AS p ON p.project_id = s.project_id
WHERE {{may read artifact s in p $2}}
  AND ($3::text IS NULL OR t.name = $3)
  AND a.state = 'COMMITTED' AND s.deleted_at IS NULL
ORDER BY u.place
LIMIT $4;

-- count_visible_artifacts: $1 artifact ids, $2 viewer, $3 type name or null → CountRow
SELECT count(*)
FROM artifact AS a
JOIN artifact_collection AS s USING (collection_id)
JOIN artifact_type AS t USING (type_id)
JOIN projects AS p ON p.project_id = s.project_id
WHERE a.artifact_id = ANY ($1::bigint[])
  AND {{may read artifact s in p $2}}
  AND ($3::text IS NULL OR t.name = $3)
  AND a.state = 'COMMITTED' AND s.deleted_at IS NULL;

-- select_written_artifact: $1 artifact id, $2 viewer → ArtifactRow
-- Whatever its state: for those who upload it. Likewise.
SELECT a.artifact_id, a.collection_id, s.project_id, p.entity_id, s.name AS collection_name, s.type_id,
  t.name AS type_name, a.state, a.version_index, a.digest, a.description, a.metadata_text, a.tags, a.ttl_seconds,
  a.history_step, a.storage_region, a.manifest_id, a.size, a.file_count, a.created_by, a.logged_by, a.created_at,
  a.updated_at
FROM artifact AS n
JOIN artifact AS a ON a.artifact_id = coalesce(n.same_as, n.artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN artifact_type AS t ON t.type_id = s.type_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE n.artifact_id = $1 AND {{may ? artifact s in p $2}} AND s.deleted_at IS NULL;

-- select_client_id: $1 client id, $2 viewer → ClientIdRow
-- Of several projects the one that named it last.
SELECT i.client_id, i.collection_id, coalesce(a.same_as, a.artifact_id)
FROM artifact_client_id AS i
JOIN artifact_collection AS c USING (collection_id)
JOIN projects AS p ON p.project_id = c.project_id
LEFT JOIN artifact AS a ON a.artifact_id = i.artifact_id
WHERE i.client_id = $1 AND {{may read artifact c in p $2}} AND c.deleted_at IS NULL
ORDER BY i.artifact_id DESC NULLS LAST, i.collection_id DESC
LIMIT 1;
