"""The official Genesys Cloud SDK, unchanged, reads conversations, messages and their delivery."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.api.test_messages import AMINA, CELIA, Scene
from tests.serving import Server
from tests.world import World
from tidings.engine.detail_jobs import step_detail_jobs
from tidings.store.database import Database

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    """Amina's arrived and she answered, Bruno's outcome is not known, Celia's failed."""
    return await Scene.build(database, world)


@pytest.fixture(scope="module")
def client(server: Server, world: World, scene: Scene) -> Iterator[Any]:
    """The SDK's client, signed in with client credentials."""
    before = sdk.configuration.host
    sdk.configuration.host = server.address
    client = sdk.api_client.ApiClient()
    yield client.get_client_credentials_token(str(world.robot.id), world.robot.secret)
    sdk.configuration.host = before


def test_it_polls_the_delivery_of_a_message(client: Any, scene: Scene) -> None:
    api = sdk.ConversationsApi(client)

    message = api.get_conversations_message_details(str(scene.amina.message_id))

    assert message.status == "delivery-success"
    assert message.provider_message_id == "wamid.a"
    assert message.normalized_message.status == "Delivered"
    assert message.normalized_message.channel.platform == "Whatsapp"
    assert message.normalized_message.channel.to.id == AMINA
    assert message.normalized_message.content[0].template.language == "en"
    assert message.timestamp.tzinfo is not None


def test_it_learns_why_a_message_failed(client: Any, scene: Scene) -> None:
    api = sdk.ConversationsApi(client)

    message = api.get_conversations_message_message(
        str(scene.celia.conversation_id), str(scene.celia.message_id)
    )

    assert message.status == "failed"
    assert message.normalized_message.reasons[0].code == "RecipientOptedOut"


def test_it_reads_a_conversation_and_its_messages_together(client: Any, scene: Scene) -> None:
    api = sdk.ConversationsApi(client)
    conversation_id = str(scene.amina.conversation_id)

    messaging = api.get_conversations_message(conversation_id)
    general = api.get_conversation(conversation_id)
    ids = [d.message_id for p in messaging.participants for d in p.messages]
    bulk = api.post_conversations_message_messages_bulk(conversation_id, body=ids)

    assert [each.purpose for each in messaging.participants] == ["customer", "api"]
    assert {each.id for each in bulk.entities} == set(ids)
    assert len(ids) == 2
    assert general.participants[1].messages[0].messages[0].message_status == "delivery-success"


def test_it_queries_conversations_by_delivery_status(client: Any, scene: Scene) -> None:
    now = datetime.now(UTC)
    query = sdk.ConversationQuery()
    query.interval = "/".join(f"{now + timedelta(hours=h):%Y-%m-%dT%H:%M:%S.000Z}" for h in (-1, 1))
    query.order, query.order_by = "desc", "conversationStart"
    query.paging = {"pageSize": 25, "pageNumber": 1}
    query.segment_filters = [
        {
            "type": "and",
            "predicates": [
                {"dimension": "messageType", "value": "whatsapp"},
                {"dimension": "deliveryStatus", "value": "Failed"},
            ],
        }
    ]

    answer = sdk.AnalyticsApi(client).post_analytics_conversations_details_query(query)

    assert answer.total_hits == 1
    conversation = answer.conversations[0]
    assert conversation.conversation_id == str(scene.celia.conversation_id)
    session = conversation.participants[1].sessions[0]
    assert session.address_to == CELIA
    assert session.delivery_status == "Failed"
    assert session.extended_delivery_status == "RecipientOptedOut"
    assert session.segments[0].disconnect_type == "error"


def test_it_counts_conversations_by_division(client: Any, scene: Scene) -> None:
    now = datetime.now(UTC)
    query = sdk.ConversationAggregationQuery()
    query.interval = "/".join(f"{now + timedelta(hours=h):%Y-%m-%dT%H:%M:%S.000Z}" for h in (-1, 1))
    query.granularity, query.group_by = "PT2H", ["divisionId"]
    query.metrics = ["nConversations", "oMessageCount", "nError"]

    answer = sdk.AnalyticsApi(client).post_analytics_conversations_aggregates_query(query)

    assert {*answer.results[0].group} == {"mediaType", "divisionId"}
    counted = [
        (each.metric, each.stats)
        for group in answer.results
        for step in group.data
        for each in step.metrics
    ]
    assert sum(stats.count for metric, stats in counted if metric == "nConversations") == 3
    assert sum(stats.sum for metric, stats in counted if metric == "oMessageCount") >= 4
    assert sum(stats.count for metric, stats in counted if metric == "nError") == 1


def test_it_reads_details_by_id(client: Any, scene: Scene) -> None:
    api = sdk.AnalyticsApi(client)
    ids = [str(scene.amina.conversation_id), str(scene.bruno.conversation_id)]

    one = api.get_analytics_conversation_details(ids[0])
    several = api.get_analytics_conversations_details(id=ids)

    assert one.customer_participation is True
    assert [each.conversation_id for each in several.conversations] == ids
    assert several.conversations[1].participants[1].sessions[0].delivery_status == "Queued"


async def test_it_has_a_job_made_and_reads_its_results(
    client: Any, scene: Scene, database: Database
) -> None:
    now = datetime.now(UTC)
    query = sdk.AsyncConversationQuery()
    query.interval = "/".join(f"{now + timedelta(hours=h):%Y-%m-%dT%H:%M:%S.000Z}" for h in (-1, 1))
    query.order, query.order_by = "asc", "conversationStart"
    query.segment_filters = [
        {"type": "and", "predicates": [{"dimension": "deliveryStatus", "value": "Failed"}]}
    ]
    api = sdk.AnalyticsApi(client)

    def ask() -> str:
        available = api.get_analytics_conversations_details_jobs_availability()
        assert available.data_availability_date.tzinfo is not None
        job = api.post_analytics_conversations_details_jobs(query)
        assert api.get_analytics_conversations_details_job(job.job_id).state == "QUEUED"
        return str(job.job_id)

    def read(job_id: str) -> Any:
        status = api.get_analytics_conversations_details_job(job_id)
        results = api.get_analytics_conversations_details_job_results(job_id, page_size=50)
        api.delete_analytics_conversations_details_job(job_id)
        return status, results

    job_id = await asyncio.to_thread(ask)
    while await step_detail_jobs(database):
        pass
    status, results = await asyncio.to_thread(read, job_id)

    assert status.state == "FULFILLED"
    assert status.completion_date <= status.expiration_date
    assert [c.conversation_id for c in results.conversations] == [str(scene.celia.conversation_id)]
    assert results.cursor is None


def test_an_unsupported_dimension_is_a_400_that_names_it(client: Any) -> None:
    query = {
        "interval": "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",
        "segmentFilters": [{"type": "and", "predicates": [{"dimension": "queueId", "value": "x"}]}],
    }

    with pytest.raises(ApiException) as refused:
        sdk.AnalyticsApi(client).post_analytics_conversations_details_query(query)

    assert refused.value.status == 400
    assert "queueId" in refused.value.body
