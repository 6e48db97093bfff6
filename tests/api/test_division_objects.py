"""Divisions are walked by key, and things of every kind are moved between them (P1)."""

from typing import Any

from tests.api_client import Answer, Api
from tests.campaigns import CAMPAIGNS, Campaigns
from tests.sending import Line, Sending
from tests.world import World
from tidings.store.ids import new_id

DIVISIONS = "/api/v2/authorization/divisions"


async def new_division(api: Api, name: str) -> str:
    made = await api.post(DIVISIONS, {"name": name})
    assert made.status == 200, made
    return str(made.json()["id"])


async def move(api: Api, division: object, kind: str, *ids: object) -> Answer:
    return await api.post(f"{DIVISIONS}/{division}/objects/{kind}", [str(each) for each in ids])


async def test_divisions_are_walked_there_and_back(api: Api) -> None:
    for at in range(5):
        await new_division(api, f"Walked {at}")
    query = f"{DIVISIONS}/query"

    pages = [(await api.get(query, params={"name": "walked", "pageSize": "2"})).json()]
    while "nextUri" in pages[-1]:
        pages.append((await api.get(pages[-1]["nextUri"])).json())
    back = (await api.get(pages[-1]["previousUri"])).json()

    names = [[each["name"] for each in page["entities"]] for page in pages]
    assert names == [["Walked 0", "Walked 1"], ["Walked 2", "Walked 3"], ["Walked 4"]]
    assert "previousUri" not in pages[0]
    assert back["entities"] == pages[1]["entities"]
    assert (await api.get(back["nextUri"])).json()["entities"] == pages[2]["entities"]
    first = (await api.get(back["previousUri"])).json()
    assert (first["entities"], "previousUri" in first) == (pages[0]["entities"], False)


async def test_walking_from_a_strangers_division_finds_nothing(api: Api, world: World) -> None:
    home = world.nordwind.divisions["Home"]
    outside = await api.as_(world.olga).get(f"{DIVISIONS}/query", params={"after": str(home)})
    both = await api.get(f"{DIVISIONS}/query", params={"after": str(home), "before": str(home)})

    assert outside.status == 404
    assert both.json()["details"][0]["fieldName"] == "before"


async def test_things_of_every_kind_are_moved(
    api: Api, world: World, sending: Sending, line: Line
) -> None:
    south = await new_division(api, "South")
    campaigns = Campaigns(sending)
    listed = await campaigns.add_list("To move")
    campaign = (await api.post(CAMPAIGNS, campaigns.body("To move", listed, line))).json()
    library = await api.post("/api/v2/responsemanagement/libraries", {"name": "To move"})
    things = {
        "USER": world.mia.id,
        "contactlist": listed.id,
        "DNCLIST": await campaigns.add_dnc_list("To move"),
        "MESSAGINGCAMPAIGN": campaign["id"],
        "RESPONSELIBRARY": library.json()["id"],
        "INTEGRATION": line.integration_id,
    }

    answers = {kind: await move(api, south, kind, each) for kind, each in things.items()}

    assert {each.status for each in answers.values()} == {204}, answers
    for table in ("user_account", "contact_list", "dnc_list", "campaign", "library", "integration"):
        query = f"SELECT count(*) FROM {table} WHERE division_id = %s"
        assert await sending.one(query, south) == (2 if table == "library" else 1), table
    trail = (await api.get("/api/v2/audits", params={"entityId": campaign["id"]})).json()
    assert south in str(trail["entities"][0])
    back = await move(api, world.nordwind.divisions["Home"], "USER", world.mia.id)
    assert back.status == 204


async def test_all_move_or_none(api: Api, world: World, sending: Sending) -> None:
    east = await new_division(api, "East")
    listed = await Campaigns(sending).add_list("Stays")

    refused = await move(api, east, "CONTACTLIST", listed.id, new_id())

    assert refused.status == 404
    where = "SELECT division_id::text FROM contact_list WHERE id = %s"
    assert await sending.one(where, listed.id) == str(world.nordwind.divisions["Home"])


async def test_who_moves_a_thing_may_edit_it_in_both_divisions(
    api: Api, world: World, sending: Sending
) -> None:
    home, north = (world.nordwind.divisions[name] for name in ("Home", "North"))
    campaigns = Campaigns(sending)
    mine, other = await campaigns.add_list("Mine", division="North"), await campaigns.add_list("No")
    nils = api.as_(world.nils)

    assert (await move(nils, home, "CONTACTLIST", mine.id)).status == 403
    assert (await move(nils, north, "CONTACTLIST", other.id)).status == 404
    assert (await move(nils, north, "CONTACTLIST", mine.id)).status == 204
    assert (await move(api.as_(world.olga), north, "CONTACTLIST", mine.id)).status == 404


async def test_a_move_that_cannot_be_says_why(api: Api, world: World, line: Line) -> None:
    home = world.nordwind.divisions["Home"]
    cases: list[tuple[str, list[Any], int, str]] = [
        ("POEM", [new_id()], 400, "MESSAGINGCAMPAIGN"),
        ("USER", [], 400, "1 to 50"),
        ("USER", ["nobody"], 400, "not an id"),
        ("RESPONSELIBRARY", [line.integration_id], 409, "move the integration"),
    ]
    for kind, ids, status, words in cases:
        answer = await move(api, home, kind, *ids)
        assert (answer.status, words in answer.json()["message"]) == (status, True), answer
