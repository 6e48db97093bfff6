"""What is read every hour: facts and templates arrive, and a number that broke is taken out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from tests.api_client import Api
from tests.channels import WHATSAPP, MetaAccount, channel_settings, listen, open_account
from tests.world import World
from tidings.actions.channels import Channels
from tidings.engine.integration_upkeep import look_after_due, upkeep_loop
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.secret_box import SecretBox, load_secret_box


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


@pytest.fixture
def channels(database: Database, settings: Settings) -> Channels:
    return Channels(database, settings, load_secret_box(settings))


@pytest.fixture
async def integration(api: Api, meta: MetaAccount, database: Database) -> dict[str, Any]:
    """An active integration, the only one whose upkeep is due."""
    async with database.connection() as connection:
        await connection.execute("UPDATE integration SET upkeep_at = now() + interval '1 day'")
    meta.add_template("first", "Hello.")
    answer = await api.post(WHATSAPP, meta.connection(f"Number {meta.number.id}"))
    assert answer.json()["status"] == "Active", answer
    made: dict[str, Any] = answer.json()
    return made


async def due_now(database: Database, integration: dict[str, Any]) -> None:
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE integration SET upkeep_at = now() WHERE id = %s", [UUID(integration["id"])]
        )


async def next_in_minutes(database: Database, integration: dict[str, Any]) -> float:
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT extract(epoch FROM upkeep_at - now()) / 60 FROM integration WHERE id = %s",
            [UUID(integration["id"])],
        )
        row = await cursor.fetchone()
    assert row is not None
    return float(row[0])


async def test_facts_and_templates_are_read_anew(
    api: Api, meta: MetaAccount, channels: Channels, integration: dict[str, Any]
) -> None:
    meta.number.quality_rating = "RED"
    meta.number.messaging_limit = "TIER_10K"
    meta.add_template("second", "Hello again.")

    assert await look_after_due(channels)

    now = (await api.get(integration["selfUri"])).json()
    assert now["status"] == "Active"
    assert now["qualityRating"] == "RED"
    assert now["messagingLimit"] == "TIER_10K"
    address = f"/api/v2/messaging/templates?integrationId={integration['id']}"
    assert [t["name"] for t in (await api.get(address)).json()["entities"]] == ["first", "second"]
    assert 59 < await next_in_minutes(channels.database, integration) < 71
    assert not await look_after_due(channels)


@pytest.mark.parametrize(
    ("trouble", "code"), [("token", "meta.190.463"), ("number", "number.restricted")]
)
async def test_a_number_that_broke_is_taken_out_with_the_reason(
    api: Api,
    meta: MetaAccount,
    channels: Channels,
    integration: dict[str, Any],
    trouble: str,
    code: str,
) -> None:
    meta.token.alive = trouble != "token"
    meta.number.status = "RESTRICTED" if trouble == "number" else "CONNECTED"
    meta.simulation.book.changed()

    assert await look_after_due(channels)

    now = (await api.get(integration["selfUri"])).json()
    assert now["status"] == "Error"
    assert now["statusReason"]["code"] == code
    assert now["statusReason"]["message"]
    async with channels.database.connection() as connection:
        cursor = await connection.execute(
            """
            SELECT (SELECT actor_kind FROM audit WHERE entity_id = %(id)s
                    ORDER BY id DESC LIMIT 1),
                   (SELECT body ->> 'reasonCode' FROM event
                    WHERE kind = 'integration.status' AND entity_id = %(id)s
                    ORDER BY id DESC LIMIT 1)
            """,
            {"id": UUID(integration["id"])},
        )
        assert await cursor.fetchone() == ("system", code)


async def test_what_was_mended_at_the_provider_goes_on_by_itself(
    api: Api, meta: MetaAccount, channels: Channels, integration: dict[str, Any]
) -> None:
    meta.token.alive = False
    meta.simulation.book.changed()
    assert await look_after_due(channels)
    assert await next_in_minutes(channels.database, integration) < 31

    await due_now(channels.database, integration)
    assert await look_after_due(channels)
    still = (await api.get(integration["selfUri"])).json()
    meta.token.alive = True
    meta.simulation.book.changed()
    await due_now(channels.database, integration)
    assert await look_after_due(channels)

    assert still["status"] == "Error"
    assert still["statusReason"]["message"]
    assert (await api.get(integration["selfUri"])).json()["status"] == "Active"
    assert await next_in_minutes(channels.database, integration) > 59


@pytest.mark.parametrize("reason_code", ["breaker.open", "account.banned"])
async def test_a_pause_that_a_check_cannot_judge_is_not_ended_by_one(
    api: Api, channels: Channels, integration: dict[str, Any], reason_code: str
) -> None:
    async with channels.database.connection() as connection:
        await connection.execute(
            "UPDATE integration SET status = 'error', reason_code = %s, upkeep_at = now()"
            " WHERE id = %s",
            [reason_code, UUID(integration["id"])],
        )

    assert await look_after_due(channels)

    assert (await api.get(integration["selfUri"])).json()["status"] == "Error"


async def test_the_calls_that_looked_after_a_number_are_in_its_exchange_log(
    api: Api, world: World, meta: MetaAccount, channels: Channels, integration: dict[str, Any]
) -> None:
    address = f"{integration['selfUri']}/exchanges"
    made = (await api.get(address)).json()["entities"]
    meta.token.alive = False
    meta.simulation.book.changed()
    assert await look_after_due(channels)

    newest = (await api.get(address, params={"pageSize": 1})).json()
    second = (await api.get(newest["nextUri"])).json()

    assert len(made) >= 4
    assert made == sorted(made, key=lambda each: each["id"], reverse=True)
    (call,) = newest["entities"]
    assert (call["method"], call["direction"], call["status"]) == ("GET", "out", 401)
    assert meta.number.id in call["url"]
    assert call["time"] >= made[0]["time"]
    assert second["entities"][0] == made[0]
    assert meta.token.value not in str(made) + str(call)
    for stranger in (world.olga, world.nils):
        assert (await api.as_(stranger).get(address)).status == 404


async def test_an_unreachable_meta_is_tried_again_soon(
    api: Api, channels: Channels, integration: dict[str, Any]
) -> None:
    with listen() as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v24.0"
    async with channels.database.connection() as connection:
        await connection.execute(
            "UPDATE integration SET base_address = %s WHERE id = %s",
            [address, UUID(integration["id"])],
        )

    assert await look_after_due(channels)

    assert (await api.get(integration["selfUri"])).json()["status"] == "Active"
    assert await next_in_minutes(channels.database, integration) < 6


async def test_secrets_of_another_key_do_not_stop_the_others(
    api: Api, channels: Channels, settings: Settings, integration: dict[str, Any]
) -> None:
    strange = Channels(channels.database, settings, SecretBox(b"x" * 32))

    assert await look_after_due(strange)

    assert (await api.get(integration["selfUri"])).json()["status"] == "Active"
    assert await next_in_minutes(channels.database, integration) > 59


async def test_the_loop_survives_a_lost_database_and_stops_when_told(
    settings: Settings, world: World
) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", timeout_seconds=0.05)
    await database.open()
    stop = asyncio.Event()
    loop = asyncio.create_task(upkeep_loop(database, settings, SecretBox(bytes(32)), stop))

    done, _ = await asyncio.wait([loop], timeout=0.3)
    assert not done
    stop.set()
    await asyncio.wait_for(loop, 30)
    await database.close()
