-- upsert_manifest: $1 artifact id, $2 name, $3 type, $4 digest or '', $5 base artifact id or null → ManifestIdRow
-- One of this type for each artifact: the same again tells its digest, and one without a digest changes nothing.
INSERT INTO artifact_manifest AS f (artifact_id, name, type, digest, base_artifact_id)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (artifact_id, type) WHERE type <> 'PATCH' DO UPDATE
SET name = excluded.name,
    digest = CASE WHEN excluded.digest = '' THEN f.digest ELSE excluded.digest END,
    base_artifact_id = coalesce(excluded.base_artifact_id, f.base_artifact_id),
    object_id = CASE WHEN excluded.digest IN ('', f.digest) THEN f.object_id END
RETURNING f.manifest_id, f.artifact_id, f.digest;

-- select_patch: $1 artifact id, $2 digest → ManifestIdRow
SELECT f.manifest_id, f.artifact_id, f.digest
FROM artifact_manifest AS f
WHERE f.artifact_id = $1 AND f.type = 'PATCH' AND f.digest = $2;

-- insert_patch: $1 artifact id, $2 name, $3 digest or '', $4 base artifact id or null → ManifestIdRow
INSERT INTO artifact_manifest AS f (artifact_id, name, type, digest, base_artifact_id)
VALUES ($1, $2, 'PATCH', $3, $4)
RETURNING f.manifest_id, f.artifact_id, f.digest;

-- count_manifests: $1 artifact id → CountRow
SELECT count(*)
FROM artifact_manifest
WHERE artifact_id = $1;

-- select_written_manifest: $1 manifest id, $2 viewer → ManifestIdRow
SELECT f.manifest_id, f.artifact_id, f.digest
FROM artifact_manifest AS f
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s USING (collection_id)
JOIN projects AS p USING (project_id)
WHERE f.manifest_id = $1 AND {{may log artifact s in p $2}} AND s.deleted_at IS NULL;

-- update_manifest: $1 manifest id, $2 digest or '', $3 base artifact id or null → ManifestIdRow
UPDATE artifact_manifest AS f
SET digest = CASE WHEN $2 = '' THEN f.digest ELSE $2 END,
    base_artifact_id = coalesce($3, f.base_artifact_id),
    object_id = CASE WHEN $2 IN ('', f.digest) THEN f.object_id END
WHERE f.manifest_id = $1
RETURNING f.manifest_id, f.artifact_id, f.digest;

-- hold_pending_artifact: $1 artifact id → HeldArtifactRow
-- Who adds to what is uploaded holds it against its commit and its end, and says that it goes on.
UPDATE artifact AS a
SET updated_at = now()
WHERE a.artifact_id = $1 AND a.state = 'PENDING'
RETURNING a.artifact_id, a.collection_id, a.state, a.manifest_id, a.wanted_aliases, a.created_by;

-- insert_uploads: $1 artifact id, $2 entity id, $3 digests
-- Idempotent.
INSERT INTO artifact_upload (artifact_id, entity_id, digest)
SELECT $1, $2, u.digest
FROM unnest($3::text[]) AS u (digest)
ON CONFLICT (artifact_id, digest) DO NOTHING;

-- hold_entity_objects: $1 entity id, $2 digests → EntityObjectRow*
-- Those that are stored, held against the sweep until what refers to them is committed.
SELECT o.object_id, o.digest, o.object_key, o.size, o.birth_artifact_id
FROM entity_object AS o
WHERE o.entity_id = $1 AND o.digest = ANY ($2::text[])
ORDER BY o.object_id
FOR KEY SHARE;
