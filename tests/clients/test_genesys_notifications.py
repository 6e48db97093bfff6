"""Genesys' own Python SDK sends a notification and follows it until it is delivered."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.channels import channel_settings
from tests.sending import Line, Sending, eventually
from tests.serving import Server
from tests.world import World
from tidings.engine.worker import Worker
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation
from tidings.store.database import Database
from tidings.store.secret_box import load_secret_box

pytestmark = pytest.mark.filterwarnings("ignore")
CONFIG = {"habits": {"delivery_delay_ms": 0, "read_probability": 0.0}}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return channel_settings(str(tmp_path_factory.mktemp("home")), port=8080)


@pytest.fixture(scope="module")
async def simulation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator"), config=CONFIG) as simulation:
        yield simulation


@pytest.fixture(scope="module")
async def line(sending: Sending, simulation: Simulation, server: Server) -> Line:
    return await sending.connect(simulation=simulation, callback=f"{server.address}/webhooks/meta")


@pytest.fixture(scope="module")
async def worker(database_url: str, settings: Settings, line: Line) -> AsyncIterator[None]:
    """A worker beside the web process."""
    stop = asyncio.Event()
    worker = Worker(settings, Database(database_url, pool_size=8), load_secret_box(settings))
    task = asyncio.create_task(worker.run(stop))
    yield
    stop.set()
    await task


@pytest.fixture(scope="module")
def client(server: Server, world: World) -> Iterator[Any]:
    """The SDK's client, logged in with client credentials."""
    before = sdk.configuration.host
    sdk.configuration.host = server.address
    yield sdk.api_client.ApiClient().get_client_credentials_token(
        str(world.robot.id), world.robot.secret
    )
    sdk.configuration.host = before


def request_to(line: Line, phone: str) -> Any:
    """The request as the SDK's users build it."""
    template = sdk.SendMessagingTemplateRequest()
    template.response_id = str(line.responses["order_update"])
    template.body_parameters = [parameter("1", "Amina"), parameter("2", "A-17")]
    request = sdk.SendAgentlessOutboundMessageRequest()
    request.from_address = str(line.integration_id)
    request.to_address = phone
    request.to_address_messenger_type = "whatsapp"
    request.messaging_template = template
    return request


def parameter(key: str, value: str) -> Any:
    given = sdk.TemplateParameter()
    given.id, given.value = key, value
    return given


async def test_it_sends_a_template_and_follows_it_until_it_is_delivered(
    client: Any, sending: Sending, simulation: Simulation, line: Line, worker: None
) -> None:
    phone = await sending.invite()
    conversations = sdk.ConversationsApi(client)

    sent = await asyncio.to_thread(
        conversations.post_conversations_messages_agentless, request_to(line, f"+{phone}")
    )

    assert sent.to_address == phone
    assert sent.messenger_type == "whatsapp"
    assert sent.timestamp.tzinfo is not None

    async def delivered() -> Any:
        message = await asyncio.to_thread(conversations.get_conversations_message_details, sent.id)
        return message if message.status == "delivery-success" else None

    message = await eventually(delivered)
    assert message.provider_message_id == simulation.ledger.read(0).id
    assert message.conversation_id == sent.conversation_id
    assert simulation.ledger.callbacks == {sent.id: 1}

    now = datetime.now(UTC)
    query = sdk.ConversationQuery()
    query.interval = "/".join(f"{now + timedelta(hours=h):%Y-%m-%dT%H:%M:%S.000Z}" for h in (-1, 1))
    found = await asyncio.to_thread(
        sdk.AnalyticsApi(client).post_analytics_conversations_details_query, query
    )
    assert sent.conversation_id in [each.conversation_id for each in found.conversations]


async def test_it_is_told_why_a_notification_is_refused(client: Any, line: Line) -> None:
    conversations = sdk.ConversationsApi(client)

    with pytest.raises(ApiException) as refused:
        await asyncio.to_thread(
            conversations.post_conversations_messages_agentless,
            request_to(line, "4915119999999"),
        )

    assert refused.value.status == 409
    assert "consent.required" in refused.value.body
