"""How large filters, orders and cursors may be. Used by every module of filters/."""

from __future__ import annotations

from runfolio_server.domain.dotted_key import PARTS_MAX

FILTERS_MAX_BYTES = 64 * 1024
DEPTH_MAX = 32
CONDITIONS_MAX = 500
"""PostgreSQL plans so many in 0.1 to 0.2 s; the time grows with their square."""
PATTERNS_MAX = 30
"""PostgreSQL keeps 32 compiled patterns; with more of them in one statement it compiles each for every run again."""
COST_MAX = 2000
"""See language/cost.py: about 0.2 ms of one core for each row that is looked at, and so 2 s for 10,000 of them."""
LIST_MAX_VALUES = 10_000
REGEX_MAX_CHARACTERS = 256
REGEX_MAX_SIZE = 1000
"""Characters to match after every bounded repetition is written out: `(a{10}){20}` has 200."""
REGEX_MAX_WAYS = 3000
"""Pairs of those characters that may follow each other: n characters that may be absent, in a row, have n² / 2."""
REGEX_MAX_GROUP_DEPTH = 50
REGEX_MAX_REPEAT = 255
"""PostgreSQL allows no more in `{n,m}`."""
KEY_MAX_CHARACTERS = 1000
KEY_MAX_PARTS = PARTS_MAX
KEY_MAX_PATHS = 16
"""Ways to read a dotted key that a statement writes down, each some fifty times: all of those of five parts."""

ORDER_MAX_BYTES = 8 * 1024
ORDER_MAX_KEYS = 8
SORT_TEXT_CHARACTERS = 256
"""Text sorts by its first so many characters: bounds cursors, and the rows of an index."""
SORT_NUMBER_EXPONENT = 309
"""Numbers beyond ±1e309 compare and sort as ±1e309; no float64 is beyond, just integers of hundreds of digits."""
CURSOR_MAX_CHARACTERS = 32 * 1024
