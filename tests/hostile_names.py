"""Names that have led programs astray: paths out of where they belong, devices, control characters, and look-alikes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import product
from typing import Final

_UP: Final = (
    "../",
    "..\\",
    "./../",
    "%2e%2e/",
    "..%2f",
    "%2e%2e%2f",
    "..%5c",
    "%252e%252e%252f",
    "..%252f",
    ".%2e/",
    "%c0%ae%c0%ae%c0%af",
    "..%c0%af",
    "..%ef%bc%8f",
    "%uff0e%uff0e%u2215",
    "....//",
    "..;/",
    "..\x00/",
    "．．／",
    "․․/",
    "..∕",
    "..⧵",
)
_TARGETS: Final = (("etc/passwd", 12), ("secret.txt", 1), ("objects/run/x", 3))
_PARTS: Final = (
    *(
        "",
        ".",
        "..",
        "...",
        "/",
        "//",
        "./",
        "../",
        "a/..",
        "a/.",
        "a/../b",
        "a/./b",
        "./a",
        "a//b",
        "a/",
        "/a",
        "./../a",
    ),
    *("a/../../secret.txt", "./.", ".//..", "a\\..\\..\\secret.txt", "~", "~/x", "~root/.ssh/authorized_keys"),
)
_ABSOLUTE: Final = (
    *("/etc/passwd", "//server/share/x", "/dev/null", "/proc/self/mem", "file:///etc/passwd", "s3://bucket/key"),
    *("C:\\x.txt", "C:/x.txt", "c:x.txt", "\\\\server\\share\\x", "\\\\?\\C:\\x", "\\\\.\\PhysicalDrive0", "\\x"),
)
_DEVICES: Final = (
    *("CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$", "nul", "aux.txt", "con.tar.gz", "dir/NUL", "COM¹"),
    *(f"{port}{number}" for port, number in product(("COM", "LPT"), (1, 9))),
)
_WINDOWS: Final = ("a.txt:stream", "a.txt::$DATA", "a.", "a. .", "a ", " a", "a<b>.txt", 'a"b".txt', "a|b.txt", "GIT~1")
_CONTROL: Final = (*range(0x20), 0x7F, 0x80, 0x85, 0x9F)
_UNICODE: Final = (
    *(
        "a\u202egpj.exe",
        "\ufeffa.txt",
        "a\u200db.txt",
        "a\u2028b.txt",
        "a\u2029b",
        "a\u00a0b",
        "\u3000",
        "\u00ad",
        "\u115f",
    ),
    *("a\ud800b.txt", "\udfff", "a\udc80", "\ufffe", "\uffff.txt", "\U0010ffff", "👩\u200d👩\u200d👧", "山田/太郎.png"),
    *("e" + "\u0301" * 200, "ﬁle.txt", "file.txt", "ſ.txt", "s.txt", "K.txt", "\u212a.txt", "İ.txt", "ı.txt"),
)
_ALIKE: Final = ("é.txt", "Å.bin", "ñ/ü.txt", "각.txt", "ệ")
_CASES: Final = ("Same.txt", "same.txt", "SAME.TXT")
_LONG: Final = (
    "a" * 255,
    "a" * 256,
    "a" * 1024,
    "a" * 1025,
    "a" * 4096,
    "é" * 512,
    "é" * 513,
    "../" * 1365,
    "a/" * 500 + "a",
    "a/" * 2048 + "a",
    "👩" * 256,
    "x" * 1020 + "\x00",
)
_RESERVED: Final = (
    *("wandb-metadata.json", "wandb-summary.json", "output.log", "config.yaml", "wandb_manifest.json", "diff.patch"),
    *("objects", "database", "temporary", "run", "entity", "api-key", "pg/postgresql.conf", ".git/config", ".htaccess"),
    *("index.html", "null", "None", "undefined", "NaN", "true", "0", "-1", "__proto__", "constructor", "latest", "v0"),
)
_TRICKS: Final = (
    *(
        "'; DROP TABLE runs; --",
        "' OR 1=1 --",
        "$1",
        "%s%n",
        "{{may read project p $1}}",
        "${jndi:ldap://x/a}",
        "$(id)",
    ),
    *("`id`", "| id", "<script>alert(1)</script>", "a?b=c", "a#b", "a#1", "dir/a#1", "a&b", "a;b", "a,b", "*", "?.txt"),
    *(
        "[a]",
        "%",
        "%00",
        "%0a",
        "%2F",
        "%XX",
        "+",
        "a+b",
        "-rf",
        "--help",
        "=cmd()",
        "@x",
        "a:b",
        "_",
        "a_b",
        "a%b",
        "\\",
    ),
    *(
        "a\r\nSet-Cookie: b=c",
        'a"; filename="b',
        "a\\",
        "%5C",
        "a=b",
        "{}",
        "[]",
        '"',
        "'",
        ":",
        "wandb-artifact://x/y",
    ),
)


def _all() -> Iterator[str]:
    for up, (target, depth) in product(_UP, _TARGETS):
        yield up * depth + target
    yield from (*_PARTS, *_ABSOLUTE, *_DEVICES, *_WINDOWS)
    yield from (f"a{chr(code)}b.txt" for code in _CONTROL)
    yield from _UNICODE
    for name in _ALIKE:
        yield unicodedata.normalize("NFC", name)
        yield unicodedata.normalize("NFD", name)
    yield from (*_CASES, *_LONG, *_RESERVED, *_TRICKS)


HOSTILE_NAMES: Final = tuple(dict.fromkeys(_all()))
"""Each once, in the order in which they are written here."""
