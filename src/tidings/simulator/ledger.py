"""The ledger: an append-only file of all that was accepted and all that was delivered.

It is the judge of loss tests, so an acceptance is in the file before its 200 goes out. It is
written with plain os.write: a killed process loses nothing, a killed machine may.
In memory there are a few bytes a message; everything else is read back from the file.
"""

import asyncio
import os
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

Step = tuple[int, int, int]
"""One planned consequence of a message: its kind, milliseconds after acceptance, error code."""

SENT, DELIVERED, READ, FAILED, ANSWER = range(5)
STEP_NAMES = ("sent", "delivered", "read", "failed", "answer")


class Accepted(msgspec.Struct, tag_field="entry", tag="accepted", gc=False):
    """A message we answered 200 for, and what was planned to follow. `at` is in milliseconds."""

    n: int
    id: str
    number_id: str
    wa_id: str
    to: str
    type: str
    template: str
    callback_data: str
    category: str
    at: int
    steps: list[Step]
    silent: bool
    message: msgspec.Raw


class Event(msgspec.Struct, tag_field="entry", tag="event"):
    """A webhook that is not a status: an inbound message or a management change."""

    n: int
    waba_id: str
    number_id: str
    field: str
    at: int
    value: dict[str, Any]
    wa_id: str = ""
    cause: int = -1
    silent: bool = False


class Delivered(msgspec.Struct, tag_field="entry", tag="delivered"):
    """A webhook post answered 200. A status is numbered 8 * message + kind."""

    at: int
    statuses: list[int]
    events: list[int]
    attempts: int = 1


class GivenUp(msgspec.Struct, tag_field="entry", tag="given_up"):
    """A webhook post nobody took in seven days."""

    at: int
    statuses: list[int]
    events: list[int]


class Added(msgspec.Struct, tag_field="entry", tag="added"):
    """A status that no plan held, because a person at the phone page caused it."""

    n: int
    kind: int


Entry = Accepted | Event | Delivered | GivenUp | Added
_encoder = msgspec.json.Encoder()
entry_decoder = msgspec.json.Decoder(Entry)


class Ledger:
    """Appends entries, counts them, and knows what is still owed after a restart."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "ledger.jsonl"
        self._lines: list[bytes] = []
        self._written: asyncio.Future[None] | None = None
        self._open()

    def _open(self) -> None:
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.offsets = array("Q")
        self.planned = bytearray()
        self.done = bytearray()
        self.callbacks: dict[str, int] = {}
        self.counts: Counter[str] = Counter()
        self.open_events: dict[int, Event] = {}
        self.next_event = 0
        self._size = 0

    def close(self) -> None:
        """Write what waits and let the file go."""
        self._flush()
        os.close(self._fd)

    def clear(self) -> None:
        """Forget everything and start an empty file."""
        self.close()
        self.path.unlink(missing_ok=True)
        self._open()

    @property
    def accepted(self) -> int:
        """How many messages were accepted; also the number of the next one."""
        return len(self.offsets)

    def append(self, entry: Entry) -> asyncio.Future[None]:
        """Queue the entry; the future is done when it is in the file.

        All entries of one turn of the event loop share one write.
        """
        line = _encoder.encode(entry)
        self._note(entry, self._size)
        self._size += len(line) + 1
        self._lines.append(line)
        if self._written is None:
            loop = asyncio.get_running_loop()
            self._written = loop.create_future()
            loop.call_soon(self._flush)
        return self._written

    def _flush(self) -> None:
        written, self._written = self._written, None
        lines, self._lines = self._lines, []
        if lines:
            lines.append(b"")
            data = memoryview(b"\n".join(lines))
            while data:
                data = data[os.write(self._fd, data) :]
        if written is not None and not written.done():
            written.set_result(None)

    def _note(self, entry: Entry, offset: int) -> None:
        """Keep the few things memory needs of an entry, written or replayed."""
        if isinstance(entry, Accepted):
            self.offsets.append(offset)
            self.planned.append(0 if entry.silent else _mask(entry.steps))
            self.done.append(0)
            if entry.callback_data:
                self._count_callback(entry.callback_data)
        elif isinstance(entry, Delivered | GivenUp):
            self._note_settled(entry)
        elif isinstance(entry, Event):
            self._note_event(entry)
        else:
            self.planned[entry.n] |= 1 << entry.kind

    def _count_callback(self, callback_data: str) -> None:
        seen = self.callbacks.get(callback_data, 0)
        self.callbacks[callback_data] = seen + 1
        if seen:
            self.counts["doubles"] += 1

    def _note_event(self, entry: Event) -> None:
        self.next_event = entry.n + 1
        self.counts["events"] += 1
        self.counts["events." + entry.field] += 1
        if entry.cause >= 0:
            self.done[entry.cause] |= 1 << ANSWER
        if not entry.silent:
            self.open_events[entry.n] = entry

    def _note_settled(self, entry: Delivered | GivenUp) -> None:
        delivered = isinstance(entry, Delivered)
        self.counts["posts.delivered" if delivered else "posts.given_up"] += 1
        word = "delivered" if delivered else "given_up"
        for number in entry.statuses:
            n, kind = divmod(number, 8)
            if n >= len(self.done):
                continue
            if self.done[n] & (1 << kind):
                self.counts["statuses.repeated"] += 1
                continue
            self.done[n] |= 1 << kind
            self.counts["statuses." + word] += 1
            self.counts[f"statuses.{word}.{STEP_NAMES[kind]}"] += 1
        for n in entry.events:
            if self.open_events.pop(n, None) is not None:
                self.counts["events." + word] += 1

    def replay(self) -> Iterator[Entry]:
        """Read the file of an earlier run from its start, noting and yielding every entry.

        A torn last line belongs to a request that was never answered: it is cut off.
        """
        with self.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                entry = entry_decoder.decode(line)
                self._note(entry, self._size)
                self._size += len(line)
                yield entry
        os.ftruncate(self._fd, self._size)

    def owed(self, n: int) -> int:
        """The steps of message `n` that still have to happen, as a bit mask."""
        return self.planned[n] & ~self.done[n]

    def owing(self) -> list[int]:
        """The numbers of all messages with steps still to happen."""
        return [n for n in range(self.accepted) if self.owed(n)]

    def read(self, n: int) -> Accepted:
        """The acceptance of message `n`, from the file."""
        self._flush_lines()
        start = self.offsets[n]
        data = os.pread(self._fd, 4096, start)
        while b"\n" not in data:
            more = os.pread(self._fd, 65536, start + len(data))
            if not more:
                break
            data += more
        entry = entry_decoder.decode(data.partition(b"\n")[0])
        if not isinstance(entry, Accepted):
            raise TypeError("offset does not point at an acceptance")
        return entry

    async def flushed(self) -> None:
        """Wait until everything appended so far is in the file."""
        if self._written is not None:
            await self._written

    def chunk(self, offset: int, size: int) -> bytes:
        """Bytes of the file from an offset."""
        return os.pread(self._fd, size, offset)

    def _flush_lines(self) -> None:
        if self._lines:
            self._flush()


def _mask(steps: list[Step]) -> int:
    mask = 0
    for kind, _, _ in steps:
        mask |= 1 << kind
    return mask
