"""Connecting a number by hand: each trouble is told apart, and a clean one goes into service."""

import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.api_client import Api
from tests.channels import (
    WHATSAPP,
    MetaAccount,
    channel_settings,
    listen,
    open_account,
    serving,
)
from tests.world import World
from tidings.actions.graph_address import check_graph_address
from tidings.api.application import Application
from tidings.domain.errors import Rejection
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database


@pytest.fixture(scope="module")
def listening() -> Iterator[socket.socket]:
    with listen() as listening:
        yield listening


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, listening: socket.socket) -> Settings:
    port = listening.getsockname()[1]
    return channel_settings(str(tmp_path_factory.mktemp("home")), port=port)


@pytest.fixture(scope="module")
async def simulation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator")) as simulation:
        yield simulation


@pytest.fixture
def meta(simulation: Simulation) -> MetaAccount:
    return open_account(simulation)


async def failed_check(api: Api, integration_id: str) -> list[str]:
    answer = await api.post(f"{WHATSAPP}/{integration_id}/check")
    assert answer.status == 200, answer
    failed = [result for result in answer.json()["results"] if not result["ok"]]
    assert all(result["mend"] for result in failed)
    return [result["code"] for result in failed]


async def connect(api: Api, meta: MetaAccount, name: str, **details: Any) -> dict[str, Any]:
    answer = await api.post(WHATSAPP, meta.connection(name, **details))
    assert answer.status == 200, answer
    integration: dict[str, Any] = answer.json()
    return integration


async def audits(database: Database, integration_id: str) -> list[tuple[str, str]]:
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT action, actor_kind FROM audit WHERE entity_id = %s ORDER BY id",
            [integration_id],
        )
        return await rows.fetchall()


async def test_a_clean_number_is_active_at_once(api: Api, meta: MetaAccount) -> None:
    meta.add_template("delivery", "Hello {{1}}, it is on its way.")

    made = await connect(api, meta, "Clinic")

    assert made["status"] == "Active"
    assert "statusReason" not in made
    assert made["phoneNumber"] == "".join(filter(str.isdecimal, meta.number.display_phone_number))
    assert made["verifiedName"] == "Lakeside Clinic"
    assert made["qualityRating"] == "GREEN"
    assert made["throughput"] == 80
    assert made["messagingLimit"] == "TIER_UNLIMITED"
    assert made["recipientsLast24h"] == 0
    assert made["createStatus"] == "Completed"
    assert made["division"]["name"] == "Home"
    assert made["webhookUrl"].endswith("/webhooks/meta")
    assert made["templatesSyncedAt"]
    assert made["checkedAt"]
    assert (await api.get(made["selfUri"])).json() == made


async def test_what_is_missing_or_wrong_is_named(api: Api, meta: MetaAccount) -> None:
    answer = await api.post(WHATSAPP, {"name": "Clinic", "phoneNumber": "15550100200"})

    assert answer.status == 400
    assert {each["fieldName"] for each in answer.json()["details"]} == {
        "whatsAppBusinessAccountId",
        "phoneNumberId",
        "accessToken",
        "appSecret",
        "verifyToken",
    }
    nameless = await api.post(WHATSAPP, meta.connection("  "))
    assert nameless.status == 400
    assert nameless.json()["details"][0]["fieldName"] == "name"


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("killed token", "token.expired"),
        ("other token", "token.invalid"),
        ("no permission", "permission.whatsapp_business_management"),
        ("foreign account", "waba.unreachable"),
        ("foreign number", "number.member"),
        ("unregistered", "number.registered"),
        ("not subscribed", "webhook.subscribed"),
        ("unreachable", "graph.unreachable"),
    ],
)
async def test_each_trouble_is_told_apart(
    api: Api, meta: MetaAccount, trouble: str, code: str
) -> None:
    details: dict[str, Any] = {}
    match trouble:
        case "killed token":
            meta.token.alive = False
        case "other token":
            details["accessToken"] = "nobody-issued-this"
        case "no permission":
            meta.token.scopes = ["whatsapp_business_messaging"]
        case "foreign account":
            details["whatsAppBusinessAccountId"] = "104290011223344"
        case "foreign number":
            details["phoneNumberId"] = meta.number.id + "7"
        case "unregistered":
            meta.number.status = "PENDING"
        case "not subscribed":
            meta.waba.subscribed_apps = []
        case "unreachable":
            with listen() as closed:
                port = closed.getsockname()[1]
            details["graphBaseUrl"] = f"http://127.0.0.1:{port}/v24.0"
    meta.simulation.book.changed()

    made = await connect(api, meta, trouble, **details)

    assert made["status"] == "Error"
    assert made["statusReason"]["code"] == code
    assert made["statusReason"]["message"]
    assert code in await failed_check(api, made["id"])


