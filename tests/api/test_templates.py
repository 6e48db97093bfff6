"""Templates come from Meta, are listed with what they need, and follow what webhooks tell."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api_client import Api
from tests.channels import WHATSAPP, MetaAccount, channel_settings, open_account
from tests.world import World
from tidings.actions.templates import AnyTemplateChange, apply_template_change
from tidings.domain.inbound import (
    TemplateCategoryChange,
    TemplateChange,
    TemplateContentChange,
    TemplateQualityChange,
)
from tidings.domain.substitutions import default_values
from tidings.domain.templates import Component, Template, compile_template
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.query import fetch, fetch_one
from tidings.store.templates import select_sendable_templates

TEMPLATES = "/api/v2/messaging/templates"
RESPONSES = "/api/v2/responsemanagement/responses"
LIBRARIES = "/api/v2/responsemanagement/libraries"
DELIVERY = "Hello {{first_name}}, order {{order_id}} is on its way."


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return channel_settings(str(tmp_path_factory.mktemp("home")), port=8080)


@pytest.fixture(scope="module")
async def simulation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator")) as simulation:
        yield simulation


@pytest.fixture
def meta(simulation: Simulation) -> MetaAccount:
    return open_account(simulation)


async def connect(api: Api, meta: MetaAccount, name: str, **details: Any) -> dict[str, Any]:
    answer = await api.post(WHATSAPP, meta.connection(name, **details))
    assert answer.status == 200, answer
    integration: dict[str, Any] = answer.json()
    assert integration["status"] == "Active"
    return integration


async def sync(api: Api, integration: dict[str, Any]) -> dict[str, int]:
    answer = await api.post(f"{integration['selfUri']}/templates/sync")
    assert answer.status == 200, answer
    counts: dict[str, int] = answer.json()
    return counts


async def templates_of(api: Api, integration: dict[str, Any], **query: Any) -> list[Any]:
    params = {"integrationId": integration["id"], **query}
    answer = await api.get(TEMPLATES, params=params)
    assert answer.status == 200, answer
    entities: list[Any] = answer.json()["entities"]
    return entities


async def test_a_template_tells_what_it_needs(api: Api, meta: MetaAccount) -> None:
    meta.add_template(
        "delivery",
        "Hello {{1}}, order {{2}} is on its way.",
        components=[
            {"type": "HEADER", "format": "TEXT", "text": "News for {{1}}",
             "example": {"header_text": ["Monday"]}},
            {"type": "FOOTER", "text": "Lakeside Clinic"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {"type": "URL", "text": "Track", "url": "https://shop.example.org/{{1}}",
                 "example": ["https://shop.example.org/A-77"]}]},
        ],
    )  # fmt: skip
    integration = await connect(api, meta, "Told")

    (template,) = await templates_of(api, integration)

    assert template["name"] == "delivery"
    assert template["status"] == "APPROVED"
    assert template["header"] == {"format": "TEXT", "text": "News for {{1}}"}
    assert template["body"] == "Hello {{1}}, order {{2}} is on its way."
    assert template["footer"] == "Lakeside Clinic"
    assert [(b["type"], b["text"]) for b in template["buttons"]] == [
        ("QUICK_REPLY", "Thanks"),
        ("URL", "Track"),
    ]
    needed = [p for p in template["placeholders"] if p["required"]]
    assert [(p["part"], p["key"], p["kind"]) for p in needed] == [
        ("header", "1", "text"),
        ("body", "1", "text"),
        ("body", "2", "text"),
        ("button", "1", "url"),
    ]
    assert needed[0]["example"] == "Monday"
    assert needed[3]["example"] == "https://shop.example.org/A-77"
    assert [i["name"] for i in template["integrations"]] == ["Told"]
    assert template["syncedAt"]
    assert (await api.get(template["selfUri"])).json() == template


async def test_a_sync_counts_what_changed(api: Api, meta: MetaAccount) -> None:
    keep = meta.add_template("keep", "Hello.")
    meta.add_template("drop", "Bye.")
    integration = await connect(api, meta, "Counted")
    assert await sync(api, integration) == {"added": 0, "changed": 0, "removed": 0, "total": 2}
    before = {t["name"]: t["id"] for t in await templates_of(api, integration)}

    world = meta.simulation.book.world
    world.templates = [t for t in world.templates if t.name != "drop"]
    keep.status = "PAUSED"
    meta.add_template("fresh", "New.")

    assert await sync(api, integration) == {"added": 1, "changed": 1, "removed": 1, "total": 2}
    after = {t["name"]: t for t in await templates_of(api, integration)}
    assert set(after) == {"keep", "fresh"}
    assert after["keep"]["status"] == "PAUSED"
    assert after["keep"]["id"] == before["keep"]
    gone = await api.get(f"{TEMPLATES}/{before['drop']}")
    assert gone.json()["status"] == "REMOVED"

    meta.add_template("drop", "Bye again.")
    assert (await sync(api, integration))["changed"] == 1
    back = {t["name"]: t["id"] for t in await templates_of(api, integration)}
    assert back["drop"] == before["drop"]


async def test_the_list_is_filtered_and_paged(api: Api, meta: MetaAccount) -> None:
    for at in range(5):
        meta.add_template(f"page_{at}", "Hello.", category="MARKETING" if at else "UTILITY")
    meta.add_template("page_0", "Guten Tag.", language="de", status="PAUSED")
    integration = await connect(api, meta, "Paged")

    seen: list[str] = []
    address = f"{TEMPLATES}?pageSize=4&integrationId={integration['id']}"
    while address:
        page = (await api.get(address)).json()
        seen += [f"{t['name']} {t['language']}" for t in page["entities"]]
        address = page.get("nextUri", "")

    assert seen == ["page_0 de", "page_0 en_US", *(f"page_{at} en_US" for at in range(1, 5))]

    async def names(**query: str) -> list[str]:
        return [t["name"] for t in await templates_of(api, integration, **query)]

    assert await names(status="paused") == ["page_0"]
    assert await names(language="de") == ["page_0"]
    assert await names(category="utility") == ["page_0", "page_0"]
    assert await names(name="AGE_3") == ["page_3"]
    assert await names(name="page%3") == []


async def test_a_synced_template_is_usable_as_a_response(
    api: Api, meta: MetaAccount, world: World, database: Database
) -> None:
    meta.add_template("delivery", DELIVERY, parameter_format="NAMED")
    integration = await connect(api, meta, "Sends")

    (template,) = await templates_of(api, integration)
    (library,) = (await api.get(f"{LIBRARIES}?libraryPrefix=WhatsApp templates: Sends")).json()[
        "entities"
    ]
    (response,) = (await api.get(f"{RESPONSES}?libraryId={library['id']}")).json()["entities"]

    assert library["responseType"] == "MessagingTemplate"
    assert response["id"] == template["responseId"]
    assert response["responseType"] == "MessagingTemplate"
    assert response["messagingTemplate"]["whatsApp"]["name"] == "delivery"
    assert response["messagingTemplate"]["whatsApp"]["language"] == "en_US"
    assert response["texts"][0]["content"] == DELIVERY
    assert [s["id"] for s in response["substitutions"]] == ["first_name", "order_id"]

    async with database.transaction(world.nordwind.id) as connection:
        sendable = await fetch_one(
            connection, select_sendable_templates(world.nordwind.id, [response["id"]])
        )
    assert sendable.name == "delivery"
    assert sendable.account_id == meta.waba.id
    assert sendable.parameter_format == "NAMED"


async def test_default_values_outlive_a_sync(
    api: Api, meta: MetaAccount, world: World, database: Database
) -> None:
    listed = meta.add_template("delivery", DELIVERY, parameter_format="NAMED")
    integration = await connect(api, meta, "Defaults")
    (template,) = await templates_of(api, integration)
    address = f"{RESPONSES}/{template['responseId']}"
    response = (await api.get(address)).json()

    response["substitutions"][0]["defaultValue"] = "customer"
    changed = await api.put(address, response)
    assert changed.status == 200, changed

    listed.components = [{"type": "BODY", "text": DELIVERY + " {{greeting}}"}]
    assert (await sync(api, integration))["changed"] == 1

    substitutions = (await api.get(address)).json()["substitutions"]
    assert [s["id"] for s in substitutions] == ["first_name", "order_id", "greeting"]
    assert substitutions[0]["defaultValue"] == "customer"
    async with database.transaction(world.nordwind.id) as connection:
        sendable = await fetch_one(
            connection, select_sendable_templates(world.nordwind.id, [template["responseId"]])
        )
    compiled = compile_template(
        Template("delivery", "en_US", components=[Component("BODY", text=DELIVERY)])
    )
    assert default_values(compiled, sendable.substitutions).body == {"first_name": "customer"}


async def test_a_synced_response_takes_default_values_and_nothing_else(
    api: Api, meta: MetaAccount
) -> None:
    meta.add_template("delivery", DELIVERY, parameter_format="NAMED")
    integration = await connect(api, meta, "Kept")
    (template,) = await templates_of(api, integration)
    address = f"{RESPONSES}/{template['responseId']}"
    response = (await api.get(address)).json()

    renamed = await api.put(address, {**response, "name": "mine", "texts": []})
    assert renamed.json()["name"] == response["name"]
    assert renamed.json()["texts"] == response["texts"]
    surplus = await api.put(address, {**response, "version": None, "substitutions": [{"id": "x"}]})
    assert surplus.status == 400
    assert "first_name" in surplus.json()["message"]
    assert (await api.delete(address)).status == 409
    assert (await api.delete(f"{LIBRARIES}/{integration['id']}")).status == 409


async def test_two_numbers_of_an_account_share_its_templates(
    api: Api, meta: MetaAccount, world: World, simulation: Simulation
) -> None:
    meta.add_template("shared", "Hello.")
    first = await connect(api, meta, "Shared one")
    other = open_account(simulation)
    other.number.waba_id = meta.waba.id
    simulation.book.changed()
    second = await connect(
        api,
        meta._replace(number=other.number),
        "Shared two",
        divisionId=str(world.nordwind.divisions["North"]),
    )

    (template,) = await templates_of(api, first)
    all_of_it = (await api.get(template["selfUri"])).json()
    assert [i["name"] for i in all_of_it["integrations"]] == ["Shared one", "Shared two"]
    response = (await api.get(f"{RESPONSES}/{template['id']}")).json()
    assert {one["id"] for one in response["libraries"]} == {first["id"], second["id"]}

    theirs = api.as_(world.nils)
    seen = (await theirs.get(template["selfUri"])).json()
    assert [i["name"] for i in seen["integrations"]] == ["Shared two"]

    assert (await api.delete(second["selfUri"])).status == 200
    assert (await theirs.get(template["selfUri"])).status == 404
    assert (await api.get(template["selfUri"])).json()["status"] == "APPROVED"
    assert (await api.delete(first["selfUri"])).status == 200
    assert (await api.get(template["selfUri"])).status == 404


async def test_a_renamed_integration_renames_its_library(api: Api, meta: MetaAccount) -> None:
    integration = await connect(api, meta, "Old name")

    assert (await api.patch(integration["selfUri"], {"name": "New name"})).status == 200

    library = (await api.get(f"{LIBRARIES}/{integration['id']}")).json()
    assert library["name"] == "WhatsApp templates: New name"


async def test_others_see_no_templates(api: Api, world: World, meta: MetaAccount) -> None:
    meta.add_template("private", "Hello.")
    integration = await connect(api, meta, "Unseen")
    (template,) = await templates_of(api, integration)

    for stranger in (world.nils, world.olga):
        theirs = api.as_(stranger)
        assert await templates_of(theirs, integration) == []
        assert (await theirs.get(template["selfUri"])).status == 404
        assert (await theirs.get(f"{RESPONSES}/{template['id']}")).status == 404
        assert (await theirs.post(f"{integration['selfUri']}/templates/sync")).status == 404
    assert (await api.as_(world.mia).get(TEMPLATES)).status == 403
    assert (await api.as_(world.sven).get(template["selfUri"])).status == 200
    refused = await api.as_(world.sven).post(f"{integration['selfUri']}/templates/sync")
    assert refused.status == 403


async def test_a_sync_that_meta_refuses_says_why_and_changes_nothing(
    api: Api, meta: MetaAccount
) -> None:
    meta.add_template("stays", "Hello.")
    integration = await connect(api, meta, "Cut off")
    meta.token.alive = False
    meta.simulation.book.changed()

    answer = await api.post(f"{integration['selfUri']}/templates/sync")

    assert answer.status == 409
    assert answer.json()["code"] == "template.sync.failed"
    assert len(await templates_of(api, integration)) == 1


async def test_webhooks_change_a_template(
    api: Api, meta: MetaAccount, world: World, database: Database
) -> None:
    listed = meta.add_template("told", "Hello.", category="UTILITY")
    integration = await connect(api, meta, "Listens")
    known: dict[str, Any] = {
        "account_id": meta.waba.id,
        "template_id": listed.id,
        "name": "told",
        "language": "en-US",
    }
    changes: list[AnyTemplateChange] = [
        TemplateChange(**known, status="REJECTED", reason="INVALID_FORMAT"),
        TemplateQualityChange(**known, quality="RED"),
        TemplateCategoryChange(**known, new_category="MARKETING"),
        TemplateChange(**known, status="FLAGGED"),
    ]

    async with database.transaction() as connection:
        for change in changes:
            assert await apply_template_change(connection, world.nordwind.id, meta.waba.id, change)

    (template,) = await templates_of(api, integration)
    assert template["status"] == "REJECTED"
    assert template["rejectedReason"] == "INVALID_FORMAT"
    assert template["quality"] == "RED"
    assert template["category"] == "MARKETING"

    async with database.transaction() as connection:
        reinstated = TemplateChange(**known, status="REINSTATED")
        deleted = TemplateChange(**{**known, "template_id": "0"}, status="DELETED")
        for change in (reinstated, deleted):
            await apply_template_change(connection, world.nordwind.id, meta.waba.id, change)
    assert await templates_of(api, integration) == []


async def test_an_unknown_or_rewritten_template_is_synced_soon(
    api: Api, meta: MetaAccount, world: World, database: Database
) -> None:
    integration = await connect(api, meta, "Curious")
    unknown = TemplateChange(meta.waba.id, "1", "unheard_of", "en_US", "APPROVED")
    rewritten = TemplateContentChange(meta.waba.id, "1", "unheard_of", "en_US")
    due = "SELECT upkeep_at <= now() FROM integration WHERE id = %s"

    for change in (unknown, rewritten):
        async with database.transaction() as connection:
            await connection.execute("UPDATE integration SET upkeep_at = now() + interval '1 h'")
            applied = await apply_template_change(
                connection, world.nordwind.id, meta.waba.id, change
            )
            assert not applied
            row = await (await connection.execute(due, [integration["id"]])).fetchone()
            assert row == (True,)


async def test_an_outsiders_account_with_the_same_id_is_left_alone(
    api: Api, meta: MetaAccount, world: World, database: Database
) -> None:
    listed = meta.add_template("mine", "Hello.")
    integration = await connect(api, meta, "Undisturbed")
    change = TemplateChange(meta.waba.id, listed.id, "mine", "en_US", "DISABLED")

    async with database.transaction() as connection:
        assert not await apply_template_change(connection, world.outsider.id, meta.waba.id, change)

    (template,) = await templates_of(api, integration)
    assert template["status"] == "APPROVED"
    async with database.transaction(world.outsider.id) as connection:
        query = select_sendable_templates(world.outsider.id, [template["id"]])
        assert await fetch(connection, query) == []
