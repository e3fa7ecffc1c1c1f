-- select_session: $1 token hash, $2 idle seconds, $3 grace seconds, $4 seconds of a token → KnownSession
-- The session of a token, or of the one before. That one is good until the new one has come back, and for the grace then:
-- requests under way have it, and an answer that was lost brought no new one. Then, and when the token is old, another
-- is due.
SELECT
  s.session_id, s.user_id, k.key_hash, s.expires_at,
  CASE
    WHEN s.token_hash = $1 THEN s.rotated_at < now() - make_interval(secs => $4::float8)
    ELSE s.confirmed_at IS NULL AND s.rotated_at < now() - make_interval(secs => $3::float8)
  END
FROM browser_session AS s
JOIN api_keys AS k USING (api_key_id)
WHERE (
    s.token_hash = $1
    OR s.previous_hash = $1
      AND (s.confirmed_at IS NULL OR s.confirmed_at > now() - make_interval(secs => $3::float8))
  )
  AND s.revoked_at IS NULL
  AND s.expires_at > now()
  AND s.last_used_at > now() - make_interval(secs => $2::float8);

-- touch_session: $1 session id, $2 token hash
-- To the minute, so that a busy page does not write a row for each request.
UPDATE browser_session
SET
  last_used_at = now(),
  confirmed_at = CASE WHEN token_hash = $2 THEN coalesce(confirmed_at, now()) ELSE confirmed_at END
WHERE session_id = $1
  AND (last_used_at < now() - interval '1 minute' OR (token_hash = $2 AND confirmed_at IS NULL));

-- rotate_session: $1 session id, $2 hash of the token, $3 of the new one, $4 grace, $5 seconds of a token → SessionIdRow
-- Of requests that come at once with one token, one gets the new one: the others find it changed.
UPDATE browser_session
SET previous_hash = $2, token_hash = $3, rotated_at = now(), confirmed_at = NULL
WHERE session_id = $1
  AND revoked_at IS NULL
  AND (
    (token_hash = $2 AND rotated_at < now() - make_interval(secs => $5::float8))
    OR (previous_hash = $2 AND confirmed_at IS NULL AND rotated_at < now() - make_interval(secs => $4::float8))
  )
RETURNING session_id;

-- insert_session: $1 session id, $2 key hash, $3 token hash, $4 user agent, $5 lifetime in seconds → StartedSessionRow
-- None for a key that has been revoked meanwhile. It ends with its key at the latest.
INSERT INTO browser_session (session_id, user_id, api_key_id, token_hash, user_agent, expires_at)
SELECT $1, k.user_id, k.api_key_id, $3, $4, least(now() + make_interval(secs => $5::float8), k.expires_at)
FROM api_keys AS k
WHERE k.key_hash = $2 AND k.revoked_at IS NULL
RETURNING expires_at;

-- revoke_session: $1 session id, $2 user id → SessionIdRow*
UPDATE browser_session
SET revoked_at = now()
WHERE session_id = $1 AND user_id = $2 AND revoked_at IS NULL
RETURNING session_id;

-- select_own_session: $1 session id, $2 user id → SessionIdRow
-- Also one that has ended, as long as it is kept.
SELECT session_id
FROM browser_session
WHERE session_id = $1 AND user_id = $2;

-- revoke_oldest_sessions: $1 user id, $2 how many may stay → SessionIdRow*
UPDATE browser_session
SET revoked_at = now()
WHERE session_id IN (
  SELECT s.session_id
  FROM browser_session AS s
  WHERE s.user_id = $1 AND s.revoked_at IS NULL
  ORDER BY s.created_at DESC, s.session_id DESC
  OFFSET $2
)
RETURNING session_id;

-- delete_ended_sessions: $1 user id, $2 idle seconds
-- A day after their end, so that whoever ends one again is told that it has ended.
DELETE FROM browser_session
WHERE user_id = $1
  AND least(revoked_at, expires_at, last_used_at + make_interval(secs => $2::float8)) < now() - interval '1 day';

-- select_sessions_page: $1 user id, $2 after session id or null, $3 idle seconds, $4 limit → ListedSessionRow*
-- Newest first, those that are good. The session that a cursor names may have ended meanwhile.
SELECT s.session_id, k.api_key_id, k.description, s.user_agent, s.created_at, s.last_used_at, s.expires_at
FROM browser_session AS s
JOIN api_keys AS k USING (api_key_id)
WHERE s.user_id = $1
  AND s.revoked_at IS NULL
  AND s.expires_at > now()
  AND s.last_used_at > now() - make_interval(secs => $3::float8)
  AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now())
  AND ($2::uuid IS NULL OR (s.created_at, s.session_id) < (
    SELECT a.created_at, a.session_id FROM browser_session AS a WHERE a.session_id = $2 AND a.user_id = $1
  ))
ORDER BY s.created_at DESC, s.session_id DESC
LIMIT $4;

-- count_sessions: $1 user id, $2 idle seconds → CountRow
SELECT count(*)
FROM browser_session AS s
JOIN api_keys AS k USING (api_key_id)
WHERE s.user_id = $1
  AND s.revoked_at IS NULL
  AND s.expires_at > now()
  AND s.last_used_at > now() - make_interval(secs => $2::float8)
  AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now());
