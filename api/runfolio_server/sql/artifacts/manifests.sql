-- select_current_manifests: $1 artifact ids → ManifestRow*
-- Those with the files of committed artifacts, which the caller has seen.
SELECT f.manifest_id, f.artifact_id, f.name, f.type, f.digest, o.object_key, o.size, f.created_at
FROM artifact AS a
JOIN artifact_manifest AS f USING (manifest_id)
JOIN entity_object AS o USING (object_id)
WHERE a.artifact_id = ANY ($1::bigint[]) AND a.state = 'COMMITTED'
ORDER BY a.artifact_id;
