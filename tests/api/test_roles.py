"""Roles: what they may hold, who may make them, and what becomes of their holders."""

from typing import Any

from tests.api_client import Answer, Api
from tests.world import World

ROLES = "/api/v2/authorization/roles"
SUBJECTS = "/api/v2/authorization/subjects"


async def create(api: Api, name: str, *permissions: str) -> dict[str, Any]:
    """A new role."""
    answer = await api.post(ROLES, {"name": name, "permissions": list(permissions)})
    assert answer.status == 200, answer
    role: dict[str, Any] = answer.json()
    return role


async def test_a_role_takes_patterns_and_policies_and_shows_both(api: Api, world: World) -> None:
    answer = await api.post(
        ROLES,
        {
            "name": "Planner",
            "description": "Plans",
            "permissions": ["messaging:template:*"],
            "permissionPolicies": [
                {
                    "domain": "oauth",
                    "entityName": "client",
                    "actionSet": ["view", "edit"],
                    "allowConditions": False,
                }
            ],
        },
    )

    role = answer.json()
    assert role["permissions"] == ["messaging:template:*", "oauth:client:view", "oauth:client:edit"]
    assert {p["entityName"]: p["actionSet"] for p in role["permissionPolicies"]} == {
        "template": ["*"],
        "client": ["view", "edit"],
    }
    assert role["default"] is False
    assert role["userCount"] == 0
    assert (await api.get(role["selfUri"])).json() == role


async def test_an_unknown_permission_is_named(api: Api, world: World) -> None:
    answer = await api.post(ROLES, {"name": "Typo", "permissions": ["oauth:clients:view"]})

    assert answer.status == 400
    assert 'no permission "oauth:clients:view"' in answer.json()["message"]
    assert answer.json()["details"][0]["fieldName"] == "permissions"


async def test_nobody_makes_a_role_of_more_than_they_hold(api: Api, world: World) -> None:
    await world_gives(api, world, "Role maker", "authorization:role:*")
    mia = api.as_(world.mia)

    beyond = await mia.post(ROLES, {"name": "Beyond", "permissions": ["oauth:client:add"]})
    own = await mia.post(ROLES, {"name": "Own", "permissions": ["authorization:role:view"]})
    grown = await mia.put(
        f"{ROLES}/{own.json()['id']}", {"name": "Own", "permissions": ["oauth:*:*"]}
    )

    assert own.status == 200
    for answer, named in ((beyond, "oauth:client:add"), (grown, "oauth:*:*")):
        assert answer.status == 403
        assert answer.json()["messageParams"]["permissions"] == named


async def test_roles_count_everywhere_so_a_divisions_administrator_leaves_them(
    api: Api, world: World
) -> None:
    nils = api.as_(world.nils)
    path = f"{ROLES}/{world.nordwind.roles['supervisor']}"

    answers = [
        await nils.post(ROLES, {"name": "North's own", "permissions": []}),
        await nils.patch(path, {"description": "changed"}),
        await nils.delete(f"{ROLES}/{world.nordwind.roles['Reader']}"),
    ]

    for answer in answers:
        assert (answer.status, answer.json()["code"]) == (403, "missing.division.permission")
        assert "in all divisions" in answer.json()["message"]


async def test_a_changed_role_acts_on_its_holders(api: Api, world: World) -> None:
    role = await create(api, "Growing", "oauth:client:view")
    path = role["selfUri"]

    renamed = await api.patch(path, {"description": "why", "version": 1})
    stale = await api.patch(path, {"description": "why not", "version": 1})
    put = await api.put(path, {"name": "Growing", "permissions": ["audits:audit:view"]})

    assert renamed.json()["permissions"] == ["oauth:client:view"]
    assert stale.status == 409
    assert put.json()["permissions"] == ["audits:audit:view"]
    assert put.json()["description"] == "why"


async def test_a_deleted_role_is_taken_back_and_default_roles_stay(api: Api, world: World) -> None:
    role = await create(api, "Passing", "oauth:client:view")
    await grant(api, world.sven.id, role["id"])
    assert (await api.get(role["selfUri"])).json()["userCount"] == 1

    gone = await api.delete(role["selfUri"])
    kept = await api.delete(f"{ROLES}/{world.nordwind.roles['supervisor']}")

    assert gone.status == 204
    held = (await api.get(f"{SUBJECTS}/{world.sven.id}")).json()["grants"]
    assert [g["role"]["name"] for g in held] == ["Supervisor"]
    assert (kept.status, kept.json()["code"]) == (409, "default.role")


async def test_a_name_in_use_is_refused(api: Api, world: World) -> None:
    created = await api.post(ROLES, {"name": "administrator"})
    changed = await api.patch(f"{ROLES}/{world.objects['role_id']}", {"name": "Supervisor"})

    assert (created.status, changed.status) == (409, 409)


async def test_a_listing_finds_roles_by_name(api: Api, world: World) -> None:
    listing = (await api.get(ROLES, params={"name": "visor"})).json()
    default = (await api.get(ROLES, params={"defaultRoleId": "admin"})).json()

    assert [r["name"] for r in listing["entities"]] == ["Supervisor"]
    assert listing["total"] == 1
    assert [r["defaultRoleId"] for r in default["entities"]] == ["admin"]


async def test_the_catalogue_says_what_each_permission_lets_do(api: Api, world: World) -> None:
    path = "/api/v2/authorization/permissions"
    whole = (await api.get(path, params={"pageSize": 100})).json()
    found = (await api.get(path, params={"query": "oauth clients: create"})).json()

    assert {"authorization", "directory", "oauth"} <= {e["domain"] for e in whole["entities"]}
    assert [e["domain"] for e in found["entities"]] == ["oauth"]
    assert found["entities"][0]["permissionMap"]["client"][0] == {
        "domain": "oauth",
        "entityType": "client",
        "action": "add",
        "label": "OAuth clients: create",
        "allowsConditions": False,
        "divisionAware": True,
    }


async def world_gives(api: Api, world: World, name: str, *permissions: str) -> None:
    """Mia gets a role of these permissions, everywhere."""
    await grant(api, world.mia.id, (await create(api, name, *permissions))["id"])


async def grant(api: Api, subject_id: object, role_id: object, division: object = "*") -> Answer:
    """Grant a role."""
    return await api.post(f"{SUBJECTS}/{subject_id}/divisions/{division}/roles/{role_id}")
