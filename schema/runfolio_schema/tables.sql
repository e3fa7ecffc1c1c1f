-- The tables as they are now. migrations/ is how they came to be; a test proves that both build the same thing.
-- The functions are files of their own, in functions/.
--
-- Past one machine, the tables from `runs` on are distributed by run_id (Citus) and co-located; the ones before it are
-- reference tables. So every unique key of a distributed table contains run_id, and no foreign key crosses two runs.

-- Owners of projects. A user has one of the same name; a team is one that users are members of.
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
  kind       text NOT NULL DEFAULT 'person',         -- service: a program's account, which belongs to a team
  team_id    bigint,                                 -- the team that a service account belongs to; null for people
  deactivated_at timestamptz,                        -- not null: none of their keys is valid, and they may do nothing
  display_name text,                                 -- what people read; null: the username
  CONSTRAINT users_entity_id_key UNIQUE (entity_id),
  CONSTRAINT users_email_key UNIQUE (email),
  CONSTRAINT users_kind_check CHECK (kind IN ('person', 'service')),
  CONSTRAINT users_team_id_check CHECK ((kind = 'service') = (team_id IS NOT NULL)),
  CONSTRAINT users_team_id_fkey FOREIGN KEY (team_id) REFERENCES entities
);

-- Serves the service accounts of a team.
CREATE INDEX users_team_id ON users (team_id) WHERE team_id IS NOT NULL;

-- What somebody is in a team. Everybody is the admin of their personal entity without a row.
CREATE TABLE membership (
  entity_id  bigint NOT NULL REFERENCES entities,
  user_id    bigint NOT NULL REFERENCES users,
  role       text NOT NULL,                          -- see domain/permission.py for what each allows
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (entity_id, user_id),
  CONSTRAINT membership_role_check CHECK (role IN ('admin', 'member', 'viewer'))
);

-- Serves select_viewer: the roles of a user.
CREATE INDEX membership_user_id ON membership (user_id);

-- Invitations to a team, for a user or for an address whose owner has no account yet.
CREATE TABLE invite (
  invite_id   uuid PRIMARY KEY,
  entity_id   bigint NOT NULL REFERENCES entities,
  email       text,                                  -- null: a user is invited
  user_id     bigint REFERENCES users,               -- null: an address is
  role        text NOT NULL,                         -- what they become
  token_hash  bytea NOT NULL,                        -- SHA-256 of the token that accepts it; the token is never stored
  invited_by  bigint NOT NULL REFERENCES users,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  accepted_at timestamptz,                           -- null: not accepted
  revoked_at  timestamptz,                           -- null: not taken back
  CONSTRAINT invite_role_check CHECK (role IN ('admin', 'member', 'viewer')),
  CONSTRAINT invite_guest_check CHECK ((email IS NULL) <> (user_id IS NULL)),
  CONSTRAINT invite_token_hash_key UNIQUE (token_hash)
);

-- Serves the invites of a team, newest first.
CREATE INDEX invite_entity_id ON invite (entity_id, created_at DESC, invite_id);

-- Serves the invites of a user.
CREATE INDEX invite_user_id ON invite (user_id) WHERE user_id IS NOT NULL;

-- Serves the invites to an address.
CREATE INDEX invite_email ON invite (lower(email)) WHERE email IS NOT NULL;

-- Named sets of runs inside an entity.
CREATE TABLE projects (
  project_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity_id   bigint NOT NULL REFERENCES entities,
  name        text NOT NULL,                         -- in URLs; see domain/names.py
  description text,                                  -- null: none given
  created_by  bigint NOT NULL REFERENCES users,
  created_at  timestamptz NOT NULL DEFAULT now(),
  run_counter bigint NOT NULL DEFAULT 0,             -- runs ever made here: the number at the end of display names
  deleted_at  timestamptz,                           -- not null: gone for everybody but those who restore it
  purge_began_at timestamptz,                        -- not null: the worker deletes its runs, and it cannot come back
  purged_at   timestamptz,                           -- null: some of its runs are not deleted yet
  visibility  text NOT NULL DEFAULT 'private',       -- who else sees it, and logs to it; see domain/permission.py
  CONSTRAINT projects_visibility_check CHECK (visibility IN ('private', 'public', 'open'))
);

-- Two living projects of an entity never have one name; that of a deleted one is free.
CREATE UNIQUE INDEX projects_entity_id_name_key ON projects (entity_id, name) WHERE deleted_at IS NULL;

