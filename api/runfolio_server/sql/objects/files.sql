-- store_run_file: $1 run id, $2 name, $3 file id, $4 object key, $5 size, $6 md5, $7 mimetype, $8 issued at → ReplacedRow
SELECT old_object_key, is_stored, is_swept, is_deleted
FROM store_run_file($1, $2, $3, $4, $5, $6, $7, $8);

-- select_run_files_page: $1 run id, $2 names or null, $3 LIKE pattern or null, $4 prefix or null, $5 after name or null, $6 limit, $7 LIKE patterns of names that are hidden → FileRow*
SELECT run_id, file_id, name, object_key, size, md5, mimetype, uploaded_at
FROM run_files
WHERE run_id = $1
  AND ($2::text[] IS NULL OR name = ANY ($2))
  AND ($3::text IS NULL OR name LIKE $3)
  AND ($4::text IS NULL OR starts_with(name, $4))
  AND ($5::text IS NULL OR name COLLATE "C" > $5 COLLATE "C")
  AND name NOT LIKE ALL ($7::text[])
ORDER BY name COLLATE "C"
LIMIT $6;

-- count_run_files: $1 run id, $2 names or null, $3 LIKE pattern or null, $4 prefix or null, $5 LIKE patterns of names that are hidden → CountRow
SELECT count(*)
FROM run_files
WHERE run_id = $1
  AND ($2::text[] IS NULL OR name = ANY ($2))
  AND ($3::text IS NULL OR name LIKE $3)
  AND ($4::text IS NULL OR starts_with(name, $4))
  AND name NOT LIKE ALL ($5::text[]);

-- delete_run_files: $1 run id, $2 file ids → DeletedFileRow*
-- Idempotent: what is gone is not there again. The objects are then unused.
DELETE FROM run_files
WHERE run_id = $1 AND file_id = ANY ($2::uuid[])
RETURNING object_key;
