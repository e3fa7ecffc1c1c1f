-- The database as it is now. migrations/ is how it came to be; a test proves that both build the same thing.
--
-- Past one machine, the tables from `runs` on are distributed by run_id (Citus) and co-located; the ones before it are
-- reference tables. So every unique key of a distributed table contains run_id, and no foreign key crosses two runs.

-- Owners of projects. A user has one of the same name; a team will be another kind of row.
CREATE TABLE entities (
  entity_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL,                          -- in URLs; lower case, see domain/names.py
  kind       text NOT NULL DEFAULT 'user',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT entities_name_key UNIQUE (name),
  CONSTRAINT entities_kind_check CHECK (kind IN ('user', 'team'))
);

-- People and programs that hold API keys.
CREATE TABLE users (
  user_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity_id  bigint NOT NULL REFERENCES entities,    -- the personal entity, whose name is the username; the default one
  email      text,                                   -- null: not told
  is_admin   boolean NOT NULL DEFAULT false,         -- may create users and keys; sees no more data than others
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_entity_id_key UNIQUE (entity_id),
  CONSTRAINT users_email_key UNIQUE (email)
);

-- API keys: 160 random bits each, so a plain hash is enough and a slow one would only cost time.
CREATE TABLE api_keys (
  api_key_id   uuid PRIMARY KEY,
  user_id      bigint NOT NULL REFERENCES users,
  key_hash     bytea NOT NULL,                       -- SHA-256 of the key's text; the key itself is never stored
  description  text,                                 -- null: none given
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,                          -- to the minute; null: never
  revoked_at   timestamptz,                          -- null: valid
  CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash)
);

-- Serves select_api_keys_of_user.
CREATE INDEX api_keys_user_id ON api_keys (user_id);

-- Named sets of runs inside an entity.
CREATE TABLE projects (
  project_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity_id   bigint NOT NULL REFERENCES entities,
  name        text NOT NULL,                         -- in URLs; see domain/names.py
  description text,                                  -- null: none given
  created_by  bigint NOT NULL REFERENCES users,
  created_at  timestamptz NOT NULL DEFAULT now(),
  run_counter bigint NOT NULL DEFAULT 0,             -- runs ever made here: the number at the end of display names
  CONSTRAINT projects_entity_id_name_key UNIQUE (entity_id, name)
);

