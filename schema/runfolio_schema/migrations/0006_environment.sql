-- Where and when runs run, as their processes tell.

ALTER TABLE runs ADD COLUMN environment jsonb NOT NULL DEFAULT '{}';

ALTER TABLE runs ADD COLUMN started_at timestamptz;

ALTER TABLE runs ADD COLUMN told_starts timestamptz[] NOT NULL DEFAULT '{}';

ALTER TABLE runs ADD COLUMN logged_keys jsonb NOT NULL DEFAULT '{}';
