"""Contact files as people have them: good rows go in by id, others are told by line and reason."""

import asyncio
import io
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter

from tests.api_client import Api
from tests.contacts import (
    contacts,
    imported,
    make_list,
    rejects,
    run_imports,
    send_file,
    size,
)
from tests.world import World
from tidings.actions import imports as actions
from tidings.engine import imports as engine
from tidings.engine.import_contacts import ContactSink
from tidings.engine.imports import run_import
from tidings.store.database import Database

BY_ID = {"contactIdName": "id"}


async def data(api: Api, made: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(each["data"].values()) for each in await contacts(api, made)]


async def test_a_plain_file_goes_in(api: Api, world: World, database: Database) -> None:
    made = await make_list(api)

    job = await imported(
        api,
        database,
        made,
        'phone,name,city\n+49 151 40000001,"Amina, the first",Köln\n'
        '00491514 0000002, Jonas ,"Bad\nDoberan"\n',
    )

    assert (job["state"], job["acceptedRows"], job["rejectedRows"]) == ("done", 2, 0), job
    assert await data(api, made) == [
        ("4915140000001", "Amina, the first", "Köln"),
        ("4915140000002", "Jonas", "Bad\nDoberan"),
    ]
    assert await size(api, made) == 2
    status = (await api.get(f"{made['selfUri']}/importstatus")).json()
    assert "state" not in status
    assert status["percentComplete"] == 100


TEXT = "Telefon{s}Name\r\n+49 151 41000001{s}Grüße aus Köln\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.format(s=";").encode(),
        TEXT.format(s=",").encode("utf-8-sig"),
        TEXT.format(s="\t").encode("utf-16"),
        TEXT.format(s="|").encode("cp1252"),
        TEXT.format(s=";").replace("\r\n", "\r").encode("utf-16-be"),
        ("sep=;\r\n" + TEXT.format(s=";").rstrip()).encode(),
        TEXT.format(s=";").upper().replace("GRÜSSE AUS KÖLN", "Grüße aus Köln").encode(),
    ],
)
async def test_encodings_and_separators_are_recognised(
    api: Api, database: Database, content: bytes
) -> None:
    made = await make_list(api, ("Telefon", "Name"), whatsapp=("Telefon",))

    job = await imported(api, database, made, content)

    assert (job["state"], job["acceptedRows"]) == ("done", 1), job
    assert await data(api, made) == [("4915141000001", "Grüße aus Köln")]


async def test_lines_of_another_encoding_do_not_spoil_their_neighbours(
    api: Api, database: Database
) -> None:
    made = await make_list(api, ("phone", "name"))
    rows = "4915141000001,Jörg\n".encode() + "4915141000002,Jörg\n".encode("cp1252")

    await imported(api, database, made, b"phone,name\n" + rows)

    assert [name for _, name in await data(api, made)] == ["Jörg", "Jörg"]


async def test_bad_rows_are_told_by_line_and_good_ones_go_in(api: Api, database: Database) -> None:
    made = await make_list(api)

    job = await imported(
        api,
        database,
        made,
        "phone,name,city\n"
        "4915142000001,ok,\n"
        "\n"
        "0151 42000002,no country code,\n"
        "call me,no digits,\n"
        f"4915142000003,{'x' * 512},512 characters are kept\n"
        f"4915142000004,{'x' * 1025},too long\n"
        "4915142000005,a\0b,NUL\n"
        "4915142000006,too,many,cells\n"
        "4915142000007,too few\n"
        "4915142000008,empty cells too many,,,\n"
        '4915142000009,"never closed,\n'
        "4915142000010,after it,\n"
        ",no number,\n"
        f'4915142000011,"{"z" * 200_000}",\n',
    )

    assert job["state"] == "done"
    lines = await rejects(api, job)
    assert [int(line) for line, _, _ in lines] == [4, 5, 7, 8, 9, 15]
    assert "country code" in lines[0][1]
    assert lines[0][1].startswith("phone: ")
    assert "1025 characters" in lines[2][1]
    assert "NUL" in lines[3][1]
    assert "4 cells" in lines[4][1]
    assert (job["acceptedRows"], job["rejectedRows"]) == (7, 6)
    assert await size(api, made) == 7
    assert ("4915142000007", "too few", "") in await data(api, made)
    events = (await api.get("/api/v2/outbound/events", params={"entityId": made["id"]})).json()
    assert any("left out 6" in str(each) for each in events["entities"])


