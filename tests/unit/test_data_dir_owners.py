"""What somebody else made, or could change, is not taken for the server's own; the message says what to do."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from runfolio_server.serve.data_dir import DataDir, open_data_dir
from runfolio_server.serve.errors import ServeError
from tests.server.reachable_dir import reachable_dir

STRANGER = 54321
KEY = "0" * 40
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")


@pytest.fixture
def directory() -> Iterator[Path]:
    """Others may pass through it, as through root's data directory."""
    with reachable_dir() as made:
        yield made


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def given_away(path: Path) -> Path:
    os.chown(path, STRANGER, STRANGER, follow_symlinks=False)
    return path


@as_root
def test_a_directory_of_somebody_else_is_refused(directory: Path) -> None:
    data_dir = given_away(directory)
    told = re.escape(
        f"{data_dir} belongs to user {STRANGER}, not to root; start runfolio as that user, or choose another"
    )

    with pytest.raises(ServeError, match=told), open_data_dir(data_dir):
        pass
    assert [] == list(data_dir.iterdir())


@as_root
def test_a_symbolic_link_of_somebody_else_is_refused_and_one_of_our_own_is_not(directory: Path) -> None:
    (directory / "real").mkdir()
    ours, theirs = directory / "ours", directory / "theirs"
    for link in (ours, theirs):
        link.symlink_to(directory / "real")
    given_away(theirs)

    with open_data_dir(ours):
        pass
    with pytest.raises(ServeError, match=f"is a symbolic link of user {STRANGER}"), open_data_dir(theirs):
        pass


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o707, 0o702])
def test_a_directory_that_everybody_may_write_to_is_refused(directory: Path, mode: int) -> None:
    directory.chmod(mode)

    with (
        pytest.raises(ServeError, match=rf"Everybody may write .* \(chmod go-w {directory}\)"),
        open_data_dir(directory),
    ):
        pass
    with open_data_dir(directory / "runfolio") as own:
        assert own.path.is_dir()


def test_a_directory_that_the_group_may_write_to_is_closed(directory: Path) -> None:
    directory.chmod(0o2775)

    with open_data_dir(directory):
        assert 0o755 == mode_of(directory)


@as_root
def test_a_user_takes_what_root_made_and_gave_to_its_group(directory: Path) -> None:
    directory.chmod(0o2770)
    os.chown(directory, 0, STRANGER)

    # The stranger may not be able to read what Python imports only now.
    codecs.lookup("ascii")

    os.setegid(STRANGER)
    os.seteuid(STRANGER)
    try:
        with open_data_dir(directory) as found:
            assert KEY != found.key_for_first_user()
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.mark.parametrize("mode", [None, 0o644, 0o666])
def test_nobody_else_may_open_and_so_hold_the_lock(directory: Path, mode: int | None) -> None:
    if mode is not None:
        (directory / "lock").touch()
        (directory / "lock").chmod(mode)

    with open_data_dir(directory):
        pass

    assert 0o600 == mode_of(directory / "lock")


@as_root
def test_a_stranger_cannot_keep_the_server_from_starting(directory: Path) -> None:
    with open_data_dir(directory):
        pass
    os.seteuid(STRANGER)
    try:
        # Waits for nothing and gets nothing.
        with pytest.raises(PermissionError):
            os.open(directory / "lock", os.O_RDONLY)
    finally:
        os.seteuid(0)

    with open_data_dir(directory) as again:
        assert again.path == directory


def test_a_lock_that_is_held_by_another_process_is_told(directory: Path) -> None:
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with pytest.raises(ServeError, match=r"in use by another runfolio serve"), open_data_dir(directory):
            pass
    finally:
        os.close(descriptor)


def _another_users(file: Path) -> str:
    file.write_text(f"{KEY}\n")
    given_away(file)
    return f"belongs to user {STRANGER}, not to root"


def _link(file: Path) -> str:
    target = file.with_name("target")
    target.write_text(f"{KEY}\n")
    file.symlink_to(target)
    return "is a symbolic link"


def _link_to_nothing(file: Path) -> str:
    file.symlink_to(file.with_name("nothing"))
    return "is a symbolic link"


def _pipe(file: Path) -> str:
    os.mkfifo(file)
    return "is no file"


def _directory(file: Path) -> str:
    file.mkdir()
    return "is no file"


@pytest.mark.parametrize("name", ["api-key", "api-key.new", "lock"])
@pytest.mark.parametrize(
    "make", [pytest.param(_another_users, marks=as_root), _link, _link_to_nothing, _pipe, _directory]
)
def test_what_nobody_made_here_is_refused_wherever_a_file_is_trusted(
    directory: Path, name: str, make: Callable[[Path], str]
) -> None:
    told = make(directory / name)

    # A lock is opened for writing, which no directory can be.
    told = "cannot be written" if (name, make) == ("lock", _directory) else told
    with pytest.raises(ServeError, match=re.escape(told)), open_data_dir(directory) as found:
        found.key_for_first_user()


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o606])
def test_a_key_that_others_may_read_is_closed(directory: Path, mode: int) -> None:
    made = DataDir(directory)
    made.api_key_file.write_text(f"{KEY}\n")
    made.api_key_file.chmod(mode)

    assert KEY == made.key_for_first_user()
    assert 0o600 == mode_of(made.api_key_file)


def test_a_directory_is_made_for_its_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with suppress(ServeError), open_data_dir(tmp_path / "a" / "b"):
            pass
    finally:
        os.umask(before)

    assert (0o711 if os.geteuid() == 0 else 0o700) == mode_of(tmp_path / "a" / "b")
