-- select_history_streams: $1 run id → HistoryStreamRow*
-- What a run's own history lies in, and which runs have rows that count in it too.
SELECT writer, epoch, step_high, inherits
FROM run_stream
WHERE run_id = $1 AND stream = 'history'
ORDER BY writer, epoch;

-- select_newest_branch: $1 run id → RunBranchRow
SELECT {{columns b}}
FROM run_branch AS b
WHERE b.run_id = $1
ORDER BY b.number DESC
LIMIT 1;

-- select_branches_page: $1 run id, $2 after this number or null, $3 limit → RunBranchRow*
SELECT {{columns b}}
FROM run_branch AS b
WHERE b.run_id = $1 AND ($2::int IS NULL OR b.number > $2)
ORDER BY b.number
LIMIT $3;

-- select_branch: $1 run id, $2 number → RunBranchRow
SELECT {{columns b}}
FROM run_branch AS b
WHERE b.run_id = $1 AND b.number = $2;

-- count_branches: $1 run id → CountRow
SELECT count(*)
FROM run_branch
WHERE run_id = $1;

-- insert_branch: $1 run id, $2 number, $3 branch id, $4 step, $5 last step or null, $6 rows, $7 holders
INSERT INTO run_branch (run_id, number, branch_id, step, last_step, rows, holders)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- share_own_streams: $1 run id, $2 view, $3 the run that reads it, $4 step
-- What the run has now, up to the step: lines that come later do not count either.
INSERT INTO shared_stream (run_id, view_id, stream, writer, epoch, reader_id, past_line, counts_to)
SELECT s.run_id, $2::uuid, s.stream, s.writer, s.epoch, $3::uuid, s.next_line, least(s.counts_to, $4::float8)
FROM run_stream AS s
WHERE s.run_id = $1 AND s.stream = 'history';

-- keep_own_streams: $1 run id, $2 view
-- What the run has now, as a branch that is left: a process that is still on it adds to it.
INSERT INTO shared_stream (run_id, view_id, stream, writer, epoch, reader_id, past_line, counts_to)
SELECT s.run_id, $2::uuid, s.stream, s.writer, s.epoch, s.run_id, 1::bigint << 62, s.counts_to
FROM run_stream AS s
WHERE s.run_id = $1 AND s.stream = 'history';

-- share_view: $1 the run that has the rows, $2 view, $3 another view, $4 the run that reads it, $5 step
-- Another view of the same rows, up to the step.
INSERT INTO shared_stream (run_id, view_id, stream, writer, epoch, reader_id, past_line, counts_to)
SELECT s.run_id, $3::uuid, s.stream, s.writer, s.epoch, $4::uuid, s.past_line, least(s.counts_to, $5::float8)
FROM shared_stream AS s
WHERE s.run_id = $1 AND s.view_id = $2;

-- cut_view: $1 the run that has the rows, $2 view, $3 step
UPDATE shared_stream
SET counts_to = $3
WHERE run_id = $1 AND view_id = $2 AND counts_to > $3;

-- cut_streams: $1 run id, $2 step, $3 writers, $4 epochs, $5 rows that count, $6 greatest steps of them
-- Each stream of the history ends at the step, and takes no more lines of a process that comes later.
UPDATE run_stream AS s
SET counts_to = least(s.counts_to, $2), kept = k.kept, step_high = k.step_high
FROM unnest($3::text[], $4::int[], $5::bigint[], $6::float8[]) AS k (writer, epoch, kept, step_high)
WHERE s.run_id = $1 AND s.stream = 'history' AND s.writer = k.writer AND s.epoch = k.epoch;

-- open_streams: $1 run id, $2 writers, $3 epochs, $4 first lines, $5 rows of other runs that count, $6 the runs that have them, $7 greatest step of those
-- Streams that nobody has written to yet.
INSERT INTO run_stream (run_id, stream, writer, epoch, next_line, taken_up, kept, inherits, step_high)
SELECT $1::uuid, 'history', k.writer, k.epoch, k.first_line, k.first_line, CASE WHEN k.writer = '' THEN $5::bigint ELSE 0 END,
  CASE WHEN k.writer = '' THEN $6::uuid[] END, CASE WHEN k.writer = '' THEN $7::float8 END
FROM unnest($2::text[], $3::int[], $4::bigint[]) AS k (writer, epoch, first_line);

-- begin_again: $1 run id, $2 state → RunIdRow
-- By whoever holds the row: the run forgets how it ended, and that it was asked to stop.
UPDATE runs
SET state = $2, finished_at = NULL, exit_code = NULL, stop_requested = false, updated_at = now()
WHERE run_id = $1
RETURNING run_id;

-- end_summary_due: $1 run id
UPDATE run_branch
SET summary_is_due = false
WHERE run_id = $1 AND summary_is_due;
