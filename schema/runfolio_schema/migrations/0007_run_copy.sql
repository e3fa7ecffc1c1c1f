-- Runs that are copied or moved to another project.

CREATE TABLE run_copy (
  target_id uuid PRIMARY KEY,
  source_id uuid NOT NULL,
  is_move   boolean NOT NULL,
  asked_by  bigint NOT NULL,
  begun_at  timestamptz NOT NULL DEFAULT now(),
  lease     timestamptz,
  done_at   timestamptz
);

CREATE INDEX run_copy_left ON run_copy (begun_at) WHERE done_at IS NULL;
