"""Logging in to the console and out again."""

from tests.api_client import Answer, Api
from tests.world import PASSWORD, World

SESSIONS = "/api/v2/sessions"
ME = "/api/v2/sessions/me"


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
    assert "tidings_session=" in told
    assert "httponly" in told
    assert "samesite=lax" in told
    assert "path=/" in told
    me = await api.as_(None).get("/api/v2/users/me", headers=cookie_of(answer))
    assert me.json()["id"] == str(world.sven.id)
