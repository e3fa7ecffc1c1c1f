-- select_entries_page: $1 artifact id, $2 paths or null, $3 LIKE pattern or null, $4 after path or null, $5 limit → EntryRow*
-- In the order of the bytes of their paths. The caller has seen the artifact.
SELECT e.artifact_id, e.path, e.digest, e.size, e.ref, o.object_key, o.birth_artifact_id, o.stored_at
FROM artifact_entry AS e
LEFT JOIN entity_object AS o USING (object_id)
WHERE e.artifact_id = $1
  AND ($2::text[] IS NULL OR e.path = ANY ($2))
  AND ($3::text IS NULL OR e.path LIKE $3)
  AND ($4::text IS NULL OR e.path > $4)
ORDER BY e.path
LIMIT $5;

-- count_entries: $1 artifact id, $2 paths or null, $3 LIKE pattern or null → CountRow
SELECT count(*)
FROM artifact_entry AS e
WHERE e.artifact_id = $1
  AND ($2::text[] IS NULL OR e.path = ANY ($2))
  AND ($3::text IS NULL OR e.path LIKE $3);
