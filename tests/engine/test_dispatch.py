"""Sending through the simulated Meta, judged by its ledger: nothing lost, nothing doubled."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.api_client import Api
from tests.channels import channel_settings, listen, serving
from tests.dispatching import accepted, all_sent, hold, outbox, queue, sender, sent_ids, states
from tests.sending import (
    AGENTLESS,
    Line,
    Sending,
    eventually,
    notification,
    refusal,
    text_message,
)
from tidings.api.application import Application
from tidings.domain.sending import Priority
from tidings.engine.dispatch import Dispatch
from tidings.engine.recorder import observe
from tidings.providers.http import Http
from tidings.settings import Settings
from tidings.simulator.faults import Fault, Faults
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.outbox import claim_due
from tidings.store.query import fetch
from tidings.store.secret_box import load_secret_box

INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"
CONFIG: dict[str, Any] = {
    "settings": {"retry_base_seconds": 0.05, "enforce_pair_rate": False},
    "habits": {"delivery_delay_ms": 0, "read_probability": 0.0},
}


class Stalls:
    """How long the event loop stood still, in seconds: at most, and in all."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.total = 0.0

    async def tick(self) -> None:
        while True:
            at = time.perf_counter()
            await asyncio.sleep(0.005)
            late = time.perf_counter() - at - 0.005
            self.longest = max(self.longest, late)
            self.total += late


@asynccontextmanager
async def stalls() -> AsyncIterator[Stalls]:
    """Measure how long the event loop stands still meanwhile."""
    found = Stalls()
    ticking = asyncio.create_task(found.tick())
    yield found
    ticking.cancel()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return channel_settings(str(tmp_path_factory.mktemp("home")), port=8080)


