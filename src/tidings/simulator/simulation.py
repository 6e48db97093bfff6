"""The whole simulated platform: its parts put together, its start, restart and end."""

import asyncio
import zlib
from pathlib import Path
from typing import Any

import msgspec

from tidings.simulator.chats import ChatMessage, Chats
from tidings.simulator.clock import Clock
from tidings.simulator.faults import Switches
from tidings.simulator.inbound import Inbound
from tidings.simulator.journeys import Journeys
from tidings.simulator.ledger import STEP_NAMES, Accepted, Event, Ledger
from tidings.simulator.limits import Limits
from tidings.simulator.media import MediaStore
from tidings.simulator.outbox import Outbox
from tidings.simulator.runs import Runs
from tidings.simulator.timeline import Timeline
from tidings.simulator.wamids import parse_wamid
from tidings.simulator.world import Template
from tidings.simulator.world_book import WorldBook

SAVE_EVERY = 0.25
STATUSES = 0b1111
PAUSED = {"title": "FIRST_PAUSE", "description": "Paused for 3 hours because of low quality."}
DISABLED = {"title": "DISABLED", "description": "Disabled because of repeated low quality."}


class Simulation:
    """One simulated Meta with its state directory. Open it inside a running event loop."""

    def __init__(self, state_dir: Path, config: dict[str, Any]) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self.book = WorldBook(state_dir, config)
        self.clock = Clock(self.book.clock_offset_seconds)
        self.ledger = Ledger(state_dir)
        self.media = MediaStore(state_dir / "media", self.clock)
        self.limits = Limits()
        self.switches = Switches(self.book.settings.seed)
        self.timeline = Timeline()
        self.chats = Chats()
        self.outbox = Outbox(
            self.book,
            self.ledger,
            clock=self.clock,
            timeline=self.timeline,
            switches=self.switches,
        )
        self.inbound = Inbound(self)
        self.journeys = Journeys(self)
        self.runs = Runs(self)
        self.address = ""
        self.closing = False
        self._saving: asyncio.Task[None] | None = None

    def open(self, address: str) -> None:
        """Start: take up where the ledger of an earlier run ends."""
        self.address = self.book.settings.public_url or address
        self.outbox.open()
        self._replay()
        self._saving = asyncio.get_running_loop().create_task(self._save_loop())

    def _replay(self) -> None:
        for entry in self.ledger.replay():
            if isinstance(entry, Accepted):
                self.remember(entry)
            elif isinstance(entry, Event):
                self.inbound.recall(entry)
        for bubble in self.chats.outbound():
            done = self.ledger.done[bubble.n] & STATUSES
            if done:
                bubble.status = STEP_NAMES[done.bit_length() - 1]
        for event in list(self.ledger.open_events.values()):
            self.inbound.post(event)
        for n in self.ledger.owing():
            self.journeys.resume(self.ledger.read(n), self.ledger.owed(n))

    def hang_up(self) -> None:
        """Let go of everyone who watches, so that stopping need not wait for them."""
        self.closing = True
        self.chats.touched()

    async def close(self) -> None:
        """Stop: nothing is lost, what is not delivered is owed."""
        if self._saving is not None:
            self._saving.cancel()
        self.timeline.clear()
        await self.outbox.close()
        self.book.save()
        self.ledger.close()

    async def _save_loop(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            if self.book.dirty:
                self.book.save()

    def reset(self) -> None:
        """Back to an empty ledger and the configured world; media and faults go too."""
        self.runs.clear()
        self.timeline.clear()
        self.outbox.clear()
        self.outbox.counts.clear()
        self.ledger.clear()
        self.chats.clear()
        self.limits.clear()
        self.inbound.clear()
        self.media.clear()
        self.book.restart()
        self.clock.offset_seconds = 0.0
        self.switches = self.outbox.switches = Switches(self.book.settings.seed)

    def move_clock(self, offset_seconds: float) -> None:
        """From now on the simulated time is so many seconds from the machine's, never ahead."""
        self.clock.offset_seconds = self.book.clock_offset_seconds = offset_seconds
        self.book.dirty = True
        self.chats.touched()
        self.runs.clock_moved()

    def remember(self, entry: Accepted) -> ChatMessage:
        """Show the accepted message in its chat."""
        message = msgspec.json.decode(entry.message)
        bubble = ChatMessage(entry.id, inbound=False, at=entry.at, message=message, n=entry.n)
        self.chats.add(entry.number_id, entry.wa_id, bubble)
        return bubble

    def bubble(self, number_id: str, wa_id: str, message_id: str) -> ChatMessage | None:
        """The bubble of a message, if the chats still have it."""
        for bubble in reversed(self.chats.of(number_id, wa_id)):
            if bubble.id == message_id:
                return bubble
        return None

    def find_message(self, message_id: str) -> Accepted | None:
        """The accepted message with this id, from the ledger."""
        wamid = parse_wamid(message_id)
        if wamid is None or wamid.inbound or wamid.n >= self.ledger.accepted:
            return None
        entry = self.ledger.read(wamid.n)
        return entry if entry.id == message_id else None

    def set_template_status(self, name: str, status: str, *, reason: str = "") -> int:
        """Give every language of a template a new status and announce it. Returns how many."""
        changed = [item for item in self.book.world.templates if item.name == name]
        for template in changed:
            template.status = status
            template.rejected_reason = reason or "NONE"
            self.inbound.manage(
                template.waba_id, "message_template_status_update", template_update(template)
            )
        self.book.changed()
        return len(changed)

    def hides_phone(self, wa_id: str) -> bool:
        """Whether webhooks leave this customer's phone number out."""
        fault = self.switches.faults.no_phone
        if fault is not None and zlib.crc32(wa_id.encode()) % 1000 < fault.probability * 1000:
            return True
        known = self.book.customers.get(wa_id)
        return known is not None and known.phone_hidden


def template_update(template: Template) -> dict[str, Any]:
    """The value of `message_template_status_update` for a template as it is now."""
    update: dict[str, Any] = {
        "event": template.status,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
        "reason": template.rejected_reason,
    }
    if template.status == "PAUSED":
        update["other_info"] = PAUSED
    elif template.status == "DISABLED":
        update["other_info"] = DISABLED
    return update