-- What signs URLs, one row per purpose; every server of one database shares it.
CREATE TABLE server_secrets (
  purpose    text PRIMARY KEY,
  secret     bytea NOT NULL,                         -- 32 random bytes
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What all processes together have done since the database was made, for /metrics.
CREATE TABLE counters (
  name  text PRIMARY KEY,                            -- compacted_lines
  value bigint NOT NULL
);

-- One execution that logs.
CREATE TABLE runs (
  run_id         uuid PRIMARY KEY,                   -- derived from (project_id, name): unique without a cross-shard key
  project_id     bigint NOT NULL REFERENCES projects,
  name           text NOT NULL,                      -- the slug in URLs; clients call it the run's id
  display_name   text NOT NULL,                      -- what people read; made here when the client gives none
  state          text NOT NULL,                      -- see domain/run_state.py
  tags           text[] NOT NULL DEFAULT '{}',       -- a set; kept in the order given
  group_name     text,                               -- null: none, as for all text below
  job_type       text,
  notes          text,
  description    text,
  sweep_name     text,
  host           text,                               -- where it runs, as it says itself
  program        text,                               -- what it runs
  commit_hash    text,                               -- of its source
  repository     text,
  created_by     bigint NOT NULL REFERENCES users,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(), -- last change of anything but history and heartbeat
  heartbeat_at   timestamptz NOT NULL DEFAULT now(), -- last time it was heard from
  finished_at    timestamptz,                        -- null: no exit was reported since it last started
  exit_code      int,                                -- null: no exit was reported since it last started
  stop_requested boolean NOT NULL DEFAULT false,     -- told to the run in the answer to its next batch
  deleted_at     timestamptz,                        -- not null: gone for readers; the name stays taken
  config_text    text NOT NULL DEFAULT '{}',         -- as received, each key wrapped in {"value": …}; what readers get
  summary_text   text NOT NULL DEFAULT '{}',         -- as received
  system_text    text,                               -- the newest line of system metrics; null: none yet
  config         jsonb NOT NULL DEFAULT '{}',        -- unwrapped and mapped (domain/json_text.py): for filters and order
  summary        jsonb NOT NULL DEFAULT '{}',        -- mapped: for filters and order
  CONSTRAINT runs_state_check CHECK (
    state IN ('pending', 'running', 'finished', 'failed', 'crashed', 'killed', 'preempting', 'preempted')
  )
-- A run's row is written anew with each batch, and stays on its page (HOT) while there is room for a new version beside
-- it: of larger rows the texts are compressed and then moved out, and at last config and summary are compressed.
) WITH (fillfactor = 75, toast_tuple_target = 2250);
ALTER TABLE runs ALTER config SET STORAGE MAIN;      -- filters read it of every run
ALTER TABLE runs ALTER summary SET STORAGE MAIN;

-- Serves select_runs_page: the runs of a project in order of creation.
CREATE INDEX runs_project_id_created_at ON runs (project_id, created_at, run_id) WHERE deleted_at IS NULL;

-- Serves filters on equality with values of config. Updates of the summary do not touch it.
-- Whoever filters reads its list of pending entries from end to end: it is kept short (kB).
CREATE INDEX runs_config ON runs USING gin (config jsonb_path_ops) WITH (gin_pending_list_limit = 64);

-- Serve filters on equality with a display name, group, job type, sweep, commit, user, tag, or a state that few runs are
-- in. 50 bytes a run for its display name, 7 for its user and each other text that is set, 3 for a tag; no update that a run makes while
-- it logs touches them.
CREATE INDEX runs_display_name ON runs (project_id, display_name) WHERE deleted_at IS NULL;
CREATE INDEX runs_group_name ON runs (project_id, group_name) WHERE group_name IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_job_type ON runs (project_id, job_type) WHERE job_type IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_sweep_name ON runs (project_id, sweep_name) WHERE sweep_name IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_commit_hash ON runs (project_id, commit_hash) WHERE commit_hash IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_created_by ON runs (project_id, created_by) WHERE deleted_at IS NULL;
CREATE INDEX runs_state ON runs (project_id, state) WHERE state <> 'finished' AND deleted_at IS NULL;
CREATE INDEX runs_tags ON runs USING gin (tags);

-- Serves mark_silent_runs_crashed: the few runs that are alive. Not by heartbeat_at: every batch changes that, and an
-- update stays on its page (HOT) only while it changes no indexed column.
CREATE INDEX runs_alive ON runs (run_id) WHERE state IN ('running', 'preempting');

-- Indexes named run_order_… come and go by themselves (worker/index_upkeep.py): each serves select_runs_walk, and ranges
-- of select_runs_page and count_runs, for one project and one value of config or summary. While there is one on summary, updates of any summary are not HOT.

-- How often the runs of a project were listed by a value of config or summary, or by how it compares with a number:
-- which indexes are worth making.
CREATE TABLE run_order_use (
  project_id   bigint NOT NULL REFERENCES projects,
  field        text NOT NULL,                        -- such as summary_metrics.loss; see filters/index_sql.py
  uses         bigint NOT NULL,                      -- pages asked for, counted in each server and written now and then
  last_used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, field)
);

