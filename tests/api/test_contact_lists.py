"""Contact lists: made with columns that never change, seen by division, of use or not and why."""

from typing import Any

import pytest

from tests.api_client import Api
from tests.contacts import LISTS, imported, make_list, send_file
from tests.world import World
from tidings.store.database import Database


async def reasons(api: Api, made: dict[str, Any]) -> list[str]:
    return (await api.get(made["selfUri"])).json()["unusableReasons"]  # type: ignore[no-any-return]


async def test_a_list_is_made_read_renamed_and_deleted(api: Api, world: World) -> None:
    made = await make_list(api, name="Spring", defaultRegion="de")
    assert (made["version"], made["size"], made["defaultRegion"]) == (1, 0, "DE")
    assert made["division"]["name"] == "Home"
    assert made["whatsAppColumns"] == [{"columnName": "phone", "type": "cell"}]

    renamed = await api.put(made["selfUri"], {"name": "Summer", "version": 1})
    stale = await api.put(made["selfUri"], {"name": "Autumn", "version": 1})

    assert (renamed.json()["name"], renamed.json()["version"]) == ("Summer", 2)
    assert stale.status == 409
    assert (await api.delete(made["selfUri"])).status == 204
    assert (await api.get(made["selfUri"])).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x"}, "columnNames"),
        ({"columnNames": ["a"]}, "name"),
        ({"name": "x", "columnNames": [f"c{at}" for at in range(51)]}, "columnNames"),
        ({"name": "x", "columnNames": ["a", "A"]}, "columnNames[1]"),
        ({"name": "x", "columnNames": ["a", " "]}, "columnNames[1]"),
        ({"name": "x", "columnNames": ["a" * 101]}, "columnNames[0]"),
        (
            {"name": "x", "columnNames": ["a"], "whatsAppColumns": [{"columnName": "b"}]},
            "whatsAppColumns[0].columnName",
        ),
        (
            {
                "name": "x",
                "columnNames": ["a"],
                "columnDataTypeSpecifications": [{"columnName": "a", "columnDataType": "DICE"}],
            },
            "columnDataTypeSpecifications[0].columnDataType",
        ),
        ({"name": "x", "columnNames": ["a"], "defaultRegion": "Atlantis"}, "defaultRegion"),
    ],
)
async def test_what_does_not_fit_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    answer = await api.post(LISTS, body)

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == field


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"columnNames": ["phone", "name"]}, "cannot.update.column.names"),
        ({"whatsAppColumns": []}, "cannot.update.whatsapp.columns"),
        (
            {"phoneColumns": [{"columnName": "name", "type": "cell"}]},
            "cannot.update.phone.columns",
        ),
    ],
)
async def test_columns_never_change(api: Api, change: dict[str, Any], code: str) -> None:
    made = await make_list(api)

    answer = await api.put(made["selfUri"], {"name": made["name"], "version": 1, **change})

    assert (answer.status, answer.json()["code"]) == (400, code)


async def test_a_taken_name_is_refused_whatever_its_case(api: Api) -> None:
    made = await make_list(api, name="Boat owners")

    answer = await api.post(LISTS, {"name": "BOAT OWNERS", "columnNames": ["a"]})

    assert (answer.status, answer.json()["code"]) == (409, "general.conflict")
    other = await make_list(api)
    assert (await api.put(other["selfUri"], {"name": made["name"]})).status == 409


async def test_lists_are_found_by_part_of_their_name_and_by_id(api: Api) -> None:
    first = await make_list(api, name="Harbour north")
    second = await make_list(api, name="Harbour south")

    async def names(**query: str) -> list[str]:
        answer = await api.get(LISTS, params=query)
        return [each["name"] for each in answer.json()["entities"]]

    assert await names(name="harbour") == ["Harbour north", "Harbour south"]
    assert await names(name="south", filterType="Contains") == ["Harbour south"]
    assert await names(name="harbour (south|west)", filterType="RegEx") == ["Harbour south"]
    assert await names(name="south") == []
    assert await names(id=f"{first['id']},{second['id']}", sortOrder="descending") == [
        "Harbour south", "Harbour north",
    ]  # fmt: skip
    assert (await api.get(LISTS, params={"id": "nonsense"})).status == 400


