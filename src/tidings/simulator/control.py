"""The control API under /_simulator/: the world, the faults, the clock, what customers do."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tidings.simulator import control_clock, control_ledger, control_scripts, phone_api
from tidings.simulator.faults import Faults
from tidings.simulator.http import Answer, Request, json_response
from tidings.simulator.people import digits_of, wa_id_of
from tidings.simulator.simulation import Simulation
from tidings.simulator.world import Customer, Habits, Settings, World

Handler = Callable[[Simulation, Request], Awaitable[Answer]]
DONE = {"ok": True}


async def get_state(simulation: Simulation, request: Request) -> Answer:
    """How things stand: counts, queues, clock, faults."""
    return json_response(
        {
            "address": simulation.address,
            "now": simulation.clock.now(),
            "clock_offset_seconds": simulation.clock.offset_seconds,
            "ledger": control_ledger.totals(simulation),
            "webhooks": control_ledger.webhooks(simulation),
            "faults": simulation.switches.report(),
        }
    )


async def get_world(simulation: Simulation, request: Request) -> Answer:
    """The world as it is now, in the format of the configuration file."""
    return json_response(simulation.book.world)


async def put_world(simulation: Simulation, request: Request) -> Answer:
    """Replace the sections given; the others stay."""
    given: dict[str, Any] = await request.json()
    current: dict[str, Any] = msgspec.to_builtins(simulation.book.world)
    simulation.book.use(msgspec.convert({**current, **given}, World))
    simulation.book.changed()
    return json_response(simulation.book.world)


async def put_settings(simulation: Simulation, request: Request) -> Answer:
    """Change single settings."""
    settings = msgspec.to_builtins(simulation.book.settings) | await request.json()
    simulation.book.world.settings = msgspec.convert(settings, Settings)
    simulation.book.changed()
    return json_response(simulation.book.settings)


async def list_customers(simulation: Simulation, request: Request) -> Answer:
    """Everyone with settings of their own."""
    return json_response(simulation.book.world.customers)


async def put_customer(simulation: Simulation, request: Request) -> Answer:
    """PUT customers/{number}: create, or change single fields."""
    wa_id = _wa_id(request.segments[2])
    known = msgspec.to_builtins(simulation.book.customer(wa_id))
    customer = msgspec.convert({**known, **await request.json(), "wa_id": wa_id}, Customer)
    simulation.book.keep(customer)
    return json_response(customer)


async def delete_customer(simulation: Simulation, request: Request) -> Answer:
    """DELETE customers/{number}: back to an ordinary unknown number."""
    wa_id = _wa_id(request.segments[2])
    world = simulation.book.world
    world.customers = [customer for customer in world.customers if customer.wa_id != wa_id]
    simulation.book.changed()
    return json_response(DONE)


async def get_habits(simulation: Simulation, request: Request) -> Answer:
    """What customers do unless they have habits of their own."""
    return json_response(simulation.book.world.habits)


async def put_habits(simulation: Simulation, request: Request) -> Answer:
    """Change single default habits."""
    habits = msgspec.to_builtins(simulation.book.world.habits) | await request.json()
    simulation.book.world.habits = msgspec.convert(habits, Habits)
    simulation.book.changed()
    return json_response(simulation.book.world.habits)


async def get_faults(simulation: Simulation, request: Request) -> Answer:
    """The switches that are set, each with how often it struck."""
    return json_response(simulation.switches.report())


async def put_faults(simulation: Simulation, request: Request) -> Answer:
    """Replace all switches; an empty object switches everything off."""
    faults = msgspec.convert(await request.json(), Faults)
    simulation.switches.use(faults)
    return json_response(simulation.switches.report())


async def post_inbound(simulation: Simulation, request: Request) -> Answer:
    """A customer sends: {"from", "to" (number id or display number)?, "type", <payload>...}."""
    message: dict[str, Any] = await request.json()
    wa_id = _sender(simulation, str(message.pop("from")))
    number_id = simulation.book.number_id(str(message.pop("to", "")))
    name = message.pop("name", None)
    if name is not None:
        customer = simulation.book.customer(wa_id)
        customer.name = str(name)
        simulation.book.keep(customer)
    times = int(message.pop("times", 1))
    ids = [simulation.inbound.write(number_id, wa_id, dict(message)) for _ in range(times)]
    await simulation.ledger.flushed()
    return json_response({"id": ids[0], "ids": ids, "wa_id": wa_id})


def _wa_id(text: str) -> str:
    digits = digits_of(text)
    if not digits:
        raise ValueError(f"{text!r} is no phone number")
    return wa_id_of(digits)


def _sender(simulation: Simulation, text: str) -> str:
    if digits_of(text):
        return _wa_id(text)
    wa_id = simulation.book.wa_id_behind(text)
    if not wa_id:
        raise ValueError(f"{text!r} is no customer")
    return wa_id


async def post_preference(simulation: Simulation, request: Request) -> Answer:
    """{"from", "to"?, "value": "stop" or "resume"}: marketing messages stopped or resumed."""
    given = await request.json()
    number_id = simulation.book.number_id(str(given.get("to", "")))
    simulation.inbound.preference(
        number_id, _sender(simulation, str(given["from"])), str(given["value"])
    )
    return json_response(DONE)


async def post_manage(simulation: Simulation, request: Request) -> Answer:
    """{"waba_id"?, "field", "value"}: any management webhook, as given."""
    given = await request.json()
    waba_id = str(given.get("waba_id") or simulation.book.world.wabas[0].id)
    simulation.inbound.manage(waba_id, str(given["field"]), given["value"])
    return json_response(DONE)


async def post_template(simulation: Simulation, request: Request) -> Answer:
    """POST templates/{name}/{pause|unpause|approve|reject|disable}, every language."""
    name, verb = request.segments[2], request.segments[3]
    status = TEMPLATE_VERBS[verb]
    reason = "INVALID_FORMAT" if status == "REJECTED" else ""
    changed = simulation.set_template_status(name, status, reason=reason)
    if not changed:
        raise ValueError(f"no template {name!r}")
    return json_response({"changed": changed})


TEMPLATE_VERBS = {
    "pause": "PAUSED",
    "unpause": "APPROVED",
    "approve": "APPROVED",
    "reject": "REJECTED",
    "disable": "DISABLED",
}


async def post_token(simulation: Simulation, request: Request) -> Answer:
    """POST tokens/{value}/{kill|revive}; body {"subcode"?}; value `all` means every token."""
    value, verb = request.segments[2], request.segments[3]
    given = await request.json()
    book = simulation.book
    tokens = book.world.tokens if value == "all" else [book.tokens[value]]
    for token in tokens:
        token.alive = {"kill": False, "revive": True}[verb]
        token.subcode = int(given.get("subcode", token.subcode))
    book.changed()
    return json_response({"changed": len(tokens)})


async def put_callback(simulation: Simulation, request: Request) -> Answer:
    """{"url", "verify_token"?, "app_id"?, "subscribe"?}: where webhooks go, without the check."""
    given = await request.json()
    world = simulation.book.world
    app = simulation.book.apps[str(given.get("app_id") or world.apps[0].id)]
    app.callback_url = str(given.get("url") or "")
    app.verify_token = str(given.get("verify_token") or app.verify_token)
    if given.get("subscribe", True):
        for waba in world.wabas:
            if app.id not in waba.subscribed_apps:
                waba.subscribed_apps.append(app.id)
    simulation.book.changed()
    return json_response(app)


async def post_reset(simulation: Simulation, request: Request) -> Answer:
    """Everything back to the start: ledger, world, media, faults, clock."""
    simulation.reset()
    return json_response(DONE)


async def get_webhooks(simulation: Simulation, request: Request) -> Answer:
    """The state of the webhook queues."""
    return json_response(control_ledger.webhooks(simulation))


ROUTES: dict[tuple[str, str, int], Handler] = {
    ("GET", "state", 0): get_state,
    ("GET", "world", 0): get_world,
    ("PUT", "world", 0): put_world,
    ("PUT", "settings", 0): put_settings,
    ("GET", "customers", 0): list_customers,
    ("PUT", "customers", 1): put_customer,
    ("DELETE", "customers", 1): delete_customer,
    ("GET", "habits", 0): get_habits,
    ("PUT", "habits", 0): put_habits,
    ("GET", "faults", 0): get_faults,
    ("PUT", "faults", 0): put_faults,
    ("POST", "inbound", 0): post_inbound,
    ("POST", "preference", 0): post_preference,
    ("POST", "manage", 0): post_manage,
    ("POST", "templates", 2): post_template,
    ("POST", "tokens", 2): post_token,
    ("PUT", "callback", 0): put_callback,
    ("GET", "webhooks", 0): get_webhooks,
    ("POST", "reset", 0): post_reset,
    **control_clock.ROUTES,
    **control_ledger.ROUTES,
    **control_scripts.ROUTES,
    **phone_api.ROUTES,
}


def find(request: Request) -> Handler | None:
    """The handler of a control request: by method, noun and number of further segments."""
    segments = request.segments
    if len(segments) < 2:
        return None
    return ROUTES.get((request.method, segments[1], len(segments) - 2))