-- Serves select_deleted_projects_page and select_projects_to_purge: the few that are deleted.
CREATE INDEX projects_deleted_at ON projects (deleted_at) WHERE deleted_at IS NOT NULL;

-- API keys: 160 random bits each, so a plain hash is enough and a slow one would only cost time.
CREATE TABLE api_keys (
  api_key_id   uuid PRIMARY KEY,
  user_id      bigint NOT NULL REFERENCES users,
  key_hash     bytea NOT NULL,                       -- SHA-256 of the key's text; the key itself is never stored
  description  text,                                 -- null: none given
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,                          -- to the minute; null: never
  revoked_at   timestamptz,                          -- null: valid
  name         text,                                 -- null: none given
  scope        text NOT NULL DEFAULT 'admin',        -- how much of what the user may do, it may; see domain/permission.py
  project_id   bigint,                               -- the only project that it leads to; null: all
  expires_at   timestamptz,                          -- from then on it is not valid; null: never
  CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash),
  CONSTRAINT api_keys_scope_check CHECK (scope IN ('read', 'write', 'admin')),
  CONSTRAINT api_keys_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects
);

-- Serves select_api_keys_page.
CREATE INDEX api_keys_user_id ON api_keys (user_id);

-- A valid key is named by its owner once.
CREATE UNIQUE INDEX api_keys_user_id_name_key ON api_keys (user_id, name) WHERE revoked_at IS NULL AND name IS NOT NULL;

-- Browsers that are signed in, each by an API key, whose scope the session has and with which it ends.
CREATE TABLE browser_session (
  session_id    uuid PRIMARY KEY,
  user_id       bigint NOT NULL REFERENCES users,    -- the owner of the key
  api_key_id    uuid NOT NULL REFERENCES api_keys,
  token_hash    bytea NOT NULL,                      -- SHA-256 of the cookie's token; the token itself is never stored
  previous_hash bytea,                               -- of the token before, which is good for a little longer
  rotated_at    timestamptz NOT NULL DEFAULT now(),  -- when the token was made
  confirmed_at  timestamptz,                         -- when it first came back; null: perhaps it was never received
  user_agent    text,                                -- what the browser said it is; null: nothing
  created_at    timestamptz NOT NULL DEFAULT now(),
  last_used_at  timestamptz NOT NULL DEFAULT now(),  -- to the minute
  expires_at    timestamptz NOT NULL,
  revoked_at    timestamptz,                         -- not null: signed out, or revoked
  CONSTRAINT browser_session_token_hash_key UNIQUE (token_hash),
  CONSTRAINT browser_session_previous_hash_key UNIQUE (previous_hash)
);

-- Serves select_sessions_page and what clears away before a sign-in.
CREATE INDEX browser_session_of_user ON browser_session (user_id, created_at);

-- What projects were called before: such a name leads to its project until another one has it, so that a process that was
-- started under it goes on logging.
CREATE TABLE former_project_name (
  entity_id  bigint NOT NULL REFERENCES entities,
  name       text NOT NULL,
  project_id bigint NOT NULL REFERENCES projects,
  PRIMARY KEY (entity_id, name)
);

