"""What entities, projects, runs and files may be called, and the names that we make ourselves."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from urllib.parse import quote

from runfolio_server.domain.words import ADJECTIVES, NOUNS
from runfolio_server.errors import AppError

# As long as one part of a host name may be.
ENTITY_NAME_MAX = 63
ENTITY_NAME = re.compile(rf"[a-z0-9][a-z0-9_.-]{{0,{ENTITY_NAME_MAX - 1}}}")
PROJECT_NAME_MAX = 128
RUN_NAME_MAX = 256
# A name is part of a primary key and of a signed URL.
FILE_NAME_MAX_BYTES = 1024
DISPLAY_NAME_MAX = 512

# Each would change the meaning of a URL or of `entity/project/run`.
FORBIDDEN_IN_PROJECT = frozenset("/\\#?%:")
FORBIDDEN_IN_RUN = frozenset("/\\#?%:;,'")

# Categories Cc and Cs of Unicode: what steers terminals, breaks headers or has no UTF-8. Nothing else is kept out of
# names: spaces of every width, joiners of letters and emoji, and marks of direction belong to what people write.
_NEVER_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
NEVER_IN_NAMES_TOLD = "control characters and halves of surrogate pairs"
_DIGEST_LENGTH = 8

RUN_NAME_LENGTH = 8
RUN_NAME_ALPHABET = string.ascii_lowercase + string.digits


def check_entity_name(name: str, path: str) -> str:
    """The name, when an entity may be called so. Raises AppError with the rule and the argument's path otherwise."""
    if not ENTITY_NAME.fullmatch(name):
        raise AppError(
            f"{path} {name!r} is not a valid name; "
            f"allowed: 1 to {ENTITY_NAME_MAX} of a-z 0-9 _ . - beginning with a letter or digit",
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
    """The name by which a run's file of this name is listed: see listed_file_name.

    Raises AppError when it is no relative path with forward slashes, or too long as it would be listed.
    """
    if name.startswith("/") or any(part in ("", ".", "..") for part in name.split("/")):
        raise AppError(f"{path} {name[:100]!r} is not a relative path with forward slashes", path=path)
    listed = listed_file_name(name)
    if len(listed.encode()) > FILE_NAME_MAX_BYTES:
        raise AppError(f"{path} has {len(listed.encode())} bytes of UTF-8; allowed: {FILE_NAME_MAX_BYTES}", path=path)
    return listed


def listed_file_name(name: str) -> str:
    r"""The name itself; where it has characters that no name may have, these as `%XX`, and a digest of the name.

    A program that has such a file already cannot be asked for another name. The digest keeps files apart whose names
    differ in nothing else.

    >>> listed_file_name("media/a\tb.png")
    'media/a%09b-b3eaaae9.png'
    """
    if not _NEVER_IN_NAMES.search(name):
        return name
    folder, slash, last = spelled_plainly(name).rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    if not stem:
        stem, dot, suffix = last, "", ""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
    return f"{folder}{slash}{stem}-{digest}{dot}{suffix}"


def asked_file_name(name: str) -> str:
    """The listed name of the file that somebody asks for by a path such as `./a.txt`, as programs write it.

    >>> asked_file_name("./media/./a.png")
    'media/a.png'
    """
    return listed_file_name("/".join(part for part in name.split("/") if part != "."))


def never_in_names(text: str) -> str | None:
    """The first character of the text that no name, tag or description of a key may have; None: all are allowed."""
    found = _NEVER_IN_NAMES.search(text)
    return found and found[0]


def spelled_plainly(text: str) -> str:
    r"""The text with each character that no name may have as the `%XX` of its UTF-8.

    >>> spelled_plainly("a\tb")
    'a%09b'
    """
    return _NEVER_IN_NAMES.sub(lambda found: quote(found[0], safe="", errors="surrogatepass"), text)


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
        if character in forbidden or never_in_names(character):
            listed = " ".join(sorted(forbidden))
            raise AppError(
                f"{path} {name!r} contains {character!r}; not allowed: {listed} and {NEVER_IN_NAMES_TOLD}", path=path
            )
    if name.strip() != name or name in (".", ".."):
        raise AppError(f"{path} {name!r} must not be a dot path, nor begin or end with a space", path=path)
    return name
