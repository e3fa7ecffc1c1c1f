"""The parser of the command line: argparse, with a suggestion beside each word it does not know. Used by cli.py."""

from __future__ import annotations

import argparse
import difflib
import re
from typing import NoReturn

_UNKNOWN = re.compile(r"invalid choice: '(?P<word>[^']*)' \(choose from (?P<known>.*)\)")


class CommandParser(argparse.ArgumentParser):
    """An ArgumentParser whose subparsers are of its kind, so that they suggest too."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and what was probably meant; ends the process with code 2."""
        super().error(f"{message}{self._suggestion(message)}")

    def _suggestion(self, message: str) -> str:
        found = _UNKNOWN.search(message)
        if found is None:
            return ""
        known = re.findall(r"[\w-]+", found["known"])
        near = difflib.get_close_matches(found["word"], known, n=1)
        if near:
            return f"\nDid you mean: {self.prog} {near[0]}"
        if "ls" in known:
            # `runfolio runs demo`: the word is the name of what should be listed.
            return f"\nDid you mean: {self.prog} ls {found['word']}"
        return ""
