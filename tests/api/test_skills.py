"""Skills, languages, wrap-up codes and capacities: made, given to people, taken away."""

from typing import Any

import pytest

from tests.api_client import Answer, Api
from tests.world import World

ROUTING = "/api/v2/routing"
SKILLS = f"{ROUTING}/skills"
LANGUAGES = f"{ROUTING}/languages"
CODES = f"{ROUTING}/wrapupcodes"


async def made(api: Api, path: str, **body: Any) -> dict[str, Any]:
    answer = await api.post(path, body)
    assert answer.status == 200, answer
    thing: dict[str, Any] = answer.json()
    return thing


def names(answer: Answer) -> list[str]:
    return [each["name"] for each in answer.json()["entities"]]


def rated(answer: Answer) -> dict[str, float]:
    return {each["name"]: each["proficiency"] for each in answer.json()["entities"]}


@pytest.mark.parametrize("path", [SKILLS, LANGUAGES])
async def test_one_is_created_found_and_deleted(api: Api, world: World, path: str) -> None:
    first = await made(api, path, name=f" Billing {path[-6:]} ")
    await made(api, path, name="100% sure")

    assert first["state"] == "active"
    assert names(await api.get(path, params={"name": "bil"})) == [first["name"].strip()]
    assert names(await api.get(path, params={"name": "*sure"})) == ["100% sure"]
    assert names(await api.get(path, params={"id": first["id"]})) == [first["name"]]
    assert (await api.get(first["selfUri"])).json()["name"] == first["name"]
    assert (await api.delete(first["selfUri"])).status == 204
    assert (await api.get(first["selfUri"])).status == 404
    assert await made(api, path, name=first["name"])


@pytest.mark.parametrize("path", [SKILLS, LANGUAGES, CODES])
async def test_a_name_is_needed_and_taken_only_once(api: Api, world: World, path: str) -> None:
    await made(api, path, name="Unique")

    nameless, again = await api.post(path, {"name": " "}), await api.post(path, {"name": "UNIQUE"})

    assert nameless.json()["details"][0]["fieldName"] == "name"
    assert (again.status, again.json()["code"]) == (409, "general.conflict")


async def test_a_skill_is_no_language(api: Api, world: World) -> None:
    skill = await made(api, SKILLS, name="Repairs")

    assert (await api.get(f"{LANGUAGES}/{skill['id']}")).status == 404
    given = await api.post(
        f"/api/v2/users/{world.sven.id}/routinglanguages", {"id": skill["id"], "proficiency": 1}
    )
    assert (given.status, given.json()["details"][0]["fieldName"]) == (400, "id")


async def test_people_are_given_skills_and_lose_them(api: Api, world: World) -> None:
    ids = [(await made(api, SKILLS, name=name))["id"] for name in ("Cars", "Boats", "Bikes")]
    path = f"/api/v2/users/{world.sven.id}/routingskills"

    one = await made(api, path, id=ids[0], proficiency=3.5)
    assert (one["name"], one["proficiency"], one["state"]) == ("Cars", 3.5, "active")
    assert one["skillUri"] == f"{SKILLS}/{ids[0]}"
    more = await api.patch(f"{path}/bulk", [{"id": ids[1], "proficiency": 1}])
    assert rated(more) == {"Boats": 1.0, "Cars": 3.5}
    better = await api.put(f"{path}/{ids[1]}", {"proficiency": 5})
    assert better.json()["proficiency"] == 5.0
    replaced = await api.put(
        f"{path}/bulk",
        [{"id": ids[2], "proficiency": 2}, {"id": ids[1], "proficiency": 4}],
    )
    assert rated(replaced) == {"Bikes": 2.0, "Boats": 4.0}
    assert (await api.delete(f"{path}/{ids[2]}")).status == 204
    assert (await api.delete(f"{path}/{ids[2]}")).status == 404
    await api.delete(f"{SKILLS}/{ids[1]}")
    assert rated(await api.get(path)) == {}


async def test_people_are_given_languages(api: Api, world: World) -> None:
    danish = (await made(api, LANGUAGES, name="Danish"))["id"]
    path = f"/api/v2/users/{world.sven.id}/routinglanguages"

    await made(api, path, id=danish, proficiency=2)
    better = await api.patch(f"{path}/{danish}", {"proficiency": 5})
    all_of_them = await api.patch(f"{path}/bulk", [])

    assert better.json()["languageUri"] == f"{LANGUAGES}/{danish}"
    assert rated(all_of_them) == {"Danish": 5.0}
    assert (await api.delete(f"{path}/{danish}")).status == 204
    assert rated(await api.get(path)) == {}


@pytest.mark.parametrize("proficiency", [-0.1, 5.01])
async def test_proficiency_is_from_0_to_5(api: Api, world: World, proficiency: float) -> None:
    skill = await made(api, SKILLS, name=f"Rated {proficiency}")

    answer = await api.post(
        f"/api/v2/users/{world.sven.id}/routingskills",
        {"id": skill["id"], "proficiency": proficiency},
    )

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == "proficiency"


async def test_skills_are_given_in_ones_own_division_only(api: Api, world: World) -> None:
    skill = {"id": (await made(api, SKILLS, name="Sailing"))["id"], "proficiency": 1}
    nils = api.as_(world.nils)

    own = await nils.post(f"/api/v2/users/{world.nils.id}/routingskills", skill)
    other = await nils.post(f"/api/v2/users/{world.sven.id}/routingskills", skill)

    assert (own.status, other.status) == (200, 404)
    assert (await nils.get(f"/api/v2/users/{world.sven.id}/routingskills")).status == 404


