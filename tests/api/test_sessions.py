"""Logging in to the console and out again."""

import asyncio

import httpx
import msgspec

from tests.api_client import Answer, Api, started
from tests.world import PASSWORD, World
from tidings.api.application import Application
from tidings.settings import Settings
from tidings.store.database import Database

SESSIONS = "/api/v2/sessions"
MINE = "/api/v2/sessions/me"


def cookie_of(answer: Answer) -> dict[str, str]:
    """The header that sends the session's cookie back."""
    return {"Cookie": answer.headers["set-cookie"].split(";")[0]}


async def log_in(api: Api, email: str, password: str = PASSWORD, **more: str) -> Answer:
    """Log in as a browser does, with nothing but the form."""
    return await api.as_(None).post(SESSIONS, {"email": email, "password": password, **more})


async def test_a_person_logs_in_and_is_known_by_the_cookie(api: Api, world: World) -> None:
    answer = await log_in(api, "Sven@Nordwind.example")

    assert answer.status == 200, answer
    assert answer.json()["user"]["name"] == "Sven"
    assert answer.json()["organization"]["name"] == "Nordwind"
    told = answer.headers["set-cookie"].lower()
    for each in ("tidings_session=", "httponly", "samesite=lax", "path=/", "max-age=43200"):
        assert each in told
    assert "secure" not in told
    me = await api.as_(None).get("/api/v2/users/me", headers=cookie_of(answer))
    assert me.json()["id"] == str(world.sven.id)


async def test_the_cookie_travels_by_https_alone_where_the_address_is_https(
    database_url: str, settings: Settings, world: World
) -> None:
    public = msgspec.structs.replace(settings, public_url="https://desk.example")
    async with started(Application(public, database_url)) as application:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://a.test") as client:
            answer = await log_in(Api(client, None), world.ada.email)

    assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_change_by_cookie_needs_the_sessions_csrf_token(api: Api, world: World) -> None:
    session = await log_in(api, world.ada.email)
    stranger = api.as_(None)
    body = {"name": "From a form elsewhere"}
    cookie = cookie_of(session)
    divisions = "/api/v2/authorization/divisions"

    forged = await stranger.post(divisions, body, headers=cookie)
    genuine = await stranger.post(
        divisions, body, headers=cookie | {"X-CSRF-Token": session.json()["csrfToken"]}
    )

    assert (forged.status, forged.json()["code"]) == (403, "csrf.token.invalid")
    assert genuine.status == 200


async def test_a_reloaded_page_reads_its_session_again(api: Api, world: World) -> None:
    session = await log_in(api, world.mia.email)

    again = await api.as_(None).get(MINE, headers=cookie_of(session))

    assert again.json()["csrfToken"] == session.json()["csrfToken"]
    assert again.json()["user"]["id"] == str(world.mia.id)


async def test_logging_out_ends_the_session_at_once(api: Api, world: World) -> None:
    session = await log_in(api, world.mia.email)
    headers = cookie_of(session) | {"X-CSRF-Token": session.json()["csrfToken"]}

    out = await api.as_(None).delete(MINE, headers=headers)

    assert out.status == 204
    assert 'tidings_session=""' in out.headers["set-cookie"].replace("null", '""')
    after = await api.as_(None).get(MINE, headers=headers)
    assert after.status == 401


async def test_a_session_is_no_bearer_token_and_a_bearer_token_no_session(
    api: Api, world: World
) -> None:
    session = await log_in(api, world.mia.email)
    token = cookie_of(session)["Cookie"].split("=", 1)[1]
    stranger = api.as_(None)

    as_bearer = await stranger.get(MINE, headers={"Authorization": f"Bearer {token}"})
    as_cookie = await stranger.get(MINE, headers={"Cookie": f"tidings_session={world.mia.token}"})

    assert (as_bearer.status, as_cookie.status) == (401, 401)


async def test_unknown_people_and_wrong_passwords_look_alike(api: Api, world: World) -> None:
    unknown = await log_in(api, "nobody@nordwind.example")
    wrong = await log_in(api, world.nils.email, "not his password")
    inactive = await log_in(api, world.ruth.email)

    for answer in (unknown, wrong, inactive):
        assert answer.status == 401
        assert answer.json()["code"] == "bad.credentials"
    assert unknown.json()["message"] == wrong.json()["message"] == inactive.json()["message"]


async def test_an_address_in_two_organizations_asks_which_one(api: Api, world: World) -> None:
    for actor in (world.ada, world.olga):
        made = await api.as_(actor).post(
            "/api/v2/users",
            {"name": "Tove", "email": "tove@both.example", "password": "twelve letters"},
        )
        assert made.status == 200

    guess = await log_in(api, "tove@both.example", "wrong letters")
    which = await log_in(api, "tove@both.example", "twelve letters")
    there = await log_in(api, "tove@both.example", "twelve letters", organization="outsider")

    assert guess.json()["code"] == "bad.credentials"
    assert (which.status, which.json()["code"]) == (409, "organization.required")
    assert [d["message"] for d in which.json()["details"]] == ["nordwind", "outsider"]
    assert there.json()["organization"]["name"] == "Outsider"


async def test_too_many_failures_block_the_account_even_for_the_right_password(
    api: Api, world: World, database: Database
) -> None:
    email = "Victim@nordwind.example"
    await api.post("/api/v2/users", {"name": "V", "email": email, "password": "twelve letters"})
    failures = [await log_in(api, email, "wrong") for _ in range(5)]

    blocked = await log_in(api, email.lower(), "twelve letters")

    assert [f.status for f in failures] == [401] * 5
    assert (blocked.status, blocked.json()["code"]) == (429, "too.many.requests")
    assert 0 < int(blocked.headers["retry-after"]) <= 60
    assert (await log_in(api, world.sven.email)).status == 200

    await end_block(database, email)
    assert (await log_in(api, email, "wrong")).status == 401
    doubled = await log_in(api, email, "twelve letters")
    assert 60 < int(doubled.headers["retry-after"]) <= 120

    await end_block(database, email)
    assert (await log_in(api, email, "twelve letters")).status == 200


async def test_guesses_made_at_once_are_counted_one_by_one(api: Api, world: World) -> None:
    answers = await asyncio.gather(
        *(log_in(api, world.olga.email, f"guess {number}") for number in range(20))
    )

    assert sorted(a.status for a in answers) == [401] * 5 + [429] * 15


async def end_block(database: Database, email: str) -> None:
    """Let the time of a block pass."""
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE login_failure SET blocked_until = now() WHERE key = %s",
            (f"account:{email.lower()}",),
        )


async def test_a_visitor_is_no_error_when_the_console_asks_who_is_there(
    api: Api, world: World
) -> None:
    session = await log_in(api, world.sven.email)
    stranger = api.as_(None)

    there = await stranger.get(SESSIONS, headers=cookie_of(session))
    nobody = await stranger.get(SESSIONS)
    forged = await stranger.get(SESSIONS, headers={"Cookie": "tidings_session=guessed"})
    program = await api.as_(world.robot).get(SESSIONS)

    assert there.json() == session.json()
    assert [each.status for each in (nobody, forged, program)] == [204, 204, 204]
    assert nobody.text == ""
