"""The client's errors; each class says when it is raised. Raised everywhere in the client.

RunfolioError
├── ConfigurationError       no API key, or a setting that cannot be used
├── MalformedPathError       a path that names no project or run (a ValueError too)
├── MissingExtraError        an optional package is not installed (an ImportError too)
├── DownloadError            bytes that the server did not announce, or a file name that leads out of the directory
├── RestoreError             the code of a run cannot be restored
├── LogError                 rows that were logged, or the end of the run, are not stored
└── ApiError                 the server said no, or nothing: `message`, `code`, `status`, `path`, `allowed`
    ├── BadRequestError      400  BAD_USER_INPUT, 410 CURSOR_EXPIRED  something that you sent is not allowed, or too old
    ├── AuthenticationError  401  UNAUTHENTICATED      the API key is unknown or revoked
    ├── PermissionDeniedError 403 FORBIDDEN            the key is known and may not do this
    ├── NotFoundError        404  NOT_FOUND            it is not there, or you may not see it
    ├── ConflictError        409  CONFLICT, 410 GONE   it exists already, or is of a deleted run
    ├── TooLargeError        413  TOO_LARGE, ANSWER_TOO_LARGE  a document, line, file or answer over its limit
    ├── TooManyRequestsError 429  TOO_MANY_REQUESTS    may pass later; retrying did not help
    ├── UnavailableError     503  UNAVAILABLE          no answer, or the server cannot work now; retrying did not help
    └── ServerError          500  INTERNAL             a fault of the server; its log has more
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class RunfolioError(Exception):
    """Everything that the client raises on purpose.

    try:
        run = Api().run("acme/demo/3k2j9x1p")
    except runfolio.NotFoundError as error:
        print(error)
    """


class ConfigurationError(RunfolioError):
    """No API key was found, or a setting cannot be used; the message says where it was looked for and what to do."""


class MalformedPathError(RunfolioError, ValueError):
    """A path does not name a project or a run; the message lists the forms that do."""


class MissingExtraError(RunfolioError, ImportError):
    """A package is not installed that only an extra of runfolio brings; the message says which."""


class DownloadError(RunfolioError):
    """A file's bytes are not what the server announced, or its name leads out of the directory to write to."""


class RestoreError(RunfolioError):
    """Git could not restore the code of a run, or the run has no code to restore; the message says why."""


class LogError(RunfolioError):
    """What was logged could not be stored: the server refused it or stayed away; `__cause__` is its error, if any."""


class ApiError(RunfolioError):
    """The server refused, or there was no server.

    `message` is the server's text, `code` its stable word (None when it sent none), `status` the HTTP status (None when
    there was no answer), `path` the place in your input (`input.tags`), `allowed` what would have been accepted,
    `errors` all errors of the answer as they came.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        path: str | None = None,
        allowed: Sequence[str] | None = None,
        errors: Sequence[Mapping[str, object]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.path = path
        self.allowed = None if allowed is None else tuple(allowed)
        self.errors = tuple(errors)


class BadRequestError(ApiError):
    """Something that was sent is not allowed: a value, a cursor, or a document that does not fit the schema."""


class AuthenticationError(ApiError):
    """The API key is missing, unknown or revoked."""


class PermissionDeniedError(ApiError):
    """The owner of the API key may not do this."""


class NotFoundError(ApiError):
    """It is not there, or you may not see it."""


class ConflictError(ApiError):
    """It exists already, or its name belongs to a run that was deleted."""


class TooLargeError(ApiError):
    """A document, a line, a file, or the answer to what was asked, is over its limit."""


class TooManyRequestsError(ApiError):
    """The server has too much to do, and retrying did not help."""


class UnavailableError(ApiError):
    """There was no answer, or the server's database is away, and retrying did not help."""


class ServerError(ApiError):
    """A fault of the server; its log has more."""


CLASS_BY_CODE: Mapping[str, type[ApiError]] = {
    "BAD_USER_INPUT": BadRequestError,
    "TOO_EXPENSIVE": BadRequestError,
    "UNAUTHENTICATED": AuthenticationError,
    "FORBIDDEN": PermissionDeniedError,
    "NOT_FOUND": NotFoundError,
    "CONFLICT": ConflictError,
    "GONE": ConflictError,
    "CURSOR_EXPIRED": BadRequestError,
    "TOO_LARGE": TooLargeError,
    "ANSWER_TOO_LARGE": TooLargeError,
    "TOO_MANY_REQUESTS": TooManyRequestsError,
    "UNAVAILABLE": UnavailableError,
    "INTERNAL": ServerError,
}

# For answers without a code. No 404: a path that the server does not know is a wrong base URL, not a missing run.
CLASS_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    409: ConflictError,
    410: ConflictError,
    413: TooLargeError,
    429: TooManyRequestsError,
    500: ServerError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}
