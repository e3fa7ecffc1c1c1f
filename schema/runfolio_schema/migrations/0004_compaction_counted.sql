-- How far compaction lags and how much it has done, for /metrics.

ALTER TABLE history_tail ADD COLUMN received_at timestamptz NOT NULL DEFAULT now();

CREATE TABLE counters (
  name  text PRIMARY KEY,
  value bigint NOT NULL
);