async def test_a_mended_number_is_resumed_after_a_check(api: Api, meta: MetaAccount) -> None:
    meta.number.status = "PENDING"
    meta.simulation.book.changed()
    made = await connect(api, meta, "Mended")
    still = (await api.post(f"{WHATSAPP}/{made['id']}/resume")).json()
    assert still["status"] == "Error"

    meta.number.status = "CONNECTED"
    meta.simulation.book.changed()
    assert await failed_check(api, made["id"]) == []
    assert (await api.get(made["selfUri"])).json()["status"] == "Error"

    resumed = (await api.post(f"{WHATSAPP}/{made['id']}/resume")).json()
    assert resumed["status"] == "Active"
    assert "statusReason" not in resumed


async def test_an_active_number_whose_check_fails_goes_into_error(
    api: Api, meta: MetaAccount, database: Database
) -> None:
    made = await connect(api, meta, "Broken later")
    meta.token.alive = False
    meta.simulation.book.changed()

    assert await failed_check(api, made["id"]) == ["token.expired"]

    assert (await api.get(made["selfUri"])).json()["status"] == "Error"
    assert await audits(database, made["id"]) == [
        ("create", "user"),
        ("status", "user"),
        ("status", "user"),
    ]


async def test_deactivating_and_activating(api: Api, meta: MetaAccount) -> None:
    made = await connect(api, meta, "Resting")

    resting = (await api.post(f"{WHATSAPP}/{made['id']}/deactivate")).json()
    assert resting["status"] == "Inactive"
    assert "Ada" in resting["statusReason"]["message"]

    assert (await api.post(f"{WHATSAPP}/{made['id']}/activate")).json()["status"] == "Active"


async def test_subscribing_brings_the_webhooks_here(
    api: Api, application: Application, listening: socket.socket, simulation: Simulation
) -> None:
    meta = open_account(simulation, subscribed=False)
    made = await connect(api, meta, "Deaf")
    assert made["statusReason"]["code"] == "webhook.subscribed"

    async with serving(application, listening):
        answer = await api.post(f"{WHATSAPP}/{made['id']}/subscribe")

    assert answer.status == 200, answer
    assert all(result["ok"] for result in answer.json()["results"])
    assert meta.waba.override_callback_uri == made["webhookUrl"]
    assert (await api.get(made["selfUri"])).json()["status"] == "Active"


async def test_a_subscription_that_meta_refuses_says_why(api: Api, simulation: Simulation) -> None:
    meta = open_account(simulation, subscribed=False)
    made = await connect(api, meta, "Deaf for ever", verifyToken="x" * 20)
    meta.token.alive = False
    simulation.book.changed()

    answer = await api.post(f"{WHATSAPP}/{made['id']}/subscribe")

    assert answer.status == 409
    assert answer.json()["code"] == "webhook.subscription.failed"
    assert made["webhookUrl"] in answer.json()["message"]


async def test_a_number_is_connected_once(api: Api, world: World, meta: MetaAccount) -> None:
    await connect(api, meta, "First")

    again = await api.post(WHATSAPP, meta.connection("Second"))
    elsewhere = await api.as_(world.olga).post(WHATSAPP, meta.connection("Theirs"))

    for refused in (again, elsewhere):
        assert refused.status == 409
        assert refused.json()["code"] == "integration.number.connected"
        assert refused.json()["message"].endswith("is already connected.")
        assert "Nordwind" not in refused.text


async def test_a_taken_name_is_refused(api: Api, meta: MetaAccount, simulation: Simulation) -> None:
    await connect(api, meta, "Same name")

    answer = await api.post(WHATSAPP, open_account(simulation).connection("SAME NAME"))

    assert answer.status == 409
    assert answer.json()["code"] == "general.conflict"


async def test_a_deleted_number_can_be_connected_again(api: Api, meta: MetaAccount) -> None:
    made = await connect(api, meta, "Comes back")

    deleted = await api.delete(made["selfUri"])

    assert deleted.status == 200
    assert deleted.json()["id"] == made["id"]
    assert (await api.get(made["selfUri"])).status == 404
    again = await api.post(
        WHATSAPP, meta.connection("Comes back"), headers={"Idempotency-Key": "again"}
    )
    assert again.json()["status"] == "Active"


