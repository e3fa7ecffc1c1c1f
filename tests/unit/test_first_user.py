"""What the first user is called: the rule that maps the OS user's name to an allowed one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.names import ENTITY_NAME
from runfolio_server.serve.errors import ServeError
from runfolio_server.serve.first_user import choose_username, username_of


@pytest.mark.parametrize(
    ("operating_system_name", "expected"),
    [
        ("root", "root"),
        ("Ann", "ann"),
        ("José.Núñez", "jose.nunez"),
        ("EXAMPLE\\ann lee", "ann-lee"),
        ("ann@example.org", "ann-example.org"),
        ("_www", "www"),
        ("数据", "admin"),
        ("", "admin"),
        ("a" * 80, "a" * 63),
    ],
)
def test_the_first_user_is_called_like_the_os_user(operating_system_name: str, expected: str) -> None:
    assert expected == username_of(operating_system_name)


@given(st.text())
def test_every_os_user_gets_an_allowed_name(operating_system_name: str) -> None:
    assert ENTITY_NAME.fullmatch(username_of(operating_system_name))


def test_a_name_that_is_asked_for_is_taken_as_it_is() -> None:
    assert choose_username("ann.lee") == "ann.lee"


def test_a_name_that_is_asked_for_and_not_allowed_is_refused() -> None:
    with pytest.raises(ServeError, match="--username 'Ann' is not a valid name; allowed: 1 to 63 of a-z 0-9"):
        choose_username("Ann")
