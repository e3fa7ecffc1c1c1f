-- Objects that no row refers to, and where the search for them stands; see tables.sql.

CREATE TABLE unused_object (
  run_id     uuid NOT NULL,
  object_key text NOT NULL,
  size       bigint NOT NULL,
  found_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (run_id, object_key)
);
CREATE INDEX unused_object_waiting ON unused_object (found_at) WHERE deleted_at IS NULL;

CREATE TABLE object_sweep (
  prefix    text PRIMARY KEY,
  after_key text,
  due_at    timestamptz NOT NULL
);