-- What signs URLs, one row per purpose; every server of one database shares it.
CREATE TABLE server_secrets (
  purpose    text PRIMARY KEY,
  secret     bytea NOT NULL,                         -- 32 random bytes
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What all processes together have done since the database was made, for /metrics.
CREATE TABLE counters (
  name  text PRIMARY KEY,                            -- such as compacted_lines
  value bigint NOT NULL
);

-- What has changed, but for runs: an outbox, read in order and swept. Written in the transaction of the change.
-- Local to the coordinator, as api_keys is.
CREATE TABLE event (
  event_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint, -- readers wait for the older ones to end
  kind           text NOT NULL,                      -- see domain/events.py
  entity_id      bigint NOT NULL,                    -- whose it is
  project_id     bigint,                             -- null: of no project
  object_id      uuid NOT NULL,                      -- what has changed, by its own key
  at             timestamptz NOT NULL DEFAULT clock_timestamp(),
  detail         jsonb NOT NULL DEFAULT '{}',        -- an object of a few short values
  CONSTRAINT event_detail_check CHECK (octet_length(detail::text) <= 1000)
);

-- Serves select_events_page.
CREATE INDEX event_in_order ON event (transaction_id, event_id, object_id);

-- How far events were swept, so that a reader who comes too late is told. Local to the coordinator.
CREATE TABLE event_horizon (
  source         text PRIMARY KEY,                   -- the table: run_event or event
  transaction_id bigint NOT NULL,                    -- these three: the last event, in the order of all, that was swept
  number         bigint NOT NULL,
  object_id      uuid NOT NULL
);

-- Since when processes of the API have been listening without a break: only that long can a run have been silent.
-- Local to the coordinator: it is written every few seconds.
CREATE TABLE server_listening (
  only_one boolean PRIMARY KEY DEFAULT true,
  since    timestamptz NOT NULL,                     -- from then on some process of the API could hear what runs say
  until    timestamptz NOT NULL,                     -- and at last then
  CONSTRAINT server_listening_only_one_check CHECK (only_one)
);

-- How far the events of runs have been delivered to a webhook. Local to the coordinator.
CREATE TABLE webhook_cursor (
  url_hash       bytea PRIMARY KEY,                  -- SHA-256 of the address: another one begins with what is new
  transaction_id bigint NOT NULL,                    -- these three: the last event that has been delivered or given up
  number         bigint NOT NULL,
  object_id      uuid NOT NULL,
  attempts       int NOT NULL DEFAULT 0,             -- in vain, of the event after it
  due_at         timestamptz NOT NULL DEFAULT now(), -- when it is tried again
  worker         uuid NOT NULL,                      -- who delivers
  leased_until   timestamptz NOT NULL                -- until then no other worker does
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
  config_writer  text,                               -- who alone has written config_text since the run last began: '' or a
  summary_writer text,                               -- client's id; '*': several (run_document); null: nobody yet
  newest_start   timestamptz,                        -- the start of the newest of the SDK's processes; null: none yet
  is_sent_again  boolean NOT NULL DEFAULT false,     -- whether the SDK's process that sends now is one that was here before
  is_older       boolean NOT NULL DEFAULT false,     -- whether that one began before the newest, which had ended
  environment    jsonb NOT NULL DEFAULT '{}',        -- what its newest process told of itself and its machine
  started_at     timestamptz,                        -- when the first of its processes began; null: none has told it yet
  told_starts    timestamptz[] NOT NULL DEFAULT '{}', -- the starts that its processes told, by their own clocks, the newest
                                                     -- process last; the last 16 of them
  logged_keys    jsonb NOT NULL DEFAULT '{}',        -- names of keys of its history that the summary did not have when they
                                                     -- were logged, and lost since
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

-- What is to become of deleted runs. A run that is undeleted has no row, one that is purged keeps it.
CREATE TABLE run_deletion (
  run_id         uuid PRIMARY KEY,
  project_id     bigint NOT NULL,
  deleted_at     timestamptz NOT NULL,               -- as in runs
  deleted_by     bigint NOT NULL,                    -- user id
  with_artifacts boolean NOT NULL,                   -- whether the artifacts that it logged go with it
  moved_to       uuid,                               -- the run that it has become elsewhere; null: it was deleted
  purge_began_at timestamptz,                        -- null: it can be undeleted
  purged_at      timestamptz,                        -- null: something of it is left beside its row in runs
  freed_bytes    bigint NOT NULL DEFAULT 0           -- of its history, console, documents and files, so far
);

-- Serves select_deleted_runs_page.
CREATE INDEX run_deletion_project_id ON run_deletion (project_id, deleted_at, run_id);

-- Serves select_runs_to_purge.
CREATE INDEX run_deletion_waiting ON run_deletion (deleted_at) WHERE purged_at IS NULL;

-- Runs that are copied or moved to another project, and those that were: so that a repeat finds what came of it, and the
-- worker goes on where somebody was killed. Local to the coordinator, because it is about two runs.
CREATE TABLE run_copy (
  target_id uuid PRIMARY KEY,
  source_id uuid NOT NULL,
  is_move   boolean NOT NULL,
  asked_by  bigint NOT NULL,                         -- user id
  begun_at  timestamptz NOT NULL DEFAULT now(),
  lease     timestamptz,                             -- until when somebody is at it; null: nobody
  done_at   timestamptz                              -- not null: readers see the target
);

-- Serves select_left_copies.
CREATE INDEX run_copy_left ON run_copy (begun_at) WHERE done_at IS NULL;

-- Indexes named run_order_… come and go by themselves (worker/index_upkeep.py): each serves select_runs_walk, and ranges
-- of select_runs_page and count_runs, for one project and one value of config or summary. While there is one on summary, updates of any summary are not HOT.

-- How often the runs of a project were listed by a value of config or summary, or by how it compares with a number:
-- which indexes are worth making.
CREATE TABLE run_order_use (
  project_id   bigint NOT NULL REFERENCES projects,
  field        text NOT NULL,                        -- such as summary_metrics.loss; see filters/sql/index_sql.py
  uses         bigint NOT NULL,                      -- pages asked for, counted in each server and written now and then
  last_used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, field)
);

-- Where each stream of lines stands. Its row is locked by ingest for one short statement only.
CREATE TABLE run_stream (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,                          -- history, events (system metrics), console, summary, config
  writer     text NOT NULL,                          -- '' or, where several processes write one run, the client's id
  epoch      int NOT NULL,                           -- from 0; a new one when a process starts its offsets again
  next_line  bigint NOT NULL,                        -- one past the highest line stored: what a resuming client is told
  missing    int8multirange NOT NULL DEFAULT '{}',   -- lines below next_line that never came; taken when they do
  first_line bytea,                                  -- digest of line 0; tells a repeat from a restart; null: not come
  step_high  double precision,                       -- greatest step of its rows; null: no rows
  rejected   bigint NOT NULL DEFAULT 0,              -- lines kept out, or kept without some of their keys; of a summary
                                                     -- the most keys that one was without
  repeated   bigint NOT NULL DEFAULT 0,              -- lines left empty, or not stored, because the run has them already under
                                                     -- other numbers
  taken_up   bigint NOT NULL DEFAULT 0,              -- lines below it are of the epoch before, which its process goes on after
  begun_by   jsonb,                                  -- of console lines: which process began at which of them, each line with
                                                     -- its start in Unix seconds; null: none has told it
  done       bigint NOT NULL DEFAULT 0,              -- lines of the tail below it have been compacted, late ones excepted
  tail_lines bigint NOT NULL DEFAULT 0,              -- lines in history_tail
  tail_bytes bigint NOT NULL DEFAULT 0,              -- bytes of body in history_tail
  lease      timestamptz,                            -- until when a worker compacts this stream; null: nobody
  counts_to  double precision NOT NULL DEFAULT 'infinity', -- rows with a greater step do not count; a stream that has
                                                     -- such an end is closed: it takes lines of nobody who comes later
  kept       bigint NOT NULL DEFAULT 0,              -- of a closed stream the rows that count; of the one that a fork or a
                                                     -- rewound run begins with, also those that other runs have
  inherits   uuid[],                                 -- runs that have rows which count in this one, see shared_stream;
                                                     -- null: none
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
-- history/storage/chunk.py for the format.
-- Each segment also has a chunk of the reserved key '\#': the step of every row, in line order. It says which rows there
-- are, and scans are ordered and pruned by it.
CREATE TABLE history_chunk (
  run_id     uuid NOT NULL,
  stream     text NOT NULL,
  writer     text NOT NULL,
  epoch      int NOT NULL,
  key        text COLLATE "C" NOT NULL,              -- history/storage/key_path.py: an ordinary key as it is; '\.' nests
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
  lines      bytea NOT NULL,                         -- history/storage/axis.py; empty: line0, line0 + 1, …
  data       bytea NOT NULL,                         -- history/storage/chunk.py: a versioned format
  PRIMARY KEY (run_id, stream, writer, epoch, key, line0),
  CONSTRAINT history_chunk_kind_check CHECK (kind IN (0, 1, 2)),
  CONSTRAINT history_chunk_n_check CHECK (n BETWEEN 1 AND 65536)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE history_chunk ALTER data SET STORAGE EXTERNAL;  -- compressed already
ALTER TABLE history_chunk ALTER lines SET STORAGE EXTERNAL;

-- Rows that count elsewhere too, or that counted once: what a fork reads of the runs that it comes from, and what a run was
-- before it was rewound. It lies with the rows. They must stay while it has a row of another reader than their run.
CREATE TABLE shared_stream (
  run_id    uuid NOT NULL,                           -- whose rows they are
  view_id   uuid NOT NULL,                           -- what they are read as: the run_id of a fork, or a run_branch
  stream    text NOT NULL,                           -- history
  writer    text NOT NULL,
  epoch     int NOT NULL,
  reader_id uuid NOT NULL,                           -- the run that reads them; run_id itself: a branch of its own
  past_line bigint NOT NULL,                         -- lines from here on do not count
  counts_to double precision NOT NULL,               -- nor do rows with a greater step
  PRIMARY KEY (run_id, view_id, stream, writer, epoch)
);

-- What a run was made of that goes on where another one stood. Its name stays known when that one is gone.
CREATE TABLE run_fork (
  run_id      uuid PRIMARY KEY,                      -- the fork
  parent_id   uuid NOT NULL,                         -- the run that it was made of
  parent_name text NOT NULL,
  step        double precision NOT NULL,             -- rows of the parent up to this step count in the fork
  rows        bigint NOT NULL,                       -- how many these were
  created_at  timestamptz NOT NULL DEFAULT now()
);

-- Serves select_forks_of_runs.
CREATE INDEX run_fork_parent_id ON run_fork (parent_id, created_at, run_id);

-- What a run was before it was rewound, one row for each time. The rows that were cut off stay readable.
CREATE TABLE run_branch (
  run_id         uuid NOT NULL,
  number         int NOT NULL,                       -- from 1
  branch_id      uuid NOT NULL,                      -- the view_id of its rows
  step           double precision NOT NULL,          -- the run was rewound to it: greater steps are on the branch alone
  last_step      double precision,                   -- the greatest step of the branch; null: it has no rows
  rows           bigint NOT NULL,                    -- all rows of the branch
  holders        uuid[] NOT NULL,                    -- runs that have them
  summary_is_due boolean NOT NULL DEFAULT true,      -- the run's summary is still that of the branch
  left_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, number)
);

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

-- What a run had before a process took it up that has not told yet when it began: it may be an older one that is sent
-- again (start_run). At most one for each run, and none once that is told.
CREATE TABLE untold_start (
  run_id         uuid PRIMARY KEY,
  before         jsonb NOT NULL,                     -- attributes by column before the start, of config and summary the texts
  given          jsonb NOT NULL,                     -- likewise those that the start gave
  sent_text      text,                               -- what was last sent of a config that several write; null: one does
  console_epochs int NOT NULL,                       -- starts that console lines are of, before this one
  console_line   bigint NOT NULL                     -- the last of these has lines below it
);

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
  change bigint NOT NULL,                            -- when it was last written: microseconds since 1970, greater than that
                                                     -- of every line of the run that was written before
  PRIMARY KEY (run_id, writer, epoch, line)
);
CREATE INDEX console_line_change ON console_line (run_id, change, writer, epoch, line); -- serves select_console_changes

-- Files of a run. A row appears when the bytes are stored; the newest upload of a name wins.
CREATE TABLE run_files (
  run_id      uuid NOT NULL,
  name        text NOT NULL,                         -- as the client calls it, with forward slashes; never a path here
  file_id     uuid NOT NULL,                         -- made of run and name (domain/run_id.py): what a node id has of it
  object_key  text NOT NULL,                         -- in the object store; made of our own ids
  size        bigint NOT NULL,                       -- bytes
  md5         text NOT NULL,                         -- base64
  mimetype    text,                                  -- guessed from the name; null: unknown
  issued_at   timestamptz NOT NULL,                  -- when the upload was allowed: an older one never replaces a newer
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, name)
);

