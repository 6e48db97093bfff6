"""Scripts and runs through the control API: give a script, let customers follow it, watch."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tidings.simulator.actors import Actor
from tidings.simulator.http import Answer, Request, json_response
from tidings.simulator.runs import Order, Run
from tidings.simulator.scripts import Script, built_in_scripts
from tidings.simulator.simulation import Simulation

Handler = Callable[[Simulation, Request], Awaitable[Answer]]
MOST = 1000
VERBS = "say, send, tap, react, edit, delete, stop, score, wait, silence, return, rate and repeat"


def scripts_of(simulation: Simulation) -> dict[str, Script]:
    """Every script by name; one given takes the place of the built-in one of its name."""
    given = {script.name: script for script in simulation.book.world.scripts}
    return built_in_scripts() | given


async def get_scripts(simulation: Simulation, request: Request) -> Answer:
    """GET scripts: all that can be followed."""
    return json_response(list(scripts_of(simulation).values()))


async def post_script(simulation: Simulation, request: Request) -> Answer:
    """POST scripts {"name", "about"?, "steps"}: add a script, or replace that of this name."""
    try:
        script = msgspec.convert(await request.json(), Script)
    except msgspec.ValidationError as error:
        raise ValueError(f"{error}. What a step can do: {VERBS}.") from None
    others = [other for other in simulation.book.world.scripts if other.name != script.name]
    simulation.book.world.scripts = [*others, script]
    simulation.book.dirty = True
    return json_response(script)


async def delete_script(simulation: Simulation, request: Request) -> Answer:
    """DELETE scripts/{name}: forget a given script; built-in ones stay."""
    name = request.segments[2]
    kept = [script for script in simulation.book.world.scripts if script.name != name]
    if len(kept) == len(simulation.book.world.scripts):
        raise ValueError(f"no script {name!r} was given")
    simulation.book.world.scripts = kept
    simulation.book.dirty = True
    return json_response({"ok": True})


async def post_run(simulation: Simulation, request: Request) -> Answer:
    """POST runs {"scripts": {name: share}, "customers", "rate", "at_once"?, "seed"?, "to"?,
    "first"?, "speed"?}: many customers begin, one after the other.
    """
    order = msgspec.convert(await request.json(), Order)
    known = scripts_of(simulation)
    for name in order.scripts:
        if name not in known:
            raise ValueError(f"no script {name!r}; there are: {', '.join(sorted(known))}")
    order.to = [simulation.book.number_id(text) for text in order.to or [""]]
    return json_response(simulation.runs.start(order, known).report())


async def get_runs(simulation: Simulation, request: Request) -> Answer:
    """GET runs: the latest, newest first."""
    return json_response([run.report() for run in reversed(simulation.runs.runs.values())])


async def get_run(simulation: Simulation, request: Request) -> Answer:
    """GET runs/{id}: how it stands."""
    return json_response(_run(simulation, request).report())


async def route(simulation: Simulation, request: Request) -> Answer:
    """GET runs/{id}/customers?after=&limit=, or POST runs/{id}/stop."""
    run = _run(simulation, request)
    match request.method, request.segments[3]:
        case "POST", "stop":
            run.stop()
            return json_response(run.report())
        case "GET", "customers":
            return json_response(_page(run, request.query))
    return json_response(
        {"error": "a run has customers to GET and can be told to stop"}, status=404
    )


def _run(simulation: Simulation, request: Request) -> Run:
    text = request.segments[2]
    run = simulation.runs.runs.get(int(text)) if text.isdecimal() else None
    if run is None:
        raise ValueError(f"no run {text!r}")
    return run


def _page(run: Run, query: dict[str, str]) -> dict[str, Any]:
    """Customers in the order in which they begin; `next` if there are more."""
    start = int(query.get("after", "-1")) + 1
    end = min(start + min(int(query.get("limit", "100")), MOST), len(run.actors))
    page: dict[str, Any] = {"customers": [_row(actor) for actor in run.actors[start:end]]}
    if end < len(run.actors):
        page["next"] = end - 1
    return page


def _row(actor: Actor) -> dict[str, Any]:
    row = {
        "wa_id": actor.wa_id,
        "number_id": actor.number_id,
        "script": actor.script,
        "state": actor.state,
        "step": actor.at,
        "sent": actor.messages,
        "heard": actor.heard,
    }
    return {**row, "note": actor.note} if actor.note else row


ROUTES: dict[tuple[str, str, int], Handler] = {
    ("GET", "scripts", 0): get_scripts,
    ("POST", "scripts", 0): post_script,
    ("DELETE", "scripts", 1): delete_script,
    ("GET", "runs", 0): get_runs,
    ("POST", "runs", 0): post_run,
    ("GET", "runs", 1): get_run,
    ("GET", "runs", 2): route,
    ("POST", "runs", 2): route,
}
