-- lock_alerting_run: $1 run id → AlertingRunRow
-- Whether its process may be one that was here before (start_run), which raises its alerts again. Who adds an alert holds
-- the run.
SELECT r.is_sent_again OR u.run_id IS NOT NULL
FROM runs AS r
LEFT JOIN untold_start AS u ON u.run_id = r.run_id
WHERE r.run_id = $1 AND r.deleted_at IS NULL
FOR NO KEY UPDATE OF r;

-- select_like_alerts: $1 run id, $2 title, $3 text, $4 severity, $5 seconds → LikeAlertsRow
-- What there is: of this title within so many seconds, the very same at any time, and how many in all.
SELECT coalesce(bool_or(a.title = $2 AND a.at > clock_timestamp() - make_interval(secs => $5)), false),
  coalesce(bool_or(a.title = $2 AND a.text = $3 AND a.severity = $4), false), count(*)
FROM run_alert AS a
WHERE a.run_id = $1;

-- insert_alert: $1 run id, $2 title, $3 text, $4 severity, $5 user id → AlertRow
-- In the transaction that holds the run, after it has looked for others like it.
INSERT INTO run_alert AS n (run_id, number, title, text, severity, user_id)
SELECT $1, count(*) + 1, $2, $3, $4, $5
FROM run_alert AS a
WHERE a.run_id = $1
RETURNING {{columns n}};

-- select_alerts_page: $1 run id, $2 number of the last one that was read, $3 limit → AlertRow*
SELECT {{columns a}}
FROM run_alert AS a
WHERE a.run_id = $1 AND a.number > $2
ORDER BY a.number
LIMIT $3;

-- select_alert: $1 run id, $2 number → AlertRow
SELECT {{columns a}}
FROM run_alert AS a
WHERE a.run_id = $1 AND a.number = $2;

-- count_alerts: $1 run id → AlertCountRow
SELECT count(*)
FROM run_alert
WHERE run_id = $1;

-- select_project_alerts_page: $1 project id, $2 time, $3 run id and $4 number of the last one that was read or nulls, $5 limit → ProjectAlertRow*, in one snapshot
-- Those of all its runs, the newest first.
SELECT a.run_id, a.number, a.title, a.text, a.severity, a.user_id, a.at, r.name
FROM run_alert AS a
JOIN runs AS r ON r.run_id = a.run_id
WHERE r.project_id = $1 AND r.deleted_at IS NULL
  AND ($2::timestamptz IS NULL OR (a.at, a.run_id, a.number) < ($2, $3::uuid, $4::bigint))
ORDER BY a.at DESC, a.run_id DESC, a.number DESC
LIMIT $5;

-- count_project_alerts: $1 project id → AlertCountRow, in one snapshot
SELECT count(*)
FROM run_alert AS a
JOIN runs AS r ON r.run_id = a.run_id
WHERE r.project_id = $1 AND r.deleted_at IS NULL;
