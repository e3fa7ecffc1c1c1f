-- select_uploaded_manifests: $1 artifact id, $2 entity id → UploadedManifestRow*
-- Those whose digest was told, in the order of their arrival, with the object of their bytes where these are stored.
SELECT f.manifest_id, f.name, f.type, f.digest, f.base_artifact_id, o.object_key
FROM artifact_manifest AS f
LEFT JOIN entity_object AS o ON o.entity_id = $2 AND o.digest = f.digest
WHERE f.artifact_id = $1 AND f.digest <> ''
ORDER BY f.manifest_id;

-- lock_artifacts: $1 artifact ids → HeldArtifactRow*
-- In the order of their ids. Before any collection is taken.
SELECT a.artifact_id, a.collection_id, a.state, a.manifest_id, a.wanted_aliases, a.created_by
FROM artifact AS a
WHERE a.artifact_id = ANY ($1::bigint[])
ORDER BY a.artifact_id
FOR NO KEY UPDATE;

-- delete_entries: $1 artifact ids
DELETE FROM artifact_entry
WHERE artifact_id = ANY ($1::bigint[]);

-- insert_entries: $1 artifact id, $2 paths, $3 digests, $4 sizes or null, $5 refs or null, $6 object ids or null
INSERT INTO artifact_entry (artifact_id, path, digest, size, ref, object_id)
SELECT $1, e.path, e.digest, e.size, e.ref, e.object_id
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[]) AS e (path, digest, size, ref, object_id);

-- set_content: $1 artifact id, $2 manifest id, $3 object id of the manifest, $4 digest, $5 size, $6 entries
-- What the next commit gives a version to.
WITH file AS (
  UPDATE artifact_manifest SET object_id = $3 WHERE manifest_id = $2
)
UPDATE artifact
SET manifest_id = $2, digest = $4, size = $5, file_count = $6, updated_at = now()
WHERE artifact_id = $1;

-- select_current_object: $1 artifact id → CurrentObjectRow
-- The manifest whose entries have been written, unless another was told since.
SELECT f.manifest_id
FROM artifact AS a
JOIN artifact_manifest AS f USING (manifest_id)
WHERE a.artifact_id = $1 AND f.object_id IS NOT NULL;

-- take_version_index: $1 collection id → VersionIndexRow
-- By who holds the collection.
UPDATE artifact_collection
SET next_index = next_index + 1
WHERE collection_id = $1
RETURNING next_index - 1;

-- insert_membership: $1 collection id, $2 artifact id, $3 version index, $4 user id → MembershipRow
INSERT INTO artifact_membership AS m (collection_id, artifact_id, version_index, created_by)
VALUES ($1, $2, $3, $4)
RETURNING m.membership_id, m.collection_id, m.artifact_id, m.version_index, m.created_at, m.created_by;

-- select_membership_of_artifact: $1 collection id, $2 artifact id → MembershipRow
-- By who holds the collection.
SELECT {{columns m}}
FROM artifact_membership AS m
WHERE m.collection_id = $1 AND m.artifact_id = $2;

-- upsert_aliases: $1 collection id, $2 membership id, $3 aliases
-- By who holds the collection. One that another version has moves; idempotent.
INSERT INTO artifact_alias AS l (collection_id, alias, membership_id)
SELECT $1, u.alias, $2
FROM unnest($3::text[]) AS u (alias)
ON CONFLICT (collection_id, alias) DO UPDATE
SET membership_id = excluded.membership_id, created_at = excluded.created_at
WHERE l.membership_id <> excluded.membership_id;

-- set_committed: $1 artifact id, $2 version index
UPDATE artifact
SET state = 'COMMITTED', version_index = $2, wanted_aliases = '{}', updated_at = now()
WHERE artifact_id = $1;

-- select_same_as: $1 artifact id → ArtifactIdRow
-- The newest version with the content of a pending one, unless that is to be a version of its own in any case.
SELECT v.artifact_id
FROM artifact AS a
JOIN artifact AS v ON v.collection_id = a.collection_id AND v.digest = a.digest AND v.state = 'COMMITTED'
WHERE a.artifact_id = $1 AND a.is_deduplicated
ORDER BY v.version_index DESC
LIMIT 1;

-- set_same_as: $1 artifact id, $2 id of the version that it is
-- Readers find that version by both ids; the worker empties this one.
UPDATE artifact
SET state = 'DELETED', same_as = $2, wanted_aliases = '{}', updated_at = now()
WHERE artifact_id = $1;

-- select_wanted_links: $1 artifact id → WantedLinkRow*
SELECT w.collection_id, w.aliases, w.created_by
FROM artifact_wanted_link AS w
WHERE w.artifact_id = $1
ORDER BY w.created_at, w.collection_id;

-- insert_wanted_link: $1 artifact id, $2 collection id, $3 aliases, $4 user id
INSERT INTO artifact_wanted_link AS w (artifact_id, collection_id, aliases, created_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT (artifact_id, collection_id) DO UPDATE
SET aliases = excluded.aliases;

-- delete_wanted_links: $1 artifact ids, $2 collection id or null for all
DELETE FROM artifact_wanted_link
WHERE artifact_id = ANY ($1::bigint[]) AND ($2::bigint IS NULL OR collection_id = $2);

-- delete_other_manifests: $1 artifact ids, $2 the manifest that stays or null
DELETE FROM artifact_manifest
WHERE artifact_id = ANY ($1::bigint[]) AND ($2::bigint IS NULL OR manifest_id <> $2);

-- delete_uploads: $1 artifact ids
DELETE FROM artifact_upload
WHERE artifact_id = ANY ($1::bigint[]);
