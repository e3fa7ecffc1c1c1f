"""What collections, aliases, tags, types and entries of artifacts may be called, and what `name:alias` means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from runfolio_server.domain.names import FILE_NAME_MAX_BYTES, NEVER_IN_NAMES_TOLD, never_in_names
from runfolio_server.errors import AppError

LATEST: Final = "latest"
"""The alias that moves to each new version of a collection."""

COLLECTION_NAME_MAX: Final = 128
ALIAS_MAX: Final = 128
TAG_MAX: Final = 128
TYPE_NAME_MAX: Final = 128
# As many as clients give at once; each alias is a row that the commit writes while it holds the collection.
ALIASES_MAX: Final = 100
# As the SDK bounds it itself.
TAGS_PER_CALL_MAX: Final = 20
# Of one version or collection: they are read with each row of a list.
TAGS_MAX: Final = 100
# It is a key of an index; the SDK's have 128 characters.
CLIENT_ID_MAX: Final = 256

# Each would change the meaning of `entity/project/name:alias`.
FORBIDDEN_IN_COLLECTION: Final = "/:"
FORBIDDEN_IN_ALIAS: Final = "/:"

_VERSION: Final = re.compile(r"v(\d+)")
_VERSION_MAX: Final = 2**31 - 1
_TAG: Final = re.compile(r"[-\w]+(?: +[-\w]+)*")
_TYPE: Final = re.compile(r"[-.\w]+(?: +[-.\w]+)*")
SHOWN_CHARACTERS: Final = 100


def check_collection_name(name: str, path: str) -> str:
    """The name, when a collection may be called so. Raises AppError otherwise."""
    return _check_part(name, path, COLLECTION_NAME_MAX, FORBIDDEN_IN_COLLECTION)


def check_alias(alias: str, path: str) -> str:
    """The alias, when users may give it. Raises AppError otherwise, and for `v` with a number: that is a version."""
    _check_part(alias, path, ALIAS_MAX, FORBIDDEN_IN_ALIAS)
    if _VERSION.fullmatch(alias):
        raise AppError(f"{path} {alias!r} is the name of a version and cannot be an alias; give another", path=path)
    return alias


def check_aliases(aliases: Iterable[str], path: str) -> list[str]:
    """The aliases without repeats, in their order. Raises AppError for one that is not allowed, or for too many."""
    found = list(dict.fromkeys(aliases))
    if len(found) > ALIASES_MAX:
        raise AppError(f"{path}: {len(found)} aliases; allowed: {ALIASES_MAX}", path=path)
    return [check_alias(alias, path) for alias in found]


def check_tags(tags: Iterable[str], path: str) -> list[str]:
    """The tags of one call without repeats, in their order. Raises AppError for one not allowed, or too many."""
    found = list(dict.fromkeys(tags))
    if len(found) > TAGS_PER_CALL_MAX:
        raise AppError(f"{path}: {len(found)} tags; allowed: {TAGS_PER_CALL_MAX} in a call", path=path)
    for tag in found:
        if len(tag) > TAG_MAX or not _TAG.fullmatch(tag):
            raise AppError(
                f"Invalid tag {tag[:SHOWN_CHARACTERS]!r} at {path}; allowed: 1 to {TAG_MAX} letters, digits, _ and -, "
                "in words with spaces between them",
                path=path,
            )
    return found


def changed_tags(tags: Sequence[str], added: Iterable[str], deleted: Iterable[str], path: str) -> list[str]:
    """The tags after a change, in the order in which they came. Raises AppError when there are too many."""
    gone = set(deleted)
    found = [tag for tag in dict.fromkeys([*tags, *added]) if tag not in gone]
    if len(found) > TAGS_MAX:
        raise AppError(f"{path}: {len(found)} tags of one thing; allowed: {TAGS_MAX}", path=path)
    return found


def check_type_name(name: str, path: str) -> str:
    """The name, when a type may be called so. Raises AppError otherwise."""
    if len(name) > TYPE_NAME_MAX or not _TYPE.fullmatch(name):
        raise AppError(
            f"{path} {name[:SHOWN_CHARACTERS]!r} is not a valid type; allowed: 1 to {TYPE_NAME_MAX} letters, digits, "
            "_ - and ., in words with spaces between them",
            path=path,
        )
    return name


def check_client_id(client_id: str, path: str) -> str:
    """The id that a client has invented. Raises AppError when it is empty, too long or has control characters."""
    return _check_part(client_id, path, CLIENT_ID_MAX, "")


def check_entry_path(entry_path: str, path: str) -> str:
    """The path of an entry, when clients can make a file of it below a directory; entries are never renamed.

    Raises AppError when it is no relative path with forward slashes, has control characters or is too long.
    """
    shown = entry_path[:SHOWN_CHARACTERS]
    refused = never_in_names(entry_path)
    if refused:
        raise AppError(f"{path} {shown!r} contains {refused!r}; not allowed: {NEVER_IN_NAMES_TOLD}", path=path)
    if any(part in ("", ".", "..") for part in entry_path.split("/")):
        raise AppError(f"{path} {shown!r} is not a relative path with forward slashes", path=path)
    if len(entry_path.encode()) > FILE_NAME_MAX_BYTES:
        raise AppError(
            f"{path} {shown!r} has {len(entry_path.encode())} bytes of UTF-8; allowed: {FILE_NAME_MAX_BYTES}", path=path
        )
    return entry_path


@dataclass(frozen=True, slots=True)
class VersionName:
    """What stands behind the colon of `name:alias`: a version, or the alias that leads to one."""

    collection: str
    alias: str

    @property
    def version_index(self) -> int | None:
        """The number of `v3`; None: it is an alias."""
        return version_index_of(self.alias)


def parse_version_name(name: str) -> VersionName:
    """What `name:alias`, `name:v3` or `name` (the latest) means; nothing is checked: what cannot be is not found.

    >>> parse_version_name("mnist:v3")
    VersionName(collection='mnist', alias='v3')
    >>> parse_version_name("mnist")
    VersionName(collection='mnist', alias='latest')
    """
    collection, colon, alias = name.partition(":")
    return VersionName(collection, alias if colon else LATEST)


def version_index_of(alias: str) -> int | None:
    """The number of `v3`; None for what is an alias, and for a number that no version has.

    >>> version_index_of("v12"), version_index_of("best"), version_index_of("v012"), version_index_of("v99999999999")
    (12, None, None, None)
    """
    found = _VERSION.fullmatch(alias)
    if found is None or len(found[1]) > len(str(_VERSION_MAX)):
        return None
    number = int(found[1])
    # Each version has one name, so that `v00` and digits of other scripts are none.
    return number if number <= _VERSION_MAX and found[1] == str(number) else None


def _check_part(name: str, path: str, longest: int, forbidden: str) -> str:
    if not 0 < len(name) <= longest:
        raise AppError(f"{path} has {len(name)} characters; allowed: 1 to {longest}", path=path)
    for character in name:
        if character in forbidden or never_in_names(character):
            told = " ".join([*forbidden, *(["and"] if forbidden else []), NEVER_IN_NAMES_TOLD])
            raise AppError(f"{path} {name!r} contains {character!r}; not allowed: {told}", path=path)
    return name