-- Serves a look by node id. Not unique, because a repeat at the same moment must meet the primary key: the id is made of
-- run and name.
CREATE INDEX run_files_file_id ON run_files (run_id, file_id);

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

-- What has changed in a run: its log of states, and an outbox. Written in the transaction of the change, by whoever holds
-- the run's row (write_run_event). The newest thousand of each run stay with it (events/sweep.py).
CREATE TABLE run_event (
  run_id         uuid NOT NULL,
  number         bigint NOT NULL,                    -- from 1 in each run, without gaps, in the order of commit
  transaction_id bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint, -- orders the events of several runs
  kind           text NOT NULL,                      -- see domain/events.py
  entity_id      bigint NOT NULL,                    -- owner of the project
  project_id     bigint NOT NULL,
  at             timestamptz NOT NULL DEFAULT clock_timestamp(), -- while the row is held: it rises with the number
  detail         jsonb NOT NULL DEFAULT '{}',        -- from, to and cause of a change of state
  PRIMARY KEY (run_id, number),
  CONSTRAINT run_event_detail_check CHECK (octet_length(detail::text) <= 1000)
);

-- Serves select_run_events_page.
CREATE INDEX run_event_in_order ON run_event (transaction_id, number, run_id);

-- Serves select_long_logs: the few runs that have more events than are kept.
CREATE INDEX run_event_long ON run_event (run_id, number) WHERE number > 1000;