async def test_everybody_sees_their_own_skills(api: Api, world: World) -> None:
    answer = await api.as_(world.mia).get(f"/api/v2/users/{world.mia.id}/routingskills")

    assert (answer.status, answer.json()["total"]) == (200, 0)


async def test_a_wrap_up_code_is_changed_and_deleted(api: Api, world: World) -> None:
    code = await made(api, CODES, name="Solved", description="It works")
    north = str(world.nordwind.divisions["North"])

    moved = await api.put(code["selfUri"], {"name": "Solved for good", "division": {"id": north}})

    assert moved.json()["description"] == "It works"
    assert moved.json()["division"]["name"] == "North"
    assert names(await api.get(CODES, params={"divisionId": north})) == ["Solved for good"]
    assert names(await api.as_(world.sven).get(CODES, params={"name": "good"})) == []
    assert (await api.as_(world.sven).get(code["selfUri"])).status == 404
    taken = await made(api, CODES, name="Other")
    clash = await api.put(taken["selfUri"], {"name": "solved FOR good"})
    assert clash.status == 409
    assert (await api.delete(code["selfUri"])).status == 204
    assert (await api.get(code["selfUri"])).status == 404


async def test_a_division_is_kept_while_it_holds_codes(api: Api, world: World) -> None:
    division = await made(api, "/api/v2/authorization/divisions", name="Codes")
    code = await made(api, CODES, name="Held", division={"id": division["id"]})

    kept = await api.delete(division["selfUri"])

    assert (kept.status, kept.json()["code"]) == (409, "division.in.use")
    assert (await api.delete(code["selfUri"])).status == 204
    assert (await api.delete(division["selfUri"])).status == 204


async def test_capacity_is_the_organizations_until_a_person_has_their_own(
    api: Api, world: World
) -> None:
    path, own = f"{ROUTING}/utilization", f"{ROUTING}/users/{world.sven.id}/utilization"

    def of(units: int) -> dict[str, Any]:
        return {"utilization": {"message": {"maximumCapacity": units}, "call": {}}}

    def units(answer: Answer) -> int:
        number: int = answer.json()["utilization"]["message"]["maximumCapacity"]
        return number

    assert units(await api.get(path)) == 4
    assert units(await api.put(path, of(6))) == 6
    assert (await api.get(own)).json()["level"] == "Organization"
    assert units(await api.get(own)) == 6
    mine = await api.put(own, of(2))
    assert (units(mine), mine.json()["level"]) == (2, "Agent")
    assert (await api.delete(own)).status == 204
    assert units(await api.get(own)) == 6
    assert (await api.delete(path)).status == 204
    assert units(await api.get(own)) == 4


@pytest.mark.parametrize("message", [{"maximumCapacity": 101}, {"maximumCapacity": -1}, {}])
async def test_an_impossible_capacity_is_refused(
    api: Api, world: World, message: dict[str, Any]
) -> None:
    body = {"utilization": {"message": message}}

    assert (await api.put(f"{ROUTING}/utilization", body)).status == 400
    assert (await api.put(f"{ROUTING}/users/{world.sven.id}/utilization", body)).status == 400


async def test_each_change_leaves_a_trail(api: Api, world: World) -> None:
    skill = await made(api, SKILLS, name="Traced")
    await api.post(
        f"/api/v2/users/{world.sven.id}/routingskills", {"id": skill["id"], "proficiency": 1}
    )

    trail = (await api.get("/api/v2/audits")).json()["entities"]

    seen = {(row["entity"]["type"], row["action"]) for row in trail}
    assert {("skill", "create"), ("user_skills", "rate")} <= seen


@pytest.mark.parametrize("path", [SKILLS, LANGUAGES])
async def test_one_is_renamed_and_keeps_its_people(api: Api, world: World, path: str) -> None:
    one = await made(api, path, name="Bookkeeping")
    await made(api, path, name="Carpentry")
    kind = path.rpartition("/")[2]
    given = {"id": one["id"], "proficiency": 4}
    await api.post(f"/api/v2/users/{world.sven.id}/routing{kind}", given)

    renamed = await api.put(one["selfUri"], {"name": " Accounts "})
    taken = await api.put(one["selfUri"], {"name": "carpentry"})
    same = await api.put(one["selfUri"], {"name": "ACCOUNTS"})
    nameless = await api.put(one["selfUri"], {})

    assert (renamed.json()["name"], renamed.json()["version"]) == ("Accounts", "2")
    assert (taken.status, taken.json()["code"]) == (409, "general.conflict")
    assert same.json()["name"] == "ACCOUNTS"
    assert nameless.json()["details"][0]["fieldName"] == "name"
    assert rated(await api.get(f"{one['selfUri']}/users")) == {world.sven.name: 4}


async def test_who_has_a_skill_is_told_of_the_people_one_sees(api: Api, world: World) -> None:
    skill = await made(api, SKILLS, name="Knots")
    for person, proficiency in ((world.sven, 2), (world.nils, 5)):
        given = {"id": skill["id"], "proficiency": proficiency}
        await api.post(f"/api/v2/users/{person.id}/routingskills", given)
    path = f"{skill['selfUri']}/users"

    assert names(await api.get(path)) == [world.nils.name, world.sven.name]
    assert names(await api.get(path, params={"pageSize": "1"})) == [world.nils.name]
    assert names(await api.as_(world.nils).get(path)) == [world.nils.name]
    language = await made(api, LANGUAGES, name="Low German")
    assert (await api.get(f"{SKILLS}/{language['id']}/users")).status == 404
