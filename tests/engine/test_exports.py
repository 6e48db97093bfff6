"""Exports: ordered by one, made by the worker, fetched by whoever may see what is in them."""

import asyncio
import csv
import io
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import python_calamine

from tests.api_client import Answer, Api
from tests.outbound import make_contact_list
from tests.sending import eventually
from tests.world import World
from tidings.engine.exports import run_next_export
from tidings.engine.outbound_sweep import sweep_outbound
from tidings.settings import Settings
from tidings.store.database import Database

OUTBOUND = "/api/v2/outbound"
ROWS: list[list[str | None]] = [
    ["4915110000001", "Berlin", "30", None],
    ["4915110000002", "=HYPERLINK(1)", "-12.5", "+49 (0)151 1"],
    ["4915110000003", 'Zürich, "Höngg"\nSüd', "-cmd|' /C calc'!A0", "@sum"],
]
HEADER = [
    "inin-outbound-id",
    "Phone",
    "City",
    "Age",
    "Due",
    "ContactCallable",
    "Callable-Phone",
]


async def ordered(api: Api, path: str, body: Any = None, **params: Any) -> dict[str, Any]:
    answer = await api.post(path, body, params=params)
    assert answer.status == 200, answer
    ref: dict[str, Any] = answer.json()
    return ref


async def fetched(api: Api, path: str) -> Answer:
    """The file behind an export, by the way that clients take."""
    found = await api.get(path)
    assert found.status == 200, found
    redirect = await api.get(found.json()["uri"])
    assert redirect.status == 303, redirect
    return await api.get(redirect.headers["location"])


def parsed(answer: Answer) -> list[list[str]]:
    text = answer.response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


async def test_a_list_is_exported_as_csv_with_its_system_columns(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_contact_list(database, world, name="To CSV: all", rows=ROWS)
    path = f"{OUTBOUND}/contactlists/{listed}/export"

    assert (await api.get(path)).status == 404
    ref = await ordered(api, path)
    assert (await api.get(path)).json()["code"] == "export.not.ready"
    assert await run_next_export(database)
    file = await fetched(api, path)

    assert file.response.content.startswith(b"\xef\xbb\xbfinin-outbound-id,Phone")
    assert int(file.headers["content-length"]) == len(file.response.content)
    assert "To%20CSV_%20all.csv" in file.headers["content-disposition"]
    assert parsed(file) == [
        HEADER,
        ["contact-1", "4915110000001", "Berlin", "30", "", "1", "1"],
        ["contact-2", "4915110000002", "'=HYPERLINK(1)", "-12.5", "+49 (0)151 1", "1", "1"],
        [
            "contact-3",
            "4915110000003",
            'Zürich, "Höngg"\nSüd',
            "'-cmd|' /C calc'!A0",
            "'@sum",
            "1",
            "1",
        ],
    ]
    assert (await api.get(path)).json()["uri"] == ref["selfUri"]
    url = await api.get(ref["selfUri"], params={"issueRedirect": "false"})
    assert url.json()["url"].endswith(f"{ref['selfUri']}/file")
    assert (await api.get(path, params={"download": "true"})).status == 303


async def test_an_xlsx_holds_the_same_as_text(
    api: Api, database: Database, world: World, tmp_path: Path
) -> None:
    listed = await make_contact_list(database, world, name="To XLSX", rows=ROWS)
    path = f"{OUTBOUND}/contactlists/{listed}/export"

    await ordered(api, path, format="xlsx")
    await run_next_export(database)
    file = await fetched(api, path)
    (tmp_path / "export.xlsx").write_bytes(file.response.content)
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "export.xlsx"))
    sheet = book.get_sheet_by_index(0).to_python()

    assert sheet[0] == HEADER
    assert sheet[1][1] == "4915110000001"
    assert sheet[2][2:5] == ["=HYPERLINK(1)", "-12.5", "+49 (0)151 1"]


async def test_more_than_a_page_comes_complete_and_in_order(
    api: Api, database: Database, world: World
) -> None:
    phones = [str(4915110000000 + n) for n in range(11_000)]
    rows = [[phone, "x" * 40, None, None] for phone in phones]
    listed = await make_contact_list(database, world, name="Long", rows=rows)
    path = f"{OUTBOUND}/contactlists/{listed}/export"

    await ordered(api, path)
    await run_next_export(database)
    file = parsed(await fetched(api, path))

    assert [row[1] for row in file[1:]] == phones
    assert (await api.get(path)).json()["rows"] == 11_000


