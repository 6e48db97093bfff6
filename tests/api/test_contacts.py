"""Contacts over the API: added and found again, changed, deleted; what does not fit is told."""

from typing import Any

import pytest

from tests.api_client import Answer, Api
from tests.contacts import contacts, make_list, size
from tests.world import World
from tidings.engine.contact_jobs import run_jobs
from tidings.store.database import Database


async def add(api: Api, made: dict[str, Any], *rows: dict[str, Any], **query: str) -> Answer:
    return await api.post(f"{made['selfUri']}/contacts", list(rows), params=query)


def contact(number: int, **more: Any) -> dict[str, Any]:
    data = {"phone": f"+49 151 3100 {number:04}", "name": f"N{number}", "city": "Köln"}
    return {"id": f"c{number}", "data": data, **more}


async def names(api: Api, made: dict[str, Any], **body: Any) -> list[str]:
    return [each["data"]["name"] for each in await contacts(api, made, **body)]


async def test_contacts_are_added_updated_read_and_deleted(api: Api, world: World) -> None:
    made = await make_list(api)

    added = await add(api, made, contact(1), {"data": {"phone": "4915131009999"}})
    again = await add(api, made, contact(1, data={"phone": "4915131000001", "name": "Amina"}))

    assert added.status == 200, added
    first, second = added.json()
    assert first["data"] == {"phone": "4915131000001", "name": "N1", "city": "Köln"}
    assert (first["contactListId"], first["callable"]) == (made["id"], True)
    assert second["data"]["name"] == ""
    assert again.json()[0]["data"] == {"phone": "4915131000001", "name": "Amina", "city": ""}
    assert await size(api, made) == 2
    read = await api.get(first["selfUri"])
    assert read.json() == again.json()[0]
    assert (await api.delete(second["selfUri"])).status == 204
    assert (await api.get(second["selfUri"])).status == 404
    assert (await api.delete(second["selfUri"])).status == 404
    assert await size(api, made) == 1


async def test_a_contact_is_changed_as_a_whole(api: Api, world: World) -> None:
    made = await make_list(api)
    [first] = (await add(api, made, contact(1))).json()

    changed = await api.put(
        first["selfUri"], {"data": {"phone": "4915131000077"}, "callable": False}
    )
    kept = await api.put(first["selfUri"], {"data": {"phone": "4915131000077", "city": "Bonn"}})

    assert changed.json()["data"] == {"phone": "4915131000077", "name": "", "city": ""}
    assert changed.json()["callable"] is False
    assert (kept.json()["data"]["city"], kept.json()["callable"]) == ("Bonn", False)
    again = await add(api, made, contact(1), clearSystemData="true")
    assert again.json()[0]["callable"] is True
    told = await add(api, made, contact(1, callable=False), clearSystemData="true")
    assert told.json()[0]["callable"] is False


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([], "contacts"),
        ([contact(1), {"data": {"phone": "12"}}], "[1].data.phone"),
        ([{"data": {"phone": "0151 31000001"}}], "[0].data.phone"),
        ([{"data": {"shoe size": "42"}}], "[0].data.shoe size"),
        ([{"data": {"name": "x" * 1025}}], "[0].data.name"),
        ([{"data": {"name": "a\0b"}}], "[0].data.name"),
        ([{"id": " ", "data": {"name": "x"}}], "[0].id"),
        ([{"id": "x" * 101, "data": {"name": "x"}}], "[0].id"),
        ([contact(1, contactListId="another")], "[0].contactListId"),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_goes_in(
    api: Api, rows: list[dict[str, Any]], field: str
) -> None:
    made = await make_list(api)

    answer = await add(api, made, *rows)

    assert answer.status == 400, answer
    assert answer.json()["details"][0]["fieldName"] == field
    assert await size(api, made) == 0


async def test_more_than_a_thousand_at_once_are_refused(api: Api) -> None:
    made = await make_list(api)

    answer = await add(api, made, *[contact(at) for at in range(1_001)])

    assert answer.status == 400
    assert "1,000" in answer.json()["message"]
    assert (await add(api, made, *[contact(at) for at in range(1_000)])).status == 200
    assert await size(api, made) == 1_000


