-- ingest_lines stores the lines of a batch in one stream: where they go, or that they are known. Called by ingest_batch
-- only, which holds the run's row. Idempotent: lines that are stored are known, and change nothing.
--
-- p_run_id, p_stream (history or events) and p_writer name the stream.
-- p_line0 is the number of the first line and p_n how many there are.
-- p_first is the digest of line 0 when the request held it, also for what trimming left of it: it tells the epoch.
-- p_body is zstd of the lines; null for lines that ingest_columns stores as chunks: they never are in the tail.
-- p_step_low and p_step_high are the least and greatest step of the rows; null: no rows.
-- p_rejected counts the lines that are kept out, and p_repeated those that are empty because the run has their rows.
-- p_compared is how many lines of the stream, of all writers, were stored when the rows were compared with them; -1: they
-- cannot be repeats; null: nobody has compared them. -2: those that the stream has are the same rows; -3: they are not,
-- but another process's that took the run up at the same time: they begin an epoch of their own.
-- p_added is how many lines of the stream this request has stored before these; p_piece is their number in the request,
-- from 0.
--
-- Raises RF001 (detail: the piece and the wanted ranges) when some of the lines are stored and some are not, so that
-- the caller trims, RF002 when the stream would have more than 64 gaps, and RF004 (detail: the piece, and how many lines
-- are stored) when the rows must be compared with what is stored, because they do not lie after it or it has grown since,
-- RF007 (detail: the piece) when lines of an SDK's process are stored already, so that the caller looks whether they are
-- the same, and RF006 when the lines of the stream, of all writers and epochs together, would be more than float64 can count.
-- Returns the epoch that the lines were new in; null: they are known, or all repeated.
CREATE OR REPLACE FUNCTION ingest_lines(
  p_run_id uuid, p_stream text, p_writer text, p_line0 bigint, p_n int, p_first bytea, p_body bytea,
  p_step_low float8, p_step_high float8, p_rejected int, p_repeated int, p_compared bigint,
  p_added bigint, p_piece int
) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  v_stream record;                                   -- the row of run_stream that the lines go to; nulls: a new one
  v_lines  int8multirange := int8multirange(int8range(p_line0, p_line0 + p_n));
  v_wanted int8multirange;
  v_next   bigint;
  v_gaps   int8multirange;
  v_newest int;
  v_closed record;                                   -- the newest that is closed (run_stream.counts_to) and has come so far
  v_high   float8;                                   -- the greatest step that the rows are to lie after
  v_stored bigint;                                   -- lines of all writers
  v_gaps_max CONSTANT int := 64;
  v_lines_max CONSTANT bigint := 9007199254740992;   -- MAX_LINE_NUMBER of ingest/lines.py