async def test_a_list_is_seen_in_its_division_only(api: Api, world: World) -> None:
    nils = api.as_(world.nils)
    north = str(world.nordwind.divisions["North"])
    home = await make_list(api)
    theirs = await make_list(nils, division={"id": north})

    assert (await nils.get(home["selfUri"])).status == 404
    assert (await nils.get(f"{LISTS}/divisionviews/{home['id']}")).status == 404
    assert (await nils.get(theirs["selfUri"])).status == 200
    listed = {each["id"] for each in (await nils.get(LISTS)).json()["entities"]}
    assert theirs["id"] in listed
    assert home["id"] not in listed
    refused = await nils.put(theirs["selfUri"], {"division": home["division"]})
    assert (refused.status, refused.json()["code"]) == (403, "missing.division.permission")
    refused = await nils.post(LISTS, {"name": "x", "columnNames": ["a"], **_home(world)})
    assert refused.status == 403
    assert (await api.as_(world.olga).get(home["selfUri"])).status == 404


def _home(world: World) -> dict[str, Any]:
    return {"division": {"id": str(world.nordwind.divisions["Home"])}}


async def test_a_list_says_why_it_cannot_be_used(
    api: Api, world: World, database: Database
) -> None:
    plain = await make_list(api, whatsapp=())
    assert await reasons(api, plain) == ["no.whatsapp.column", "empty"]

    made = await make_list(api)
    assert await reasons(api, made) == ["empty"]
    await send_file(api, made, "phone,name\n4915130000001,Amina\n")
    assert await reasons(api, made) == ["import.running", "empty"]
    await imported(api, database, made, "phone,name\n4915130000002,Jonas\n")
    assert await reasons(api, made) == []
    await imported(api, database, made, "phone,nonsense\n4915130000002,Jonas\n")
    assert await reasons(api, made) == ["import.failed"]
    [view] = (
        await api.get(f"{LISTS}/divisionviews", params={"id": made["id"], "includeSize": "true"})
    ).json()["entities"]
    assert (view["unusableReasons"], view["size"]) == (["import.failed"], 2)


async def test_a_list_in_use_is_not_deleted(api: Api) -> None:
    made = await make_list(api)
    body = {
        "name": f"Filter of {made['name']}",
        "contactList": {"id": made["id"]},
        "clauses": [{"predicates": [{"column": "city", "operator": "EQUALS", "value": "Köln"}]}],
    }
    answer = await api.post("/api/v2/outbound/contactlistfilters", body)
    assert answer.status == 200, answer
    other = await make_list(api)

    refused = await api.delete(made["selfUri"])
    both = await api.delete(LISTS, params={"id": f"{other['id']},{made['id']}"})

    assert (refused.status, refused.json()["code"]) == (400, "entity.in.use")
    assert both.status == 400
    assert (await api.get(other["selfUri"])).status == 200
    await api.delete(answer.json()["selfUri"])
    both = await api.delete(LISTS, params={"id": f"{other['id']},{made['id']}"})
    assert both.status == 204


async def test_every_change_of_a_list_leaves_an_audit_row_and_an_event(
    api: Api, world: World, database: Database
) -> None:
    made = await make_list(api)
    await api.put(made["selfUri"], {"name": "Renamed list"})
    await api.delete(made["selfUri"])

    trail = await api.get("/api/v2/audits", params={"entityId": made["id"]})
    assert [each["action"] for each in trail.json()["entities"]] == ["delete", "update", "create"]
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT count(*) FROM event WHERE entity_id = %s AND kind = 'contactList.changed'",
            (made["id"],),
        )
        assert await rows.fetchone() == (3,)


async def test_the_limit_of_lists_is_told(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tidings.actions.contact_lists.MOST_LISTS", 1)

    answer = await api.post(LISTS, {"name": "One too many", "columnNames": ["a"]})

    assert (answer.status, answer.json()["code"]) == (409, "contact.list.limit")
