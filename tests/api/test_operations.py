"""What those who run it look at, and how every door answers while the database is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from tests.api_client import Answer, Api, started
from tests.sending import (
    AGENTLESS,
    HOOK,
    Line,
    Sending,
    entry,
    eventually,
    inbound,
    notification,
    sign,
    webhook,
)
from tidings.api.application import Application
from tidings.embedded import EmbeddedPostgres
from tidings.settings import Settings

WEBHOOK = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "any"}


@pytest.fixture
async def cut_off(settings: Settings) -> AsyncIterator[Api]:
    """A web process whose database is not there."""
    nowhere = Application(settings, "postgresql://tidings@127.0.0.1:1/none")
    async with started(nowhere) as application:
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://t.test") as client:
            yield Api(client, None)


async def test_a_process_with_its_database_is_ready(api: Api) -> None:
    stranger = api.as_(None)

    assert (await stranger.get("/healthz")).text == "ok"
    assert (await stranger.get("/readyz")).text == "ready"


async def test_metrics_are_prometheus_and_name_nobody(api: Api, line: Line) -> None:
    body = b"{}"
    await api.as_(None).post(HOOK, content=body, headers=sign("x", body))

    answer = await api.as_(None).get("/metrics")

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "tidings_webhooks_refused_total" in answer.text
    assert "tidings_database_pool" in answer.text
    assert line.phone_number not in answer.text


async def test_a_schema_of_another_version_is_not_ready(api: Api, sending: Sending) -> None:
    wanted = await sending.one("SELECT version_num FROM alembic_version")
    await sending.rows("UPDATE alembic_version SET version_num = 'r0000'")
    answer = await api.get("/readyz")
    await sending.rows("UPDATE alembic_version SET version_num = %s", wanted)

    assert answer.status == 503
    assert "tidings migrate" in answer.text


async def test_without_a_database_every_door_answers_503_and_the_process_lives(
    cut_off: Api, sending: Sending, line: Line
) -> None:
    body = webhook(entry(line))
    token = {"Authorization": f"Bearer {sending.world.ada.token}"}

    health, ready, hook, handshake, send = await asyncio.gather(
        cut_off.get("/healthz"),
        cut_off.get("/readyz"),
        cut_off.post(HOOK, content=body, headers=sign(line.app_secret, body)),
        cut_off.get(HOOK, params=WEBHOOK),
        cut_off.post(AGENTLESS, notification(line, "4915112345678"), headers=token),
    )

    assert health.status == 200
    assert [each.status for each in (ready, hook, handshake, send)] == [503] * 4
    assert hook.text == "not stored, send again"
    assert send.json()["code"] == "service.unavailable"
    assert send.json()["contextId"]


async def test_nothing_that_was_answered_is_lost_in_an_outage_and_all_doors_open_again(
    api: Api, sending: Sending, line: Line, postgres: EmbeddedPostgres
) -> None:
    phone = await sending.invite()
    headers = {"Idempotency-Key": "through the outage"}
    stranger = api.as_(None)

    async def hook(n: int) -> Answer:
        body = webhook(entry(line, inbound("Hi", sender=phone, wamid=f"wamid.outage.{n}")))
        return await stranger.post(HOOK, content=body, headers=sign(line.app_secret, body))

    async def send() -> Answer:
        return await api.post(AGENTLESS, notification(line, phone), headers=headers)

    name = await sending.one("SELECT current_database()")
    storm = [asyncio.create_task(hook(n)) for n in range(100)]
    storm_of_sends = [asyncio.create_task(send()) for _ in range(5)]
    # Two transactions: a connection ended before the door is shut would come in again.
    for statement in (
        f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    ):
        await asyncio.to_thread(postgres.psql, "postgres", statement)
    answers = [await each for each in storm]
    sends = [await each for each in storm_of_sends]
    during = await hook(100)
    postgres.psql("postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    assert during.status == 503
    assert {each.status for each in (*answers, *sends)} <= {200, 202, 503}

    async def open_again() -> bool:
        return (await send()).status == 202

    async def all_taken() -> bool:
        again = {n for n, each in enumerate(answers) if each.status != 200} | {100}
        return {(await hook(n)).status for n in again} == {200}

    async def applied() -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            await sending.apply_webhooks()
            return True
        return False

    for step in (open_again, all_taken, applied):
        await eventually(step)

    stored = await sending.one("SELECT count(*) FROM message WHERE direction = 'inbound'")
    assert stored == 101
    sent = await sending.one("SELECT count(*) FROM message WHERE direction = 'outbound'")
    assert sent == 1