-- Where each stream of lines stands. Its row is locked by ingest for one short statement only.
CREATE TABLE run_stream (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,                          -- history, events (system metrics), console or summary
  writer     text NOT NULL,                          -- '' or, where several processes write one run, the client's id
  epoch      int NOT NULL,                           -- from 0; a new one when a process starts its offsets again
  next_line  bigint NOT NULL,                        -- one past the highest line stored: what a resuming client is told
  missing    int8multirange NOT NULL DEFAULT '{}',   -- lines below next_line that never came; taken when they do
  first_line bytea,                                  -- digest of line 0; tells a repeat from a restart; null: not come
  step_high  double precision,                       -- greatest step of its rows; null: no rows
  rejected   bigint NOT NULL DEFAULT 0,              -- lines kept out because they are not JSON objects; of a summary the
                                                     -- most keys that one was without
  done       bigint NOT NULL DEFAULT 0,              -- lines of the tail below it have been compacted, late ones excepted
  tail_lines bigint NOT NULL DEFAULT 0,              -- lines in history_tail
  tail_bytes bigint NOT NULL DEFAULT 0,              -- bytes of body in history_tail
  lease      timestamptz,                            -- until when a worker compacts this stream; null: nobody
  PRIMARY KEY (run_id, stream, writer, epoch)
) WITH (fillfactor = 90); -- of the many streams on a page few are written to at a time: room for their next versions

-- Batches as received, unparsed.
CREATE TABLE history_tail (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,
  writer     text NOT NULL,
  epoch      int NOT NULL,
  line0      bigint NOT NULL,                        -- number of the first line
  n          int NOT NULL,                           -- lines
  step_low   double precision,                       -- least and greatest step of its rows; null: no rows
  step_high  double precision,
  body       bytea NOT NULL,                         -- zstd of the lines joined by \n; a refused line is empty
  received_at timestamptz NOT NULL DEFAULT now(),    -- so that the lag of compaction is known
  PRIMARY KEY (run_id, stream, writer, epoch, line0)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE history_tail ALTER body SET STORAGE EXTERNAL;

-- Compacted lines, and those that came as columns: one row per key and chunk, at most 65,536 points; see
-- history/chunk.py for the format.
-- Each segment also has a chunk of the reserved key '\#': the step of every row, in line order. It says which rows there
-- are, and scans are ordered and pruned by it.
CREATE TABLE history_chunk (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,
  writer     text NOT NULL,
  epoch      int NOT NULL,
  key        text COLLATE "C" NOT NULL,              -- history/key_path.py: an ordinary key as it is; '\.' nests
  line0      bigint NOT NULL,                        -- line of the first value
  line1      bigint NOT NULL,                        -- line of the last value
  segment    bigint NOT NULL,                        -- first line of the range of lines that was compacted together
  n          int NOT NULL,                           -- values, at most 65,536
  kind       smallint NOT NULL,                      -- 0 json, 1 number (float64), 2 int64
  step_low   double precision NOT NULL,              -- least and greatest step of its rows: `_step`, else the line number
  step_high  double precision NOT NULL,
  low        double precision,                       -- least and greatest finite number; null: none. Of the kind
  high       double precision,                       -- json only where all values are integers beyond 64 bits
  first      text,                                   -- JSON of the first and last value; null: longer than 256 bytes
  last       text,
  lines      bytea NOT NULL,                         -- history/axis.py; empty: line0, line0 + 1, …
  data       bytea NOT NULL,                         -- history/chunk.py: a versioned format
  PRIMARY KEY (run_id, stream, writer, epoch, key, line0),
  CONSTRAINT history_chunk_kind_check CHECK (kind IN (0, 1, 2)),
  CONSTRAINT history_chunk_n_check CHECK (n BETWEEN 1 AND 65536)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE history_chunk ALTER data SET STORAGE EXTERNAL;  -- compressed already
ALTER TABLE history_chunk ALTER lines SET STORAGE EXTERNAL;

-- Captured output. Lines are rewritten by progress bars: the last write of a line wins.
CREATE TABLE console_line (
  run_id uuid NOT NULL,
  writer text NOT NULL,
  epoch  int NOT NULL,
  line   bigint NOT NULL,                            -- from 0 within the epoch
  time   text,                                       -- as sent, ISO 8601 without zone; null: none
  level  text NOT NULL,                              -- 'error' for stderr, else ''
  label  text NOT NULL,                              -- of the process in shared mode, else ''
  text   text NOT NULL,
  PRIMARY KEY (run_id, writer, epoch, line)
);

-- Files of a run. A row appears when the bytes are stored; the newest upload of a name wins.
CREATE TABLE run_files (
  run_id      uuid NOT NULL,
  name        text NOT NULL,                         -- as the client calls it, with forward slashes; never a path here
  object_key  text NOT NULL,                         -- in the object store; made of our own ids
  size        bigint NOT NULL,                       -- bytes
  md5         text NOT NULL,                         -- base64
  mimetype    text,                                  -- guessed from the name; null: unknown
  issued_at   timestamptz NOT NULL,                  -- when the upload was allowed: an older one never replaces a newer
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, name)
);

-- Parquet files of the history of runs that have ended. A file never changes and keeps its number, because SDKs keep
-- what they have once read; a run that goes on gets further files when it has ended again.
CREATE TABLE history_file (
  run_id     uuid NOT NULL,
  number     int NOT NULL,                           -- from 0, in order of step
  step_high  bigint NOT NULL,                        -- greatest step in it; each step is in one file
  rows       bigint NOT NULL,
  size       bigint NOT NULL,                        -- bytes
  object_key text NOT NULL,                          -- in the object store; made of our own ids
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, number)
);

