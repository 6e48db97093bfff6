"""Group commit: what arrives within the same moment shares one transaction.

A commit waits for the disk; many small ones wait one after the other. Here the callers wait
together: while one batch is being written the next one gathers.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from tidings.store.database import UNAVAILABLE

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Gathers items and writes them in batches; each caller gets its own result.

    `write` takes the items in order and gives a result for each; the batch is one transaction.
    When a batch fails for any reason but an unreachable database, its items are written one by
    one, so that a bad one fails alone.
    """

    def __init__(
        self,
        write: Callable[[list[Item]], Awaitable[Sequence[Result]]],
        *,
        most: int = 500,
        at_once: int = 2,
    ) -> None:
        self._write = write
        self._most = most
        self._at_once = at_once
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._writers: set[asyncio.Task[None]] = set()
        self._writing = 0

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Hand in an item; the future is done when its batch is committed, or failed."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writing < self._at_once:
            self._writing += 1
            task = asyncio.create_task(self._write_batches())
            self._writers.add(task)
            task.add_done_callback(self._writers.discard)
        return future

    @property
    def waiting(self) -> int:
        """Items that no batch has taken yet."""
        return len(self._waiting)

    async def drain(self) -> None:
        """Wait until everything handed in so far is written."""
        while self._writers:
            await asyncio.gather(*self._writers, return_exceptions=True)

    async def _write_batches(self) -> None:
        # Counted down in the same step that saw nothing waiting: a task that has ended but is not
        # yet forgotten would otherwise keep the next item from getting a writer.
        try:
            while self._waiting:
                count = min(len(self._waiting), self._most)
                await self._write_batch([self._waiting.popleft() for _ in range(count)])
        finally:
            self._writing -= 1

    async def _write_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._write([item for item, _ in batch])
        except UNAVAILABLE as error:
            _fail(batch, error)
        except Exception as error:
            if len(batch) == 1:
                _fail(batch, error)
                return
            for one in batch:
                await self._write_batch([one])
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _fail(batch: list[tuple[Item, asyncio.Future[Result]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
