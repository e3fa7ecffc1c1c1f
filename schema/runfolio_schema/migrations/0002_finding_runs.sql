-- Finding runs: an index on config, the orders that are asked for, and updates of a live run that stay on their page.

CREATE INDEX runs_config ON runs USING gin (config jsonb_path_ops);

DROP INDEX runs_alive_heartbeat_at;
CREATE INDEX runs_alive ON runs (run_id) WHERE state IN ('running', 'preempting');

CREATE TABLE run_order_use (
  project_id   bigint NOT NULL REFERENCES projects,
  field        text NOT NULL,
  uses         bigint NOT NULL,
  last_used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project_id, field)
);
