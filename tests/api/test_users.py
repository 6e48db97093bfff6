"""People: found, created, changed, deactivated, deleted."""

from typing import Any

from tests.api.test_sessions import cookie_of, log_in
from tests.api_client import Api
from tests.world import PASSWORD, World

USERS = "/api/v2/users"


async def create(api: Api, name: str, **more: Any) -> dict[str, Any]:
    """A new person."""
    body = {"name": name, "email": f"{name.lower()}@new.example", **more}
    answer = await api.post(USERS, body)
    assert answer.status == 200, answer
    user: dict[str, Any] = answer.json()
    return user


async def test_an_administrator_creates_a_person_who_then_logs_in(api: Api, world: World) -> None:
    user = await create(api, "Tilda", password="twelve letters", locale="da")

    assert user["state"] == "active"
    assert user["version"] == 1
    assert user["division"]["name"] == "Home"
    assert user["locale"] == "da"
    assert "password" not in user
    assert (await log_in(api, user["email"], "twelve letters")).status == 200
    assert (await api.get(user["selfUri"])).json()["name"] == "Tilda"


async def test_what_does_not_fit_is_named(api: Api, world: World) -> None:
    good = {"name": "Uwe", "email": "uwe@new.example"}
    bad: list[tuple[dict[str, Any], str]] = [
        ({"name": " "}, "name"),
        ({"email": "uwe"}, "email"),
        ({"password": "eleven chrs"}, "password"),
        ({"state": "asleep"}, "state"),
        ({"locale": "german"}, "locale"),
        ({"divisionId": "north"}, "divisionId"),
        ({"divisionId": str(world.outsider.divisions["Home"])}, "divisionId"),
    ]

    for change, field in bad:
        answer = await api.post(USERS, good | change)
        assert answer.status == 400, (change, answer)
        assert answer.json()["details"][0]["fieldName"] == field


async def test_an_address_in_use_is_refused_whatever_its_case(api: Api, world: World) -> None:
    created = await api.post(USERS, {"name": "Other", "email": world.ada.email.upper()})
    changed = await api.patch(f"{USERS}/{world.mia.id}", {"email": world.ada.email.upper()})

    assert (created.status, created.json()["code"]) == (409, "general.conflict")
    assert (changed.status, changed.json()["code"]) == (409, "general.conflict")


async def test_a_listing_shows_people_by_name_and_state(api: Api, world: World) -> None:
    active = (await api.get(USERS, params={"pageSize": 100})).json()
    inactive = (await api.get(USERS, params={"state": "inactive"})).json()
    by_id = (await api.get(USERS, params={"id": f"{world.ada.id},{world.mia.id}"})).json()
    first = (await api.get(USERS, params={"pageSize": 1, "sortOrder": "asc"})).json()

    names = [u["name"] for u in active["entities"]]
    assert names == sorted(names)
    assert "Ruth" not in names
    assert "Ruth" in [u["name"] for u in inactive["entities"]]
    assert {u["state"] for u in inactive["entities"]} == {"inactive"}
    assert [u["name"] for u in by_id["entities"]] == ["Ada", "Mia"]
    assert first["total"] == first["pageCount"] == len(names)
    assert "pageNumber=2" in first["nextUri"]


async def test_a_person_sees_themselves_with_what_they_may_do(api: Api, world: World) -> None:
    plain = (await api.as_(world.sven).get(f"{USERS}/me")).json()
    whole = (await api.as_(world.sven).get(f"{USERS}/me?expand=authorization")).json()

    assert "authorization" not in plain
    assert [r["name"] for r in whole["authorization"]["roles"]] == ["Supervisor"]
    assert "conversation:*:view" in whole["authorization"]["permissions"]
    assert (await api.as_(world.backend).get(f"{USERS}/me")).status == 400


async def test_a_change_from_an_old_version_is_refused(api: Api, world: World) -> None:
    user = await create(api, "Vera")
    path = f"{USERS}/{user['id']}"

    renamed = await api.patch(path, {"name": "Vera B.", "version": user["version"]})
    stale = await api.patch(path, {"name": "Vera C.", "version": user["version"]})

    assert renamed.json()["version"] == 2
    assert stale.status == 409
    assert "version numbers do not match" in stale.json()["message"]
    assert (await api.get(path)).json()["name"] == "Vera B."


async def test_who_is_deactivated_is_signed_out_and_stays_out(api: Api, world: World) -> None:
    user = await create(api, "Wim", password=PASSWORD)
    session = await log_in(api, user["email"])
    cookie = {"Cookie": session.headers["set-cookie"].split(";")[0]}

    answer = await api.patch(f"{USERS}/{user['id']}", {"state": "inactive"})

    assert answer.json()["state"] == "inactive"
    assert (await api.as_(None).get(f"{USERS}/me", headers=cookie)).status == 401
    assert (await log_in(api, user["email"])).status == 401


async def test_a_deleted_person_is_gone_and_the_address_is_free_again(
    api: Api, world: World
) -> None:
    user = await create(api, "Xenia")

    assert (await api.delete(f"{USERS}/{user['id']}")).status == 204

    assert (await api.get(f"{USERS}/{user['id']}")).status == 404
    assert (await api.delete(f"{USERS}/{user['id']}")).status == 404
    again = await api.post(USERS, {"name": "Xenia again", "email": user["email"]})
    assert again.status == 200
    deleted = (await api.get(USERS, params={"state": "deleted"})).json()["entities"]
    assert [u["id"] for u in deleted] == [user["id"]]


