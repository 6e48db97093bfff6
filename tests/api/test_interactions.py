"""The interactions view: what is listed, filtered, shown from close by, and exported."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.api_client import Api
from tests.messaging import TEMPLATE, Messaging
from tests.world import World
from tidings.actions.queued_messages import Queued
from tidings.domain.delivery import DeliveryStatus
from tidings.engine.exports import run_next_export
from tidings.store.database import Database

INTERACTIONS = "/api/v2/interactions"
AMINA, BRUNO, CELIA, DAVID = "4915110000001", "4915110000002", "4915110000003", "4915110000004"


class Scene:
    """Amina read hers and answered, Bruno's failed, Celia's (of North) waits, David's is unsure."""

    messaging: Messaging
    amina: Queued
    bruno: Queued
    celia: Queued
    david: Queued

    @classmethod
    async def build(cls, database: Database, world: World) -> "Scene":
        self = cls()
        self.messaging = messaging = await Messaging.build(database, world)
        self.amina = await messaging.notify(AMINA)
        await messaging.accept(self.amina, wamid="wamid.amina")
        await messaging.report(self.amina, DeliveryStatus.READ, wamid="wamid.amina")
        await messaging.write("=Thank you", sender=AMINA, name="=Amina")
        self.bruno = await messaging.notify(BRUNO)
        await messaging.accept(self.bruno, wamid="wamid.bruno")
        await messaging.report(
            self.bruno, DeliveryStatus.FAILED, wamid="wamid.bruno", error="meta.131026"
        )
        self.celia = await messaging.notify(CELIA, number="North")
        self.david = await messaging.notify(DAVID)
        await messaging.lose(self.david)
        return self


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """The four customers' conversations."""
    return await Scene.build(database, world)


async def listed(api: Api, **filters: Any) -> list[str]:
    """The customers of the conversations that a filter gives."""
    answer = await api.get(INTERACTIONS, params=filters)
    assert answer.status == 200, answer
    return [each["customer"]["address"] for each in answer.json()["entities"]]


async def test_conversations_are_listed_newest_first(api: Api, scene: Scene) -> None:
    answer = await api.get(INTERACTIONS)

    found = answer.json()["entities"]
    assert [each["customer"]["address"] for each in found] == [DAVID, CELIA, BRUNO, AMINA]
    amina = found[3]
    assert amina["conversationId"] == str(scene.amina.conversation_id)
    assert amina["initiator"] == "api"
    assert amina["direction"] == "outbound"
    assert amina["messageCount"] == 2
    assert amina["integration"]["name"] == "Home number"
    assert amina["customer"]["name"] == "=Amina"
    assert amina["lastMessage"]["text"] == "=Thank you"
    assert amina["lastMessage"]["status"] == "received"
    assert "nextUri" not in answer.json()
    assert "null" not in answer.text


@pytest.mark.parametrize(
    ("filters", "customers"),
    [
        ({"address": "+49 1511 0000001"}, [AMINA]),
        ({"address": "no such address"}, []),
        ({"deliveryStatus": "read"}, [AMINA]),
        ({"deliveryStatus": "received"}, [AMINA]),
        ({"deliveryStatus": "failed"}, [BRUNO]),
        ({"deliveryStatus": "queued"}, [CELIA]),
        ({"deliveryStatus": "delivered"}, []),
        ({"templateName": TEMPLATE}, [DAVID, CELIA, BRUNO, AMINA]),
        ({"templateName": "another"}, []),
        ({"category": "utility", "deliveryStatus": "read"}, [AMINA]),
        ({"category": "service"}, [AMINA]),
        ({"state": "open"}, [AMINA]),
        ({"state": "disconnected", "direction": "outbound"}, [DAVID, CELIA, BRUNO]),
        ({"from": "2026-01-01", "to": "2026-01-31"}, []),
        ({"from": "0001-01-01", "to": "9999-12-30", "deliveryStatus": "queued"}, [CELIA]),
        ({"to": "0001-01-01T00:00:00+14:00"}, []),
        ({"from": "2026-01-01T00:00:00Z"}, [DAVID, CELIA, BRUNO, AMINA]),
    ],
)
async def test_each_filter_finds_what_it_says(
    api: Api, scene: Scene, filters: dict[str, str], customers: list[str]
) -> None:
    assert await listed(api, **filters) == customers


