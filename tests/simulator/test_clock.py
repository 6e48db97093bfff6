"""The movable clock: yesterday's customers, and their return today."""

import time
from typing import Any

import pytest

from .conftest import AMINA, NUMBER, Meta, Receiver, template, text

DAY = 86_400
YESTERDAY = {"offset_seconds": -90_000}
NOW = {"offset_seconds": 0}


async def window(meta: Meta) -> bool:
    view = await meta.control("GET", f"phone/chats?who={AMINA}")
    chat = next(chat for chat in view["chats"] if chat["number_id"] == NUMBER)
    return bool(chat["window_open"])


async def test_the_clock_reads_back_where_it_was_moved(meta: Meta) -> None:
    moved = await meta.control("POST", "clock", YESTERDAY)
    read = await meta.control("GET", "clock")
    view = await meta.control("GET", f"phone/chats?who={AMINA}")
    onward = await meta.control("POST", "clock", {"advance_seconds": DAY})

    assert moved["offset_seconds"] == read["offset_seconds"] == -90_000
    assert abs(read["now"] + 90_000 - time.time()) < 60
    assert view["clock_offset_seconds"] == -90_000
    assert onward["offset_seconds"] == -3_600


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"offset_seconds": 1}, "the future cannot be simulated"),
        ({"advance_seconds": 1}, "the future cannot be simulated"),
        ({"offset_seconds": -31 * DAY}, "at least -2592000"),
        ({"offset_seconds": "soon"}, "offset_seconds"),
        ({"offset": -1}, "offset"),
    ],
)
async def test_times_it_cannot_have_are_refused_and_nothing_moves(
    meta: Meta, given: dict[str, Any], words: str
) -> None:
    answer = await meta.call("POST", "/_simulator/clock", given)

    assert answer.status == 400
    assert words in answer.json["error"]
    assert (await meta.control("GET", "clock"))["offset_seconds"] == 0


async def test_who_wrote_yesterday_has_a_closed_window_and_opens_it_by_returning(
    meta: Meta, subscribed: Receiver
) -> None:
    await meta.control("PUT", "settings", {"late_codes": []})
    await meta.control("POST", "clock", YESTERDAY)
    await meta.writes(**text("Are you open?"))
    then = await meta.send(text("Until six"))
    await meta.control("POST", "clock", NOW)
    later = await meta.send(text("Still there?"))
    by_template = await meta.send(template())
    await meta.writes(**text("Good morning"))
    again = await meta.send(text("Good morning"))
    await subscribed.until(lambda: len(subscribed.messages) == 2)

    assert (then.status, by_template.status, again.status) == (200, 200, 200)
    assert later.error["code"] == 131047
    first, second = (int(message["timestamp"]) for message in subscribed.messages)
    assert 89_990 < second - first < 90_100


async def test_a_message_of_yesterday_closes_no_window_of_today(meta: Meta) -> None:
    await meta.writes()
    await meta.control("POST", "clock", YESTERDAY)
    await meta.writes()
    await meta.control("POST", "clock", NOW)

    assert await window(meta)


async def test_the_ledger_keeps_the_moved_time(meta: Meta) -> None:
    await meta.control("POST", "clock", YESTERDAY)
    await meta.accepted(template())
    row = (await meta.control("GET", "ledger/messages"))["messages"][0]

    assert abs(row["at"] / 1000 + 90_000 - time.time()) < 60


async def test_reset_brings_the_clock_back(meta: Meta) -> None:
    await meta.control("POST", "clock", YESTERDAY)
    await meta.control("POST", "reset")

    assert (await meta.control("GET", "clock"))["offset_seconds"] == 0
