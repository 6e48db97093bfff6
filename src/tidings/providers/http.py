"""The one door to the outside for provider calls: pooling, time limits, and what an error means.

It knows that a request certainly stayed here (NeverLeft) or may have gone out (MayHaveLeft),
which is all a sender may act on. It knows nothing of any provider, and it never retries.
"""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    DetailedPyreqwestError,
    PoolTimeoutError,
    PyreqwestError,
)
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.request import RequestBuilder
from pyreqwest.response import Response

from tidings.providers.exchanges import Observer, redacted_exchange

CONNECT_TIMEOUT: Final = timedelta(seconds=5)
TOTAL_TIMEOUT: Final = timedelta(seconds=30)
FILE_TIMEOUT: Final = timedelta(minutes=5)
POOL_TIMEOUT: Final = timedelta(seconds=10)
MAX_CONNECTIONS: Final = 512
MAX_REDIRECTS: Final = 3
JSON: Final = "application/json"
CONNECT_PHASE: Final = "client error (Connect)"


class NeverLeft(Exception):
    """The request certainly did not reach the other side: it may be made again."""


class MayHaveLeft(Exception):
    """The request may have been received, in whole or in part; its outcome is not known."""


class Answer(msgspec.Struct, frozen=True):
    """What came back. `headers` is looked up without regard to case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}

    @property
    def ok(self) -> bool:
        """Whether the status is in the 200s."""
        return 200 <= self.status < 300


class Download(msgspec.Struct, frozen=True):
    """A file on its way in: what the other side says of it, and its chunks, to be read once."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]

    @property
    def ok(self) -> bool:
        """Whether the status is in the 200s; the chunks of any other answer are an error page."""
        return 200 <= self.status < 300


class FileStream(msgspec.Struct, frozen=True):
    """A file on its way out: its chunks, to be read once, and how many bytes they are."""

    chunks: AsyncIterator[bytes]
    size_bytes: int


