"""The messages endpoint: check, accept into the ledger, answer, and let the consequences run.

The hot path of every bench. Nothing here waits except for the ledger's write.
"""

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tidings.simulator.access import MESSAGING, access_token, check_access, token_value
from tidings.simulator.chats import ChatMessage
from tidings.simulator.errors import GraphError, unknown_object
from tidings.simulator.fate import is_on_whatsapp, steps_of
from tidings.simulator.http import Request, Response
from tidings.simulator.ledger import Accepted
from tidings.simulator.message_checks import check_content, check_envelope
from tidings.simulator.message_values import mapping, text
from tidings.simulator.people import digits_of, wa_id_of
from tidings.simulator.template_checks import Shape, check_parameters, check_usable, shape_of
from tidings.simulator.wamids import parse_wamid, wamid_of
from tidings.simulator.webhook_bodies import encode
from tidings.simulator.world import Number, Template

if TYPE_CHECKING:
    from tidings.simulator.simulation import Simulation

SUCCESS = b'{"success":true}'
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Recipient(NamedTuple):
    """Whom a message is for: as written in the request, and who that is."""

    input: str
    wa_id: str
    by_user_id: bool


class Messages:
    """Answers `POST /{phone_number_id}/messages`."""

    def __init__(self, simulation: "Simulation") -> None:
        self._simulation = simulation
        self._shapes: dict[int, tuple[list[dict[str, Any]], Shape]] = {}

    async def post(self, request: Request, number_id: str) -> Response:
        """Take one message, read receipt or typing sign. Raises GraphError for refusals."""
        simulation = self._simulation
        faulty = simulation.switches.on_requests
        if faulty:
            await self._strike(request, "before")
        number = self._number(request, number_id)
        raw = await request.body()
        try:
            message = _decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise GraphError(100, message="(#100) The request body is not valid JSON") from None
        if "status" in message:
            return self._mark_read(number, message)
        entry, answer = self._accept(number, message, raw)
        written = simulation.ledger.append(entry)
        bubble = ChatMessage(entry.id, inbound=False, at=entry.at, message=message, n=entry.n)
        simulation.chats.add(entry.number_id, entry.wa_id, bubble)
        if simulation.switches.on_accepts:
            self._strike_accepted(entry, token_value(request))
        await written
        if simulation.switches.strike("status_first"):
            simulation.journeys.begin(entry, bubble)
            await simulation.outbox.posted(entry.n, within=2.0)
        elif not entry.silent:
            loop = asyncio.get_running_loop()
            loop.call_soon(simulation.journeys.begin, entry, bubble)
        if faulty:
            await self._strike(request, "after")
        return Response(answer)

    def _number(self, request: Request, number_id: str) -> Number:
        """The sending number, once token, account and registration are found in order."""
        book = self._simulation.book
        token = access_token(book, token_value(request))
        number = book.numbers.get(number_id)
        if number is None:
            raise unknown_object(number_id)
        check_access(token, MESSAGING, waba_id=number.waba_id, object_id=number_id, method="post")
        if number.status != "CONNECTED":
            raise GraphError(133010, "The phone number is not registered on the Cloud API")
        return number

    def _accept(
        self, number: Number, message: dict[str, Any], raw: bytes
    ) -> tuple[Accepted, bytes]:
        """Run every check; returns the ledger's entry and the body of the answer."""
        simulation = self._simulation
        book = simulation.book
        kind = check_envelope(message)
        recipient = self._recipient(number, message)
        if kind == "template":
            template = self._template(number, message)
            late = self._check_template(template, recipient, message)
            name, category = template.name, template.category.lower()
        else:
            late = check_content(kind, message, simulation.media)
            name, category = "", "service"
        late = self._fate_check(number, recipient, category) or late
        if late and late not in book.settings.late_codes:
            raise GraphError(late)
        self._check_rates(number, recipient.wa_id)
        n = simulation.ledger.accepted
        at = int(simulation.clock.now() * 1000)
        habits = book.habits(recipient.wa_id)
        entry = Accepted(
            n,
            wamid_of(recipient.wa_id, n, at_ms=at),
            number.id,
            recipient.wa_id,
            recipient.input,
            kind,
            name,
            message.get("biz_opaque_callback_data") or "",
            category,
            at,
            steps_of(
                habits, seed=book.settings.seed, n=n, reaction=kind == "reaction", refused=late
            ),
            book.target(number.waba_id, number.id) is None,
            msgspec.Raw(raw if b"\n" not in raw and b"\r" not in raw else encode(message)),
        )
        return entry, self._answer(entry, recipient)

    def _recipient(self, number: Number, message: dict[str, Any]) -> Recipient:
        to = message.get("to")
        if to:
            digits = digits_of(to) if isinstance(to, str) else ""
            if not digits:
                raise GraphError(131009, "to: the recipient phone number is not valid")
            if digits == digits_of(number.display_phone_number):
                raise GraphError(131021, "The recipient must not be the sender")
            return Recipient(to, wa_id_of(digits), by_user_id=False)
        user_id = message.get("recipient")
        if not user_id or not isinstance(user_id, str):
            raise GraphError(100, message="(#100) The parameter to is required.")
        wa_id = self._simulation.book.wa_id_behind(user_id)
        if not wa_id:
            raise GraphError(131009, "recipient: no such user")
        return Recipient(user_id, wa_id, by_user_id=True)

    def _template(self, number: Number, message: dict[str, Any]) -> Template:
        given = mapping(message, "template")
        name = text(given, "name", "template.name", limit=512)
        code = text(mapping(given, "language"), "code", "template.language.code", limit=20)
        found = self._simulation.book.named_templates.get((number.waba_id, name, code))
        return check_usable(found, name, code)

    def _check_template(
        self, template: Template, recipient: Recipient, message: dict[str, Any]
    ) -> int:
        if template.category == "AUTHENTICATION" and recipient.by_user_id:
            raise GraphError(131062, "Authentication templates need a phone number")
        kept = self._shapes.get(id(template))
        if kept is None or kept[0] is not template.components:
            kept = self._shapes[id(template)] = (template.components, shape_of(template))
        return check_parameters(kept[1], message["template"], self._simulation.media)

    def _fate_check(self, number: Number, recipient: Recipient, category: str) -> int:
        """The refusal that lies in the customer: absent, blocking, opted out, silent too long."""
        simulation = self._simulation
        wa_id = recipient.wa_id
        customer = simulation.book.customer(wa_id)
        if wa_id in number.blocked_users:
            raise GraphError(130403, "The business blocked this user")
        if not is_on_whatsapp(customer, simulation.book.habits(wa_id)):
            return 131026
        if number.id in customer.blocked_numbers:
            return 131026
        if category == "marketing" and customer.stopped_marketing:
            return 131050
        enforced = category == "service" and simulation.book.settings.enforce_window
        if enforced and not simulation.inbound.window_open(number.id, wa_id):
            return 131047
        return 0

    def _check_rates(self, number: Number, wa_id: str) -> None:
        limits = self._simulation.limits
        if not limits.take_number(number.id, number.messages_per_second):
            raise GraphError(
                130429, "Cloud API message throughput has been reached", subcode=2494055
            )
        if self._simulation.book.settings.enforce_pair_rate and not limits.take_pair(
            number.id, wa_id
        ):
            raise GraphError(131056, "Too many messages sent to this recipient in a short time")

    def _answer(self, entry: Accepted, recipient: Recipient) -> bytes:
        simulation = self._simulation
        contact = {"input": recipient.input}
        if not recipient.by_user_id and not simulation.hides_phone(recipient.wa_id):
            contact["wa_id"] = recipient.wa_id
        contact["user_id"] = simulation.book.user_id(recipient.wa_id)
        message = {"id": entry.id}
        if entry.type == "template":
            message["message_status"] = "accepted"
        return encode(
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
        )

    def _mark_read(self, number: Number, message: dict[str, Any]) -> Response:
        """A read receipt, perhaps with a typing sign; marks what the customer sees."""
        if message.get("messaging_product") != "whatsapp":
            raise GraphError(100, message="(#100) The parameter messaging_product is required.")
        if message["status"] != "read":
            raise GraphError(131009, "status must be read")
        message_id = text(message, "message_id", "message_id", limit=1000)
        wamid = parse_wamid(message_id)
        if wamid is None or not wamid.inbound or wamid.n >= self._simulation.ledger.next_event:
            raise GraphError(131009, "message_id: no such message")
        typing = "typing_indicator" in message
        self._simulation.chats.seen(number.id, message_id, typing=typing)
        return Response(SUCCESS)

    async def _strike(self, request: Request, when: str) -> None:
        """Faults on requests: each either delays, refuses, or drops the connection."""
        switches = self._simulation.switches
        if fault := switches.strike("slow", when):
            await asyncio.sleep(fault.delay_ms / 1000)
        if switches.strike("reset", when):
            request.reset_connection()
            raise ConnectionResetError
        switches.refuse(when)

    def _strike_accepted(self, entry: Accepted, token: str) -> None:
        """Faults that change the world in the middle of a run."""
        simulation = self._simulation
        fault = simulation.switches.faults.template_paused
        named = fault is not None and entry.template and fault.template in ("", entry.template)
        if named and simulation.switches.strike("template_paused"):
            simulation.set_template_status(entry.template, "PAUSED")
        fault = simulation.switches.faults.token_killed
        if fault and fault.token in ("", token) and simulation.switches.strike("token_killed"):
            simulation.book.tokens[token].alive = False
            simulation.book.changed()
