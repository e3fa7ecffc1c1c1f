-- upsert_run_file: $1 run id, $2 name, $3 object key, $4 size, $5 md5, $6 mimetype, $7 issued at → ReplacedRow
-- Idempotent: the same upload again changes nothing, an older one never replaces a newer. Nothing is stored for an object
-- that is being swept.
WITH swept AS (
  SELECT 1 FROM unused_object
  WHERE owner_id = $1 AND object_key = $3
), old AS (
  SELECT object_key
  FROM run_files
  WHERE run_id = $1 AND name = $2
), stored AS (
  INSERT INTO run_files AS f (run_id, name, object_key, size, md5, mimetype, issued_at)
  SELECT $1::uuid, $2::text, $3::text, $4::bigint, $5::text, $6::text, $7::timestamptz
  WHERE NOT EXISTS (SELECT FROM swept)
  ON CONFLICT (run_id, name) DO UPDATE
  SET object_key = excluded.object_key, size = excluded.size, md5 = excluded.md5, mimetype = excluded.mimetype,
      issued_at = excluded.issued_at, uploaded_at = now()
  WHERE f.issued_at <= excluded.issued_at
  RETURNING f.object_key
)
SELECT (SELECT object_key FROM old), EXISTS (SELECT FROM stored), EXISTS (SELECT FROM swept);

-- select_run_files_page: $1 run id, $2 names or null, $3 LIKE pattern or null, $4 after name or null, $5 limit → FileRow*
SELECT run_id, name, object_key, size, md5, mimetype, uploaded_at
FROM run_files
WHERE run_id = $1
  AND ($2::text[] IS NULL OR name = ANY ($2))
  AND ($3::text IS NULL OR name LIKE $3)
  AND ($4::text IS NULL OR name COLLATE "C" > $4 COLLATE "C")
ORDER BY name COLLATE "C"
LIMIT $5;

-- count_run_files: $1 run id, $2 names or null, $3 LIKE pattern or null → CountRow
SELECT count(*)
FROM run_files
WHERE run_id = $1
  AND ($2::text[] IS NULL OR name = ANY ($2))
  AND ($3::text IS NULL OR name LIKE $3);
