-- select_viewer: $1 key hash or null, $2 key id or null → KeyOwnerRow
-- The owner of a key that is valid now, by what the key is or by its id.
SELECT u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id,
  u.display_name, t.name,
  k.api_key_id, k.scope, k.project_id, k.expires_at,
  coalesce(array_agg(m.entity_id ORDER BY m.entity_id) FILTER (WHERE m.entity_id IS NOT NULL), '{}'),
  coalesce(array_agg(m.role ORDER BY m.entity_id) FILTER (WHERE m.entity_id IS NOT NULL), '{}')
FROM api_keys AS k
JOIN users AS u USING (user_id)
JOIN entities AS e USING (entity_id)
LEFT JOIN entities AS t ON t.entity_id = u.team_id
LEFT JOIN membership AS m ON m.user_id = u.user_id
WHERE (k.key_hash = $1 OR k.api_key_id = $2) AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.deactivated_at IS NULL
GROUP BY u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id,
  u.display_name, t.name, k.api_key_id, k.scope,
  k.project_id, k.expires_at;

-- touch_api_key: $1 key hash
-- To the minute, so that a busy key does not write a row for each request.
UPDATE api_keys
SET last_used_at = now()
WHERE key_hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');

-- count_users: → CountRow
SELECT count(*)
FROM users;

-- lock_users:
-- Two servers that start on one empty database must not both make a first user, nor two site admins revoke their last
-- keys at once.
LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;

-- insert_entity: $1 name, $2 kind → EntityRow
INSERT INTO entities (name, kind)
VALUES ($1, $2)
RETURNING entity_id, name, kind, created_at;

-- insert_user: $1 entity id, $2 email, $3 is admin → UserIdRow
INSERT INTO users (entity_id, email, is_admin)
VALUES ($1, $2, $3)
RETURNING user_id;

-- insert_service_account: $1 entity id, $2 what it is for, $3 entity id of its team → UserIdRow
INSERT INTO users (entity_id, display_name, kind, team_id)
VALUES ($1, $2, 'service', $3)
RETURNING user_id;

-- count_service_accounts: $1 entity id of the team → CountRow
-- Those that were removed as well: what they logged names them.
SELECT count(*)
FROM users
WHERE team_id = $1;

-- select_users: $1 user ids → UserRow*
SELECT u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id, u.deactivated_at,
  u.display_name
FROM users AS u
JOIN entities AS e USING (entity_id)
WHERE u.user_id = ANY ($1::bigint[])
ORDER BY u.user_id;

-- select_user_by_username: $1 username → UserRow
SELECT u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id, u.deactivated_at,
  u.display_name
FROM users AS u
JOIN entities AS e USING (entity_id)
WHERE e.name = $1;

-- select_all_users: $1 username of the last before, $2 limit → UserRow*
SELECT u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id, u.deactivated_at,
  u.display_name
FROM users AS u
JOIN entities AS e USING (entity_id)
WHERE e.name > $1
ORDER BY e.name
LIMIT $2;

-- select_users_like: $1 a part of the username or of the email address, $2 limit → UserRow*
-- Letter case does not count. Whoever is called exactly so comes first.
SELECT u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id, u.deactivated_at,
  u.display_name
FROM users AS u
JOIN entities AS e USING (entity_id)
WHERE strpos(lower(e.name), lower($1)) > 0 OR strpos(lower(u.email), lower($1)) > 0
ORDER BY e.name <> $1, lower(u.email) IS DISTINCT FROM lower($1), e.name
LIMIT $2;

-- select_entities: $1 entity ids → EntityRow*
SELECT entity_id, name, kind, created_at
FROM entities
WHERE entity_id = ANY ($1::bigint[])
ORDER BY entity_id;

-- select_entity_by_name: $1 name, $2 viewer → EntityRow
SELECT e.entity_id, e.name, e.kind, e.created_at
FROM entities AS e
WHERE e.name = $1 AND {{may ? entity e $2}};

-- select_first_admin: → UserRow
-- The site admin who was made first, of those who can sign in.
SELECT u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id, u.deactivated_at,
  u.display_name
FROM users AS u
JOIN entities AS e USING (entity_id)
WHERE u.is_admin AND u.deactivated_at IS NULL
ORDER BY u.user_id
LIMIT 1;

-- update_user: $1 user id, $2 display name, $3 email, $4 is admin
UPDATE users
SET display_name = $2, email = $3, is_admin = $4
WHERE user_id = $1;

-- deactivate_user: $1 user id
UPDATE users
SET deactivated_at = now()
WHERE user_id = $1 AND deactivated_at IS NULL;

-- activate_user: $1 user id
UPDATE users
SET deactivated_at = NULL
WHERE user_id = $1 AND deactivated_at IS NOT NULL;

-- count_other_site_admins: $1 user id → CountRow
-- Those who can sign in, but for this one.
SELECT count(*)
FROM users
WHERE is_admin AND deactivated_at IS NULL AND user_id <> $1;

-- insert_secret: $1 purpose, $2 secret
INSERT INTO server_secrets (purpose, secret)
VALUES ($1, $2)
ON CONFLICT (purpose) DO NOTHING;

-- select_secret: $1 purpose → SecretRow
SELECT secret
FROM server_secrets
WHERE purpose = $1;
