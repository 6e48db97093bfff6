"""OAuth clients and their tokens: made, used, rotated, revoked (A1, A2)."""

import base64
from typing import Any

from tests.api_client import Answer, Api
from tests.world import World
from tidings.store.database import Database

CLIENTS = "/api/v2/oauth/clients"
GOOD = {"name": "Shop", "authorizedGrantType": "CLIENT-CREDENTIALS"}


async def ask_token(
    api: Api, client_id: object, secret: object, grant: str = "client_credentials"
) -> Answer:
    """Ask for a token as the official SDK does."""
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return await api.as_(None).post(
        "/oauth/token", data={"grant_type": grant}, headers={"Authorization": f"Basic {basic}"}
    )


async def create(api: Api, **more: Any) -> dict[str, Any]:
    """A new client."""
    answer = await api.post(CLIENTS, GOOD | more)
    assert answer.status == 200, answer
    client: dict[str, Any] = answer.json()
    return client


def bearer(answer: Answer) -> dict[str, str]:
    """The header that sends a token."""
    assert answer.status == 200, answer
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_a_client_gets_a_token_and_calls_with_its_roles(api: Api, world: World) -> None:
    sender = {"roleId": str(world.nordwind.roles["notifications"]), "divisionId": "*"}
    client = await create(api, roleDivisions=[sender], accessTokenValiditySeconds=300)

    answer = await ask_token(api, client["id"], client["secret"])

    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    assert answer.json()["token_type"] == "bearer"
    assert answer.json()["expires_in"] == 300
    info = await api.as_(None).get("/api/v2/tokens/me", headers=bearer(answer))
    assert info.json()["OAuthClient"] == {"id": client["id"], "name": "Shop"}
    assert info.json()["organization"]["name"] == "Nordwind"
    subject = await api.as_(None).get("/api/v2/authorization/subjects/me", headers=bearer(answer))
    assert [g["role"]["name"] for g in subject.json()["grants"]] == ["Notification sender"]
    assert client["roleDivisions"] == [sender]


async def test_the_secret_is_told_once(api: Api, world: World, database: Database) -> None:
    body = GOOD | {"name": "Told once"}
    first = await api.post(CLIENTS, body)
    replay = await api.post(CLIENTS, body)

    assert replay.json()["id"] == first.json()["id"]
    assert "secret" not in replay.json()
    assert "secret" not in (await api.get(first.json()["selfUri"])).json()
    listed = (await api.get(CLIENTS, params={"pageSize": 100})).json()["entities"]
    assert not any("secret" in each for each in listed)
    async with database.connection() as connection:
        for table in ("oauth_client", "audit", "idempotency"):
            rows = await connection.execute(f"SELECT t::text FROM {table} t")
            assert first.json()["secret"] not in str(await rows.fetchall())


async def test_what_does_not_fit_is_named(api: Api, world: World) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"name": ""}, "name"),
        ({"authorizedGrantType": "CODE"}, "authorizedGrantType"),
        ({"accessTokenValiditySeconds": 299}, "accessTokenValiditySeconds"),
        ({"accessTokenValiditySeconds": 172_801}, "accessTokenValiditySeconds"),
        ({"state": "asleep"}, "state"),
        ({"roleDivisions": [{"roleId": "x", "divisionId": "*"}]}, "roleId"),
    ]

    for change, field in bad:
        answer = await api.post(CLIENTS, GOOD | change)
        assert answer.status == 400, (change, answer)
        assert answer.json()["details"][0]["fieldName"] == field
    assert (
        "CLIENT-CREDENTIALS is"
        in (await api.post(CLIENTS, GOOD | {"authorizedGrantType": "PASSWORD"})).json()["message"]
    )


async def test_a_refused_log_in_is_told_as_oauth_tells_it(api: Api, world: World) -> None:
    client = await create(api, name="Refused")
    nobody = "00000000-0000-7000-8000-000000000000"
    cases = [
        (await ask_token(api, client["id"], "guess"), "invalid_client", "authentication failed"),
        (await ask_token(api, nobody, "guess"), "invalid_client", "client not found"),
        (await ask_token(api, "no-id", "guess"), "invalid_client", "client not found"),
    ]

    for answer, error, description in cases:
        assert answer.status == 400
        assert answer.json() == {
            "error": error,
            "description": description,
            "error_description": description,
        }
    other = await ask_token(api, client["id"], client["secret"], grant="password")
    assert (other.status, other.json()["error"]) == (400, "unsupported_grant_type")
    stranger = api.as_(None)
    empty = await stranger.post("/oauth/token")
    assert (empty.status, empty.json()["error"]) == (400, "invalid_request")
    bare = await stranger.post("/oauth/token", data={"grant_type": "client_credentials"})
    assert (bare.status, bare.json()["error"]) == (400, "invalid_client")
    broken = await stranger.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": "Basic ???"},
    )
    assert (broken.status, broken.json()["error"]) == (400, "invalid_client")


