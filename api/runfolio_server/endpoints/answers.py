"""What every endpoint shares: JSON, errors as {"errors": [{"message", "extensions"}]}, and where this server is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from runfolio_server.endpoints.bodies import give_room_back
from runfolio_server.endpoints.other_sites import refuse_other_sites
from runfolio_server.endpoints.wrong_keys import WrongKeys
from runfolio_server.errors import AppError, Unauthenticated, Unavailable, WrongKey
from runfolio_server.settings import Settings

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}")


def json_response(content: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def error_response(error: AppError) -> Response:
    """The answer that tells an error; the status says whether trying again may help."""
    response = json_response({"errors": [{"message": error.message, "extensions": error.extensions}]}, error.status)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Basic realm="runfolio", charset="UTF-8"'
    return response


def answering_errors(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with each AppError it raises told to the caller, and closed to pages of other sites."""

    async def answer(request: Request) -> Response:
        try:
            refuse_other_sites(request)
            return await endpoint(request)
        except WrongKey as error:
            wrong_keys: WrongKeys = request.app.state.wrong_keys
            await wrong_keys.wait(request)
            return error_response(error)
        except AppError as error:
            return error_response(error)
        except ClientDisconnect:
            # Nobody reads this; a response ends the request without a line in the log of errors.
            return Response(status_code=400)
        finally:
            give_room_back(request)

    return answer


def base_url_of(request: Request) -> str:
    """Where the client reaches this server: the setting, else the scheme and host of the request.

    Behind these comes the path at which the application is mounted in another, when it is.
    """
    settings: Settings = request.app.state.settings
    if settings.base_url:
        return settings.base_url
    host = request.headers.get("Host", "")
    if not HOST.fullmatch(host):
        raise AppError(f"The Host header {host[:100]!r} is not a host name.")
    return f"{request.url.scheme}://{host}{request.scope.get('root_path', '').rstrip('/')}"