async def test_a_number_is_a_filter(api: Api, scene: Scene) -> None:
    north = str(scene.messaging.numbers["North"])

    assert await listed(api, integrationId=north) == [CELIA]
    assert await listed(api, integrationId=north, deliveryStatus="failed") == []


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"integrationId": "north"}, "integrationId"),
        ({"after": "first"}, "after"),
        ({"deliveryStatus": "lost"}, "deliveryStatus"),
    ],
)
async def test_a_filter_that_does_not_fit_is_named(
    api: Api, scene: Scene, filters: dict[str, str], field: str
) -> None:
    answer = await api.get(INTERACTIONS, params=filters)

    assert answer.status == 400
    assert field in answer.text


async def test_pages_follow_each_other_without_gap_or_overlap(api: Api, scene: Scene) -> None:
    seen: list[str] = []
    uri = f"{INTERACTIONS}?pageSize=1&direction=outbound"
    while uri:
        answer = (await api.get(uri)).json()
        assert len(answer["entities"]) <= 1
        seen += [each["customer"]["address"] for each in answer["entities"]]
        uri = answer.get("nextUri")

    assert seen == [DAVID, CELIA, BRUNO, AMINA]


async def test_one_conversation_shows_its_messages_in_the_order_of_time(
    api: Api, scene: Scene
) -> None:
    answer = await api.get(f"{INTERACTIONS}/{scene.amina.conversation_id}")

    shown = answer.json()
    sent, received = shown["messages"]
    assert sent["status"] == "read"
    assert sent["providerMessageId"] == "wamid.amina"
    assert {"queuedTime", "sentTime", "readTime"} <= sent.keys()
    assert sent["template"] == {
        "name": TEMPLATE,
        "language": "en",
        "header": {"format": "TEXT", "text": "Order A-17"},
        "body": "Hello Amina, your order is on its way.",
        "footer": "Nordwind",
        "buttons": [{"type": "URL", "text": "Track", "url": "https://nordwind.example/a17"}],
    }
    assert received["text"] == "=Thank you"
    assert shown["window"]["open"] is True
    assert shown["customer"]["addresses"] == [{"kind": "phone", "value": AMINA}]
    assert "null" not in answer.text


async def test_a_failure_is_told_in_words_with_its_mend(api: Api, scene: Scene) -> None:
    shown = (await api.get(f"{INTERACTIONS}/{scene.bruno.conversation_id}")).json()

    message = shown["messages"][0]
    assert message["errorCode"] == "meta.131026"
    assert message["errorText"].endswith(".")
    assert message["errorMend"].endswith(".")
    assert "failedTime" in message
    assert shown["window"] == {"open": False}


async def test_an_unknown_outcome_is_shown_as_such(api: Api, scene: Scene) -> None:
    shown = (await api.get(f"{INTERACTIONS}/{scene.david.conversation_id}")).json()

    message = shown["messages"][0]
    assert message["status"] == "unknown"
    assert message["errorCode"] == "outcome.unknown"
    assert "not known" in message["errorText"]


async def test_an_unknown_outcome_is_found_before_and_after_its_deadline(
    api: Api, scene: Scene
) -> None:
    waiting = await listed(api, deliveryStatus="unknown")
    await scene.messaging.give_up(scene.david)

    assert waiting == [DAVID]
    assert await listed(api, deliveryStatus="unknown") == [DAVID]
    shown = (await api.get(f"{INTERACTIONS}/{scene.david.conversation_id}")).json()
    assert "failedTime" in shown["messages"][0]


async def test_the_export_is_a_spreadsheet_that_runs_no_formula(api: Api, scene: Scene) -> None:
    answer = await api.get(f"{INTERACTIONS}/export", params={"format": "csv"})

    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["address"] for row in rows] == [DAVID, CELIA, BRUNO, AMINA]
    amina, bruno = rows[3], rows[2]
    assert amina["customer"] == "'=Amina"
    assert amina["delivery status"] == "read"
    assert amina["template"] == TEMPLATE
    assert bruno["error code"] == "meta.131026"
    assert bruno["number"] == "493011111"


