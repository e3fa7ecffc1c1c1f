"""HTTP answer → data, or the error that it tells. Called by the transports of _async and _sync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from runfolio._core import json_text
from runfolio._core.errors import CLASS_BY_CODE, CLASS_BY_STATUS, ApiError, BadRequestError, UnavailableError

# May pass when it is sent again.
RETRIED_STATUSES = frozenset({408, 429, 502, 503, 504})
SHOWN_CHARACTERS = 200


def read_answer(url: str, status: int, body: bytes, location: str | None = None) -> dict[str, Any]:
    """The `data` of a GraphQL answer. Raises the ApiError that the answer tells, also where it has partial data."""
    answer = _parse(body)
    if answer.get("errors") or status != 200:
        raise error_of(url, status, body, location)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise ApiError(f"{url} did not answer like a runfolio server; is the base URL right?", status=status)
    return data


def error_of(url: str, status: int, body: bytes, location: str | None = None) -> ApiError:
    """The error that an answer tells, of the narrowest class."""
    errors = [error for error in _list(_parse(body).get("errors")) if isinstance(error, dict)]
    if not errors:
        return _error_without_graphql(url, status, body, location)
    first = errors[0]
    extensions = first.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    code = extensions.get("code")
    path = extensions.get("path")
    allowed = extensions.get("allowed")
    return _class_of(code, status, first)(
        "; ".join(dict.fromkeys(str(error.get("message", "An error without a message.")) for error in errors)),
        code=code if isinstance(code, str) else None,
        status=status,
        path=path if isinstance(path, str) else None,
        allowed=[str(item) for item in allowed] if isinstance(allowed, list) else None,
        errors=errors,
    )


def unreachable(base_url: str, reason: BaseException, attempts: int) -> UnavailableError:
    """The error for a request that got no answer."""
    times = "once" if attempts == 1 else f"{attempts} times"
    said = str(reason) or type(reason).__name__
    return UnavailableError(f"No answer from {base_url} (tried {times}): {said}. Is the server running there?")


def _class_of(code: object, status: int, error: Mapping[str, object]) -> type[ApiError]:
    if isinstance(code, str) and code in CLASS_BY_CODE:
        return CLASS_BY_CODE[code]
    if status in CLASS_BY_STATUS:
        return CLASS_BY_STATUS[status]
    # GraphQL's request errors (syntax, validation, variables) have no path in the answer: nothing was executed.
    return BadRequestError if status == 200 and "path" not in error else ApiError


def _error_without_graphql(url: str, status: int, body: bytes, location: str | None) -> ApiError:
    if 300 <= status < 400 and location:
        target = urlsplit(location)
        # Below the same path as here: an address with a path of its own keeps that.
        own = target.path.removesuffix(f"/{urlsplit(url).path.rpartition('/')[2]}")
        where = f"{target.scheme}://{target.netloc}{own if own != target.path else ''}" if target.netloc else location
        return ApiError(f"{url} redirects to {where}; give that as the base URL.", status=status)
    shown = " ".join(body[: SHOWN_CHARACTERS * 4].decode(errors="replace").split())[:SHOWN_CHARACTERS]
    said = f": {shown}" if shown and "<" not in shown else ""
    class_ = CLASS_BY_STATUS.get(status, ApiError)
    return class_(f"{url} answered {status}, not as a runfolio server does{said}", status=status)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        answer = json_text.parse(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
