"""Accepted messages on their way: each runs through its steps and reports every one."""

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from tidings.simulator.chats import ChatMessage
from tidings.simulator.errors import status_error
from tidings.simulator.ledger import ANSWER, FAILED, READ, SENT, Accepted, Added, Step
from tidings.simulator.webhook_bodies import (
    Piece,
    contact_of,
    encode,
    pricing_of,
    status_name,
)

if TYPE_CHECKING:
    from tidings.simulator.simulation import Simulation


class Journey(msgspec.Struct, gc=False):
    """One message between acceptance and its last step. `started` is monotonic."""

    n: int
    id: str
    number_id: str
    wa_id: str
    callback_data: str
    category: str
    steps: list[Step]
    started: float
    bubble: ChatMessage | None = None
    next: int = 0
    priced: bool = False


class Journeys:
    """Moves journeys forward and turns their steps into webhooks."""

    def __init__(self, simulation: "Simulation") -> None:
        self._simulation = simulation

    def begin(self, entry: Accepted, bubble: ChatMessage | None) -> None:
        """Start the steps of a message just accepted."""
        self.advance(_journey(entry, entry.steps, time.monotonic(), bubble))

    def resume(self, entry: Accepted, owed: int) -> None:
        """After a restart: take up the steps whose webhooks nobody has taken yet."""
        steps = [step for step in entry.steps if owed & (1 << step[0])]
        planned = {step[0] for step in entry.steps}
        steps += [
            (kind, 0, 0) for kind in range(ANSWER) if owed & (1 << kind) and kind not in planned
        ]
        age = max(self._simulation.clock.now() - entry.at / 1000, 0.0)
        bubble = self._simulation.bubble(entry.number_id, entry.wa_id, entry.id)
        self.advance(_journey(entry, steps, time.monotonic() - age, bubble))

    def advance(self, journey: Journey) -> None:
        """Report every step that is due and come back for the next one."""
        steps = journey.steps
        now = time.monotonic()
        while journey.next < len(steps):
            wait = journey.started + steps[journey.next][1] / 1000 - now
            if wait > 0.001:
                self._simulation.timeline.after(wait, partial(self.advance, journey))
                return
            step = steps[journey.next]
            journey.next += 1
            self._take(journey, step)

    def _take(self, journey: Journey, step: Step) -> None:
        kind, _, code = step
        if kind == ANSWER:
            self._simulation.inbound.answer(journey.number_id, journey.wa_id, cause=journey.n)
            return
        bubble = journey.bubble
        if bubble is not None:
            bubble.status = status_name(kind)
            bubble.error = code
            self._simulation.chats.touched()
        piece = self._piece(journey, kind, code)
        if piece is not None:
            self._simulation.outbox.put(piece)
        self._simulation.runs.hear(journey, kind)

    def _piece(self, journey: Journey, kind: int, code: int) -> Piece | None:
        """The status webhook of one step."""
        simulation = self._simulation
        number = simulation.book.numbers.get(journey.number_id)
        if number is None:
            return None
        wa_id = journey.wa_id
        shown = "" if simulation.hides_phone(wa_id) else wa_id
        user_id = simulation.book.user_id(wa_id)
        status: dict[str, Any] = {
            "id": journey.id,
            "status": status_name(kind),
            "timestamp": str(int(simulation.clock.now())),
        }
        if shown:
            status["recipient_id"] = shown
        status["recipient_user_id"] = user_id
        if journey.callback_data:
            status["biz_opaque_callback_data"] = journey.callback_data
        if kind == FAILED:
            status["errors"] = [status_error(code, FAILURES.get(code, "Message failed"))]
        elif kind == SENT or not journey.priced:
            status["pricing"] = pricing_of(journey.category)
            journey.priced = kind != SENT
        customer = simulation.book.customer(wa_id)
        contact = contact_of(
            name=customer.name or shown or user_id,
            username=customer.username,
            wa_id=shown,
            user_id=user_id,
        )
        return Piece(
            number.waba_id,
            number.id,
            "messages",
            "statuses",
            encode(status),
            contact,
            status=journey.n * 8 + kind,
        )

    def read_by_hand(self, number_id: str, wa_id: str) -> int:
        """The customer opened the chat: every delivered message becomes read. Returns how many."""
        count = 0
        for bubble in self._simulation.chats.of(number_id, wa_id):
            if not bubble.inbound and bubble.status == "delivered" and bubble.n >= 0:
                entry = self._simulation.ledger.read(bubble.n)
                if READ not in {step[0] for step in entry.steps}:
                    self._simulation.ledger.append(Added(bubble.n, READ))
                self._take(_journey(entry, [], 0.0, bubble), (READ, 0, 0))
                count += 1
        return count


FAILURES = {
    131026: "Message Undeliverable. The recipient may not be on WhatsApp.",
    131047: "Message failed to send because more than 24 hours have passed since the customer "
    "last replied to this number.",
    131050: "The recipient chose to stop receiving marketing messages on WhatsApp.",
    131053: "Media file could not be downloaded from the link.",
    132015: "The template was paused due to low quality.",
}


def _journey(
    entry: Accepted, steps: list[Step], started: float, bubble: ChatMessage | None
) -> Journey:
    return Journey(
        entry.n,
        entry.id,
        entry.number_id,
        entry.wa_id,
        entry.callback_data,
        entry.category,
        steps,
        started,
        bubble,
    )
