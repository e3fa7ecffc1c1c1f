-- insert_webhook_cursor: $1 hash of the address, $2 transaction, $3 number and $4 object id of the cursor, $5 worker
-- Idempotent: one that is there stays where it is.
INSERT INTO webhook_cursor (url_hash, transaction_id, number, object_id, worker, leased_until)
VALUES ($1, $2, $3, $4, $5, '-infinity')
ON CONFLICT (url_hash) DO NOTHING;

-- claim_webhook_cursor: $1 hash of the address, $2 worker, $3 seconds of the lease → WebhookCursorRow
-- A row when it is this worker's turn and the next attempt is due.
UPDATE webhook_cursor
SET worker = $2, leased_until = now() + make_interval(secs => $3)
WHERE url_hash = $1 AND (worker = $2 OR leased_until < now()) AND due_at <= now()
RETURNING transaction_id, number, object_id, attempts;

-- move_webhook_cursor: $1 hash of the address, $2 worker, $3 transaction, $4 number and $5 object id of the cursor, $6 seconds of the lease → WebhookCursorRow
-- Everything up to there is done. No row when another worker has the lease.
UPDATE webhook_cursor
SET transaction_id = $3, number = $4, object_id = $5, attempts = 0, due_at = now(),
    leased_until = now() + make_interval(secs => $6)
WHERE url_hash = $1 AND worker = $2
RETURNING transaction_id, number, object_id, attempts;

-- postpone_webhook: $1 hash of the address, $2 worker, $3 seconds
-- The event after the cursor was tried in vain once more.
UPDATE webhook_cursor
SET attempts = attempts + 1, due_at = now() + make_interval(secs => $3)
WHERE url_hash = $1 AND worker = $2;

-- select_told_run: $1 run id, $2 user id or null → ToldRunRow
-- A run and who is told of with it.
SELECT r.name, r.display_name, p.name, e.name, n.name
FROM runs AS r
JOIN projects AS p ON p.project_id = r.project_id
JOIN entities AS e ON e.entity_id = p.entity_id
LEFT JOIN users AS u ON u.user_id = $2
LEFT JOIN entities AS n ON n.entity_id = u.entity_id
WHERE r.run_id = $1 AND r.deleted_at IS NULL;

-- add_webhook_count: $1 counter, $2 how many
INSERT INTO counters AS c (name, value)
VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE
SET value = c.value + excluded.value;

-- select_webhook_place: no parameters → WebhookPlaceRow
-- How far the webhook is that was delivered to last, and what was done so far. No row when there has never been one.
SELECT w.transaction_id, w.number, w.object_id,
  coalesce((SELECT c.value FROM counters AS c WHERE c.name = 'webhook_delivered'), 0),
  coalesce((SELECT c.value FROM counters AS c WHERE c.name = 'webhook_failed'), 0)
FROM webhook_cursor AS w
ORDER BY w.leased_until DESC
LIMIT 1;

-- select_webhook_waiting: $1 transaction, $2 number and $3 object id of the last event that is done, $4 kinds, $5 limit → WebhookWaitingRow
-- Events that are to be sent, at most so many of them.
SELECT count(*), coalesce(extract(epoch FROM now() - min(f.at)), 0)::float8
FROM (
  SELECT e.at
  FROM run_event AS e
  WHERE (e.transaction_id, e.number, e.run_id) > ($1, $2, $3) AND e.kind = ANY ($4::text[])
  ORDER BY e.transaction_id, e.number, e.run_id
  LIMIT $5
) AS f;
