"""Grants: roles given and taken back, and nobody locked out."""

from typing import Any
from uuid import UUID

from tests.api.test_roles import ROLES, SUBJECTS, grant
from tests.api_client import Answer, Api
from tests.world import World
from tidings.store.database import Database


def held(answer: Answer) -> set[tuple[str, str]]:
    """Role and division of each grant, by name."""
    assert answer.status == 200, answer
    return {(g["role"]["name"], g["division"]["name"]) for g in answer.json()["grants"]}


def pair(role_id: UUID, division_id: object) -> dict[str, Any]:
    """A role in a division, as the bulk bodies spell it."""
    return {"roleId": str(role_id), "divisionId": str(division_id)}


async def test_everybody_sees_what_they_hold(api: Api, world: World) -> None:
    answer = await api.as_(world.nils).get(f"{SUBJECTS}/me")

    assert held(answer) == {("Administrator", "North")}
    only = answer.json()["grants"][0]
    assert only["role"]["policies"] == [{"domain": "*", "entityName": "*", "actions": ["*"]}]
    assert only["role"]["default"] is True
    assert only["grantMadeAt"].endswith("Z")
    everywhere = (await api.get(f"{SUBJECTS}/me")).json()["grants"][0]["division"]
    assert everywhere["id"] == "*"


async def test_a_role_is_granted_in_one_division_and_taken_back(api: Api, world: World) -> None:
    reader, north = world.nordwind.roles["Reader"], world.nordwind.divisions["North"]
    path = f"{SUBJECTS}/{world.mia.id}"

    assert (await grant(api, world.mia.id, reader, north)).status == 204
    assert (await grant(api, world.mia.id, reader, north)).status == 204
    assert held(await api.get(path)) == {("Reader", "North")}
    seen = (await api.as_(world.mia).get("/api/v2/users")).json()["entities"]
    assert [u["name"] for u in seen] == ["Nils"]

    gone = f"{path}/divisions/{north}/roles/{reader}"
    assert (await api.delete(gone)).status == 204
    assert (await api.delete(gone)).status == 204
    assert held(await api.get(path)) == set()


async def test_what_does_not_exist_cannot_be_granted(api: Api, world: World) -> None:
    reader, unknown = world.nordwind.roles["Reader"], world.outsider.divisions["Home"]

    assert (await grant(api, world.mia.id, reader, unknown)).status == 404
    assert (await grant(api, world.mia.id, world.outsider.roles["admin"])).status == 404
    assert (await grant(api, world.olga.id, reader)).status == 404
    assert (await grant(api, world.mia.id, reader, "north")).status == 400


async def test_nobody_grants_more_than_they_hold_where_they_hold_it(api: Api, world: World) -> None:
    nils, admin = api.as_(world.nils), world.nordwind.roles["admin"]

    elsewhere = await grant(nils, world.mia.id, admin, world.nordwind.divisions["Home"])
    everywhere = await grant(nils, world.mia.id, admin)
    at_home = await grant(nils, world.mia.id, admin, world.nordwind.divisions["North"])

    assert (elsewhere.status, everywhere.status, at_home.status) == (403, 403, 204)
    assert elsewhere.json()["code"] == "missing.division.permission"


async def test_nobody_takes_away_what_is_above_them(
    api: Api, world: World, database: Database
) -> None:
    async with database.transaction() as connection:
        nordwind = world.nordwind.using(connection)
        await nordwind.add_role("helper", "authorization:grant:*", "authorization:role:*")
        helga = api.as_(await nordwind.add_person("Helga", helper="*"))
    admin = world.nordwind.roles["admin"]

    answers = [
        await helga.delete(f"{SUBJECTS}/{world.ada.id}/divisions/*/roles/{admin}"),
        await helga.patch(f"{ROLES}/{admin}", {"permissions": ["authorization:role:*"]}),
        await helga.delete(f"{ROLES}/{world.nordwind.roles['Reader']}"),
    ]

    named = [answer.json()["messageParams"]["permissions"] for answer in answers]
    assert named == ["*:*:*", "*:*:*", "directory:user:view"]


