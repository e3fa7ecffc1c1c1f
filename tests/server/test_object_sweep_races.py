"""The sweep of stored objects beside uploads and other workers, and after a kill."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from runfolio_server.objects.signing import UploadGrant
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.worker.object_sweep import sweep_objects_once
from tests.bucket import in_a_directory
from tests.server.swept_store import (
    age_all,
    contents,
    count_rows,
    directory_of,
    empty_the_store,
    hour_passes,
    left_behind,
    metrics,
    run_id_of,
    script,
    sweep,
    upload,
    upload_url,
)
from tests.service import Service

pytestmark = in_a_directory


@pytest.fixture(autouse=True)
async def nothing_stored(service: Service) -> None:
    await empty_the_store(service)


async def test_an_upload_whose_bytes_lay_for_a_day_is_refused_and_comes_again_by_the_same_url(
    service: Service,
) -> None:
    await service.start_run("late")
    url = await upload_url(service, "late", "a.txt")
    register_upload = service.app.state.register_upload

    async def a_day_later(grant: UploadGrant, stored: StoredObject) -> None:
        # As if the server had been stopped between storing the bytes and listing the file, for a day.
        age_all(service)
        await sweep(service)
        await register_upload(grant, stored)

    service.app.state.register_upload = a_day_later
    refused = await service.http.put(url, content=b"first")
    service.app.state.register_upload = register_upload
    left = [path for path in (directory_of(service) / "run").rglob("*") if path.is_file()]
    again = await service.http.put(url, content=b"again")
    await hour_passes(service)
    await sweep(service)

    assert (403, []) == (refused.status_code, left)
    assert "has expired; ask for a new one" in refused.text
    assert 200 == again.status_code
    assert {"a.txt": b"again"} == await contents(service, "late")


async def test_an_object_that_got_its_row_just_when_it_was_found_stays(service: Service) -> None:
    await service.start_run("at-once")
    await upload(service, "at-once", "a.txt", b"kept")
    age_all(service)
    await script(service, "CREATE TABLE set_aside AS SELECT * FROM run_files; DELETE FROM run_files")
    await sweep(service)
    # A statement that began before the object was found, and ended after it.
    await script(service, "INSERT INTO run_files SELECT * FROM set_aside; DROP TABLE set_aside")

    await hour_passes(service)
    deleted = await sweep(service)

    assert 0 == deleted
    assert {"a.txt": b"kept"} == await contents(service, "at-once")
    assert 0 == await count_rows(service, "SELECT count(*) FROM unused_object")


async def test_uploads_during_a_sweep_are_all_there_afterwards(service: Service) -> None:
    await service.start_run("busy")
    run_id = await run_id_of(service, "busy")
    for _ in range(30):
        left_behind(service, f"run/{run_id}/{uuid4()}")
    names = [f"{number}.txt" for number in range(20)]

    await asyncio.gather(
        sweep(service), *(upload(service, "busy", name, name.encode()) for name in names for _ in range(2))
    )
    await hour_passes(service)
    deleted = await asyncio.gather(
        sweep(service), *(upload(service, "busy", name, name.encode()) for name in names[:10])
    )

    assert 30 == deleted[0]
    assert {name: name.encode() for name in names} == await contents(service, "busy")


async def test_two_workers_delete_and_count_each_object_once(service: Service) -> None:
    await service.start_run("twice")
    run_id = await run_id_of(service, "twice")
    for _ in range(25):
        left_behind(service, f"run/{run_id}/{uuid4()}")
    before = await metrics(service)

    await asyncio.gather(sweep(service), sweep(service))
    await hour_passes(service)
    waiting = await metrics(service)
    deleted = await asyncio.gather(sweep(service), sweep(service))
    after = await metrics(service)

    assert 25 == sum(deleted)
    assert (25, 100) == (waiting["runfolio_unused_objects"], waiting["runfolio_unused_bytes"])
    assert (0, 0) == (after["runfolio_unused_objects"], after["runfolio_unused_bytes"])
    assert 25 == after["runfolio_swept_objects_total"] - before["runfolio_swept_objects_total"]
    assert 100 == after["runfolio_swept_bytes_total"] - before["runfolio_swept_bytes_total"]


async def test_a_sweep_goes_on_where_a_killed_one_stopped(service: Service) -> None:
    await service.start_run("goes-on")
    run_id = await run_id_of(service, "goes-on")
    keys = sorted(f"run/{run_id}/{uuid4()}" for _ in range(9))
    for key in keys:
        left_behind(service, key)
    # A worker that was killed after the sixth, and whose lease has run out.
    await script(service, f"INSERT INTO object_sweep VALUES ('run', '{keys[5]}', now() - interval '1 second')")
    store: ObjectStore = service.app.state.object_store

    await sweep_objects_once(service.database, store, page_size=2)
    found_first = await count_rows(service, "SELECT count(*) FROM unused_object")
    await sweep_objects_once(service.database, store, page_size=2)
    found_same_day = await count_rows(service, "SELECT count(*) FROM unused_object")
    await script(service, "UPDATE object_sweep SET due_at = now() - interval '1 second'")
    await sweep_objects_once(service.database, store, page_size=2)

    assert (3, 3) == (found_first, found_same_day)
    assert 9 == await count_rows(service, "SELECT count(*) FROM unused_object")


async def test_a_pass_that_another_worker_has_is_left_to_it(service: Service) -> None:
    await service.start_run("leased")
    left_behind(service, f"run/{await run_id_of(service, 'leased')}/{uuid4()}")
    await script(service, "INSERT INTO object_sweep VALUES ('run', NULL, now() + interval '1 minute')")

    await sweep(service)

    assert 0 == await count_rows(service, "SELECT count(*) FROM unused_object")
