"""Values as jsonb printed them, as texts for readers."""

from __future__ import annotations

import pytest

from runfolio_server.filters.language.value_text import readable_value


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("1.0", "1"),
        ("-1.50", "-1.5"),
        ("10000000000000000", "10000000000000000"),
        ("18446744073709551615", "18446744073709551615"),
        ("1" + 308 * "0", "1e+308"),
        ("-17976931348623157" + 292 * "0", "-1.7976931348623157e+308"),
        ("0." + 307 * "0" + "1", "1e-308"),
        # Not all of its digits are a float's.
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        (400 * "9", 400 * "9"),
        ('"1' + 30 * "0" + '"', '"1' + 30 * "0" + '"'),
        ('{"$number": "NaN"}', "NaN"),
        ('[{"$number": "-Infinity"}, {"$number": "one"}]', '[-Infinity,{"$number":"one"}]'),
    ],
)
def test_a_value_is_told_as_it_was_logged_where_that_can_be_known(printed: str, told: str) -> None:
    assert told == readable_value(printed)
