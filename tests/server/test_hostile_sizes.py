"""What is legal in shape and too large somewhere: refused with a reason, and nobody else is kept waiting."""

from __future__ import annotations

import json
import time
from uuid import uuid4

import pytest

from runfolio_server.sql.history.compaction import TailedStreamRow
from runfolio_server.worker import compaction
from tests.service import Service


async def test_a_document_of_megabytes_is_refused_before_it_is_parsed(service: Service) -> None:
    answer = await service.graphql("{ viewer { id } } #" + "x" * 100_000)

    assert 413 == answer.status
    assert "100000" in answer.error["message"]


async def test_a_name_with_a_lone_surrogate_is_no_fault_of_the_server(service: Service) -> None:
    await service.start_run("surrogate")
    body = json.dumps(
        {"query": 'query($r: String!) { project(name: "p") { run(name: $r) { id } } }', "variables": {"r": "\ud800"}}
    )

    response = await service.http.post("/graphql", content=body, headers=service.headers("ada"))

    assert 400 == response.status_code


async def test_a_file_name_too_long_for_its_key_is_refused_before_the_upload(service: Service) -> None:
    await service.start_run("files")

    answer = await service.graphql(
        'mutation($f: [String!]!) { createRunFiles(input: {entityName: "ada", projectName: "p",'
        ' runName: "files", files: $f}) { files { uploadUrl refusal } } }',
        f=["\u6f22" * 1000],
    )

    (file,) = answer.data["createRunFiles"]["files"]
    assert file["uploadUrl"] is None
    assert "3000 bytes" in file["refusal"]


async def test_console_lines_are_bounded_in_number(service: Service) -> None:
    await service.start_run("console")

    answer = await service.stream("ada/p/console", {"files": {"output.log": {"offset": 2**31, "content": ["x"]}}})

    assert (200, 1) == (answer.status, answer.body["rejectedCount"])
    assert "the run has no numbers for them, of 2,147,483,647 in all" in answer.body["rejected"][0]["message"]


async def test_too_many_console_lines_cost_themselves_alone(service: Service) -> None:
    await service.start_run("console")

    console = {"offset": 0, "content": ["x"] * 50_001}
    history = {"offset": 0, "content": ['{"loss":1}']}
    answer = await service.stream("ada/p/console", {"files": {"output.log": console, "wandb-history.jsonl": history}})

    assert (200, 1) == (answer.status, answer.body["rejectedCount"])
    assert ("console", 50_000) == (answer.body["rejected"][0]["stream"], answer.body["rejected"][0]["line"])
    assert ['{"loss":1}'] == await service.rows("p", "console")


async def test_the_longest_keys_that_are_taken_can_be_compacted(service: Service) -> None:
    await service.start_run("keys")
    keys = ["k" * 1900, "\u6f22" * 300, "\0" * 300]
    nested = {"a" * 900: {"b" * 900: 1}}
    lines = [json.dumps({"_step": step, **dict.fromkeys(keys, step), **nested}) for step in range(300)]

    answer = await service.log("ada/p/keys", 0, lines)
    compacted = await compaction.compact_once(service.database, {})

    assert "rejected" not in answer.body
    assert 300 == compacted
    assert [json.loads(line) for line in lines] == [json.loads(row) for row in await service.rows("p", "keys")]


async def test_streams_that_failed_do_not_use_up_the_list_of_work(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.start_run("work")
    await service.log("ada/p/work", 0, [json.dumps({"_step": step}) for step in range(300)])
    monkeypatch.setattr(compaction, "STREAMS_AT_ONCE", 0)
    failed = {TailedStreamRow(uuid4(), "history", "", 0): time.monotonic() + 100}

    assert 0 == await compaction.compact_once(service.database, {})
    assert 300 == await compaction.compact_once(service.database, failed)
