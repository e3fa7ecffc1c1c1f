-- select_runs_to_purge: $1 days since the deletion, $2 after time, $3 after run id, $4 limit → DueRunRow*
SELECT run_id, deleted_at
FROM run_deletion
WHERE purged_at IS NULL AND deleted_at < now() - $1::int * interval '1 day' AND (deleted_at, run_id) > ($2, $3)
ORDER BY deleted_at, run_id
LIMIT $4;

-- backdate_deletions: $1 run ids, $2 when
UPDATE run_deletion
SET deleted_at = $2
WHERE run_id = ANY ($1::uuid[]);

-- begin_purge: $1 run id
-- From here on the run cannot be undeleted: who undeletes it deletes this row, or finds it so.
UPDATE run_deletion
SET purge_began_at = now()
WHERE run_id = $1 AND purge_began_at IS NULL;

-- select_begun_purge: $1 run id → BegunPurgeRow
-- No row when it was undeleted meanwhile, or another worker is done with it.
SELECT with_artifacts, deleted_by, moved_to
FROM run_deletion
WHERE run_id = $1 AND purge_began_at IS NOT NULL AND purged_at IS NULL;

-- select_is_held: $1 run id → HeldHistoryRow
-- Whether forks that are not purged read rows of this run: then these stay.
SELECT EXISTS (SELECT 1 FROM shared_stream WHERE run_id = $1 AND reader_id <> $1);

-- select_held_runs: $1 run id → RunIdRow*
-- The runs whose rows this one reads, by itself and by its branches.
SELECT h.run_id
FROM (
  SELECT unnest(s.inherits) AS run_id FROM run_stream AS s WHERE s.run_id = $1
  UNION
  SELECT unnest(b.holders) FROM run_branch AS b WHERE b.run_id = $1
) AS h;

-- let_go_of_shared: $1 run id, $2 runs whose rows it reads
DELETE FROM shared_stream
WHERE reader_id = $1 AND run_id = ANY ($2::uuid[]);

-- purge_branches: $1 run id, $2 limit → FreedRow*
DELETE FROM run_branch
WHERE run_id = $1 AND number IN (SELECT b.number FROM run_branch AS b WHERE b.run_id = $1 LIMIT $2)
RETURNING 0;

-- purge_fork: $1 run id, $2 limit → FreedRow*
DELETE FROM run_fork
WHERE run_id = $1 AND $2::int > 0
RETURNING 0;

-- purge_alerts: $1 run id, $2 limit → FreedRow*
DELETE FROM run_alert
WHERE run_id = $1 AND number IN (SELECT a.number FROM run_alert AS a WHERE a.run_id = $1 LIMIT $2)
RETURNING octet_length(text);

-- purge_artifact_uses: $1 run id, $2 limit → FreedRow*
-- The artifacts themselves stay, unless they were to go with the run.
DELETE FROM artifact_use
WHERE run_id = $1 AND (artifact_id, direction) IN (
  SELECT a.artifact_id, a.direction FROM artifact_use AS a WHERE a.run_id = $1 LIMIT $2
)
RETURNING 0;

-- purge_streams: $1 run id, $2 limit → FreedRow*
-- Before the lines: whoever compacts them changes this row last, and takes back what it did when it is gone.
DELETE FROM run_stream
WHERE run_id = $1 AND (stream, writer, epoch) IN (
  SELECT s.stream, s.writer, s.epoch FROM run_stream AS s WHERE s.run_id = $1 LIMIT $2
)
RETURNING 0;

-- purge_tail: $1 run id, $2 limit → FreedRow*
DELETE FROM history_tail
WHERE run_id = $1 AND (stream, writer, epoch, line0) IN (
  SELECT t.stream, t.writer, t.epoch, t.line0 FROM history_tail AS t WHERE t.run_id = $1 LIMIT $2
)
RETURNING octet_length(body);