async def test_deleting_with_queued_messages_names_them(
    api: Api, meta: MetaAccount, world: World, database: Database
) -> None:
    made = await connect(api, meta, "Busy")
    async with database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO outbox (organization_id, integration_id, message_id, priority, due_at)
            VALUES (%s, %s, gen_random_uuid(), 1, now())
            """,
            [world.nordwind.id, made["id"]],
        )

    refused = await api.delete(made["selfUri"])
    assert refused.status == 409
    assert refused.json()["messageParams"] == {"queued": "1", "underWay": "0"}

    assert (await api.delete(f"{made['selfUri']}?force=true")).status == 200


async def test_a_stale_version_is_refused(api: Api, meta: MetaAccount) -> None:
    made = await connect(api, meta, "Changed")

    first = await api.patch(made["selfUri"], {"name": "Changed once", "version": made["version"]})
    stale = await api.patch(made["selfUri"], {"name": "Changed twice", "version": made["version"]})

    assert first.json()["version"] == made["version"] + 1
    assert first.json()["name"] == "Changed once"
    assert stale.status == 409
    assert stale.json()["messageParams"]["currentVersion"] == str(made["version"] + 1)


async def test_a_new_token_is_used_from_then_on(api: Api, meta: MetaAccount) -> None:
    made = await connect(api, meta, "Renewed", accessToken="mistyped")
    assert made["status"] == "Error"

    changed = await api.patch(made["selfUri"], {"accessToken": meta.token.value})

    assert changed.status == 200
    assert (await api.post(f"{WHATSAPP}/{made['id']}/resume")).json()["status"] == "Active"


async def test_secrets_never_come_back(api: Api, meta: MetaAccount, database: Database) -> None:
    body = meta.connection("Discreet")
    made = await api.post(WHATSAPP, body)
    renewed = await api.patch(made.json()["selfUri"], {"appSecret": "another-app-secret"})
    answers = [
        made,
        renewed,
        await api.get(made.json()["selfUri"]),
        await api.get(WHATSAPP),
        await api.post(f"{made.json()['selfUri']}/check"),
        await api.delete(made.json()["selfUri"]),
    ]
    async with database.connection() as connection:
        kept = await connection.execute(
            """
            SELECT coalesce(string_agg(a::text, ''), '') FROM audit a
            UNION ALL SELECT coalesce(string_agg(e::text, ''), '') FROM event e
            UNION ALL SELECT coalesce(string_agg(i::text, ''), '') FROM idempotency i
            UNION ALL SELECT string_agg(encode(secrets, 'escape'), '') FROM integration
            """
        )
        texts = [answer.text for answer in answers] + [row[0] for row in await kept.fetchall()]

    for secret in (body["accessToken"] + '"', body["verifyToken"], "another-app-secret"):
        assert not [text for text in texts if secret in text]


async def test_others_see_nothing_of_it(api: Api, world: World, meta: MetaAccount) -> None:
    made = await connect(api, meta, "Private")

    for stranger in (world.nils, world.olga):
        theirs = api.as_(stranger)
        assert (await theirs.get(made["selfUri"])).status == 404
        assert (await theirs.patch(made["selfUri"], {"name": "Mine"})).status == 404
        assert (await theirs.delete(made["selfUri"])).status == 404
        assert (await theirs.post(f"{made['selfUri']}/check")).status == 404
        assert made["id"] not in (await theirs.get(WHATSAPP)).text
    assert (await api.as_(world.mia).get(made["selfUri"])).status == 403
    assert (await api.as_(world.sven).get(made["selfUri"])).status == 200
    assert (await api.as_(world.sven).patch(made["selfUri"], {"name": "Mine"})).status == 403


async def test_an_integration_lives_in_its_division(
    api: Api, world: World, meta: MetaAccount, simulation: Simulation
) -> None:
    north = str(world.nordwind.divisions["North"])
    theirs = await connect(api.as_(world.nils), meta, "Northern", divisionId=north)
    home = await api.as_(world.nils).post(
        WHATSAPP, open_account(simulation).connection("Not his to make")
    )

    assert theirs["division"]["id"] == north
    assert home.status == 403
    moved = await api.patch(
        theirs["selfUri"], {"divisionId": str(world.nordwind.divisions["Home"])}
    )
    assert moved.json()["division"]["name"] == "Home"
    assert (await api.as_(world.nils).get(theirs["selfUri"])).status == 404


async def test_all_kinds_are_listed_together(api: Api, meta: MetaAccount) -> None:
    made = await connect(api, meta, "AAA listed")

    listing = (await api.get("/api/v2/conversations/messaging/integrations?pageSize=1")).json()

    assert listing["total"] >= 1
    assert listing["entities"][0]["id"] == made["id"]
    assert listing["entities"][0]["messengerType"] == "whatsapp"
    assert listing["entities"][0]["status"] == "Active"


async def test_a_replayed_creation_answers_how_it_stands_now(api: Api, meta: MetaAccount) -> None:
    body = meta.connection("Replayed")
    first = await api.post(WHATSAPP, body, headers={"Idempotency-Key": "connect-1"})
    again = await api.post(WHATSAPP, body, headers={"Idempotency-Key": "connect-1"})

    assert again.status == 200
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()


@pytest.mark.parametrize(
    "address", ["ftp://graph.facebook.com/v24.0", "http://", "https://user@graph.facebook.com"]
)
async def test_a_graph_address_must_be_one(api: Api, meta: MetaAccount, address: str) -> None:
    answer = await api.post(WHATSAPP, meta.connection("Strange", graphBaseUrl=address))

    assert answer.status == 400
    assert answer.json()["details"][0]["fieldName"] == "graphBaseUrl"


@pytest.mark.parametrize(
    "address",
    [
        "http://graph.facebook.com/v24.0",
        "https://127.0.0.1/v24.0",
        "https://[::1]/v24.0",
        "https://10.0.0.7:8443/v24.0",
        "https://169.254.169.254/latest",
        "https://localhost/v24.0",
    ],
)
async def test_a_token_is_not_sent_to_a_private_address(address: str) -> None:
    with pytest.raises(Rejection, match="must be a public https address"):
        await check_graph_address(address, allow_private=False)


async def test_without_an_address_it_is_metas_own() -> None:
    assert await check_graph_address(None, allow_private=False) == (
        "https://graph.facebook.com/v24.0"
    )
