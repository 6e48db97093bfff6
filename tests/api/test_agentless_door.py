"""The quick door for notifications and the framework's route are one to whoever sends."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.api_client import Answer, Api
from tests.sending import AGENTLESS, Line, Sending, notification
from tests.world import World


@pytest.fixture(scope="module")
def backend(api: Api, world: World) -> Api:
    return api.as_(world.backend)


async def send_in_pieces(backend: Api, body: dict[str, Any], size: int = 40) -> Answer:
    """A body in pieces is none for the quick door, which hands it on whole."""
    whole = msgspec.json.encode(body)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), size):
            yield whole[start : start + size]

    headers = {"Content-Type": "application/json"}
    return await backend.request("POST", AGENTLESS, content=pieces(), headers=headers)


async def test_a_body_in_pieces_is_accepted_like_a_whole_one(
    backend: Api, sending: Sending, line: Line
) -> None:
    whole = await backend.post(AGENTLESS, notification(line, await sending.invite()))
    pieces = await send_in_pieces(backend, notification(line, await sending.invite()))

    assert (whole.status, pieces.status) == (202, 202), pieces
    assert pieces.json().keys() == whole.json().keys()
    assert pieces.headers.keys() == whole.headers.keys()


async def test_a_replay_by_the_other_way_in_gets_the_first_answer(
    backend: Api, sending: Sending, line: Line
) -> None:
    body = notification(line, await sending.invite())
    content = msgspec.json.encode(body)
    headers = {"Content-Type": "application/json"}

    first = await backend.request("POST", AGENTLESS, content=content, headers=headers)
    again = await send_in_pieces(backend, body)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("is_good", [True, False])
async def test_each_request_counts_once_against_the_budget(
    backend: Api, sending: Sending, line: Line, is_good: bool
) -> None:
    counts = []
    for _ in range(2):
        body = notification(line, await sending.invite() if is_good else "no number")
        answer = await backend.post(AGENTLESS, body)
        assert answer.status == (202 if is_good else 400), answer
        counts.append(int(answer.headers["inin-ratelimit-count"]))

    assert counts[1] in (counts[0] + 1, 1)  # a new minute begins with its first
