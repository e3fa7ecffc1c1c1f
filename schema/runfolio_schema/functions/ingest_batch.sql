-- ingest_batch stores one request of a run: every stream in it, summary, heartbeat and exit together, or none. Called
-- by sql/history/ingest.sql for ingest/append.py, and by ingest_columns. Idempotent: a repeat stores nothing twice.
--
-- p_run_id is the run; p_writer is '' or, where several processes write one run, the client's id.
-- p_stream to p_compared have one element for each piece of lines: see ingest_lines.
-- p_console_line0 to p_text are console lines: see ingest_console. Without any, p_text is empty.
-- p_summary_text, p_summary and p_system_text: null leaves what is stored.
-- p_summary_rejected counts the keys that the summary is without.
-- p_summary_sent is what the writer sent of the summary, where p_summary_text is that together with what others wrote;
-- null: the writer is alone.
-- p_may is what the caller may write, as sql/access.py binds it: the only project or 0, a number that is not looked at,
-- the user whose own runs count in an open project, and the entities whose runs; null: the caller has checked this one.
-- p_user_id is who sends it, for the log of states; null: not told.
-- p_logged_keys is an object: the name of each key of the rows that the summary of this request lacks, or all where it has
-- none, and the part of the name that the summary would have it by; null: there are none.
-- p_preempting tells that the machine will be taken away; p_exit_code and p_exit_state are null until the run ends.
--
-- Returns what the run is told, the run's state, and the epoch of each piece; null: its lines are known.
-- Returns no row when the run does not exist, is deleted or is not the caller's to write. Raises what ingest_lines raises, and RF003 when somebody else
-- writes the summary too: then the caller puts both together (share_document).
CREATE OR REPLACE FUNCTION ingest_batch(
  p_run_id uuid, p_writer text,
  p_stream text[], p_line0 bigint[], p_n int[], p_first bytea[], p_body bytea[],
  p_step_low float8[], p_step_high float8[], p_rejected int[], p_repeated int[], p_compared bigint[],
  p_console_line0 bigint, p_console_first bytea,
  p_time text[], p_level text[], p_label text[], p_text text[],
  p_summary_text text, p_summary jsonb, p_summary_rejected int, p_system_text text,
  p_preempting boolean, p_exit_code int, p_exit_state text, p_summary_sent text, p_may bigint[],
  p_user_id bigint DEFAULT NULL, p_logged_keys jsonb DEFAULT NULL
) RETURNS TABLE (stop_requested boolean, state text, epochs int[])
LANGUAGE plpgsql AS $$
DECLARE
  v_epochs int[] := '{}';                            -- of each piece of lines; null: they are known
  v_new    boolean;
  v_takes  boolean;                                  -- whether the summary is not older than the stored one
  v_again  boolean;                                  -- whether the run has some of the rows already, under other numbers
  v_state  text;                                     -- the run's, before this batch
  v_code   int;                                      -- likewise, its exit code
  v_open   boolean;                                  -- whether an exit still counts, and a batch moves the run
  v_writer text;                                     -- who writes the summary; null: nobody yet
  v_sent_again boolean;                              -- whether the process was here before, as it has said itself
  v_project bigint;
  v_logged jsonb;                                    -- the run's logged_keys; and the summary that it had before
  v_summary jsonb;
  v_logged_max CONSTANT int := 10000;                -- names of 100 bytes would be a megabyte beside the run
  v_made_by bigint;
  -- Distributed, a change takes no now() in a CASE.
  v_now    timestamptz := now();
