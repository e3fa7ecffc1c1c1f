"""An error as the bytes of a whole HTTP answer, for connections whose request never gets to the application.

Used by connection.py; the shape is that of endpoints/answers.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from runfolio_server.endpoints.answer_headers import completed
from runfolio_server.endpoints.answers import error_response
from runfolio_server.errors import AppError


def refusal_bytes(error: AppError, default_headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Status line, headers and JSON; it says that the connection ends."""
    response = error_response(error)
    # Whether it came by https its head would tell, which may be what is wrong.
    headers = [*default_headers, *completed(response.raw_headers, is_https=False), (b"connection", b"close")]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[error.status] + lines + b"\r\n" + bytes(response.body)