-- Whether the files of a run are all of its history, or why there can be none: looked at again when it has other rows.
CREATE TABLE history_export (
  run_id  uuid PRIMARY KEY,
  rows    bigint NOT NULL,                           -- rows of history when it was looked at
  refusal text                                       -- null: the files hold them all
);

-- Stored objects that no row refers to: found by the worker, which deletes their bytes an hour later. Once listed here an
-- object key cannot be given to a file any more, so no upload can come between the last look and the deletion.
CREATE TABLE unused_object (
  run_id     uuid NOT NULL,
  object_key text NOT NULL,                          -- in the object store
  size       bigint NOT NULL,                        -- bytes
  found_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,                            -- null: its bytes may still be there
  PRIMARY KEY (run_id, object_key)
);

-- Serves select_unused_objects.
CREATE INDEX unused_object_waiting ON unused_object (found_at) WHERE deleted_at IS NULL;

-- Where the search for unused objects stands, so that it goes on after a restart and one worker at a time does it.
CREATE TABLE object_sweep (
  prefix    text PRIMARY KEY,                        -- of the objects' keys
  after_key text,                                    -- the last key looked at; null: from the first
  due_at    timestamptz NOT NULL                     -- until then nobody goes on: another worker is at it, or all is done
);

-- Make a run, or take it up again, and change it. Called by actions/runs.py, for a project that the caller may write.
-- p_run_id is made of p_project_id and p_name: repeated, it gives the same run. What is null leaves a column as it is.
-- A run that is taken up runs again and forgets how it ended, unless p_state says what it is. A deleted one stays so.
-- Runs of one project are made one after another: whoever makes one holds the project's row, and so no number is given
-- twice or left out, and of two that make the same run one finds it made. Nobody who holds a run waits for a project.
-- p_config_if_new: the config is for a new run; one that is there keeps its own, and the caller joins the two.
-- Returns no row when the project is gone, and a deleted run as it is.
CREATE FUNCTION start_run(
  p_run_id uuid, p_project_id bigint, p_name text, p_words text, p_created_by bigint,
  p_display_name text, p_tags text[], p_group_name text, p_job_type text, p_notes text, p_description text,
  p_sweep_name text, p_host text, p_program text, p_commit_hash text, p_repository text,
  p_config_text text, p_config jsonb, p_summary_text text, p_summary jsonb, p_state text,
  p_config_if_new boolean DEFAULT false
) RETURNS TABLE (is_new boolean, run runs)           -- p_words and the run's number make a display name when none is given
LANGUAGE plpgsql AS $$
DECLARE
  v_number  bigint;
  v_state   text;
  v_deleted timestamptz;
  v_is_over boolean;