-- Alerts that the process of a run has raised. Written with an event of the run, by whoever holds the run's row.
CREATE TABLE run_alert (
  run_id   uuid NOT NULL,
  number   bigint NOT NULL,                          -- from 1 in each run, without gaps
  title    text NOT NULL,
  text     text NOT NULL,
  severity text NOT NULL,
  user_id  bigint NOT NULL,                          -- whose key the process had that raised it
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, number),
  CONSTRAINT run_alert_severity_check CHECK (severity IN ('INFO', 'WARN', 'ERROR'))
);

-- Stored objects that no row refers to: found by the worker, which deletes their bytes an hour later. Once listed here an
-- object key cannot be given to a row any more, so no upload can come between the last look and the deletion.
-- Distributed by owner_id, beside the tables that are by run_id: what belongs to a run lies with it.
CREATE TABLE unused_object (
  owner_kind text NOT NULL,                          -- see domain/owner.py; the first part of object_key
  owner_id   uuid NOT NULL,                          -- of a run: its run_id
  object_key text NOT NULL,                          -- in the object store
  size       bigint NOT NULL,                        -- bytes
  found_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,                            -- null: its bytes may still be there
  PRIMARY KEY (owner_id, object_key)
);

-- Serves select_unused_objects.
CREATE INDEX unused_object_waiting ON unused_object (owner_kind, found_at) WHERE deleted_at IS NULL;

