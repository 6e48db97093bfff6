"""Posting webhooks: queues for each receiver, parallel posts, retries until it takes them."""

import asyncio
from collections import Counter, deque
from datetime import timedelta
from functools import partial

import msgspec
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from tidings.simulator.clock import Clock
from tidings.simulator.faults import Switches
from tidings.simulator.ledger import Delivered, GivenUp, Ledger
from tidings.simulator.timeline import Timeline
from tidings.simulator.webhook_bodies import Piece, render, signature_of
from tidings.simulator.world_book import Target, WorldBook

BODY_LIMIT = 3 * 1024 * 1024
BODY_OVERHEAD = 400


class Post(msgspec.Struct, gc=False):
    """One webhook post: the same bytes at every attempt, as Meta repeats them."""

    target: Target
    body: bytes
    signature: str
    statuses: list[int]
    events: list[int]
    first_at: float
    attempts: int = 0


class Lane:
    """The queue of one receiver: new updates, posts to repeat, and how many hands are busy."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.pieces: deque[Piece] = deque()
        self.repeats: deque[Post] = deque()
        self.active = 0


class Outbox:
    """Takes pieces, posts them to their target, and writes each taken post to the ledger."""

    def __init__(
        self,
        book: WorldBook,
        ledger: Ledger,
        *,
        clock: Clock,
        timeline: Timeline,
        switches: Switches,
    ) -> None:
        self._book = book
        self._ledger = ledger
        self._clock = clock
        self._timeline = timeline
        self.switches = switches
        self._client: Client | None = None
        self._lanes: dict[Target, Lane] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self.retrying = 0
        self.counts: Counter[str] = Counter()
        self.first_posted: dict[int, asyncio.Future[None]] = {}

    def open(self) -> None:
        """Make the HTTP client; its pool is shared by all receivers."""
        timeout = timedelta(seconds=self._book.settings.webhook_timeout_seconds)
        builder = ClientBuilder().timeout(timeout).no_proxy().follow_redirects(enable=False)
        builder = builder.user_agent("facebookexternalua")
        self._client = builder.default_headers({"content-type": "application/json"}).build()

    async def close(self) -> None:
        """Stop posting. What is not delivered stays owed in the ledger."""
        self.clear()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    def clear(self) -> None:
        """Drop everything queued and being posted."""
        for worker in self._workers:
            worker.cancel()
        for lane in self._lanes.values():
            lane.pieces.clear()
            lane.repeats.clear()
        self.retrying = 0

    def waiting(self) -> dict[str, int]:
        """How much is queued, being posted and waiting for its next attempt."""
        return {
            "queued": sum(len(lane.pieces) + len(lane.repeats) for lane in self._lanes.values()),
            "posting": sum(lane.active for lane in self._lanes.values()),
            "retrying": self.retrying,
            "planned": len(self._timeline),
        }

    def put(self, piece: Piece) -> None:
        """Queue one update; switched faults may hold it back or send it twice."""
        if not self.switches.on_webhooks:
            self._enqueue(piece)
            return
        times = 1
        if fault := self.switches.strike("duplicate"):
            times += fault.times
        for _ in range(times):
            self._put_late(piece)

    def _put_late(self, piece: Piece) -> None:
        wait = 0.0
        if fault := self.switches.strike("delay"):
            wait += fault.delay_ms / 1000
        if fault := self.switches.strike("reorder"):
            wait += self.switches.share() * fault.delay_ms / 1000
        if wait:
            self._timeline.after(wait, partial(self._enqueue, piece))
        else:
            self._enqueue(piece)

    def _enqueue(self, piece: Piece) -> None:
        target = self._book.target(piece.waba_id, piece.number_id)
        if target is None:
            self.counts["without_receiver"] += 1
            return
        lane = self._lane(target)
        lane.pieces.append(piece)
        self._wake(lane)

    def _lane(self, target: Target) -> Lane:
        lane = self._lanes.get(target)
        if lane is None:
            lane = self._lanes[target] = Lane(target)
        return lane

    def _wake(self, lane: Lane) -> None:
        if lane.active < self._book.settings.webhook_concurrency:
            lane.active += 1
            worker = asyncio.get_running_loop().create_task(self._drain(lane))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _drain(self, lane: Lane) -> None:
        """Post from the lane until it is empty: one of the parallel hands of a receiver."""
        try:
            while lane.pieces or lane.repeats:
                if lane.repeats:
                    await self._attempt(lane.repeats.popleft())
                size = self._batch_size()
                if size > 1 and len(lane.pieces) < size:
                    await asyncio.sleep(self._book.settings.webhook_batch_wait_ms / 1000)
                pieces = _take(lane.pieces, size)
                if pieces:
                    await self._attempt(self._compose(lane.target, pieces))
        finally:
            lane.active -= 1

    def _batch_size(self) -> int:
        fault = self.switches.faults.batch and self.switches.strike("batch")
        return min(max(fault.size if fault else self._book.settings.webhook_batch, 1), 1000)

    def _compose(self, target: Target, pieces: list[Piece]) -> Post:
        body = render(pieces, self._book.metadata)
        return Post(
            target,
            body,
            signature_of(body, target.secret),
            [piece.status for piece in pieces if piece.status >= 0],
            [piece.event for piece in pieces if piece.event >= 0],
            self._clock.now(),
        )

    async def _attempt(self, post: Post) -> None:
        post.attempts += 1
        if await self._deliver(post):
            self._settle(post)
            return
        settings = self._book.settings
        if self._clock.now() - post.first_at >= settings.give_up_after_seconds:
            at = int(self._clock.now() * 1000)
            self._ledger.append(GivenUp(at, post.statuses, post.events))
            return
        wait = settings.retry_base_seconds * 2.0 ** min(post.attempts - 1, 20)
        self.retrying += 1
        self._timeline.after(min(wait, settings.retry_max_seconds), partial(self._retry, post))

    def _retry(self, post: Post) -> None:
        self.retrying = max(self.retrying - 1, 0)
        lane = self._lane(post.target)
        lane.repeats.append(post)
        self._wake(lane)

    async def _deliver(self, post: Post) -> bool:
        """One attempt; True only for a 200."""
        if self._client is None:
            return False
        self.counts["attempts"] += 1
        try:
            request = self._client.post(post.target.url).body_bytes(post.body)
            answer = await request.header("X-Hub-Signature-256", post.signature).build().send()
        except (PyreqwestError, ValueError) as error:
            self.counts["failed." + type(error).__name__] += 1
            return False
        self.counts[f"answered.{answer.status}"] += 1
        return answer.status == 200

    def _settle(self, post: Post) -> None:
        self._ledger.append(
            Delivered(
                int(self._clock.now() * 1000), post.statuses, post.events, attempts=post.attempts
            )
        )
        if self.first_posted:
            for number in post.statuses:
                waiter = self.first_posted.pop(number // 8, None)
                if waiter is not None and not waiter.done():
                    waiter.set_result(None)

    async def posted(self, n: int, *, within: float) -> None:
        """Wait until a status of message `n` was taken, but not longer than `within` seconds."""
        waiter = self.first_posted.setdefault(n, asyncio.get_running_loop().create_future())
        try:
            await asyncio.wait_for(waiter, within)
        except TimeoutError:
            self.first_posted.pop(n, None)


def _take(queue: deque[Piece], size: int) -> list[Piece]:
    """Up to `size` pieces from the front, as many as fit into one body."""
    pieces: list[Piece] = []
    room = BODY_LIMIT
    while queue and len(pieces) < size:
        room -= len(queue[0].body) + len(queue[0].contact) + BODY_OVERHEAD
        if room < 0 and pieces:
            break
        pieces.append(queue.popleft())
    return pieces
