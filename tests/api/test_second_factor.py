"""The second factor: enrolment, log-in with a code, and losing the phone."""

import time

import pyotp

from tests.api.test_sessions import log_in
from tests.api_client import Api
from tests.world import Actor, World

TOTP = "/api/v2/users/me/totp"


def code(secret: str, periods_ahead: int = 0) -> str:
    """What the phone shows now, or in the next period: our clock may be that far behind."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * periods_ahead)


async def enrol(api: Api, actor: Actor) -> str:
    """Turn the second factor on and give its secret."""
    secret = (await api.as_(actor).post(TOTP)).json()["secret"]
    confirmed = await api.as_(actor).put(TOTP, {"code": code(secret)})
    assert confirmed.status == 204, confirmed
    return str(secret)


async def test_enrolling_gives_a_secret_to_scan_and_counts_only_when_confirmed(
    api: Api, world: World
) -> None:
    enrolment = (await api.as_(world.mia).post(TOTP)).json()

    wrong = await api.as_(world.mia).put(TOTP, {"code": "12345"})

    assert enrolment["uri"].startswith("otpauth://totp/Tidings%20Nordwind:mia%40nordwind.example")
    assert f"secret={enrolment['secret']}" in enrolment["uri"]
    assert enrolment["qrCode"].startswith("<svg")
    assert (wrong.status, wrong.json()["details"][0]["fieldName"]) == (400, "code")
    assert (await log_in(api, world.mia.email)).status == 200


async def test_a_code_is_asked_for_and_accepted_only_once(api: Api, world: World) -> None:
    secret = await enrol(api, world.sven)

    without = await log_in(api, world.sven.email)
    wrong = await log_in(api, world.sven.email, totp="000000x")
    shown = code(secret, 1)
    right = await log_in(api, world.sven.email, totp=shown)
    again = await log_in(api, world.sven.email, totp=shown)

    assert (without.status, without.json()["code"]) == (401, "totp.required")
    assert (wrong.status, wrong.json()["code"]) == (401, "totp.invalid")
    assert right.status == 200
    assert right.json()["user"]["secondFactor"] is True
    assert (again.status, again.json()["code"]) == (401, "totp.invalid")


async def test_the_code_is_asked_for_only_after_the_right_password(api: Api, world: World) -> None:
    answer = await log_in(api, world.sven.email, "wrong")

    assert answer.json()["code"] == "bad.credentials"


async def test_turning_it_off_takes_a_code_or_an_administrator(api: Api, world: World) -> None:
    secret = await enrol(api, world.nils)
    nils = api.as_(world.nils)

    refused = await nils.delete(TOTP, params={"code": "000000x"})
    off = await nils.delete(TOTP, params={"code": code(secret, 1)})

    assert (refused.status, off.status) == (400, 204)
    assert (await log_in(api, world.nils.email)).status == 200

    await enrol(api, world.nils)
    path = f"/api/v2/users/{world.nils.id}/totp"
    assert (await api.as_(world.mia).delete(path)).status == 403
    assert (await api.delete(path)).status == 204
    assert (await log_in(api, world.nils.email)).status == 200


async def test_a_program_has_no_second_factor(api: Api, world: World) -> None:
    answer = await api.as_(world.backend).post(TOTP)

    assert (answer.status, answer.json()["code"]) == (400, "not.a.user")
