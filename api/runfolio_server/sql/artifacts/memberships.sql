-- select_membership_by_version: $1 collection id, $2 version index, $3 viewer → MembershipRow
-- The caller has seen the collection's project; the viewer must see that of the artifact, too.
SELECT {{columns m}}
FROM artifact_membership AS m
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE m.collection_id = $1 AND m.version_index = $2 AND {{may read artifact s in p $3}} AND s.deleted_at IS NULL AND a.state = 'COMMITTED';

-- select_membership_by_alias: $1 collection id, $2 alias, $3 viewer → MembershipRow
-- Likewise.
SELECT {{columns m}}
FROM artifact_alias AS l
JOIN artifact_membership AS m USING (membership_id)
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE l.collection_id = $1 AND l.alias = $2 AND {{may read artifact s in p $3}} AND s.deleted_at IS NULL AND a.state = 'COMMITTED';

-- select_newest_memberships_page: $1 collection id, $2 viewer, $3 before version index or null, $4 limit → MembershipRow*
-- Newest first. The caller has seen the collection's project.
SELECT {{columns m}}
FROM artifact_membership AS m
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE m.collection_id = $1 AND ($3::int IS NULL OR m.version_index < $3) AND {{may read artifact s in p $2}} AND s.deleted_at IS NULL AND a.state = 'COMMITTED'
ORDER BY m.version_index DESC
LIMIT $4;

-- select_oldest_memberships_page: $1 collection id, $2 viewer, $3 after version index or null, $4 limit → MembershipRow*
-- Likewise, oldest first.
SELECT {{columns m}}
FROM artifact_membership AS m
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE m.collection_id = $1 AND ($3::int IS NULL OR m.version_index > $3) AND {{may read artifact s in p $2}} AND s.deleted_at IS NULL AND a.state = 'COMMITTED'
ORDER BY m.version_index
LIMIT $4;

-- count_memberships: $1 collection id, $2 viewer → CountRow
SELECT count(*)
FROM artifact_membership AS m
JOIN artifact AS a USING (artifact_id)
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE m.collection_id = $1 AND {{may read artifact s in p $2}} AND s.deleted_at IS NULL AND a.state = 'COMMITTED';

-- select_newest_memberships: $1 collection ids, $2 viewer → MembershipRow*
-- The newest version of each collection that has one.
SELECT {{columns n}}
FROM unnest($1::bigint[]) AS u (collection_id)
CROSS JOIN LATERAL (
  SELECT m.membership_id, m.collection_id, m.artifact_id, m.version_index, m.created_at, m.created_by
  FROM artifact_membership AS m
  JOIN artifact AS a USING (artifact_id)
  JOIN artifact_collection AS s ON s.collection_id = a.collection_id
  JOIN projects AS p ON p.project_id = s.project_id
  WHERE m.collection_id = u.collection_id AND {{may read artifact s in p $2}} AND s.deleted_at IS NULL AND a.state = 'COMMITTED'
  ORDER BY m.version_index DESC
  LIMIT 1
) AS n;

-- select_memberships_of_artifacts: $1 artifact ids, $2 viewer → MembershipRow*
-- In every collection that the viewer sees, the sequence first. The caller has seen the artifacts.
SELECT {{columns m}}
FROM artifact_membership AS m
JOIN artifact_collection AS c USING (collection_id)
JOIN projects AS p ON p.project_id = c.project_id
WHERE m.artifact_id = ANY ($1::bigint[]) AND {{may read artifact c in p $2}} AND c.deleted_at IS NULL
ORDER BY m.artifact_id, c.kind DESC, m.membership_id;

-- select_aliases: $1 membership ids → AliasRow*
SELECT {{columns l}}
FROM artifact_alias AS l
WHERE l.membership_id = ANY ($1::bigint[])
ORDER BY l.membership_id, l.alias_id;

-- select_collection_aliases_page: $1 collection id, $2 after alias or null, $3 limit → AliasRow*
SELECT {{columns l}}
FROM artifact_alias AS l
WHERE l.collection_id = $1 AND ($2::text IS NULL OR l.alias > $2)
ORDER BY l.alias
LIMIT $3;

-- count_collection_aliases: $1 collection id → CountRow
SELECT count(*)
FROM artifact_alias
WHERE collection_id = $1;
