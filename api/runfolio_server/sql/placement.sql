-- select_placed_tables: → PlacedTableRow*
-- The tables that Citus knows, in the schema that is ours.
SELECT c.relname::text, p.partmethod::text, p.repmodel::text,
  CASE WHEN p.partmethod = 'h' THEN column_to_column_name(p.logicalrelid, p.partkey) END, p.colocationid::int
FROM pg_catalog.pg_dist_partition AS p
JOIN pg_class AS c ON c.oid = p.logicalrelid
WHERE c.relnamespace = current_schema()::regnamespace
ORDER BY c.relname;

-- select_placed_functions: → PlacedFunctionRow*
-- The functions that Citus has brought to all machines; the index is that of the argument that names the run.
SELECT p.proname::text, o.distribution_argument_index::int
FROM pg_catalog.pg_dist_object AS o
JOIN pg_proc AS p ON p.oid = o.objid
WHERE o.classid = 'pg_proc'::regclass AND p.pronamespace = current_schema()::regnamespace
ORDER BY p.proname;

-- select_there: $1 tables, $2 functions → ThereRow*
-- Those of the names that this database has.
SELECT c.relname::text
FROM pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname = ANY ($1::text[])
UNION ALL
SELECT p.proname::text
FROM pg_proc AS p
WHERE p.pronamespace = current_schema()::regnamespace AND p.proname = ANY ($2::text[]);

-- copy_table_everywhere: $1 table
SELECT create_reference_table($1::text::regclass);

-- distribute_table: $1 table, $2 column, $3 the table that it lies with or none, $4 shards or null
SELECT create_distributed_table($1::text::regclass, $2::text, colocate_with => $3::text, shard_count => $4::int);

-- bring_function: $1 function
SELECT create_distributed_function(p.oid::regprocedure)
FROM pg_proc AS p
WHERE p.pronamespace = current_schema()::regnamespace AND p.proname = $1;

-- distribute_function: $1 function, $2 argument, $3 the table whose rows it runs beside
SELECT create_distributed_function(p.oid::regprocedure, $2::text, $3::text)
FROM pg_proc AS p
WHERE p.pronamespace = current_schema()::regnamespace AND p.proname = $1;
