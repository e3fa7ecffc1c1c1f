"""Downloads from signed URLs: ranges, caches, and headers that keep a file from being run."""

from __future__ import annotations

import pytest

from tests.server.object_server import CONTENT, ObjectServer, message_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("header", "status", "content_range", "expected"),
    [
        (None, 200, None, CONTENT),
        ("bytes=0-0", 206, "bytes 0-0/1024", CONTENT[:1]),
        ("bytes=10-19", 206, "bytes 10-19/1024", CONTENT[10:20]),
        ("bytes=1000-", 206, "bytes 1000-1023/1024", CONTENT[1000:]),
        ("bytes=1000-5000", 206, "bytes 1000-1023/1024", CONTENT[1000:]),
        ("bytes=0-", 206, "bytes 0-1023/1024", CONTENT),
        ("bytes=-24", 206, "bytes 1000-1023/1024", CONTENT[1000:]),
        ("bytes=-5000", 206, "bytes 0-1023/1024", CONTENT),
        ("bytes=0-1,5-6", 200, None, CONTENT),
        ("lines=0-1", 200, None, CONTENT),
        ("bytes=9-1", 200, None, CONTENT),
        ("bytes=1024-", 416, "bytes */1024", b""),
        ("bytes=-0", 416, "bytes */1024", b""),
    ],
)
async def test_a_request_for_a_range_gets_its_bytes(
    server: ObjectServer, header: str | None, status: int, content_range: str | None, expected: bytes
) -> None:
    await server.http.put(server.upload_url(), content=CONTENT)

    answer = await server.http.get(server.download_url(), headers={} if header is None else {"Range": header})

    assert (answer.status_code, answer.content) == (status, expected)
    assert answer.headers.get("Content-Range") == content_range
    assert answer.headers["Content-Length"] == str(len(expected))


async def test_head_answers_the_headers_of_get_without_bytes(server: ObjectServer) -> None:
    await server.http.put(server.upload_url(), content=CONTENT)

    head = await server.http.head(server.download_url(), headers={"Range": "bytes=0-1"})
    get = await server.http.get(server.download_url())

    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(get.headers)


async def test_a_cached_file_is_not_sent_again_until_it_changes(server: ObjectServer) -> None:
    await server.put(CONTENT)
    url = server.download_url()
    e_tag = (await server.http.get(url)).headers["ETag"]

    same = await server.http.get(url, headers={"If-None-Match": f'"other", W/{e_tag}'})
    await server.put(b"changed")
    changed = await server.http.get(url, headers={"If-None-Match": e_tag})

    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", e_tag)
    assert (changed.status_code, changed.content) == (200, b"changed")


async def test_a_download_is_resumed_only_while_the_file_is_the_same(server: ObjectServer) -> None:
    await server.put(CONTENT)
    url = server.download_url()
    e_tag = (await server.http.head(url)).headers["ETag"]
    resume = {"Range": "bytes=1000-", "If-Range": e_tag}

    same = await server.http.get(url, headers=resume)
    await server.put(b"n" * 2000)
    changed = await server.http.get(url, headers=resume)

    assert (same.status_code, same.content) == (206, CONTENT[1000:])
    assert (changed.status_code, changed.content) == (200, b"n" * 2000)


@pytest.mark.parametrize(
    ("name", "content_type", "disposition"),
    [
        ("image.PNG", "image/png", "inline"),
        ("metadata.json", "application/json", "inline"),
        ("output.log", "text/plain; charset=utf-8", "inline"),
        ("feed.xml", "application/octet-stream", "attachment"),
        ("page.xhtml", "application/octet-stream", "attachment"),
        ("code.js", "application/octet-stream", "attachment"),
        ("style.css", "application/octet-stream", "attachment"),
        ("paper.pdf", "application/octet-stream", "attachment"),
        ("model.pt", "application/octet-stream", "attachment"),
        ("none", "application/octet-stream", "attachment"),
        ("page.html.", "application/octet-stream", "attachment"),
    ],
)
async def test_a_file_has_its_type_where_a_browser_shows_it_and_runs_nothing(
    server: ObjectServer, name: str, content_type: str, disposition: str
) -> None:
    await server.http.put(server.upload_url(name), content=b"<script>alert(1)</script>")

    answer = await server.http.get(server.download_url(f"media/{name}"))

    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"].startswith(f'{disposition}; filename="{name}"; ')
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("page.html", "text/html; charset=utf-8"),
        ("page.HTM", "text/html; charset=utf-8"),
        ("image.svg", "image/svg+xml"),
    ],
)
async def test_html_and_svg_are_shown_in_a_sandbox_without_scripts_origin_or_network(
    server: ObjectServer, name: str, content_type: str
) -> None:
    await server.http.put(server.upload_url(name), content=b"<script>alert(1)</script>")

    answer = await server.http.get(server.download_url(name))
    part = await server.http.get(server.download_url(name), headers={"Range": "bytes=0-3"})

    assert (answer.headers["Content-Type"], part.status_code) == (content_type, 206)
    for headers in (answer.headers, part.headers):
        assert headers["Content-Disposition"].startswith("inline; ")
        rules = [rule.strip() for rule in headers["Content-Security-Policy"].split(";")]
        policy = [rule for rule in rules if not rule.startswith("frame-ancestors")]
        assert {"sandbox", "default-src 'none'"} <= set(policy)
        assert not any("script" in rule or "http" in rule or "'self'" in rule for rule in policy)
        assert "Access-Control-Allow-Origin" not in headers


async def test_the_name_in_the_path_of_a_download_is_not_looked_at(server: ObjectServer) -> None:
    await server.http.put(server.upload_url(), content=CONTENT)
    stem = server.download_url().rpartition("/")[0]

    for name in ("", "other.txt", "..%2f..%2fetc%2fpasswd", "a/b/c"):
        answer = await server.http.get(f"{stem}/{name}")
        assert (answer.status_code, answer.content) == (200, CONTENT)
        assert 'filename="a.txt"' in answer.headers["Content-Disposition"]


async def test_the_url_of_a_file_whose_bytes_are_gone_is_refused_so_that_programs_ask_for_another(
    server: ObjectServer,
) -> None:
    got = await server.http.get(server.download_url("gone.txt"))
    head = await server.http.head(server.download_url("gone.txt"))

    assert (got.status_code, message_of(got)) == (
        403,
        "No bytes are stored for the file 'gone.txt'. Ask for a new URL.",
    )
    assert head.status_code == 403