-- purge_chunks: $1 run id, $2 limit → FreedRow*
DELETE FROM history_chunk
WHERE run_id = $1 AND (stream, writer, epoch, key, line0) IN (
  SELECT c.stream, c.writer, c.epoch, c.key, c.line0 FROM history_chunk AS c WHERE c.run_id = $1 LIMIT $2
)
RETURNING octet_length(data) + octet_length(lines);

-- purge_console: $1 run id, $2 limit → FreedRow*
DELETE FROM console_line
WHERE run_id = $1 AND (writer, epoch, line) IN (
  SELECT c.writer, c.epoch, c.line FROM console_line AS c WHERE c.run_id = $1 LIMIT $2
)
RETURNING octet_length(text);

-- purge_documents: $1 run id, $2 limit → FreedRow*
DELETE FROM run_document
WHERE run_id = $1 AND (document, writer) IN (
  SELECT d.document, d.writer FROM run_document AS d WHERE d.run_id = $1 LIMIT $2
)
RETURNING octet_length(text);

-- purge_untold_start: $1 run id, $2 limit → FreedRow*
DELETE FROM untold_start
WHERE run_id = $1 AND $2::int > 0
RETURNING octet_length(before::text) + octet_length(given::text);

-- purge_history_export: $1 run id, $2 limit → FreedRow*
DELETE FROM history_export
WHERE run_id = $1 AND $2::int > 0
RETURNING 0;

-- purge_files: $1 run id, $2 limit → FreedObjectRow*
DELETE FROM run_files
WHERE run_id = $1 AND name IN (SELECT f.name FROM run_files AS f WHERE f.run_id = $1 LIMIT $2)
RETURNING size, object_key;

-- purge_history_files: $1 run id, $2 limit → FreedObjectRow*
DELETE FROM history_file
WHERE run_id = $1 AND number IN (SELECT h.number FROM history_file AS h WHERE h.run_id = $1 LIMIT $2)
RETURNING size, object_key;

-- purge_run: $1 run id → FreedRow
-- What is long in its row; its names stay, so that a list of deleted runs says which they were.
UPDATE runs AS r
SET config_text = '{}', config = '{}', summary_text = '{}', summary = '{}', system_text = NULL, notes = NULL,
  description = NULL, config_writer = NULL, summary_writer = NULL
FROM (
  SELECT o.run_id, octet_length(o.config_text) + octet_length(o.summary_text) + coalesce(octet_length(o.system_text), 0)
    + coalesce(octet_length(o.notes), 0) + coalesce(octet_length(o.description), 0) AS size
  FROM runs AS o
  WHERE o.run_id = $1 AND o.deleted_at IS NOT NULL
) AS before
WHERE r.run_id = $1 AND r.run_id = before.run_id
RETURNING before.size;

-- add_freed_bytes: $1 run id, $2 bytes
-- In the transaction that frees them, so that each is told once.
UPDATE run_deletion
SET freed_bytes = freed_bytes + $2
WHERE run_id = $1;

-- finish_purge: $1 run id → PurgedRunRow
-- Of two workers one gets the row.
UPDATE run_deletion
SET purged_at = now()
WHERE run_id = $1 AND purged_at IS NULL
RETURNING freed_bytes;

-- add_purged_runs: $1 runs, $2 bytes
INSERT INTO counters AS c (name, value)
VALUES ('purged_bytes', $2), ('purged_runs', $1)
ON CONFLICT (name) DO UPDATE
SET value = c.value + excluded.value;

-- select_purge_status: no parameters → PurgeStatusRow
-- How many deleted runs are not purged yet, and what was freed since the database was made.
SELECT w.runs, c.runs, c.bytes
FROM (SELECT count(*) AS runs FROM run_deletion AS d WHERE d.purged_at IS NULL) AS w
CROSS JOIN (
  SELECT coalesce(max(k.value) FILTER (WHERE k.name = 'purged_runs'), 0) AS runs,
    coalesce(max(k.value) FILTER (WHERE k.name = 'purged_bytes'), 0) AS bytes
  FROM counters AS k
  WHERE k.name IN ('purged_runs', 'purged_bytes')
) AS c;
