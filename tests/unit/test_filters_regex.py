"""Patterns: RE2 in, PostgreSQL's out, and everything else refused with a reason."""

from __future__ import annotations

import pytest

from runfolio_server.errors import AppError
from runfolio_server.filters.regex.regex import translate_regex
from runfolio_server.filters.regex.regex_extent import CHARACTER, Extent, both, either, in_a_row, repeated

OPTIONAL = repeated(CHARACTER, 0, 1)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^foo.*", r"^foo[^\u000a]*"),
        ("b.*", r"b[^\u000a]*"),
        ("(a|b)c", "(?:a|b)c"),
        ("(?P<x>a)(?:b)(?<y>c)", "(?:a)(?:b)(?:c)"),
        (r"\d+\w\s\S", r"[0-9]+[0-9A-Z\u005fa-z][\u0009-\u000a\u000c-\u000d\u0020][^\u0009-\u000a\u000c-\u000d\u0020]"),
        (r"\ba\B\A\z", r"\ya\Y^$"),
        (r"a*?b+?c??", "a*b+c?"),
        ("a{2}b{2,}c{2,3}", "a{2}b{2,}c{2,3}"),
        ("a{,3}", r"a\u007b\u002c3\u007d"),
        ("(?i)aB1", "(?:)[aA][bB]1"),
        ("a(?i:b)c", "a(?:[bB])c"),
        ("(?i)a(?-i)b", "(?:)[aA](?:)b"),
        ("(?s).", "(?:)(?:.)"),
        ("(?m)^a$", r"(?:)(?:^|(?<=\u000a))a(?:$|(?=\u000a))"),
        ("[]a]", r"[\u005da]"),
        ("[^]a]", r"[^\u005da]"),
        ("[a-]", r"[\u002da]"),
        ("[[:alpha:]_]", r"[A-Z\u005fa-z]"),
        (r"[\]\-\x41\x{1F600}]", r"[\u002dA\u005d😀]"),
        (r"[\D]", r"[\u0001-\u002f\u003a-\U0010ffff]"),
        (r"\Qa.b*\E", r"a\u002eb\u002a"),
        (r"\x41\t\.", r"A\u0009\u002e"),
        ("é𝄞", "é𝄞"),
        ("", "(?:)"),
        ("a||b", "a|(?:)|b"),
    ],
)
def test_a_pattern_is_written_anew(pattern: str, expected: str) -> None:
    assert expected == translate_regex(pattern, "p")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("a" * 257, "257 characters"),
        ("(?=a)", "looking ahead"),
        ("(?!a)", "looking ahead"),
        ("(?<=a)b", "looking ahead or behind"),
        ("(?>a)", "groups other than"),
        ("(?P=x)", "groups other than"),
        ("(?#x)", "groups other than"),
        (r"(a)\1", "reference back"),
        (r"\012", "octal"),
        (r"\p{Greek}", r"the escape \p"),
        (r"[\pN]", r"the escape \p"),
        (r"\Z", r"the escape \Z"),
        (r"\m", r"the escape \m"),
        ("\\", "a backslash at the end"),
        (r"\x4", "hexadecimal"),
        (r"\x{110000}", "hexadecimal"),
        (r"\x00", "hexadecimal"),
        (r"\x{D800}", "hexadecimal"),
        ("*a", "repetition of nothing"),
        ("a|*", "repetition of nothing"),
        ("(*)", "repetition of nothing"),
        ("^*", "repetition of nothing"),
        ("a**", "repetition of a repetition"),
        ("a*+", "repetition of a repetition"),
        ("a{2}{3}", "repetition of a repetition"),
        ("a{256}", "outside of 0 to 255"),
        ("a{1,256}", "outside of 0 to 255"),
        ("a{3,2}", "outside of 0 to 255"),
        ("(a", "missing closing parenthesis"),
        ("a)", "closing parenthesis without"),
        ("[a", "missing closing bracket"),
        ("[", "missing closing bracket"),
        ("[b-a]", "ends before it starts"),
        (r"[a-\d]", "ends before it starts"),
        ("[[:alfa:]]", "[:alfa:]"),
        (r"[^\d\D]", "no characters"),
        ("(?)", "no flags"),
        ("(?z)a", "groups other than"),
        ("(" * 60 + ")" * 60, "deeper than 50"),
        ("((a{100}){100}){100}", "unfold"),
        ("(a{1,100}){1,100}", "unfold"),
        ("a{255}" * 4, "unfold"),
        ("(.?){78}", "may follow each other"),
        ("(.?.?.?.?.?.?.?.?.?.?){20}z", "may follow each other"),
        ("((.{0,10}){0,10}){0,10}", "may follow each other"),
        ("(a*b*){50,}", "may follow each other"),
    ],
)
def test_what_re2_or_postgresql_cannot_do_is_refused_with_a_reason(pattern: str, words: str) -> None:
    with pytest.raises(AppError) as caught:
        translate_regex(pattern, "filters.notes.$regex")

    assert words in caught.value.message
    assert "filters.notes.$regex" in caught.value.message
    assert caught.value.path == "filters.notes.$regex"


@pytest.mark.parametrize(
    "pattern",
    [
        "(.?){77}",
        "(.*){60}zz",
        ".{0,255}a.{0,255}b.{0,255}",
        "[a-z]{1,200}",
        "((ab|cd|ef){1,9}[0-9]?){0,9}",
        "^" + "|".join(f"run-{number}" for number in range(30)) + "$",
    ],
)
def test_repetitions_of_what_is_there_are_allowed(pattern: str) -> None:
    assert translate_regex(pattern, "p")


@pytest.mark.parametrize(
    ("extent", "ways"),
    [
        # Written out: abab, a?b?c?, (ab)+, (a?b?)+, ab{2,}, (a|b)(c|d).
        (repeated(in_a_row(2), 2, 2), 3),
        (both(both(OPTIONAL, OPTIONAL), OPTIONAL), 3),
        (repeated(in_a_row(2), 1, None), 2),
        (repeated(both(OPTIONAL, OPTIONAL), 1, None), 5),
        (both(CHARACTER, repeated(CHARACTER, 2, None)), 3),
        (both(either([CHARACTER, CHARACTER]), either([CHARACTER, CHARACTER])), 4),
        (repeated(OPTIONAL, 4, 4), 6),
        (repeated(CHARACTER, 0, 4), 3),
    ],
)
def test_pairs_of_characters_that_may_follow_each_other_are_counted(extent: Extent, ways: int) -> None:
    assert ways == extent.ways
