"""The limits of lists and of an organization, met as they are: counters are put near them."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from tests.api_client import Answer, Api
from tests.world import World
from tidings.store.database import Database

OUTBOUND = "/api/v2/outbound"
MILLION = 1_000_000


async def run(database: Database, sql: str, *params: Any) -> None:
    async with database.transaction() as connection:
        await connection.execute(sql.encode(), params)


async def contact_list(api: Api, name: str) -> dict[str, Any]:
    answer = await api.post(f"{OUTBOUND}/contactlists", {"name": name, "columnNames": ["phone"]})
    assert answer.status == 200, answer
    made: dict[str, Any] = answer.json()
    return made


async def dnc_list(api: Api, name: str) -> dict[str, Any]:
    body = {"name": name, "dncSourceType": "rds", "contactMethod": "Any"}
    answer = await api.post(f"{OUTBOUND}/dnclists", body)
    assert answer.status == 200, answer
    made: dict[str, Any] = answer.json()
    return made


async def add_contacts(api: Api, listed: dict[str, Any], ids: Sequence[str]) -> Answer:
    contacts = [{"id": each, "data": {"phone": f"49151{each:0>8}"}} for each in ids]
    return await api.post(f"{listed['selfUri']}/contacts", contacts)


async def add_numbers(api: Api, listed: dict[str, Any], count: int) -> Answer:
    numbers = [f"49152{at:08}" for at in range(count)]
    return await api.post(f"{listed['selfUri']}/phonenumbers", numbers)


async def test_a_contact_list_holds_a_million(api: Api, database: Database) -> None:
    listed = await contact_list(api, "A million")
    hold = "UPDATE contact_list SET contact_count = %s, next_position = %s WHERE id = %s"
    await run(database, hold, MILLION - 1, MILLION, listed["id"])

    refused = await add_contacts(api, listed, ["1", "2"])
    taken = await add_contacts(api, listed, ["1"])
    again = await add_contacts(api, listed, ["1"])

    assert (refused.status, refused.json()["code"]) == (409, "contact.limit")
    assert "1,000,000" in refused.json()["message"]
    assert taken.status == again.status == 200, "who is on the list may be updated"
    await run(database, hold, 1, MILLION + 1, listed["id"])


async def test_an_organization_holds_five_million_contacts(api: Api, database: Database) -> None:
    full = [await contact_list(api, f"Full {at}") for at in range(5)]
    last = await contact_list(api, "One more")
    ids = [each["id"] for each in full]
    hold = "UPDATE contact_list SET contact_count = %s WHERE id = ANY(%s::uuid[])"
    await run(database, hold, MILLION, ids)

    refused = await add_contacts(api, last, ["1"])
    await run(database, hold, 0, ids)
    taken = await add_contacts(api, last, ["1"])

    assert (refused.status, refused.json()["code"]) == (409, "contact.limit")
    assert "5,000,000" in refused.json()["message"]
    assert taken.status == 200


async def test_a_do_not_contact_list_holds_a_million(api: Api, database: Database) -> None:
    listed = await dnc_list(api, "A million numbers")
    hold = "UPDATE dnc_list SET entry_count = %s WHERE id = %s"
    await run(database, hold, MILLION - 1, listed["id"])

    refused = await add_numbers(api, listed, 2)
    taken = await add_numbers(api, listed, 1)

    assert refused.status == 400
    assert refused.json()["code"] == "dnc.phone.numbers.per.list.limit.exceeded"
    assert refused.json()["messageParams"] == {"limit": "1000000"}
    assert taken.status in (200, 204)
    await run(database, hold, 1, listed["id"])


async def test_an_organization_holds_five_million_do_not_contact_entries(
    api: Api, database: Database
) -> None:
    full = [(await dnc_list(api, f"Full {at}"))["id"] for at in range(5)]
    last = await dnc_list(api, "One more")
    hold = "UPDATE dnc_list SET entry_count = %s WHERE id = ANY(%s::uuid[])"
    await run(database, hold, MILLION, full)

    refused = await add_numbers(api, last, 1)
    await run(database, hold, 0, full)

    assert refused.status == 400
    assert refused.json()["code"] == "dnc.records.per.organization.limit.exceeded"


@pytest.mark.parametrize(
    ("table", "path", "code", "body"),
    [
        (
            "contact_list", "contactlists", "contact.list.limit", {"columnNames": ["phone"]},
        ),
        (
            "dnc_list", "dnclists", "dnc.list.limit",
            {"dncSourceType": "rds", "contactMethod": "Any"},
        ),
    ],
)  # fmt: skip
async def test_an_organization_has_a_thousand_lists_of_a_kind(
    api: Api,
    world: World,
    database: Database,
    table: str,
    path: str,
    code: str,
    body: dict[str, Any],
) -> None:
    columns = ", columns" if table == "contact_list" else ""
    values = ", ARRAY['phone']" if columns else ""
    await run(
        database,
        f"INSERT INTO {table} (organization_id, id, division_id, name{columns})"
        f" SELECT %s, gen_random_uuid(), %s, 'Of a thousand ' || n{values}"
        " FROM generate_series(1, 1000) n",
        world.nordwind.id,
        world.nordwind.divisions["Home"],
    )

    refused = await api.post(f"{OUTBOUND}/{path}", {"name": f"Above {uuid4()}"} | body)
    await run(database, f"DELETE FROM {table} WHERE name LIKE 'Of a thousand %%'")
    made = await api.post(f"{OUTBOUND}/{path}", {"name": f"Below {uuid4()}"} | body)

    assert (refused.status, refused.json()["code"]) == (409, code)
    assert "1,000" in refused.json()["message"] or "1000" in refused.json()["message"]
    assert made.status == 200