BEGIN
  -- The run's row first: batches of one run wait for each other here, and so see each other's streams.
  SELECT r.state, r.exit_code, r.summary_writer, r.project_id, r.created_by, r.is_sent_again AND p_writer = ''
  INTO v_state, v_code, v_writer, v_project, v_made_by, v_sent_again
  FROM runs AS r
  WHERE r.run_id = p_run_id AND r.deleted_at IS NULL
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF p_may IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM projects AS p
    WHERE p.project_id = v_project AND p.deleted_at IS NULL AND p_may[1] IN (0, p.project_id)
      AND (p.entity_id = ANY (p_may[4:]) OR p.visibility = 'open' AND v_made_by = p_may[3])
  ) THEN
    RETURN;
  END IF;
  IF p_summary_text IS NOT NULL AND p_summary_sent IS NULL AND v_writer <> p_writer THEN
    RAISE EXCEPTION 'several write the summary' USING ERRCODE = 'RF003';
  END IF;

  FOR i IN 1 .. cardinality(p_stream) LOOP
    v_epochs := v_epochs || ingest_lines(
      p_run_id, p_stream[i], p_writer, p_line0[i], p_n[i], p_first[i], p_body[i],
      p_step_low[i], p_step_high[i], p_rejected[i], p_repeated[i], p_compared[i],
      (SELECT coalesce(sum(n), 0) FROM unnest(p_stream, p_n, v_epochs) AS piece (stream, n, epoch)
       WHERE stream = p_stream[i] AND epoch IS NOT NULL),
      i - 1
    );
  END LOOP;
  v_again := v_sent_again OR EXISTS (
    SELECT 1 FROM unnest(p_repeated) AS repeated WHERE repeated > 0
  );
  IF cardinality(p_text) > 0 THEN
    PERFORM ingest_console(
      p_run_id, p_writer, p_console_line0, p_console_first, p_time, p_level, p_label, p_text,
      v_again OR (cardinality(p_stream) > 0 AND cardinality(array_remove(v_epochs, NULL)) = 0)
    );
  END IF;

  -- A request whose lines are all known is a repeat, perhaps a late one: its summary may be older than the stored one.
  v_new := cardinality(p_stream) = 0 OR cardinality(array_remove(v_epochs, NULL)) > 0;
  IF p_writer = '' AND p_summary IS NOT NULL AND (v_again OR cardinality(p_stream) = 0) THEN
    -- Nothing but new rows proves that it is of now. A process whose rows are sent again sends its summaries again too, of
    -- which the first tell nothing but how long it has run. Keys of programs, not of people, begin with an underscore.
    SELECT NOT coalesce(
      CASE
        WHEN jsonb_typeof(r.summary -> '_timestamp') IS DISTINCT FROM 'number' THEN false
        WHEN jsonb_typeof(p_summary -> '_timestamp') = 'number' THEN
          (p_summary -> '_timestamp')::numeric < (r.summary -> '_timestamp')::numeric
        ELSE NOT EXISTS (SELECT 1 FROM jsonb_object_keys(p_summary) AS key WHERE NOT starts_with(key, '_'))
      END, false)
    INTO v_takes
    FROM runs AS r
    WHERE r.run_id = p_run_id;
  ELSE
    v_takes := v_new;
  END IF;
  IF v_takes AND p_summary_rejected > 0 THEN
    -- Each summary is a whole one, so what one is without the next ones often are without too: counted once.
    INSERT INTO run_stream AS s (run_id, stream, writer, epoch, next_line, rejected)
    VALUES (p_run_id, 'summary', p_writer, 0, 0, p_summary_rejected)
    ON CONFLICT (run_id, stream, writer, epoch) DO UPDATE
    SET rejected = excluded.rejected
    WHERE s.rejected < excluded.rejected;
  END IF;
  IF p_logged_keys IS NOT NULL AND v_new THEN
    SELECT r.logged_keys, r.summary INTO v_logged, v_summary FROM runs AS r WHERE r.run_id = p_run_id;
    SELECT v_logged || coalesce(jsonb_object_agg(n.key, n.part), '{}')
    INTO v_logged
    FROM (
      SELECT e.key, e.value AS part
      FROM jsonb_each(p_logged_keys) AS e
      WHERE NOT v_logged ? e.key AND (p_summary IS NOT NULL OR NOT v_summary ? (e.value #>> '{}'))
      LIMIT v_logged_max - (SELECT count(*) FROM jsonb_object_keys(v_logged))
    ) AS n;
  END IF;
  -- A crashed run is open too: that it has crashed is what the server takes silence for. Unless it has said so itself,
  -- by the code 254 of ingest/exit_code.py: that is an end, which a late batch does not undo.
  v_open := v_state IN ('pending', 'running', 'preempting', 'crashed')
    AND NOT (v_state = 'crashed' AND v_code IS NOT DISTINCT FROM 254);
  UPDATE runs AS r
  SET heartbeat_at = v_now,
      updated_at = CASE WHEN p_exit_state IS NOT NULL OR (v_takes AND p_summary_text IS NOT NULL) THEN v_now
                        ELSE r.updated_at END,
      summary_text = CASE WHEN v_takes THEN coalesce(p_summary_text, r.summary_text) ELSE r.summary_text END,
      summary = CASE WHEN v_takes THEN coalesce(p_summary, r.summary) ELSE r.summary END,
      summary_writer = CASE WHEN v_takes AND p_summary_text IS NOT NULL AND p_summary_sent IS NULL THEN p_writer
                            ELSE r.summary_writer END,
      logged_keys = coalesce(v_logged, r.logged_keys),
      system_text = CASE WHEN v_new THEN coalesce(p_system_text, r.system_text) ELSE r.system_text END,
      -- The moves of domain/run_state.py; tests/server/test_run_life.py compares.
      state = CASE
        WHEN p_exit_state <> 'finished' AND v_state = 'preempting' THEN 'preempted'
        WHEN p_exit_state IS NOT NULL AND v_open THEN p_exit_state
        WHEN p_preempting AND v_open THEN 'preempting'
        WHEN v_state IN ('pending', 'crashed') AND v_open THEN 'running'
        ELSE v_state
      END,
      -- A run that has ended keeps its code with its state.
      exit_code = CASE WHEN v_open THEN coalesce(p_exit_code, r.exit_code) ELSE coalesce(r.exit_code, p_exit_code) END,
      finished_at = CASE WHEN p_exit_state IS NOT NULL THEN coalesce(r.finished_at, v_now) ELSE r.finished_at END
  WHERE r.run_id = p_run_id
  RETURNING r.stop_requested, r.state, v_epochs INTO stop_requested, state, epochs;
  IF v_takes AND p_summary_sent IS NOT NULL THEN
    PERFORM remember_document(p_run_id, 'summary', p_writer, p_summary_sent);
  END IF;
  IF state <> v_state THEN
    PERFORM write_run_event(p_run_id, 'run_state_changed', v_state, state, CASE
      WHEN p_exit_state IS NOT NULL THEN 'exit'
      WHEN p_preempting THEN 'notice'
      ELSE 'batch'
    END, p_user_id, CASE WHEN p_exit_state IS NOT NULL THEN jsonb_build_object('exit_code', p_exit_code) END);
  END IF;
  RETURN NEXT;
END $$;
