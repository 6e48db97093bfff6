"""The demo's calls over HTTP, to the product's front door and to the simulator."""

import asyncio
import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from tidings.embedded import EmbeddedError

START_SECONDS = 60.0


def post(url: str, body: dict[str, Any] | bytes, headers: dict[str, str]) -> dict[str, Any]:
    """POST JSON, or a form as bytes, and give the JSON answer. Raises OSError with its text."""
    kind = "application/x-www-form-urlencoded" if isinstance(body, bytes) else "application/json"
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310
        url, data, {"Content-Type": kind, **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            given: dict[str, Any] = json.load(answer)
            return given
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")[:500]
        raise OSError(f"{url} answered {error.code}: {text}") from error


def get_token(base_url: str, client_id: str, client_secret: str) -> str:
    """An access token of an OAuth client. Raises OSError when it is refused."""
    proof = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
    answer = post(f"{base_url}/oauth/token", form, {"Authorization": f"Basic {proof}"})
    return str(answer["access_token"])


async def wait_for(url: str) -> None:
    """Wait until an address answers 200. Raises EmbeddedError when it does not in a minute."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=2).close())  # noqa: S310
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{url} does not answer: {error}") from error
            await asyncio.sleep(0.1)