BEGIN
  SELECT r.state, r.deleted_at INTO v_state, v_deleted FROM runs AS r WHERE r.run_id = p_run_id FOR UPDATE;
  IF NOT FOUND THEN
    SELECT p.run_counter + 1 INTO v_number FROM projects AS p WHERE p.project_id = p_project_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    RETURN QUERY
    INSERT INTO runs AS r (
      run_id, project_id, name, display_name, state, created_by, tags, group_name, job_type, notes, description,
      sweep_name, host, program, commit_hash, repository, config_text, config, summary_text, summary
    )
    VALUES (
      p_run_id, p_project_id, p_name, coalesce(p_display_name, p_words || '-' || v_number),
      coalesce(p_state, 'running'), p_created_by, coalesce(p_tags, '{}'), p_group_name, p_job_type, p_notes,
      p_description, p_sweep_name, p_host, p_program, p_commit_hash, p_repository, coalesce(p_config_text, '{}'),
      coalesce(p_config, '{}'), coalesce(p_summary_text, '{}'), coalesce(p_summary, '{}')
    )
    ON CONFLICT (run_id) DO NOTHING
    RETURNING true, r;
    IF FOUND THEN
      UPDATE projects AS p SET run_counter = v_number WHERE p.project_id = p_project_id;
      RETURN;
    END IF;
    SELECT r.state, r.deleted_at INTO v_state, v_deleted FROM runs AS r WHERE r.run_id = p_run_id FOR UPDATE;
  END IF;

  IF v_deleted IS NOT NULL THEN
    RETURN QUERY SELECT false, r FROM runs AS r WHERE r.run_id = p_run_id;
    RETURN;
  END IF;
  -- A state that is given says no more than itself: it is no sign of life, and leaves how the run ended.
  v_is_over := p_state IS NULL AND v_state NOT IN ('running', 'preempting');
  RETURN QUERY
  UPDATE runs AS r
  SET display_name = coalesce(p_display_name, r.display_name),
      tags = coalesce(p_tags, r.tags),
      group_name = coalesce(p_group_name, r.group_name),
      job_type = coalesce(p_job_type, r.job_type),
      notes = coalesce(p_notes, r.notes),
      description = coalesce(p_description, r.description),
      sweep_name = coalesce(p_sweep_name, r.sweep_name),
      host = coalesce(p_host, r.host),
      program = coalesce(p_program, r.program),
      commit_hash = coalesce(p_commit_hash, r.commit_hash),
      repository = coalesce(p_repository, r.repository),
      config_text = CASE WHEN p_config_if_new THEN r.config_text ELSE coalesce(p_config_text, r.config_text) END,
      config = CASE WHEN p_config_if_new THEN r.config ELSE coalesce(p_config, r.config) END,
      summary_text = coalesce(p_summary_text, r.summary_text),
      summary = coalesce(p_summary, r.summary),
      state = CASE WHEN v_is_over THEN 'running' ELSE coalesce(p_state, r.state) END,
      updated_at = now(),
      heartbeat_at = CASE WHEN p_state IS NULL THEN now() ELSE r.heartbeat_at END,
      finished_at = CASE WHEN v_is_over THEN NULL ELSE r.finished_at END,
      exit_code = CASE WHEN v_is_over THEN NULL ELSE r.exit_code END,
      stop_requested = CASE WHEN v_is_over THEN false ELSE r.stop_requested END
  WHERE r.run_id = p_run_id
  RETURNING false, r;
END $$;

