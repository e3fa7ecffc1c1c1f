-- store_run_file lists a stored object as a file of a run. Called by sql/objects/files.sql for actions/runs/files.py.
-- Idempotent: the same upload again changes nothing, and an older one never replaces a newer.
--
-- p_run_id and p_name name the file, p_file_id is its id in node ids, p_object_key is its object, p_size is in bytes, p_md5 in base64.
-- p_mimetype: null where it is unknown. p_issued_at is when the upload was allowed. While a process is sent again that
-- began before the newest one, its uploads count as allowed when the newest began: they replace none that came since.
--
-- Returns the object that the name led to before, null: none; whether the new one took its place; and whether it could
-- not, because it is being swept, or because the run or its project is deleted. A function, because where runs are distributed a
-- statement that writes a row may see it as it is afterwards.
CREATE OR REPLACE FUNCTION store_run_file(
  p_run_id uuid, p_name text, p_file_id uuid, p_object_key text,
  p_size bigint, p_md5 text, p_mimetype text, p_issued_at timestamptz
) RETURNS TABLE (old_object_key text, is_stored boolean, is_swept boolean, is_deleted boolean)
LANGUAGE plpgsql AS $$
DECLARE
  v_counts_as timestamptz;
BEGIN
  is_deleted := NOT EXISTS (
    SELECT 1
    FROM runs AS r
    JOIN projects AS p USING (project_id)
    WHERE r.run_id = p_run_id AND r.deleted_at IS NULL AND p.deleted_at IS NULL
  );
  SELECT least(p_issued_at, r.newest_start) INTO v_counts_as
  FROM runs AS r
  WHERE r.run_id = p_run_id AND r.is_older;
  p_issued_at := coalesce(v_counts_as, p_issued_at);
  SELECT f.object_key INTO old_object_key
  FROM run_files AS f
  WHERE f.run_id = p_run_id AND f.name = p_name;

  INSERT INTO run_files AS f (run_id, name, file_id, object_key, size, md5, mimetype, issued_at)
  SELECT p_run_id, p_name, p_file_id, p_object_key, p_size, p_md5, p_mimetype, p_issued_at
  WHERE NOT is_deleted AND NOT EXISTS (
    SELECT 1 FROM unused_object AS u WHERE u.owner_id = p_run_id AND u.object_key = p_object_key
  )
  ON CONFLICT (run_id, name) DO UPDATE
  SET object_key = excluded.object_key, size = excluded.size, md5 = excluded.md5, mimetype = excluded.mimetype,
      issued_at = excluded.issued_at, uploaded_at = excluded.uploaded_at
  WHERE f.issued_at <= excluded.issued_at;
  is_stored := FOUND;

  is_swept := NOT is_stored AND EXISTS (
    SELECT 1 FROM unused_object AS u WHERE u.owner_id = p_run_id AND u.object_key = p_object_key
  );
  RETURN NEXT;
END $$;
