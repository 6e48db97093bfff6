"""A creating POST and its replays have one effect and one answer (A11)."""

import asyncio
from typing import Any

import pytest

from tests.api_client import Answer, Api
from tests.world import World
from tidings.store.database import Database

DIVISIONS = "/api/v2/authorization/divisions"
LIBRARIES = "/api/v2/responsemanagement/libraries"


async def library(api: Api, name: str, *, key: str | None = None) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.post(LIBRARIES, {"name": name}, headers=headers)


async def count(database: Database, name: str) -> int:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) FROM library WHERE name = %s", [name])
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def forget(database: Database, key: str) -> None:
    """The key has had its time."""
    async with database.connection() as connection:
        await connection.execute("UPDATE idempotency SET expires_at = now() WHERE key = %s", [key])


async def test_a_key_replays_the_first_answer_and_says_so(api: Api, database: Database) -> None:
    first = await library(api, "Once", key="once")
    again = await library(api, "Once", key="once")

    assert first.status == again.status == 200
    assert again.text == first.text
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await count(database, "Once") == 1


@pytest.mark.parametrize("key", ["burst", None])
async def test_twenty_equal_requests_at_once_have_one_effect(
    api: Api, database: Database, key: str | None
) -> None:
    name = f"Burst {key}"

    answers = await asyncio.gather(*(library(api, name, key=key) for _ in range(20)))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await count(database, name) == 1


async def test_a_key_with_another_request_is_refused(api: Api, database: Database) -> None:
    await library(api, "First", key="mine")

    other_body = await library(api, "Second", key="mine")
    other_path = await api.post(DIVISIONS, {"name": "First"}, headers={"Idempotency-Key": "mine"})

    for answer in (other_body, other_path):
        assert (answer.status, answer.json()["code"]) == (422, "idempotency.key.reused")
    assert await count(database, "Second") == 0


async def test_an_expired_key_is_new(api: Api, database: Database) -> None:
    await library(api, "Expired", key="expired")
    await forget(database, "key:expired")

    answer = await library(api, "Expired anew", key="expired")

    assert answer.status == 200
    assert "Idempotency-Replayed" not in answer.headers


async def test_a_refused_request_leaves_its_key_free(api: Api, database: Database) -> None:
    refused = await library(api, "", key="refused")

    mended = await library(api, "Mended", key="refused")

    assert refused.status == 400
    assert mended.status == 200, mended


async def test_a_key_is_its_callers_own(api: Api, world: World, database: Database) -> None:
    await library(api, "Ours", key="shared")

    theirs = await library(api.as_(world.robot), "Ours too", key="shared")
    outside = await library(api.as_(world.olga), "Theirs", key="shared")

    assert (theirs.status, outside.status) == (200, 200)


async def test_without_a_key_the_same_request_later_is_a_new_one(
    api: Api, database: Database
) -> None:
    first = await library(api, "Again")
    replayed = await library(api, "Again")
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE idempotency SET expires_at = now() WHERE key LIKE 'same:%'"
        )
    later = await library(api, "Again")

    assert replayed.json()["id"] == first.json()["id"]
    assert later.status == 409, "the name is taken: the action ran again"


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    answer = await library(api, "Bad key", key=key)

    assert answer.status == 400
    assert "Idempotency-Key" in answer.json()["message"]


@pytest.mark.parametrize("key", ["k" * 255, "ü€", "' OR 1=1 --", "a b", "\x7f"])
async def test_any_other_key_will_do(api: Api, key: str) -> None:
    name = f"Key {key[:9]!a}"
    headers: dict[str, Any] = {"Idempotency-Key": key.encode()}

    answers = [await api.post(LIBRARIES, {"name": name}, headers=headers) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
