-- create_migration_table:
CREATE TABLE IF NOT EXISTS schema_migrations (
  number     int PRIMARY KEY,
  name       text NOT NULL,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- select_is_migrated: → IsMigratedRow
SELECT to_regclass('schema_migrations') IS NOT NULL AND to_regclass('schema_functions') IS NOT NULL;

-- select_applied: → AppliedRow*
SELECT number, name, checksum
FROM schema_migrations
ORDER BY number;

-- insert_applied: $1 number, $2 name, $3 checksum
INSERT INTO schema_migrations (number, name, checksum)
VALUES ($1, $2, $3);