-- The lines of a batch in one stream: where they go, or that they are known. Called by ingest_batch only.
-- p_first is the digest of line 0 when the request held it, also for what trimming left of it: it tells the epoch.
-- p_body is null for lines that ingest_columns stores as chunks: they never are in the tail.
-- Raises RF001 (detail: the wanted ranges) when some of the lines are stored and some are not: the caller trims.
CREATE FUNCTION ingest_lines(
  p_run_id uuid, p_stream text, p_writer text, p_line0 bigint, p_n int, p_first bytea, p_body bytea,
  p_step_low float8, p_step_high float8, p_rejected int, p_piece int
) RETURNS int                                        -- the epoch that they were new in; null: they are known
LANGUAGE plpgsql AS $$
DECLARE
  v_stream run_stream%ROWTYPE;
  v_lines  int8multirange := int8multirange(int8range(p_line0, p_line0 + p_n));
  v_wanted int8multirange;
  v_next   bigint;
  v_gaps   int8multirange;
  v_newest int;
BEGIN
  SELECT * INTO v_stream
  FROM run_stream AS s
  WHERE s.run_id = p_run_id AND s.stream = p_stream AND s.writer = p_writer
  ORDER BY s.epoch DESC
  LIMIT 1;

  IF v_stream.run_id IS NOT NULL AND v_stream.first_line <> p_first THEN
    -- Line 0 differs: another process started its offsets again, unless this is a late repeat of an older epoch.
    v_newest := v_stream.epoch;
    SELECT * INTO v_stream
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
  IF isempty(v_wanted) THEN
    RETURN NULL;
  END IF;
  IF v_wanted <> v_lines THEN
    RAISE EXCEPTION 'overlap' USING ERRCODE = 'RF001', DETAIL = json_build_object(
      'piece', p_piece,
      'wanted', (SELECT json_agg(json_build_array(lower(r), upper(r))) FROM unnest(v_wanted) AS r)
    )::text;
  END IF;

  v_next := greatest(v_stream.next_line, p_line0 + p_n);
  v_gaps := (v_stream.missing - v_lines) + CASE
    WHEN p_line0 > v_stream.next_line THEN int8multirange(int8range(v_stream.next_line, p_line0))
    ELSE '{}'::int8multirange
  END;
  IF (SELECT count(*) FROM unnest(v_gaps)) > 64 THEN
    -- Unbounded, each batch would cost time in the number of gaps.
    RAISE EXCEPTION 'gaps' USING ERRCODE = 'RF002';
  END IF;

  INSERT INTO run_stream AS s (
    run_id, stream, writer, epoch, next_line, missing, first_line, step_high, rejected, tail_lines, tail_bytes
  )
  VALUES (
    p_run_id, p_stream, p_writer, v_stream.epoch, v_next, v_gaps, CASE WHEN p_line0 = 0 THEN p_first END, p_step_high,
    p_rejected, CASE WHEN p_body IS NULL THEN 0 ELSE p_n END, coalesce(octet_length(p_body), 0)
  )
  ON CONFLICT (run_id, stream, writer, epoch) DO UPDATE
  SET next_line = excluded.next_line,
      missing = excluded.missing,
      first_line = coalesce(excluded.first_line, s.first_line),
      step_high = greatest(s.step_high, excluded.step_high),
      rejected = s.rejected + excluded.rejected,
      tail_lines = s.tail_lines + excluded.tail_lines,
      tail_bytes = s.tail_bytes + excluded.tail_bytes;

  IF p_body IS NOT NULL THEN
    INSERT INTO history_tail (run_id, stream, writer, epoch, line0, n, step_low, step_high, body)
    VALUES (p_run_id, p_stream, p_writer, v_stream.epoch, p_line0, p_n, p_step_low, p_step_high, p_body);
  END IF;
  RETURN v_stream.epoch;
END $$;

