-- Browsers that are signed in.

CREATE TABLE browser_session (
  session_id    uuid PRIMARY KEY,
  user_id       bigint NOT NULL REFERENCES users,
  api_key_id    uuid NOT NULL REFERENCES api_keys,
  token_hash    bytea NOT NULL,
  previous_hash bytea,
  rotated_at    timestamptz NOT NULL DEFAULT now(),
  confirmed_at  timestamptz,
  user_agent    text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  last_used_at  timestamptz NOT NULL DEFAULT now(),
  expires_at    timestamptz NOT NULL,
  revoked_at    timestamptz,
  CONSTRAINT browser_session_token_hash_key UNIQUE (token_hash),
  CONSTRAINT browser_session_previous_hash_key UNIQUE (previous_hash)
);

CREATE INDEX browser_session_of_user ON browser_session (user_id, created_at);
