"""The sweep of stored objects: what no row refers to goes, and nothing else."""

from __future__ import annotations

import asyncio
import logging
from uuid import uuid4

import anyio
import pytest

from runfolio_server.cli import WORKER_MODULE
from runfolio_server.domain.owner import OwnerKind
from runfolio_server.errors import Conflict
from runfolio_server.objects.mark import mark_store
from runfolio_server.objects.store import ObjectStore
from runfolio_server.serve.child_process import ChildProcess
from runfolio_server.worker.object_sweep import OWNED
from tests.bucket import in_a_directory
from tests.server.swept_store import (
    DAY_S,
    age_all,
    contents,
    count_rows,
    directory_of,
    empty_the_store,
    hour_passes,
    left_behind,
    run_id_of,
    script,
    sweep,
    sweep_twice,
    upload,
)
from tests.service import Service

pytestmark = in_a_directory


@pytest.fixture(autouse=True)
async def nothing_stored(service: Service) -> None:
    await empty_the_store(service)


async def test_an_object_that_no_row_refers_to_goes_and_those_of_files_stay(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    await service.start_run("swept")
    run_id = await run_id_of(service, "swept")
    for name in ("a.txt", "b/c.txt"):
        await upload(service, "swept", name, name.encode())
    left = left_behind(service, f"run/{run_id}/{uuid4()}")
    age_all(service)

    with caplog.at_level(logging.INFO, "runfolio_server.worker.object_sweep"):
        deleted = await sweep_twice(service)

    assert (1, False) == (deleted, left.exists())
    assert ["1 unused objects deleted, which frees 4 bytes"] == caplog.messages
    assert {"a.txt": b"a.txt", "b/c.txt": b"b/c.txt"} == await contents(service, "swept")


async def test_an_object_waits_an_hour_between_being_found_and_being_deleted(service: Service) -> None:
    await service.start_run("waits")
    left = left_behind(service, f"run/{await run_id_of(service, 'waits')}/{uuid4()}")

    early = [await sweep(service), await sweep(service)]

    assert ([0, 0], True) == (early, left.exists())
    await hour_passes(service)
    assert (1, False) == (await sweep(service), left.exists())


async def test_a_young_object_and_what_is_not_of_a_known_run_stay(service: Service) -> None:
    await service.start_run("stays")
    run_id = await run_id_of(service, "stays")
    kept = [
        left_behind(service, f"run/{run_id}/{uuid4()}", age_s=DAY_S - 600),
        left_behind(service, f"run/{uuid4()}/{uuid4()}"),
        left_behind(service, f"run/{run_id}/of-a-shape-that-we-never-make"),
        left_behind(service, f"other/{run_id}/{uuid4()}"),
    ]

    deleted = await sweep_twice(service)

    assert (0, [True] * 4) == (deleted, [path.exists() for path in kept])


async def test_objects_of_a_kind_of_owner_that_only_a_newer_worker_knows_are_left_to_it(service: Service) -> None:
    waiting, deleted = f"sweep/{uuid4()}/{uuid4()}", f"sweep/{uuid4()}/{uuid4()}"
    left = left_behind(service, waiting)
    for key, deleted_at in ((waiting, "NULL"), (deleted, "now() - interval '50 days'")):
        await script(
            service,
            "INSERT INTO unused_object (owner_kind, owner_id, object_key, size, found_at, deleted_at)"
            f" VALUES ('sweep', '{key.split('/')[1]}', '{key}', 4, now() - interval '60 days', {deleted_at})",
        )

    swept = await sweep_twice(service)

    assert (0, True) == (swept, left.exists())
    assert 2 == await count_rows(service, "SELECT count(*) FROM unused_object")
    assert 1 == await count_rows(service, "SELECT count(*) FROM unused_object WHERE deleted_at IS NULL")


def test_every_kind_of_owner_is_swept_once() -> None:
    assert list(OwnerKind) == [owned.kind for owned in OWNED]


async def test_the_history_files_of_a_run_deleted_long_ago_go_and_its_own_files_stay(service: Service) -> None:
    objects: dict[str, str] = {}
    for name in ("old", "recent"):
        await service.start_run(name)
        await upload(service, name, "model.bin")
        run_id = await run_id_of(service, name)
        objects[name] = f"run/{run_id}/{uuid4()}"
        left_behind(service, objects[name])
        await script(
            service,
            f"INSERT INTO history_file VALUES ('{run_id}', 0, 1, 2, 4, '{objects[name]}');"
            f" INSERT INTO history_export VALUES ('{run_id}', 2, NULL)",
        )
        await service.graphql(
            'mutation($n: [String!]!) { deleteRuns(input: {projectName: "p", ids: $n}) { count } }', n=[name]
        )
    await script(service, "UPDATE runs SET deleted_at = now() - interval '8 days' WHERE name = 'old'")
    age_all(service)
    files = await count_rows(service, "SELECT count(*) FROM run_files")

    deleted = await sweep_twice(service)

    assert 1 == deleted
    assert (False, True) == tuple((directory_of(service) / objects[name]).exists() for name in ("old", "recent"))
    assert (1, 1) == (
        await count_rows(service, "SELECT count(*) FROM history_file"),
        await count_rows(service, "SELECT count(*) FROM history_export"),
    )
    assert files == await count_rows(service, "SELECT count(*) FROM run_files")


async def test_what_a_broken_off_upload_left_is_removed_a_day_later(service: Service) -> None:
    run_id = uuid4()
    old = left_behind(service, f"run/{run_id}/{uuid4()}#1")
    young = left_behind(service, f"run/{run_id}/{uuid4()}#2", age_s=60)

    await sweep(service)

    assert (False, True) == (old.exists(), young.exists())


async def test_a_deleted_objects_key_is_forgotten_when_its_url_has_long_expired(service: Service) -> None:
    await service.start_run("forgotten")
    left_behind(service, f"run/{await run_id_of(service, 'forgotten')}/{uuid4()}")
    await sweep_twice(service)
    remembered = await count_rows(service, "SELECT count(*) FROM unused_object")
    await script(service, "UPDATE unused_object SET deleted_at = now() - interval '41 days'; DELETE FROM object_sweep")

    await sweep(service)

    assert (1, 0) == (remembered, await count_rows(service, "SELECT count(*) FROM unused_object"))


async def test_a_store_is_swept_for_the_one_database_that_uses_it(service: Service) -> None:
    await service.start_run("shared")
    left = left_behind(service, f"run/{await run_id_of(service, 'shared')}/{uuid4()}")
    store: ObjectStore = service.app.state.object_store
    (ours,) = [found.key async for page in store.pages("database") for found in page]

    await mark_store(store, b"of another database")
    with pytest.raises(Conflict, match="belong to another database, or to several"):
        await sweep(service)
    await store.delete(ours)
    with pytest.raises(Conflict, match="belong to another database, or to several"):
        await sweep(service)
    await store.delete(*[found.key async for page in store.pages("database") for found in page])
    of_nobody = await sweep_twice(service)

    assert (0, True) == (of_nobody, left.exists())


async def test_a_worker_sweeps_as_soon_as_it_starts(service: Service) -> None:
    await service.start_run("by-process")
    left_behind(service, f"run/{await run_id_of(service, 'by-process')}/{uuid4()}")
    worker = ChildProcess("The worker", WORKER_MODULE, service.settings)

    await asyncio.to_thread(worker.start)
    try:
        with anyio.fail_after(30):
            while not await count_rows(service, "SELECT count(*) FROM unused_object"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
    finally:
        await asyncio.to_thread(worker.stop)
