"""The customer's phone: the static page, and what it asks for while somebody plays a customer."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Awaitable, Callable
from importlib import resources
from typing import Any

from tidings.simulator.bubbles import bubble_of
from tidings.simulator.chats import ChatMessage
from tidings.simulator.http import Answer, Request, Response, Stream, json_response
from tidings.simulator.people import digits_of, wa_id_of
from tidings.simulator.simulation import Simulation
from tidings.simulator.world import Number

Handler = Callable[[Simulation, Request], Awaitable[Answer]]
TYPES = {"html": b"text/html; charset=utf-8", "css": b"text/css", "js": b"text/javascript"}
POLICY = (
    (
        b"content-security-policy",
        b"default-src 'self'; img-src * data: blob:; media-src *; frame-ancestors 'none'",
    ),
    (b"cache-control", b"no-cache"),
)
PAUSE = 0.1
PATIENCE = 15.0
DONE = {"ok": True}


async def page(request: Request) -> Answer:
    """A file of the page; index.html for the root."""
    name = request.segments[-1] if request.segments else "index.html"
    file = resources.files("tidings.simulator").joinpath("phone", name)
    kind = TYPES.get(name.rpartition(".")[2])
    if kind is None or len(request.segments) > 2 or not file.is_file():
        return json_response({"error": "no such file"}, status=404)
    return Response(file.read_bytes(), content_type=kind, headers=POLICY)


async def get_people(simulation: Simulation, request: Request) -> Answer:
    """GET phone/people: who can be played, the busiest first."""
    busy = simulation.chats.customers()[:200]
    known = [customer.wa_id for customer in simulation.book.world.customers]
    people = []
    for wa_id in dict.fromkeys(busy + known):
        customer = simulation.book.customer(wa_id)
        people.append(
            {
                "wa_id": wa_id,
                "name": customer.name,
                "user_id": simulation.book.user_id(wa_id),
                "phone_hidden": simulation.hides_phone(wa_id),
                "unread": sum(map(_unread, _all_bubbles(simulation, wa_id))),
            }
        )
    return json_response(people)


def _all_bubbles(simulation: Simulation, wa_id: str) -> list[ChatMessage]:
    return [
        bubble
        for number in simulation.chats.with_customer(wa_id)
        for bubble in simulation.chats.of(number, wa_id)
    ]


def _unread(bubble: ChatMessage) -> bool:
    return not bubble.inbound and bubble.status in ("sent", "delivered")


async def get_chats(simulation: Simulation, request: Request) -> Answer:
    """GET phone/chats?who=: this person's chat with every business number."""
    digits = digits_of(request.query.get("who", ""))
    if not digits:
        raise ValueError("not a phone number")
    wa_id = wa_id_of(digits)
    customer = simulation.book.customer(wa_id)
    chats = [_chat(simulation, number, wa_id) for number in simulation.book.world.numbers]
    return json_response(
        {
            "wa_id": wa_id,
            "customer": customer,
            "clock_offset_seconds": simulation.clock.offset_seconds,
            "chats": chats,
        }
    )


def _chat(simulation: Simulation, number: Number, wa_id: str) -> dict[str, Any]:
    bubbles = simulation.chats.of(number.id, wa_id)
    return {
        "number_id": number.id,
        "name": number.verified_name,
        "display": number.display_phone_number,
        "typing": simulation.chats.is_typing(number.id, wa_id),
        "blocked": number.id in simulation.book.customer(wa_id).blocked_numbers,
        "window_open": simulation.inbound.window_open(number.id, wa_id),
        "unread": sum(map(_unread, bubbles)),
        "messages": [_row(simulation, number, bubble) for bubble in bubbles if _seen(bubble)],
    }


def _seen(bubble: ChatMessage) -> bool:
    """The customer sees what arrived: nothing that failed, and nothing still on its way."""
    return bubble.inbound or bubble.status in ("delivered", "read", "sent", "accepted")


def _row(simulation: Simulation, number: Number, bubble: ChatMessage) -> dict[str, Any]:
    return {
        "id": bubble.id,
        "mine": bubble.inbound,
        "at": bubble.at,
        "status": bubble.status,
        **bubble_of(simulation, number, bubble.message),
    }


async def post_read(simulation: Simulation, request: Request) -> Answer:
    """POST phone/read {"wa_id", "number_id"}: the customer looks at the chat."""
    given = await request.json()
    count = simulation.journeys.read_by_hand(str(given["number_id"]), str(given["wa_id"]))
    return json_response({"read": count})


async def post_block(simulation: Simulation, request: Request) -> Answer:
    """POST phone/block {"wa_id", "number_id", "blocked"}: the customer blocks a business."""
    given = await request.json()
    customer = simulation.book.customer(str(given["wa_id"]))
    number_id = str(given["number_id"])
    others = [other for other in customer.blocked_numbers if other != number_id]
    customer.blocked_numbers = [*others, number_id] if given["blocked"] else others
    simulation.book.keep(customer)
    simulation.chats.touched()
    return json_response(DONE)


async def post_media(simulation: Simulation, request: Request) -> Answer:
    """POST phone/media?filename=, the file as body: answers the payload to send it with."""
    kind = request.header(b"content-type").decode("latin-1")
    filename = request.query.get("filename", "")
    medium = simulation.media.add(await request.body(), kind, filename=filename, inbound=True)
    payload = {
        "id": medium.id,
        "mime_type": medium.mime_type,
        "sha256": base64.b64encode(bytes.fromhex(medium.sha256)).decode(),
    }
    return json_response(payload)


async def get_medium(simulation: Simulation, request: Request) -> Answer:
    """GET phone/media/{id}: a file for the page, without a token."""
    medium = simulation.media.find(request.segments[3])
    if medium is None:
        return json_response({"error": "no such medium"}, status=404)
    kind = medium.mime_type.encode("latin-1")
    headers = (*POLICY, (b"x-content-type-options", b"nosniff"))
    return Response(simulation.media.content(medium), content_type=kind, headers=headers)


async def get_live(simulation: Simulation, request: Request) -> Answer:
    """GET phone/live: an event whenever some chat has changed."""
    return Stream(_changes(simulation), b"text/event-stream", request.receive)


async def _changes(simulation: Simulation) -> AsyncGenerator[bytes, None]:
    watcher = simulation.chats.watch()
    try:
        yield b"event: changed\ndata: {}\n\n"
        while not simulation.closing:
            try:
                await asyncio.wait_for(watcher.wait(), PATIENCE)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            await asyncio.sleep(PAUSE)
            watcher.clear()
            yield b"event: changed\ndata: {}\n\n"
    finally:
        simulation.chats.unwatch(watcher)


OPERATIONS: dict[tuple[str, str], Handler] = {
    ("GET", "people"): get_people,
    ("GET", "chats"): get_chats,
    ("GET", "live"): get_live,
    ("POST", "read"): post_read,
    ("POST", "block"): post_block,
    ("POST", "media"): post_media,
}


async def operate(simulation: Simulation, request: Request) -> Answer:
    """Whatever the page asks for by name."""
    handler = OPERATIONS.get((request.method, request.segments[2]))
    if handler is None:
        return json_response({"error": "no such phone operation"}, status=404)
    return await handler(simulation, request)


ROUTES: dict[tuple[str, str, int], Handler] = {
    ("GET", "phone", 1): operate,
    ("POST", "phone", 1): operate,
    ("GET", "phone", 2): get_medium,
}