async def test_an_administrator_of_a_division_stays_in_it(api: Api, world: World) -> None:
    nils = api.as_(world.nils)
    north, home = (str(world.nordwind.divisions[name]) for name in ("North", "Home"))

    seen = (await nils.get(USERS)).json()["entities"]
    mine = await nils.post(USERS, {"name": "Y", "email": "y@n.example", "divisionId": north})
    theirs = await nils.post(USERS, {"name": "Z", "email": "z@n.example", "divisionId": home})

    assert "Nils" in [u["name"] for u in seen]
    assert {u["division"]["id"] for u in seen} == {north}
    assert mine.status == 200
    assert (theirs.status, theirs.json()["code"]) == (403, "missing.division.permission")
    path = f"{USERS}/{world.sven.id}"
    assert (await nils.get(path)).status == 404
    assert (await nils.patch(path, {"name": "Mine"})).status == 404
    assert (await nils.delete(path)).status == 404
    assert (await nils.post(f"{path}/password", {"newPassword": PASSWORD})).status == 404
    moved = await nils.patch(f"{USERS}/{mine.json()['id']}", {"divisionId": home})
    assert moved.status == 403


async def test_nobody_takes_over_an_account_that_may_more(api: Api, world: World) -> None:
    north = str(world.nordwind.divisions["North"])
    boss = await create(api, "Boss", divisionId=north)
    await api.post(
        f"/api/v2/authorization/subjects/{boss['id']}/divisions/*/roles/"
        f"{world.nordwind.roles['admin']}"
    )
    nils, path = api.as_(world.nils), f"{USERS}/{boss['id']}"

    password = await nils.post(f"{path}/password", {"newPassword": "mine from now on"})
    email = await nils.patch(path, {"email": "nils@elsewhere.example"})

    for answer in (password, email):
        assert answer.status == 403
        assert answer.json()["messageParams"]["permissions"] == "*:*:*"


async def test_a_new_password_signs_out_everywhere(api: Api, world: World) -> None:
    user = await create(api, "Zoe", password=PASSWORD)
    session = await log_in(api, user["email"])
    me = {"Cookie": session.headers["set-cookie"].split(";")[0]}
    me["X-CSRF-Token"] = session.json()["csrfToken"]
    path, stranger = f"{USERS}/me/password", api.as_(None)

    wrong = await stranger.post(
        path, {"oldPassword": "guess", "newPassword": "another good one"}, headers=me
    )
    short = await stranger.post(path, {"oldPassword": PASSWORD, "newPassword": "short"}, headers=me)
    right = await stranger.post(
        path, {"oldPassword": PASSWORD, "newPassword": "another good one"}, headers=me
    )

    assert (wrong.status, wrong.json()["details"][0]["fieldName"]) == (400, "oldPassword")
    assert (short.status, short.json()["details"][0]["fieldName"]) == (400, "newPassword")
    assert right.status == 204
    assert (await stranger.get(f"{USERS}/me", headers=me)).status == 401
    assert (await log_in(api, user["email"], "another good one")).status == 200

    given = await api.post(f"{USERS}/{user['id']}/password", {"newPassword": "given by an admin"})
    assert given.status == 204
    assert (await log_in(api, user["email"], "given by an admin")).status == 200


async def test_people_are_searched_with_the_sdks_body(api: Api, world: World) -> None:
    async def search(**criterion: Any) -> list[str]:
        answer = await api.post(f"{USERS}/search", {"query": [criterion], "sortOrder": "ASC"})
        assert answer.status == 200, answer
        assert answer.json()["types"] == ["users"]
        return [u["name"] for u in answer.json()["results"]]

    assert await search(type="EXACT", fields=["email"], value=world.sven.email) == ["Sven"]
    assert await search(type="STARTS_WITH", fields=["name"], value="ad") == ["Ada"]
    assert "Mia" in await search(type="QUERY_STRING", value="NORDWIND.EXAMPLE")
    assert await search(type="CONTAINS", fields=["name"], value="%") == []
    for bad in ({"type": "REGEX", "value": "a"}, {"type": "EXACT", "fields": ["title"]}):
        assert (await api.post(f"{USERS}/search", {"query": [bad]})).status == 400


async def test_people_change_their_own_name_and_language_and_no_more(
    api: Api, world: World
) -> None:
    user = await create(api, "Ingrid", password="twelve letters")
    session = await log_in(api, user["email"], "twelve letters")
    me = cookie_of(session) | {"X-CSRF-Token": session.json()["csrfToken"]}
    stranger = api.as_(None)
    change = {"name": "Ingrid B.", "locale": "da", "email": "new@x.example", "state": "inactive"}

    changed = await stranger.patch(f"{USERS}/me", change, headers=me)
    stale = await stranger.patch(f"{USERS}/me", {"name": "Late", "version": 1}, headers=me)
    wrong = await stranger.patch(f"{USERS}/me", {"locale": "dansk!"}, headers=me)

    assert changed.status == 200, changed
    told = changed.json()
    assert (told["name"], told["locale"], told["version"]) == ("Ingrid B.", "da", 2)
    assert (told["email"], told["state"]) == (user["email"], "active")
    assert stale.status == 409
    assert (wrong.status, wrong.json()["details"][0]["fieldName"]) == (400, "locale")
    assert (await api.as_(world.robot).patch(f"{USERS}/me", {"name": "R2"})).status == 400
    audits = await api.get("/api/v2/audits", params={"entityId": user["id"], "action": "update"})
    assert audits.json()["entities"][0]["actor"]["name"].startswith("Ingrid")
