-- How long the server has listened, alerts of runs, and webhooks.

CREATE TABLE server_listening (
  only_one boolean PRIMARY KEY DEFAULT true,
  since    timestamptz NOT NULL,
  until    timestamptz NOT NULL,
  CONSTRAINT server_listening_only_one_check CHECK (only_one)
);

CREATE TABLE webhook_cursor (
  url_hash       bytea PRIMARY KEY,
  transaction_id bigint NOT NULL,
  number         bigint NOT NULL,
  object_id      uuid NOT NULL,
  attempts       int NOT NULL DEFAULT 0,
  due_at         timestamptz NOT NULL DEFAULT now(),
  worker         uuid NOT NULL,
  leased_until   timestamptz NOT NULL
);

CREATE TABLE run_alert (
  run_id   uuid NOT NULL,
  number   bigint NOT NULL,
  title    text NOT NULL,
  text     text NOT NULL,
  severity text NOT NULL,
  user_id  bigint NOT NULL,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, number),
  CONSTRAINT run_alert_severity_check CHECK (severity IN ('INFO', 'WARN', 'ERROR'))
);
