"""The server's errors: each class has a stable code and an HTTP status.

AppError                     400  BAD_USER_INPUT     the caller sent something that is not allowed
├── Unauthenticated          401  UNAUTHENTICATED    no key, or one that nobody owns
│   └── WrongKey                                      one that nobody owns: it was looked up
├── Forbidden                403  FORBIDDEN          a known caller may not do this
├── NotFound                 404  NOT_FOUND          a mutation names something that is not there (queries answer null)
├── Conflict                 409  CONFLICT           the thing exists already
├── Gone                     410  GONE               the name belongs to something deleted, and stays taken
├── CursorExpired            410  CURSOR_EXPIRED     a cursor points before what is kept; begin without one
├── TooSlow                  408  TOO_SLOW           a head or a body did not come in time; may pass later
├── TooLarge                 413  TOO_LARGE          a body, line or document over its limit
│   └── AnswerTooLarge       413  ANSWER_TOO_LARGE   the answer would be: ask for less at once
├── UnsupportedMediaType     415  UNSUPPORTED_MEDIA_TYPE  a body is not of a type that is taken here
├── TargetTooLong            414  TARGET_TOO_LONG    the path with its parameters is over the limit of a head
├── HeadTooLarge             431  HEAD_TOO_LARGE     headers, or what a chunked body has beside its data, are over it
└── Unavailable              503  UNAVAILABLE        the database or the object store is away; may pass later
    ├── NoRoom               503  UNAVAILABLE        one of them has no room left; passes when somebody makes some
    └── TooManyRequests      429  TOO_MANY_REQUESTS  the caller's other requests are in the way
        └── KeyIsSpent       429  RATE_LIMITED       the key has had its requests of this minute

The status decides what clients retry, so nothing that may pass later has a status below 429, but for 408: what came
too slowly was never begun.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

RETRY_AFTER_S = 1


class AppError(Exception):
    """Something the caller can be told: what was wrong, with which value, and what is allowed.

    `path` names the place in the caller's input (`input.config`); `allowed` lists what would have been accepted.
    """

    code: ClassVar[str] = "BAD_USER_INPUT"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, path: str | None = None, allowed: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.allowed = allowed

    @property
    def extensions(self) -> Mapping[str, object]:
        """The `extensions` of a GraphQL error: `code` always, `path` and `allowed` where known."""
        found: dict[str, object] = {"code": self.code}
        if self.path is not None:
            found["path"] = self.path
        if self.allowed is not None:
            found["allowed"] = list(self.allowed)
        return found


class Unauthenticated(AppError):
    """No API key, or one that nobody owns."""

    code = "UNAUTHENTICATED"
    status = 401


class WrongKey(Unauthenticated):
    """A key that nobody owns: telling so takes the longer the more there were from one address."""


class Forbidden(AppError):
    """A known caller may not do this."""

    code = "FORBIDDEN"
    status = 403


class NotFound(AppError):
    """A change names something that is not there, or that the caller may not see."""

    code = "NOT_FOUND"
    status = 404


class Conflict(AppError):
    """The thing exists already."""

    code = "CONFLICT"
    status = 409


class Gone(AppError):
    """The name belongs to something that was deleted, and stays taken."""

    code = "GONE"
    status = 410


class CursorExpired(AppError):
    """What follows this cursor is not kept any more, or is another database's: the caller begins again without one."""

    code = "CURSOR_EXPIRED"
    status = 410


class TooSlow(AppError):
    """A head or a body did not come in time; may pass later."""

    code = "TOO_SLOW"
    status = 408


class TooLarge(AppError):
    """A body, a line or a document is over its limit."""

    code = "TOO_LARGE"
    status = 413


class AnswerTooLarge(TooLarge):
    """What was asked for is more than one answer may hold: ask for less at once."""

    code = "ANSWER_TOO_LARGE"


class TargetTooLong(AppError):
    """The path of a request, with its parameters, is over the limit of a head."""

    code = "TARGET_TOO_LONG"
    status = 414


class UnsupportedMediaType(AppError):
    """A body says that it is something else than what is taken here."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class HeadTooLarge(AppError):
    """The headers of a request, or what its chunked body has beside its data, are over the limit of a head."""

    code = "HEAD_TOO_LARGE"
    status = 431


class Unavailable(AppError):
    """The database or the object store is away; may pass later. `retry_after_s`: when to come back."""

    code = "UNAVAILABLE"
    status = 503
    retry_after_s: int = RETRY_AFTER_S


class NoRoom(Unavailable):
    """A disk is full, or the memory or another bound of the database is used up."""

    # It takes a person to end it: who comes every second only adds to the work.
    retry_after_s = 10


class TooManyRequests(Unavailable):
    """The caller's own requests use up what one caller may have at once."""

    code = "TOO_MANY_REQUESTS"
    status = 429


class KeyIsSpent(TooManyRequests):
    """The caller's key has had as many requests as it may have in a minute; `retry_after_s`: when the next begins."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SharedSummary(Exception):
    """Others write the summary too: put it together with theirs. Never leaves the server."""


class TooManyConsoleLines(Exception):
    """The run's console lines would be more than can be numbered; nothing was written. Never leaves the server."""


class UncomparedRows(Exception):
    """The rows of one piece of a batch must first be compared with what is stored; nothing was written.

    `piece` counts the batch's pieces from 0; `stored` is how many lines the stream had, those of all writers.
    """

    def __init__(self, piece: int, stored: int) -> None:
        super().__init__("the batch may repeat rows that are stored")
        self.piece = piece
        self.stored = stored


class KnownLines(Exception):
    """Lines of one piece of a batch are stored already, perhaps other ones of the same numbers; nothing was written.

    `piece` counts the batch's pieces from 0.
    """

    def __init__(self, piece: int) -> None:
        super().__init__("the batch has lines that are stored")
        self.piece = piece


class OverlappingLines(Exception):
    """One piece of a batch holds lines that are stored beside lines that are wanted; nothing was written.

    `piece` counts the batch's pieces from 0; `wanted` has (first, past-last) ranges of line numbers, ascending.
    """

    def __init__(self, piece: int, wanted: list[tuple[int, int]]) -> None:
        super().__init__("the batch overlaps what is stored")
        self.piece = piece
        self.wanted = wanted
