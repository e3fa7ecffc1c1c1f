"""Each class of attack of the table in api/README.md has the tests that it names, and no class is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLASSES = {
    *("traversal in every encoding", "cross-tenant read by id", "cross-tenant write by id", "list leakage"),
    *("oracle by filter", "overwrite of another's artifact", "signed-URL reuse", "signed-URL tampering"),
    *("cursor tampering", "alias brute force", "batch brute force", "depth bomb", "cost bomb", "fragment bomb"),
    *("gzip bomb", "CSRF by simple request", "CSRF by session", "session fixation", "log injection"),
    *("header injection", "timing of key checks", "timing of not-found against forbidden"),
}


def test_each_class_of_attack_names_tests_that_are_there() -> None:
    section = (ROOT / "api" / "README.md").read_text().partition("\n## Attacks and their tests\n")[2]
    rows = re.findall(r"^\| ([^|`]+) \| (`.+`) \|$", section.partition("\n## ")[0], re.MULTILINE)

    assert sorted(CLASSES) == sorted(name for name, _ in rows)
    for name, tests in rows:
        for file, test in re.findall(r"`(\S+)::(\w+)`", tests):
            assert f"def {test}(" in (ROOT / file).read_text(), f"{name}: {test} is not in {file}"