-- Console lines of a batch: the last write of a line wins, so there is no gap and no overlap.
-- p_first is the time of line 0, which a rewrite keeps and a new process does not have; null: unknown.
CREATE FUNCTION ingest_console(
  p_run_id uuid, p_writer text, p_line0 bigint, p_first bytea,
  p_time text[], p_level text[], p_label text[], p_text text[]
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_epoch int;
  v_first bytea;
BEGIN
  SELECT s.epoch, s.first_line INTO v_epoch, v_first
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

  INSERT INTO run_stream AS s (run_id, stream, writer, epoch, next_line, first_line)
  VALUES (
    p_run_id, 'console', p_writer, coalesce(v_epoch, 0), p_line0 + cardinality(p_text),
    CASE WHEN p_line0 = 0 THEN p_first END
  )
  ON CONFLICT (run_id, stream, writer, epoch) DO UPDATE
  SET next_line = greatest(s.next_line, excluded.next_line),
      first_line = coalesce(s.first_line, excluded.first_line);

  INSERT INTO console_line AS c (run_id, writer, epoch, line, time, level, label, text)
  SELECT p_run_id, p_writer, coalesce(v_epoch, 0), p_line0 + i - 1, p_time[i], p_level[i], p_label[i], p_text[i]
  FROM generate_subscripts(p_text, 1) AS i
  ON CONFLICT (run_id, writer, epoch, line) DO UPDATE
  SET time = excluded.time, level = excluded.level, label = excluded.label, text = excluded.text
  WHERE (c.time, c.level, c.label, c.text)
    IS DISTINCT FROM (excluded.time, excluded.level, excluded.label, excluded.text);
END $$;

-- One request of a run: every stream in it, summary, heartbeat and exit together, or none. Idempotent.
-- Returns no row when the run does not exist or is deleted.
CREATE FUNCTION ingest_batch(
  p_run_id uuid, p_writer text,
  p_stream text[], p_line0 bigint[], p_n int[], p_first bytea[], p_body bytea[],
  p_step_low float8[], p_step_high float8[], p_rejected int[],
  p_console_line0 bigint, p_console_first bytea,
  p_time text[], p_level text[], p_label text[], p_text text[],
  p_summary_text text, p_summary jsonb, p_summary_rejected int, p_system_text text,
  p_preempting boolean, p_exit_code int, p_exit_state text
) RETURNS TABLE (stop_requested boolean, state text, epochs int[])
LANGUAGE plpgsql AS $$
DECLARE
  v_epochs int[] := '{}';                            -- of each piece of lines; null: they are known
  v_new    boolean;
BEGIN
  -- The run's row first: batches of one run wait for each other here, and so see each other's streams.
  PERFORM FROM runs AS r WHERE r.run_id = p_run_id AND r.deleted_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  FOR i IN 1 .. cardinality(p_stream) LOOP
    v_epochs := v_epochs || ingest_lines(
      p_run_id, p_stream[i], p_writer, p_line0[i], p_n[i], p_first[i], p_body[i],
      p_step_low[i], p_step_high[i], p_rejected[i], i - 1
    );
  END LOOP;
  IF cardinality(p_text) > 0 THEN
    PERFORM ingest_console(p_run_id, p_writer, p_console_line0, p_console_first, p_time, p_level, p_label, p_text);
  END IF;

  -- A request whose lines are all known is a repeat, perhaps a late one: its summary may be older than the stored one.
  v_new := cardinality(p_stream) = 0 OR cardinality(array_remove(v_epochs, NULL)) > 0;
  IF v_new AND p_summary_rejected > 0 THEN
    -- Each summary is a whole one, so what one is without the next ones often are without too: counted once.
    INSERT INTO run_stream AS s (run_id, stream, writer, epoch, next_line, rejected)
    VALUES (p_run_id, 'summary', p_writer, 0, 0, p_summary_rejected)
    ON CONFLICT (run_id, stream, writer, epoch) DO UPDATE
    SET rejected = excluded.rejected
    WHERE s.rejected < excluded.rejected;
  END IF;
  RETURN QUERY
  UPDATE runs AS r
  SET heartbeat_at = now(),
      updated_at = CASE WHEN p_exit_state IS NOT NULL OR (v_new AND p_summary_text IS NOT NULL) THEN now()
                        ELSE r.updated_at END,
      summary_text = CASE WHEN v_new THEN coalesce(p_summary_text, r.summary_text) ELSE r.summary_text END,
      summary = CASE WHEN v_new THEN coalesce(p_summary, r.summary) ELSE r.summary END,
      system_text = CASE WHEN v_new THEN coalesce(p_system_text, r.system_text) ELSE r.system_text END,
      state = CASE
        WHEN p_exit_state IS NOT NULL AND p_exit_state <> 'finished' AND r.state = 'preempting' THEN 'preempted'
        WHEN p_exit_state IS NOT NULL AND r.state IN ('running', 'preempting', 'pending', 'crashed') THEN p_exit_state
        WHEN p_preempting AND r.state IN ('running', 'pending', 'crashed') THEN 'preempting'
        WHEN p_exit_state IS NULL AND r.state IN ('pending', 'crashed') THEN 'running'
        ELSE r.state
      END,
      -- A run that has ended keeps its code with its state.
      exit_code = CASE WHEN r.state IN ('running', 'preempting', 'pending', 'crashed')
                       THEN coalesce(p_exit_code, r.exit_code) ELSE coalesce(r.exit_code, p_exit_code) END,
      finished_at = CASE WHEN p_exit_state IS NOT NULL THEN coalesce(r.finished_at, now()) ELSE r.finished_at END
  WHERE r.run_id = p_run_id
  RETURNING r.stop_requested, r.state, v_epochs;
END $$;

-- ingest_batch for pieces of which some come as chunks: p_body is null for these, and p_piece tells whose a chunk is,
-- counted from 1. Chunks of lines that are known are left out.
CREATE FUNCTION ingest_columns(
  p_run_id uuid, p_writer text,
  p_stream text[], p_line0 bigint[], p_n int[], p_first bytea[], p_body bytea[],
  p_step_low float8[], p_step_high float8[], p_rejected int[],
  p_summary_text text, p_summary jsonb, p_summary_rejected int, p_system_text text,
  p_preempting boolean, p_exit_code int, p_exit_state text,
  p_piece int[], p_key text[], p_chunk_line0 bigint[], p_chunk_line1 bigint[], p_segment bigint[], p_chunk_n int[],
  p_kind smallint[], p_chunk_step_low float8[], p_chunk_step_high float8[], p_low float8[], p_high float8[],
  p_first_value text[], p_last_value text[], p_lines bytea[], p_data bytea[]
) RETURNS TABLE (stop_requested boolean, state text)
LANGUAGE plpgsql AS $$
DECLARE
  v_run record;
BEGIN
  SELECT i.stop_requested, i.state, i.epochs INTO v_run
  FROM ingest_batch(
    p_run_id, p_writer, p_stream, p_line0, p_n, p_first, p_body, p_step_low, p_step_high, p_rejected,
    NULL, NULL, '{}', '{}', '{}', '{}',
    p_summary_text, p_summary, p_summary_rejected, p_system_text, p_preempting, p_exit_code, p_exit_state
  ) AS i;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  INSERT INTO history_chunk (
    run_id, stream, writer, epoch, key, line0, line1, segment, n, kind, step_low, step_high, low, high, first, last,
    lines, data
  )
  SELECT p_run_id, p_stream[c.piece], p_writer, v_run.epochs[c.piece], c.key, c.line0, c.line1, c.segment, c.n, c.kind,
    c.step_low, c.step_high, c.low, c.high, c.first, c.last, c.lines, c.data
  FROM unnest(
    p_piece, p_key, p_chunk_line0, p_chunk_line1, p_segment, p_chunk_n, p_kind, p_chunk_step_low, p_chunk_step_high,
    p_low, p_high, p_first_value, p_last_value, p_lines, p_data
  ) AS c (piece, key, line0, line1, segment, n, kind, step_low, step_high, low, high, first, last, lines, data)
  WHERE v_run.epochs[c.piece] IS NOT NULL;
  RETURN QUERY SELECT v_run.stop_requested, v_run.state;
END $$;
