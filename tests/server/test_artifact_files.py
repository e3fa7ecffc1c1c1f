"""The addresses of files that SDKs make themselves: by entity and MD5, with an API key."""

from __future__ import annotations

import base64

import pytest

from runfolio_server.graph.relay.node_ids import encode_node_id
from tests.server.artifact_rows import RowArtifact, md5_of, pending_artifact
from tests.service import Service

CONTENT = b"weights of the routes"


def hex_of(content: bytes) -> str:
    return base64.b64decode(md5_of(content)).hex()


async def committed(service: Service, name: str, content: bytes) -> RowArtifact:
    """A committed artifact of ada's with one file."""
    artifact = await pending_artifact(service, name)
    await artifact.awaits(md5_of(content))
    await service.http.put(artifact.upload_url(content), content=content)
    await artifact.commit(**{"a b/größe.txt": content})
    return artifact


@pytest.fixture
async def stored(service: Service, request: pytest.FixtureRequest) -> RowArtifact:
    """One for each test."""
    return await committed(service, request.node.name, CONTENT)


def addresses(artifact: RowArtifact, entity: str = "ada", content: bytes = CONTENT) -> list[str]:
    """Each shape that there is, oldest last."""
    node, digest = encode_node_id("Artifact", artifact.artifact_id), hex_of(content)
    return [
        f"/artifactsV2/default/{entity}/p/routes/{node}/{node}/{digest}/gr%C3%B6%C3%9Fe.txt",
        f"/artifactsV2/default/{entity}/p/routes/{node}/{digest}/gr%C3%B6%C3%9Fe.txt",
        f"/artifactsV2/default/{entity}/p/routes/{node}/{digest}/",
        f"/artifactsV2/near/{entity}/{node}/{digest}",
        f"/artifacts/{entity}/{digest}",
    ]


async def test_every_shape_of_address_leads_to_the_bytes(service: Service, stored: RowArtifact) -> None:
    for address in addresses(stored):
        whole = await service.http.get(address, headers=service.headers("ada"))
        part = await service.http.get(address, headers={**service.headers("ada"), "Range": "bytes=1-3"})

        assert (200, CONTENT) == (whole.status_code, whole.content), address
        assert (206, CONTENT[1:4]) == (part.status_code, part.content), address


async def test_nobody_without_a_key_and_nobody_else_reads_them(service: Service, stored: RowArtifact) -> None:
    for address in addresses(stored):
        # What is public is read without a key, and this is not.
        assert 404 == (await service.http.get(address)).status_code, address
        assert 404 == (await service.http.get(address, headers=service.headers("eve"))).status_code, address


async def test_what_is_not_there_is_not_found(service: Service, stored: RowArtifact) -> None:
    for address in [
        *addresses(stored, content=b"other"),
        "/artifacts/ada/nothex",
        f"/artifacts/ada/{'A' * 32}",
        f"/artifacts/nobody/{hex_of(CONTENT)}",
    ]:
        answer = await service.http.get(address, headers=service.headers("ada"))

        assert 404 == answer.status_code, address


async def test_a_link_in_another_entity_leads_to_the_bytes_by_the_artifact(
    service: Service, stored: RowArtifact
) -> None:
    found = [
        (await service.http.get(address, headers=service.headers("ada"))).status_code
        for address in addresses(stored, entity="eve")
    ]

    # The oldest shape names no artifact.
    assert [200, 200, 200, 200, 404] == found


async def test_the_bytes_of_a_deleted_artifact_are_not_found(service: Service) -> None:
    content = b"nobody else has them"
    artifact = await committed(service, "deleted", content)
    address = addresses(artifact, content=content)[0]
    before = await service.http.get(address, headers=service.headers("ada"))

    await artifact.delete()

    after = await service.http.get(address, headers=service.headers("ada"))
    assert (200, 404) == (before.status_code, after.status_code)
