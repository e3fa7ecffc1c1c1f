"""Files of hostile names are downloaded to exactly that place below a directory, or nowhere."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from runfolio._core.errors import DownloadError
from runfolio._core.receiving import place_for
from tests.hostile_names import HOSTILE_NAMES


def test_there_are_more_than_two_hundred() -> None:
    assert 250 < len(HOSTILE_NAMES) == len(set(HOSTILE_NAMES))


def test_each_name_has_the_place_that_it_says_below_the_directory_or_none(tmp_path: Path) -> None:
    places = {}
    for name in HOSTILE_NAMES:
        with contextlib.suppress(DownloadError):
            places[name] = place_for(tmp_path, name)

    assert len(places) > 150
    assert {name: tmp_path.joinpath(*name.split("/")) for name in places} == places
    for place in places.values():
        assert tmp_path in place.parents
        assert ".." not in place.parts
    assert len(places) == len(set(places.values()))


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "", "a//b", "./a", "a\0b"])
def test_a_name_that_leads_out_or_nowhere_has_no_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(DownloadError):
        place_for(tmp_path, name)
