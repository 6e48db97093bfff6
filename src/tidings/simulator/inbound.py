"""What customers do: messages, button taps, reactions and preferences, as webhooks."""

from typing import TYPE_CHECKING, Any

from tidings.simulator.chats import ChatMessage
from tidings.simulator.errors import GraphError, unknown_object
from tidings.simulator.ledger import Event
from tidings.simulator.people import region_of
from tidings.simulator.wamids import wamid_of
from tidings.simulator.webhook_bodies import Piece, contact_of, encode
from tidings.simulator.world import Customer, Number

if TYPE_CHECKING:
    from tidings.simulator.simulation import Simulation

WINDOW_SECONDS = 24 * 3600
WITHOUT_CONTACT = ("system",)


class Inbound:
    """Writes customers' messages: into the ledger first, then to whoever is subscribed."""

    def __init__(self, simulation: "Simulation") -> None:
        self._simulation = simulation
        self._windows: dict[tuple[str, str], float] = {}

    def clear(self) -> None:
        """Close every customer service window."""
        self._windows.clear()

    def window_open(self, number_id: str, wa_id: str) -> bool:
        """Whether this customer wrote to this number within the last 24 hours."""
        last = self._windows.get((number_id, wa_id))
        return last is not None and self._simulation.clock.now() - last < WINDOW_SECONDS

    def _open_window(self, number_id: str, wa_id: str, at: float) -> None:
        """The customer wrote at that time; what they wrote later already counts for more."""
        key = (number_id, wa_id)
        self._windows[key] = max(at, self._windows.get(key, 0.0))

    def write(self, number_id: str, wa_id: str, message: dict[str, Any], *, cause: int = -1) -> str:
        """The customer sends `message` (type, its payload, perhaps context). Returns the wamid."""
        simulation = self._simulation
        number = simulation.book.numbers.get(number_id)
        if number is None:
            raise unknown_object(number_id)
        if not isinstance(message.get("type"), str):
            raise GraphError(131008, "type")
        at = simulation.clock.now()
        wamid = wamid_of(wa_id, simulation.ledger.next_event, at_ms=int(at * 1000), inbound=True)
        full: dict[str, Any] = {}
        if not simulation.hides_phone(wa_id):
            full["from"] = wa_id
        full["from_user_id"] = simulation.book.user_id(wa_id)
        full |= {"id": wamid, "timestamp": str(int(at)), **message}
        silent = wa_id in number.blocked_users
        self._announce(number, wa_id, full, cause=cause, silent=silent)
        self._open_window(number_id, wa_id, at)
        simulation.limits.count_inbound(number_id, number.messages_per_second)
        bubble = ChatMessage(wamid, inbound=True, at=int(at * 1000), message=full)
        simulation.chats.add(number_id, wa_id, bubble)
        return wamid

    def _announce(
        self, number: Number, wa_id: str, message: dict[str, Any], *, cause: int, silent: bool
    ) -> None:
        simulation = self._simulation
        event = Event(
            simulation.ledger.next_event,
            number.waba_id,
            number.id,
            "messages",
            int(simulation.clock.now() * 1000),
            message,
            wa_id=wa_id,
            cause=cause,
            silent=silent or simulation.book.target(number.waba_id, number.id) is None,
        )
        simulation.ledger.append(event)
        if not event.silent:
            self.post(event)

    def answer(self, number_id: str, wa_id: str, *, cause: int) -> None:
        """The customer replies by habit to message `cause`."""
        text = self._simulation.book.habits(wa_id).answer_text
        self.write(number_id, wa_id, {"type": "text", "text": {"body": text}}, cause=cause)

    def preference(self, number_id: str, wa_id: str, value: str) -> None:
        """The customer stops or resumes marketing messages in WhatsApp's own menu."""
        simulation = self._simulation
        number = simulation.book.numbers.get(number_id)
        if number is None:
            raise unknown_object(number_id)
        customer = simulation.book.customer(wa_id)
        customer.stopped_marketing = value == "stop"
        simulation.book.keep(customer)
        detail = "User requested to stop marketing messages"
        preference: dict[str, Any] = {
            "detail": detail if value == "stop" else "User requested to resume marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(simulation.clock.now()),
        }
        if not simulation.hides_phone(wa_id):
            preference = {"wa_id": wa_id, **preference}
        preference["user_id"] = simulation.book.user_id(wa_id)
        self._announce_list(number, wa_id, "user_preferences", preference)

    def _announce_list(self, number: Number, wa_id: str, field: str, item: dict[str, Any]) -> None:
        digits = "".join(filter(str.isdigit, number.display_phone_number))
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": digits, "phone_number_id": number.id},
            "contacts": [self._contact(wa_id)],
            field: [item],
        }
        self.manage(number.waba_id, field, value, number_id=number.id)

    def _contact(self, wa_id: str) -> dict[str, Any]:
        customer = self._simulation.book.customer(wa_id)
        contact: dict[str, Any] = {"profile": {"name": customer.name or wa_id}}
        if not self._simulation.hides_phone(wa_id):
            contact["wa_id"] = wa_id
        contact["user_id"] = self._simulation.book.user_id(wa_id)
        return contact

    def manage(
        self, waba_id: str, field: str, value: dict[str, Any], *, number_id: str = ""
    ) -> None:
        """Announce a change of a management field, such as a template's status."""
        simulation = self._simulation
        target = simulation.book.target(waba_id, number_id)
        event = Event(
            simulation.ledger.next_event,
            waba_id,
            number_id,
            field,
            int(simulation.clock.now() * 1000),
            value,
            silent=target is None or not target.wants(field),
        )
        simulation.ledger.append(event)
        if not event.silent:
            self.post(event)

    def post(self, event: Event) -> None:
        """Hand an event to the outbox; also for events still owed after a restart."""
        if event.field != "messages":
            piece = Piece(
                event.waba_id, event.number_id, event.field, "", encode(event.value), event=event.n
            )
            self._simulation.outbox.put(piece)
            return
        customer = self._simulation.book.customer(event.wa_id)
        contact = b""
        if event.value.get("type") not in WITHOUT_CONTACT:
            contact = self._contact_bytes(customer)
        piece = Piece(
            event.waba_id,
            event.number_id,
            "messages",
            "messages",
            encode(event.value),
            contact,
            event=event.n,
        )
        self._simulation.outbox.put(piece)

    def _contact_bytes(self, customer: Customer) -> bytes:
        simulation = self._simulation
        hidden = simulation.hides_phone(customer.wa_id)
        user_id = simulation.book.user_id(customer.wa_id)
        return contact_of(
            name=customer.name or (region_of(customer.wa_id) if hidden else customer.wa_id),
            username=customer.username,
            wa_id="" if hidden else customer.wa_id,
            user_id=user_id,
        )

    def recall(self, event: Event) -> None:
        """A replayed ledger line: the window it opened and the bubble it was."""
        if event.field == "messages" and event.wa_id:
            self._open_window(event.number_id, event.wa_id, event.at / 1000)
            bubble = ChatMessage(event.value["id"], inbound=True, at=event.at, message=event.value)
            self._simulation.chats.add(event.number_id, event.wa_id, bubble)