@pytest.fixture(scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator"), config=CONFIG) as simulation:
        yield simulation


@pytest.fixture
def simulation(platform: Simulation) -> Simulation:
    """The platform without faults of an earlier test."""
    platform.switches.use(Faults())
    return platform


@pytest.fixture(scope="module")
async def address(application: Application) -> AsyncIterator[str]:
    """Where the web process receives webhooks."""
    with listen() as listening:
        async with serving(application, listening) as address:
            yield address


@pytest.fixture
async def line(sending: Sending, simulation: Simulation, address: str) -> Line:
    return await sending.connect(simulation=simulation, callback=f"{address}/webhooks/meta")


@pytest.fixture(scope="module")
async def dispatch(database: Database, settings: Settings) -> AsyncIterator[Dispatch]:
    http = Http(observer=observe)
    yield Dispatch(database, settings, load_secret_box(settings), http=http)
    await http.close()


async def test_a_message_is_sent_once_and_known_by_the_providers_id(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    (message_id,) = await queue(api, sending, line)

    async with sender(dispatch, line):
        await all_sent(sending, line)

    (entry,) = accepted(simulation, line)
    assert entry.callback_data == str(message_id)
    assert await sending.rows(
        "SELECT status, provider_message_id, sent_at IS NOT NULL FROM message WHERE id = %s",
        message_id,
    ) == [("sent", entry.id, True)]


async def test_the_exchange_log_has_the_call_and_not_the_token(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    (message_id,) = await queue(api, sending, line)
    async with sender(dispatch, line):
        await all_sent(sending, line)

    async def logged() -> list[tuple[Any, ...]]:
        return await sending.rows(
            "SELECT method, url, status, request, response, error FROM exchange"
            " WHERE message_id = %s",
            message_id,
        )

    ((method, url, status, request, response, error),) = await eventually(logged)
    assert (method, status, error) == ("POST", 200, None)
    assert url.endswith(f"/{line.number_id}/messages")
    assert "order_update" in request
    assert accepted(simulation, line)[0].id in response
    assert line.access_token not in f"{url}{request}{response}"


async def test_callbacks_climb_to_delivered(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    ids = await queue(api, sending, line, 5)

    async def delivered() -> bool:
        await sending.apply_webhooks()
        return await states(sending, line) == dict.fromkeys(ids, "delivered")

    async with sender(dispatch, line):
        await eventually(delivered)


async def test_a_status_before_the_answer_to_the_send_is_kept(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    simulation.switches.use(Faults(status_first=Fault(), reorder=Fault(delay_ms=50)))
    ids = await queue(api, sending, line, 5)

    async def delivered() -> bool:
        await sending.apply_webhooks()
        return await states(sending, line) == dict.fromkeys(ids, "delivered")

    async with sender(dispatch, line):
        await eventually(delivered)
        await all_sent(sending, line)

    assert sorted(sent_ids(simulation, line)) == sorted(ids)


@pytest.mark.parametrize("fault", ["rate_limited", "server_error"])
async def test_a_refused_burst_moves_the_clock_of_the_lane_and_loses_nothing(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line, fault: str
) -> None:
    """Thirty refusals of one moment are one reason to wait, not thirty."""
    ids = await queue(api, sending, line, 30)
    simulation.switches.use(Faults(**{fault: Fault(count=30)}))

    async with sender(dispatch, line):
        await all_sent(sending, line)

    assert sorted(sent_ids(simulation, line)) == sorted(ids)
    assert set((await states(sending, line)).values()) == {"sent"}


async def test_a_dead_token_parks_the_number_with_the_reason_and_keeps_its_messages(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    ids = await queue(api, sending, line, 3)
    token = simulation.book.tokens[line.access_token]
    token.alive = False

    async def shown() -> dict[str, Any]:
        integration: dict[str, Any] = (
            await api.get(f"{INTEGRATIONS}/{line.integration_id}")
        ).json()
        return integration if integration["status"] == "Error" else {}

    async def queued_again() -> bool:
        return await outbox(sending, line) == ["queued"] * 3

    async with sender(dispatch, line):
        integration = await eventually(shown)
        assert "meta.190" in str(integration)
        await eventually(queued_again)
        assert sent_ids(simulation, line) == []
        assert set((await states(sending, line)).values()) == {"queued"}

        token.alive = True
        resumed = await api.post(f"{INTEGRATIONS}/{line.integration_id}/resume")
        assert resumed.status == 200, resumed
        await all_sent(sending, line)

    assert sorted(sent_ids(simulation, line)) == sorted(ids)


async def test_a_message_whose_answer_was_lost_is_never_sent_again_but_settled_by_its_callback(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    simulation.switches.use(Faults(reset=Fault(when="after", count=1)))
    (message_id,) = await queue(api, sending, line)

    async def unknown() -> bool:
        return await states(sending, line) == {message_id: "unknown"}

    async def settled() -> bool:
        await sending.apply_webhooks()
        return await states(sending, line) == {message_id: "delivered"}

    async with sender(dispatch, line):
        await eventually(unknown)
        assert await outbox(sending, line) == ["unknown"]
    async with sender(dispatch, line):
        await eventually(settled)
        assert await outbox(sending, line) == []

    assert sent_ids(simulation, line) == [message_id]


async def test_a_call_that_takes_too_long_is_unknown(
    api: Api,
    sending: Sending,
    simulation: Simulation,
    database: Database,
    settings: Settings,
    line: Line,
) -> None:
    simulation.switches.use(Faults(slow=Fault(when="after", delay_ms=10_000, count=1)))
    http = Http(observer=observe, timeout=timedelta(seconds=1))
    hasty = Dispatch(database, settings, load_secret_box(settings), http=http)
    (message_id,) = await queue(api, sending, line)

    async def unknown() -> bool:
        return await states(sending, line) == {message_id: "unknown"}

    async def accepted_once() -> bool:
        return sent_ids(simulation, line) == [message_id]

    async with sender(hasty, line):
        await eventually(unknown)
        await eventually(accepted_once)
    await http.close()


async def test_what_a_dead_worker_had_marked_is_shown_as_unknown_and_not_sent(
    api: Api,
    sending: Sending,
    simulation: Simulation,
    dispatch: Dispatch,
    line: Line,
    database: Database,
) -> None:
    marked, waiting = await queue(api, sending, line), await queue(api, sending, line)
    dead = await hold(database, line)
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE outbox SET due_at = now() + interval '1 hour' WHERE message_id = %s", waiting
        )
        claimed = await fetch(
            connection, claim_due(dead, line.integration_id, limit=10, counting=False)
        )
        await connection.execute("UPDATE outbox SET due_at = now() WHERE message_id = %s", waiting)
    assert [each.message_id for each in claimed] == marked

    async def sent() -> bool:
        return (await states(sending, line))[waiting[0]] == "sent"

    async with sender(dispatch, line):
        await eventually(sent)

    assert (await states(sending, line))[marked[0]] == "unknown"
    assert sent_ids(simulation, line) == waiting


async def test_an_unknown_outcome_that_no_callback_settles_in_time_ends_unsent(
    api: Api,
    sending: Sending,
    simulation: Simulation,
    dispatch: Dispatch,
    line: Line,
    settings: Settings,
) -> None:
    simulation.switches.use(Faults(reset=Fault(when="before", count=1)))
    (message_id,) = await queue(api, sending, line)

    async def unknown() -> bool:
        return await outbox(sending, line) == ["unknown"]

    async with sender(dispatch, line):
        await eventually(unknown)
    await sending.rows(
        "UPDATE outbox SET called_at = now() - make_interval(mins => %s) WHERE message_id = %s",
        settings.unknown_deadline_minutes + 1,
        message_id,
    )
    async with sender(dispatch, line):
        await all_sent(sending, line)

    assert sent_ids(simulation, line) == []
    code = await sending.one("SELECT error_code FROM message WHERE id = %s", message_id)
    assert code == "outcome.unknown"
    shown = (await api.get(f"/api/v2/conversations/messages/{message_id}/details")).json()
    assert shown["status"] not in ("sent", "delivered", "read"), shown


async def test_a_refusal_of_the_message_itself_ends_it_with_the_reason(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    """The template is paused at the platform, and its webhook has not come yet."""
    (message_id,) = await queue(api, sending, line)
    for template in simulation.book.world.templates:
        if template.waba_id == line.account_id and template.name == "order_update":
            template.status = "PAUSED"

    async with sender(dispatch, line):
        await all_sent(sending, line)

    ((status, code, detail),) = await sending.rows(
        "SELECT status, error_code, error_detail FROM message WHERE id = %s", message_id
    )
    assert status == "failed"
    assert code.startswith("meta.132")
    assert detail
    assert sent_ids(simulation, line) == []


@pytest.mark.parametrize("told", ["PAUSED", "DISABLED"])
async def test_a_template_that_was_refused_as_stopped_is_not_sent_again(
    api: Api,
    sending: Sending,
    simulation: Simulation,
    dispatch: Dispatch,
    line: Line,
    told: str,
) -> None:
    """The refusal comes before the webhook that tells of it."""
    await queue(api, sending, line, 2)
    for template in simulation.book.world.templates:
        if template.waba_id == line.account_id and template.name == "order_update":
            template.status = told

    async with sender(dispatch, line):
        await all_sent(sending, line)

    async def refused() -> bool:
        answer = await api.post(AGENTLESS, notification(line, await sending.invite()))
        return answer.status != 202 and refusal(answer) == (400, f"template.{told.lower()}")

    await eventually(refused)
    template_id = line.responses["order_update"]
    assert await sending.rows(
        "SELECT actor_kind, before ->> 'status', after ->> 'status' FROM audit"
        " WHERE entity_id = %s",
        template_id,
    ) == [("system", "APPROVED", told)]
    assert await sending.rows(
        "SELECT body ->> 'status' FROM event WHERE kind = 'template.changed' AND entity_id = %s",
        template_id,
    ) == [(told,)]


@pytest.mark.parametrize("told", ["PAUSED", "DISABLED"])
async def test_what_is_queued_fails_without_a_call_once_its_template_is_stopped(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line, told: str
) -> None:
    """The backend that was told 202 is told the reason at once; the number keeps its good name."""
    stopped = await queue(api, sending, line, 30)
    await sending.rows(
        "UPDATE template SET status = %s WHERE id = %s", told, line.responses["order_update"]
    )

    async with sender(dispatch, line):
        await all_sent(sending, line)

    assert await states(sending, line) == dict.fromkeys(stopped, "failed")
    assert sent_ids(simulation, line) == []
    shown = (await api.get(f"/api/v2/conversations/messages/{stopped[0]}/details")).json()
    assert f"template.{told.lower()}" in str(shown), shown
    bad = "SELECT coalesce(sum(bad), 0) FROM outcome_minute WHERE integration_id = %s"
    assert await sending.one(bad, line.integration_id) == 0


async def test_free_text_whose_window_closed_while_it_waited_fails_without_a_call(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    late, early = await sending.invite(), await sending.invite()
    for each in (late, early):
        await sending.open_window(line, each, hours_ago=23.9)
        assert (await api.post(AGENTLESS, text_message(line, each))).status == 202
    await sending.open_window(line, late, hours_ago=24.01)

    async with sender(dispatch, line):
        await all_sent(sending, line)

    rows = await sending.rows(
        "SELECT to_address, status, error_code FROM message WHERE integration_id = %s",
        line.integration_id,
    )
    assert sorted(rows) == sorted([(late, "failed", "window.closed"), (early, "sent", None)])
    assert [entry.to for entry in accepted(simulation, line)] == [f"+{early}"]


async def test_a_graceful_stop_finishes_what_is_under_way(
    api: Api, sending: Sending, simulation: Simulation, dispatch: Dispatch, line: Line
) -> None:
    simulation.switches.use(Faults(slow=Fault(delay_ms=2_000)))
    ids = await queue(api, sending, line, 5)

    async def under_way() -> bool:
        return await outbox(sending, line) == ["sending"] * 5

    async with sender(dispatch, line):
        await eventually(under_way)

    assert await outbox(sending, line) == []
    assert await states(sending, line) == dict.fromkeys(ids, "sent")


async def test_an_agents_message_overtakes_notifications_and_those_campaigns(
    sending: Sending, simulation: Simulation, dispatch: Dispatch, address: str
) -> None:
    line = await sending.connect(simulation=simulation, throughput=20)
    for priority in (Priority.CAMPAIGN, Priority.NOTIFICATION, Priority.AGENT):
        await sending.queue(line, 4, priority=priority)

    async with sender(dispatch, line):
        await all_sent(sending, line)

    order = []
    for message_id in sent_ids(simulation, line):
        body = await sending.one("SELECT body FROM message WHERE id = %s", message_id)
        order.append(body.split()[1].rstrip(","))
    assert order == ["AGENT"] * 4 + ["NOTIFICATION"] * 4 + ["CAMPAIGN"] * 4


async def test_a_numbers_throughput_is_never_exceeded(
    sending: Sending, simulation: Simulation, dispatch: Dispatch, address: str
) -> None:
    rate = 100
    line = await sending.connect(simulation=simulation, throughput=rate)
    await sending.queue(line, 2 * rate)

    async with sender(dispatch, line), stalls() as stood_still:
        await all_sent(sending, line)

    times = [entry.at for entry in accepted(simulation, line)]
    assert len(times) == 2 * rate
    # What calls that overtake each other, or that stood still with this process, add to a window.
    burst, late = rate // 20, 5 + rate * stood_still.longest
    for window_ms in (100, 250, 500, 1000):
        most = max(sum(start <= at < start + window_ms for at in times) for start in times)
        assert most <= rate * window_ms / 1000 + burst + late, (window_ms, most)
    fastest = min(last - first for first, last in zip(times, times[rate:], strict=False))
    assert fastest < 2_000 + 1_000 * stood_still.total, "far too slow"
