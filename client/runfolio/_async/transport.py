"""One connection to one server: sends operations, tries again what may pass later, raises typed errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import httpx
from anyio import sleep
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from runfolio._core.answers import RETRIED_STATUSES, error_of, read_answer, unreachable
from runfolio._core.errors import ApiError, DownloadError
from runfolio._core.history import Parameters
from runfolio._core.operations import Operation, R
from runfolio._core.query import Query
from runfolio._core.receiving import Receiver
from runfolio._core.retries import Retries
from runfolio._core.sending import FileToSend
from runfolio._core.settings import is_loopback

CONNECT_TIMEOUT_S = 10.0
# Nothing was sent, so sending again cannot do anything twice.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class AsyncTransport:
    """Talks to `base_url` with `api_key`; `timeout_s` bounds one call, its repetitions included.

    `transport` replaces the network, for tests.
    """

    def __init__(
        self, base_url: str, api_key: str, *, timeout_s: float, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.base_url = base_url
        self._timeout_s = timeout_s
        # Sent with each document and with nothing else: the URLs of files carry their own permission.
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._client = httpx.AsyncClient(
            transport=transport,
            headers={"User-Agent": f"runfolio/{metadata.version('runfolio')}"},
            # A proxy of the environment cannot reach this machine's own addresses.
            trust_env=not is_loopback(base_url),
        )

    async def execute(self, operation: Operation[R], variables: Mapping[str, Any] | None = None) -> R:
        """The typed answer of an operation. Raises ApiError."""
        query = Query(operation.document, dict(variables or {}), operation.name, operation.is_repeatable)
        data = await self.send(query)
        try:
            return operation.result.model_validate(data)
        except ValidationError as error:
            raise ApiError(
                f"{self.base_url} answered {operation.name} in a shape that this client does not know "
                f"({error.error_count()} differences); are client and server of the same version?"
            ) from error

    async def send(self, query: Query) -> dict[str, Any]:
        """The data of a document's answer. Raises ApiError, also where there is partial data."""
        url = f"{self.base_url}/graphql"
        body = _encode(query)
        retries = Retries(self._timeout_s)
        while True:
            remaining_s = retries.remaining_s
            timeout = httpx.Timeout(remaining_s, connect=min(CONNECT_TIMEOUT_S, remaining_s))
            try:
                response = await self._client.post(url, content=body, headers=self._headers, timeout=timeout)
            except httpx.TransportError as error:
                delay_s = retries.next_delay_s(may_retry=query.is_repeatable or isinstance(error, UNSENT))
                if delay_s is None:
                    raise unreachable(self.base_url, error, retries.attempts) from error
            else:
                delay_s = None
                if response.status_code in RETRIED_STATUSES:
                    retry_after = response.headers.get("Retry-After")
                    delay_s = retries.next_delay_s(may_retry=query.is_repeatable, retry_after=retry_after)
                if delay_s is None:
                    return read_answer(url, response.status_code, response.content, response.headers.get("Location"))
            await sleep(delay_s)

    async def download(self, url: str, receiver: Receiver, end: int | None = None) -> str | None:
        """GET the bytes behind a URL without credentials, from where the receiver is up to `end`; the answer's ETag.

        Raises ApiError, and DownloadError when they are not those announced or no range of them comes.
        """
        # The server may lead to the store that has the bytes.
        return await self._receive(self._client.build_request("GET", url), receiver, follow_redirects=True, end=end)

    async def upload(self, url: str, file: FileToSend, headers: Mapping[str, str] | None = None) -> None:
        """PUT a file to a signed URL, again from its start after a failure. Raises ApiError, and OSError.

        `headers` are those that the server wants with it.
        """
        retries = Retries(self._timeout_s)
        sent = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(file.size),
            "Content-MD5": file.md5,
            **(headers or {}),
        }
        while True:
            request = self._client.build_request("PUT", url, headers=sent)
            request.stream = file
            # The time is for each piece: how long the whole takes depends on its size.
            request.extensions["timeout"] = httpx.Timeout(self._timeout_s).as_dict()
            try:
                response = await self._client.send(request)
            except httpx.TransportError as error:
                delay_s = retries.next_delay_s()
                if delay_s is None:
                    raise unreachable(self.base_url, error, retries.attempts) from error
            else:
                if response.status_code == 200:
                    return
                delay_s = None
                if response.status_code in RETRIED_STATUSES:
                    delay_s = retries.next_delay_s(retry_after=response.headers.get("Retry-After"))
                if delay_s is None:
                    raise error_of(_origin_of(response), response.status_code, response.content)
            await sleep(delay_s)

    async def export(self, url: str, options: Mapping[str, Any], receiver: Receiver) -> None:
        """POST the options of an export and take what streams back. Raises ApiError, and DownloadError."""
        # Packing costs more than it saves where nothing leaves the machine.
        encoding = "identity" if is_loopback(self.base_url) else "gzip"
        headers = {**self._headers, "Accept": "application/x-ndjson", "Accept-Encoding": encoding}
        content = json.dumps(options).encode()
        await self._receive(self._client.build_request("POST", url, headers=headers, content=content), receiver)

    async def fetch_table(self, url: str, parameters: Parameters, receiver: Receiver) -> None:
        """GET an export of history or console lines and take what streams back. Raises ApiError, and DownloadError."""
        encoding = "identity" if is_loopback(self.base_url) else "gzip"
        headers = {"Authorization": self._headers["Authorization"], "Accept-Encoding": encoding}
        await self._receive(self._client.build_request("GET", url, params=tuple(parameters), headers=headers), receiver)

    async def _receive(
        self, request: httpx.Request, receiver: Receiver, *, follow_redirects: bool = False, end: int | None = None
    ) -> str | None:
        """Stream the answer of a request that may be sent again; its ETag.

        With `end` only what lies before it. Raises ApiError, and what the receiver raises.
        """
        retries = Retries(self._timeout_s)
        # The time is for each piece: how long the whole takes depends on its size.
        request.extensions["timeout"] = httpx.Timeout(self._timeout_s).as_dict()
        while True:
            response = None
            position = receiver.position
            if position or end is not None:
                # Of packed bytes a range would be another one.
                wanted = f"bytes={position}-{'' if end is None else end - 1}"
                request.headers.update({"Range": wanted, "Accept-Encoding": "identity"})
            try:
                response = await self._client.send(request, stream=True, follow_redirects=follow_redirects)
                is_whole = response.status_code == 200 and end is None
                if is_whole or is_rest(response, position):
                    if is_whole:
                        receiver.restart()
                    async for piece in response.aiter_bytes():
                        receiver.write(piece)
                    receiver.check()
                    etag: str | None = response.headers.get("ETag")
                    return etag
                if response.status_code == 200:
                    raise DownloadError(f"{_origin_of(response)} answers no ranges of a file.")
                body = await response.aread()
            except httpx.TransportError as error:
                if receiver.position > position:
                    # It goes on from there: the attempts and the time are those of what is left.
                    retries = Retries(self._timeout_s)
                delay_s = retries.next_delay_s()
                if delay_s is None:
                    raise unreachable(self.base_url, error, retries.attempts) from error
            else:
                delay_s = None
                if response.status_code in RETRIED_STATUSES:
                    delay_s = retries.next_delay_s(retry_after=response.headers.get("Retry-After"))
                elif position and end is None and response.status_code in (206, 416):
                    # Not the part that was asked for: the whole, then.
                    receiver.restart()
                    del request.headers["Range"]
                    delay_s = retries.next_delay_s()
                if delay_s is None:
                    raise error_of(_origin_of(response), response.status_code, body)
            finally:
                if response is not None:
                    await response.aclose()
            await sleep(delay_s)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _origin_of(response: httpx.Response) -> str:
    """Where the answer came from; not the whole URL, for who has that can read or write the file."""
    return f"{response.url.scheme}://{response.url.netloc.decode()}"


def is_rest(response: httpx.Response, position: int) -> bool:
    """Whether the answer has the bytes from this position on."""
    return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {position}-")


def _encode(query: Query) -> bytes:
    request: dict[str, object] = {"query": query.document, "variables": query.variables}
    if query.operation_name is not None:
        request["operationName"] = query.operation_name
    try:
        # Twice as fast for the rows of a log.
        return to_json(request)
    except PydanticSerializationError:
        # Lone surrogates, or something that is no JSON and that this tells of.
        return json.dumps(request).encode()
