"""Attacks by class, where no test beside what they attack has them: api/README.md names all of those."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

import pytest

from tests.server.statements import Statements
from tests.service import Service

DOTS = (
    *("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..%5c", "..\\", "%2e%2e%5c", "..%c0%af", "..;/"),
    *("....//", "%c0%ae%c0%ae/", "..%00/", "%uff0e%uff0e/", "．．/"),
)
ROUTES = (
    "/objects/download/{}",
    "/objects/download/token/{}",
    "/export/ada/{}/runs.ndjson",
    "/export/ada/p/{}/history.arrow",
    "/export/ada/p/{}/console.txt",
    "/artifacts/ada/{}",
    "/artifactsV2/r/ada/{}/d41d8cd98f00b204e9800998ecf8427e",
    "/{}",
)


@pytest.mark.parametrize("route", ROUTES)
async def test_traversal_in_no_encoding_leads_to_a_file_of_the_server(service: Service, route: str) -> None:
    (service.settings.data_dir / "canary").write_text("found me")
    whole = str(service.settings.data_dir / "canary").lstrip("/")
    for dots in DOTS:
        for target in ("etc/passwd", "canary", quote(whole), quote(whole, safe="")):
            answer = await service.http.get(route.format(dots * 12 + target), headers=service.headers("ada"))

            # A path that leads to no file may be the address of a project, which is a page.
            assert answer.status_code < 500, (dots, answer.text)
            assert not {"root:", "found me", "Traceback"} & {*answer.text.split()}


async def _asked(statements: Statements, service: Service, document: str, user: str) -> tuple[list[str], object]:
    statements.names.clear()
    statements.sent.clear()
    answer = await service.graphql(document, user)
    return list(statements.names), answer.body


async def test_timing_a_wrong_key_is_looked_up_as_any_other_whatever_it_begins_with(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key is found by its hash, so that no comparison tells how much of it is right."""
    statements = Statements(monkeypatch)
    right = service.keys["ada"]
    wrong = ["0" * len(right), right[:-1] + ("0" if right[-1] != "0" else "1"), right[:8] + "0" * (len(right) - 8)]
    document = "{ serverInfo { version } }"

    paths = [await _asked(statements, service, document, key) for key in wrong]

    assert 1 == len({str(path) for path in paths})
    assert ["select_viewer"] == paths[0][0]


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ('{ project(entityName: "ada", name: "%s") { runs { totalCount } } }', ("theirs", "nothing")),
        ('{ project(entityName: "ada", name: "theirs") { run(name: "%s") { id } } }', ("r", "nothing")),
        ('{ artifact(path: "ada/%s/a:latest") { id } }', ("theirs", "nothing")),
        (
            'mutation { updateRuns(input: {entityName: "ada", projectName: "%s", filters: "{}", addTags: ["x"]})'
            " { count } }",
            ("theirs", "nothing"),
        ),
    ],
    ids=["project", "run", "artifact", "change"],
)
async def test_timing_what_may_not_be_seen_takes_the_statements_of_what_is_not_there(
    service: Service, monkeypatch: pytest.MonkeyPatch, document: str, names: tuple[str, str]
) -> None:
    await service.start_run("r", "theirs")
    statements = Statements(monkeypatch)
    await service.graphql("{ serverInfo { version } }", "bob")

    (one, there), (other, not_there) = [await _asked(statements, service, document % name, "bob") for name in names]

    assert Counter(one) == Counter(other)
    assert str(there).replace("theirs", "nothing") == str(not_there)


async def test_list_leakage_no_list_holds_or_counts_what_is_another_s(service: Service) -> None:
    await service.start_run("r", "theirs")

    found = await service.graphql(
        '{ projects { totalCount edges { node { name } } } of: projects(entityName: "ada") { totalCount edges {'
        " node { name } } } deletedProjects { totalCount } }",
        "eve",
    )

    assert [0, 0, 0] == [found.data[name]["totalCount"] for name in ("projects", "of", "deletedProjects")]
