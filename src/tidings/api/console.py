"""Serves the built console: its files, and its one page for every other address."""

import mimetypes
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "console"
NOT_BUILT = b"The console was not built; run `make console`."
FOR_EVER = b"public, max-age=31536000, immutable"

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Console:
    """Files are read once at start; they are few and small."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            "/" + path.relative_to(folder).as_posix(): path.read_bytes()
            for path in (sorted(folder.rglob("*")) if folder.is_dir() else [])
            if path.is_file()
        }

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Answer GET and HEAD."""
        if scope["method"] not in ("GET", "HEAD"):
            await self._answer(send, 405, b"GET only", kind="text/plain", cache=b"no-store")
            return
        path: str = scope["path"]
        body = self._files.get(path)
        if body is not None and path != "/index.html":
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            cache = FOR_EVER if path.startswith("/assets/") else b"no-cache"
            await self._answer(send, 200, body, kind=kind, cache=cache)
        elif path.startswith("/assets/"):
            await self._answer(send, 404, b"not found", kind="text/plain", cache=b"no-store")
        elif (page := self._files.get("/index.html")) is not None:
            await self._answer(send, 200, page, kind="text/html; charset=utf-8", cache=b"no-cache")
        else:
            await self._answer(send, 503, NOT_BUILT, kind="text/plain", cache=b"no-store")

    async def _answer(
        self, send: Send, status: int, body: bytes, *, kind: str, cache: bytes
    ) -> None:
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", cache),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
