"""The switches that make the simulated platform misbehave."""

import asyncio
import time

import pytest
from pyreqwest.exceptions import RequestError

from tests.sending import eventually

from .conftest import AMINA, Meta, Receiver, template


async def accepted(meta: Meta) -> int:
    return int((await meta.control("GET", "ledger"))["accepted"])


async def test_webhooks_come_twice(meta: Meta, subscribed: Receiver) -> None:
    await meta.control("PUT", "faults", {"duplicate": {"count": 1}})
    await meta.writes()
    await subscribed.until(lambda: len(subscribed.messages) == 2)

    assert subscribed.messages[0] == subscribed.messages[1]


async def test_webhooks_overtake_each_other(meta: Meta, subscribed: Receiver) -> None:
    await meta.control("PUT", "faults", {"reorder": {"delay_ms": 1_000}})
    sent = [await meta.writes() for _ in range(10)]
    await subscribed.until(lambda: len(subscribed.messages) == 10)

    arrived = [message["id"] for message in subscribed.messages]
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent


async def test_webhooks_come_late(meta: Meta, subscribed: Receiver) -> None:
    await meta.control("PUT", "faults", {"delay": {"delay_ms": 80}})
    started = time.monotonic()
    await meta.writes()
    await subscribed.until(lambda: subscribed.messages)

    assert time.monotonic() - started >= 0.08


async def test_statuses_share_posts(meta: Meta, subscribed: Receiver) -> None:
    slow = {"webhook_concurrency": 1, "webhook_batch_wait_ms": 500}
    await meta.control("PUT", "settings", slow)
    await meta.control("PUT", "faults", {"batch": {"size": 100}})
    await asyncio.gather(*(meta.send(template(), to=f"+49151000{n:04}1") for n in range(20)))
    await subscribed.until(lambda: len(subscribed.statuses) == 40)

    assert len(subscribed.webhooks) < 20


async def test_a_status_overtakes_the_answer(meta: Meta, subscribed: Receiver) -> None:
    await meta.control("PUT", "faults", {"status_first": {}})

    wamid = await meta.accepted(template())

    assert subscribed.statuses[0]["id"] == wamid


@pytest.mark.parametrize(
    ("fault", "status", "code"), [("rate_limited", 429, 130429), ("server_error", 500, 131000)]
)
@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
async def test_a_refusal_may_come_before_or_after_acceptance(
    meta: Meta, fault: str, status: int, code: int, when: str, count: int
) -> None:
    await meta.control("PUT", "faults", {fault: {"when": when, "count": 1}})

    answer = await meta.send(template())

    assert (answer.status, answer.error["code"]) == (status, code)
    assert await accepted(meta) == count
    assert (await meta.send(template())).status == 200


@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
async def test_the_connection_is_reset_before_or_after_acceptance(
    meta: Meta, when: str, count: int
) -> None:
    await meta.control("PUT", "faults", {"reset": {"when": when, "count": 1}})

    with pytest.raises(RequestError):
        await meta.send(template())

    assert await accepted(meta) == count


async def test_answers_are_slow(meta: Meta) -> None:
    await meta.control("PUT", "faults", {"slow": {"delay_ms": 60, "when": "after"}})
    started = time.monotonic()
    await meta.accepted(template())

    assert time.monotonic() - started >= 0.06


async def test_a_template_is_paused_in_the_middle(meta: Meta, subscribed: Receiver) -> None:
    fault = {"template": "service_outage", "after": 2, "count": 1}
    await meta.control("PUT", "faults", {"template_paused": fault})

    answers = [await meta.send(template()) for _ in range(4)]
    await subscribed.until(lambda: subscribed.field("message_template_status_update"))

    assert [answer.status for answer in answers] == [200, 200, 200, 400]
    assert answers[-1].error["code"] == 132015
    assert subscribed.field("message_template_status_update")[0]["event"] == "PAUSED"


async def test_the_token_dies_in_the_middle(meta: Meta) -> None:
    await meta.control("PUT", "faults", {"token_killed": {"after": 1, "count": 1}})

    answers = [await meta.send(template()) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 401]
    assert answers[-1].error["code"] == 190


async def test_people_lose_their_phone_numbers(meta: Meta, subscribed: Receiver) -> None:
    await meta.control("PUT", "faults", {"no_phone": {}})
    contact = (await meta.send(template())).json["contacts"][0]
    await meta.writes(who=AMINA)
    await subscribed.until(lambda: subscribed.messages)

    assert "wa_id" not in contact
    assert "from" not in subscribed.messages[0]
    assert subscribed.messages[0]["from_user_id"] == contact["user_id"]


async def test_a_fault_ends_by_itself_and_tells_how_often_it_struck(meta: Meta) -> None:
    await meta.control("PUT", "faults", {"server_error": {"seconds": 2}})
    statuses = [(await meta.send(template())).status]

    async def over() -> bool:
        statuses.append((await meta.send(template())).status)
        return statuses[-1] == 200

    await eventually(over)

    assert statuses == [500] * (len(statuses) - 1) + [200]
    struck = (await meta.control("GET", "faults"))["server_error"]["struck"]
    assert struck == len(statuses) - 1 > 0
    assert await meta.control("PUT", "faults", {}) == {}
