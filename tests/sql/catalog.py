"""What a database is made of, as sorted lines of text: two schemas are the same when their lines are."""

from __future__ import annotations

import re

from tests.sql.databases import RawConnection

OURS = "n.nspname = 'public' AND c.relname NOT LIKE ALL ('{schema_migrations%,schema_functions%}')"

RELATIONS = f"""
SELECT 'relation', c.relname, c.relkind::text, c.relpersistence::text,
  (SELECT array_agg(o ORDER BY o) FROM unnest(c.reloptions) AS o)::text
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE {OURS}
"""
COLUMNS = f"""
SELECT 'column', c.relname, a.attnum::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
  pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text, l.collname, a.attstorage::text
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
WHERE {OURS} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm')
"""
CONSTRAINTS = f"""
SELECT 'constraint', c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE {OURS}
"""
INDEXES = f"""
SELECT 'index', c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid::text
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE {OURS}
"""
TRIGGERS = f"""
SELECT 'trigger', c.relname, pg_get_triggerdef(t.oid)
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE {OURS} AND NOT t.tgisinternal
"""
FUNCTIONS = """
SELECT 'function', p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname,
  p.provolatile::text, p.proparallel::text, p.prosecdef::text, p.proconfig::text, p.prosrc
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
WHERE n.nspname = 'public'
"""
TYPES = """
SELECT 'type', t.typname, t.typtype::text
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE n.nspname = 'public' AND t.typtype IN ('d', 'e', 'r')
"""
EXTENSIONS = "SELECT 'extension', extname FROM pg_extension"


async def describe(connection: RawConnection) -> list[str]:
    """One line per thing, without comments, layout and the runner's own tables."""
    found = []
    for query in (RELATIONS, COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS, FUNCTIONS, TYPES, EXTENSIONS):
        for record in await connection.fetch(query):
            found.append(" | ".join("-" if value is None else squeeze(str(value)) for value in record.values()))
    return sorted(found)


def squeeze(sql: str) -> str:
    """SQL without comments and with single spaces."""
    return " ".join(re.sub(r"--[^\n]*", "", sql).split())
