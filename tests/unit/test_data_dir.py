"""The data directory: one holder at a time, and a key that survives a death at any moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runfolio_server.serve.data_dir import DataDir, open_data_dir
from runfolio_server.serve.errors import ServeError


def test_a_new_key_is_in_its_place_only_once_its_user_exists(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)

    key = directory.key_for_first_user()
    assert not directory.api_key_file.exists()
    assert directory.keep_key(is_first_users=True)

    assert directory.api_key_file.read_text() == f"{key}\n"
    assert directory.api_key_file.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["api-key"]


def test_a_process_that_died_early_leaves_its_key_to_the_next(tmp_path: Path) -> None:
    key = DataDir(tmp_path).key_for_first_user()

    assert DataDir(tmp_path).key_for_first_user() == key


def test_a_key_that_was_kept_is_not_new_again(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    key = directory.key_for_first_user()
    directory.keep_key(is_first_users=True)

    assert directory.key_for_first_user() == key
    assert not directory.keep_key(is_first_users=True)
    assert not directory.keep_key(is_first_users=False)
    assert directory.api_key_file.read_text() == f"{key}\n"


def test_a_key_that_nobody_has_is_dropped(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    directory.key_for_first_user()

    assert not directory.keep_key(is_first_users=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "0123", "é" * 40, "0" * 41])
def test_a_damaged_key_is_made_anew(tmp_path: Path, content: str) -> None:
    directory = DataDir(tmp_path)
    directory.api_key_file.write_text(content)

    assert len(directory.key_for_first_user()) == 40


def test_a_directory_has_one_holder(tmp_path: Path) -> None:
    with (
        open_data_dir(tmp_path / "a" / "b"),
        pytest.raises(ServeError, match=rf"in use by another runfolio serve \(process {os.getpid()}\)"),
        open_data_dir(tmp_path / "a" / "b"),
    ):
        pass

    with open_data_dir(tmp_path / "a" / "b") as again:
        assert again.path.is_dir()


def test_the_address_is_there_while_it_answers(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)

    directory.publish_address("http://127.0.0.1:1")
    assert directory.base_url_file.read_text() == "http://127.0.0.1:1\n"
    directory.withdraw_address()
    directory.withdraw_address()

    assert not directory.base_url_file.exists()
