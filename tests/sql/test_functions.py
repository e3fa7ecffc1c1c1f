"""The database's functions: applied again when their text changes, but never over newer ones."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from runfolio_server.sql.functions import DatabaseFunction, apply_functions, known_functions
from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.migrations import MigrationError
from runfolio_server.sql.pool import Connection
from tests.sql.databases import RawConnection, connected, function_files


@pytest.fixture
async def raw(database_url: str) -> AsyncIterator[RawConnection]:
    """A connection whose changes are undone."""
    async with connected(database_url) as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


async def apply(raw: RawConnection, release: str, *functions: DatabaseFunction) -> list[str]:
    """What a server of this release does when it starts."""
    async with raw.transaction():
        return await apply_functions(
            Connection(raw),
            list(functions),
            release,
        )


def answering(number: int, arguments: str = "", result: str = "int") -> DatabaseFunction:
    return DatabaseFunction(
        "answer",
        f"CREATE OR REPLACE FUNCTION answer({arguments}) RETURNS {result} LANGUAGE sql AS 'SELECT {number}::{result}';",
    )


async def answer_of(raw: RawConnection) -> object:
    return await raw.fetchval("SELECT answer()")


@pytest.mark.parametrize("name", sorted(function_files()))
def test_a_file_replaces_the_one_function_of_its_name_and_says_first_what_it_does(name: str) -> None:
    text = function_files()[name]

    assert [name] == re.findall(r"\bFUNCTION (\w+)\(", text)
    assert 1 == text.count("CREATE OR REPLACE FUNCTION ")
    assert text.startswith(f"-- {name} ")
    header = text.partition("CREATE OR REPLACE")[0]
    assert "Called by " in header.replace("\n-- ", " ")
    assert "dempotent" in header


@pytest.mark.parametrize("name", sorted(function_files()))
def test_the_header_of_a_function_names_every_parameter(name: str) -> None:
    header, _, code = function_files()[name].partition("CREATE OR REPLACE")
    parameters = re.findall(r"\b(p_\w+) [a-z]", code.partition("RETURNS")[0])
    words = " ".join(line.removeprefix("--").strip() for line in header.splitlines())

    named = set(re.findall(r"\bp_\w+", words))
    for first, last in re.findall(r"\b(p_\w+) to (p_\w+)", words):
        named |= set(parameters[parameters.index(first) : parameters.index(last) + 1])
    assert [] == [parameter for parameter in parameters if parameter not in named]


async def test_a_function_is_applied_again_when_its_text_changes_and_not_else(raw: RawConnection) -> None:
    assert ["answer"] == await apply(raw, "0.1.0", answering(1))
    assert [] == await apply(raw, "0.1.0", answering(1))
    assert ["answer"] == await apply(raw, "0.1.0", answering(2))
    assert 2 == await answer_of(raw)
    assert ["answer"] == await apply(raw, "0.2.0", answering(3))
    assert 3 == await answer_of(raw)


async def test_a_second_start_after_a_changed_function_applies_that_one_alone(database_url: str) -> None:
    async with connected(database_url) as connection:
        await connection.execute("UPDATE schema_functions SET checksum = 'another' WHERE name = 'start_run'")

    assert ["functions/start_run"] == await migrate(database_url)
    assert [] == await migrate(database_url)


@pytest.mark.parametrize(("older", "newer"), [("0.1.0", "0.2.0"), ("0.9.1", "0.10.0"), ("0.1.9", "1.0.0rc1")])
async def test_an_older_server_leaves_what_a_newer_one_put_there(raw: RawConnection, older: str, newer: str) -> None:
    await apply(raw, older, answering(1))
    await apply(raw, newer, answering(2))

    assert [] == await apply(raw, older, answering(1))
    assert 2 == await answer_of(raw)


async def test_a_text_that_a_newer_release_took_back_stays_that_of_the_newer_one(raw: RawConnection) -> None:
    """The database knows that 0.3.0 has the text of 0.1.0, though 0.3.0 found nothing to apply."""
    await apply(raw, "0.1.0", answering(1))
    assert [] == await apply(raw, "0.3.0", answering(1))

    assert [] == await apply(raw, "0.2.0", answering(2))
    assert 1 == await answer_of(raw)


async def test_an_older_server_still_brings_a_function_that_is_not_there(raw: RawConnection) -> None:
    await apply(raw, "0.2.0", *known_functions())

    assert ["answer"] == await apply(raw, "0.1.0", *known_functions(), answering(1))


@pytest.mark.parametrize(
    "changed", [answering(2, result="bigint"), answering(2, "p_more int"), answering(2, "p_more int DEFAULT 0")]
)
async def test_a_function_with_other_arguments_or_another_result_needs_a_new_name(
    raw: RawConnection, changed: DatabaseFunction
) -> None:
    await apply(raw, "0.1.0", answering(1))

    with pytest.raises(MigrationError) as refused:
        await apply(raw, "0.2.0", changed)

    assert "The function answer of the database has other arguments or another result" in str(refused.value)
    assert "CREATE" not in str(refused.value)
    assert 1 == await answer_of(raw)
    assert [] == await apply(raw, "0.1.0", answering(1))


async def test_functions_change_together_or_not_at_all(raw: RawConnection) -> None:
    await apply(raw, "0.1.0", answering(1))
    other = DatabaseFunction("other", "CREATE OR REPLACE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 5';")

    with pytest.raises(MigrationError):
        await apply(raw, "0.2.0", other, answering(2, result="bigint"))

    assert await raw.fetchval("SELECT to_regproc('other')") is None
