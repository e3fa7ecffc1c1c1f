"""The filter language is not that of runs alone: with the fields of any table it is the language of that table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from runfolio_server.errors import AppError
from runfolio_server.filters.language.cursor import read_place, sign_place
from runfolio_server.filters.language.field_table import FieldTable, UniqueKey
from runfolio_server.filters.language.fields import Column, Document
from runfolio_server.filters.language.list_query import ListQuery
from runfolio_server.filters.language.operators import FieldKind
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Database

pytestmark = pytest.mark.anyio

SECRET = b"s" * 32
NAME = Column("title", FieldKind.TEXT, "r.title", ("name",), is_short=True)
BOOKS = FieldTable(
    (
        NAME,
        Column("printed_at", FieldKind.TIME, "r.printed_at", is_nullable=True),
        Column("pages", FieldKind.NUMBER, "r.pages::numeric"),
        Column("subjects", FieldKind.TAGS, "r.subjects", is_nullable=True),
    ),
    (
        Document(
            "about", "r.about", ("about",), key_lists=("has",), bare_keys=("language",), has_containment_index=True
        ),
        Document("extra", "r.extra", ("extra",)),
    ),
    NAME,
    UniqueKey("r.book_no", "bigint"),
)
FILL = """
CREATE TABLE books (
  book_no bigint PRIMARY KEY, title text NOT NULL, printed_at timestamptz, pages int NOT NULL,
  subjects text[] NOT NULL, about jsonb NOT NULL, extra jsonb NOT NULL
);
CREATE INDEX ON books USING gin (about jsonb_path_ops);
INSERT INTO books VALUES
  (1, 'Algebra', '1895-01-01Z', 300, '{numbers}', '{"language": "de", "price": 9}', '{"price": {"$number": "NaN"}}'),
  (2, 'Botany', NULL, 120, '{plants,nature}', '{"language": "en", "price": 12.5}', '{}'),
  (3, 'Chemistry', '1920-06-01Z', 120, '{}', '{"size": {"height": 21}}', '{"price": "dear"}'),
  (4, 'Botany', '1950-01-01Z', 80, '{plants}', '{"language": ["en", "fr"]}', '{"price": null}');
"""


@dataclass(frozen=True, slots=True)
class BookQuery(ListQuery):
    fields = BOOKS


class BookRow(msgspec.Struct, frozen=True):
    book_no: int
    place: list[str | None]


@pytest.fixture(scope="module", autouse=True)
async def _books(database: Database) -> None:
    async with database.connection() as connection:
        await connection.script(FILL)


async def select_books(database: Database, query: BookQuery) -> list[BookRow]:
    where = compile_filter(query.filters, 2)
    ordered = compile_order(query.order, 2 + len(where.parameters), query.after)
    behind = f"AND {ordered.after}" if ordered.after else ""
    sql = (
        f"SELECT r.book_no, {ordered.place} FROM books AS r WHERE {where.sql} {behind} "
        f"ORDER BY {ordered.order_by} LIMIT $1"
    )
    statement = Query("select_books", sql, BookRow)
    async with database.connection() as connection:
        return await connection.rows(statement, query.limit, *where.parameters, *ordered.parameters)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 4, 3]),
        ({"name": "Botany"}, [2, 4]),
        ({"printedAt": {"$gte": "1900-01-01"}}, [4, 3]),
        ({"printed_at": None}, [2]),
        ({"pages": {"$lt": 300}, "subjects": "plants"}, [2, 4]),
        ({"subjects.nature": True}, [2]),
        ({"subjects": None}, [3]),
        ({"language": "en"}, [2, 4]),
        ({"about.price": {"$gt": 9}}, [2]),
        ({"about.size.height": 21}, [3]),
        ({"about.price": {"$in": [9, 12.5]}}, [1, 2]),
        ({"has.price": True}, [1, 2]),
        ({"$nor": [{"has.price": True}, {"title": {"$regex": "^C"}}]}, [4]),
        ({"extra.price": {"$exists": True}}, [1, 4, 3]),
        ({"extra.price": "dear"}, [3]),
    ],
)
async def test_a_filter_of_another_table_means_what_it_means_for_runs(
    database: Database, filters: dict[str, Any], expected: list[int]
) -> None:
    query = BookQuery.parse(json.dumps(filters))

    assert expected == [row.book_no for row in await select_books(database, query)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, [1, 2, 4, 3]),
        ("-title", [3, 4, 2, 1]),
        ("-pages", [1, 3, 2, 4]),
        ("+printedAt", [1, 3, 4, 2]),
        ("-about.price,+title", [2, 1, 4, 3]),
        ("subjects.plants", [2, 4, 1, 3]),
        ("-extra.price", [1, 3, 4, 2]),
    ],
)
async def test_pages_in_an_order_of_another_table_are_the_whole_list(
    database: Database, order: str | None, expected: list[int]
) -> None:
    query = BookQuery.parse(None, order).page(1)
    digest = query.digest("books")
    found: list[int] = []
    while page := await select_books(database, query):
        found.append(page[0].book_no)
        query = query.page(1, read_place(SECRET, digest, sign_place(SECRET, digest, page[0].place)))

    assert expected == found


@pytest.mark.parametrize("name", ["name2", "created_at", "config.lr", "tags.a", "_step", "about"])
async def test_an_unknown_field_is_answered_with_those_of_its_table(name: str) -> None:
    known = ("title", "printed_at", "pages", "subjects", "about.<key>", "extra.<key>", "language")

    for filters, order in ((json.dumps({name: 1}), None), (None, name)):
        with pytest.raises(AppError, match="Unknown field") as caught:
            BookQuery.parse(filters, order)

        assert (*known, "subjects.<tag>", "has.<key>") == caught.value.allowed
        assert "created" not in caught.value.message.replace(name, "")