-- Where the search for unused objects stands, so that it goes on after a restart and one worker at a time does it.
-- Not distributed.
CREATE TABLE object_sweep (
  owner_kind text PRIMARY KEY,                       -- see domain/owner.py; the first part of the objects' keys
  after_key  text,                                   -- the last key looked at; null: from the first
  due_at     timestamptz NOT NULL                    -- until then nobody goes on: another worker is at it, or all is done
);

-- Kinds of artifacts, by name within a project. It and all tables of artifacts but artifact_use are local to the
-- coordinator: few rows beside history, with keys across runs, and a commit holds the row of its collection.
CREATE TABLE artifact_type (
  type_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id  bigint NOT NULL REFERENCES projects,
  name        text NOT NULL,                         -- see domain/artifact_names.py
  description text,                                  -- null: none given
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT artifact_type_project_id_name_key UNIQUE (project_id, name)
);

-- Named lines of versions. Whoever gives or takes a version or an alias holds its row.
CREATE TABLE artifact_collection (
  collection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id    bigint NOT NULL REFERENCES projects,
  type_id       bigint NOT NULL REFERENCES artifact_type,
  kind          text NOT NULL,                       -- a sequence is logged into, a portfolio is linked into
  name          text NOT NULL,                       -- see domain/artifact_names.py
  description   text,                                -- null: none given, which is not ''
  tags          text[] NOT NULL DEFAULT '{}',        -- a set, in the order given
  next_index    int NOT NULL DEFAULT 0,              -- of the next version: no number is given twice, or left out
  created_by    bigint NOT NULL REFERENCES users,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  deleted_at    timestamptz,                         -- not null: gone for readers, and its name is free again
  CONSTRAINT artifact_collection_kind_check CHECK (kind IN ('sequence', 'portfolio'))
);

-- A name is one collection of a project, whatever its kind.
CREATE UNIQUE INDEX artifact_collection_project_id_name_key ON artifact_collection (project_id, name)
  WHERE deleted_at IS NULL;

-- Serves lists of the collections of a type, newest first.
CREATE INDEX artifact_collection_type_id ON artifact_collection (type_id, collection_id) WHERE deleted_at IS NULL;

-- Serves the worker, which deletes what deleted collections still have.
CREATE INDEX artifact_collection_deleted ON artifact_collection (collection_id) WHERE deleted_at IS NOT NULL;

-- The bytes of an entity's artifacts and their manifests: one object for each digest. A row appears when the bytes are
-- stored, and goes when no entry, manifest or upload refers to it any more.
CREATE TABLE entity_object (
  object_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity_id         bigint NOT NULL REFERENCES entities,
  digest            text NOT NULL,                   -- MD5 in base64
  object_key        text NOT NULL,                   -- in the object store; fresh for each upload
  size              bigint NOT NULL,                 -- bytes
  birth_artifact_id bigint NOT NULL,                 -- the artifact that first brought them; it may be gone since
  stored_at         timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT entity_object_entity_id_digest_key UNIQUE (entity_id, digest)
);

-- Serves the sweep, which asks of a stored object whether it is in use.
CREATE INDEX entity_object_object_key ON entity_object (object_key);

