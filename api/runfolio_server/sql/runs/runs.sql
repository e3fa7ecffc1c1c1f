-- select_run_by_name: $1 project id, $2 name, $3 run id made of both → RunRow
-- The caller has seen the project, so the run is the viewer's to see.
SELECT {{columns r}}
FROM runs AS r
WHERE r.project_id = $1 AND r.name = $2 AND r.run_id = $3 AND r.deleted_at IS NULL;

-- select_visible_run: $1 run id, $2 viewer → RunRow
SELECT {{columns r}}
FROM runs AS r
JOIN projects AS p USING (project_id)
WHERE r.run_id = $1 AND {{may ? run r in p $2}} AND r.deleted_at IS NULL;

-- start_run: $1 run id, $2 project id, $3 name, $4 words of a display name, $5 user id, $6 JSON object of columns to write, $7 to $10 config and summary, each as text and for filters, null: as it is, $11 whether the config is for a new run only, $12 whose documents they are, $13 when the process says it began, $14 whether it is sent when it is over → StartedRunRow
SELECT {{columns s}}
FROM start_run($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8::text::jsonb, $9, $10::text::jsonb, $11, $12, $13, $14) AS s;

-- set_logged_keys: $1 run id, $2 JSON object by name
UPDATE runs
SET logged_keys = $2::text::jsonb
WHERE run_id = $1;

-- lock_run: $1 run id → RunRow
-- Who compares a run with what somebody gave it holds the run until the result is written.
SELECT {{columns r}}
FROM runs AS r
WHERE r.run_id = $1 AND r.deleted_at IS NULL
FOR NO KEY UPDATE;

-- select_environments: $1 run ids → EnvironmentRow*
-- A number of a summary may be beyond float8.
SELECT r.run_id, r.environment::text, CASE WHEN jsonb_typeof(r.summary -> '_runtime') = 'number' AND (r.summary ->> '_runtime')::numeric < 1e300
    THEN greatest((r.summary ->> '_runtime')::numeric, 0)::float8 END
FROM runs AS r
WHERE r.run_id = ANY ($1::uuid[]);

-- select_configs: $1 run ids → RunConfigRow*
-- Those of a few runs that are changed together.
SELECT config_text, run_id
FROM runs
WHERE run_id = ANY ($1) AND deleted_at IS NULL;

-- lock_config: $1 run id → ConfigRow
-- Who puts something together with a config holds the run until it is written.
SELECT config_text
FROM runs
WHERE run_id = $1 AND deleted_at IS NULL
FOR NO KEY UPDATE;

-- select_documents: $1 run id → DocumentsRow
SELECT config_text, summary_text
FROM runs
WHERE run_id = $1 AND deleted_at IS NULL;

-- lock_documents: $1 run id → DocumentsRow
-- Who puts something together with a summary holds the run until it is written.
SELECT config_text, summary_text
FROM runs
WHERE run_id = $1 AND deleted_at IS NULL
FOR NO KEY UPDATE;

-- lock_state: $1 run id → StateRow
-- Who changes the state of a run holds it, and so knows which one it leaves.
SELECT state
FROM runs
WHERE run_id = $1 AND deleted_at IS NULL
FOR NO KEY UPDATE;

-- request_stop: $1 run id → RunIdRow
-- Idempotent: no row for a run that was asked already, or has ended.
UPDATE runs
SET stop_requested = true, updated_at = now()
WHERE run_id = $1 AND deleted_at IS NULL AND NOT stop_requested AND NOT ({{state ended state}})
RETURNING run_id;

-- set_state: $1 run id, $2 state, $3 whether it is to forget that it was asked to stop → RunIdRow
-- By whoever holds the row. No sign of life, and how the run ended stays.
UPDATE runs
SET state = $2, stop_requested = stop_requested AND NOT $3, updated_at = now()
WHERE run_id = $1
RETURNING run_id;

-- mark_silent_runs_crashed: $1 state that they are in, $2 seconds of silence → CrashedRunRow*
-- One state at a time, so that the caller knows which one they leave.
UPDATE runs
SET state = 'crashed', updated_at = now()
WHERE {{state moved_by_silence state}} AND state = $1 AND heartbeat_at < now() - make_interval(secs => $2)
RETURNING run_id, stop_requested;

-- select_streams: $1 run ids → StreamRow*
-- Where each stream of these runs stands: its newest epoch, and the greatest step and count of all its epochs, because
-- the newest may have nothing but repeated rows, or none yet. Where a run was rewound only what is open is counted: it
-- begins behind the rows that were kept.
SELECT DISTINCT ON (run_id, stream, writer) run_id, stream, writer, epoch, next_line, max(step_high) OVER w AS step_high,
  rejected, repeated, coalesce(max(next_line - repeated) FILTER (WHERE counts_to = 'infinity') OVER w, 0) AS unrepeated
FROM run_stream
WHERE run_id = ANY ($1::uuid[])
WINDOW w AS (PARTITION BY run_id, stream, writer)
ORDER BY run_id, stream, writer, epoch DESC;

