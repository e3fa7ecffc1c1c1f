"""Access that is taken away from somebody stops working in a running server, within seconds or at once."""

from __future__ import annotations

import asyncio

import pytest

from runfolio_server.ingest.target import RunTargets
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.named import NoRow, Query
from tests.server.statements import Statements
from tests.service import Service

BRIEF_S = 0.05
GIVE_TO = Query(
    "give_to",
    "UPDATE projects SET entity_id = (SELECT entity_id FROM entities WHERE name = $2) WHERE name = $1",
    NoRow,
)
RUN = "query($p: String!, $r: String!, $e: String) { project(name: $p, entityName: $e) { run(name: $r) { id } } }"


@pytest.fixture
def brief_memory(service: Service) -> None:
    """What the server remembers of who may log where is as old as it gets almost at once."""
    service.app.state.run_targets = RunTargets(RememberedAccess(BRIEF_S))


async def test_a_batch_for_a_project_that_was_given_away_is_refused_once_its_place_is_forgotten(
    service: Service, brief_memory: None
) -> None:
    await service.start_run("moving", "given")
    path = "ada/given/moving"
    before = await service.log(path, 0, ['{"_step":0}'])
    async with service.database.connection() as connection:
        assert 1 == await connection.execute(GIVE_TO, "given", "bob")

    async with asyncio.timeout(30):
        lines = 1
        while (answer := await service.log(path, lines, [f'{{"_step":{lines}}}'])).status == 200:
            lines += 1
            await asyncio.sleep(BRIEF_S)

    assert (200, 404) == (before.status, answer.status)
    assert "There is no run 'moving' in project 'ada/given', or you may not log to it; " in answer.error["message"]
    assert None is (await service.graphql(RUN, p="given", r="moving")).data["project"]
    assert lines == len(await service.rows("given", "moving", "bob", entity="bob"))


async def test_the_new_owner_logs_to_a_run_of_a_project_that_was_given_to_them(service: Service) -> None:
    await service.start_run("passed", "passed-on")
    async with service.database.connection() as connection:
        await connection.execute(GIVE_TO, "passed-on", "eve")

    answer = await service.stream(
        "eve/passed-on/passed", {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0}']}}}, "eve"
    )

    assert 200 == answer.status
    assert ['{"_step":0}'] == await service.rows("passed-on", "passed", "eve", entity="eve")


async def test_a_batch_whose_place_is_known_is_one_statement(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await service.start_run("known", "p")
    await service.log("ada/p/known", 0, ['{"_step":0}'])
    statements = Statements(monkeypatch)

    await service.log("ada/p/known", 1, ['{"_step":1}'])

    assert ["ingest_batch"] == statements.sent
