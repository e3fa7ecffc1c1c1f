-- create_function_table:
-- release is the newest that has started here with this text of the function, such as 0.1.0.
CREATE TABLE IF NOT EXISTS schema_functions (
  name       text PRIMARY KEY,
  checksum   text NOT NULL,
  release    text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- select_functions: → FunctionRow*
SELECT name, checksum, release
FROM schema_functions
ORDER BY name;

-- upsert_function: $1 name, $2 checksum, $3 release
INSERT INTO schema_functions AS f (name, checksum, release)
VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE
SET checksum = excluded.checksum, release = excluded.release, applied_at = excluded.applied_at;

-- update_release: $1 names, $2 release
UPDATE schema_functions
SET release = $2
WHERE name = ANY ($1::text[]);

-- select_ambiguous_functions: $1 names → AmbiguousRow*
-- PostgreSQL keeps a function whose arguments are others beside the one that it was meant to replace.
SELECT p.proname::text
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = current_schema() AND p.proname = ANY ($1::text[])
GROUP BY p.proname
HAVING count(*) > 1
ORDER BY p.proname;