async def test_national_numbers_are_understood_in_the_lists_region(api: Api) -> None:
    made = await make_list(api, defaultRegion="US")

    [first] = (await add(api, made, {"data": {"phone": "317-153-4777"}})).json()

    assert first["data"]["phone"] == "13171534777"


async def test_the_last_of_an_id_wins_and_the_order_stays(api: Api) -> None:
    made = await make_list(api)

    answer = await add(
        api, made, contact(1), contact(2), contact(1, data={"phone": "4915131000055"})
    )

    assert [each["id"] for each in answer.json()] == ["c1", "c2"]
    assert answer.json()[0]["data"]["phone"] == "4915131000055"
    assert [each["id"] for each in await contacts(api, made)] == ["c1", "c2"]


async def test_the_same_request_again_adds_nothing(api: Api) -> None:
    made = await make_list(api)
    row = {"data": {"phone": "4915131000001"}}

    first = await add(api, made, row)
    again = await add(api, made, row)

    assert again.json() == first.json()
    assert await size(api, made) == 1


async def test_contacts_are_found_sorted_and_by_conditions(api: Api) -> None:
    made = await make_list(api, ("phone", "name", "orders"))
    rows = [("Amina", "9"), ("Jonas", "10"), ("Åse", "none"), ("zoe", ""), ("Bob", "2")]
    await add(
        api,
        made,
        *[
            {"data": {"phone": f"491513100000{at}", "name": name, "orders": orders}}
            for at, (name, orders) in enumerate(rows)
        ],
    )
    numeric = [{"fieldName": "orders", "numeric": True, "direction": "DESC"}]
    several = {"column": "orders", "columnType": "numeric", "operator": "GREATER_THAN"}
    criteria = {"clauses": [{"predicates": [{**several, "value": "8"}]}]}

    assert await names(api, made) == ["Amina", "Jonas", "Åse", "zoe", "Bob"]
    assert await names(api, made, contactSorts=[{"fieldName": "name"}]) == [
        "Amina", "Bob", "Jonas", "zoe", "Åse",
    ]  # fmt: skip
    assert (await names(api, made, contactSorts=numeric))[:3] == ["Jonas", "Amina", "Bob"]
    assert await names(api, made, criteria=criteria) == ["Amina", "Jonas"]
    page = await api.post(
        f"{made['selfUri']}/contacts/search",
        {"pageNumber": 2, "pageSize": 2, "contactSorts": numeric},
    )
    assert (page.json()["total"], page.json()["pageCount"]) == (5, 3)
    assert page.json()["contactsCount"] == 5
    assert page.json()["entities"][0]["data"]["name"] == "Bob"


@pytest.mark.parametrize(
    "body",
    [
        {"pageSize": 101},
        {"pageSize": 100, "pageNumber": 101},
        {"contactSorts": [{"fieldName": "shoe size"}]},
        {"contactSorts": [{"fieldName": "name"}] * 5},
        {"contactListFilterId": "nonsense"},
        {"criteria": {"clauses": [{"predicates": [{"column": "x", "operator": "EQUALS"}]}]}},
    ],
)
async def test_a_search_that_does_not_fit_is_refused(api: Api, body: dict[str, Any]) -> None:
    made = await make_list(api)

    answer = await api.post(f"{made['selfUri']}/contacts/search", body)

    assert answer.status == 400, answer


async def test_several_are_read_and_deleted_by_id(api: Api) -> None:
    made = await make_list(api)
    await add(api, made, *[contact(at) for at in range(5)])
    path = f"{made['selfUri']}/contacts"

    read = await api.post(f"{path}/bulk", ["c3", "c1", "c9"])
    gone = await api.delete(path, params={"contactIds": "c1,c3,c9"})

    assert [each["id"] for each in read.json()] == ["c1", "c3"]
    assert gone.status == 204
    assert [each["id"] for each in await contacts(api, made)] == ["c0", "c2", "c4"]
    assert await size(api, made) == 3
    assert (await api.delete(path)).status == 400
    assert (await api.post(f"{made['selfUri']}/clear")).status == 204
    assert await size(api, made) == 0


