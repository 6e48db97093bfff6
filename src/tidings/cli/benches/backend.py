"""A backend that sends notifications as a careful one does: with a key, and again when unsure."""

import asyncio
import http.client
import time
import urllib.error
import urllib.request
from uuid import uuid4

import msgspec

from tidings.cli.benches.cast import Cast, phone

SENDERS = 12
PATIENCE_SECONDS = 90.0


class Backend:
    """Sends at a steady rate; `accepted` are the message ids it was given."""

    def __init__(self, port: int, cast: Cast, *, rate: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v2/conversations/messages/agentless"
        self._cast = cast
        self._rate = rate
        self._number = 0
        self._stopped = False
        self.accepted: set[str] = set()
        self.given_up = 0

    def stop(self) -> None:
        """Send nothing new; what was begun is brought to an end."""
        self._stopped = True

    async def send_loop(self) -> None:
        """Send until stopped."""
        await asyncio.gather(*(self._sender() for _ in range(SENDERS)))

    async def _sender(self) -> None:
        while not self._stopped:
            started = time.monotonic()
            self._number += 1
            await self._send_one(self._number)
            spare = SENDERS / self._rate - (time.monotonic() - started)
            await asyncio.sleep(max(spare, 0.0))

    async def _send_one(self, number: int) -> None:
        """One notification, repeated with the same key until there is an answer."""
        body = msgspec.json.encode(
            {
                "fromAddress": str(self._cast.integration_id),
                "toAddress": phone(number % self._cast.customers),
                "toAddressMessengerType": "whatsapp",
                "messagingTemplate": {
                    "responseId": str(self._cast.response_id),
                    "bodyParameters": [
                        {"id": "1", "value": "Amina"},
                        {"id": "2", "value": f"A-{number}"},
                    ],
                },
            }
        )
        key = str(uuid4())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = await asyncio.to_thread(self._post, body, key)
            if answer is not None:
                self.accepted.add(msgspec.json.decode(answer)["id"])
                return
            await asyncio.sleep(0.25)
        self.given_up += 1

    def _post(self, body: bytes, key: str) -> bytes | None:
        request = urllib.request.Request(  # noqa: S310
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self._cast.token}",
                "Idempotency-Key": key,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise RuntimeError(error.read().decode()) from error
            return None
        except (OSError, http.client.HTTPException):
            return None
