"""What may be a name, and that a refusal tells the rule."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.names import (
    check_entity_name,
    check_file_name,
    check_project_name,
    check_run_name,
    listed_file_name,
    never_in_names,
    new_display_words,
    new_run_name,
    spelled_plainly,
)
from runfolio_server.domain.words import ADJECTIVES, NOUNS
from runfolio_server.errors import AppError


@pytest.mark.parametrize("name", ["ada", "a", "0", "a.b-c_d", "a" * 63])
def test_an_entity_may_be_called_so(name: str) -> None:
    assert name == check_entity_name(name, "username")


@pytest.mark.parametrize("name", ["", "Ada", ".a", "-a", "_a", "a b", "a/b", "ä", "a" * 64, "a\n", "a\0"])
def test_an_entity_may_not_be_called_so(name: str) -> None:
    with pytest.raises(AppError, match="1 to 63 of a-z 0-9") as refused:
        check_entity_name(name, "input.username")

    assert "input.username" == refused.value.path


@pytest.mark.parametrize("name", ["p", "a b.c_d", "Größe", "模型", "p" * 128, "a;b,c'd", "(x)"])
def test_a_project_may_be_called_so(name: str) -> None:
    assert name == check_project_name(name, "project")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "has 0 characters; allowed: 1 to 128"),
        ("p" * 129, "has 129 characters; allowed: 1 to 128"),
        ("a/b", "contains '/'"),
        ("a\\b", "contains"),
        ("a#b", "contains '#'"),
        ("a?b", "contains '?'"),
        ("a%b", "contains '%'"),
        ("a:b", "contains ':'"),
        ("a\nb", "control characters"),
        ("a\0b", "control characters"),
        ("a\x85b", "control characters"),
        ("a\ud800b", "contains '\\ud800'; not allowed: # % / : ? \\ and control characters and halves of surrogate"),
        (" a", "begin or end with a space"),
        ("a ", "begin or end with a space"),
        (".", "dot path"),
        ("..", "dot path"),
    ],
)
def test_a_project_may_not_be_called_so_and_the_rule_is_told(name: str, rule: str) -> None:
    with pytest.raises(AppError, match=re.escape(rule)):
        check_project_name(name, "project")


@pytest.mark.parametrize("character", "/\\#?%:;,'")
def test_a_run_name_has_no_character_that_the_sdk_refuses(character: str) -> None:
    with pytest.raises(AppError, match="not allowed: # % ' , / : ; \\? \\\\ and control characters"):
        check_run_name(f"a{character}b", "run id")


@pytest.mark.parametrize("name", ["x", "a b", "ü", "r" * 256, "2026.11.20_a-b"])
def test_a_run_may_be_called_so(name: str) -> None:
    assert name == check_run_name(name, "run id")


@pytest.mark.parametrize(
    "name", ["a", "a/b.txt", "sp dir/fü x.txt", ".hidden", "a:b", "media/images/a?%.png", " a ", "a%09b.txt", "ä" * 512]
)
def test_a_file_may_be_called_so(name: str) -> None:
    assert name == check_file_name(name, "input.files[0]")


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "..", "../a", "a/../b", "./a", "a/.", "a" * 1025, "ä" * 513, "\0" * 400, "a\0/"]
)
def test_a_file_may_not_be_called_so(name: str) -> None:
    with pytest.raises(AppError):
        check_file_name(name, "input.files[0]")


def test_a_made_run_name_is_eight_letters_and_digits_and_passes_its_own_check() -> None:
    made = {new_run_name() for _ in range(200)}

    assert 200 == len(made)
    assert all(re.fullmatch("[a-z0-9]{8}", check_run_name(name, "run id")) for name in made)


def test_a_made_display_name_begins_with_two_words() -> None:
    adjective, noun = new_display_words().split("-")

    assert adjective in ADJECTIVES
    assert noun in NOUNS


def test_the_words_are_plain_and_none_comes_twice() -> None:
    for words in (ADJECTIVES, NOUNS):
        assert len(words) == len(set(words))
        assert all(re.fullmatch("[a-z]+", word) for word in words)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("media/a\tb.tar.gz", "media/a%09b.tar-{}.gz"),
        ("a\0", "a%00-{}"),
        (".a\x85", ".a%C2%85-{}"),
        ("a\tb/c", "a%09b/c-{}"),
        ("100%\ud800.png", "100%%ED%A0%80-{}.png"),
        ("a.png\n", "a-{}.png%0A"),
    ],
)
def test_a_file_with_control_characters_is_listed_by_a_name_that_spells_them(name: str, spelled: str) -> None:
    listed = check_file_name(name, "input.files[0]")

    assert re.fullmatch(re.escape(spelled).replace(r"\{\}", "[0-9a-f]{8}"), listed)
    assert listed == check_file_name(listed, "input.files[0]")


def test_names_that_differ_in_their_control_characters_alone_are_listed_apart() -> None:
    names = ["a\tb", "a%09b", "a\nb", "a%0Ab", "a\x85b", "a%C2%85b", "a%85b", "a\t\tb", "a%09%09b", "a%09\tb"]

    assert len(names) == len({listed_file_name(name) for name in names})


def test_names_have_no_control_characters_and_no_halves_of_surrogate_pairs_and_anything_else() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        is_refused = unicodedata.category(character) in ("Cc", "Cs")
        assert (character if is_refused else None) == never_in_names(f"a{character}b")
        assert is_refused == (spelled_plainly(character) != character)


# What people write, and what str.isprintable() takes for control characters.
@pytest.mark.parametrize(
    "name",
    [
        "10\u202f30\u202fPM",
        "a\u00a0b",
        "山田\u3000太郎",
        "می\u200cخواهم",
        "👩\u200d👩\u200d👧\u200d👦",
        "a\u202eb",
        "a\u2028b",
        "a\ufeffb",
        "a\U000e0001b",
        "a\uffffb",
    ],
    ids=ascii,
)
def test_spaces_joiners_and_marks_of_direction_may_be_in_every_name(name: str) -> None:
    assert name == check_project_name(name, "project")
    assert name == check_run_name(name, "run id")
    assert name == check_file_name(name, "input.files[0]")


@given(st.text())
def test_the_name_by_which_a_file_is_listed_is_one_that_it_may_have(name: str) -> None:
    try:
        listed = check_file_name(name, "name")
    except AppError:
        return
    assert listed == listed_file_name(listed) == check_file_name(listed, "name")
    assert (listed == name) == (never_in_names(name) is None)
    listed.encode()


@given(st.text())
def test_a_name_is_taken_as_it_is_or_refused(name: str) -> None:
    for check in (check_entity_name, check_project_name, check_run_name):
        try:
            taken = check(name, "name")
        except AppError:
            continue
        assert name == taken
        name.encode()
