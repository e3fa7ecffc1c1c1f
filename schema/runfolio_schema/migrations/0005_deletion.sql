-- Deleted projects and runs: what is to become of them, and the names that projects had before.

ALTER TABLE projects DROP CONSTRAINT projects_entity_id_name_key;

ALTER TABLE projects
  ADD COLUMN deleted_at timestamptz,
  ADD COLUMN purge_began_at timestamptz,
  ADD COLUMN purged_at timestamptz;

CREATE UNIQUE INDEX projects_entity_id_name_key ON projects (entity_id, name) WHERE deleted_at IS NULL;

CREATE INDEX projects_deleted_at ON projects (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE former_project_name (
  entity_id  bigint NOT NULL REFERENCES entities,
  name       text NOT NULL,
  project_id bigint NOT NULL REFERENCES projects,
  PRIMARY KEY (entity_id, name)
);

CREATE TABLE run_deletion (
  run_id         uuid PRIMARY KEY,
  project_id     bigint NOT NULL,
  deleted_at     timestamptz NOT NULL,
  deleted_by     bigint NOT NULL,
  with_artifacts boolean NOT NULL,
  moved_to       uuid,
  purge_began_at timestamptz,
  purged_at      timestamptz,
  freed_bytes    bigint NOT NULL DEFAULT 0
);

CREATE INDEX run_deletion_project_id ON run_deletion (project_id, deleted_at, run_id);

CREATE INDEX run_deletion_waiting ON run_deletion (deleted_at) WHERE purged_at IS NULL;
