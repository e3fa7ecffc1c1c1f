-- Teams and who is in them, service accounts, invites, keys that may do less, and projects that others see.

ALTER TABLE users
  ADD COLUMN kind text NOT NULL DEFAULT 'person',
  ADD COLUMN team_id bigint,
  ADD COLUMN deactivated_at timestamptz,
  ADD COLUMN display_name text,
  ADD CONSTRAINT users_kind_check CHECK (kind IN ('person', 'service')),
  ADD CONSTRAINT users_team_id_check CHECK ((kind = 'service') = (team_id IS NOT NULL)),
  ADD CONSTRAINT users_team_id_fkey FOREIGN KEY (team_id) REFERENCES entities;

CREATE INDEX users_team_id ON users (team_id) WHERE team_id IS NOT NULL;

ALTER TABLE projects
  ADD COLUMN visibility text NOT NULL DEFAULT 'private',
  ADD CONSTRAINT projects_visibility_check CHECK (visibility IN ('private', 'public', 'open'));

ALTER TABLE api_keys
  ADD COLUMN name text,
  ADD COLUMN scope text NOT NULL DEFAULT 'admin',
  ADD COLUMN project_id bigint,
  ADD COLUMN expires_at timestamptz,
  ADD CONSTRAINT api_keys_scope_check CHECK (scope IN ('read', 'write', 'admin')),
  ADD CONSTRAINT api_keys_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects;

CREATE UNIQUE INDEX api_keys_user_id_name_key ON api_keys (user_id, name) WHERE revoked_at IS NULL AND name IS NOT NULL;

CREATE TABLE membership (
  entity_id  bigint NOT NULL REFERENCES entities,
  user_id    bigint NOT NULL REFERENCES users,
  role       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (entity_id, user_id),
  CONSTRAINT membership_role_check CHECK (role IN ('admin', 'member', 'viewer'))
);

CREATE INDEX membership_user_id ON membership (user_id);

CREATE TABLE invite (
  invite_id   uuid PRIMARY KEY,
  entity_id   bigint NOT NULL REFERENCES entities,
  email       text,
  user_id     bigint REFERENCES users,
  role        text NOT NULL,
  token_hash  bytea NOT NULL,
  invited_by  bigint NOT NULL REFERENCES users,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  accepted_at timestamptz,
  revoked_at  timestamptz,
  CONSTRAINT invite_role_check CHECK (role IN ('admin', 'member', 'viewer')),
  CONSTRAINT invite_guest_check CHECK ((email IS NULL) <> (user_id IS NULL)),
  CONSTRAINT invite_token_hash_key UNIQUE (token_hash)
);

CREATE INDEX invite_entity_id ON invite (entity_id, created_at DESC, invite_id);

CREATE INDEX invite_user_id ON invite (user_id) WHERE user_id IS NOT NULL;

CREATE INDEX invite_email ON invite (lower(email)) WHERE email IS NOT NULL;