class Http:
    """Provider calls over one pool of connections; one instance serves a whole process.

    `base` is put before paths that begin with "/". `observer` is called once for each call,
    synchronously, after it ended; it must not raise and must not block. Not thread-safe; use it
    from one event loop, and close() it there.
    """

    def __init__(
        self,
        base: str = "",
        *,
        observer: Observer | None = None,
        headers: Mapping[str, str] | None = None,
        connect_timeout: timedelta = CONNECT_TIMEOUT,
        timeout: timedelta = TOTAL_TIMEOUT,
        pool_timeout: timedelta = POOL_TIMEOUT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self.base = base.rstrip("/")
        self.observer = observer
        self._client: Client = (
            ClientBuilder()
            .user_agent("tidings")
            .default_headers(dict(headers or {}))
            .connect_timeout(connect_timeout)
            .timeout(timeout)
            .pool_timeout(pool_timeout)
            .max_connections(max_connections)
            # A redirected POST would be sent twice; downloads follow redirects themselves.
            .follow_redirects(enable=False)
            .referer(enable=False)
            .build()
        )

    async def get(self, url: str, *, token: str | None = None) -> Answer:
        """GET an address. Raises NeverLeft or MayHaveLeft; any status is an Answer."""
        return await self._call("GET", self._request("GET", url, token), url, logged=b"")

    async def delete(self, url: str, *, token: str | None = None) -> Answer:
        """DELETE an address. Raises NeverLeft or MayHaveLeft; any status is an Answer."""
        return await self._call("DELETE", self._request("DELETE", url, token), url, logged=b"")

    async def post(
        self, url: str, body: bytes = b"", *, token: str | None = None, content_type: str = JSON
    ) -> Answer:
        """POST bytes, once. Raises NeverLeft or MayHaveLeft; any status is an Answer."""
        request = self._request("POST", url, token).header("content-type", content_type)
        return await self._call("POST", request.body_bytes(body), url, logged=body)

    async def post_multipart(
        self,
        url: str,
        fields: Mapping[str, str],
        *,
        file: FileStream,
        filename: str,
        mime_type: str,
        token: str | None = None,
    ) -> Answer:
        """POST a form with one part named `file`; the exchange log gets everything but the file."""
        form = FormBuilder()
        for name, value in fields.items():
            form = form.text(name, value)
        body = PartBuilder.from_stream_with_length(file.chunks, file.size_bytes)
        part = body.mime(mime_type).file_name(filename)
        request = self._request("POST", url, token, timeout=FILE_TIMEOUT)
        request = request.multipart(form.part("file", part))
        logged = msgspec.json.encode({**fields, "file": f"{filename}, {file.size_bytes} bytes"})
        return await self._call("POST", request, url, logged=logged)

    @asynccontextmanager
    async def stream(self, url: str, *, token: str | None = None) -> AsyncIterator[Download]:
        """GET a file in chunks, following up to three redirects; leaving the block hangs up.

        The token is shown only to the host it was meant for. Errors while the chunks are read
        come out as MayHaveLeft too: a download may simply be started again.
        """
        target = self._absolute(url)
        for _ in range(MAX_REDIRECTS + 1):
            request = self._request("GET", target, token, timeout=FILE_TIMEOUT)
            with _told_apart():
                async with request.build_streamed() as response:
                    location = response.get_header("location")
                    if not (300 <= response.status < 400 and location):
                        yield Download(response.status, response.headers, _chunks(response))
                        return
            redirected = urljoin(target, location)
            if urlsplit(redirected).netloc != urlsplit(target).netloc:
                token = None
            target = redirected
        raise MayHaveLeft(f"more than {MAX_REDIRECTS} redirects")

    async def close(self) -> None:
        """Hang up. Calls still on their way end as MayHaveLeft."""
        await self._client.close()

    def _absolute(self, url: str) -> str:
        return self.base + url if url.startswith("/") else url

    def _request(
        self, method: str, url: str, token: str | None, *, timeout: timedelta | None = None
    ) -> RequestBuilder:
        try:
            request = self._client.request(method, self._absolute(url))
            if timeout is not None:
                request = request.timeout(timeout)
            return request if token is None else request.bearer_auth(token)
        except ValueError as error:  # an address or a token that is not one
            raise NeverLeft(str(error)) from error

    async def _call(
        self, method: str, request: RequestBuilder, url: str, *, logged: bytes
    ) -> Answer:
        if self.observer is None:
            return await _send(request)
        started_at, start = datetime.now(UTC), time.monotonic()
        answer, error = None, None
        try:
            answer = await _send(request)
        except BaseException as raised:  # a cancelled call belongs into the log as well
            error = str(raised) or type(raised).__name__
            raise
        finally:
            self.observer(
                redacted_exchange(
                    method,
                    self._absolute(url),
                    request_body=logged,
                    status=answer.status if answer else None,
                    response_body=answer.body if answer else None,
                    started_at=started_at,
                    duration_ms=(time.monotonic() - start) * 1000,
                    error=error,
                )
            )
        return answer


async def _send(request: RequestBuilder) -> Answer:
    try:
        response = await request.build().send()
        return Answer(response.status, bytes(await response.bytes()), response.headers)
    except (PyreqwestError, ValueError) as error:
        raise _meaning(error) from error


async def _chunks(response: Response) -> AsyncIterator[bytes]:
    with _told_apart():
        while (chunk := await response.body_reader.read_chunk()) is not None:
            yield bytes(chunk)


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except PyreqwestError as error:
        raise _meaning(error) from error


def _meaning(error: Exception) -> NeverLeft | MayHaveLeft:
    """Tell whether the request may have gone out.

    The client's exception classes do not say so: it names a reset after the request
    `ConnectError`, and a slow answer `ConnectTimeoutError`. Only the chain of causes tells the
    connect phase (name, TCP, TLS) apart, and whatever we do not recognise may have left.
    """
    if isinstance(error, BuilderError | PoolTimeoutError) or not isinstance(error, PyreqwestError):
        return NeverLeft(str(error.args[0] if error.args else error))
    causes: list[str] = []
    if isinstance(error, DetailedPyreqwestError):
        causes = [cause["message"] for cause in error.details.get("causes") or ()]
    detail = causes[-1] if causes else error.message
    if CONNECT_PHASE in causes:
        return NeverLeft(detail)
    return MayHaveLeft(detail)
