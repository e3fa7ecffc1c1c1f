"""Lists of an artifact's files as clients write them: read, joined, told apart by a digest, and written. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from runfolio_server.domain.artifact_names import SHOWN_CHARACTERS, check_entry_path
from runfolio_server.domain.json_size import check_value_count
from runfolio_server.errors import AppError, TooLarge

# All of one is parsed at once, in a thread that holds the interpreter for some 0.3 s, and then takes 500 MB.
MANIFEST_MAX_BYTES: Final = 64 * 1024 * 1024
# Each is a row that the commit writes: so many take it some ten seconds.
ENTRIES_MAX: Final = 300_000
# An entry has some six, and some more in its `extra`.
MANIFEST_MAX_VALUES: Final = 6_000_000
# A URL is a value of a row that lists read.
REF_MAX_BYTES: Final = 8192
# Of what tells the content of a reference: an ETag, or its URL.
DIGEST_MAX_BYTES: Final = 8192
SIZE_MAX: Final = 2**63 - 1

_MD5_BYTES: Final = 16
# The first line of what every client takes the digest of.
_DIGEST_HEADER: Final = b"wandb-artifact-manifest-v1\n"
_CONTENTS: Final = "contents"


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One file: `digest` is its MD5 in base64, or whatever tells the content of a reference; `size` in bytes.

    `ref` is the URL of content elsewhere; None: the bytes are stored here. `members` are all that the client wrote.
    """

    digest: str
    size: int | None
    ref: str | None
    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The entries by path, and what else the file has: its version, and how the bytes are stored."""

    entries: Mapping[str, ManifestEntry]
    head: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The digest of an artifact with these entries."""
        return digest_of((path, entry.digest) for path, entry in self.entries.items())

    def dump(self) -> bytes:
        """The file: what parse_manifest reads, its entries in the order of their paths."""
        contents = {path: self.entries[path].members for path in sorted(self.entries)}
        return orjson.dumps({**self.head, _CONTENTS: contents})


def digest_of(digests_by_path: Iterable[tuple[str, str]]) -> str:
    """The digest of an artifact from the path and digest of each entry: MD5, in hex, as every client takes it.

    >>> digest_of([])
    '64e7c61456b10382e2f3b571ac24b659'
    """
    lines = [f"{path}:{digest}\n" for path, digest in sorted(digests_by_path)]
    return hashlib.md5(_DIGEST_HEADER + "".join(lines).encode(), usedforsecurity=False).hexdigest()


def parse_manifest(raw: bytes) -> Manifest:
    """What a manifest's file says. Raises AppError for what is none, TooLarge for one over a limit."""
    if len(raw) > MANIFEST_MAX_BYTES:
        raise TooLarge(f"The manifest has {len(raw)} bytes; allowed: {MANIFEST_MAX_BYTES}")
    check_value_count(raw, MANIFEST_MAX_VALUES, "The manifest")
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise AppError(f"The manifest is not JSON: {error}") from error
    contents = found.get(_CONTENTS) if isinstance(found, dict) else None
    if not isinstance(contents, dict):
        raise AppError("The manifest has no object 'contents', which has the entries by path")
    check_entry_count(len(contents))
    head = {name: value for name, value in found.items() if name != _CONTENTS}
    return Manifest({path: _entry(path, members) for path, members in contents.items()}, head)


def merge_manifests(parts: Sequence[Manifest]) -> Manifest:
    """All entries of all parts, at least one; of one path the entry of the last part that has it.

    What the file has beside them is that of the last part. Raises TooLarge when they are too many.
    """
    entries: dict[str, ManifestEntry] = {}
    for part in parts:
        entries.update(part.entries)
    check_entry_count(len(entries))
    return Manifest(entries, parts[-1].head)


def check_entry_count(count: int) -> None:
    """Raise TooLarge when an artifact cannot have so many entries."""
    if count > ENTRIES_MAX:
        raise TooLarge(f"The artifact has {count} entries; allowed: {ENTRIES_MAX}")


def check_md5(digest: str, path: str) -> str:
    """The digest, when it is an MD5 in base64. Raises AppError otherwise."""
    try:
        raw = base64.b64decode(digest, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    # Base64 has several spellings of the last byte; there is one object for each digest.
    if len(raw) != _MD5_BYTES or base64.b64encode(raw).decode("ascii") != digest:
        raise AppError(f"{path} {digest[:SHOWN_CHARACTERS]!r} is not an MD5 in base64", path=path)
    return digest


def _entry(path: str, members: Any) -> ManifestEntry:
    check_entry_path(path, "The manifest's entry")
    shown = path[:SHOWN_CHARACTERS]
    if not isinstance(members, dict):
        raise AppError(f"The manifest's entry {shown!r} is not an object")
    digest, size, ref = members.get("digest"), members.get("size"), members.get("ref")
    if not isinstance(digest, str):
        raise AppError(f"The manifest's entry {shown!r} has no digest")
    if size is not None and not (type(size) is int and 0 <= size <= SIZE_MAX):
        raise AppError(f"The manifest's entry {shown!r} has the size {size!r:.60}; allowed: 0 or more bytes")
    if ref is None:
        check_md5(digest, f"The digest of the manifest's entry {shown!r}")
    elif not isinstance(ref, str) or len(ref.encode()) > REF_MAX_BYTES or "\0" in ref:
        raise AppError(f"The manifest's entry {shown!r} has a ref that is no URL of at most {REF_MAX_BYTES} bytes")
    elif len(digest.encode()) > DIGEST_MAX_BYTES or "\0" in digest:
        raise AppError(f"The manifest's entry {shown!r} has a digest of more than {DIGEST_MAX_BYTES} bytes")
    return ManifestEntry(digest, size, ref, members)
