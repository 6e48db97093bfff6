"""The audit trail: every administrative change, and who may read of it."""

from typing import Any

from tests.api.test_sessions import log_in
from tests.api_client import Api
from tests.world import Actor, World

AUDITS = "/api/v2/audits"


async def trail(api: Api, who: Actor | None = None, **filters: Any) -> list[dict[str, Any]]:
    """The changes that somebody sees."""
    asked = api if who is None else api.as_(who)
    answer = await asked.get(AUDITS, params={"pageSize": 200, **filters})
    assert answer.status == 200, answer
    entities: list[dict[str, Any]] = answer.json()["entities"]
    return entities


async def test_each_change_leaves_who_did_what_with_before_and_after(
    api: Api, world: World
) -> None:
    made = await api.post("/api/v2/users", {"name": "Una", "email": "una@new.example"})
    changed = await api.patch(made.json()["selfUri"], {"name": "Una P."})

    newest, first = await trail(api, entityId=made.json()["id"])

    assert (first["action"], newest["action"]) == ("create", "update")
    assert "before" not in first
    assert newest["actor"] == {"id": str(world.ada.id), "name": "Ada", "kind": "user"}
    assert newest["entity"] == {"type": "user", "id": made.json()["id"], "name": "Una P."}
    assert (newest["before"]["name"], newest["after"]["name"]) == ("Una", "Una P.")
    assert newest["division"]["id"] == str(world.nordwind.divisions["Home"])
    assert newest["contextId"] == changed.headers["inin-correlation-id"]
    assert newest["time"].endswith("Z")


async def test_every_kind_of_change_is_there_and_no_secret_is(api: Api, world: World) -> None:
    role = (await api.post("/api/v2/authorization/roles", {"name": "Audited"})).json()
    client = (
        await api.post(
            "/api/v2/oauth/clients", {"name": "A", "authorizedGrantType": "CLIENT-CREDENTIALS"}
        )
    ).json()
    grant = f"/api/v2/authorization/subjects/{world.mia.id}/divisions/*/roles/{role['id']}"
    await api.post(grant)
    await api.delete(grant)
    await api.patch(role["selfUri"], {"description": "x"})
    await api.delete(role["selfUri"])
    rotated = (await api.post(f"{client['selfUri']}/secret")).json()
    await api.put(client["selfUri"], {"name": "B", "authorizedGrantType": "CLIENT-CREDENTIALS"})
    await api.delete(client["selfUri"])
    await api.post(f"/api/v2/users/{world.mia.id}/password", {"newPassword": "twelve letters"})
    await log_in(api, world.mia.email, "twelve letters")

    rows = await trail(api)

    seen = {(row["entity"]["type"], row["action"]) for row in rows}
    assert {
        ("role", "create"), ("role", "update"), ("role", "delete"),
        ("oauth_client", "create"), ("oauth_client", "update"), ("oauth_client", "delete"),
        ("oauth_client", "rotate_secret"), ("user", "grant"), ("user", "revoke"),
        ("user", "set_password"), ("user", "log_in"), ("user", "create"),
        ("division", "create"), ("organization", "create"),
    } <= seen  # fmt: skip
    for secret in (client["secret"], rotated["secret"], "twelve letters", "argon2"):
        assert secret not in str(rows)


async def test_the_trail_is_filtered(api: Api, world: World) -> None:
    by_ada = await trail(api, actor=world.ada.id)
    of_roles = await trail(api, entityType="role", action="create")
    none_yet = (await api.get(AUDITS, params={"from": "2999-01-01"})).json()["entities"]
    before_all = await trail(api, to="2020-01-01T00:00:00Z")

    assert {row["actor"]["name"] for row in by_ada} == {"Ada"}
    assert {(row["entity"]["type"], row["action"]) for row in of_roles} == {("role", "create")}
    assert none_yet == before_all == []
    bad = await api.get(AUDITS, params={"from": "yesterday"})
    assert (bad.status, bad.json()["code"]) == (400, "invalid.date")


async def test_the_trail_is_read_page_by_page_to_its_end(api: Api, world: World) -> None:
    whole = [row["id"] for row in await trail(api)]
    paged: list[str] = []
    uri: str | None = f"{AUDITS}?pageSize=7"

    while uri:
        page = (await api.get(uri)).json()
        paged += [row["id"] for row in page["entities"]]
        uri = page.get("nextUri")

    assert paged == whole
    assert whole == sorted(whole, reverse=True)


async def test_an_auditor_of_a_division_sees_only_what_happened_in_it(
    api: Api, world: World
) -> None:
    north = str(world.nordwind.divisions["North"])

    rows = await trail(api, world.nils)

    assert rows
    assert {row["division"]["id"] for row in rows} == {north}
    assert not {row["id"] for row in await trail(api, world.olga)} & {
        row["id"] for row in await trail(api)
    }
    assert (await api.as_(world.sven).get(AUDITS)).status == 403
