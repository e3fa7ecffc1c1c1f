-- remember_console_start remembers at which console line a process began that goes on after others: run_stream.begun_by.
-- Called by start_run only, which holds the run's row. Idempotent.
--
-- p_run_id and p_epoch name the stream, that of the writer ''. p_line is the number of the line, and p_start when the
-- process says that it began. Of more than 256 the first ones are forgotten: of theirs, what is sent again is stored
-- again.
CREATE OR REPLACE FUNCTION remember_console_start(p_run_id uuid, p_epoch int, p_line bigint, p_start timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_begun     jsonb;
  v_begun_max CONSTANT int := 256;                   -- each batch of console lines goes through them
BEGIN
  SELECT coalesce(s.begun_by, '{}') || jsonb_build_object(p_line::text, extract(epoch FROM p_start)) INTO v_begun
  FROM run_stream AS s
  WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = '' AND s.epoch = p_epoch;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT jsonb_object_agg(b.key, b.value) INTO v_begun
  FROM (SELECT key, value FROM jsonb_each(v_begun) ORDER BY key::bigint DESC LIMIT v_begun_max) AS b;
  UPDATE run_stream AS s
  SET begun_by = v_begun
  WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = '' AND s.epoch = p_epoch;
END $$;
