"""Events in the lives of runs, in any order, against the real server: what is read is what the model says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from runfolio import Api
from runfolio_server.domain.run_state import LifeEvent
from runfolio_server.sql.pool import Database, open_database
from runfolio_server.sql.runs.listening import TELL_LISTENING
from runfolio_server.worker.crash_detection import mark_silent_runs
from tests.client.run_model import ModelRun
from tests.history_service import compact_some
from tests.live_server import LiveServer, in_this_process

pytestmark = [pytest.mark.usefixtures("anyio_backend"), in_this_process]

UPSERT = "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted bucket { historyLineCount } } }"
REWIND = "mutation($input: RewindRunInput!) { rewindRun(input: $input) { rewoundRun { historyLineCount } } }"
STOP = "mutation($id: ID!) { stopRun(input: {id: $id}) { success } }"
DELETE = "mutation($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }"
UNDELETE = 'mutation($id: ID!) { undeleteRuns(input: {projectName: "model", ids: [$id]}) { count } }'
TOLD = """query($r: String!) { project(name: "model") { run(name: $r) {
  id state exitCode stopRequested summaryMetrics lastStep historyLineCount
  historyRows(first: 1000) { rows } metricKeys { name count } stateChanges(first: 1000) { edges { node { state } } }
  branches(first: 30) { edges { node { historyRows(first: 1000) { rows } } } }
} } }"""
SILENCE_S = 300.0
STEPS = st.integers(-1, 30)
PICK = st.integers(0, 10**6)


class World:
    """The server, spoken to as the SDK does."""

    def __init__(self, server: LiveServer, http: httpx.Client) -> None:
        self._server = server
        self._http = http
        self.runs_made = 0

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        answer = self._http.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found

    def start(self, name: str, **config: object) -> int:
        text = json.dumps({key: {"value": value} for key, value in config.items()})
        answer = self.ask(UPSERT, input={"name": name, "modelName": "model", "config": text})
        count: int = answer["upsertBucket"]["bucket"]["historyLineCount"]
        return count

    def stream(self, name: str, body: dict[str, Any]) -> int:
        return self._http.post(f"/files/ada/model/{name}/file_stream", json=body).status_code

    def told(self, name: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.ask(TOLD, r=name)["project"]["run"]
        return found

    def in_database(self, work: Callable[[Database], Coroutine[Any, Any, object]]) -> None:
        async def connected() -> None:
            database = await open_database(self._server.database_url, size=2, wait_s=30, statement_timeout_s=30)
            try:
                await work(database)
            finally:
                await database.close()

        asyncio.run(connected())


class RunLives(RuleBasedStateMachine):
    """Whatever happens to a few runs of one project."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[ModelRun] = []
        self.ids: dict[str, str] = {}
        self.value = 0

    def _name(self) -> str:
        self.world.runs_made += 1
        return f"r{self.world.runs_made}"

    def _one(self, pick: int, *, is_deleted: bool = False) -> ModelRun | None:
        found = [run for run in self.runs if run.is_deleted is is_deleted]
        return found[pick % len(found)] if found else None

    @precondition(lambda self: len(self.runs) < 4)
    @rule()
    def create(self) -> None:
        run = ModelRun(self._name())
        assert 0 == self.world.start(run.name)
        run.starts()
        self.runs.append(run)

    @rule(pick=PICK, count=st.integers(1, 12), again=st.booleans())
    def log(self, pick: int, count: int, again: bool) -> None:
        run = self._one(pick)
        if run is None or run.process is None:
            return
        self.value += 1
        offset, rows = run.logs(count, self.value)
        files = {
            "wandb-history.jsonl": {"offset": offset, "content": [json.dumps(row) for row in rows]},
            "wandb-summary.json": {"offset": 0, "content": [json.dumps(run.summary)]},
        }
        for _ in range(2 if again else 1):
            assert 200 == self.world.stream(run.name, {"files": files})

    @rule(pick=PICK, code=st.sampled_from([0, 1, 255]))
    def finish(self, pick: int, code: int) -> None:
        run = self._one(pick)
        if run is None or run.process is None:
            return
        assert 200 == self.world.stream(run.name, {"complete": True, "exitcode": code})
        run.ends(code)

    @rule(pick=PICK)
    def resume(self, pick: int) -> None:
        run = self._one(pick)
        if run is None:
            return
        assert run.lines == self.world.start(run.name)
        run.starts()

    @rule(pick=PICK, step=STEPS)
    def rewind(self, pick: int, step: int) -> None:
        run = self._one(pick)
        if run is None:
            return
        run.is_rewound(step)
        given = {"runName": run.name, "projectName": "model", "metricName": "_step", "metricValue": step}
        for _ in range(2):
            answer = self.world.ask(REWIND, input=given)
            assert run.lines == answer["rewindRun"]["rewoundRun"]["historyLineCount"]

    @precondition(lambda self: 0 < len(self.runs) < 6)
    @rule(pick=PICK, step=STEPS)
    def fork(self, pick: int, step: int) -> None:
        parent = self._one(pick)
        if parent is None:
            return
        run = parent.forked(self._name(), step)
        point = {"branch_point": {"run_id": parent.name, "step": step}}
        assert run.lines == self.world.start(run.name, _wandb=point)
        self.runs.append(run)

    @rule(pick=PICK)
    def stop(self, pick: int) -> None:
        run = self._one(pick)
        if run is None:
            return
        self.world.ask(STOP, id=self.ids[run.name])
        run.stop_requested = run.stop_requested or run.is_living

    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        run = self._one(pick)
        if run is None:
            return
        self.world.ask(DELETE, id=self.ids[run.name])
        run.is_deleted = True
        assert 410 == self.world.stream(run.name, {})

    @rule(pick=PICK)
    def undelete(self, pick: int) -> None:
        run = self._one(pick, is_deleted=True)
        if run is None:
            return
        self.world.ask(UNDELETE, id=self.ids[run.name])
        run.is_deleted = False

    @rule(pick=PICK)
    def crash(self, pick: int) -> None:
        run = self._one(pick)
        if run is None or run.state not in ("running", "preempting"):
            return

        async def fall_silent(database: Database) -> None:
            async with database.connection() as connection:
                await connection.execute(TELL_LISTENING, 30.0)
                await connection.script("UPDATE server_listening SET since = now() - interval '1 day'")
                await connection.script(
                    f"UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE name = '{run.name}'"
                )
            assert 1 == await mark_silent_runs(database, SILENCE_S)

        self.world.in_database(fall_silent)
        run.moves(LifeEvent.SILENCE)

    @rule()
    def compact(self) -> None:
        self.world.in_database(compact_some)

    @invariant()
    def what_is_read_is_what_the_model_says(self) -> None:
        for run in self.runs:
            found = self.world.told(run.name)
            if run.is_deleted:
                assert found is None
                continue
            assert found is not None
            self.ids[run.name] = found["id"]
            assert run.rows == rows_of(found)
            assert run.branches == [rows_of(edge["node"]) for edge in found["branches"]["edges"]]
            assert (run.lines, run.last_step) == (found["historyLineCount"], found["lastStep"])
            assert {"value": len(run.rows)} == {"value": 0} | {
                key["name"]: key["count"] for key in found["metricKeys"] if key["name"] == "value"
            }
            assert run.summary == json.loads(found["summaryMetrics"])
            assert (run.state, run.exit_code) == (found["state"], found["exitCode"])
            assert run.log == [edge["node"]["state"] for edge in found["stateChanges"]["edges"]]


def rows_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The history rows of an answer."""
    return [json.loads(row) for row in found["historyRows"]["rows"]]


def test_lives_of_runs_are_read_as_the_model_says(live_server: LiveServer) -> None:
    with (
        httpx.Client(
            base_url=live_server.base_url, headers={"Authorization": f"Bearer {live_server.api_key}"}, timeout=60
        ) as http,
        Api(live_server.base_url, live_server.api_key) as api,
    ):
        world = World(live_server, http)
        RunLives.world = world
        run_state_machine_as_test(
            RunLives,
            settings=settings(
                max_examples=6,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
        # What the client reads of them is the same.
        for run in api.runs("ada/model"):
            found = world.told(run.id)
            assert found is not None
            assert (found["state"], rows_of(found)) == (run.state, list(run.scan_history()))
