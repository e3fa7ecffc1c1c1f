"""A file of SQL is split into the statements that PostgreSQL's own grammar finds in it."""

from __future__ import annotations

import postgast
import pytest

from runfolio_server.sql.functions import known_functions
from runfolio_server.sql.migrations import known_migrations
from runfolio_server.sql.statements import split_statements
from tests.sql.databases import tables_sql

FILES = {
    **{migration.name: migration.sql for migration in known_migrations()},
    **{function.name: function.sql for function in known_functions()},
    "tables": tables_sql(),
}
TEXTS = [
    "",
    " ; ;\n;",
    "-- nothing; but a comment",
    "SELECT 1",
    "SELECT 1; SELECT 2;",
    "SELECT ';', 'it''s; one', E'a\\';b', e'\\\\'; SELECT 2",
    'SELECT 1 AS "a;b", 2 AS "c"";d"; SELECT 2',
    "SELECT $$a;b$$, $x$ $$;$$ $ ; $x$, $_1$;$_1$; SELECT 2",
    "SELECT a$b FROM (SELECT 1 AS a$b) AS t; SELECT 2",
    "SELECT name$$ FROM t; SELECT $$;$$",
    "PREPARE p AS SELECT $1, $2; SELECT 2",
    "SELECT 1 -- a;b 'c\n; SELECT 2 /* a;b /* c;d */ e; */ ; SELECT 3",
    "/* first; */ SELECT 1; -- the second;\nSELECT 2",
    "SELECT 1 /* never ends; ",
    "SELECT U&'d\\0061t;' AS u; SELECT 'ä;ö', $ä$;$ä$",
    "SELECT 5 / 2 * 3 - -1; SELECT 2",
    "DO $$ BEGIN PERFORM 1; END $$; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1;'",
]


@pytest.mark.parametrize("text", [*FILES.values(), *TEXTS], ids=[*FILES, *map(repr, TEXTS)])
def test_the_statements_are_those_that_the_grammar_finds(text: str) -> None:
    try:
        expected = postgast.split(text)
    except postgast.PgQueryError:
        # What cannot be read stays in one piece, which PostgreSQL refuses.
        expected = [text]

    assert [_read(statement) for statement in expected] == [_read(found) for found in split_statements(text)]


@pytest.mark.parametrize("name", [function.name for function in known_functions()])
def test_a_function_is_one_statement(name: str) -> None:
    assert 1 == len(split_statements(FILES[name]))


def test_a_quote_that_never_ends_leaves_the_rest_in_one_piece() -> None:
    assert ["SELECT 1", "SELECT 'a; SELECT 2;"] == split_statements("SELECT 1; SELECT 'a; SELECT 2;")


def _read(statement: str) -> str:
    """As the grammar has it, or the text where it cannot be read."""
    try:
        read: str = postgast.deparse(postgast.parse(statement))
    except postgast.PgQueryError:
        return statement.strip()
    return read
