ALTER TABLE run_stream ADD COLUMN counts_to double precision NOT NULL DEFAULT 'infinity';

ALTER TABLE run_stream ADD COLUMN kept bigint NOT NULL DEFAULT 0;

ALTER TABLE run_stream ADD COLUMN inherits uuid[];

CREATE TABLE shared_stream (
  run_id    uuid NOT NULL,
  view_id   uuid NOT NULL,
  stream    text NOT NULL,
  writer    text NOT NULL,
  epoch     int NOT NULL,
  reader_id uuid NOT NULL,
  past_line bigint NOT NULL,
  counts_to double precision NOT NULL,
  PRIMARY KEY (run_id, view_id, stream, writer, epoch)
);

CREATE TABLE run_fork (
  run_id      uuid PRIMARY KEY,
  parent_id   uuid NOT NULL,
  parent_name text NOT NULL,
  step        double precision NOT NULL,
  rows        bigint NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX run_fork_parent_id ON run_fork (parent_id, created_at, run_id);

CREATE TABLE run_branch (
  run_id         uuid NOT NULL,
  number         int NOT NULL,
  branch_id      uuid NOT NULL,
  step           double precision NOT NULL,
  last_step      double precision,
  rows           bigint NOT NULL,
  holders        uuid[] NOT NULL,
  summary_is_due boolean NOT NULL DEFAULT true,
  left_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, number)
);
