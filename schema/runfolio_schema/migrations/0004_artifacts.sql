CREATE TABLE artifact_type (
  type_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id  bigint NOT NULL REFERENCES projects,
  name        text NOT NULL,
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT artifact_type_project_id_name_key UNIQUE (project_id, name)
);

CREATE TABLE artifact_collection (
  collection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id    bigint NOT NULL REFERENCES projects,
  type_id       bigint NOT NULL REFERENCES artifact_type,
  kind          text NOT NULL,
  name          text NOT NULL,
  description   text,
  tags          text[] NOT NULL DEFAULT '{}',
  next_index    int NOT NULL DEFAULT 0,
  created_by    bigint NOT NULL REFERENCES users,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  deleted_at    timestamptz,
  CONSTRAINT artifact_collection_kind_check CHECK (kind IN ('sequence', 'portfolio'))
);

CREATE UNIQUE INDEX artifact_collection_project_id_name_key ON artifact_collection (project_id, name)
  WHERE deleted_at IS NULL;

CREATE INDEX artifact_collection_type_id ON artifact_collection (type_id, collection_id) WHERE deleted_at IS NULL;

CREATE INDEX artifact_collection_deleted ON artifact_collection (collection_id) WHERE deleted_at IS NOT NULL;

CREATE TABLE entity_object (
  object_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity_id         bigint NOT NULL REFERENCES entities,
  digest            text NOT NULL,
  object_key        text NOT NULL,
  size              bigint NOT NULL,
  birth_artifact_id bigint NOT NULL,
  stored_at         timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT entity_object_entity_id_digest_key UNIQUE (entity_id, digest)
);

CREATE INDEX entity_object_object_key ON entity_object (object_key);

CREATE TABLE artifact (
  artifact_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection_id  bigint NOT NULL REFERENCES artifact_collection,
  state          text NOT NULL DEFAULT 'PENDING',
  version_index  int,
  digest         text NOT NULL,
  description    text,
  metadata_text  text,
  metadata       jsonb NOT NULL DEFAULT '{}',
  tags           text[] NOT NULL DEFAULT '{}',
  wanted_aliases text[] NOT NULL DEFAULT '{}',
  ttl_seconds    bigint,
  expires_at     timestamptz,
  history_step   bigint,
  storage_region text,
  distributed_id text,
  manifest_id    bigint,
  size           bigint NOT NULL DEFAULT 0,
  file_count     bigint NOT NULL DEFAULT 0,
  created_by     bigint NOT NULL REFERENCES users,
  logged_by      uuid,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  emptied_at     timestamptz,
  is_deduplicated boolean NOT NULL DEFAULT true,
  same_as        bigint,
  CONSTRAINT artifact_state_check CHECK (state IN ('PENDING', 'COMMITTED', 'DELETED')),
  CONSTRAINT artifact_version_index_check CHECK (version_index IS NOT NULL OR state <> 'COMMITTED'),
  CONSTRAINT artifact_ttl_seconds_check CHECK (ttl_seconds >= 0)
);

CREATE INDEX artifact_digest ON artifact (collection_id, digest) WHERE state = 'COMMITTED';

CREATE UNIQUE INDEX artifact_distributed_id_key ON artifact (collection_id, distributed_id) WHERE state = 'PENDING';

CREATE INDEX artifact_metadata ON artifact USING gin (metadata jsonb_path_ops) WHERE state = 'COMMITTED';
CREATE INDEX artifact_tags ON artifact USING gin (tags) WHERE state = 'COMMITTED';

CREATE INDEX artifact_logged_by ON artifact (logged_by) WHERE state <> 'DELETED' AND logged_by IS NOT NULL;

CREATE INDEX artifact_expires_at ON artifact (expires_at) WHERE state = 'COMMITTED' AND expires_at IS NOT NULL;
CREATE INDEX artifact_pending ON artifact (updated_at) WHERE state = 'PENDING';
CREATE INDEX artifact_emptied_at ON artifact (artifact_id) WHERE state = 'DELETED' AND emptied_at IS NULL;