@pytest.mark.parametrize(
    ("content", "query", "code", "words"),
    [
        ("", {}, "import.file.empty", "empty"),
        ("\n \n", {}, "import.file.empty", "empty"),
        ("phone,name,shoe\n", {}, "import.unknown.columns", '"shoe"'),
        ("4915143000001,Amina,Köln\n", {}, "import.unknown.columns", "no column"),
        ("phone,Phone\n", {}, "import.duplicate.columns", "twice"),
        ("phone,,name\n", {}, "import.unnamed.column", "Column 2"),
        ("phone,name\n", BY_ID, "import.no.contact.id.column", '"id"'),
        ("id,ID\n", BY_ID, "import.duplicate.columns", "twice"),
        ("id\n1\n", BY_ID, "import.no.columns", "no column"),
        (",".join(f"c{at}" for at in range(51)), {}, "import.too.many.columns", "51"),
        (b"\x89PNG" + bytes(2_000_000), {}, "import.not.text", "no CSV"),
        (b"PK\x03\x04 no zip", {}, "import.workbook.unreadable", "damaged"),
    ],
)
async def test_a_file_that_cannot_be_read_says_what_to_change(
    api: Api,
    database: Database,
    content: bytes | str,
    query: dict[str, str],
    code: str,
    words: str,
) -> None:
    made = await make_list(api)

    job = await imported(api, database, made, content, **query)

    assert (job["state"], job["failureCode"]) == ("failed", code), job
    assert words in job["failure"]
    assert await size(api, made) == 0
    status = (await api.get(f"{made['selfUri']}/importstatus")).json()
    assert status["state"] == "FAILED"


async def test_too_many_columns_have_the_contracts_own_word(api: Api, database: Database) -> None:
    made = await make_list(api)

    await imported(api, database, made, ",".join(f"c{at}" for at in range(51)))

    status = (await api.get(f"{made['selfUri']}/importstatus")).json()
    assert status["failureReason"] == "CONTACT_COLUMNS_LIMIT_EXCEEDED"


async def test_sending_a_file_again_updates_by_id(api: Api, database: Database) -> None:
    made = await make_list(api)
    first = "id,phone,name,city\n" + "".join(
        f"k{at},49151440000{at:02},N{at},Köln\n" for at in range(20)
    )
    await imported(api, database, made, first, **BY_ID)
    before = [each["id"] for each in await contacts(api, made)]

    job = await imported(
        api,
        database,
        made,
        "city,phone,id\nBonn,4915144000099,k3\nUlm,4915144000098,new\nEssen,4915144000097,k3\n",
        **BY_ID,
    )

    assert job["acceptedRows"] == 3
    found = await contacts(api, made)
    assert [each["id"] for each in found] == [*before, "new"]
    assert found[3]["data"] == {"phone": "4915144000097", "name": "N3", "city": "Essen"}
    assert found[-1]["data"] == {"phone": "4915144000098", "name": "", "city": "Ulm"}
    assert await size(api, made) == 21


async def test_an_update_clears_what_the_system_noted_only_when_asked(
    api: Api, database: Database
) -> None:
    made = await make_list(api)
    row = "id,phone\nk1,4915145000001\n"
    await imported(api, database, made, row, **BY_ID)
    [one] = await contacts(api, made)
    await api.put(one["selfUri"], {"data": one["data"], "callable": False})

    await imported(api, database, made, row, **BY_ID)
    assert [each["callable"] for each in await contacts(api, made)] == [False]
    await imported(api, database, made, row, clearSystemData="true", **BY_ID)
    assert [each["callable"] for each in await contacts(api, made)] == [True]


def large_file(rows: int, *, start: int = 0) -> str:
    lines = (f'k{row},4915146{row:06},"N\n{row}",\n' for row in range(start, start + rows))
    return "id,phone,name,city\n" + "".join(lines)


async def test_an_import_killed_in_the_middle_goes_on_there(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContactSink, "batch_rows", 50)
    monkeypatch.setattr(actions, "CHUNK_BYTES", 1_000)
    made = await make_list(api)
    job = (await send_file(api, made, large_file(1_000) + "k9999,nonsense,,\n", **BY_ID)).json()
    for batches in (1, 3, 5):
        running = asyncio.create_task(run(database, world, job))
        while (await read(api, job))["totalRows"] < 50 * batches:
            assert not running.done()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert (await read(api, job))["state"] == "running"
    await run(database, world, job)

    ended = await read(api, job)
    assert (ended["state"], ended["acceptedRows"], ended["rejectedRows"]) == ("done", 1_000, 1)
    assert await size(api, made) == 1_000
    assert await count(database, made) == 1_000
    assert [line for line, _, _ in await rejects(api, job)] == ["2002"]


async def run(database: Database, world: World, job: dict[str, Any]) -> None:
    await run_import(database, world.nordwind.id, UUID(job["id"]))


async def read(api: Api, job: dict[str, Any]) -> dict[str, Any]:
    return (await api.get(job["selfUri"])).json()  # type: ignore[no-any-return]


async def count(database: Database, made: dict[str, Any]) -> int:
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT count(*) FROM contact WHERE list_id = %s", (made["id"],)
        )
        [(found,)] = await rows.fetchall()
    return int(found)


async def test_two_workers_at_one_import_take_it_once(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContactSink, "batch_rows", 20)
    made = await make_list(api)
    job = await send_file(api, made, large_file(400).replace("id,", "nr,"), contactIdName="nr")

    await asyncio.gather(*(run(database, world, job.json()) for _ in range(3)))

    assert (await read(api, job.json()))["acceptedRows"] == 400
    assert await count(database, made) == await size(api, made) == 400


