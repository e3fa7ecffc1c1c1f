-- store_entity_object: $1 entity id, $2 the same as the owner of objects, $3 digest, $4 object key, $5 size → StoredDigestRow
SELECT object_key, is_wanted, is_swept
FROM store_entity_object($1, $2, $3, $4, $5);

-- select_awaited_digest: $1 entity id, $2 digest → AwaitedDigestRow
-- No row when neither a pending artifact waits for these bytes, nor are they stored.
SELECT u.digest
FROM artifact_upload AS u
WHERE u.entity_id = $1 AND u.digest = $2
UNION
SELECT o.digest
FROM entity_object AS o
WHERE o.entity_id = $1 AND o.digest = $2;

-- select_readable_entity_object: $1 entity id, $2 object key, $3 artifact id, $4 viewer → UsedKeyRow
-- No row when the artifact is gone, whoever else has these bytes; the entries of a committed one never change.
SELECT o.object_key
FROM artifact AS a
JOIN artifact_collection AS s USING (collection_id)
JOIN projects AS p USING (project_id)
JOIN entity_object AS o USING (entity_id)
WHERE a.artifact_id = $3 AND a.state = 'COMMITTED' AND s.deleted_at IS NULL
  AND o.entity_id = $1 AND o.object_key = $2 AND {{may read artifact s in p $4}};

-- hold_unused_entity_objects: $1 days since they were stored, $2 behind this object id, $3 limit → ObjectIdRow*
-- What nothing seems to refer to is held against whoever is about to; what somebody holds is waited for.
SELECT o.object_id
FROM entity_object AS o
WHERE o.stored_at < now() - $1::int * interval '1 day'
  AND o.object_id > $2
  AND NOT EXISTS (SELECT 1 FROM artifact_entry AS e WHERE e.object_id = o.object_id)
  AND NOT EXISTS (SELECT 1 FROM artifact_manifest AS f WHERE f.object_id = o.object_id)
  AND NOT EXISTS (SELECT 1 FROM artifact_upload AS u WHERE u.entity_id = o.entity_id AND u.digest = o.digest)
ORDER BY o.object_id
LIMIT $3
FOR UPDATE OF o;

-- delete_unused_entity_objects: $1 object ids → ForgottenObjectRow*
-- By who holds them. A statement of its own: it sees what was committed until they were held.
DELETE FROM entity_object AS o
WHERE o.object_id = ANY ($1::bigint[])
  AND NOT EXISTS (SELECT 1 FROM artifact_entry AS e WHERE e.object_id = o.object_id)
  AND NOT EXISTS (SELECT 1 FROM artifact_manifest AS f WHERE f.object_id = o.object_id)
  AND NOT EXISTS (SELECT 1 FROM artifact_upload AS u WHERE u.entity_id = o.entity_id AND u.digest = o.digest)
RETURNING o.entity_id, o.object_key, o.size;

-- select_known_entities: $1 owner ids → OwnerIdRow*
SELECT lpad(to_hex(e.entity_id), 32, '0')::uuid AS owner_id
FROM entities AS e
WHERE lpad(to_hex(e.entity_id), 32, '0')::uuid = ANY ($1::uuid[])
ORDER BY e.entity_id;

-- select_used_entity_objects: $1 owner ids, $2 object keys of these → UsedKeyRow*
SELECT o.object_key
FROM entity_object AS o
WHERE lpad(to_hex(o.entity_id), 32, '0')::uuid = ANY ($1::uuid[]) AND o.object_key = ANY ($2::text[])
ORDER BY o.object_key;
