-- store_run_file: $1 run id, $2 name, $3 object key, $4 size, $5 md5, $6 mimetype, $7 issued at → ReplacedRow
SELECT old_object_key, is_stored, is_swept
FROM store_run_file($1, $2, $3, $4, $5, $6, $7);

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
