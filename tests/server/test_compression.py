"""Large answers are compressed for clients that ask for it from another machine, and for nobody else."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import zstandard

from runfolio_server.endpoints.compression import COMPRESSED_MIN_BYTES
from tests.runs_in_bulk import SeededRun, make_project
from tests.service import BASE_URL, Service

LIST = 'query($n: Int) { project(name: "packed") { runs(first: $n) { edges { node { name config } } } } }'
EXPORT = "/export/ada/packed/runs.ndjson"
FAR = "203.0.113.7"


def unpacked(raw: bytes, coding: str | None) -> bytes:
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    return gzip.decompress(raw) if coding == "gzip" else raw


@pytest.fixture(scope="module")
async def packed(service: Service) -> str:
    """A project whose first page is larger than what is worth a thread."""
    runs = [
        SeededRun(f"r{number}", {f"key_{place}": number / 7 + place for place in range(40)}) for number in range(200)
    ]
    return await make_project(service, "packed", runs)


@asynccontextmanager
async def client_at(service: Service, host: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose address is this."""
    transport = httpx.ASGITransport(app=service.app, client=(host, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
        yield http


async def answer_to(
    service: Service, host: str, accepted: str | None, runs: int | None = None
) -> tuple[httpx.Headers, bytes]:
    """Headers and raw bytes of a page of so many runs, or of the export."""
    headers = {**service.headers("ada"), "Accept-Encoding": accepted or ""}
    async with client_at(service, host) as http:
        body = {"query": LIST, "variables": {"n": runs}} if runs else {}
        async with http.stream("POST", "/graphql" if runs else EXPORT, json=body, headers=headers) as response:
            assert 200 == response.status_code
            return response.headers, b"".join([piece async for piece in response.aiter_raw()])


@pytest.mark.parametrize("runs", [200, 3, None], ids=["a large page", "a page", "the export"])
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0, GZIP;q=0.5", "gzip"),
        ("*", "zstd"),
        ("br, *;q=0", None),
        ("gzip;q=0", None),
        ("gzip;q=none", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_an_answer_comes_in_a_coding_that_the_client_takes(
    service: Service, packed: str, runs: int | None, accepted: str, coding: str | None
) -> None:
    _, plain = await answer_to(service, FAR, None, runs)

    headers, raw = await answer_to(service, FAR, accepted, runs)

    assert coding == headers.get("Content-Encoding")
    assert "Accept-Encoding" == headers["Vary"]
    assert plain == unpacked(raw, coding)
    assert coding is None or len(raw) < len(plain) / 2
    assert int(headers.get("Content-Length", len(raw))) == len(raw)


@pytest.mark.parametrize("runs", [200, None], ids=["a page", "the export"])
@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_nothing_is_compressed_for_this_machine(
    service: Service, packed: str, host: str, runs: int | None
) -> None:
    headers, raw = await answer_to(service, host, "gzip, zstd", runs)

    assert "Content-Encoding" not in headers
    assert "Accept-Encoding" == headers["Vary"]
    assert all(map(json.loads, raw.splitlines()))


async def test_a_short_answer_is_not_compressed(service: Service, packed: str) -> None:
    headers, raw = await answer_to(service, FAR, "gzip, zstd", 1)

    assert "Content-Encoding" not in headers
    assert COMPRESSED_MIN_BYTES > len(raw)


async def test_history_as_arrow_is_not_compressed(service: Service, packed: str) -> None:
    page = f"{BASE_URL}/export/ada/packed/r1/history.arrow"
    async with client_at(service, FAR) as http:
        response = await http.get(page, headers={**service.headers("ada"), "Accept-Encoding": "gzip, zstd"})

    assert "Content-Encoding" not in response.headers
