"""Reading the ledger through the control API: totals, doubles, pages, and all of it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from tidings.simulator.http import Answer, Request, Stream, json_response
from tidings.simulator.ledger import STEP_NAMES, Accepted
from tidings.simulator.simulation import Simulation

Handler = Callable[[Simulation, Request], Awaitable[Answer]]
CHUNK = 256 * 1024
MOST = 1000


def totals(simulation: Simulation) -> dict[str, Any]:
    """What was accepted, what is delivered, what is still owed."""
    ledger = simulation.ledger
    owed = 0
    for planned, done in zip(ledger.planned, ledger.done, strict=True):
        owed += (planned & ~done & 0xF).bit_count()
    return {
        "accepted": ledger.accepted,
        "callback_data": len(ledger.callbacks),
        "doubles": ledger.counts["doubles"],
        "statuses_owed": owed,
        "events_owed": len(ledger.open_events),
        "counts": dict(sorted(ledger.counts.items())),
    }


def webhooks(simulation: Simulation) -> dict[str, Any]:
    """Queues and attempts of outgoing webhooks."""
    return {**simulation.outbox.waiting(), "counts": dict(simulation.outbox.counts)}


def row_of(simulation: Simulation, entry: Accepted) -> dict[str, Any]:
    """One accepted message with what was planned for it and what was delivered."""
    done = simulation.ledger.done[entry.n]
    return {
        "n": entry.n,
        "id": entry.id,
        "number_id": entry.number_id,
        "to": entry.to,
        "wa_id": entry.wa_id,
        "type": entry.type,
        "template": entry.template,
        "callback_data": entry.callback_data,
        "at": entry.at,
        "planned": [STEP_NAMES[kind] for kind, _, _ in entry.steps],
        "errors": [code for _, _, code in entry.steps if code],
        "delivered": [name for kind, name in enumerate(STEP_NAMES) if done & (1 << kind)],
        "message": entry.message,
    }


async def get_totals(simulation: Simulation, request: Request) -> Answer:
    """GET ledger."""
    return json_response(totals(simulation))


async def get_callbacks(simulation: Simulation, request: Request) -> Answer:
    """GET ledger/callbacks: how often each callback data was accepted.

    `?data=` asks for one, `?doubles=1` only for those accepted more than once.
    """
    callbacks = simulation.ledger.callbacks
    if "data" in request.query:
        data = request.query["data"]
        return json_response({data: callbacks.get(data, 0)})
    if request.query.get("doubles"):
        return json_response({data: count for data, count in callbacks.items() if count > 1})
    return json_response(callbacks)


async def get_messages(simulation: Simulation, request: Request) -> Answer:
    """GET ledger/messages?after=&limit=: what was accepted, in order; `next` if there is more."""
    start = int(request.query.get("after", "-1")) + 1
    limit = min(int(request.query.get("limit", "100")), MOST)
    end = min(start + limit, simulation.ledger.accepted)
    rows = [row_of(simulation, simulation.ledger.read(n)) for n in range(start, end)]
    page: dict[str, Any] = {"messages": rows}
    if end < simulation.ledger.accepted:
        page["next"] = end - 1
    return json_response(page)


async def get_message(simulation: Simulation, request: Request) -> Answer:
    """GET ledger/messages/{wamid}."""
    entry = simulation.find_message(request.segments[3])
    if entry is None:
        return json_response({"error": "no such message"}, status=404)
    return json_response(row_of(simulation, entry))


async def get_dump(simulation: Simulation, request: Request) -> Answer:
    """GET ledger/dump: the file itself, an entry a line."""
    await simulation.ledger.flushed()
    return Stream(_chunks(simulation), b"application/x-ndjson", request.receive)


async def _chunks(simulation: Simulation) -> AsyncGenerator[bytes, None]:
    offset = 0
    while chunk := simulation.ledger.chunk(offset, CHUNK):
        offset += len(chunk)
        yield chunk


async def route(simulation: Simulation, request: Request) -> Answer:
    """GET ledger/{what}."""
    handler = {"callbacks": get_callbacks, "messages": get_messages, "dump": get_dump}.get(
        request.segments[2]
    )
    if handler is None:
        return json_response({"error": "no such part of the ledger"}, status=404)
    return await handler(simulation, request)


ROUTES: dict[tuple[str, str, int], Handler] = {
    ("GET", "ledger", 0): get_totals,
    ("GET", "ledger", 1): route,
    ("GET", "ledger", 2): get_message,
}