-- One version of a set of files, from the moment when a client announces it.
CREATE TABLE artifact (
  artifact_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection_id  bigint NOT NULL REFERENCES artifact_collection, -- the sequence that it is a version of
  state          text NOT NULL DEFAULT 'PENDING',    -- see domain/artifact_state.py
  version_index  int,                                -- in its sequence; null: not committed
  digest         text NOT NULL,                      -- of its entries; see domain/manifest.py
  description    text,                               -- null: none given
  metadata_text  text,                               -- as received; null: none given
  metadata       jsonb NOT NULL DEFAULT '{}',        -- mapped (domain/json_text.py): for filters and order
  tags           text[] NOT NULL DEFAULT '{}',       -- a set, in the order given
  wanted_aliases text[] NOT NULL DEFAULT '{}',       -- given to it when it is committed
  ttl_seconds    bigint,                             -- how long it is kept from created_at on; 0: always; null: not told
  expires_at     timestamptz,                        -- null: never
  history_step   bigint,                             -- number of the next row of history, as sent; null: none was sent
  storage_region text,                               -- as named at its making; null: the default one
  distributed_id text,                               -- several writers bring parts of it under this name; null: one writes
  manifest_id    bigint,                             -- its current manifest; null: no commit has begun
  size           bigint NOT NULL DEFAULT 0,          -- bytes of all entries, references included
  file_count     bigint NOT NULL DEFAULT 0,          -- entries, references included
  created_by     bigint NOT NULL REFERENCES users,
  logged_by      uuid,                               -- the run that first logged it; null: none did
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(), -- last change; of a pending one the last sign of its upload
  emptied_at     timestamptz,                        -- when the entries of a deleted one went; null: they are there
  is_deduplicated boolean NOT NULL DEFAULT true,     -- whether it becomes a version with the same content, if there is one
  same_as        bigint,                             -- the version with its content that its commit found; null: none
  CONSTRAINT artifact_state_check CHECK (state IN ('PENDING', 'COMMITTED', 'DELETED')),
  CONSTRAINT artifact_version_index_check CHECK (version_index IS NOT NULL OR state <> 'COMMITTED'),
  CONSTRAINT artifact_ttl_seconds_check CHECK (ttl_seconds >= 0)
);

-- Serves the look for a version with the same content.
CREATE INDEX artifact_digest ON artifact (collection_id, digest) WHERE state = 'COMMITTED';

-- All writers of a distributed artifact find one.
CREATE UNIQUE INDEX artifact_distributed_id_key ON artifact (collection_id, distributed_id) WHERE state = 'PENDING';

-- Serve filters on metadata and tags.
CREATE INDEX artifact_metadata ON artifact USING gin (metadata jsonb_path_ops) WHERE state = 'COMMITTED';
CREATE INDEX artifact_tags ON artifact USING gin (tags) WHERE state = 'COMMITTED';

-- Serves the purge of runs that are deleted with their artifacts.
CREATE INDEX artifact_logged_by ON artifact (logged_by) WHERE state <> 'DELETED' AND logged_by IS NOT NULL;

-- Serve the worker: what is to expire, what was never committed, and what is to be emptied.
CREATE INDEX artifact_expires_at ON artifact (expires_at) WHERE state = 'COMMITTED' AND expires_at IS NOT NULL;
CREATE INDEX artifact_pending ON artifact (updated_at) WHERE state = 'PENDING';
CREATE INDEX artifact_emptied_at ON artifact (artifact_id) WHERE state = 'DELETED' AND emptied_at IS NULL;

-- The ids that clients invent, and what they stand for. A client that names one again means the same artifact.
CREATE TABLE artifact_client_id (
  project_id    bigint NOT NULL REFERENCES projects,
  client_id     text NOT NULL,
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  artifact_id   bigint REFERENCES artifact,          -- null: it stands for the sequence
  PRIMARY KEY (project_id, client_id)
);

-- Serves select_client_id, which knows no project.
CREATE INDEX artifact_client_id_client_id ON artifact_client_id (client_id);

-- The place of an artifact in a collection: in its sequence from its commit on, in a portfolio from its link on.
CREATE TABLE artifact_membership (
  membership_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  artifact_id   bigint NOT NULL REFERENCES artifact,
  version_index int NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    bigint NOT NULL REFERENCES users,
  CONSTRAINT artifact_membership_version_index_key UNIQUE (collection_id, version_index),
  CONSTRAINT artifact_membership_artifact_id_key UNIQUE (collection_id, artifact_id)
);

-- Serves the links of an artifact.
CREATE INDEX artifact_membership_artifact_id ON artifact_membership (artifact_id);

-- Serves lists of the versions of a collection in their order, which filters and orders spell as a number.
CREATE INDEX artifact_membership_version ON artifact_membership (collection_id, (version_index::numeric));

