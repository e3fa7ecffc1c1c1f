-- Finding the few runs of a group, job type, sweep, tag or state in a large project.

CREATE INDEX runs_group_name ON runs (project_id, group_name) WHERE group_name IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_job_type ON runs (project_id, job_type) WHERE job_type IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_sweep_name ON runs (project_id, sweep_name) WHERE sweep_name IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX runs_state ON runs (project_id, state) WHERE state <> 'finished' AND deleted_at IS NULL;
CREATE INDEX runs_tags ON runs USING gin (tags);
