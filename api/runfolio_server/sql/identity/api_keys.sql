-- insert_api_key: $1 key id, $2 user id, $3 key hash, $4 description, $5 name, $6 scope, $7 project id, $8 expires at
INSERT INTO api_keys (api_key_id, user_id, key_hash, description, name, scope, project_id, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- select_api_keys_page: $1 user id, $2 after key id or null, $3 limit → ApiKeyRow*
-- Newest first, those that have expired as well. The key that a cursor names may have been revoked meanwhile.
SELECT k.api_key_id, k.description, k.created_at, k.last_used_at, k.name, k.scope, k.project_id, k.expires_at
FROM api_keys AS k
WHERE k.user_id = $1 AND k.revoked_at IS NULL
  AND ($2::uuid IS NULL OR (k.created_at, k.api_key_id) < (
    SELECT a.created_at, a.api_key_id FROM api_keys AS a WHERE a.api_key_id = $2 AND a.user_id = $1
  ))
ORDER BY k.created_at DESC, k.api_key_id DESC
LIMIT $3;

-- select_api_key: $1 key id → ApiKeyRow
SELECT api_key_id, description, created_at, last_used_at, name, scope, project_id, expires_at
FROM api_keys
WHERE api_key_id = $1;

-- select_api_key_owner: $1 key id → UserRow
SELECT u.user_id, u.entity_id, e.name, u.email, u.is_admin, u.created_at, u.kind, u.team_id, u.deactivated_at,
  u.display_name
FROM api_keys AS k
JOIN users AS u USING (user_id)
JOIN entities AS e USING (entity_id)
WHERE k.api_key_id = $1 AND k.revoked_at IS NULL;

-- count_api_keys: $1 user id → CountRow
SELECT count(*)
FROM api_keys
WHERE user_id = $1 AND revoked_at IS NULL;

-- revoke_api_key: $1 key id, $2 user id of its owner
UPDATE api_keys
SET revoked_at = now()
WHERE api_key_id = $1 AND user_id = $2 AND revoked_at IS NULL;

-- revoke_api_keys: $1 user id
UPDATE api_keys
SET revoked_at = now()
WHERE user_id = $1 AND revoked_at IS NULL;

-- select_locked_out_admin: $1 user id → UserIdRow
-- This user, if a site admin, where no site admin has a key any more with which users can be made.
SELECT u.user_id
FROM users AS u
WHERE u.user_id = $1 AND u.is_admin
  AND NOT EXISTS (
    SELECT 1
    FROM api_keys AS k
    JOIN users AS a USING (user_id)
    WHERE a.is_admin AND a.deactivated_at IS NULL AND k.revoked_at IS NULL AND k.scope = 'admin'
      AND k.project_id IS NULL AND k.expires_at IS NULL
  );

-- select_key_project: $1 entity name, $2 project name → KeyProjectRow
SELECT p.project_id
FROM projects AS p
JOIN entities AS e USING (entity_id)
WHERE e.name = $1 AND p.name = $2 AND p.deleted_at IS NULL;
