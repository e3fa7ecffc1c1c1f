-- start_run makes a run, or takes it up again, and changes it. Called by sql/runs/runs.sql for actions/runs/lifecycle.py, for a
-- project that the caller may write.
--
-- p_run_id is made of p_project_id and p_name, so a repeat gives the same run: it is idempotent, except that a run that
-- is taken up runs again and forgets how it ended, unless p_given has a state. A deleted run stays as it is.
-- p_words and the run's number make a display name of a new run when p_given has none.
-- p_created_by is the number of the user who asks: the maker of a new run, and who it was in the log of states.
-- p_given is an object of column and value: what it lacks leaves a column as it is, and it holds no null. An empty group or
-- job type is none; an empty display name is made anew of p_words and how many runs the project has had.
-- Of its environment a process that says when it began tells all, and one that does not yet nothing that is known.
-- p_config_text to p_summary: null leaves a column as it is.
-- p_config_if_new: the config is for a new run; one that is there keeps its own, and the caller joins the two.
-- p_writer is whose config and summary they are: '' or, where several processes write one run, the client's id; null:
-- nobody's who sends them again. A run that begins anew, but not for one of several processes, forgets who wrote before.
--
-- p_told_start is when the process says that it began; null: it does not say. Only of the one whose p_writer is ''. The SDK
-- says it some seconds after its start, the same each time that it is sent again. So what a run has is kept from before a
-- start without it (untold_start); an older process changes neither attributes nor documents, and not how the run ended,
-- if it had ended. It is one that has told this start before a newer one, or p_is_late: it is sent when it is over, and by
-- its clock it began before the newest. Clocks of machines differ, so one that runs now is the newest.
--
-- Runs of one project are made one after another: whoever makes one holds the project's row, and so no number is given
-- twice or left out, and of two that make the same run one finds it made. Nobody who holds a run waits for a project.
--
-- Returns the run and how it was found; waiting are the documents that were not written, because the caller joins them
-- to those that are there: see share_document. puts_back are the columns that a start has changed of which it turns out now
-- that its process was here before: the caller puts them back (untold_start); null: none. No row when the project is gone.
CREATE OR REPLACE FUNCTION start_run(
  p_run_id uuid, p_project_id bigint, p_name text, p_words text, p_created_by bigint, p_given jsonb,
  p_config_text text, p_config jsonb, p_summary_text text, p_summary jsonb, p_config_if_new boolean DEFAULT false,
  p_writer text DEFAULT '', p_told_start timestamptz DEFAULT NULL, p_is_late boolean DEFAULT false
) RETURNS TABLE (
  run_id uuid, project_id bigint, name text, display_name text, state text, tags text[], group_name text, job_type text,
  notes text, description text, sweep_name text, host text, program text, commit_hash text, repository text,
  created_by bigint, created_at timestamptz, updated_at timestamptz, heartbeat_at timestamptz, finished_at timestamptz,
  started_at timestamptz, exit_code int, stop_requested boolean, config_text text, summary_text text, system_text text,
  is_new boolean, is_deleted boolean, waiting text[], puts_back text[]
)
LANGUAGE plpgsql AS $$
-- The names of the result are names of columns too, and mean these: ON CONFLICT takes no longer ones.
#variable_conflict use_column
DECLARE
  v_given_state text := p_given ->> 'state';
  v_tags        text[];
  v_number      bigint;
  v_state       text;
  v_deleted     timestamptz;
  v_is_new      boolean := false;
  v_begins      boolean;
  v_after       text;                                -- the run's state afterwards
  v_config      text;                                -- who writes the config, and the summary; '*': several
  v_summary     text;
  v_waiting     text[] := '{}';
  v_newest      timestamptz;                         -- the start of the newest process
  v_starts      timestamptz[] := '{}';               -- see runs.told_starts
  v_told        timestamptz := CASE WHEN p_writer = '' THEN p_told_start END; -- by the clock of its machine
  v_turn        int;                                 -- of who tells its start: 1 a new process, 0 the newest, -1 an older one
  v_starts_max CONSTANT int := 16;                   -- so many processes that write one run at once are told apart
  v_sent_again  boolean := false;
  v_puts_back   text[];
  v_before      jsonb;                               -- these five: see untold_start
  v_given       jsonb;
  v_sent_text   text;
  v_epochs      int;
  v_line        bigint;
  v_is_known    boolean;                             -- whether the start is known that has just been told
  v_is_older    boolean := false;                    -- see runs.is_older
  v_ends_again  boolean := false;                    -- whether the run has ended again as it had before the start
  v_logged      jsonb;                               -- see runs.logged_keys
  -- Distributed, a change takes no now() in a CASE.
  v_now         timestamptz := now();