async def test_the_export_has_the_filters_of_the_list(api: Api, scene: Scene) -> None:
    answer = await api.get(f"{INTERACTIONS}/export", params={"deliveryStatus": "failed"})

    assert answer.text.count("\n") == 2
    assert BRUNO in answer.text


async def test_a_division_sees_its_own_conversations_only(
    api: Api, world: World, scene: Scene
) -> None:
    nils = api.as_(world.nils)

    assert await listed(nils) == [CELIA]
    assert await listed(nils, deliveryStatus="failed") == []
    assert (await nils.get(f"{INTERACTIONS}/{scene.amina.conversation_id}")).status == 404
    assert AMINA not in (await nils.get(f"{INTERACTIONS}/export")).text
    assert await listed(api.as_(world.sven)) == [DAVID, BRUNO, AMINA]


async def test_another_organization_sees_nothing(api: Api, world: World, scene: Scene) -> None:
    olga = api.as_(world.olga)

    assert await listed(olga) == []
    assert await listed(olga, address=AMINA) == []
    assert (await olga.get(f"{INTERACTIONS}/{scene.amina.conversation_id}")).status == 404
    assert (await olga.get(f"{INTERACTIONS}/export")).text.count("\n") == 1


async def test_without_the_permission_there_is_a_403(api: Api, world: World, scene: Scene) -> None:
    for path in ("", f"/{scene.amina.conversation_id}", "/export"):
        answer = await api.as_(world.mia).get(INTERACTIONS + path)
        assert answer.status == 403
        assert "analytics:conversationDetail:view" in answer.text


async def test_a_file_of_interactions_is_ordered_made_and_fetched(
    api: Api, database: Database, scene: Scene, tmp_path: Path
) -> None:
    filters = {"direction": "outbound", "templateName": TEMPLATE}

    for form in ("csv", "xlsx"):
        ordered = await api.post(f"{INTERACTIONS}/export", params=filters | {"format": form})
        assert ordered.status == 200, ordered
        assert (await api.get(ordered.json()["selfUri"])).json()["code"] == "export.not.ready"
        assert await run_next_export(database)
        file = await api.get(f"{ordered.json()['selfUri']}/file")
        (tmp_path / form).write_bytes(file.response.content)

    listed = (await api.get(f"{INTERACTIONS}/exports")).json()["entities"]
    assert [(each["state"], each["rows"]) for each in listed] == [("done", 4)] * 2
    rows = list(csv.DictReader(io.StringIO((tmp_path / "csv").read_text("utf-8-sig"))))
    sheet = CalamineWorkbook.from_path(str(tmp_path / "xlsx")).get_sheet_by_index(0).to_python()
    assert [row["address"] for row in rows] == [DAVID, CELIA, BRUNO, AMINA]
    assert rows[3]["customer"] == "'=Amina"
    assert sheet[0] == list(rows[0])
    assert sheet[4][sheet[0].index("customer")] == "=Amina"
    assert sheet[3][sheet[0].index("error code")] == "meta.131026"


async def test_a_file_of_interactions_holds_the_divisions_of_whoever_ordered_it(
    api: Api, database: Database, world: World, scene: Scene
) -> None:
    nils = api.as_(world.nils)
    ordered = (await nils.post(f"{INTERACTIONS}/export", params={"format": "csv"})).json()
    await run_next_export(database)

    file = await nils.get(f"{ordered['selfUri']}/file")

    assert CELIA in file.text
    assert AMINA not in file.text
    for other in (world.ada, world.olga, world.mia):
        assert (await api.as_(other).get(f"{ordered['selfUri']}/file")).status == 404
    assert (await api.get(f"{INTERACTIONS}/exports")).text.find(ordered["id"]) == -1


async def test_a_file_of_interactions_in_another_form_is_refused(api: Api, scene: Scene) -> None:
    answer = await api.post(f"{INTERACTIONS}/export", params={"format": "pdf"})

    assert answer.status == 400
    assert "format" in answer.text
