-- Finding the few runs of a display name, a commit or a user in a large project.

CREATE INDEX runs_display_name ON runs (project_id, display_name) WHERE deleted_at IS NULL;
CREATE INDEX runs_commit_hash ON runs (project_id, commit_hash) WHERE commit_hash IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_created_by ON runs (project_id, created_by) WHERE deleted_at IS NULL;
