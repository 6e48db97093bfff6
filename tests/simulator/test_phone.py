"""The customer's phone: the page, what it shows, and what playing a customer causes."""

import asyncio
from pathlib import Path

import pytest

from .conftest import (
    AMINA,
    NUMBER,
    OTHER_NUMBER,
    QUICK,
    Meta,
    Receiver,
    running,
    template,
    text,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def bubbles(meta: Meta, number: str = NUMBER) -> list[dict[str, object]]:
    view = await meta.control("GET", f"phone/chats?who={AMINA}")
    chat = next(chat for chat in view["chats"] if chat["number_id"] == number)
    return list(chat["messages"])


@pytest.mark.parametrize("path", ["/", "/phone/app.js", "/phone/bubble.js", "/phone/style.css"])
async def test_the_page_is_served_without_inline_script(meta: Meta, path: str) -> None:
    answer = await meta.call("GET", path)

    assert answer.status == 200
    assert b"<script>" not in answer.raw
    assert (await meta.call("GET", "/phone/../main.py")).status in (400, 404)
    assert (await meta.call("GET", "/phone/nothing.js")).status == 404


async def test_a_template_is_shown_filled_in(meta: Meta) -> None:
    document = {"link": "https://example.org/a.pdf", "filename": "invoice.pdf"}
    names = {"first_name": "Amina", "order_id": "A-77"}
    body = [{"type": "text", "parameter_name": name, "text": v} for name, v in names.items()]
    track = {"type": "button", "sub_type": "url", "index": "0"}
    components = [
        {"type": "header", "parameters": [{"type": "document", "document": document}]},
        {"type": "body", "parameters": body},
        {**track, "parameters": [{"type": "text", "text": "A-77"}]},
    ]
    await meta.accepted(template("delivery_notice", body=(), components=components))

    shown = (await bubbles(meta))[0]

    assert shown["text"] == "Hello Amina, order A-77 is on its way to you today."
    assert shown["medium"] == {
        "kind": "document",
        "url": "https://example.org/a.pdf",
        "filename": "invoice.pdf",
    }
    assert shown["buttons"] == [
        {"kind": "url", "title": "Track parcel", "url": "https://shop.example.org/track/A-77"},
        {"kind": "call", "title": "Call us", "number": "+15550100200"},
    ]


async def test_chats_are_kept_apart_by_number(meta: Meta) -> None:
    await meta.writes(**text("to the shop"))
    await meta.writes(to=OTHER_NUMBER, **text("to the clinic"))

    assert [bubble["text"] for bubble in await bubbles(meta)] == ["to the shop"]
    assert [bubble["text"] for bubble in await bubbles(meta, OTHER_NUMBER)] == ["to the clinic"]


async def test_looking_at_a_chat_reads_its_messages_once(meta: Meta, subscribed: Receiver) -> None:
    await meta.accepted(template())
    await subscribed.until(lambda: len(subscribed.statuses) == 2)
    seen = {"wa_id": AMINA, "number_id": NUMBER}

    first = await meta.control("POST", "phone/read", seen)
    second = await meta.control("POST", "phone/read", seen)
    await subscribed.until(lambda: len(subscribed.statuses) == 3)

    assert (first, second) == ({"read": 1}, {"read": 0})
    assert subscribed.statuses[-1]["status"] == "read"
    assert (await bubbles(meta))[0]["status"] == "read"


async def test_a_picture_sent_from_the_phone_can_be_downloaded_by_the_business(
    meta: Meta, subscribed: Receiver
) -> None:
    request = meta._client.post(f"{meta.simulation.address}/_simulator/phone/media?filename=a.png")
    request = request.header("content-type", "image/png").body_bytes(PNG)
    payload = await (await request.build().send()).json()
    await meta.writes(type="image", image={**payload, "caption": "Look"})
    await subscribed.until(lambda: subscribed.messages)

    image = subscribed.messages[0]["image"]
    resolved = (await meta.call("GET", f"/v24.0/{image['id']}")).json
    assert (await meta.call("GET", resolved["url"])).raw == PNG
    assert (await meta.call("GET", f"/_simulator/phone/media/{image['id']}")).raw == PNG


async def test_a_customer_who_blocks_gets_nothing_more(meta: Meta, subscribed: Receiver) -> None:
    block = {"wa_id": AMINA, "number_id": NUMBER, "blocked": True}
    await meta.control("POST", "phone/block", block)
    await meta.accepted(template())
    await subscribed.until(lambda: subscribed.statuses)

    assert subscribed.statuses[0]["errors"][0]["code"] == 131026
    assert await bubbles(meta) == []


async def test_people_lists_whoever_has_a_chat_first(meta: Meta) -> None:
    await meta.writes(who="+4915199999991")
    people = await meta.control("GET", "phone/people")

    assert people[0]["wa_id"] == "4915199999991"
    assert AMINA in [person["wa_id"] for person in people]


async def test_the_live_stream_tells_of_changes_and_ends_with_the_simulator(meta: Meta) -> None:
    address = meta.simulation.address.removeprefix("http://")
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /_simulator/phone/live HTTP/1.1\r\nhost: x\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"event: changed"), 30)
    await meta.writes()
    await asyncio.wait_for(reader.readuntil(b"event: changed"), 30)
    meta.simulation.hang_up()
    assert await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 30)
    writer.close()


async def test_bubbles_keep_their_ticks_over_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    async with running(tmp_path, QUICK) as meta:
        await meta.control("PUT", "callback", {"url": receiver.url})
        await meta.accepted(template())
        await receiver.until(lambda: len(receiver.statuses) == 2)
    async with running(tmp_path, QUICK) as meta:
        assert (await bubbles(meta))[0]["status"] == "delivered"
