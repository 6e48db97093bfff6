"""Divisions: made, renamed, deleted, and seen by their own organization only."""

from tests.api.test_subjects import held
from tests.api_client import Api
from tests.world import World

DIVISIONS = "/api/v2/authorization/divisions"


async def test_a_division_is_created_renamed_and_deleted(api: Api, world: World) -> None:
    made = await api.post(DIVISIONS, {"name": " South ", "description": "Warm"})
    path = made.json()["selfUri"]

    assert made.json()["name"] == "South"
    assert made.json()["homeDivision"] is False
    renamed = await api.put(path, {"name": "Deep South"})
    assert renamed.json()["description"] == "Warm"
    assert (await api.get(path)).json()["name"] == "Deep South"
    assert (await api.delete(path)).status == 204
    assert (await api.get(path)).status == 404


async def test_a_name_is_needed_and_taken_only_once(api: Api, world: World) -> None:
    nameless = await api.post(DIVISIONS, {"name": "  "})
    taken = await api.post(DIVISIONS, {"name": "NORTH"})
    renamed = await api.put(f"{DIVISIONS}/{world.nordwind.divisions['Home']}", {"name": "north"})

    assert nameless.json()["details"][0]["fieldName"] == "name"
    assert (taken.status, renamed.status) == (409, 409)


async def test_home_and_divisions_in_use_stay(api: Api, world: World) -> None:
    home = await api.delete(f"{DIVISIONS}/{world.nordwind.divisions['Home']}")
    used = await api.delete(f"{DIVISIONS}/{world.nordwind.divisions['North']}")

    assert (home.status, home.json()["code"]) == (409, "home.division")
    assert (used.status, used.json()["code"]) == (409, "division.in.use")


async def test_grants_in_a_deleted_division_go_with_it(api: Api, world: World) -> None:
    division = (await api.post(DIVISIONS, {"name": "Passing"})).json()
    subject = f"/api/v2/authorization/subjects/{world.mia.id}"
    await api.post(f"{subject}/divisions/{division['id']}/roles/{world.nordwind.roles['Reader']}")

    await api.delete(division["selfUri"])

    assert held(await api.get(subject)) == set()


async def test_everybody_sees_the_divisions_of_their_organization(api: Api, world: World) -> None:
    listing = (await api.as_(world.mia).get(DIVISIONS, params={"name": "or"})).json()
    home = (await api.as_(world.mia).get(f"{DIVISIONS}/home")).json()
    outside = (await api.as_(world.olga).get(DIVISIONS)).json()

    assert [d["name"] for d in listing["entities"]] == ["North"]
    assert home["homeDivision"] is True
    assert [d["name"] for d in outside["entities"]] == ["Home"]
    assert outside["entities"][0]["id"] != home["id"]


async def test_a_divisions_administrator_renames_only_their_own(api: Api, world: World) -> None:
    nils = api.as_(world.nils)

    own = await nils.put(
        f"{DIVISIONS}/{world.nordwind.divisions['North']}", {"description": "Ours"}
    )
    other = await nils.put(f"{DIVISIONS}/{world.nordwind.divisions['Home']}", {"name": "Mine"})

    assert own.json()["description"] == "Ours"
    assert (other.status, other.json()["code"]) == (403, "missing.division.permission")


async def test_a_repeated_request_creates_one_division(api: Api, world: World) -> None:
    key = {"Idempotency-Key": "one-division"}
    body = {"name": "Once"}

    first = await api.post(DIVISIONS, body, headers=key)
    again = await api.post(DIVISIONS, body, headers=key)
    other = await api.post(DIVISIONS, {"name": "Another"}, headers=key)

    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status, other.json()["code"]) == (422, "idempotency.key.reused")
