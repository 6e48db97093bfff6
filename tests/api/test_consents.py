"""Consent through the front door: recorded, withdrawn, looked up; and numbers left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api_client import Answer, Api
from tests.world import World
from tidings.actions.consents import ConsentChange, KeywordText, apply_keywords, record_consents
from tidings.store.database import Database
from tidings.store.query import fetch
from tidings.store.suppressions import SuppressionRow, upsert_suppressions

CONSENTS = "/api/v2/consents"
AMINA = "4915112345001"
BO = "4915112345002"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


async def record(api: Api, address: str, **more: str) -> Answer:
    body = {"address": address, "category": "all", "state": "optedIn", "source": "web form"}
    return await api.post(CONSENTS, body | more)


async def states(api: Api, address: str) -> dict[str, str]:
    answer = await api.get(CONSENTS, params={"address": address})
    assert answer.status == 200, answer
    return {each["category"]: each["state"] for each in answer.json()["entities"]}


async def test_a_recorded_opt_in_is_found_by_the_number_however_written(
    api: Api, world: World
) -> None:
    answer = await record(api, "+49 (151) 12345-001", evidence="ticked box 3", category="utility")

    assert answer.status == 200, answer
    [consent] = answer.json()["entities"]
    assert consent == {
        "id": f"{consent['customer']['id']}:utility",
        "address": AMINA,
        "customer": {"id": consent["customer"]["id"]},
        "channel": "whatsapp",
        "category": "utility",
        "state": "optedIn",
        "source": "web form",
        "evidence": "ticked box 3",
        "changedTime": consent["changedTime"],
    }
    for asked in (AMINA, "+49 151 12345001", "49151123450", "004915112345001"):
        found = await api.get(CONSENTS, params={"address": asked, "pageSize": 500})
        assert consent in found.json()["entities"]


async def test_consent_for_all_is_withdrawn_for_marketing_alone(api: Api, world: World) -> None:
    await record(api, BO)
    answer = await record(api, BO, category="marketing", state="optedOut")

    assert [each["state"] for each in answer.json()["entities"]] == ["optedOut"]
    assert await states(api, BO) == {"utility": "optedIn", "marketing": "optedOut"}
    history = (await api.get(f"{CONSENTS}/history", params={"address": BO})).json()["entities"]
    assert [(each["category"], each["state"]) for each in history] == [
        ("marketing", "optedOut"),
        ("utility", "optedIn"),
        ("marketing", "optedIn"),
    ]
    assert {each["recordedBy"] for each in history} == {"Ada"}


async def test_an_older_change_is_kept_but_does_not_overwrite_a_newer_one(
    api: Api, world: World
) -> None:
    await record(api, "4915112345003", state="optedOut")
    answer = await record(api, "4915112345003", time=YESTERDAY.isoformat())

    assert {each["state"] for each in answer.json()["entities"]} == {"optedOut"}
    history = await api.get(f"{CONSENTS}/history", params={"address": "4915112345003"})
    assert len(history.json()["entities"]) == 4
    assert history.json()["entities"][0]["changedTime"].startswith(f"{YESTERDAY:%Y-%m-%dT%H:%M:%S}")


async def test_an_opt_out_wins_over_an_opt_in_of_the_same_second(
    api: Api, world: World, database: Database
) -> None:
    """The provider cuts times to whole seconds: the opt-out may have been the later."""
    second = YESTERDAY.replace(microsecond=0)
    await record(api, "4915112345004", time=second.replace(microsecond=700_000).isoformat())
    await said(database, world, "4915112345004", "Stop!", second)

    assert await states(api, "4915112345004") == {"utility": "optedOut", "marketing": "optedOut"}


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("5511987650001", "+55 11 8765-0001"), ("551187650002", "5511 9 8765 0002")],
)
async def test_a_brazilian_number_is_one_customer_with_and_without_the_ninth_digit(
    api: Api, world: World, stored: str, asked: str
) -> None:
    await record(api, stored, category="utility")
    answer = await record(api, asked, category="utility", state="optedOut")

    assert await states(api, stored) == await states(api, asked) == {"utility": "optedOut"}
    assert len(answer.json()["entities"]) == 1
    history = await api.get(f"{CONSENTS}/history", params={"address": asked})
    assert len(history.json()["entities"]) == 2


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("address", {"address": "0151 1234567"}),
        ("address", {"address": "call me"}),
        ("address", {"address": "12345"}),
        ("source", {"source": "  "}),
        ("evidence", {"evidence": "x" * 4_001}),
        ("time", {"time": (datetime.now(UTC) + timedelta(days=1)).isoformat()}),
        ("time", {"time": "yesterday"}),
        ("time", {"time": "0001-01-01T00:00:00+14:00"}),
        ("state", {"state": "maybe"}),
        ("category", {"category": "jokes"}),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_is_recorded(
    api: Api, world: World, field: str, change: dict[str, str]
) -> None:
    answer = await record(api, **({"address": "4915112345005"} | change))

    assert answer.status == 400, answer
    assert [each["fieldName"] for each in answer.json()["details"]] == [field]
    assert await states(api, "4915112345005") == {}


async def test_a_text_with_nul_is_refused(api: Api, world: World) -> None:
    assert (await record(api, "4915112345005", source="a\0b")).status == 400


async def test_a_page_goes_on_where_the_last_one_ended(api: Api, world: World) -> None:
    for number in range(5):
        await record(api, f"49170000000{number}")
    uri = f"{CONSENTS}?address=49170000&pageSize=3"
    seen: list[dict[str, Any]] = []
    while uri:
        page = (await api.get(uri)).json()
        seen += page["entities"]
        uri = page.get("nextUri", "")

    assert len({each["id"] for each in seen}) == len(seen) == 10
    filtered = await api.get(
        CONSENTS, params={"address": "49170000", "category": "marketing", "state": "optedIn"}
    )
    assert len(filtered.json()["entities"]) == 5
    out = await api.get(CONSENTS, params={"address": "49170000", "state": "optedOut"})
    assert out.json()["entities"] == []


@pytest.mark.parametrize("query", ["address=491", "address=Ada", "after=x", "state=maybe"])
async def test_a_search_that_cannot_be_is_a_400(api: Api, world: World, query: str) -> None:
    assert (await api.get(f"{CONSENTS}?{query}")).status == 400


async def test_the_same_request_again_adds_no_history(api: Api, world: World) -> None:
    first = await record(api, "4915112345006")
    second = await record(api, "4915112345006")

    assert second.json() == first.json()
    history = await api.get(f"{CONSENTS}/history", params={"address": "4915112345006"})
    assert len(history.json()["entities"]) == 2


async def test_another_organization_sees_nothing(api: Api, world: World) -> None:
    await record(api, "4915112345007")
    olga = api.as_(world.olga)

    assert (await olga.get(CONSENTS)).json()["entities"] == []
    assert await states(olga, "4915112345007") == {}
    assert (await olga.get(f"{CONSENTS}/history")).json()["entities"] == []
    assert (await olga.get(f"{CONSENTS}/export")).text.count("\n") == 1


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("GET", "", "view"),
        ("POST", "", "add"),
        ("GET", "/history", "view"),
        ("GET", "/export", "export"),
        ("GET", "/keywords", "view"),
        ("PUT", "/keywords", "edit"),
        ("GET", "/imports", "import"),
        ("POST", "/imports", "import"),
    ],
)
async def test_a_missing_permission_is_named(
    api: Api, world: World, method: str, path: str, permission: str
) -> None:
    answer = await api.as_(world.mia).request(method, f"{CONSENTS}{path}", json={})

    assert answer.status == 403
    assert f"messaging:consent:{permission}" in answer.json()["message"]


async def said(database: Database, world: World, address: str, text: str, at: datetime) -> None:
    async with database.transaction() as connection:
        await apply_keywords(
            connection, world.nordwind.id, [KeywordText(address, text, at, "Shop")]
        )


async def test_a_keyword_opts_out_and_another_one_in_again(
    api: Api, world: World, database: Database
) -> None:
    number = "4915112345008"
    await record(api, number, time=YESTERDAY.isoformat())
    await said(database, world, number, "please stop by", YESTERDAY + timedelta(hours=1))
    assert await states(api, number) == {"utility": "optedIn", "marketing": "optedIn"}

    await said(database, world, number, " stop. ", YESTERDAY + timedelta(hours=2))
    assert await states(api, number) == {"utility": "optedOut", "marketing": "optedOut"}
    history = await api.get(f"{CONSENTS}/history", params={"address": number, "pageSize": 1})
    assert history.json()["entities"][0]["evidence"] == 'Wrote "stop." (Shop)'
    assert history.json()["entities"][0]["recordedBy"] == "customer"

    await said(database, world, number, "START", YESTERDAY + timedelta(hours=3))
    assert await states(api, number) == {"utility": "optedIn", "marketing": "optedIn"}


async def test_an_organization_has_keywords_of_its_own(
    api: Api, world: World, database: Database
) -> None:
    defaults = (await api.get(f"{CONSENTS}/keywords")).json()["entities"]
    assert "STOP" in defaults[0]["words"]
    own = [{"language": "de", "action": "optOut", "category": "marketing", "words": ["Ruhe"]}]

    assert (await api.put(f"{CONSENTS}/keywords", {"entities": own})).json() == {"entities": own}
    await record(api, "4915112345009", time=YESTERDAY.isoformat())
    await said(database, world, "4915112345009", "STOP", datetime.now(UTC))
    await said(database, world, "4915112345009", "RUHE!", datetime.now(UTC))
    assert await states(api, "4915112345009") == {"utility": "optedIn", "marketing": "optedOut"}

    reset = await api.put(f"{CONSENTS}/keywords", {"entities": []})
    assert reset.json()["entities"] == defaults


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("language", [{"language": "not a language"}]),
        ("words", [{"words": []}]),
        ("words", [{"words": ["?!"]}]),
        ("words", [{"words": ["halt", "HÄLT"]}, {"words": ["Halt!"], "action": "optIn"}]),
        ("entities", [{}, {}]),
    ],
)
async def test_keywords_that_make_no_sense_are_refused(
    api: Api, world: World, field: str, changes: list[dict[str, Any]]
) -> None:
    whole = {"language": "de", "action": "optOut", "category": "all", "words": ["Ruhe"]}
    answer = await api.put(
        f"{CONSENTS}/keywords", {"entities": [whole | change for change in changes]}
    )

    assert answer.status == 400, answer
    assert answer.json()["details"][0]["fieldName"] == field


async def test_a_batch_leaves_one_event_and_ends_with_the_latest_change(
    api: Api, world: World, database: Database
) -> None:
    number = "4915112345010"
    changes = [
        ConsentChange(number, "all", "opted_out", "app", YESTERDAY + timedelta(hours=2)),
        ConsentChange(number, "utility", "opted_in", "app", YESTERDAY + timedelta(hours=1)),
        ConsentChange(number, "marketing", "opted_in", "app", YESTERDAY + timedelta(hours=3)),
    ]
    async with database.transaction() as connection:
        await record_consents(connection, world.nordwind.id, changes, recorded_by="test")
        rows = await connection.execute(
            "SELECT body FROM event WHERE kind = 'consent.changed' AND body->>'recordedBy' = 'test'"
        )
        events = await rows.fetchall()

    assert await states(api, number) == {"utility": "optedOut", "marketing": "optedIn"}
    assert [body["count"] for (body,) in events] == [2]


async def test_a_number_learnt_not_to_be_there_is_listed_and_let_go(
    api: Api, world: World, database: Database
) -> None:
    now = datetime.now(UTC)
    rows = [
        SuppressionRow("5511987650003", "meta.131026", now, now + timedelta(days=30)),
        SuppressionRow("5511987650004", "meta.131026", now, now - timedelta(seconds=1)),
    ]
    async with database.transaction() as connection:
        await fetch(connection, upsert_suppressions(world.nordwind.id, rows))

    listed = (await api.get("/api/v2/suppressions", params={"address": "5511"})).json()
    assert [each["address"] for each in listed["entities"]] == ["5511987650003"]
    assert listed["entities"][0]["code"] == "meta.131026"
    olga = api.as_(world.olga)
    assert (await olga.get("/api/v2/suppressions")).json()["entities"] == []
    assert (await olga.delete("/api/v2/suppressions/5511987650003")).status == 404
    assert (await api.as_(world.mia).delete("/api/v2/suppressions/5511987650003")).status == 403

    assert (await api.delete("/api/v2/suppressions/+551187650003")).status == 204
    assert (await api.get("/api/v2/suppressions")).json()["entities"] == []
    assert (await api.delete("/api/v2/suppressions/5511987650003")).status == 404


async def test_what_the_api_records_is_in_the_audit_trail_once_a_request(
    api: Api, world: World, database: Database
) -> None:
    await record(api, "4915112345011")
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT actor_name, action, after FROM audit WHERE entity_name = '4915112345011'"
        )
        audits = await rows.fetchall()

    assert audits == [
        ("Ada", "record", {"category": "all", "state": "opted_in", "source": "web form"})
    ]