CREATE TABLE artifact_client_id (
  project_id    bigint NOT NULL REFERENCES projects,
  client_id     text NOT NULL,
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  artifact_id   bigint REFERENCES artifact,
  PRIMARY KEY (project_id, client_id)
);

CREATE INDEX artifact_client_id_client_id ON artifact_client_id (client_id);

CREATE TABLE artifact_membership (
  membership_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  artifact_id   bigint NOT NULL REFERENCES artifact,
  version_index int NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    bigint NOT NULL REFERENCES users,
  CONSTRAINT artifact_membership_version_index_key UNIQUE (collection_id, version_index),
  CONSTRAINT artifact_membership_artifact_id_key UNIQUE (collection_id, artifact_id)
);

CREATE INDEX artifact_membership_artifact_id ON artifact_membership (artifact_id);

CREATE INDEX artifact_membership_version ON artifact_membership (collection_id, (version_index::numeric));

CREATE TABLE artifact_alias (
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  alias         text NOT NULL,
  alias_id      bigint GENERATED ALWAYS AS IDENTITY,
  membership_id bigint NOT NULL REFERENCES artifact_membership ON DELETE CASCADE,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (collection_id, alias)
);

CREATE INDEX artifact_alias_membership_id ON artifact_alias (membership_id);

CREATE TABLE artifact_wanted_link (
  artifact_id   bigint NOT NULL REFERENCES artifact,
  collection_id bigint NOT NULL REFERENCES artifact_collection,
  aliases       text[] NOT NULL,
  created_by    bigint NOT NULL REFERENCES users,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (artifact_id, collection_id)
);

CREATE TABLE artifact_manifest (
  manifest_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  artifact_id      bigint NOT NULL REFERENCES artifact,
  name             text NOT NULL,
  type             text NOT NULL,
  digest           text NOT NULL,
  base_artifact_id bigint,
  object_id        bigint REFERENCES entity_object,
  created_at       timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT artifact_manifest_type_check CHECK (type IN ('FULL', 'INCREMENTAL', 'PATCH'))
);

CREATE UNIQUE INDEX artifact_manifest_artifact_id_type_key ON artifact_manifest (artifact_id, type)
  WHERE type <> 'PATCH';
CREATE INDEX artifact_manifest_artifact_id ON artifact_manifest (artifact_id);
CREATE INDEX artifact_manifest_object_id ON artifact_manifest (object_id);

CREATE TABLE artifact_entry (
  artifact_id       bigint NOT NULL REFERENCES artifact,
  path              text COLLATE "C" NOT NULL,
  digest            text NOT NULL,
  size              bigint,
  ref               text,
  object_id         bigint REFERENCES entity_object,
  birth_artifact_id bigint,
  PRIMARY KEY (artifact_id, path),
  CONSTRAINT artifact_entry_object_id_check CHECK ((ref IS NULL) = (object_id IS NOT NULL))
);

CREATE INDEX artifact_entry_object_id ON artifact_entry (object_id) WHERE object_id IS NOT NULL;

CREATE TABLE artifact_upload (
  artifact_id bigint NOT NULL REFERENCES artifact,
  digest      text NOT NULL,
  entity_id   bigint NOT NULL,
  PRIMARY KEY (artifact_id, digest)
);

CREATE INDEX artifact_upload_entity_id_digest ON artifact_upload (entity_id, digest);

CREATE TABLE artifact_use (
  run_id      uuid NOT NULL,
  artifact_id bigint NOT NULL,
  direction   text NOT NULL,
  used_as     text,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, artifact_id, direction),
  CONSTRAINT artifact_use_direction_check CHECK (direction IN ('input', 'output'))
);

CREATE INDEX artifact_use_artifact_id ON artifact_use (artifact_id, direction, at, run_id);
