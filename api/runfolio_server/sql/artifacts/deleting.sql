-- select_artifacts_of_collection: $1 collection id → ArtifactIdRow*
-- All versions of a sequence that are not deleted yet, the pending ones too.
SELECT a.artifact_id
FROM artifact AS a
WHERE a.collection_id = $1 AND a.state <> 'DELETED'
ORDER BY a.artifact_id;

-- select_places: $1 artifact ids → PlaceRow*
-- Where they are members, and which aliases they have there. By who holds them.
SELECT m.membership_id, m.collection_id, m.artifact_id, l.alias
FROM artifact_membership AS m
LEFT JOIN artifact_alias AS l USING (membership_id)
WHERE m.artifact_id = ANY ($1::bigint[])
ORDER BY m.membership_id, l.alias;

-- delete_memberships: $1 membership ids
-- With their aliases. By who holds the collections.
DELETE FROM artifact_membership
WHERE membership_id = ANY ($1::bigint[]);

-- delete_memberships_of_collection: $1 collection id
DELETE FROM artifact_membership
WHERE collection_id = $1;

-- move_latest: $1 collection ids, $2 alias
-- Those whose newest version has lost the alias give it to the newest that is left. By who holds them.
INSERT INTO artifact_alias (collection_id, alias, membership_id)
SELECT n.collection_id, $2, n.membership_id
FROM (
  SELECT DISTINCT ON (m.collection_id) m.collection_id, m.membership_id
  FROM artifact_membership AS m
  WHERE m.collection_id = ANY ($1::bigint[])
  ORDER BY m.collection_id, m.version_index DESC
) AS n
ON CONFLICT (collection_id, alias) DO NOTHING;

-- set_deleted: $1 artifact ids
UPDATE artifact
SET state = 'DELETED', wanted_aliases = '{}', updated_at = now()
WHERE artifact_id = ANY ($1::bigint[]) AND state <> 'DELETED';

-- set_collection_deleted: $1 collection id
UPDATE artifact_collection
SET deleted_at = now(), updated_at = now()
WHERE collection_id = $1 AND deleted_at IS NULL;

-- select_deleted_artifact: $1 artifact id, $2 viewer → ArtifactIdRow
-- One that is gone, for who asks a second time to delete it.
SELECT a.artifact_id
FROM artifact AS n
JOIN artifact AS a ON a.artifact_id = coalesce(n.same_as, n.artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE n.artifact_id = $1 AND {{may delete artifact s in p $2}} AND (a.state = 'DELETED' OR s.deleted_at IS NOT NULL);

-- select_deleted_collection: $1 collection id, $2 viewer → CollectionRow
-- Likewise.
SELECT c.collection_id, c.project_id, c.type_id, t.name AS type_name, c.kind, c.name, c.description, c.tags,
  c.created_by, c.created_at, c.updated_at
FROM artifact_collection AS c
JOIN artifact_type AS t USING (type_id)
JOIN projects AS p ON p.project_id = c.project_id
WHERE c.collection_id = $1 AND {{may delete artifact c in p $2}} AND c.deleted_at IS NOT NULL;
