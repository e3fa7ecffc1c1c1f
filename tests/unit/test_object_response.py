"""Range headers and file names of downloads, as tables."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.endpoints.file_headers import content_disposition
from runfolio_server.endpoints.object_response import ByteRange, UnsatisfiableRange, parse_range


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-9", 0, 10),
        ("bytes=0-10", 0, 10),
        ("bytes=2-5", 2, 6),
        ("bytes=9-9", 9, 10),
        ("bytes=9-", 9, 10),
        ("bytes=0-", 0, 10),
        ("bytes=-1", 9, 10),
        ("bytes=-10", 0, 10),
        ("bytes=-11", 0, 10),
        ("bytes=3-18446744073709551615", 3, 10),
        ("Bytes= 3-4 ", 3, 5),
        ("bytes=003-004", 3, 5),
    ],
)
def test_a_range_is_cut_to_the_object(header: str, start: int, end: int) -> None:
    assert parse_range(header, 10) == ByteRange(start, end)


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=999999999999999999-", "bytes=-0"])
def test_a_range_outside_the_object_is_unsatisfiable(header: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, 10)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=--5",
        "bytes=+1-2",
        "bytes=1.0-2",
        "bytes=٣-٤",
        "rows=0-5",
        "bytes=0-1,4-5",
        "bytes=0-1,",
        "bytes 0-1",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_a_range_that_is_not_one_of_bytes_means_the_whole_object(header: str | None) -> None:
    assert parse_range(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=5-"])
def test_an_empty_object_has_no_ranges(header: str) -> None:
    assert parse_range(header, 0) is None


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 20))
def test_a_range_holds_the_bytes_that_a_slice_would(first: int, last: int, size: int) -> None:
    content = bytes(range(size))
    try:
        found = parse_range(f"bytes={first}-{last}", size)
    except UnsatisfiableRange:
        found = ByteRange(0, 0)

    if last < first:
        assert found is None
    else:
        assert found is not None
        assert content[found.start : found.end] == content[first : last + 1]


@given(st.text())
def test_any_name_makes_a_header_that_cannot_be_broken_out_of(name: str) -> None:
    header = content_disposition(name, "attachment")

    match = re.fullmatch(r"attachment; filename=\"([ -~]*)\"; filename\*=UTF-8''([A-Za-z0-9_.~%-]*)", header)

    assert match is not None
    assert not set(match[1]) & set('"\\%')
    assert "/" not in unquote(match[2])
    assert unquote(match[2]) not in ("", ".", "..")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.txt", "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt"),
        ("dir/a b.txt", "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt"),
        ("名.json", "attachment; filename=\"_.json\"; filename*=UTF-8''%E5%90%8D.json"),
        ('a"\\%.txt', "attachment; filename=\"a___.txt\"; filename*=UTF-8''a%22%5C%25.txt"),
        ("a\r\nX: 1", "attachment; filename=\"a__X: 1\"; filename*=UTF-8''a__X%3A%201"),
        ("a\ud800b\0.txt", "attachment; filename=\"a_b_.txt\"; filename*=UTF-8''a%3Fb_.txt"),
        ("dir/", "attachment; filename=\"file\"; filename*=UTF-8''file"),
    ],
)
def test_a_name_is_kept_as_far_as_a_header_allows(name: str, header: str) -> None:
    assert content_disposition(name, "attachment") == header
