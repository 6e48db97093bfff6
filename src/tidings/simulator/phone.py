"""The customer's phone: the static page, and what it asks for."""

from collections.abc import Awaitable, Callable

from tidings.simulator.http import Answer, Request, Response
from tidings.simulator.simulation import Simulation

Handler = Callable[[Simulation, Request], Awaitable[Answer]]
ROUTES: dict[tuple[str, str, int], Handler] = {}


async def page(request: Request) -> Answer:
    """The page."""
    return Response(b"", content_type=b"text/html")
