-- Files of the history of ended runs; see tables.sql.
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