-- Movable names of versions: one alias names at most one version of a collection.
CREATE TABLE artifact_alias (
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  alias         text NOT NULL,                       -- see domain/artifact_names.py; never v and a number
  alias_id      bigint GENERATED ALWAYS AS IDENTITY,
  membership_id bigint NOT NULL REFERENCES artifact_membership ON DELETE CASCADE,
  created_at    timestamptz NOT NULL DEFAULT now(),  -- when it came to this version
  PRIMARY KEY (collection_id, alias)
);

-- Serves the aliases of a version.
CREATE INDEX artifact_alias_membership_id ON artifact_alias (membership_id);

-- Links that were asked for before the artifact was committed, which makes them.
CREATE TABLE artifact_wanted_link (
  artifact_id   bigint NOT NULL REFERENCES artifact,
  collection_id bigint NOT NULL REFERENCES artifact_collection, -- the portfolio
  aliases       text[] NOT NULL,
  created_by    bigint NOT NULL REFERENCES users,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (artifact_id, collection_id)
);

-- Lists of files as they are uploaded; one is the artifact's current one when it is committed.
CREATE TABLE artifact_manifest (
  manifest_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  artifact_id      bigint NOT NULL REFERENCES artifact,
  name             text NOT NULL,                    -- as the client calls the file
  type             text NOT NULL,                    -- see domain/manifest.py
  digest           text NOT NULL,                    -- MD5 of the file in base64; '': not told yet
  base_artifact_id bigint,                           -- what an incremental one adds to; null: to nothing
  object_id        bigint REFERENCES entity_object,  -- its bytes; null: not committed
  created_at       timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT artifact_manifest_type_check CHECK (type IN ('FULL', 'INCREMENTAL', 'PATCH'))
);

-- One of each type, but for patches: each writer brings its own.
CREATE UNIQUE INDEX artifact_manifest_artifact_id_type_key ON artifact_manifest (artifact_id, type)
  WHERE type <> 'PATCH';
CREATE INDEX artifact_manifest_artifact_id ON artifact_manifest (artifact_id);
CREATE INDEX artifact_manifest_object_id ON artifact_manifest (object_id);

-- The entries of an artifact's current manifest. Those of a pending one are there while its commit is under way.
CREATE TABLE artifact_entry (
  artifact_id       bigint NOT NULL REFERENCES artifact,
  path              text COLLATE "C" NOT NULL,       -- as the client calls it, with forward slashes; never a path here
  digest            text NOT NULL,                   -- MD5 in base64, of a reference whatever tells its content
  size              bigint,                          -- bytes; null: a reference that does not tell it
  ref               text,                            -- URL of the content elsewhere; null: it is stored here
  object_id         bigint REFERENCES entity_object, -- its bytes; null: a reference
  birth_artifact_id bigint,                          -- the artifact that brought them, as the manifest says; null: not told
  PRIMARY KEY (artifact_id, path),
  CONSTRAINT artifact_entry_object_id_check CHECK ((ref IS NULL) = (object_id IS NOT NULL))
);

-- Serves the search for bytes that nothing refers to.
CREATE INDEX artifact_entry_object_id ON artifact_entry (object_id) WHERE object_id IS NOT NULL;

-- Bytes that a pending artifact brings, or relies on because they are stored: kept while it is pending.
CREATE TABLE artifact_upload (
  artifact_id bigint NOT NULL REFERENCES artifact,
  digest      text NOT NULL,                         -- MD5 in base64
  entity_id   bigint NOT NULL,
  PRIMARY KEY (artifact_id, digest)
);

-- Serves store_entity_object, and the search for bytes that nothing refers to.
CREATE INDEX artifact_upload_entity_id_digest ON artifact_upload (entity_id, digest);

-- Which run logged or used which artifact: the edges of lineage. Distributed by run_id. Edges to deleted artifacts stay.
CREATE TABLE artifact_use (
  run_id      uuid NOT NULL,
  artifact_id bigint NOT NULL,
  direction   text NOT NULL,                         -- input: the run used it; output: the run logged it
  used_as     text,                                  -- what the run calls its input; null: nothing told
  at          timestamptz NOT NULL DEFAULT now(),    -- of the first time
  PRIMARY KEY (run_id, artifact_id, direction),
  CONSTRAINT artifact_use_direction_check CHECK (direction IN ('input', 'output'))
);

-- Serves the runs that used or logged an artifact.
CREATE INDEX artifact_use_artifact_id ON artifact_use (artifact_id, direction, at, run_id);