async def test_a_divisions_administrator_sees_the_grants_that_act_there(
    api: Api, world: World
) -> None:
    nils = api.as_(world.nils)

    assert held(await nils.get(f"{SUBJECTS}/{world.sven.id}")) == set()
    assert held(await nils.get(f"{SUBJECTS}/{world.ada.id}")) == {("Administrator", "*")}


async def test_several_roles_are_changed_at_once_or_not_at_all(api: Api, world: World) -> None:
    roles, north = world.nordwind.roles, world.nordwind.divisions["North"]
    path = f"{SUBJECTS}/{world.sven.id}"
    wrong = pair(world.outsider.roles["admin"], "*")

    half = await api.post(f"{path}/bulkadd", {"grants": [pair(roles["Reader"], north), wrong]})
    assert half.status == 404
    assert held(await api.get(path)) == {("Supervisor", "Home")}

    await api.post(f"{path}/bulkadd", {"grants": [pair(roles["Reader"], north)]})
    assert held(await api.get(path)) == {("Supervisor", "Home"), ("Reader", "North")}
    await api.post(f"{path}/bulkremove", {"grants": [pair(roles["Reader"], north)]})
    assert held(await api.get(path)) == {("Supervisor", "Home")}
    await api.post(f"{path}/bulkreplace", {"grants": [pair(roles["notifications"], "*")]})
    assert held(await api.get(path)) == {("Notification sender", "*")}


async def test_one_role_goes_to_several_people_in_several_divisions(api: Api, world: World) -> None:
    divisions = [str(each) for each in world.nordwind.divisions.values()]
    people = [str(world.sven.id), str(world.backend.id)]

    answer = await api.post(
        f"/api/v2/authorization/roles/{world.nordwind.roles['Reader']}",
        {"subjectIds": people, "divisionIds": divisions},
    )

    assert answer.status == 204
    for each in people:
        both = {("Reader", "Home"), ("Reader", "North")}
        assert both <= held(await api.get(f"{SUBJECTS}/{each}"))


async def test_a_persons_roles_are_set_as_a_list(api: Api, world: World) -> None:
    path = f"/api/v2/users/{world.sven.id}/roles"

    answer = await api.put(path, [str(world.nordwind.roles["supervisor"])])

    assert [r["name"] for r in answer.json()["roles"]] == ["Supervisor"]
    assert (await api.get(path)).json() == answer.json()
    assert held(await api.get(f"{SUBJECTS}/{world.sven.id}")) == {("Supervisor", "Home")}


async def test_the_last_administrator_cannot_lock_everybody_out(api: Api, world: World) -> None:
    outside = api.as_(world.olga)
    admin, olga = world.outsider.roles["admin"], world.olga.id
    person = f"/api/v2/users/{olga}"

    answers = [
        await outside.delete(f"{SUBJECTS}/{olga}/divisions/*/roles/{admin}"),
        await outside.post(f"{SUBJECTS}/{olga}/bulkreplace", {"grants": []}),
        await outside.put(f"{person}/roles", []),
        await outside.patch(person, {"state": "inactive"}),
        await outside.delete(person),
        await outside.put(
            f"/api/v2/authorization/roles/{admin}",
            {"name": "Administrator", "permissions": ["oauth:*:*"]},
        ),
    ]

    for answer in answers:
        assert (answer.status, answer.json()["code"]) == (409, "last.administrator"), answer
    assert held(await outside.get(f"{SUBJECTS}/me")) == {("Administrator", "*")}


async def test_the_divisions_of_a_permission_are_told(api: Api, world: World) -> None:
    path = "/api/v2/authorization/divisionspermitted/me"
    asked = {"permission": "oauth:client:view"}

    async def names(who: Any) -> list[str]:
        answer = await api.as_(who).get(path, params=asked)
        return [d["name"] for d in answer.json()]

    assert await names(world.ada) == ["Home", "North"]
    assert await names(world.nils) == ["North"]
    assert await names(world.backend) == []
    assert (await api.get(path)).status == 400
