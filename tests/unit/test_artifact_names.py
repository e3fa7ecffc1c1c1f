"""What collections, aliases, tags, types and entries of artifacts may be called."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runfolio_server.domain.artifact_names import (
    ALIASES_MAX,
    TAGS_MAX,
    TAGS_PER_CALL_MAX,
    VersionName,
    changed_tags,
    check_alias,
    check_aliases,
    check_client_id,
    check_collection_name,
    check_entry_path,
    check_tags,
    check_type_name,
    parse_version_name,
)
from runfolio_server.errors import AppError

TAKEN: list[tuple[Callable[[str, str], str], str]] = [
    (check_collection_name, "run-1a-table.json"),
    (check_collection_name, "ä b" * 40),
    (check_alias, "v1.0"),
    (check_alias, "latest"),
    (check_alias, "vnext"),
    (check_type_name, "run_table"),
    (check_type_name, "model v1.2"),
    (check_client_id, "x" * 128),
    (check_entry_path, "a/b c/ü.txt"),
    (check_entry_path, "C:\\a.txt"),
    (check_entry_path, "..."),
]
REFUSED: list[tuple[Callable[[str, str], str], str, str]] = [
    (check_collection_name, "", "allowed: 1 to 128"),
    (check_collection_name, "x" * 129, "allowed: 1 to 128"),
    (check_collection_name, "a/b", "contains '/'"),
    (check_collection_name, "a:b", "contains ':'"),
    (check_collection_name, "a\0", "control characters"),
    (check_alias, "v0", "name of a version"),
    (check_alias, "v99999999999999", "name of a version"),
    (check_alias, "a:b", "contains ':'"),
    (check_alias, "\ud800", "surrogate"),
    (check_type_name, "a/b", "not a valid type"),
    (check_type_name, " a", "not a valid type"),
    (check_client_id, "", "allowed: 1 to 256"),
    (check_entry_path, "/etc/passwd", "not a relative path"),
    (check_entry_path, "a/../b", "not a relative path"),
    (check_entry_path, "a//b", "not a relative path"),
    (check_entry_path, "", "not a relative path"),
    (check_entry_path, "a\nb", "control characters"),
    (check_entry_path, "ü" * 513, "1026 bytes"),
]


@pytest.mark.parametrize(("check", "name"), TAKEN)
def test_a_name_that_may_be_is_taken_as_it_is(check: Callable[[str, str], str], name: str) -> None:
    assert name == check(name, "input.name")


@pytest.mark.parametrize(("check", "name", "told"), REFUSED)
def test_a_name_that_may_not_be_is_refused_with_the_rule(
    check: Callable[[str, str], str], name: str, told: str
) -> None:
    with pytest.raises(AppError, match=r"input\.name") as refused:
        check(name, "input.name")

    assert told in refused.value.message


@pytest.mark.parametrize("tag", ["", " a", "a ", "a/b", "a:b", "a.b", "x" * 129, "a\nb"])
def test_a_tag_that_may_not_be_is_called_invalid(tag: str) -> None:
    with pytest.raises(AppError, match="Invalid tag"):
        check_tags(["fine", tag], "input.tags")


def test_tags_and_aliases_are_sets_in_the_order_given_and_bounded() -> None:
    assert ["b", "a"] == check_tags(["b", "a", "b"], "tags")
    assert ["b", "a"] == check_aliases(["b", "a", "b"], "aliases")
    with pytest.raises(AppError, match="21 tags; allowed: 20"):
        check_tags([f"t{number}" for number in range(TAGS_PER_CALL_MAX + 1)], "tags")
    with pytest.raises(AppError, match="101 aliases; allowed: 100"):
        check_aliases([f"t{number}" for number in range(ALIASES_MAX + 1)], "aliases")


def test_a_change_of_tags_adds_and_then_deletes_and_keeps_the_order() -> None:
    assert ["b", "c"] == changed_tags(["a", "b"], ["c", "b"], ["a"], "tags")
    with pytest.raises(AppError, match="101 tags of one thing"):
        changed_tags([f"t{number}" for number in range(TAGS_MAX)], ["one more"], [], "tags")


@pytest.mark.parametrize(
    ("name", "version", "version_index"),
    [
        ("mnist:v3", VersionName("mnist", "v3"), 3),
        ("mnist:best", VersionName("mnist", "best"), None),
        ("mnist", VersionName("mnist", "latest"), None),
        ("mnist:", VersionName("mnist", ""), None),
        ("mnist:a:b/c", VersionName("mnist", "a:b/c"), None),
        ("mnist:v2147483647", VersionName("mnist", "v2147483647"), 2**31 - 1),
        ("mnist:v2147483648", VersionName("mnist", "v2147483648"), None),
        ("mnist:v٣", VersionName("mnist", "v٣"), None),
        ("mnist:v0", VersionName("mnist", "v0"), 0),
        ("mnist:v00", VersionName("mnist", "v00"), None),
        ("mnist:v03", VersionName("mnist", "v03"), None),
    ],
)
def test_what_stands_behind_the_colon_is_a_version_or_an_alias(
    name: str, version: VersionName, version_index: int | None
) -> None:
    assert version == parse_version_name(name)
    assert version_index == version.version_index
