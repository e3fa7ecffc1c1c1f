"""Requests of one caller that would take the event loop from all others: one function for each way to do it.

Each gives the bytes of a body for `POST /graphql`. Those that need a run or a project are given its id or its name;
`large_configs` gives what makes its project. Whatever a server answers, it should answer others meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graphql import get_introspection_query

APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
UPDATE = "mutation($input: UpdateRunsInput!) { updateRuns(input: $input) { count } }"
CREATE = "mutation($input: CreateRunInput!) { createRun(input: $input) { run { id } } }"


def body(query: str, **variables: Any) -> bytes:
    """The body of a request, without spaces between its values."""
    return json.dumps({"query": query, "variables": variables}, separators=(",", ":")).encode()


def many_variables(variables: int = 16, strings: int = 490_000) -> bytes:
    """Lists of empty strings, none longer than one list may be, as variables that nobody asks for."""
    return body("{ viewer { username } }", **{f"v{number}": [""] * strings for number in range(variables)})


def large_configs(project: str, runs: int = 60, keys: int = 100_000) -> Iterator[bytes]:
    """What makes a project of runs with configs of megabytes, for `dry_run_over_large_configs`."""
    for number in range(runs):
        config = json.dumps({f"key{key}": {"value": key / 7} for key in range(keys)})
        yield body(CREATE, input={"projectName": project, "name": f"run{number}", "config": config})


def dry_run_over_large_configs(project: str) -> bytes:
    """A change of the config of all runs, which is made and checked for each of them, and then not done."""
    return body(UPDATE, input={"projectName": project, "filters": "{}", "config": '{"lr": 1}', "dryRun": True})


def many_introspections(aliases: int = 99) -> bytes:
    """The whole schema, again and again."""
    inside = get_introspection_query(descriptions=True)
    operation, _, fragments = inside.partition("fragment FullType")
    schema = operation[operation.index("__schema") :].strip().removesuffix("}")
    fields = " ".join(f"a{number}: {schema}" for number in range(aliases))
    return body(_shorter(f"{{ {fields} }} fragment FullType{fragments}"))


def nested_fields_over_and_over(times: int = 330) -> bytes:
    """The same fields inside the same fields, each of which is compared with all the others."""
    inside = 'user { defaultEntity { project(name: "p") { user { defaultEntity { project(name: "p") { id } } } } } }'
    return body(f'{{ project(name: "p") {{ {" ".join([inside] * times)} }} }}')


def many_fragments(count: int = 700) -> bytes:
    """Fragments spread beside each other, each of which is compared with all the others."""
    spreads = " ".join(f"...f{number}" for number in range(count))
    fragments = " ".join(f"fragment f{number} on Query {{ serverInfo {{ version }} }}" for number in range(count))
    return body(f"{{ {spreads} }} {fragments}")


def brackets_that_are_not_strict(brackets: int = 11_000_000) -> bytes:
    """Lists in a list, and one NaN at the end, for which the quick parser gives up and a slow one begins."""
    return b'{"query":"{viewer{username}}","variables":{"v":[' + b"[]," * (brackets // 2) + b"NaN]}}"


def many_ids(project: str, ids: int = 480_000) -> bytes:
    """Ids of runs, far beyond what one change takes."""
    return body(UPDATE, input={"projectName": project, "ids": ["UnVuOjAw"] * ids, "notes": "x"})


def many_rows(run_id: str, rows: int = 500_000) -> bytes:
    """Rows as a list of texts."""
    return body(APPEND, input={"runId": run_id, "offset": 0, "rows": ["{}"] * rows})


def many_rows_as_one_text(run_id: str, rows: int = 500_000) -> bytes:
    """The same rows as one text, which is allowed."""
    return body(APPEND, input={"runId": run_id, "offset": 0, "jsonLines": "{}\n" * rows})


def many_columns(run_id: str, columns: int = 5000) -> bytes:
    """Columns of one row, each of which is an object; so many are allowed."""
    made = [{"key": f"key{number}", "values": "[1]"} for number in range(columns)]
    return body(APPEND, input={"runId": run_id, "offset": 0, "columns": {"count": 1, "columns": made}})


def _shorter(query: str) -> str:
    return " ".join(query.split())
