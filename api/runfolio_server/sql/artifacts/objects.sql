-- store_entity_object: $1 entity id, $2 the same as the owner of objects, $3 digest, $4 object key, $5 size → StoredDigestRow
SELECT object_key, is_wanted, is_swept
FROM store_entity_object($1, $2, $3, $4, $5);

-- select_entity_objects: $1 entity id, $2 digests → EntityObjectRow*
-- Those that are stored. The caller may read what the entity has.
SELECT o.object_id, o.digest, o.object_key, o.size, o.birth_artifact_id
FROM entity_object AS o
WHERE o.entity_id = $1 AND o.digest = ANY ($2::text[])
ORDER BY o.digest;

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
