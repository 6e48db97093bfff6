"""The ASGI application: finds who answers a request, and turns refusals into answers."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

from msgspec import DecodeError, ValidationError

from tidings.simulator import control, graph, phone_api
from tidings.simulator.errors import GraphError
from tidings.simulator.http import (
    Answer,
    Receive,
    Request,
    Scope,
    Send,
    TooLarge,
    json_response,
)
from tidings.simulator.messages import Messages
from tidings.simulator.simulation import Simulation

VERSION = re.compile(r"v\d{1,3}\.\d")
Handler = Callable[[Simulation, Request], Awaitable[Answer]]


class App:
    """Routes by the first path segments: control, phone page, or Graph with or without version."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._messages = Messages(simulation)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except GraphError as refusal:
            self._simulation.outbox.counts[f"refused.{refusal.code}"] += 1
            answer = json_response(refusal.body(), status=refusal.status)
        except ConnectionResetError:
            # Let the server notice that the connection is gone before it looks for an answer.
            await asyncio.sleep(0.01)
            return
        except TooLarge:
            answer = json_response(GraphError(100, "Body too large").body(), status=413)
        except (DecodeError, ValidationError) as error:
            answer = json_response(GraphError(100, str(error)).body(), status=400)
        # A caller that died in the meantime is no fault of ours, and uvloop says so by raising.
        with suppress(RuntimeError):
            await answer.send(send)

    async def _answer(self, request: Request) -> Answer:
        segments = request.segments
        if segments and VERSION.fullmatch(segments[0]):
            del segments[0]
        if len(segments) == 2 and segments[1] == "messages" and request.method == "POST":
            return await self._messages.post(request, segments[0])
        if not segments or segments[0] in ("phone",):
            return await phone_api.page(request)
        if segments[0] == "_simulator":
            return await self._control(request)
        return await graph.answer(self._simulation, request)

    async def _control(self, request: Request) -> Answer:
        """The control API, whose refusals are plain."""
        handler = control.find(request)
        if handler is None:
            return json_response({"error": "no such control operation"}, status=404)
        try:
            return await handler(self._simulation, request)
        except (DecodeError, ValidationError, KeyError, ValueError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
