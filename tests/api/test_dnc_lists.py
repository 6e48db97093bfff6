"""Do-not-contact lists: made, filled in any format, told apart by use, and kept by opt-outs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Answer, Api
from tests.outbound import make_dnc_list
from tests.world import World
from tidings.engine.outbound_sweep import sweep_outbound
from tidings.settings import Settings
from tidings.store import dnc_entries
from tidings.store.database import Database
from tidings.store.dnc_entries import EntryRow, select_entry_page
from tidings.store.query import fetch

LISTS = "/api/v2/outbound/dnclists"


async def entries(database: Database, world: World, listed: dict[str, Any]) -> list[EntryRow]:
    """What stands on a list, in the database."""
    page = select_entry_page(
        world.nordwind.id, UUID(listed["id"]), after_kind="", after_key="", limit=100
    )
    async with database.connection() as connection:
        return await fetch(connection, page)


async def size(api: Api, listed: dict[str, Any]) -> int:
    answer = await api.get(listed["selfUri"], params={"includeSize": "true"})
    count: int = answer.json()["size"]
    return count


def refused_at(answer: Answer) -> tuple[int, str, str]:
    """Status, code and field of a refusal."""
    return (answer.status, answer.json()["code"], answer.json()["details"][0]["fieldName"])


async def test_a_list_is_made_read_changed_and_deleted(api: Api, world: World) -> None:
    listed = await make_dnc_list(api, "Please not")
    path = listed["selfUri"]
    changed = await api.put(
        path, {"name": "Never", "version": 1, "collectsOptOuts": True, "defaultRegion": "us"}
    )
    stale = await api.put(path, {"name": "Late", "version": 1})

    assert (listed["contactMethod"], listed["collectsOptOuts"]) == ("WhatsApp", False)
    assert listed["division"]["id"] == str(world.nordwind.divisions["Home"])
    assert "size" not in listed
    assert "importStatus" not in listed
    assert (changed.json()["name"], changed.json()["defaultRegion"]) == ("Never", "US")
    assert changed.json()["collectsOptOuts"] is True
    assert stale.status == 409
    assert (await api.delete(path)).status == 204
    assert (await api.get(path)).status == 404


async def test_a_list_that_makes_no_sense_is_refused_at_its_field(api: Api) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"name": ""}, "name"),
        ({"contactMethod": "Pigeon"}, "contactMethod"),
        ({"contactMethod": None}, "contactMethod"),
        ({"dncSourceType": "gryphon"}, "dncSourceType"),
        ({"dncSourceType": "rds_custom"}, "customExclusionColumn"),
        ({"defaultRegion": "XX"}, "defaultRegion"),
        ({"contactMethod": "Email", "collectsOptOuts": True}, "collectsOptOuts"),
        ({"division": {"id": str(UUID(int=5))}}, "divisionId"),
    ]
    for wrong, field in cases:
        body = {"name": "Wrong", "dncSourceType": "rds", "contactMethod": "Phone"} | wrong
        answer = await api.post(LISTS, body)
        assert answer.status == 400, (wrong, answer)
        assert refused_at(answer)[2] == field, (wrong, answer)


async def test_what_entries_are_keyed_by_cannot_be_changed(api: Api) -> None:
    listed = await make_dnc_list(api, "Fixed")

    answer = await api.put(listed["selfUri"], {"contactMethod": "Email", "version": 1})

    assert refused_at(answer)[2] == "contactMethod"


async def test_a_name_is_taken_only_once(api: Api) -> None:
    await make_dnc_list(api, "The one")
    second = await make_dnc_list(api, "The other")

    again = await api.post(
        LISTS, {"name": "THE ONE", "dncSourceType": "rds", "contactMethod": "Any"}
    )
    renamed = await api.put(second["selfUri"], {"name": "the one"})

    assert (again.status, renamed.status) == (409, 409)


async def test_numbers_are_added_in_any_format_and_kept_once(
    api: Api, database: Database, world: World
) -> None:
    listed = await make_dnc_list(api, "Any format", defaultRegion="US")
    path = f"{listed['selfUri']}/phonenumbers"

    await api.post(path, ["317-153-4777", "+49 (0)1511 2345678", "0044 7700 900123"])
    await api.patch(
        f"{listed['selfUri']}/whatsappnumbers",
        {"action": "Add", "whatsAppNumbers": ["13171534777", "5491123456789", "541123456789"]},
    )

    assert [each.key for each in await entries(database, world, listed)] == [
        "13171534777",
        "447700900123",
        "4915112345678",
        "541123456789",
    ]
    assert await size(api, listed) == 4


async def test_numbers_are_removed_by_any_of_their_forms(api: Api) -> None:
    listed = await make_dnc_list(api, "Removed")
    path = f"{listed['selfUri']}/whatsappnumbers"
    await api.patch(path, {"action": "Add", "whatsAppNumbers": ["5511987654321", "4915100001"]})

    gone = await api.patch(
        path, {"action": "Remove", "whatsAppNumbers": ["551187654321", "4915199999"]}
    )

    assert gone.status == 204
    assert await size(api, listed) == 1
    assert (await api.delete(path)).status == 204
    assert await size(api, listed) == 0


async def test_one_bad_number_keeps_all_out_and_is_named(api: Api) -> None:
    listed = await make_dnc_list(api, "All or none")
    path = listed["selfUri"]

    answer = await api.post(f"{path}/phonenumbers", ["4915112345678", "call me"])
    changed = await api.patch(f"{path}/phonenumbers", {"action": "Add", "phoneNumbers": ["x"]})
    none = await api.post(f"{path}/phonenumbers", [])
    many = await api.post(f"{path}/phonenumbers", ["4915112345678"] * 1001)

    assert refused_at(answer)[2] == "body[1]"
    assert '"call me"' in answer.json()["message"]
    assert refused_at(changed)[2] == "phoneNumbers[0]"
    assert (none.status, many.status) == (400, 400)
    assert await size(api, listed) == 0


async def test_each_list_takes_its_own_kind_of_entries(api: Api) -> None:
    mail = await make_dnc_list(api, "Mail", contactMethod="Email")
    custom = await make_dnc_list(
        api, "Custom", dncSourceType="rds_custom", customExclusionColumn="Customer number"
    )
    values = {"action": "Add", "customExclusionColumnEntries": ["K-1", "K-1", "K-2"]}

    wrong = await api.post(f"{mail['selfUri']}/phonenumbers", ["4915112345678"])
    assert refused_at(wrong)[1] == "dnc.source.operation.not.supported"
    assert (await api.post(f"{mail['selfUri']}/emailaddresses", ["A@b.example"])).status == 200
    await api.patch(
        f"{mail['selfUri']}/emailaddresses", {"action": "Add", "emailAddresses": ["a@B.example"]}
    )
    assert await size(api, mail) == 1
    assert (await api.post(f"{mail['selfUri']}/emailaddresses", ["nobody"])).status == 400
    assert "contactMethod" not in custom
    assert (await api.patch(f"{custom['selfUri']}/customexclusioncolumns", values)).status == 204
    assert await size(api, custom) == 2
    assert (await api.delete(f"{custom['selfUri']}/customexclusioncolumns")).status == 204
    assert await size(api, custom) == 0


async def test_entries_may_expire_and_are_swept(
    api: Api, database: Database, world: World, settings: Settings
) -> None:
    listed = await make_dnc_list(api, "For a time")
    path = f"{listed['selfUri']}/phonenumbers"
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%MZ")

    await api.post(path, ["4915100001"], params={"expirationDateTime": soon})
    await api.post(path, ["4915100002"])
    past = await api.post(path, ["4915100003"], params={"expirationDateTime": "2020-01-01T00:00Z"})
    odd = await api.post(path, ["4915100003"], params={"expirationDateTime": "soon"})

    assert refused_at(past)[1:] == ("invalid.date.value", "expirationDateTime")
    assert refused_at(odd)[1:] == ("invalid.date.value", "expirationDateTime")
    assert [each.expires_at is None for each in await entries(database, world, listed)] == [
        False,
        True,
    ]
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE dnc_entry SET expires_at = now() - interval '1 s' WHERE key = '4915100001'"
        )
    assert (await api.delete(path, params={"expiredOnly": "true"})).status == 204
    assert await size(api, listed) == 1
    async with database.transaction() as connection:
        await connection.execute("UPDATE dnc_entry SET expires_at = now() - interval '1 s'")
    await sweep_outbound(database, settings, datetime.now(UTC))
    assert await entries(database, world, listed) == []
    assert await size(api, listed) == 0


async def test_a_list_says_why_it_is_not_fit_for_a_campaign(api: Api) -> None:
    empty = await make_dnc_list(api, "Empty")
    mail = await make_dnc_list(api, "Mail only", contactMethod="Email")
    collecting = await make_dnc_list(api, "Collecting", collectsOptOuts=True)
    filled = await make_dnc_list(api, "Filled")
    await api.post(f"{filled['selfUri']}/phonenumbers", ["4915100001"])

    assert empty["unusableReasons"] == ["empty"]
    assert mail["unusableReasons"] == ["not.phone", "empty"]
    assert collecting["unusableReasons"] == []
    assert (await api.get(filled["selfUri"])).json()["unusableReasons"] == []


async def test_lists_are_found_by_name_source_and_division(api: Api, world: World) -> None:
    north = str(world.nordwind.divisions["North"])
    await make_dnc_list(api, "Found north", division={"id": north})
    await make_dnc_list(api, "Found home")

    async def names(path: str = LISTS, **params: Any) -> list[str]:
        answer = (await api.get(path, params={"name": "found"} | params)).json()
        return [each["name"] for each in answer["entities"]]

    assert await names() == ["Found home", "Found north"]
    assert await names(divisionId=north) == ["Found north"]
    assert await names(name="NORTH", filterType="EndsWith") == ["Found north"]
    assert await names(name="(^|x)found.*th$", filterType="RegEx") == await names(
        name="north", filterType="EndsWith"
    )
    assert await names(dncSourceType="rds_custom") == []
    assert await names(f"{LISTS}/divisionviews") == ["Found home", "Found north"]


async def test_lists_are_seen_and_changed_only_in_ones_own_divisions(
    api: Api, world: World
) -> None:
    home = await make_dnc_list(api, "Of Home")
    nils = api.as_(world.nils)

    for answer in (
        await nils.get(home["selfUri"]),
        await nils.put(home["selfUri"], {"name": "Mine"}),
        await nils.delete(home["selfUri"]),
        await nils.post(f"{home['selfUri']}/phonenumbers", ["4915100001"]),
        await nils.get(f"{LISTS}/divisionviews/{home['id']}"),
        await api.as_(world.olga).get(f"{home['selfUri']}/importstatus"),
    ):
        assert answer.status == 404, answer
    refused = await nils.post(
        LISTS, {"name": "Nils's", "dncSourceType": "rds", "contactMethod": "Phone"}
    )
    assert refused.json()["code"] == "missing.division.permission"
    seen = (await nils.get(LISTS)).json()["entities"]
    assert home["id"] not in [each["id"] for each in seen]


@pytest.mark.parametrize("category", ["marketing", "all"])
async def test_an_opt_out_goes_on_the_lists_that_collect_them(
    api: Api, database: Database, world: World, category: str
) -> None:
    collecting = await make_dnc_list(api, f"Collects {category}", collectsOptOuts=True)
    other = await make_dnc_list(api, f"Collects no {category}")
    number = "5511987654321" if category == "all" else "4915112340000"
    consent = {"address": number, "category": category, "state": "optedOut", "source": "phone call"}

    for _ in range(2):
        assert (await api.post("/api/v2/consents", consent)).status == 200
    await api.post("/api/v2/consents", consent | {"address": "4915112340009", "state": "optedIn"})

    found = await entries(database, world, collecting)
    assert [each.value for each in found] == [number]
    assert await size(api, collecting) == 1
    assert await size(api, other) == 0


async def test_a_list_without_imports_counts_as_imported(api: Api) -> None:
    listed = await make_dnc_list(api, "By hand")

    status = (await api.get(f"{listed['selfUri']}/importstatus")).json()

    assert status == {"totalRecords": 0, "completedRecords": 0, "percentComplete": 100}


async def found(api: Api, listed: dict[str, Any], **params: Any) -> list[str]:
    """The values that a look-up gives, over all its pages."""
    path, values = f"{listed['selfUri']}/entries", []
    answer = await api.get(path, params={"pageSize": "2", **params})
    while True:
        assert answer.status == 200, answer
        values += [each["value"] for each in answer.json()["entities"]]
        next_uri = answer.json().get("nextUri")
        if next_uri is None:
            return values
        answer = await api.get(next_uri)


async def test_what_stands_on_a_list_is_read_page_by_page_and_looked_up(api: Api) -> None:
    listed = await make_dnc_list(api, "Looked up", contactMethod="Any")
    numbers = [f"491511000000{n}" for n in range(5)]
    later = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    await api.post(f"{listed['selfUri']}/phonenumbers", numbers[1:])
    await api.post(
        f"{listed['selfUri']}/phonenumbers",
        numbers[:1],
        params={"expirationDateTime": later},
    )
    await api.post(f"{listed['selfUri']}/emailaddresses", ["Me@Here.example"])

    assert await found(api, listed) == numbers
    assert await found(api, listed, value="+49 (1511) 00-00.002", match="exact") == [numbers[2]]
    assert await found(api, listed, value="4915110000") == numbers
    assert await found(api, listed, value="00 4") == [numbers[4]]
    assert await found(api, listed, value="777") == []
    assert await found(api, listed, expires="true") == numbers[:1]
    assert await found(api, listed, expires="false") == numbers[1:]
    assert await found(api, listed, kind="email", value="ME@here") == ["Me@Here.example"]
    shown = (await api.get(f"{listed['selfUri']}/entries")).json()["entities"]
    assert shown[0]["expirationDateTime"].startswith(later[:19])
    assert "expirationDateTime" not in shown[1]


async def test_a_look_up_reads_only_so_many_entries_and_goes_on_behind_them(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = await make_dnc_list(api, "Looked at in parts")
    await api.post(f"{listed['selfUri']}/phonenumbers", [f"491511000000{n}" for n in range(7)])
    monkeypatch.setattr(dnc_entries, "LOOKED_AT", 3)

    first = await api.get(f"{listed['selfUri']}/entries", params={"value": "0005"})

    assert first.json()["entities"] == []
    assert "nextUri" in first.json()
    assert await found(api, listed, value="0005") == ["4915110000005"]
    assert len(await found(api, listed)) == 7


async def test_a_look_up_that_cannot_be_read_is_refused(api: Api, world: World) -> None:
    listed = await make_dnc_list(api, "Not readable")
    path = f"{listed['selfUri']}/entries"

    assert refused_at(await api.get(path, params={"value": "abc"}))[2] == "value"
    assert refused_at(await api.get(path, params={"value": "12", "match": "exact"}))[2] == "value"
    assert (await api.get(path, params={"kind": "fax"})).status == 400
    assert (await api.as_(world.nils).get(path)).status == 404
