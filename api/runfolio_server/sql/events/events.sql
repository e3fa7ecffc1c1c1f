-- write_run_events: $1 run ids, $2 kind, $3 state before of each or null, $4 state after of each or null, $5 cause or null, $6 user id of each or null, $7 JSON of what else is told of each or null
-- In the transaction of the change that they tell of, by whoever holds the rows of these runs.
SELECT write_run_event(c.run_id, $2, c.previous_state, c.state, $5, c.user_id, $7::text::jsonb)
FROM unnest($1::uuid[], $3::text[], $4::text[], $6::bigint[]) AS c (run_id, previous_state, state, user_id);

-- write_event: $1 kind, $2 entity id, $3 project id or null, $4 object id, $5 JSON of what else is told
-- In the transaction of the change that it tells of.
INSERT INTO event (kind, entity_id, project_id, object_id, detail)
VALUES ($1, $2, $3, $4, $5::text::jsonb);

-- select_run_events_page: $1 transaction, $2 number and $3 run id of the last event that was read, $4 limit → EventRow*
-- Events of all runs. What is not settled comes last: an earlier one may still be committed. The numbers are those of
-- transactions here, which a shard elsewhere does not know: so the oldest open one is looked up first.
WITH open AS MATERIALIZED (
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest
)
SELECT e.transaction_id, e.number, e.run_id, e.kind, e.entity_id, e.project_id, e.at, e.detail::text,
  e.transaction_id < o.oldest
FROM run_event AS e
CROSS JOIN open AS o
WHERE (e.transaction_id, e.number, e.run_id) > ($1, $2, $3)
ORDER BY e.transaction_id, e.number, e.run_id
LIMIT $4;

-- select_events_page: $1 transaction, $2 number and $3 object id of the last event that was read, $4 limit → EventRow*
-- Likewise, events of everything but runs.
SELECT e.transaction_id, e.event_id, e.object_id, e.kind, e.entity_id, e.project_id, e.at, e.detail::text,
  e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM event AS e
WHERE (e.transaction_id, e.event_id, e.object_id) > ($1, $2, $3)
ORDER BY e.transaction_id, e.event_id, e.object_id
LIMIT $4;

-- select_event_horizon: $1 table → EventHorizonRow
-- What cursors are compared with.
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint, h.transaction_id, h.number, h.object_id
FROM pg_current_snapshot() AS s
LEFT JOIN event_horizon AS h ON h.source = $1;

-- select_state_changes_page: $1 run id, $2 number of the last event that was read, $3 limit → StateChangeRow*
SELECT e.number, e.detail ->> 'from', e.detail ->> 'to', e.detail ->> 'cause', e.at,
  (e.detail ->> 'by')::bigint, (e.detail ->> 'exit_code')::int, (e.detail ->> 'silence_s')::float8
FROM run_event AS e
WHERE e.run_id = $1 AND e.number > $2 AND e.kind IN ('run_made', 'run_state_changed')
ORDER BY e.number
LIMIT $3;

-- count_state_changes: $1 run id → EventCountRow
SELECT count(*)
FROM run_event
WHERE run_id = $1 AND kind IN ('run_made', 'run_state_changed');

-- select_was_started: $1 run id → WasStartedRow
-- Whether its log tells that a process began it or was heard from.
SELECT EXISTS (
  SELECT 1 FROM run_event
  WHERE run_id = $1 AND kind IN ('run_made', 'run_state_changed')
    AND detail ->> 'cause' IN ('start', 'batch', 'notice', 'exit')
);

-- select_stop_requests: $1 run ids → StopRequestRow*
-- Who was the last to ask each of them to stop.
SELECT DISTINCT ON (e.run_id) e.run_id, (e.detail ->> 'by')::bigint
FROM run_event AS e
WHERE e.run_id = ANY ($1::uuid[]) AND e.kind = 'run_stop_requested'
ORDER BY e.run_id, e.number DESC;

-- select_first_event_number: $1 run id → EventNumberRow
SELECT min(number)
FROM run_event
WHERE run_id = $1;

-- select_long_logs: $1 after run id, $2 limit → LongLogRow*
-- Runs with more than a thousand events, by id. The index run_event_long has only those that ever had so many.
SELECT e.run_id, min(e.number), max(e.number) - 999
FROM run_event AS e
JOIN (
  SELECT DISTINCT l.run_id FROM run_event AS l WHERE l.number > 1000 AND l.run_id > $1 ORDER BY l.run_id LIMIT $2
) AS found USING (run_id)
GROUP BY e.run_id
HAVING count(*) > 1000
ORDER BY e.run_id;

-- delete_run_events: $1 run id, $2 the first number that stays, $3 seconds that an event is kept at least → EventPlaceRow*
DELETE FROM run_event
WHERE run_id = $1 AND number < $2 AND at < now() - make_interval(secs => $3)
RETURNING transaction_id, number, run_id;

-- delete_events: $1 seconds that an event is kept at least, $2 at most, $3 how many are kept, $4 limit → EventPlaceRow*
-- The oldest ones; the table is local, so that a sub-select with a limit may choose them.
DELETE FROM event AS e
WHERE e.event_id IN (
  SELECT o.event_id
  FROM event AS o
  WHERE o.at < now() - make_interval(secs => $2)
    OR (o.at < now() - make_interval(secs => $1)
      AND o.event_id <= (SELECT n.event_id FROM event AS n ORDER BY n.event_id DESC OFFSET $3 LIMIT 1))
  ORDER BY o.event_id
  LIMIT $4
)
RETURNING e.transaction_id, e.event_id, e.object_id;

-- move_event_horizon: $1 table, $2 transaction, $3 number and $4 object id of the last event that is swept
-- In the transaction that sweeps it. It never goes back.
INSERT INTO event_horizon AS h (source, transaction_id, number, object_id)
VALUES ($1, $2, $3, $4)
ON CONFLICT (source) DO UPDATE
SET transaction_id = excluded.transaction_id, number = excluded.number, object_id = excluded.object_id
WHERE (h.transaction_id, h.number, h.object_id) < (excluded.transaction_id, excluded.number, excluded.object_id);