BEGIN
  SELECT s.run_id, s.epoch, s.next_line, s.missing, s.first_line, s.step_high, s.repeated, s.taken_up,
    s.counts_to < 'infinity' AS is_closed
  INTO v_stream
  FROM run_stream AS s
  WHERE s.run_id = p_run_id AND s.stream = p_stream AND s.writer = p_writer AND (s.taken_up <= p_line0 OR p_line0 = 0)
  -- Where two processes took the run up at once, each goes on where it has come to; what is known to be stored is looked
  -- for where it is.
  ORDER BY p_line0 > 0 AND CASE WHEN p_compared = -2 THEN s.next_line > p_line0 ELSE s.next_line = p_line0 END DESC,
    s.epoch DESC
  LIMIT 1;

  IF p_compared = -3 THEN
    SELECT max(s.epoch) + 1 INTO v_newest
    FROM run_stream AS s
    WHERE s.run_id = p_run_id AND s.stream = p_stream AND s.writer = p_writer;
    INSERT INTO run_stream (run_id, stream, writer, epoch, next_line, taken_up)
    VALUES (p_run_id, p_stream, p_writer, v_newest, p_line0, p_line0);
    v_stream.epoch := v_newest;
    v_stream.next_line := p_line0;
    v_stream.missing := '{}';
    v_stream.is_closed := false;
    v_stream.repeated := 0;
  END IF;

  IF v_stream.is_closed IS NOT NULL AND p_line0 > 0 AND p_line0 <> v_stream.next_line
    AND (v_stream.is_closed OR v_stream.taken_up > 0 OR v_stream.next_line = 0)
  THEN
    -- A process that still goes on though the run was rewound: its lines follow its own, on the branch that was left, and
    -- do not count. Whoever takes the run up begins where it was told.
    SELECT s.run_id, s.epoch, s.next_line, s.missing, s.first_line, s.step_high, s.repeated, s.taken_up, true AS is_closed
    INTO v_closed
    FROM run_stream AS s
    WHERE s.run_id = p_run_id AND s.stream = p_stream AND s.writer = p_writer AND s.counts_to < 'infinity'
      AND s.next_line >= p_line0
    ORDER BY s.epoch DESC
    LIMIT 1;
    IF FOUND THEN
      v_stream := v_closed;
    END IF;
  END IF;

  IF v_stream.run_id IS NOT NULL AND p_first IS NOT NULL AND (v_stream.first_line <> p_first OR v_stream.taken_up > 0) THEN
    -- Line 0 differs: another process started its offsets again, unless this is a late repeat of an older epoch.
    v_newest := v_stream.epoch;
    SELECT s.run_id, s.epoch, s.next_line, s.missing, s.first_line, s.step_high, s.repeated, s.taken_up INTO v_stream
    FROM run_stream AS s
    WHERE s.run_id = p_run_id AND s.stream = p_stream AND s.writer = p_writer AND s.first_line = p_first;
    IF NOT FOUND THEN
      v_stream.epoch := v_newest + 1;
    END IF;
  END IF;

  IF v_stream.run_id IS NULL THEN
    v_stream.epoch := coalesce(v_stream.epoch, 0);
    v_stream.next_line := 0;
    v_stream.missing := '{}';
  END IF;

  v_wanted := v_lines * (v_stream.missing + int8multirange(int8range(v_stream.next_line, NULL)));
  IF p_writer = '' AND p_first IS NULL AND coalesce(p_compared, 0) > -2 AND v_stream.repeated = 0 AND (
    v_wanted <> v_lines OR EXISTS (
      SELECT 1 FROM run_stream AS s
      WHERE s.run_id = p_run_id AND s.stream = p_stream AND s.writer = p_writer AND s.next_line > p_line0
        AND s.taken_up <= p_line0 AND s.epoch <> v_stream.epoch AND s.counts_to = 'infinity' AND s.taken_up > 0
    )
  ) THEN
    RAISE EXCEPTION 'known' USING ERRCODE = 'RF007', DETAIL = json_build_object('piece', p_piece)::text;
  END IF;
  IF isempty(v_wanted) THEN
    RETURN NULL;
  END IF;
  IF v_wanted <> v_lines THEN
    RAISE EXCEPTION 'overlap' USING ERRCODE = 'RF001', DETAIL = json_build_object(
      'piece', p_piece,
      'wanted', (SELECT json_agg(json_build_array(lower(r), upper(r))) FROM unnest(v_wanted) AS r)
    )::text;
  END IF;

  -- Rows that lie after all of their writer's are no repeats, so ordinary ingest reads no more than its own stream.
  IF p_compared >= 0 OR (p_compared IS NULL AND p_step_low IS NOT NULL AND (
    v_stream.epoch > 0 OR v_stream.repeated > 0 OR v_stream.step_high IS NULL OR p_step_low <= v_stream.step_high
  )) THEN
    -- A writer that has no row of its own yet, or has sent known ones, may be sending those of another one.
    SELECT CASE
        WHEN sum(s.repeated) FILTER (WHERE s.writer = p_writer) = 0
        THEN coalesce(max(s.step_high) FILTER (WHERE s.writer = p_writer), max(s.step_high))
        ELSE max(s.step_high)
      END,
      coalesce(sum(s.next_line - (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(s.missing) AS r)), 0) - p_added
    INTO v_high, v_stored
    FROM run_stream AS s
    WHERE s.run_id = p_run_id AND s.stream = p_stream;
    IF p_compared <> v_stored OR (p_compared IS NULL AND p_step_low <= v_high) THEN
      RAISE EXCEPTION 'repeats' USING ERRCODE = 'RF004', DETAIL = json_build_object(
        'piece', p_piece, 'stored', v_stored
      )::text;
    END IF;
  END IF;

  IF p_repeated = p_n AND v_stream.run_id IS NOT NULL AND v_stream.repeated = 0 THEN
    -- Nothing new: they leave no trace, so that whoever comes next is told to go on where it would have without them.
    RETURN NULL;
  END IF;

  v_next := greatest(v_stream.next_line, p_line0 + p_n);
  v_gaps := (v_stream.missing - v_lines) + CASE
    WHEN p_line0 > v_stream.next_line THEN int8multirange(int8range(v_stream.next_line, p_line0))
    ELSE '{}'::int8multirange
  END;
  -- So many streams that fewer lines in each would come to that many there are not.
  IF v_next > sqrt(v_lines_max) AND v_next > v_stream.next_line AND (
    SELECT coalesce(sum(s.next_line), 0) - v_stream.next_line + v_next
    FROM run_stream AS s
    WHERE s.run_id = p_run_id AND s.stream = p_stream
  ) > v_lines_max THEN
    RAISE EXCEPTION 'line numbers' USING ERRCODE = 'RF006';
  END IF;
  IF (SELECT count(*) FROM unnest(v_gaps)) > v_gaps_max THEN
    -- Unbounded, each batch would cost time in the number of gaps.
    RAISE EXCEPTION 'gaps' USING ERRCODE = 'RF002';
  END IF;

  INSERT INTO run_stream AS s (
    run_id, stream, writer, epoch, next_line, missing, first_line, step_high, rejected, repeated, tail_lines, tail_bytes
  )
  VALUES (
    p_run_id, p_stream, p_writer, v_stream.epoch, v_next, v_gaps, CASE WHEN p_line0 = 0 THEN p_first END, p_step_high,
    p_rejected, p_repeated, CASE WHEN p_body IS NULL THEN 0 ELSE p_n END, coalesce(octet_length(p_body), 0)
  )
  ON CONFLICT (run_id, stream, writer, epoch) DO UPDATE
  SET next_line = excluded.next_line,
      missing = excluded.missing,
      first_line = coalesce(excluded.first_line, s.first_line),
      step_high = CASE WHEN s.counts_to < 'infinity' THEN s.step_high ELSE greatest(s.step_high, excluded.step_high) END,
      rejected = s.rejected + excluded.rejected,
      repeated = s.repeated + excluded.repeated,
      tail_lines = s.tail_lines + excluded.tail_lines,
      tail_bytes = s.tail_bytes + excluded.tail_bytes;

  IF p_body IS NOT NULL THEN
    INSERT INTO history_tail (run_id, stream, writer, epoch, line0, n, step_low, step_high, body)
    VALUES (p_run_id, p_stream, p_writer, v_stream.epoch, p_line0, p_n, p_step_low, p_step_high, p_body);
  END IF;
  RETURN v_stream.epoch;
END $$;
