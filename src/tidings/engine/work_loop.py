"""The loop around work that is looked for: step by step, with a pause when there is none."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from tidings.store.database import UNAVAILABLE

log = structlog.get_logger()

LONGEST_PAUSE_SECONDS = 10.0


async def work_loop(
    step: Callable[[], Awaitable[bool]], stop: asyncio.Event, *, work: str, poll_seconds: float
) -> None:
    """Do step after step until told to stop; one that found nothing to do is followed by a pause.

    Outlives a lost database, at which it looks less often the longer it is away.
    """
    pause = poll_seconds
    while not stop.is_set():
        try:
            found = await step()
            pause = 0.0 if found else poll_seconds
        except UNAVAILABLE as error:
            log.warning(f"{work}.database_lost", error=type(error).__name__)
            pause = min(max(pause, poll_seconds) * 2, LONGEST_PAUSE_SECONDS)
        if pause:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
