-- select_team_members_page: $1 entity id, $2 kind and $3 user id of the last member before, $4 limit → TeamMemberRow*
-- People first, then service accounts, each by the age of their accounts.
SELECT m.entity_id, m.user_id, m.role, m.created_at, u.kind
FROM membership AS m
JOIN users AS u USING (user_id)
WHERE m.entity_id = $1 AND (u.kind, m.user_id) > ($2, $3)
ORDER BY u.kind, m.user_id
LIMIT $4;

-- select_teams_of_user: $1 user id, $2 entity id of the last before, $3 limit → TeamMemberRow*
SELECT m.entity_id, m.user_id, m.role, m.created_at, u.kind
FROM membership AS m
JOIN users AS u USING (user_id)
WHERE m.user_id = $1 AND m.entity_id > $2
ORDER BY m.entity_id
LIMIT $3;

-- select_team_member: $1 entity id, $2 user id → TeamMemberRow
SELECT m.entity_id, m.user_id, m.role, m.created_at, u.kind
FROM membership AS m
JOIN users AS u USING (user_id)
WHERE m.entity_id = $1 AND m.user_id = $2;

-- count_team_members: $1 entity id → CountRow
SELECT count(*)
FROM membership
WHERE entity_id = $1;

-- count_teams_of_user: $1 user id → CountRow
SELECT count(*)
FROM membership
WHERE user_id = $1;

-- count_other_team_admins: $1 entity id, $2 user id → CountRow
-- People who may decide who is in the team and can sign in, but for this one.
SELECT count(*)
FROM membership AS m
JOIN users AS u USING (user_id)
WHERE m.entity_id = $1 AND m.user_id <> $2 AND m.role = 'admin' AND u.kind = 'person' AND u.deactivated_at IS NULL;

-- insert_team_member: $1 entity id, $2 user id, $3 role
INSERT INTO membership (entity_id, user_id, role)
VALUES ($1, $2, $3)
ON CONFLICT (entity_id, user_id) DO NOTHING;

-- update_team_role: $1 entity id, $2 user id, $3 role
UPDATE membership
SET role = $3
WHERE entity_id = $1 AND user_id = $2 AND role <> $3;

-- delete_team_member: $1 entity id, $2 user id
DELETE FROM membership
WHERE entity_id = $1 AND user_id = $2;

-- lock_team: $1 entity id → EntityRow
-- Whoever changes who is in a team holds its row: of two last admins who leave at once, the second sees the first gone.
SELECT entity_id, name, kind, created_at
FROM entities
WHERE entity_id = $1
FOR UPDATE;

-- select_team: $1 name → EntityRow
SELECT entity_id, name, kind, created_at
FROM entities
WHERE name = $1 AND kind = 'team';

-- select_teams: $1 name of the last before, $2 limit → EntityRow*
SELECT entity_id, name, kind, created_at
FROM entities
WHERE kind = 'team' AND name > $1
ORDER BY name
LIMIT $2;