async def test_a_full_list_says_so_and_still_takes_updates(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await make_list(api)
    await add(api, made, contact(1), contact(2))
    monkeypatch.setattr("tidings.actions.contacts.MOST_CONTACTS_OF_LIST", 2)

    refused = await add(api, made, contact(2), contact(3))
    updated = await add(api, made, contact(2, data={"name": "Jonas"}))

    assert (refused.status, refused.json()["code"]) == (409, "contact.limit")
    assert updated.status == 200
    assert await names(api, made) == ["N1", "Jonas"]


async def test_a_job_changes_what_it_was_asked_to(
    api: Api, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tidings.engine.contact_jobs.WINDOW", 3)
    made = await make_list(api)
    await add(api, made, *[contact(at) for at in range(10)])
    path = f"{made['selfUri']}/contacts/bulk"
    odd = {"column": "name", "operator": "IN", "range": {"inSet": ["N1", "N3", "N9"]}}
    criteria = {"clauses": [{"predicates": [odd]}]}

    asked = await api.post(
        f"{path}/update", {"criteria": criteria, "contact": {"data": {"city": "Bonn"}}}
    )
    named = await api.post(
        f"{path}/update", {"contactIds": ["c2", "cx"], "contact": {"callable": False}}
    )
    await add(api, made, contact(99, data={"phone": "4915131000099", "name": "N9"}))
    assert asked.json()["state"] == "InProgress", asked
    while await run_jobs(database):
        pass

    job = (await api.get(asked.json()["selfUri"])).json()
    assert (job["state"], job["type"], job["changedRecords"]) == ("Complete", "BulkEdit", 3)
    assert job["percentComplete"] == 100
    assert (await api.get(named.json()["selfUri"])).json()["changedRecords"] == 1
    found = await contacts(api, made)
    assert [each["id"] for each in found if each["data"]["city"] == "Bonn"] == ["c1", "c3", "c9"]
    assert [each["id"] for each in found if not each["callable"]] == ["c2"]
    assert {each["data"]["name"] for each in found if each["id"] == "c1"} == {"N1"}

    gone = await api.post(f"{path}/remove", {"criteria": criteria})
    while await run_jobs(database):
        pass

    assert (await api.get(gone.json()["selfUri"])).json()["changedRecords"] == 4
    assert await size(api, made) == 7
    listed = (await api.get(f"{path}/jobs")).json()
    assert [each["type"] for each in listed["entities"]] == ["BulkDelete", "BulkEdit", "BulkEdit"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("remove", {}),
        ("update", {"contact": {"data": {"city": "Bonn"}}}),
        ("update", {"contactIds": ["c1"], "contact": {}}),
        ("update", {"contactIds": ["c1"], "contact": {"data": {"phone": "12"}}}),
        ("update", {"contactIds": ["c1"], "contact": {"data": {"shoe": "12"}}}),
    ],
)
async def test_a_job_that_does_not_say_what_it_does_is_refused(
    api: Api, path: str, body: dict[str, Any]
) -> None:
    made = await make_list(api)

    answer = await api.post(f"{made['selfUri']}/contacts/bulk/{path}", body)

    assert answer.status == 400, answer


async def test_contacts_of_another_division_are_absent(api: Api, world: World) -> None:
    made = await make_list(api)
    [first] = (await add(api, made, contact(1))).json()
    nils = api.as_(world.nils)

    assert (await nils.get(first["selfUri"])).status == 404
    assert (await add(nils, made, contact(2))).status == 404
    assert (await nils.delete(first["selfUri"])).status == 404
    assert (await nils.post(f"{made['selfUri']}/clear")).status == 404
    assert await size(api, made) == 1
