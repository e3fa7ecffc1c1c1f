-- insert_copy_target: $1 source, $2 target, $3 project id, $4 name
-- Nobody sees it before the copy is whole: it counts as deleted, and has no row in run_deletion. Idempotent.
INSERT INTO runs (
  run_id, project_id, name, display_name, state, tags, created_by, created_at, deleted_at
)
SELECT $2::uuid, $3::bigint, $4::text, s.display_name, s.state, s.tags, s.created_by, s.created_at, now()
FROM runs AS s
WHERE s.run_id = $1
ON CONFLICT (run_id) DO NOTHING;

-- insert_run_copy: $1 target, $2 source, $3 whether it is moved, $4 user id
INSERT INTO run_copy (target_id, source_id, is_move, asked_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT (target_id) DO NOTHING;

-- select_run_copy: $1 target → RunCopyRow
SELECT target_id, source_id, is_move, asked_by, done_at
FROM run_copy
WHERE target_id = $1;

-- select_left_copies: no parameters → RunCopyRow*
-- Those at which nobody is: whoever was has been killed.
SELECT target_id, source_id, is_move, asked_by, done_at
FROM run_copy
WHERE done_at IS NULL AND (lease IS NULL OR lease < now())
ORDER BY begun_at, target_id;

-- take_copy: $1 target, $2 seconds → CopyLeaseRow
-- The right to go on with a copy for a while; no row while somebody else has it, or it is done.
UPDATE run_copy
SET lease = now() + make_interval(secs => $2)
WHERE target_id = $1 AND done_at IS NULL AND (lease IS NULL OR lease < now())
RETURNING lease;

-- keep_copy: $1 target, $2 lease, $3 seconds → CopyLeaseRow
-- In each step. No row: the lease ran out, and somebody else has it.
UPDATE run_copy
SET lease = now() + make_interval(secs => $3)
WHERE target_id = $1 AND lease = $2
RETURNING lease;

-- finish_run_copy: $1 target
UPDATE run_copy
SET done_at = now(), lease = NULL
WHERE target_id = $1;

-- delete_run_copy: $1 target
DELETE FROM run_copy
WHERE target_id = $1;

-- select_copied_state: $1 run id → CopiedStateRow
-- What changes whenever a run is written to, but for its streams and files.
SELECT state, updated_at, heartbeat_at
FROM runs
WHERE run_id = $1 AND deleted_at IS NULL;

-- select_copied_streams: $1 run id → CopiedStreamsRow
-- What changes when lines come and when they are compacted.
SELECT count(*), coalesce(sum(next_line), 0)::bigint, coalesce(sum(done), 0)::bigint,
  coalesce(sum(tail_lines), 0)::bigint
FROM run_stream
WHERE run_id = $1;

-- select_copied_files: $1 run id → CopiedFilesRow
SELECT count(*), coalesce(sum(size), 0)::bigint, max(uploaded_at)
FROM run_files
WHERE run_id = $1;

-- copy_inherited: $1 source, $2 target, $3 the runs whose rows the source reads
INSERT INTO shared_stream (run_id, view_id, stream, writer, epoch, reader_id, past_line, counts_to)
SELECT s.run_id, $2::uuid, s.stream, s.writer, s.epoch, $2::uuid, s.past_line, s.counts_to
FROM shared_stream AS s
WHERE s.reader_id = $1 AND s.run_id = ANY ($3::uuid[]) AND s.view_id = $1
ON CONFLICT DO NOTHING;

-- copy_branches: $1 source, $2 target, $3 the runs whose rows the source reads
-- What its branches have, of others and of itself. The branches of a copy are its own: see copied_tables.py.
INSERT INTO shared_stream (run_id, view_id, stream, writer, epoch, reader_id, past_line, counts_to)
SELECT CASE WHEN s.run_id = $1 THEN $2::uuid ELSE s.run_id END, md5($2::uuid::text || s.view_id::text)::uuid,
  s.stream, s.writer, s.epoch, $2::uuid, s.past_line, s.counts_to
FROM shared_stream AS s
WHERE s.reader_id = $1 AND s.run_id = ANY ($3::uuid[]) AND s.view_id <> $1
ON CONFLICT DO NOTHING;

-- copy_fork: $1 source, $2 target
INSERT INTO run_fork (run_id, parent_id, parent_name, step, rows, created_at)
SELECT $2::uuid, s.parent_id, s.parent_name, s.step, s.rows, s.created_at
FROM run_fork AS s
WHERE s.run_id = $1
ON CONFLICT DO NOTHING;

-- select_copy_place: $1 target → CopyPlaceRow
SELECT p.entity_id, p.project_id
FROM runs AS r
JOIN projects AS p USING (project_id)
WHERE r.run_id = $1;

-- copy_events: $1 source, $2 target, $3 entity id and $4 project id of the target
-- Its log of states. They keep their transactions: who follows the outbox has read them already.
INSERT INTO run_event (run_id, number, transaction_id, kind, entity_id, project_id, at, detail)
SELECT $2::uuid, s.number, s.transaction_id, s.kind, $3::bigint, $4::bigint, s.at, s.detail
FROM run_event AS s
WHERE s.run_id = $1
ON CONFLICT DO NOTHING;

-- delete_target_events: $1 run id
-- Of a run that nobody has seen yet.
DELETE FROM run_event
WHERE run_id = $1;

-- select_files_to_copy: $1 source, $2 after name, $3 limit → FileToCopyRow*
SELECT name, object_key, size, md5, mimetype, issued_at, uploaded_at
FROM run_files
WHERE run_id = $1 AND name COLLATE "C" > $2 COLLATE "C"
ORDER BY name COLLATE "C"
LIMIT $3;

-- insert_copied_file: $1 target, $2 name, $3 file id, $4 object key, $5 size, $6 md5, $7 mimetype or null, $8 issued at, $9 uploaded at
-- Its bytes are stored. Not those that the sweep has found to be a leftover.
INSERT INTO run_files (run_id, name, file_id, object_key, size, md5, mimetype, issued_at, uploaded_at)
SELECT $1::uuid, $2::text, $3::uuid, $4::text, $5::bigint, $6::text, $7::text, $8::timestamptz, $9::timestamptz
WHERE NOT EXISTS (SELECT 1 FROM unused_object AS u WHERE u.owner_id = $1::uuid AND u.object_key = $4::text)
ON CONFLICT (run_id, name) DO NOTHING;

-- insert_moved_run: $1 source, $2 target, $3 user id
INSERT INTO run_deletion (run_id, project_id, deleted_at, deleted_by, with_artifacts, moved_to)
SELECT r.run_id, r.project_id, r.deleted_at, $3::bigint, false, $2::uuid
FROM runs AS r
WHERE r.run_id = $1 AND r.deleted_at IS NOT NULL
ON CONFLICT (run_id) DO NOTHING;

-- delete_hidden_run: $1 run id
-- The target of a copy that came to nothing: nobody has seen it, so that its name is free.
DELETE FROM runs
WHERE run_id = $1 AND deleted_at IS NOT NULL;

-- forget_copied_outputs: $1 run id
-- A copy has logged no artifact.
DELETE FROM artifact_use
WHERE run_id = $1 AND direction = 'output';

-- move_logged_artifacts: $1 source, $2 target
UPDATE artifact
SET logged_by = $2
WHERE logged_by = $1;
