"""Things that happen later, on one timer for all of them."""

import asyncio
import heapq
import time
from collections.abc import Callable

TICK = 0.003


class Timeline:
    """A heap of moments. What falls due within the same few milliseconds runs together."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def __len__(self) -> int:
        return len(self._heap)

    def clear(self) -> None:
        """Forget everything planned."""
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @staticmethod
    def now() -> float:
        """The seconds it runs on, which moving the simulated time does not touch."""
        return time.monotonic()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Run the action once, that much later."""
        due = time.monotonic() + seconds
        self._order += 1
        heapq.heappush(self._heap, (due, self._order, action))
        if self._timer is None or due < self._timer_at - TICK:
            self._set_timer(due)

    def _set_timer(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = due
        wait = max(due - time.monotonic(), 0.0) + TICK
        self._timer = asyncio.get_running_loop().call_later(wait, self._run)

    def _run(self) -> None:
        self._timer = None
        now = time.monotonic()
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()
        if self._heap and self._timer is None:
            self._set_timer(self._heap[0][0])
