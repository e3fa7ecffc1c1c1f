-- claim_object_sweep: $1 kind of owner, $2 seconds of the lease → SweepRow
-- No row while another worker is at it, or nothing is due.
INSERT INTO object_sweep AS s (owner_kind, due_at)
VALUES ($1, now() + $2::float8 * interval '1 second')
ON CONFLICT (owner_kind) DO UPDATE
SET due_at = excluded.due_at
WHERE s.due_at <= now()
RETURNING s.after_key;

-- move_object_sweep: $1 kind of owner, $2 the last key looked at or null for the first, $3 seconds until somebody may go on
UPDATE object_sweep
SET after_key = $2, due_at = now() + $3::float8 * interval '1 second'
WHERE owner_kind = $1;

-- insert_unused_objects: $1 kind of owner, $2 owner ids, $3 object keys, $4 sizes
-- An object that came back after its deletion, by a late upload, waits again.
INSERT INTO unused_object AS u (owner_kind, owner_id, object_key, size, found_at)
SELECT $1::text, o.owner_id, o.object_key, o.size, now()
FROM unnest($2::uuid[], $3::text[], $4::bigint[]) AS o (owner_id, object_key, size)
ON CONFLICT (owner_id, object_key) DO UPDATE
SET found_at = excluded.found_at, deleted_at = NULL
WHERE u.deleted_at IS NOT NULL;

-- select_unused_objects: $1 kind of owner, $2 seconds since they were found, $3 limit → UnusedObjectRow*
SELECT owner_id, object_key
FROM unused_object
WHERE owner_kind = $1 AND deleted_at IS NULL AND found_at < now() - $2::float8 * interval '1 second'
ORDER BY found_at, owner_id, object_key
LIMIT $3;

-- delete_used_objects: $1 owner ids, $2 object keys
-- Those that were given to a row just when they were found.
DELETE FROM unused_object
WHERE owner_id = ANY ($1::uuid[]) AND object_key = ANY ($2::text[]) AND deleted_at IS NULL;

-- mark_objects_deleted: $1 owner ids, $2 object keys → SizeRow*
-- Idempotent: of two workers one gets the row.
UPDATE unused_object
SET deleted_at = now()
WHERE owner_id = ANY ($1::uuid[]) AND object_key = ANY ($2::text[]) AND deleted_at IS NULL
RETURNING size;

-- forget_deleted_objects: $1 kind of owner, $2 days since their deletion
DELETE FROM unused_object
WHERE owner_kind = $1 AND deleted_at < now() - $2::int * interval '1 day';

-- add_swept_objects: $1 objects, $2 bytes
INSERT INTO counters AS c (name, value)
VALUES ('swept_bytes', $2), ('swept_objects', $1)
ON CONFLICT (name) DO UPDATE
SET value = c.value + excluded.value;

-- select_sweep_status: no parameters → SweepStatusRow
SELECT u.objects, u.bytes, c.objects, c.bytes
FROM (
  SELECT count(*) AS objects, coalesce(sum(o.size), 0)::bigint AS bytes
  FROM unused_object AS o
  WHERE o.deleted_at IS NULL
) AS u
CROSS JOIN (
  SELECT coalesce(max(k.value) FILTER (WHERE k.name = 'swept_objects'), 0) AS objects,
    coalesce(max(k.value) FILTER (WHERE k.name = 'swept_bytes'), 0) AS bytes
  FROM counters AS k
  WHERE k.name IN ('swept_objects', 'swept_bytes')
) AS c;
