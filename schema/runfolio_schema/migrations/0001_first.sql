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

CREATE TABLE counters (
  name  text PRIMARY KEY,
  value bigint NOT NULL
);

CREATE TABLE event (
  event_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  kind           text NOT NULL,
  entity_id      bigint NOT NULL,
  project_id     bigint,
  object_id      uuid NOT NULL,
  at             timestamptz NOT NULL DEFAULT clock_timestamp(),
  detail         jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT event_detail_check CHECK (octet_length(detail::text) <= 1000)
);

CREATE INDEX event_in_order ON event (transaction_id, event_id, object_id);

CREATE TABLE event_horizon (
  source         text PRIMARY KEY,
  transaction_id bigint NOT NULL,
  number         bigint NOT NULL,
  object_id      uuid NOT NULL
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
  config_writer  text,                               -- who alone has written config_text since the run last began: '' or a
  summary_writer text,                               -- client's id; '*': several (run_document); null: nobody yet
  newest_start   timestamptz,                        -- the start of the newest of the SDK's processes; null: none yet
  is_sent_again  boolean NOT NULL DEFAULT false,     -- whether the SDK's process that sends now is one that was here before
  is_older       boolean NOT NULL DEFAULT false,     -- whether that one began before the newest, which had ended
  CONSTRAINT runs_state_check CHECK (
    state IN ('pending', 'running', 'finished', 'failed', 'crashed', 'killed', 'preempting', 'preempted')
  )
) WITH (fillfactor = 75, toast_tuple_target = 2250);
ALTER TABLE runs ALTER config SET STORAGE MAIN;
ALTER TABLE runs ALTER summary SET STORAGE MAIN;

CREATE INDEX runs_project_id_created_at ON runs (project_id, created_at, run_id) WHERE deleted_at IS NULL;

CREATE INDEX runs_config ON runs USING gin (config jsonb_path_ops) WITH (gin_pending_list_limit = 64);

CREATE INDEX runs_display_name ON runs (project_id, display_name) WHERE deleted_at IS NULL;
CREATE INDEX runs_group_name ON runs (project_id, group_name) WHERE group_name IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_job_type ON runs (project_id, job_type) WHERE job_type IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_sweep_name ON runs (project_id, sweep_name) WHERE sweep_name IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_commit_hash ON runs (project_id, commit_hash) WHERE commit_hash IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_created_by ON runs (project_id, created_by) WHERE deleted_at IS NULL;
CREATE INDEX runs_state ON runs (project_id, state) WHERE state <> 'finished' AND deleted_at IS NULL;
CREATE INDEX runs_tags ON runs USING gin (tags);

CREATE INDEX runs_alive ON runs (run_id) WHERE state IN ('running', 'preempting');

CREATE TABLE run_order_use (
  project_id   bigint NOT NULL REFERENCES projects,
  field        text NOT NULL,
  uses         bigint NOT NULL,
  last_used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, field)
);

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
  repeated   bigint NOT NULL DEFAULT 0,
  taken_up   bigint NOT NULL DEFAULT 0,
  begun_by   jsonb,
  done       bigint NOT NULL DEFAULT 0,
  tail_lines bigint NOT NULL DEFAULT 0,
  tail_bytes bigint NOT NULL DEFAULT 0,
  lease      timestamptz,
  PRIMARY KEY (run_id, stream, writer, epoch)
) WITH (fillfactor = 90);

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
  received_at timestamptz NOT NULL DEFAULT now(),
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

-- What each of several writers last sent of a run's config or summary: the next one is applied as the difference to it.
-- Without rows while one writes alone. At most 256 writers of a document are remembered (remember_document).
CREATE TABLE run_document (
  run_id     uuid NOT NULL,
  document   text NOT NULL,                          -- config or summary
  writer     text NOT NULL,                          -- '' or, where several processes write one run, the client's id
  text       text NOT NULL,                          -- as it was sent
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, document, writer),
  CONSTRAINT run_document_document_check CHECK (document IN ('config', 'summary'))
);

CREATE TABLE untold_start (
  run_id         uuid PRIMARY KEY,
  before         jsonb NOT NULL,                     -- attributes by column before the start, of config and summary the texts
  given          jsonb NOT NULL,                     -- likewise those that the start gave
  sent_text      text,                               -- what was last sent of a config that several write; null: one does
  console_epochs int NOT NULL,                       -- starts that console lines are of, before this one
  console_line   bigint NOT NULL                     -- the last of these has lines below it
);

CREATE TABLE console_line (
  run_id uuid NOT NULL,
  writer text NOT NULL,
  epoch  int NOT NULL,
  line   bigint NOT NULL,
  time   text,
  level text NOT NULL, label text NOT NULL, text text NOT NULL,
  change bigint NOT NULL,
  PRIMARY KEY (run_id, writer, epoch, line)
);
CREATE INDEX console_line_change ON console_line (run_id, change, writer, epoch, line);

CREATE TABLE run_files (
  run_id      uuid NOT NULL,
  name        text NOT NULL,
  file_id     uuid NOT NULL,
  object_key  text NOT NULL,
  size        bigint NOT NULL,
  md5         text NOT NULL,
  mimetype    text,
  issued_at   timestamptz NOT NULL,
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, name)
);
CREATE INDEX run_files_file_id ON run_files (run_id, file_id);

CREATE TABLE history_file (
  run_id     uuid NOT NULL,
  number     int NOT NULL,
  step_high  bigint NOT NULL,
  rows       bigint NOT NULL,
  size       bigint NOT NULL,
  object_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, number)
);

CREATE TABLE history_export (
  run_id  uuid PRIMARY KEY,
  rows    bigint NOT NULL,
  refusal text
);

CREATE TABLE run_event (
  run_id         uuid NOT NULL,
  number         bigint NOT NULL,
  transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  kind           text NOT NULL,
  entity_id      bigint NOT NULL,
  project_id     bigint NOT NULL,
  at             timestamptz NOT NULL DEFAULT clock_timestamp(),
  detail         jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (run_id, number),
  CONSTRAINT run_event_detail_check CHECK (octet_length(detail::text) <= 1000)
);

CREATE INDEX run_event_in_order ON run_event (transaction_id, number, run_id);

CREATE INDEX run_event_long ON run_event (run_id, number) WHERE number > 1000;

CREATE TABLE unused_object (
  owner_kind text NOT NULL,
  owner_id   uuid NOT NULL,
  object_key text NOT NULL,
  size       bigint NOT NULL,
  found_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (owner_id, object_key)
);

CREATE INDEX unused_object_waiting ON unused_object (owner_kind, found_at) WHERE deleted_at IS NULL;

CREATE TABLE object_sweep (
  owner_kind text PRIMARY KEY,
  after_key  text,
  due_at     timestamptz NOT NULL
);
