"""What every endpoint shares: JSON, and errors as {"errors": [{"message", "extensions"}]}."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from runfolio_server.endpoints.bodies import give_room_back
from runfolio_server.endpoints.callers import give_new_token
from runfolio_server.endpoints.other_sites import refuse_other_sites
from runfolio_server.endpoints.wrong_keys import WrongKeys
from runfolio_server.errors import AppError, Unauthenticated, Unavailable, WrongKey

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
BASIC: Final = 'Basic realm="runfolio", charset="UTF-8"'


def json_response(content: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def error_response(error: AppError) -> Response:
    """The answer that tells an error; the status says whether trying again may help."""
    response = json_response({"errors": [{"message": error.message, "extensions": error.extensions}]}, error.status)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = BASIC
    return response


def answering_errors(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with each AppError it raises told to the caller, and closed to pages of other sites."""

    async def answer(request: Request) -> Response:
        try:
            response = await _answered(endpoint, request)
        finally:
            give_room_back(request)
        give_new_token(request, response)
        return response

    return answer


async def _answered(endpoint: Endpoint, request: Request) -> Response:
    try:
        refuse_other_sites(request)
        # A document may be answered 401 without an error raised here.
        return _challenged(request, await endpoint(request))
    except WrongKey as error:
        wrong_keys: WrongKeys = request.app.state.wrong_keys
        await wrong_keys.wait(request)
        return _challenged(request, error_response(error))
    except AppError as error:
        return _challenged(request, error_response(error))
    except ClientDisconnect:
        # Nobody reads this; a response ends the request without a line in the log of errors.
        return Response(status_code=400)


def _challenged(request: Request, response: Response) -> Response:
    """A 401 says how to sign in. For a script of a page that is not Basic: its browser would open a window for it.

    Browsers say in `Sec-Fetch-Mode` what a request is for, and scripts cannot set it (Fetch Metadata).
    """
    if response.status_code == 401:
        is_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        response.headers["WWW-Authenticate"] = 'Bearer realm="runfolio"' if is_script else BASIC
    return response
