"""What entities, projects, runs and files may be called, and the names that we make ourselves."""

from __future__ import annotations

import re
import secrets
import string

from runfolio_server.domain.words import ADJECTIVES, NOUNS
from runfolio_server.errors import AppError

ENTITY_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
PROJECT_NAME_MAX = 128
RUN_NAME_MAX = 256
FILE_NAME_MAX = 1024
# A name is part of a primary key and of a signed URL.
FILE_NAME_MAX_BYTES = 1024
DISPLAY_NAME_MAX = 512

# Each would change the meaning of a URL or of `entity/project/run`.
FORBIDDEN_IN_PROJECT = frozenset("/\\#?%:")
FORBIDDEN_IN_RUN = frozenset("/\\#?%:;,'")

RUN_NAME_LENGTH = 8
RUN_NAME_ALPHABET = string.ascii_lowercase + string.digits


def check_entity_name(name: str, path: str) -> str:
    """The name, when an entity may be called so. Raises AppError with the rule and the argument's path otherwise."""
    if not ENTITY_NAME.fullmatch(name):
        raise AppError(
            f"{path} {name!r} is not a valid name; allowed: 1 to 63 of a-z 0-9 _ . - beginning with a letter or digit",
            path=path,
        )
    return name


def check_project_name(name: str, path: str) -> str:
    """The name, when a project may be called so. Raises AppError otherwise."""
    return _check_text(name, path, PROJECT_NAME_MAX, FORBIDDEN_IN_PROJECT)


def check_run_name(name: str, path: str) -> str:
    """The name (the slug in URLs), when a run may be called so. Raises AppError otherwise."""
    return _check_text(name, path, RUN_NAME_MAX, FORBIDDEN_IN_RUN)


def check_file_name(name: str, path: str) -> str:
    """The name, when a run's file may be called so: relative, with forward slashes. Raises AppError otherwise."""
    _check_text(name, path, FILE_NAME_MAX, frozenset())
    if len(name.encode()) > FILE_NAME_MAX_BYTES:
        raise AppError(f"{path} has {len(name.encode())} bytes of UTF-8; allowed: {FILE_NAME_MAX_BYTES}", path=path)
    if name.startswith("/") or any(part in ("", ".", "..") for part in name.split("/")):
        raise AppError(f"{path} {name!r} is not a relative path with forward slashes", path=path)
    return name


def new_run_name() -> str:
    """A fresh slug of eight characters: 2.8e12 possibilities."""
    return "".join(secrets.choice(RUN_NAME_ALPHABET) for _ in range(RUN_NAME_LENGTH))


def new_display_words() -> str:
    """What a made name for people begins with: `earnest-sunset`; the run's number in its project follows."""
    return f"{secrets.choice(ADJECTIVES)}-{secrets.choice(NOUNS)}"


def _check_text(name: str, path: str, longest: int, forbidden: frozenset[str]) -> str:
    if not 0 < len(name) <= longest:
        raise AppError(f"{path} has {len(name)} characters; allowed: 1 to {longest}", path=path)
    for character in name:
        if character in forbidden or not _is_plain(character):
            listed = " ".join(sorted(forbidden)) + (" and " if forbidden else "")
            raise AppError(
                f"{path} {name!r} contains {character!r}; not allowed: {listed}control characters", path=path
            )
    if name.strip() != name or name in (".", ".."):
        raise AppError(f"{path} {name!r} must not be a dot path, nor begin or end with a space", path=path)
    return name


def _is_plain(character: str) -> bool:
    return character.isprintable() and not "\ud800" <= character <= "\udfff"
