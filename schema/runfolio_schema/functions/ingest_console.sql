-- ingest_console stores the console lines of a batch. Called by ingest_batch only, which holds the run's row.
-- Idempotent: the last write of a line wins, so there is no gap and no overlap.
--
-- p_run_id and p_writer name the stream. p_line0 is the number of the first line.
-- p_first is the time of line 0, which a rewrite keeps and a new process does not have; null: unknown.
-- p_time to p_text have one element for each line.
-- p_again tells that the request has rows that the run has already: a process that is sent again, perhaps with other
-- times. Its lines are stored but for those that an earlier epoch has under the same number. Lines of a process that has
-- said when it began, and goes on after all that there are (run_stream.begun_by), are stored but for those that it has
-- sent before; where nothing is left of them they leave no trace, so that whoever comes next goes on at the same number.
-- Raises RF005 when the lines of all writers and epochs, which are numbered through, would be more than GraphQL can number.
CREATE OR REPLACE FUNCTION ingest_console(
  p_run_id uuid, p_writer text, p_line0 bigint, p_first bytea,
  p_time text[], p_level text[], p_label text[], p_text text[],
  p_again boolean
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_epoch int;
  v_first bytea;
  v_lines_max CONSTANT bigint := 2147483647;         -- CONSOLE_LINES_MAX of ingest/append.py
  v_known bigint := 0;                               -- lines below it were sent before, in an epoch with repeated lines
  v_begun jsonb;
  v_from  bigint;                                    -- at which line of the epoch the process has begun
  v_begins bigint[];                                 -- likewise, when it was here before
  v_ends  bigint[];                                  -- one past the last line that it sent each time
  v_repeats int[] := '{}';                           -- which of the lines it has sent before: indices
  v_change bigint;
BEGIN
  SELECT s.epoch, s.first_line, s.begun_by INTO v_epoch, v_first, v_begun
  FROM run_stream AS s
  WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = p_writer
  ORDER BY s.epoch DESC
  LIMIT 1;

  IF p_line0 = 0 AND v_first <> p_first THEN
    SELECT s.epoch INTO v_epoch
    FROM run_stream AS s
    WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = p_writer AND s.first_line = p_first;
    IF NOT FOUND THEN
      SELECT max(s.epoch) + 1 INTO v_epoch
      FROM run_stream AS s
      WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = p_writer;
    END IF;
  END IF;

  IF v_epoch IS NULL AND p_writer = '' THEN
    SELECT jsonb_build_object('0', extract(epoch FROM r.told_starts[cardinality(r.told_starts)])) INTO v_begun
    FROM runs AS r
    WHERE r.run_id = p_run_id AND r.newest_start IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM untold_start AS u WHERE u.run_id = p_run_id);
  ELSIF v_begun IS NOT NULL AND p_line0 > 0 THEN
    SELECT max(key::bigint) INTO v_from FROM jsonb_object_keys(v_begun) AS key WHERE key::bigint <= p_line0;
    SELECT array_agg(b.line), array_agg(b.past) INTO v_begins, v_ends
    FROM (
      SELECT key::bigint AS line, value AS start, lead(key::bigint) OVER (ORDER BY key::bigint) AS past
      FROM jsonb_each(v_begun)
    ) AS b
    WHERE b.start = v_begun -> v_from::text AND b.line < v_from;
    SELECT coalesce(array_agg(i), '{}') INTO v_repeats
    FROM generate_subscripts(p_text, 1) AS i
    WHERE EXISTS (
      SELECT 1
      FROM unnest(v_begins, v_ends) AS b (line, past)
      JOIN console_line AS k ON k.line = b.line + p_line0 - v_from + i - 1 AND k.line < b.past
      WHERE k.run_id = p_run_id AND k.writer = p_writer AND k.epoch = v_epoch
        AND (k.level, k.label, k.text) IS NOT DISTINCT FROM (p_level[i], p_label[i], p_text[i])
    );
    IF cardinality(v_repeats) = cardinality(p_text) THEN
      RETURN;
    END IF;
  END IF;

  SELECT s.next_line INTO v_known
  FROM run_stream AS s
  WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = p_writer AND s.epoch = v_epoch AND s.repeated > 0;
  v_known := coalesce(v_known, 0);

  INSERT INTO run_stream AS s (run_id, stream, writer, epoch, next_line, first_line, begun_by)
  VALUES (
    p_run_id, 'console', p_writer, coalesce(v_epoch, 0), p_line0 + cardinality(p_text),
    CASE WHEN p_line0 = 0 THEN p_first END, CASE WHEN v_epoch IS NULL THEN v_begun END
  )
  ON CONFLICT (run_id, stream, writer, epoch) DO UPDATE
  SET next_line = greatest(s.next_line, excluded.next_line),
      first_line = coalesce(s.first_line, excluded.first_line);

  IF (
    SELECT sum(s.next_line)
    FROM run_stream AS s
    WHERE s.run_id = p_run_id AND s.stream = 'console'
  ) > v_lines_max THEN
    RAISE EXCEPTION 'console numbers' USING ERRCODE = 'RF005';
  END IF;

  -- By the clock, so that no number comes twice where the newest lines have been deleted.
  SELECT greatest(coalesce(max(c.change), 0) + 1, (extract(epoch FROM clock_timestamp()) * 1e6)::bigint) INTO v_change
  FROM console_line AS c
  WHERE c.run_id = p_run_id;

  INSERT INTO console_line AS c (run_id, writer, epoch, line, time, level, label, text, change)
  SELECT p_run_id, p_writer, coalesce(v_epoch, 0), p_line0 + i - 1, p_time[i], p_level[i], p_label[i], p_text[i], v_change
  FROM generate_subscripts(p_text, 1) AS i
  WHERE i <> ALL (v_repeats) AND NOT ((p_again OR p_line0 + i - 1 < v_known) AND EXISTS (
    SELECT 1 FROM console_line AS k
    WHERE k.run_id = p_run_id AND k.writer = p_writer AND k.epoch < v_epoch AND k.line = p_line0 + i - 1
      AND (k.level, k.label, k.text) IS NOT DISTINCT FROM (p_level[i], p_label[i], p_text[i])
  ))
  ON CONFLICT (run_id, writer, epoch, line) DO UPDATE
  SET time = excluded.time, level = excluded.level, label = excluded.label, text = excluded.text,
      change = excluded.change
  WHERE (c.time, c.level, c.label, c.text)
    IS DISTINCT FROM (excluded.time, excluded.level, excluded.label, excluded.text);

  IF p_again THEN
    UPDATE run_stream AS s
    SET repeated = s.next_line - (
      SELECT count(*)
      FROM console_line AS c
      WHERE c.run_id = p_run_id AND c.writer = p_writer AND c.epoch = s.epoch
    )
    WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = p_writer AND s.epoch = v_epoch;
  END IF;
END $$;
