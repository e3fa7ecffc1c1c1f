-- insert_invite: $1 invite id, $2 entity id, $3 email or null, $4 user id or null, $5 role, $6 token hash, $7 user id of whoever invites, $8 days until it expires → InviteRow
INSERT INTO invite (invite_id, entity_id, email, user_id, role, token_hash, invited_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::int * interval '1 day')
RETURNING invite_id, entity_id, email, user_id, role, invited_by, created_at, expires_at, accepted_at, revoked_at;

-- select_open_invites_page: $1 entity id, $2 after invite id or null, $3 limit → InviteRow*
-- Newest first. The invite that a cursor names may have been accepted meanwhile.
SELECT invite_id, entity_id, email, user_id, role, invited_by, created_at, expires_at, accepted_at, revoked_at
FROM invite
WHERE entity_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()
  AND ($2::uuid IS NULL OR (created_at, invite_id) < (
    SELECT a.created_at, a.invite_id FROM invite AS a WHERE a.invite_id = $2 AND a.entity_id = $1
  ))
ORDER BY created_at DESC, invite_id DESC
LIMIT $3;

-- select_open_invites_to: $1 user id, $2 email or null, $3 limit → InviteRow*
-- Whom an invite by address means is who has that address here, and only site admins give addresses.
SELECT invite_id, entity_id, email, user_id, role, invited_by, created_at, expires_at, accepted_at, revoked_at
FROM invite
WHERE (user_id = $1 OR lower(email) = lower($2))
  AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()
ORDER BY created_at DESC, invite_id DESC
LIMIT $3;

-- select_open_invite: $1 entity id, $2 email or null, $3 user id or null → InviteRow
SELECT invite_id, entity_id, email, user_id, role, invited_by, created_at, expires_at, accepted_at, revoked_at
FROM invite
WHERE entity_id = $1 AND (user_id = $3 OR lower(email) = lower($2))
  AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()
LIMIT 1;

-- count_open_invites: $1 entity id → CountRow
SELECT count(*)
FROM invite
WHERE entity_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now();

-- select_invite: $1 invite id → InviteRow
SELECT invite_id, entity_id, email, user_id, role, invited_by, created_at, expires_at, accepted_at, revoked_at
FROM invite
WHERE invite_id = $1;

-- select_invite_by_token: $1 token hash → InviteRow
SELECT invite_id, entity_id, email, user_id, role, invited_by, created_at, expires_at, accepted_at, revoked_at
FROM invite
WHERE token_hash = $1;

-- accept_invite: $1 invite id
UPDATE invite
SET accepted_at = now()
WHERE invite_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now();

-- revoke_invite: $1 invite id
UPDATE invite
SET revoked_at = now()
WHERE invite_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL;

-- revoke_invites_by: $1 entity id, $2 user id of whoever invited
-- Whoever may no longer say who is in the team, has said it no longer.
UPDATE invite
SET revoked_at = now()
WHERE entity_id = $1 AND invited_by = $2 AND accepted_at IS NULL AND revoked_at IS NULL;

-- delete_old_invites: $1 entity id, $2 days
DELETE FROM invite
WHERE entity_id = $1 AND coalesce(accepted_at, revoked_at, expires_at) < now() - $2::int * interval '1 day';
