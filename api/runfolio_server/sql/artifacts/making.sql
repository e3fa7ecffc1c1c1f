-- insert_collection: $1 project id, $2 type id, $3 kind, $4 name, $5 user id
-- Idempotent: a collection of this name stays as it is.
INSERT INTO artifact_collection (project_id, type_id, kind, name, created_by)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (project_id, name) WHERE deleted_at IS NULL DO NOTHING;

-- lock_collection_of_name: $1 project id, $2 name → LockedCollectionRow
-- Who gives or takes a version or an alias holds the collection; whoever also holds artifacts has taken these first.
SELECT c.collection_id, c.project_id, c.kind, c.type_id, t.name AS type_name, c.deleted_at IS NOT NULL AS is_deleted
FROM artifact_collection AS c
JOIN artifact_type AS t USING (type_id)
WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_at IS NULL
FOR NO KEY UPDATE OF c;

-- lock_collections: $1 collection ids → LockedCollectionRow*
-- In the order of their ids, so that nobody waits for somebody who waits for them.
SELECT c.collection_id, c.project_id, c.kind, c.type_id, t.name AS type_name, c.deleted_at IS NOT NULL AS is_deleted
FROM artifact_collection AS c
JOIN artifact_type AS t USING (type_id)
WHERE c.collection_id = ANY ($1::bigint[])
ORDER BY c.collection_id
FOR NO KEY UPDATE OF c;

-- select_artifact_of_client_id: $1 project id, $2 client id → ClientIdRow
-- Not one that was deleted: who sends it again makes another.
SELECT i.client_id, i.collection_id, a.artifact_id
FROM artifact_client_id AS i
JOIN artifact AS n ON n.artifact_id = i.artifact_id
JOIN artifact AS a ON a.artifact_id = coalesce(n.same_as, n.artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
WHERE i.project_id = $1 AND i.client_id = $2 AND a.state <> 'DELETED' AND s.deleted_at IS NULL;

-- insert_client_id: $1 project id, $2 client id, $3 collection id, $4 artifact id or null for the sequence
-- Idempotent: it stands for what it was last given to.
INSERT INTO artifact_client_id AS i (project_id, client_id, collection_id, artifact_id)
VALUES ($1, $2, $3, $4)
ON CONFLICT (project_id, client_id) DO UPDATE
SET collection_id = excluded.collection_id, artifact_id = excluded.artifact_id;

-- select_same_content: $1 collection id, $2 digest → ArtifactIdRow
-- The newest version with this content.
SELECT a.artifact_id
FROM artifact AS a
WHERE a.collection_id = $1 AND a.digest = $2 AND a.state = 'COMMITTED'
ORDER BY a.version_index DESC
LIMIT 1;

-- select_distributed_artifact: $1 collection id, $2 distributed id → ArtifactIdRow
SELECT a.artifact_id
FROM artifact AS a
WHERE a.collection_id = $1 AND a.distributed_id = $2 AND a.state = 'PENDING';

-- insert_artifact: $1 collection id, $2 digest, $3 description or null, $4 metadata as text or null, $5 metadata for filters, $6 tags, $7 aliases to give at the commit, $8 seconds to live or null, $9 history step or null, $10 storage region or null, $11 distributed id or null, $12 user id, $13 run id or null, $14 whether it may turn out to be a version with the same content → ArtifactIdRow
INSERT INTO artifact (
  collection_id, digest, description, metadata_text, metadata, tags, wanted_aliases, ttl_seconds, history_step,
  storage_region, distributed_id, created_by, logged_by, is_deduplicated, expires_at
)
VALUES (
  $1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, $14,
  now() + nullif($8::bigint, 0) * interval '1 second'
)
RETURNING artifact_id;

-- add_to_distributed_artifact: $1 artifact id, $2 description or null, $3 metadata as text or null, $4 metadata for filters, $5 tags, $6 aliases to give at the commit
-- What one of its writers tells, once or again: null leaves what is there. What is committed stays as it is.
UPDATE artifact AS a
SET description = coalesce($2, a.description),
    metadata_text = coalesce($3, a.metadata_text),
    metadata = CASE WHEN $3::text IS NULL THEN a.metadata ELSE $4::text::jsonb END,
    tags = ARRAY(SELECT t FROM unnest(a.tags || $5::text[]) WITH ORDINALITY AS u (t, n) GROUP BY t ORDER BY min(n)),
    wanted_aliases = ARRAY(SELECT DISTINCT t FROM unnest(a.wanted_aliases || $6::text[]) AS t),
    updated_at = now()
WHERE a.artifact_id = $1 AND a.state = 'PENDING';
