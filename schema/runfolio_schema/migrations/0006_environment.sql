-- Where and when runs run, as their processes tell.

ALTER TABLE runs ADD COLUMN environment jsonb NOT NULL DEFAULT '{}';

ALTER TABLE runs ADD COLUMN started_at timestamptz;
