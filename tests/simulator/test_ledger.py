"""The ledger judges: nothing accepted is forgotten, whatever kills the simulator."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pyreqwest.client import ClientBuilder

from tests.sending import eventually

from .conftest import AMINA, NUMBER, QUICK, TOKEN, Meta, Receiver, running, template, text


async def test_totals_count_what_was_accepted_and_delivered(
    meta: Meta, subscribed: Receiver
) -> None:
    for data in ("a", "b", "a"):
        await meta.accepted(template(), biz_opaque_callback_data=data)
    await subscribed.until(lambda: len(subscribed.statuses) == 6)
    await settled(meta)

    totals = await meta.control("GET", "ledger")
    assert totals["accepted"] == 3
    assert totals["callback_data"] == 2
    assert totals["doubles"] == 1
    assert totals["statuses_owed"] == 0
    assert totals["counts"]["statuses.delivered.delivered"] == 3
    assert await meta.control("GET", "ledger/callbacks") == {"a": 2, "b": 1}
    assert await meta.control("GET", "ledger/callbacks?doubles=1") == {"a": 2}
    assert await meta.control("GET", "ledger/callbacks?data=b") == {"b": 1}


async def settled(meta: Meta) -> None:
    """Wait until every webhook taken is noted."""
    async with asyncio.timeout(30):
        while (await meta.control("GET", "ledger"))["statuses_owed"]:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_pages_list_messages_in_order(meta: Meta) -> None:
    sent = [await meta.accepted(template()) for _ in range(5)]

    first = await meta.control("GET", "ledger/messages?limit=3")
    rest = await meta.control("GET", f"ledger/messages?limit=3&after={first['next']}")
    one = await meta.control("GET", f"ledger/messages/{sent[2]}")

    assert [row["id"] for row in first["messages"] + rest["messages"]] == sent
    assert "next" not in rest
    assert one["n"] == 2
    assert one["template"] == "service_outage"
    assert one["message"]["to"] == f"+{AMINA}"


async def test_the_dump_is_the_file_line_by_line(meta: Meta) -> None:
    await meta.accepted(template(), biz_opaque_callback_data="a\nb")
    await meta.writes()

    dump = await meta.call("GET", "/_simulator/ledger/dump")

    entries = [json.loads(line) for line in dump.raw.splitlines()]
    assert [entry["entry"] for entry in entries] == ["accepted", "event"]
    assert entries[0]["callback_data"] == "a\nb"


async def test_a_pretty_printed_message_stays_one_line(meta: Meta) -> None:
    body = {"messaging_product": "whatsapp", "to": f"+{AMINA}", **template()}
    request = meta._client.post(f"{meta.simulation.address}/v24.0/{NUMBER}/messages")
    pretty = request.bearer_auth(TOKEN).body_bytes(json.dumps(body, indent=2).encode())
    assert (await pretty.build().send()).status == 200

    dump = await meta.call("GET", "/_simulator/ledger/dump")
    assert len(dump.raw.splitlines()) == 1


async def test_a_restart_remembers_messages_windows_and_the_world(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as meta:
        await meta.writes()
        first = await meta.accepted(text(), biz_opaque_callback_data="one")
        await meta.control("POST", "templates/service_outage/pause")
        await meta.control("POST", "clock", {"offset_seconds": -60})
    async with running(tmp_path, QUICK) as meta:
        again = await meta.send(text(), biz_opaque_callback_data="one")
        totals = await meta.control("GET", "ledger")
        paused = await meta.send(template())
        state = await meta.control("GET", "state")

    assert again.status == 200
    assert again.json["messages"][0]["id"] != first
    assert (totals["accepted"], totals["doubles"]) == (2, 1)
    assert paused.error["code"] == 132015
    assert state["clock_offset_seconds"] == -60


async def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as meta:
        await meta.accepted(template())
    with (tmp_path / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"entry":"accepted","n":1,"id":"wam')
    async with running(tmp_path, QUICK) as meta:
        await meta.accepted(template())
        totals = await meta.control("GET", "ledger")

    assert totals["accepted"] == 2


class Program:
    """The simulator as a process of its own, to be killed."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.address = ""

    async def start(self) -> None:
        arguments = ("-m", "tidings.simulator", "--port", "0", "--state", str(self._state))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        self.address = line.decode().split()[-1]

    async def end(self, number: signal.Signals) -> int:
        os.kill(self._process.pid, number)
        return await self._process.wait()

    async def call(self, method: str, path: str, body: Any) -> Any:
        async with ClientBuilder().build() as client:
            request = client.request(method, self.address + path).bearer_auth(TOKEN)
            answer = await request.body_bytes(json.dumps(body).encode()).build().send()
            assert answer.status == 200
            return await answer.json()


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path)
    await program.start()
    yield program
    with contextlib.suppress(ProcessLookupError):  # a test that failed leaves it running
        await program.end(signal.SIGKILL)


async def saved(folder: Path, *words: str) -> bool:
    """Whether the world beside the ledger says all of this."""
    file = folder / "world.json"
    return file.exists() and all(each in file.read_text() for each in words)


async def test_a_killed_simulator_still_delivers_what_it_owes(
    tmp_path: Path, receiver: Receiver, program: Program
) -> None:
    await program.call("PUT", "/_simulator/callback", {"url": receiver.url})
    await program.call("PUT", "/_simulator/habits", {"delivery_delay_ms": 400})
    receiver.answers.extend([500] * 10_000)
    await eventually(lambda: saved(tmp_path, receiver.url, '"delivery_delay_ms": 400'))
    message = {"messaging_product": "whatsapp", "to": f"+{AMINA}", **template()}
    path = f"/v24.0/{NUMBER}/messages"
    sent = (await program.call("POST", path, message))["messages"][0]["id"]
    await program.call("POST", "/_simulator/inbound", {"from": AMINA, **text("Hi")})
    await receiver.until(lambda: receiver.statuses and receiver.messages)
    await program.end(signal.SIGKILL)
    receiver.answers.clear()
    receiver.webhooks.clear()

    await program.start()
    await receiver.until(lambda: len(receiver.statuses) >= 2 and receiver.messages)
    status = await program.end(signal.SIGTERM)

    assert {item["status"] for item in receiver.statuses} >= {"sent", "delivered"}
    assert {item["id"] for item in receiver.statuses} == {sent}
    assert receiver.messages[0]["text"]["body"] == "Hi"
    assert status == 0
