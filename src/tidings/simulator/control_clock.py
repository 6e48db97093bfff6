"""Moving the simulated time: customers write yesterday, and come back today."""

from collections.abc import Awaitable, Callable

import msgspec

from tidings.simulator.http import Answer, Request, json_response
from tidings.simulator.simulation import Simulation

Handler = Callable[[Simulation, Request], Awaitable[Answer]]
FARTHEST_SECONDS = 30 * 86_400


class Shift(msgspec.Struct, forbid_unknown_fields=True):
    """Where to move the clock: to an offset from the machine's time, or onward from here."""

    offset_seconds: float | None = None
    advance_seconds: float = 0.0


async def get_clock(simulation: Simulation, request: Request) -> Answer:
    """GET clock: how far the simulated time is from the machine's."""
    offset = simulation.clock.offset_seconds
    return json_response({"offset_seconds": offset, "now": simulation.clock.now()})


async def post_clock(simulation: Simulation, request: Request) -> Answer:
    """{"offset_seconds"} or {"advance_seconds"}: move the simulated time."""
    shift = msgspec.convert(await request.json(), Shift)
    start = shift.offset_seconds
    offset = simulation.clock.offset_seconds if start is None else start
    offset += shift.advance_seconds
    check_offset(offset)
    simulation.move_clock(offset)
    return await get_clock(simulation, request)


def check_offset(offset: float) -> None:
    """Raise ValueError for a time that has not come yet, or that is too long ago."""
    if offset > 0:
        raise ValueError(
            f"offset_seconds would be {offset:g}: the future cannot be simulated, because whoever "
            "receives a webhook takes a time to come for now. Begin in the past and go on to 0."
        )
    if offset < -FARTHEST_SECONDS:
        raise ValueError(
            f"offset_seconds would be {offset:g}: give at least {-FARTHEST_SECONDS}, which is "
            "30 days ago."
        )


ROUTES: dict[tuple[str, str, int], Handler] = {
    ("GET", "clock", 0): get_clock,
    ("POST", "clock", 0): post_clock,
}
