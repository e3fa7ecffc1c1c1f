"""Deleting artifacts frees space: bytes that nothing refers to go, and none that somebody is about to refer to."""

from __future__ import annotations

import asyncio

import pytest

from runfolio_server.worker.entity_objects import forget_unused_digests
from tests.bucket import in_a_directory
from tests.server.artifact_rows import md5_of, pending_artifact
from tests.server.swept_store import age, directory_of, empty_the_store, hour_passes, metrics, script, sweep
from tests.service import Service

pytestmark = in_a_directory


@pytest.fixture(autouse=True)
async def nothing_stored(service: Service) -> None:
    await script(service, "DELETE FROM artifact_entry; DELETE FROM artifact_upload; DELETE FROM entity_object")
    await empty_the_store(service)


async def _days_pass(service: Service) -> None:
    await script(service, "UPDATE entity_object SET stored_at = stored_at - interval '2 days'")


async def _stored(service: Service) -> list[bytes]:
    return sorted(path.read_bytes() for path in (directory_of(service) / "entity").rglob("*") if path.is_file())


async def test_the_bytes_of_a_deleted_artifact_go_and_those_that_another_has_stay(service: Service) -> None:
    gone, kept = await pending_artifact(service, "s-gone"), await pending_artifact(service, "s-kept")
    for content in (b"gone" * 100, b"both"):
        await gone.awaits(md5_of(content))
        await service.http.put(gone.upload_url(content), content=content)
    await gone.commit(gone=b"gone" * 100, both=b"both")
    await kept.commit(both=b"both")
    await gone.delete(is_emptied=True)
    await _days_pass(service)
    before = await metrics(service)

    found = await sweep(service)
    waiting = await metrics(service)
    await hour_passes(service)
    deleted = await sweep(service)

    after = await metrics(service)
    assert (0, 1) == (found, deleted)
    assert (1, 400) == (waiting["runfolio_unused_objects"], waiting["runfolio_unused_bytes"])
    assert 400 == after["runfolio_swept_bytes_total"] - before["runfolio_swept_bytes_total"]
    assert [b"both"] == await _stored(service)
    assert b"both" == (await service.http.get(await kept.download_url(b"both"))).content


async def test_bytes_of_a_pending_artifact_and_those_that_came_today_stay(service: Service) -> None:
    pending, ended = await pending_artifact(service, "s-pending"), await pending_artifact(service, "s-ended")
    await pending.awaits(md5_of(b"awaited"))
    await ended.awaits(md5_of(b"young"))
    await service.http.put(pending.upload_url(b"awaited"), content=b"awaited")
    await _days_pass(service)
    await service.http.put(ended.upload_url(b"young"), content=b"young")
    await ended.waits_for_nothing()

    await forget_unused_digests(service.database)
    await hour_passes(service)
    await sweep(service)

    assert [b"awaited", b"young"] == await _stored(service)


async def test_the_same_bytes_come_again_while_the_former_ones_are_swept(service: Service) -> None:
    first, second = await pending_artifact(service, "s-first"), await pending_artifact(service, "s-second")
    await first.awaits(md5_of(b"again"))
    await service.http.put(first.upload_url(b"again"), content=b"again")
    await first.waits_for_nothing()
    await _days_pass(service)
    await sweep(service)

    # Their row is gone, their object waits to be deleted.
    await second.awaits(md5_of(b"again"))
    answer = await service.http.put(second.upload_url(b"again"), content=b"again")
    await second.commit(a=b"again")
    await hour_passes(service)
    deleted = await sweep(service)

    assert (200, 1) == (answer.status_code, deleted)
    assert [b"again"] == await _stored(service)
    assert b"again" == (await service.http.get(await second.download_url(b"again"))).content


async def test_bytes_that_somebody_is_about_to_rely_on_are_waited_for_and_stay(service: Service) -> None:
    artifact = await pending_artifact(service, "s-held")
    await artifact.awaits(md5_of(b"held"))
    await service.http.put(artifact.upload_url(b"held"), content=b"held")
    await artifact.waits_for_nothing()
    await _days_pass(service)

    async with service.database.transaction() as connection:
        # As one does who has just told a client that it need not bring them.
        await connection._raw.execute("SELECT 1 FROM entity_object FOR KEY SHARE")
        forgetting = asyncio.create_task(forget_unused_digests(service.database))
        held = await artifact.object_key(b"held")
        await connection._raw.execute(
            f"INSERT INTO artifact_upload VALUES ({artifact.artifact_id}, '{md5_of(b'held')}', {artifact.entity_id})"
        )
        # It has seen them unused by then, or looks later.
        await asyncio.sleep(0.2)
    await forgetting

    assert held == await artifact.object_key(b"held") != ""


async def test_an_upload_that_was_not_registered_is_swept_with_those_of_runs(service: Service) -> None:
    artifact = await pending_artifact(service, "s-left")
    await artifact.awaits(md5_of(b"kept"))
    await service.http.put(artifact.upload_url(b"kept"), content=b"kept")
    key = await artifact.object_key(b"kept")
    left = directory_of(service) / f"{key.rpartition('/')[0]}/00000000-0000-0000-0000-00000000dead"
    left.write_bytes(b"left")
    await script(service, "UPDATE object_sweep SET due_at = now()")
    for path in (directory_of(service) / "entity").rglob("*"):
        age(path)

    await sweep(service)
    await hour_passes(service)

    assert 1 == await sweep(service)
    assert [b"kept"] == await _stored(service)
