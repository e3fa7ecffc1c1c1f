"""The bytes of artifacts: stored once for each digest of an entity, and nobody else's; over a directory and over S3."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from runfolio_server.endpoints.objects import UPLOAD_BYTES
from tests.bucket import over_each_store
from tests.server.artifact_rows import md5_of, pending_artifact
from tests.service import Service

pytestmark = over_each_store


async def _keys(service: Service) -> list[str]:
    return sorted([found.key async for page in service.app.state.object_store.pages("entity") for found in page])


async def test_the_same_bytes_are_stored_once_for_an_entity_however_often_they_come(service: Service) -> None:
    content = b"same" * 1000
    first, second = await pending_artifact(service, "once-1"), await pending_artifact(service, "once-2")
    before = await _keys(service)
    for artifact in (first, second):
        await artifact.awaits(md5_of(content))

    answers = await asyncio.gather(
        *(service.http.put(artifact.upload_url(content), content=content) for artifact in (first, second) * 3)
    )

    assert [200] * 6 == [answer.status_code for answer in answers]
    (key,) = set(await _keys(service)) - set(before)
    assert key == await first.object_key(content) == await second.object_key(content)
    for artifact in (first, second):
        await artifact.commit(a=content)
        assert content == (await service.http.get(await artifact.download_url(content))).content


async def test_what_another_entity_has_must_be_brought_and_is_stored_apart(service: Service) -> None:
    content = b"ada's weights"
    mine, theirs = await pending_artifact(service, "mine"), await pending_artifact(service, "theirs", "eve")
    await mine.awaits(md5_of(content))
    await service.http.put(mine.upload_url(content), content=content)
    await mine.commit(a=content)

    # She knows the digest, and no more.
    await theirs.awaits(md5_of(content))
    unknown = await theirs.object_key(content)
    forged = await service.http.put(theirs.upload_url(content), content=b"x" * len(content))
    await theirs.commit()
    by_hers = (await mine.download_url(content)).replace("x", "y", 1)
    stolen = await service.http.get(by_hers)

    assert ("", 400) == (unknown, forged.status_code)
    assert stolen.status_code in (403, 404)

    again = await pending_artifact(service, "theirs-again", "eve")
    await again.awaits(md5_of(content))
    assert 200 == (await service.http.put(again.upload_url(content), content=content)).status_code
    assert await mine.object_key(content) != await again.object_key(content)


async def test_a_url_that_names_an_artifact_of_another_entity_is_refused(service: Service) -> None:
    content = b"apart"
    mine, theirs = await pending_artifact(service, "apart"), await pending_artifact(service, "apart", "eve")
    for artifact in (mine, theirs):
        await artifact.awaits(md5_of(content))
    await service.http.put(mine.upload_url(content), content=content)
    await theirs.commit()
    await mine.commit(a=content)

    key = await mine.object_key(content)
    url = await theirs.__class__(service, mine.entity_id, theirs.artifact_id, theirs.key_id).download_url(content)

    assert key.startswith("entity/")
    assert 403 == (await service.http.get(url)).status_code


async def test_bytes_that_no_artifact_waits_for_are_refused_and_gone(service: Service) -> None:
    content = b"nobody waits" * 3
    artifact = await pending_artifact(service, "nobody")
    before = await _keys(service)

    async def never_read() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    small = await service.http.put(artifact.upload_url(content), content=content)
    large = await service.http.put(
        artifact.upload_url(content), content=never_read(), headers={"Content-Length": str(UPLOAD_BYTES + 1)}
    )

    assert (403, 403) == (small.status_code, large.status_code)
    assert "does not wait for these bytes" in small.text
    assert before == await _keys(service)


async def test_a_late_repeat_of_an_upload_is_told_that_it_is_there(service: Service) -> None:
    content = b"late repeat"
    artifact = await pending_artifact(service, "late")
    await artifact.awaits(md5_of(content))
    url = artifact.upload_url(content)
    await service.http.put(url, content=content)
    await artifact.commit(a=content)
    before = await _keys(service)

    again = await service.http.put(url, content=content)

    assert (200, before) == (again.status_code, await _keys(service))


async def test_what_is_read_by_an_artifact_ends_with_it_although_another_has_the_same_bytes(service: Service) -> None:
    content = b"shared"
    gone, kept = await pending_artifact(service, "gone"), await pending_artifact(service, "kept")
    await gone.awaits(md5_of(content))
    await service.http.put(gone.upload_url(content), content=content)
    pending = await service.http.get(await gone.download_url(content))
    for artifact in (gone, kept):
        await artifact.commit(a=content)
    urls = [await artifact.download_url(content) for artifact in (gone, kept)]
    before = [(await service.http.get(url)).status_code for url in urls]

    await gone.delete()

    assert 403 == pending.status_code, "what is not committed is not visible"
    assert [200, 200] == before
    assert [403, 200] == [(await service.http.get(url)).status_code for url in urls]