async def test_a_filter_or_ids_choose_what_is_exported(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_contact_list(database, world, name="Chosen", rows=ROWS)
    other = await make_contact_list(database, world, name="Other than chosen", rows=ROWS)
    path = f"{OUTBOUND}/contactlists/{listed}/export"
    predicate = {"column": "City", "operator": "EQUALS", "value": "Berlin"}
    body = {
        "name": "Of Berlin",
        "contactList": {"id": str(listed)},
        "clauses": [{"predicates": [predicate]}],
    }
    made = (await api.post(f"{OUTBOUND}/contactlistfilters", body)).json()

    await ordered(api, path, {"contactListFilterId": made["id"]})
    await run_next_export(database)
    by_filter = parsed(await fetched(api, path))
    await ordered(api, path, {"contactIds": ["contact-3", "contact-9"]})
    await run_next_export(database)
    by_id = parsed(await fetched(api, path))
    foreign = await api.post(
        f"{OUTBOUND}/contactlists/{other}/export", {"contactListFilterId": made["id"]}
    )
    odd = await api.post(path, params={"format": "pdf"})

    assert [row[0] for row in by_filter[1:]] == ["contact-1"]
    assert [row[0] for row in by_id[1:]] == ["contact-3"]
    assert foreign.json()["details"][0]["fieldName"] == "contactListFilterId"
    assert odd.json()["details"][0]["fieldName"] == "format"


async def test_a_do_not_contact_list_is_exported(api: Api, database: Database) -> None:
    body = {"name": "Out", "dncSourceType": "rds", "contactMethod": "Any"}
    listed = (await api.post(f"{OUTBOUND}/dnclists", body)).json()
    await api.post(f"{listed['selfUri']}/phonenumbers", ["5511987654321", "4915110000001"])
    await api.post(f"{listed['selfUri']}/emailaddresses", ["Me@Here.example"])

    await ordered(api, f"{listed['selfUri']}/export")
    await run_next_export(database)
    file = parsed(await fetched(api, f"{listed['selfUri']}/export"))

    assert [row[:3] for row in file] == [
        ["kind", "value", "expirationDateTime"],
        ["email", "Me@Here.example", ""],
        ["phone", "4915110000001", ""],
        ["phone", "5511987654321", ""],
    ]


async def test_an_export_that_was_broken_off_is_made_anew(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_contact_list(database, world, name="Broken off", rows=ROWS)
    path = f"{OUTBOUND}/contactlists/{listed}/export"
    ref = await ordered(api, path)
    async with database.transaction() as connection:
        await connection.execute("UPDATE file_export SET state = 'running' WHERE state = 'queued'")
        await connection.execute(
            "INSERT INTO file_export_chunk VALUES (%s, %s, 0, 'half a file')",
            (world.nordwind.id, ref["id"]),
        )

    assert await run_next_export(database)

    assert len(parsed(await fetched(api, path))) == 4


# One worker that makes what waits, as a process that is killed when it has told of so many rows.
WORKER = """
import asyncio, os, signal, sys
from tidings.engine.exports import Keeper, run_next_export
from tidings.store.database import Database

tell = Keeper.tell

async def tell_and_die(keeper, done_rows):
    await tell(keeper, done_rows)
    if done_rows > 5_000:
        os.kill(os.getpid(), signal.SIGKILL)

Keeper.tell = tell_and_die

async def work():
    database = Database(sys.argv[1])
    await database.open()
    await run_next_export(database)

asyncio.run(work())
"""
MANY = """
    INSERT INTO contact (organization_id, list_id, position, id, values)
    SELECT %s, %s, n, 'contact-' || n, ARRAY[(4915110000000 + n)::text, repeat('x', 60), NULL, NULL]
    FROM generate_series(1, 40000) n
"""


async def test_a_worker_killed_in_the_middle_leaves_a_file_to_another(
    api: Api, database: Database, database_url: str, world: World
) -> None:
    listed = await make_contact_list(database, world, name="Killed")
    async with database.transaction() as connection:
        await connection.execute(MANY, (world.nordwind.id, listed))
    path = f"{OUTBOUND}/contactlists/{listed}/export"
    ref = await ordered(api, path)
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, database_url)

    assert await worker.wait() == -signal.SIGKILL
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT done_rows FROM file_export WHERE id = %s", (ref["id"],)
        )
        row = await cursor.fetchone()
    assert row is not None
    assert 5_000 < row[0] < 40_000
    assert (await api.get(path)).json()["code"] == "export.not.ready"

    async def made_by_another() -> bool:
        return await run_next_export(database)  # as soon as the dead one's lock is gone

    await eventually(made_by_another)
    file = parsed(await fetched(api, path))

    assert [row[0] for row in file[1:]] == [f"contact-{n}" for n in range(1, 40_001)]
    assert int((await api.get(path)).json()["rows"]) == 40_000


async def test_only_who_may_see_the_list_fetches_its_file(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_contact_list(database, world, name="Not for all", rows=ROWS)
    path = f"{OUTBOUND}/contactlists/{listed}/export"
    ref = await ordered(api, path)
    await run_next_export(database)

    for actor in (world.nils, world.olga, world.mia):
        for address in (ref["selfUri"], f"{ref['selfUri']}/file"):
            assert (await api.as_(actor).get(address)).status == 404, actor.name
    assert (await api.as_(None).get(f"{ref['selfUri']}/file")).status == 401
    assert (await api.as_(world.nils).get(path)).status == 404
    assert (await api.as_(world.nils).post(path)).status == 404


async def test_an_export_of_a_list_that_went_says_so(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_contact_list(database, world, name="Gone soon")
    path = f"{OUTBOUND}/contactlists/{listed}/export"
    await ordered(api, path)
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM contact_list WHERE id = %s", (listed,))

    assert await run_next_export(database)

    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT state, failure FROM file_export WHERE target_id = %s", (listed,)
        )
        assert await cursor.fetchone() == ("failed", "What was to be exported was deleted.")


async def test_an_expired_export_goes_with_its_file(
    api: Api, database: Database, world: World, settings: Settings
) -> None:
    listed = await make_contact_list(database, world, name="Old export", rows=ROWS)
    path = f"{OUTBOUND}/contactlists/{listed}/export"
    ref = await ordered(api, path)
    await run_next_export(database)
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE file_export SET expires_at = now() WHERE id = %s", (ref["id"],)
        )

    assert (await api.get(ref["selfUri"])).status == 404
    await sweep_outbound(database, settings, datetime.now(UTC))

    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM file_export_chunk WHERE export_id = %s", (UUID(ref["id"]),)
        )
        assert await cursor.fetchone() == (0,)
