"""Which tests take too long for every run: more versions of SDKs, and libraries of gigabytes. See long/__main__.py."""

from __future__ import annotations

import os

import pytest

VARIABLE = "RUNFOLIO_TEST_LONG"
IS_LONG = VARIABLE in os.environ
only_long = pytest.mark.skipif(not IS_LONG, reason="runs with `python -m tests.long`")
