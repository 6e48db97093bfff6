"""The simulator's own time: the machine's clock plus an offset tests may move."""

import time


class Clock:
    """Wall-clock seconds that can begin in the past, so a day passes without waiting for it.

    Window checks, timestamps and the give-up age of webhooks use it. Rate limits and delays
    do not: they run on the monotonic clock, since moving time must not fire every timer.
    """

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds

    def now(self) -> float:
        """Seconds since the epoch as this simulated world sees them."""
        return time.time() + self.offset_seconds