async def test_files_for_one_list_go_in_one_after_the_other(
    api: Api, world: World, database: Database
) -> None:
    made = await make_list(api)
    await send_file(api, made, "id,phone,city\nk1,4915147000001,first\n", **BY_ID)
    await send_file(api, made, "id,phone,city\nk1,4915147000001,second\n", **BY_ID)

    await run_imports(database)

    assert await data(api, made) == [("4915147000001", "", "second")]


async def test_a_cancelled_import_keeps_what_it_took(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContactSink, "batch_rows", 20)
    made = await make_list(api)
    job = (await send_file(api, made, large_file(3_000), **BY_ID)).json()
    running = asyncio.create_task(run(database, world, job))
    while (await read(api, job))["totalRows"] == 0:
        assert not running.done()

    answer = await api.post(f"{job['selfUri']}/cancel")
    await running

    ended = await read(api, job)
    assert ended["state"] == "cancelled"
    assert ended["acceptedRows"] == answer.json()["acceptedRows"] < 3_000
    assert await size(api, made) == ended["acceptedRows"]
    assert (await api.post(f"{job['selfUri']}/cancel")).status == 409


async def test_a_list_deleted_meanwhile_ends_its_imports(
    api: Api, world: World, database: Database
) -> None:
    made = await make_list(api)
    await send_file(api, made, large_file(10), **BY_ID)

    assert (await api.delete(made["selfUri"])).status == 204
    await run_imports(database)

    assert await count(database, made) == 0


@pytest.mark.parametrize("limit", ["MOST_CONTACTS_OF_LIST", "MOST_CONTACTS"])
async def test_rows_beyond_the_limit_are_told_and_updates_still_go_in(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    api = api.as_(world.olga)
    made = await make_list(api)
    there = await imported(api, database, made, large_file(5), **BY_ID)
    held = (await api.get("/api/v2/outbound/contactlists?includeSize=true&pageSize=100")).json()
    total = sum(each["size"] for each in held["entities"])
    most = 7 if limit == "MOST_CONTACTS_OF_LIST" else total + 2
    monkeypatch.setattr(f"tidings.engine.import_contacts.{limit}", most)

    job = await imported(api, database, made, large_file(10), **BY_ID)

    assert there["acceptedRows"] == 5
    assert (job["state"], job["acceptedRows"], job["rejectedRows"]) == ("done", 7, 3)
    assert await size(api, made) == 7
    reasons = {reason for _, reason, _ in await rejects(api, job)}
    assert len(reasons) == 1
    assert "full" in reasons.pop()


async def quotes(size: int, piece: bytes) -> AsyncIterator[bytes]:
    yield b"phone,name,city\n"
    for _ in range(0, size, 100_000):
        yield piece * (100_000 // len(piece))


@pytest.mark.parametrize("piece", [b'"', b'"a\n'])
async def test_a_hundred_megabytes_of_quotes_eat_no_memory(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    monkeypatch.setattr(engine, "MOST_REJECTS", 20_000)
    made = await make_list(api)
    answer = await api.post(
        f"{made['selfUri']}/imports",
        content=quotes(100_000_000 if b"\n" not in piece else 1_000_000, piece),
        headers={"Content-Type": "text/csv"},
    )
    tracemalloc.start()
    await run_imports(database)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    job = await read(api, answer.json())
    assert job["state"] == "failed"
    assert job["failureCode"] in ("import.not.text", "import.too.many.rejects")
    assert peak < 60_000_000
    assert len(await rejects(api, job)) == job["rejectedRows"]


def workbook(rows: list[list[Any]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(at, place, value)
    book.close()
    return file.getvalue()


async def test_a_workbook_is_read_like_a_csv(api: Api, database: Database) -> None:
    made = await make_list(api)
    rows: list[list[Any]] = [
        ["id", "phone", "name", "city"],
        [1, 4915148000001, 'Amina "A"', "Köln, am Rhein"],
        [2, "+49 151 48000002", True, 1.5],
        [3, "nobody", "x", "y"],
    ]

    job = await imported(api, database, made, workbook(rows), **BY_ID)

    assert (job["state"], job["acceptedRows"], job["rejectedRows"]) == ("done", 2, 1), job
    assert [each["id"] for each in await contacts(api, made)] == ["1", "2"]
    assert await data(api, made) == [
        ("4915148000001", 'Amina "A"', "Köln, am Rhein"),
        ("4915148000002", "true", "1.5"),
    ]
    assert [line for line, _, _ in await rejects(api, job)] == ["4"]


async def test_a_workbook_that_claims_a_huge_sheet_ends_only_itself(
    api: Api, database: Database
) -> None:
    made = await make_list(api)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "phone")
    sheet.write(1_048_575, 16_383, "far away")
    book.close()

    job = await imported(api, database, made, file.getvalue())

    assert (job["state"], job["failureCode"]) == ("failed", "import.workbook.too.large"), job
    assert "CSV" in job["failure"]
