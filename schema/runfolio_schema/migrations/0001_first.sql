-- The first tables. tables.sql says what each column means.

CREATE TABLE entities (
  entity_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL,
  kind       text NOT NULL DEFAULT 'user',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT entities_name_key UNIQUE (name),
  CONSTRAINT entities_kind_check CHECK (kind IN ('user', 'team'))
);

CREATE TABLE users (
  user_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity_id  bigint NOT NULL REFERENCES entities,
  email      text,
  is_admin   boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_entity_id_key UNIQUE (entity_id),
  CONSTRAINT users_email_key UNIQUE (email)
);

CREATE TABLE api_keys (
  api_key_id   uuid PRIMARY KEY,
  user_id      bigint NOT NULL REFERENCES users,
  key_hash     bytea NOT NULL,
  description  text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked_at   timestamptz,
  CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash)
);

CREATE INDEX api_keys_user_id ON api_keys (user_id);

CREATE TABLE projects (
  project_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity_id   bigint NOT NULL REFERENCES entities,
  name        text NOT NULL,
  description text,
  created_by  bigint NOT NULL REFERENCES users,
  created_at  timestamptz NOT NULL DEFAULT now(),
  run_counter bigint NOT NULL DEFAULT 0,
  CONSTRAINT projects_entity_id_name_key UNIQUE (entity_id, name)
);

