"""Contact list filters: made, tried, changed and deleted, by those who may see the list."""

from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.outbound import make_contact_list
from tests.world import World
from tidings.actions import contact_list_filters as actions
from tidings.store.database import Database

FILTERS = "/api/v2/outbound/contactlistfilters"
ROWS: list[list[str | None]] = [
    ["491511000001", "Berlin", "17", "2026-03-01"],
    ["491511000002", "Berlin", "30", None],
    ["491511000003", "Bonn", "41", "2020-01-01"],
    ["491511000004", None, "old", "yesterday"],
]


@pytest.fixture(scope="module")
async def listed(database: Database, world: World) -> UUID:
    """A contact list of four people."""
    return await make_contact_list(database, world, name="People", rows=ROWS)


def body(listed: UUID, name: str = "Adults", **more: Any) -> dict[str, Any]:
    """A filter that chooses who is 18 or older."""
    adult = {
        "column": "Age",
        "columnType": "numeric",
        "operator": "GREATER_THAN_EQUALS",
        "value": "18",
    }
    clauses = [{"filterType": "AND", "predicates": [adult]}]
    return {"name": name, "contactList": {"id": str(listed)}, "clauses": clauses} | more


async def test_a_filter_is_made_read_changed_and_deleted(api: Api, listed: UUID) -> None:
    made = (await api.post(FILTERS, body(listed))).json()
    changed = await api.put(made["selfUri"], body(listed, "Grown-ups", version=1, filterType="OR"))
    stale = await api.put(made["selfUri"], body(listed, "Again", version=1))

    assert made["contactList"]["name"] == "People"
    assert (made["version"], made["sourceType"], made["filterType"]) == (1, "ContactList", "AND")
    assert made["clauses"][0]["predicates"][0]["value"] == "18"
    assert (changed.json()["name"], changed.json()["filterType"]) == ("Grown-ups", "OR")
    assert stale.status == 409
    assert (await api.get(made["selfUri"])).json() == changed.json()
    assert (await api.delete(made["selfUri"])).status == 204
    assert (await api.get(made["selfUri"])).status == 404


async def test_filters_are_listed_by_name_and_by_list(
    api: Api, database: Database, world: World, listed: UUID
) -> None:
    other = await make_contact_list(database, world, name="Others")
    first = (await api.post(FILTERS, body(listed, "Listed a"))).json()
    second = (await api.post(FILTERS, body(other, "Listed b"))).json()

    async def names(**params: Any) -> list[str]:
        answer = (await api.get(FILTERS, params=params)).json()
        assert answer["total"] == len(answer["entities"])
        return [each["name"] for each in answer["entities"]]

    assert await names(name="listed") == ["Listed a", "Listed b"]
    assert await names(name="b", filterType="EndsWith") == ["Listed b"]
    assert await names(name="LISTED A", filterType="Equals") == ["Listed a"]
    assert await names(contactListId=str(other)) == ["Listed b"]
    assert await names(name="^list.d [b-z]$", filterType="RegEx") == ["Listed b"]
    wrong = await api.get(FILTERS, params={"name": "x", "filterType": "LessThan"})
    assert wrong.json()["details"][0]["fieldName"] == "filterType"
    unreadable = await api.get(FILTERS, params={"name": "a(", "filterType": "RegEx"})
    assert unreadable.json()["details"][0]["fieldName"] == "name"
    several = await api.post(
        f"{FILTERS}/bulk/retrieve", {"ids": [first["id"], second["id"], str(other)]}
    )
    assert [each["id"] for each in several.json()["entities"]] == [first["id"], second["id"]]


async def test_a_preview_counts_and_shows_whom_a_filter_chooses(api: Api, listed: UUID) -> None:
    preview = (await api.post(f"{FILTERS}/preview", body(listed))).json()

    assert (preview["filteredContacts"], preview["totalContacts"]) == (2, 4)
    assert [each["data"]["City"] for each in preview["preview"]] == ["Berlin", "Bonn"]
    assert preview["preview"][0]["data"]["Due"] == ""
    assert preview["preview"][0]["id"] == "contact-2"