async def test_wrong_secrets_are_braked_but_the_right_one_passes(api: Api, world: World) -> None:
    client = await create(api, name="Guessed at")
    answers = [await ask_token(api, client["id"], f"guess {n}") for n in range(6)]

    assert [a.status for a in answers] == [400] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["error"] == "invalid_client"
    assert (await ask_token(api, client["id"], client["secret"])).status == 200


async def test_a_rotated_secret_ends_the_old_one_and_its_tokens(api: Api, world: World) -> None:
    client = await create(api, name="Rotated")
    token = await ask_token(api, client["id"], client["secret"])

    rotated = (await api.post(f"{client['selfUri']}/secret")).json()

    assert rotated["secret"] != client["secret"]
    assert (await ask_token(api, client["id"], client["secret"])).status == 400
    assert (await api.as_(None).get("/api/v2/tokens/me", headers=bearer(token))).status == 401
    assert (await ask_token(api, client["id"], rotated["secret"])).status == 200


async def test_an_inactive_or_deleted_client_stops_at_once(api: Api, world: World) -> None:
    for way in ("inactive", "deleted"):
        client = await create(api, name=f"To be {way}")
        token = await ask_token(api, client["id"], client["secret"])

        if way == "inactive":
            put = await api.put(client["selfUri"], GOOD | {"state": "inactive"})
            assert put.json()["state"] == "inactive"
        else:
            assert (await api.delete(client["selfUri"])).status == 204

        used = await api.as_(None).get("/api/v2/tokens/me", headers=bearer(token))
        assert (used.status, used.json()["code"]) == (401, "bad.credentials")
        assert (await ask_token(api, client["id"], client["secret"])).status == 400


async def test_a_change_keeps_what_it_does_not_name(api: Api, world: World) -> None:
    reader = {
        "roleId": str(world.nordwind.roles["Reader"]),
        "divisionId": str(world.nordwind.divisions["North"]),
    }
    client = await create(api, name="Changed", roleDivisions=[reader], description="d")

    kept = (await api.put(client["selfUri"], GOOD | {"name": "Renamed"})).json()
    emptied = (await api.put(client["selfUri"], GOOD | {"roleDivisions": []})).json()
    stale = await api.put(client["selfUri"], GOOD | {"version": 1})

    assert (kept["name"], kept["description"]) == ("Renamed", "d")
    assert kept["roleDivisions"] == [reader]
    assert emptied["roleDivisions"] == []
    assert stale.status == 409


async def test_nobody_gives_a_client_more_than_they_hold(api: Api, world: World) -> None:
    maker = await api.post(
        "/api/v2/authorization/roles",
        {"name": "Client maker", "permissions": ["oauth:client:*", "authorization:grant:add"]},
    )
    await api.post(
        f"/api/v2/authorization/subjects/{world.mia.id}/divisions/*/roles/{maker.json()['id']}"
    )
    mia = api.as_(world.mia)
    strong = {"roleId": str(world.nordwind.roles["admin"]), "divisionId": "*"}

    beyond = await mia.post(CLIENTS, GOOD | {"name": "Strong", "roleDivisions": [strong]})
    rotated = await mia.post(f"{CLIENTS}/{world.backend.id}/secret")
    local = await api.as_(world.nils).post(CLIENTS, GOOD | {"name": "Of North"})

    assert beyond.status == 403
    assert rotated.status == 403
    assert (local.status, local.json()["code"]) == (403, "missing.division.permission")
    names = [c["name"] for c in (await api.get(CLIENTS)).json()["entities"]]
    assert "Strong" not in names


async def test_a_token_is_checked_and_given_back(api: Api, world: World) -> None:
    client = await create(api, name="Polite")
    headers = bearer(await ask_token(api, client["id"], client["secret"]))
    stranger = api.as_(None)

    assert (await stranger.request("HEAD", "/api/v2/tokens/me", headers=headers)).status == 200
    assert (await stranger.delete("/api/v2/tokens/me", headers=headers)).status == 204
    assert (await stranger.request("HEAD", "/api/v2/tokens/me", headers=headers)).status == 401


async def test_a_caller_learns_their_organization(api: Api, world: World) -> None:
    organization = (await api.as_(world.backend).get("/api/v2/organizations/me")).json()

    assert organization["name"] == "Nordwind"
    assert organization["thirdPartyOrgName"] == "nordwind"
    assert organization["state"] == "active"
    assert organization["defaultLanguage"] == "en"