CREATE TABLE server_secrets (
  purpose    text PRIMARY KEY,
  secret     bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE runs (
  run_id         uuid PRIMARY KEY,
  project_id     bigint NOT NULL REFERENCES projects,
  name           text NOT NULL,
  display_name   text NOT NULL,
  state          text NOT NULL,
  tags           text[] NOT NULL DEFAULT '{}',
  group_name     text,
  job_type       text,
  notes          text,
  description    text,
  sweep_name     text,
  host           text,
  program        text,
  commit_hash    text,
  repository     text,
  created_by     bigint NOT NULL REFERENCES users,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  heartbeat_at   timestamptz NOT NULL DEFAULT now(),
  finished_at    timestamptz,
  exit_code      int,
  stop_requested boolean NOT NULL DEFAULT false,
  deleted_at     timestamptz,
  config_text    text NOT NULL DEFAULT '{}',
  summary_text   text NOT NULL DEFAULT '{}',
  system_text    text,
  config         jsonb NOT NULL DEFAULT '{}',
  summary        jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT runs_state_check CHECK (
    state IN ('pending', 'running', 'finished', 'failed', 'crashed', 'killed', 'preempting', 'preempted')
  )
) WITH (fillfactor = 70, toast_tuple_target = 8160);

CREATE INDEX runs_project_id_created_at ON runs (project_id, created_at, run_id) WHERE deleted_at IS NULL;

CREATE INDEX runs_alive_heartbeat_at ON runs (heartbeat_at) WHERE state IN ('running', 'preempting');

CREATE TABLE run_stream (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,
  writer     text NOT NULL,
  epoch      int NOT NULL,
  next_line  bigint NOT NULL,
  missing    int8multirange NOT NULL DEFAULT '{}',
  first_line bytea,
  step_high  double precision,
  rejected   bigint NOT NULL DEFAULT 0,
  done       bigint NOT NULL DEFAULT 0,
  tail_lines bigint NOT NULL DEFAULT 0,
  tail_bytes bigint NOT NULL DEFAULT 0,
  lease      timestamptz,
  PRIMARY KEY (run_id, stream, writer, epoch)
) WITH (fillfactor = 50);

CREATE TABLE history_tail (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,
  writer     text NOT NULL,
  epoch      int NOT NULL,
  line0      bigint NOT NULL,
  n          int NOT NULL,
  step_low   double precision,
  step_high  double precision,
  body       bytea NOT NULL,
  PRIMARY KEY (run_id, stream, writer, epoch, line0)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE history_tail ALTER body SET STORAGE EXTERNAL;

CREATE TABLE history_chunk (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,
  writer     text NOT NULL,
  epoch      int NOT NULL,
  key        text COLLATE "C" NOT NULL,
  line0      bigint NOT NULL,
  line1      bigint NOT NULL,
  segment    bigint NOT NULL,
  n          int NOT NULL,
  kind       smallint NOT NULL,
  step_low   double precision NOT NULL,
  step_high  double precision NOT NULL,
  low        double precision,
  high       double precision,
  first      text,
  last       text,
  lines      bytea NOT NULL,
  data       bytea NOT NULL,
  PRIMARY KEY (run_id, stream, writer, epoch, key, line0),
  CONSTRAINT history_chunk_kind_check CHECK (kind IN (0, 1, 2)),
  CONSTRAINT history_chunk_n_check CHECK (n BETWEEN 1 AND 65536)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE history_chunk ALTER data SET STORAGE EXTERNAL;
ALTER TABLE history_chunk ALTER lines SET STORAGE EXTERNAL;

CREATE TABLE console_line (
  run_id uuid NOT NULL,
  writer text NOT NULL,
  epoch  int NOT NULL,
  line   bigint NOT NULL,
  time   text,
  level  text NOT NULL,
  label  text NOT NULL,
  text   text NOT NULL,
  PRIMARY KEY (run_id, writer, epoch, line)
);

CREATE TABLE run_files (
  run_id      uuid NOT NULL,
  name        text NOT NULL,
  object_key  text NOT NULL,
  size        bigint NOT NULL,
  md5         text NOT NULL,
  mimetype    text,
  issued_at   timestamptz NOT NULL,
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, name)
);

CREATE FUNCTION ingest_lines(
  p_run_id uuid, p_stream text, p_writer text, p_line0 bigint, p_n int, p_first bytea, p_body bytea,
  p_step_low float8, p_step_high float8, p_rejected int, p_piece int
) RETURNS boolean
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
    INSERT INTO run_stream (run_id, stream, writer, epoch, next_line)
    VALUES (p_run_id, p_stream, p_writer, v_stream.epoch, 0);
  END IF;

  v_wanted := v_lines * (v_stream.missing + int8multirange(int8range(v_stream.next_line, NULL)));
  IF isempty(v_wanted) THEN
    RETURN false;
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

    RAISE EXCEPTION 'gaps' USING ERRCODE = 'RF002';
  END IF;

  UPDATE run_stream AS s
  SET next_line = v_next,
      missing = v_gaps,
      first_line = CASE WHEN p_line0 = 0 THEN p_first ELSE s.first_line END,
      step_high = greatest(s.step_high, p_step_high),
      rejected = s.rejected + p_rejected,
      tail_lines = s.tail_lines + p_n,
      tail_bytes = s.tail_bytes + octet_length(p_body)
  WHERE s.run_id = p_run_id AND s.stream = p_stream AND s.writer = p_writer AND s.epoch = v_stream.epoch;

  INSERT INTO history_tail (run_id, stream, writer, epoch, line0, n, step_low, step_high, body)
  VALUES (p_run_id, p_stream, p_writer, v_stream.epoch, p_line0, p_n, p_step_low, p_step_high, p_body);
  RETURN true;
END $$;

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

CREATE FUNCTION ingest_batch(
  p_run_id uuid, p_writer text,
  p_stream text[], p_line0 bigint[], p_n int[], p_first bytea[], p_body bytea[],
  p_step_low float8[], p_step_high float8[], p_rejected int[],
  p_console_line0 bigint, p_console_first bytea,
  p_time text[], p_level text[], p_label text[], p_text text[],
  p_summary_text text, p_summary jsonb, p_system_text text,
  p_preempting boolean, p_exit_code int, p_exit_state text
) RETURNS TABLE (stop_requested boolean, state text)
LANGUAGE plpgsql AS $$
DECLARE
  v_new boolean := false;
BEGIN

  PERFORM FROM runs AS r WHERE r.run_id = p_run_id AND r.deleted_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  FOR i IN 1 .. cardinality(p_stream) LOOP
    v_new := ingest_lines(
      p_run_id, p_stream[i], p_writer, p_line0[i], p_n[i], p_first[i], p_body[i],
      p_step_low[i], p_step_high[i], p_rejected[i], i - 1
    ) OR v_new;
  END LOOP;
  IF cardinality(p_text) > 0 THEN
    PERFORM ingest_console(p_run_id, p_writer, p_console_line0, p_console_first, p_time, p_level, p_label, p_text);
  END IF;

  v_new := v_new OR cardinality(p_stream) = 0;
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
      exit_code = coalesce(p_exit_code, r.exit_code),
      finished_at = CASE WHEN p_exit_state IS NOT NULL THEN coalesce(r.finished_at, now()) ELSE r.finished_at END
  WHERE r.run_id = p_run_id
  RETURNING r.stop_requested, r.state;
END $$;
