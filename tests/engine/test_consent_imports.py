"""Consent files as people have them: what is good goes in once, what is not is told by line."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Answer, Api
from tests.world import World
from tidings.actions import imports as actions
from tidings.engine import imports
from tidings.engine.import_consents import ConsentSink
from tidings.engine.imports import import_loop, run_import, run_next_import
from tidings.store.database import Database
from tidings.store.ids import new_id

CONSENTS = "/api/v2/consents"
IMPORTS = f"{CONSENTS}/imports"


async def upload(api: Api, content: bytes | str, **more: Any) -> Answer:
    body = content.encode() if isinstance(content, str) else content
    return await api.post(
        f"{IMPORTS}?fileName={new_id()}.csv",
        content=body,
        headers={"Content-Type": "text/csv"},
        **more,
    )


async def imported(api: Api, database: Database, content: bytes | str) -> dict[str, Any]:
    """Upload a file, run what waits, and give the import as it ended."""
    answer = await upload(api, content)
    assert answer.status == 202, answer
    while await run_next_import(database):
        pass
    return (await api.get(answer.json()["selfUri"])).json()  # type: ignore[no-any-return]


async def consents(api: Api, prefix: str) -> list[dict[str, Any]]:
    answer = await api.get(CONSENTS, params={"address": prefix, "pageSize": 500})
    return answer.json()["entities"]  # type: ignore[no-any-return]


async def states(api: Api, address: str) -> dict[str, str]:
    return {each["category"]: each["state"] for each in await consents(api, address)}


async def history_count(database: Database, prefix: str) -> int:
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT count(*) FROM consent_history WHERE address LIKE %s", (prefix + "%",)
        )
        [(count,)] = await rows.fetchall()
    return int(count)


async def rejects(api: Api, job: dict[str, Any]) -> list[list[str]]:
    answer = await api.get(f"{job['selfUri']}/rejects")
    return list(csv.reader(io.StringIO(answer.text)))[1:]


async def test_a_plain_file_is_imported(api: Api, world: World, database: Database) -> None:
    job = await imported(
        api,
        database,
        "address,category,state,source,evidence,time\n"
        "+49 151 20000001,marketing,optedIn,web form,ticked,2024-05-01T10:00:00Z\n"
        '4915120000002,utility,optedOut,call,"said ""no"", twice\nand loudly",\n',
    )

    assert job["state"] == "done"
    assert (job["totalRows"], job["acceptedRows"], job["rejectedRows"]) == (2, 2, 0)
    assert job["percentComplete"] == 100
    assert job["doneBytes"] == job["totalBytes"]
    assert "failure" not in job
    [first] = await consents(api, "4915120000001")
    assert (first["category"], first["source"], first["evidence"], first["changedTime"]) == (
        "marketing", "web form", "ticked", "2024-05-01T10:00:00.000Z",
    )  # fmt: skip
    [second] = await consents(api, "4915120000002")
    assert (second["state"], second["evidence"]) == ("optedOut", 'said "no", twice\nand loudly')


GERMAN = "Telefon;Kategorie;Quelle\r\n+49 151 2100000{n};alle;Grüße aus Köln\r\n"


@pytest.mark.parametrize(
    ("number", "encode"),
    [
        (1, lambda text: text.encode("utf-8")),
        (2, lambda text: text.encode("utf-8-sig")),
        (3, lambda text: text.encode("cp1252")),
        (4, lambda text: text.encode("utf-16")),
        (5, lambda text: b"\xfe\xff" + text.encode("utf-16-be")),
        (6, lambda text: text.encode("utf-16-le")),
        (7, lambda text: text.replace(";", "\t").encode()),
        (8, lambda text: text.replace("\r\n", "\r").encode()),
        (9, lambda text: ("sep=;\r\n\r\n" + text.rstrip()).encode()),
    ],
)
async def test_encodings_separators_and_line_ends_are_recognised(
    api: Api, world: World, database: Database, number: int, encode: Any
) -> None:
    job = await imported(api, database, encode(GERMAN.format(n=number)))

    assert (job["state"], job["acceptedRows"], job["rejectedRows"]) == ("done", 1, 0), job
    found = await consents(api, f"491512100000{number}")
    assert [each["source"] for each in found] == ["Grüße aus Köln"] * 2


async def test_bad_rows_are_told_by_line_and_good_ones_go_in(
    api: Api, world: World, database: Database
) -> None:
    job = await imported(
        api,
        database,
        "number,category,state,evidence,time\n"
        "4915122000001,,,,\n"
        "\n"
        "0151 22000002,,,,\n"
        "call me,,,,\n"
        "4915122000003,jokes,,,\n"
        "4915122000004,,perhaps,,\n"
        f"4915122000005,,,{'x' * 5000},\n"
        "4915122000006,,,,2199-01-01\n"
        "4915122000007,,,,soon\n"
        "49151220\x0000008,,,,\n"
        '4915122000009,,,"a quote that is never closed,\n'
        f"4915122000010,,,{'y' * 512},31.12.2023 18:30\n"
        f"{'1' * 512},,,,\n"
        f'=1+1,,,"{"z" * 200_000}",\n'
        ",,,,\n"
        "4915122000011\n",
    )

    assert job["state"] == "done"
    lines = await rejects(api, job)
    assert [int(line) for line, _, _ in lines] == [4, 5, 6, 7, 8, 9, 10, 11, 14, 15]
    assert job["rejectedRows"] == 10
    assert job["acceptedRows"] == 4
    assert "country code" in lines[0][1]
    assert lines[-1][2].startswith("'=1+1")
    accepted = {each["address"] for each in await consents(api, "49151220")}
    assert accepted == {
        "4915122000001", "4915122000009", "4915122000010", "4915122000011",
    }  # fmt: skip
    [dotted, _] = await consents(api, "4915122000010")
    assert dotted["changedTime"] == "2023-12-31T18:30:00.000Z"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        ("name,city\nAmina,Köln\n", '"name", "city"'),
        ("4915123000001,marketing\n", "data, not the names"),
        ("phone,Telefon\n4915123000001,4915123000002\n", "both be the address"),
        (b"\x89PNG" + bytes(2_000_000), "no CSV"),
    ],
)
async def test_a_file_that_cannot_be_read_says_what_to_change(
    api: Api, world: World, database: Database, content: bytes | str, words: str
) -> None:
    job = await imported(api, database, content)

    assert job["state"] == "failed"
    assert words in job["failure"]
    assert await consents(api, "49151230") == []


async def test_a_list_does_not_bring_back_who_opted_out(
    api: Api, world: World, database: Database
) -> None:
    body = {"category": "marketing", "state": "optedOut", "source": "call"}
    await api.post(CONSENTS, {"address": "4915124000001", **body})
    job = await imported(
        api,
        database,
        "address,category,source,time\n"
        "4915124000001,,,\n"
        "4915124000001,marketing,,2024-01-01\n"
        "4915124000001,utility,,\n"
        "4915124000002,,,\n"
        "4915124000001,marketing,web form,2001-01-01\n",
    )

    assert [line for line, _, _ in await rejects(api, job)] == ["2", "3"]
    assert await states(api, "4915124000001") == {"utility": "optedIn", "marketing": "optedOut"}
    assert await states(api, "4915124000002") == {"utility": "optedIn", "marketing": "optedIn"}


async def test_rows_that_repeat_a_number_end_with_one_customer(
    api: Api, world: World, database: Database
) -> None:
    job = await imported(
        api,
        database,
        "address,category,state\n"
        + "5511987670001,utility,optedIn\n551187670001,utility,optedIn\n" * 700
        + "5511987670001,utility,optedOut\n551187670001,utility,optedIn\n",
    )

    assert (job["acceptedRows"], job["rejectedRows"]) == (1401, 1)
    assert await states(api, "5511987670001") == {"utility": "optedOut"}
    assert await history_count(database, "5511") == 1401


def large_file(prefix: str, rows: int) -> str:
    lines = (f'{prefix}{row:06},"evidence\n{row}"\n' for row in range(rows))
    return "address,evidence\n" + "".join(lines)


async def test_an_import_killed_in_the_middle_goes_on_there_and_records_nothing_twice(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConsentSink, "batch_rows", 50)
    monkeypatch.setattr(actions, "CHUNK_BYTES", 1_000)
    job = (await upload(api, large_file("4917", 1_000) + "nonsense,\n")).json()
    kills = 0
    for batches in (1, 3, 5):
        running = asyncio.create_task(run(database, world, job))
        while (await read(api, job))["totalRows"] < 50 * batches:
            assert not running.done()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        kills += 1
    assert (await read(api, job))["state"] == "running"
    await run(database, world, job)

    ended = await read(api, job)
    assert kills == 3
    assert (ended["state"], ended["acceptedRows"], ended["rejectedRows"]) == ("done", 1_000, 1)
    assert await history_count(database, "4917") == 2_000
    assert [line for line, _, _ in await rejects(api, job)] == ["2002"]
    assert await pieces_left(database) == 0


async def run(database: Database, world: World, job: dict[str, Any]) -> None:
    await run_import(database, world.nordwind.id, UUID(job["id"]))


async def read(api: Api, job: dict[str, Any]) -> dict[str, Any]:
    return (await api.get(job["selfUri"])).json()  # type: ignore[no-any-return]


async def pieces_left(database: Database) -> int:
    async with database.connection() as connection:
        rows = await connection.execute("SELECT count(*) FROM file_import_chunk")
        [(count,)] = await rows.fetchall()
    return int(count)


async def test_two_workers_at_one_import_record_it_once(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConsentSink, "batch_rows", 20)
    job = (await upload(api, large_file("4918", 400))).json()

    await asyncio.gather(*(run(database, world, job) for _ in range(3)))

    assert (await read(api, job))["acceptedRows"] == 400
    assert await history_count(database, "4918") == 800


async def test_a_cancelled_import_stops_and_keeps_what_it_took(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConsentSink, "batch_rows", 20)
    job = (await upload(api, large_file("4919", 2_000))).json()
    running = asyncio.create_task(run(database, world, job))
    while (await read(api, job))["totalRows"] == 0:
        assert not running.done()

    answer = await api.post(f"{job['selfUri']}/cancel")
    await running

    assert answer.status == 200
    ended = await read(api, job)
    assert ended["state"] == "cancelled"
    assert ended["acceptedRows"] == answer.json()["acceptedRows"] < 2_000
    assert await history_count(database, "4919") == 2 * ended["acceptedRows"]
    assert await pieces_left(database) == 0
    assert (await api.post(f"{job['selfUri']}/cancel")).status == 409


async def test_the_loop_runs_what_waits_and_stops_when_told(
    api: Api, world: World, database: Database
) -> None:
    stop = asyncio.Event()
    loop = asyncio.create_task(import_loop(database, stop))
    job = (await upload(api, "address\n4915126000001\n")).json()
    while (await read(api, job))["state"] != "done":
        assert not loop.done()
    stop.set()
    await asyncio.wait_for(loop, 30)

    assert await states(api, "4915126000001") == {"utility": "optedIn", "marketing": "optedIn"}


async def test_what_is_exported_can_be_imported(api: Api, world: World, database: Database) -> None:
    body = {"address": "4915127000001", "category": "utility", "source": '=cmd, "Köln"'}
    await api.post(CONSENTS, {**body, "state": "optedIn", "evidence": "two\nlines"})
    exported = await api.get(f"{CONSENTS}/export")
    assert exported.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    [row] = [row for row in rows if row["address"] == "4915127000001"]
    assert row["source"] == '\'=cmd, "Köln"'

    olga = api.as_(world.olga)
    job = await imported(olga, database, exported.text)

    assert (job["acceptedRows"], job["rejectedRows"]) == (len(rows), 0)
    assert (await olga.get(f"{CONSENTS}/export")).text.count("4915127000001") == 1
    [before], [after] = await consents(api, "4915127000001"), await consents(olga, "4915127000001")
    differing = {"id", "customer"}
    assert {k: v for k, v in after.items() if k not in differing} == {
        k: v for k, v in before.items() if k not in differing
    }


async def test_an_upload_that_breaks_off_leaves_nothing(
    api: Api, world: World, database: Database
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"address\n" + b"4915128000001\n" * 50_000
        raise ConnectionError

    answer = await api.post(IMPORTS, content=body(), headers={"Content-Type": "text/csv"})

    assert answer.status == 500
    assert await pieces_left(database) == 0
    listed = (await api.get(IMPORTS)).json()["entities"]
    assert not [each for each in listed if each["state"] == "uploading"]


async def test_a_file_beyond_the_limit_is_refused(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LARGEST_FILE_BYTES", 1_000)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    announced = await upload(api, "x" * 1_001)
    streamed = await api.post(IMPORTS, content=body(), headers={"Content-Type": "text/csv"})

    assert announced.status == streamed.status == 413
    assert announced.json()["code"] == streamed.json()["code"] == "consent.import.too.large"
    assert await pieces_left(database) == 0


async def test_the_same_upload_with_one_key_is_one_import(
    api: Api, world: World, database: Database
) -> None:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "list-of-may"}
    first = await api.post(IMPORTS, content=b"address\n4915129000001\n", headers=headers)
    again = await api.post(IMPORTS, content=b"address\n4915129000001\n", headers=headers)
    other = await api.post(IMPORTS, content=b"address\n4915129000002\n", headers=headers)

    assert again.json() == first.json()
    assert other.status == 422
    assert await pieces_left(database) == 1


async def test_another_organization_has_no_part_in_an_import(
    api: Api, world: World, database: Database
) -> None:
    job = await imported(api, database, "address\nnobody\n")
    olga = api.as_(world.olga)

    assert (await olga.get(job["selfUri"])).status == 404
    assert (await olga.get(f"{job['selfUri']}/rejects")).status == 404
    assert (await olga.post(f"{job['selfUri']}/cancel")).status == 404
    mine = {each["id"] for each in (await api.get(IMPORTS)).json()["entities"]}
    theirs = {each["id"] for each in (await olga.get(IMPORTS)).json()["entities"]}
    assert job["id"] in mine
    assert not mine & theirs
    assert (await api.as_(world.mia).get(job["selfUri"])).status == 403
    started = datetime.fromisoformat(job["startedTime"])
    assert started <= datetime.now(UTC)


async def test_quotes_that_never_close_end_an_import_early_and_say_why(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_REJECTS", 2_000)

    job = await imported(api, database, "address\n+4915112345678\n" + '"x\n' * 30_000)

    assert (job["state"], job["failureCode"]) == ("failed", "import.too.many.rejects")
    assert "mend the file" in job["failure"]
    assert job["acceptedRows"] == 1
    assert job["rejectedRows"] < 20_000


async def test_long_rows_are_read_in_small_batches_and_all_are_taken(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH_BYTES", 50_000)
    rows = [f'+49151123456{n:02},"{"long " * 6_000}"\n' for n in range(10, 30)]

    job = await imported(api, database, "address,note\n" + "".join(rows))

    assert (job["state"], job["acceptedRows"], job["rejectedRows"]) == ("done", 20, 0)
