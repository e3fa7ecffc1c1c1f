-- tell_listening: $1 the longest gap that is no break, in seconds
-- A process of the API could be heard from until now. Idempotent but for the time.
INSERT INTO server_listening AS l (since, until)
VALUES (now(), now())
ON CONFLICT (only_one) DO UPDATE
SET until = excluded.until,
    since = CASE WHEN l.until < excluded.until - make_interval(secs => $1) THEN excluded.since ELSE l.since END;

-- select_listened: $1 seconds, $2 the longest gap that is no break, in seconds → ListenedRow
-- A row when some process has listened for so long without a break, and still does.
SELECT l.since
FROM server_listening AS l
WHERE l.since < now() - make_interval(secs => $1) AND l.until > now() - make_interval(secs => $2);

-- hurry: no parameters → HurryRow
-- In a transaction: PostgreSQL ends it when its owner says nothing for so long.
SELECT set_config('idle_in_transaction_session_timeout', '10s', true);
