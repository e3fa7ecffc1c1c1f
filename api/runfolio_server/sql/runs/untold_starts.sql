-- take_untold_start: $1 run id → UntoldStartRow
-- The caller holds the run.
DELETE FROM untold_start
WHERE run_id = $1
RETURNING before::text, given::text, sent_text, console_epochs;

-- forget_repeated_console: $1 run id, $2 starts of the process before
-- Lines that came before it was known whose they are. The caller holds the run.
DELETE FROM console_line AS c
USING console_line AS k
WHERE c.run_id = $1 AND c.writer = '' AND c.epoch >= $2
  AND k.run_id = $1 AND k.writer = '' AND k.epoch < c.epoch AND k.line = c.line
  AND (k.level, k.label, k.text) IS NOT DISTINCT FROM (c.level, c.label, c.text);

-- count_repeated_console: $1 run id, $2 starts of the process before
-- As ingest_console counts them. The caller holds the run.
UPDATE run_stream AS s
SET repeated = s.next_line - c.lines
FROM (
  SELECT l.epoch, count(*) AS lines
  FROM console_line AS l
  WHERE l.run_id = $1 AND l.writer = '' AND l.epoch >= $2
  GROUP BY l.epoch
) AS c
WHERE s.run_id = $1 AND s.stream = 'console' AND s.writer = '' AND s.epoch = c.epoch;
