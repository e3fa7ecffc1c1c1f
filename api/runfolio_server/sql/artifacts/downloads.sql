-- select_readable_bytes: $1 entity name, $2 artifact ids, $3 digest, $4 viewer → ReadableBytesRow
-- Those of a file of any committed artifact that the viewer may read, in the entity of this name or in one that has one
-- of these artifacts: a link may be in another entity than what it leads to. The bytes of a digest are stored once.
SELECT o.object_key, e.path, a.artifact_id
FROM (
  SELECT n.entity_id
  FROM entities AS n
  WHERE n.name = $1
  UNION
  SELECT q.entity_id
  FROM artifact AS b
  JOIN artifact_collection AS c USING (collection_id)
  JOIN projects AS q USING (project_id)
  WHERE b.artifact_id = ANY ($2::bigint[])
) AS w
JOIN entity_object AS o USING (entity_id)
JOIN artifact_entry AS e USING (object_id)
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s USING (collection_id)
JOIN projects AS p USING (project_id)
WHERE o.digest = $3 AND {{may read artifact s in p $4}} AND s.deleted_at IS NULL AND a.state = 'COMMITTED'
LIMIT 1;
