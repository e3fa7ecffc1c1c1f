"""What PostgreSQL and asyncpg raise, as ours. Used by pool.py, migrate.py and events/notifications.py."""

from __future__ import annotations

import logging

import asyncpg
import orjson

from runfolio_server.errors import (
    AppError,
    Conflict,
    KnownLines,
    NoRoom,
    OverlappingLines,
    SharedSummary,
    TooManyConsoleLines,
    Unavailable,
    UncomparedRows,
)
from runfolio_server.seldom import Seldom
from runfolio_server.sql.constraints import MESSAGES_BY_CONSTRAINT, constraint_of

SELDOM = Seldom(logging.getLogger(__name__))

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientResourcesError,
    # After the server dies asyncpg may raise this one, which is neither a PostgresError nor an InterfaceError.
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


TOO_SLOW = "This takes longer than one statement may run here; ask with narrower filters, or for less at once."
GIVEN_UP = (
    "A statement took longer than one may run here (statement_timeout_s); it was given up and its transaction undone. "
    "Try again; if this comes again, the database has too much to do, or the request has too much in it."
)
AWAY_NOW = "The database is not reachable right now; try again."
IN_EACH_OTHERS_WAY = "Another request changed the same thing at the same moment; try again."
READ_ONLY = "The database takes no changes right now; what is stored can be read. Try again."
DISK_FULL = "The disk of the database is full: nothing is stored until there is room; what is stored can be read."
NO_MEMORY = "The database has no memory left for this; try again."
NO_CONNECTION = "The database takes no more connections right now; try again."
AT_A_BOUND = "The database has reached a bound that its operator has set; try again."
TOO_LARGE = "This takes more room than one statement may use here; ask with narrower filters, or for less at once."


class slow_for_its_caller:  # noqa: N801 - reads as a context manager
    """Turn the end of a statement that took too long, or too much room, into an AppError: a caller's filter shaped it.

    Such a statement with a context is no such: the context is what it waited for, a row that another transaction had
    locked, so that it may pass the next time.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, asyncpg.ConfigurationLimitExceededError):
            raise AppError(TOO_LARGE) from error
        if isinstance(error, TimeoutError):
            raise AppError(TOO_SLOW) from error
        if not isinstance(error, asyncpg.QueryCanceledError):
            return
        if error.context:
            raise Unavailable(IN_EACH_OTHERS_WAY) from error
        raise AppError(TOO_SLOW) from error


class translated_errors:  # noqa: N801 - reads as a context manager
    """Turn asyncpg's errors into ours: constraint violations by constraint name, a lost server into Unavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, AppError) or error is None:
            return
        if isinstance(error, asyncpg.PostgresError) and error.sqlstate in _SIGNALS:
            raise _SIGNALS[error.sqlstate](error) from error
        if isinstance(error, asyncpg.IntegrityConstraintViolationError):
            message = MESSAGES_BY_CONSTRAINT.get(constraint_of(error.constraint_name, error.message or "") or "")
            if message is not None:
                raise Conflict(message) from error
        if isinstance(error, asyncpg.InvalidRegularExpressionError):
            raise AppError("PostgreSQL refuses this pattern; write a simpler one.") from error
        if _is_about_a_value(error):
            raise AppError("A value in this request cannot be stored: a NUL character, or out of range.") from error
        if isinstance(error, asyncpg.InsufficientResourcesError | asyncpg.ReadOnlySQLTransactionError):
            # Each batch would tell it again.
            SELDOM.warning(f"PostgreSQL refuses ({error.sqlstate}): %s", error)
            raise _no_room(error) from error
        if isinstance(error, asyncpg.QueryCanceledError):
            raise Unavailable(GIVEN_UP) from error
        if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
            raise Unavailable(IN_EACH_OTHERS_WAY) from error
        if isinstance(error, AWAY):
            raise Unavailable(AWAY_NOW) from error


def _no_room(error: asyncpg.PostgresError) -> Unavailable:
    """PostgreSQL's class 53, and a database that takes no changes."""
    match error:
        case asyncpg.DiskFullError():
            return NoRoom(DISK_FULL)
        case asyncpg.ReadOnlySQLTransactionError():
            return NoRoom(READ_ONLY)
        case asyncpg.OutOfMemoryError():
            return Unavailable(NO_MEMORY)
        case asyncpg.TooManyConnectionsError():
            return Unavailable(NO_CONNECTION)
        case _:
            return NoRoom(AT_A_BOUND)


def _is_about_a_value(error: BaseException) -> bool:
    """Whether PostgreSQL (class 22) or asyncpg (a ValueError) refused an argument: NUL in text, a number too large."""
    return isinstance(error, asyncpg.DataError) or (
        isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    )


def _overlapping_lines(error: asyncpg.PostgresError) -> Exception:
    found = orjson.loads(error.detail or "")
    return OverlappingLines(found["piece"], [(first, last) for first, last in found["wanted"]])


def _uncompared_rows(error: asyncpg.PostgresError) -> Exception:
    found = orjson.loads(error.detail or "")
    return UncomparedRows(found["piece"], found["stored"])


def _known_lines(error: asyncpg.PostgresError) -> Exception:
    return KnownLines(orjson.loads(error.detail or "")["piece"])


def _too_many_gaps(_: asyncpg.PostgresError) -> Exception:
    return AppError("These lines would leave more than 64 gaps in the stream; send the missing lines first.")


def _too_many_lines(_: asyncpg.PostgresError) -> Exception:
    return AppError("These lines would give the stream more than 2^53 of them, all writers and starts together.")


def _too_many_console_lines(_: asyncpg.PostgresError) -> Exception:
    return TooManyConsoleLines()


def _shared_summary(_: asyncpg.PostgresError) -> Exception:
    return SharedSummary()


# What the functions of the database raise; see runfolio_schema/functions.
_SIGNALS = {
    "RF001": _overlapping_lines,
    "RF002": _too_many_gaps,
    "RF003": _shared_summary,
    "RF004": _uncompared_rows,
    "RF005": _too_many_console_lines,
    "RF006": _too_many_lines,
    "RF007": _known_lines,
}