async def test_a_filter_that_takes_too_long_is_counted_on_a_sample(
    api: Api, database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[str | None]] = [["491511000001", "x" * 500, "20", None]] * 20_000
    listed = await make_contact_list(database, world, name="Very large", rows=rows)
    monkeypatch.setattr(actions, "LONGEST_COUNT_MS", 1)

    preview = (await api.post(f"{FILTERS}/preview", body(listed))).json()

    assert preview["estimated"] is True
    assert (preview["filteredContacts"], preview["totalContacts"]) == (20_000, 20_000)


async def test_relative_dates_count_from_now(api: Api, listed: UUID) -> None:
    past = {"column": "Due", "operator": "BEFORE", "value": "P-365D"}
    preview = await api.post(f"{FILTERS}/preview", body(listed, clauses=[{"predicates": [past]}]))

    assert [each["data"]["Due"] for each in preview.json()["preview"]] == ["2020-01-01"]


async def test_what_makes_no_sense_is_refused_at_its_field(api: Api, listed: UUID) -> None:
    def predicates(**predicate: Any) -> list[dict[str, Any]]:
        return [{"predicates": [{"column": "Age", "operator": "EQUALS", "value": "1"} | predicate]}]

    first = "clauses[0].predicates[0]"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"clauses": predicates(column="Shoe size")}, f"{first}.column"),
        ({"clauses": predicates(columnType="numeric", value="x")}, f"{first}.value"),
        ({"clauses": predicates(operator="LIKE")}, f"{first}.operator"),
        ({"clauses": []}, "clauses"),
        ({"name": " "}, "name"),
        ({"contactList": {"id": "x"}}, "contactList.id"),
        ({"contactList": {"id": str(UUID(int=1))}}, "contactList.id"),
        ({"contactList": None}, "contactList.id"),
        ({"sourceType": "ContactListTemplate"}, "sourceType"),
    ]
    for wrong, field in cases:
        answer = await api.post(FILTERS, body(listed, "Wrong") | wrong)
        assert answer.status == 400, (wrong, answer)
        assert field in answer.text, (wrong, answer)


async def test_names_are_unique_and_a_filter_stays_with_its_list(
    api: Api, database: Database, world: World, listed: UUID
) -> None:
    other = await make_contact_list(database, world, name="Elsewhere")
    made = (await api.post(FILTERS, body(listed, "Only one"))).json()
    second = (await api.post(FILTERS, body(listed, "Second"))).json()

    taken = await api.post(FILTERS, body(listed, "ONLY ONE"))
    renamed = await api.put(second["selfUri"], body(listed, "only one"))
    moved = await api.put(made["selfUri"], body(other, "Only one"))

    assert (taken.status, renamed.status) == (409, 409)
    assert moved.json()["details"][0]["fieldName"] == "contactList.id"


async def test_a_filter_is_seen_and_changed_only_where_its_list_is(
    api: Api, database: Database, world: World, listed: UUID
) -> None:
    north = await make_contact_list(database, world, name="Northerners", division="North")
    nils = api.as_(world.nils)
    home = (await api.post(FILTERS, body(listed, "At home"))).json()
    own = (await nils.post(FILTERS, body(north, "Of the North"))).json()

    assert [each["name"] for each in (await nils.get(FILTERS)).json()["entities"]] == [own["name"]]
    for answer in (
        await nils.get(home["selfUri"]),
        await nils.put(home["selfUri"], body(listed)),
        await nils.delete(home["selfUri"]),
        await api.as_(world.olga).get(home["selfUri"]),
    ):
        assert answer.status == 404, answer
    assert (await nils.post(FILTERS, body(listed, "Sneaked in"))).status == 400
    assert (await nils.post(f"{FILTERS}/preview", body(listed))).status == 400


async def test_every_change_is_in_the_audit_trail(api: Api, listed: UUID) -> None:
    made = (await api.post(FILTERS, body(listed, "Watched"))).json()
    await api.delete(made["selfUri"])

    trail = await api.get(
        "/api/v2/audits", params={"entityType": "contactListFilter", "entityId": made["id"]}
    )

    assert [each["action"] for each in trail.json()["entities"]] == ["delete", "create"]
