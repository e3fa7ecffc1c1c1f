-- update_artifact: $1 artifact id, $2 whether $3 is given, $3 description or null, $4 whether $5 and $6 are given, $5 metadata as text or null, $6 metadata for filters, $7 tags or null, $8 whether $9 is given, $9 seconds to live or null
-- Not one that is deleted. The caller holds it.
UPDATE artifact AS a
SET description = CASE WHEN $2::boolean THEN $3 ELSE a.description END,
    metadata_text = CASE WHEN $4::boolean THEN $5 ELSE a.metadata_text END,
    metadata = CASE WHEN $4::boolean THEN $6::text::jsonb ELSE a.metadata END,
    tags = coalesce($7::text[], a.tags),
    ttl_seconds = CASE WHEN $8::boolean THEN $9::bigint ELSE a.ttl_seconds END,
    expires_at = CASE WHEN $8::boolean THEN a.created_at + nullif($9::bigint, 0) * interval '1 second'
                      ELSE a.expires_at END,
    updated_at = now()
WHERE a.artifact_id = $1 AND a.state <> 'DELETED';

-- delete_aliases: $1 collection id, $2 artifact id, $3 aliases
-- Those that this version has. By who holds the collection.
DELETE FROM artifact_alias AS l
USING artifact_membership AS m
WHERE l.membership_id = m.membership_id AND m.artifact_id = $2 AND l.collection_id = $1 AND l.alias = ANY ($3::text[]);

-- update_collection: $1 collection id, $2 name or null, $3 whether $4 is given, $4 description or null, $5 type id or null, $6 tags or null
-- By who holds it.
UPDATE artifact_collection AS c
SET name = coalesce($2, c.name),
    description = CASE WHEN $3::boolean THEN $4 ELSE c.description END,
    type_id = coalesce($5, c.type_id),
    tags = coalesce($6::text[], c.tags),
    updated_at = now()
WHERE c.collection_id = $1;
