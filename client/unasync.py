"""client/runfolio/_async → client/runfolio/_sync, word by word. Run by `poe codegen`; `--check` changes nothing.

The sync client is never written by hand: this table is all the difference there is.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

CLIENT = Path(__file__).resolve().parent
SOURCE = CLIENT / "runfolio" / "_async"
TARGET = CLIENT / "runfolio" / "_sync"

NOTICE = "# Made from {source} by client/unasync.py; do not edit.\n"

# From imports of the two functions that wait and the one that locks, to their blocking twins.
IMPORTS = {
    "from anyio import Lock, sleep": "from threading import Lock\nfrom time import sleep",
    "from anyio import sleep": "from time import sleep",
    "from anyio import Lock": "from threading import Lock",
}
WORDS = {
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "_async": "_sync",
    "aclose": "close",
    "aiter": "iter",
    "aiter_bytes": "iter_bytes",
    "anext": "next",
    "aread": "read",
}
WORD = re.compile(r"\w+")
KEYWORD = re.compile(r"\b(?:async (?=def\b|for\b|with\b)|await )")
AWAITABLE = re.compile(r"\bAwaitable\[(\w+)\]")
AWAITABLE_IMPORT = re.compile(r"\bAwaitable, ")


def main() -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(description="Make the sync client from the async one.")
    parser.add_argument("--check", action="store_true", help="Change nothing; fail when something would change.")
    is_check = parser.parse_args().check
    wanted = sync_files()
    stale = [path for path in TARGET.glob("*.py") if path.name not in wanted]
    changed = [name for name, text in wanted.items() if read(TARGET / name) != text]
    if is_check:
        for name in [*changed, *(path.name for path in stale)]:
            print(f"{TARGET / name} is not what {SOURCE} makes; run: python client/unasync.py", file=sys.stderr)
        return 1 if changed or stale else 0
    TARGET.mkdir(exist_ok=True)
    for path in stale:
        path.unlink()
    for name in changed:
        (TARGET / name).write_text(wanted[name])
    print(f"Wrote {len(changed)} files of {TARGET}.")
    return 0


def sync_files() -> dict[str, str]:
    """The text of each module of the sync client, by file name."""
    return {
        path.name: NOTICE.format(source=f"_async/{path.name}") + to_sync(path.read_text())
        for path in sorted(SOURCE.glob("*.py"))
    }


def to_sync(text: str) -> str:
    """The sync twin of an async module.

    >>> to_sync("async with AsyncApi() as api: print(await api.run(path))")
    'with Api() as api: print(api.run(path))'
    """
    for old, new in IMPORTS.items():
        text = text.replace(old, new)
    text = AWAITABLE.sub(r"\1", AWAITABLE_IMPORT.sub("", text))
    text = KEYWORD.sub("", text)
    return WORD.sub(lambda found: to_sync_word(found[0]), text)


def to_sync_word(word: str) -> str:
    """The twin of one word: AsyncRun → Run."""
    return WORDS.get(word, word[len("Async") :] if re.fullmatch(r"Async[A-Z]\w*", word) else word)


def read(path: Path) -> str | None:
    """The text of a file; None when there is none."""
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