BEGIN
  -- A clock that goes before would make all who come after it older ones.
  p_told_start := least(v_told, CASE WHEN v_told IS NOT NULL THEN v_now END);
  IF p_given ? 'tags' THEN
    v_tags := ARRAY(SELECT jsonb_array_elements_text(p_given -> 'tags'));
  END IF;

  SELECT r.state, r.deleted_at, r.config_writer, r.summary_writer, r.newest_start, r.is_sent_again,
    r.is_older, r.told_starts
  INTO v_state, v_deleted, v_config, v_summary, v_newest, v_sent_again, v_is_older, v_starts
  FROM runs AS r
  WHERE r.run_id = p_run_id
  FOR UPDATE;
  IF NOT FOUND THEN
    SELECT p.run_counter + 1 INTO v_number
    FROM projects AS p
    WHERE p.project_id = p_project_id AND p.deleted_at IS NULL
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    INSERT INTO runs AS r (
      run_id, project_id, name, display_name, state, created_by, tags, group_name, job_type, notes, description,
      sweep_name, host, program, commit_hash, repository, config_text, config, summary_text, summary,
      config_writer, summary_writer, newest_start, started_at, environment, told_starts
    )
    VALUES (
      p_run_id, p_project_id, p_name, coalesce(nullif(p_given ->> 'display_name', ''), p_words || '-' || v_number::text),
      coalesce(v_given_state, 'running'), p_created_by, coalesce(v_tags, '{}'),
      nullif(p_given ->> 'group_name', ''), nullif(p_given ->> 'job_type', ''), p_given ->> 'notes', p_given ->> 'description', p_given ->> 'sweep_name',
      p_given ->> 'host', p_given ->> 'program', p_given ->> 'commit_hash', p_given ->> 'repository',
      coalesce(p_config_text, '{}'), coalesce(p_config, '{}'), coalesce(p_summary_text, '{}'),
      coalesce(p_summary, '{}'), p_writer,
      CASE WHEN p_writer = '' OR p_summary_text IS NOT NULL THEN p_writer END, p_told_start, p_told_start,
      coalesce(p_given -> 'environment', '{}'), array_remove(ARRAY[v_told], NULL)
    )
    ON CONFLICT (run_id) DO NOTHING;
    v_is_new := FOUND;
    IF v_is_new THEN
      UPDATE projects AS p SET run_counter = v_number WHERE p.project_id = p_project_id;
      -- Who gives a state describes a run, and starts none.
      PERFORM write_run_event(
        p_run_id, 'run_made', NULL, coalesce(v_given_state, 'running'),
        CASE WHEN v_given_state IS NULL THEN 'start' ELSE 'update' END, p_created_by
      );
    ELSE
      SELECT r.state, r.deleted_at, r.config_writer, r.summary_writer, r.newest_start, r.is_sent_again,
        r.is_older, r.told_starts
      INTO v_state, v_deleted, v_config, v_summary, v_newest, v_sent_again, v_is_older, v_starts
      FROM runs AS r
      WHERE r.run_id = p_run_id
      FOR UPDATE;
    END IF;
  END IF;

  IF NOT v_is_new AND v_deleted IS NULL THEN
    -- A state that is given says no more than itself: it is no sign of life, and leaves how the run ended.
    -- Who is asked to stop before it begins is told so; after an end it was asked of another process.
    -- Who is running or about to be preempted goes on: the moves of domain/run_state.py, and a test compares.
    v_begins := v_given_state IS NULL AND v_state NOT IN ('running', 'preempting');
    -- An older process gives its labels again in documents without a config; a new one begins with a config.
    v_begins := v_begins AND NOT (v_is_older AND p_writer IS NOT DISTINCT FROM '' AND p_config_text IS NULL);
    v_turn := CASE WHEN v_told = v_starts[cardinality(v_starts)] THEN 0
                   WHEN v_told = ANY (v_starts) OR (p_is_late AND p_told_start < v_newest) THEN -1 ELSE 1 END;
    IF p_told_start IS NULL THEN
      IF p_writer = '' AND v_given_state IS NULL AND p_config_text IS NOT NULL AND NOT p_config_if_new
        AND v_newest IS NOT NULL
      THEN
        -- The first document of a process. Of two whose starts are untold what was there before the first one counts.
        v_sent_again := false;
        v_is_older := false;
        SELECT jsonb_build_object(
            'display_name', r.display_name, 'tags', r.tags, 'group_name', r.group_name, 'job_type', r.job_type,
            'notes', r.notes, 'description', r.description, 'sweep_name', r.sweep_name, 'host', r.host,
            'program', r.program, 'commit_hash', r.commit_hash, 'repository', r.repository, 'config', r.config_text,
            'summary', r.summary_text, 'state', r.state, 'exit_code', r.exit_code, 'finished_at', r.finished_at
          )
        INTO v_before
        FROM runs AS r
        WHERE r.run_id = p_run_id;
        SELECT d.text INTO v_sent_text
        FROM run_document AS d
        WHERE d.run_id = p_run_id AND d.document = 'config' AND d.writer = '';
        SELECT s.epoch + 1, s.next_line INTO v_epochs, v_line
        FROM run_stream AS s
        WHERE s.run_id = p_run_id AND s.stream = 'console' AND s.writer = ''
        ORDER BY s.epoch DESC
        LIMIT 1;
        v_given := p_given - 'environment' || jsonb_build_object('config', p_config_text);
        v_epochs := coalesce(v_epochs, 0);
        v_line := coalesce(v_line, 0);
        INSERT INTO untold_start (run_id, before, given, sent_text, console_epochs, console_line)
        VALUES (p_run_id, v_before, v_given, v_sent_text, v_epochs, v_line)
        ON CONFLICT (run_id) DO NOTHING;
      END IF;
    ELSIF v_turn < 1 THEN
      SELECT ARRAY(SELECT jsonb_object_keys(u.given)), u.before, u.console_epochs, u.console_line
      INTO v_puts_back, v_before, v_epochs, v_line
      FROM untold_start AS u
      WHERE u.run_id = p_run_id;
      v_is_known := FOUND;
      v_sent_again := v_sent_again OR v_is_known OR v_turn < 0;
      IF v_turn < 0 THEN
        -- A crash that was guessed is no end: the newest one may still live. What it said itself is (ingest_batch).
        v_ends_again := v_is_known AND (
          v_before ->> 'state' IN ('finished', 'failed', 'killed', 'preempted')
          OR (v_before ->> 'state' = 'crashed' AND v_before ->> 'exit_code' = '254')
        );
        v_is_older := v_is_older OR v_ends_again;
        v_begins := v_begins AND NOT v_is_older;
        p_given := '{}';
        v_tags := NULL;
        p_config_text := NULL;
        p_config := NULL;
      ELSIF v_is_known THEN
        v_is_older := false;
        -- The newest one itself: what it sends of its config is as it left it, and its labels may have been edited since.
        v_puts_back := ARRAY(SELECT k FROM unnest(v_puts_back) AS k WHERE k <> 'config' AND NOT p_given ? k);
      END IF;
    ELSE
      v_sent_again := false;
      v_is_older := false;
      DELETE FROM untold_start AS u
      WHERE u.run_id = p_run_id
      RETURNING u.console_epochs, u.console_line INTO v_epochs, v_line;
      v_is_known := FOUND OR v_newest IS NULL;
    END IF;
    IF v_is_known THEN
      -- If it goes on after the console lines that there are; where there are none yet ingest_console remembers it.
      PERFORM remember_console_start(p_run_id, greatest(v_epochs - 1, 0), coalesce(v_line, 0), v_told);
    END IF;
    v_is_older := v_is_older AND NOT v_begins;
    IF v_begins THEN
      -- The next process may have a summary without them.
      SELECT r.logged_keys || coalesce((SELECT jsonb_object_agg(key, key) FROM jsonb_object_keys(r.summary) AS key), '{}')
      INTO v_logged
      FROM runs AS r
      WHERE r.run_id = p_run_id;
    END IF;
    IF v_begins AND coalesce(p_writer, '') = '' THEN
      IF '*' IN (v_config, v_summary) THEN
        DELETE FROM run_document AS d WHERE d.run_id = p_run_id;
      END IF;
      v_config := p_writer;
      v_summary := p_writer;
    END IF;
    IF p_given ->> 'display_name' = '' THEN
      -- Read without a lock: who holds a run waits for no project.
      SELECT p.run_counter INTO v_number FROM projects AS p WHERE p.project_id = p_project_id;
      p_given := p_given || jsonb_build_object('display_name', p_words || '-' || v_number::text);
    END IF;
    v_waiting := array_remove(ARRAY[
      CASE WHEN p_config_text IS NOT NULL AND (p_config_if_new OR v_config <> p_writer) THEN 'config' END,
      CASE WHEN p_summary_text IS NOT NULL AND v_summary <> p_writer THEN 'summary' END
    ], NULL);
    UPDATE runs AS r
    SET display_name = coalesce(p_given ->> 'display_name', r.display_name),
        tags = coalesce(v_tags, r.tags),
        group_name = CASE WHEN p_given ? 'group_name' THEN nullif(p_given ->> 'group_name', '') ELSE r.group_name END,
        job_type = CASE WHEN p_given ? 'job_type' THEN nullif(p_given ->> 'job_type', '') ELSE r.job_type END,
        notes = coalesce(p_given ->> 'notes', r.notes),
        description = coalesce(p_given ->> 'description', r.description),
        sweep_name = coalesce(p_given ->> 'sweep_name', r.sweep_name),
        host = coalesce(p_given ->> 'host', r.host),
        program = coalesce(p_given ->> 'program', r.program),
        commit_hash = coalesce(p_given ->> 'commit_hash', r.commit_hash),
        repository = coalesce(p_given ->> 'repository', r.repository),
        config_text = CASE WHEN 'config' = ANY (v_waiting) THEN r.config_text
                           ELSE coalesce(p_config_text, r.config_text) END,
        config = CASE WHEN 'config' = ANY (v_waiting) THEN r.config ELSE coalesce(p_config, r.config) END,
        config_writer = CASE WHEN p_config_text IS NULL THEN v_config ELSE coalesce(v_config, p_writer) END,
        summary_text = CASE WHEN 'summary' = ANY (v_waiting) THEN r.summary_text
                            ELSE coalesce(p_summary_text, r.summary_text) END,
        summary = CASE WHEN 'summary' = ANY (v_waiting) THEN r.summary ELSE coalesce(p_summary, r.summary) END,
        summary_writer = CASE WHEN p_summary_text IS NULL THEN v_summary ELSE coalesce(v_summary, p_writer) END,
        state = CASE WHEN v_begins THEN 'running' WHEN v_ends_again THEN v_before ->> 'state'
                     ELSE coalesce(v_given_state, r.state) END,
        updated_at = v_now,
        heartbeat_at = CASE WHEN v_given_state IS NULL THEN v_now ELSE r.heartbeat_at END,
        finished_at = CASE WHEN v_begins THEN NULL WHEN v_ends_again THEN (v_before ->> 'finished_at')::timestamptz
                           ELSE r.finished_at END,
        exit_code = CASE WHEN v_begins THEN NULL WHEN v_ends_again THEN (v_before ->> 'exit_code')::int
                         ELSE r.exit_code END,
        stop_requested = CASE WHEN v_begins AND v_state <> 'pending' THEN false ELSE r.stop_requested END,
        newest_start = CASE WHEN v_turn = 1 THEN coalesce(p_told_start, r.newest_start) ELSE r.newest_start END,
        started_at = CASE WHEN p_is_late THEN least(r.started_at, p_told_start) ELSE coalesce(r.started_at, p_told_start) END,
        told_starts = CASE WHEN p_told_start IS NULL OR v_told = ANY (v_starts) THEN v_starts
                           WHEN v_turn = 1 THEN (v_starts || v_told)[greatest(1, cardinality(v_starts) + 2 - v_starts_max):]
                           ELSE (v_told || v_starts)[greatest(1, cardinality(v_starts) + 2 - v_starts_max):] END,
        logged_keys = coalesce(v_logged, r.logged_keys),
        environment = CASE WHEN p_told_start IS NULL AND p_writer = '' AND r.environment <> '{}' THEN r.environment
                           WHEN p_told_start IS NULL THEN r.environment || coalesce(p_given -> 'environment', '{}')
                           ELSE coalesce(p_given -> 'environment', r.environment) END,
        is_sent_again = v_sent_again,
        is_older = v_is_older
    WHERE r.run_id = p_run_id
    RETURNING r.state INTO v_after;
    IF v_begins THEN
      -- Its process is told how many lines there are but for repeated ones, of the epoch with most, and may take their
      -- number for a step: from there on they are numbered in an epoch of their own.
      INSERT INTO run_stream (run_id, stream, writer, epoch, next_line, taken_up)
      SELECT p_run_id, 'history', '', s.epoch + 1, s.told, s.told
      FROM (
        SELECT n.epoch, n.repeated, max(n.next_line - n.repeated) OVER () AS told
        FROM run_stream AS n
        WHERE n.run_id = p_run_id AND n.stream = 'history' AND n.writer = '' AND n.counts_to = 'infinity'
        ORDER BY n.epoch DESC
        LIMIT 1
      ) AS s
      WHERE s.repeated > 0;
    END IF;
    IF v_after <> v_state THEN
      PERFORM write_run_event(
        p_run_id, 'run_state_changed', v_state, v_after,
        CASE WHEN v_begins OR v_ends_again THEN 'start' ELSE 'update' END, p_created_by
      );
    END IF;
  END IF;

  -- Read once more, instead of returned by each of the two statements: the row is held, so it is what they wrote.
  RETURN QUERY
  SELECT r.run_id, r.project_id, r.name, r.display_name, r.state, r.tags, r.group_name, r.job_type, r.notes,
    r.description, r.sweep_name, r.host, r.program, r.commit_hash, r.repository, r.created_by, r.created_at,
    r.updated_at, r.heartbeat_at, r.finished_at, r.started_at, r.exit_code, r.stop_requested, r.config_text, r.summary_text,
    r.system_text, v_is_new, r.deleted_at IS NOT NULL, v_waiting, v_puts_back
  FROM runs AS r
  WHERE r.run_id = p_run_id;
END $$;
