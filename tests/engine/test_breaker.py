"""A number whose messages fail too often is paused before WhatsApp restricts it (A7)."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.api_client import Api
from tests.sending import (
    AGENTLESS,
    HOOK,
    Line,
    Sending,
    entry,
    notification,
    sign,
    status,
    webhook,
)
from tidings.engine.breaker import Breakers
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.query import fetch_one
from tidings.store.senders import SenderRow, select_senders

INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"
MINIMUM = 10


@pytest.fixture
def breakers(database: Database, settings: Settings) -> Breakers:
    rules = msgspec.structs.replace(settings, breaker_minimum=MINIMUM, breaker_percent=30)
    return Breakers(database, rules)


@pytest.fixture
async def line(sending: Sending) -> Line:
    return await sending.connect()


async def sender_of(database: Database, line: Line) -> SenderRow:
    async with database.connection() as connection:
        return await fetch_one(
            connection, select_senders([line.organization.id], [line.integration_id])
        )


async def end_messages(
    api: Api, sending: Sending, line: Line, *, good: int, bad: int, code: int = 131026
) -> None:
    """Messages are sent, and the provider tells how they ended."""
    for at in range(good + bad):
        phone = await sending.invite()
        sent = (await api.post(AGENTLESS, notification(line, phone))).json()
        error = {"code": code, "title": "Message undeliverable"}
        told = (
            status(f"wamid.{sent['id']}", "delivered", data=sent["id"])
            if at < good
            else status(f"wamid.{sent['id']}", "failed", data=sent["id"], errors=[error])
        )
        body = webhook(entry(line, {"statuses": [told]}))
        answer = await api.as_(None).post(HOOK, content=body, headers=sign(line.app_secret, body))
        assert answer.status == 200
    await sending.apply_webhooks()


async def shown(api: Api, line: Line) -> dict[str, Any]:
    integration: dict[str, Any] = (await api.get(f"{INTEGRATIONS}/{line.integration_id}")).json()
    return integration


async def look(breakers: Breakers, database: Database, line: Line) -> None:
    await breakers.look([await sender_of(database, line)])


async def test_a_number_that_fails_too_often_is_paused_and_says_why(
    api: Api, sending: Sending, database: Database, breakers: Breakers, line: Line
) -> None:
    await look(breakers, database, line)
    await end_messages(api, sending, line, good=6, bad=4)

    await look(breakers, database, line)

    integration = await shown(api, line)
    assert integration["status"] == "Error"
    assert "4 of the last 10 messages failed (40 %)" in str(integration)
    events = await sending.rows(
        "SELECT body ->> 'status', body ->> 'reasonCode' FROM event"
        " WHERE kind = 'integration.status' AND entity_id = %s ORDER BY id DESC LIMIT 1",
        line.integration_id,
    )
    assert events == [("error", "breaker.open")]


async def test_it_is_said_once(
    api: Api, sending: Sending, database: Database, breakers: Breakers, line: Line
) -> None:
    await look(breakers, database, line)
    await end_messages(api, sending, line, good=0, bad=MINIMUM)
    for _ in range(3):
        await look(breakers, database, line)

    assert await announcements(sending, line.integration_id) == 1


async def announcements(sending: Sending, integration_id: UUID) -> int:
    count: int = await sending.one(
        "SELECT count(*) FROM event WHERE kind = 'integration.status' AND entity_id = %s"
        " AND body ->> 'reasonCode' = 'breaker.open'",
        integration_id,
    )
    return count


@pytest.mark.parametrize(("good", "bad"), [(8, 2), (0, MINIMUM - 1)])
async def test_few_failures_or_few_messages_pause_nothing(
    api: Api,
    sending: Sending,
    database: Database,
    breakers: Breakers,
    line: Line,
    good: int,
    bad: int,
) -> None:
    await look(breakers, database, line)
    await end_messages(api, sending, line, good=good, bad=bad)

    await look(breakers, database, line)

    assert (await shown(api, line))["status"] == "Active"


async def test_what_whatsapp_decides_for_the_customers_sake_is_not_held_against_the_number(
    api: Api, sending: Sending, database: Database, breakers: Breakers, line: Line
) -> None:
    await look(breakers, database, line)
    await end_messages(api, sending, line, good=0, bad=MINIMUM + 2, code=131049)

    await look(breakers, database, line)

    assert (await shown(api, line))["status"] == "Active"


async def test_a_resumed_number_starts_afresh(
    api: Api, sending: Sending, database: Database, breakers: Breakers, line: Line
) -> None:
    await look(breakers, database, line)
    await end_messages(api, sending, line, good=0, bad=MINIMUM)
    await look(breakers, database, line)

    await sending.set_status(line, "active", None)
    await look(breakers, database, line)
    await look(breakers, database, line)

    assert (await shown(api, line))["status"] == "Active"
    await end_messages(api, sending, line, good=0, bad=MINIMUM)
    await look(breakers, database, line)
    assert (await shown(api, line))["status"] == "Error"


async def test_another_worker_takes_the_pause_over(
    api: Api,
    sending: Sending,
    database: Database,
    settings: Settings,
    breakers: Breakers,
    line: Line,
) -> None:
    await look(breakers, database, line)
    await end_messages(api, sending, line, good=0, bad=MINIMUM)
    await look(breakers, database, line)

    await look(Breakers(database, settings), database, line)

    assert (await shown(api, line))["status"] == "Error"
    assert await announcements(sending, line.integration_id) == 1
