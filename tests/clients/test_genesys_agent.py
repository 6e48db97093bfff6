"""The official Genesys Cloud SDK, unchanged, plays an agent: from the offer to the wrap-up."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.floor import Floor
from tests.serving import Server
from tests.world import Actor

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def as_agent(server: Server) -> Iterator[Callable[[Actor], Any]]:
    """The SDK's client of somebody, with their own token."""
    before = sdk.configuration.host
    sdk.configuration.host = server.address

    def client(actor: Actor) -> Any:
        client = sdk.api_client.ApiClient()
        client.access_token = actor.token
        return client

    yield client
    sdk.configuration.host = before


async def call(method: Any, *arguments: Any, **named: Any) -> Any:
    return await asyncio.to_thread(method, *arguments, **named)


async def test_it_plays_an_agent_from_the_offer_to_the_wrapup(
    floor: Floor, as_agent: Callable[[Actor], Any]
) -> None:
    queue_id = await floor.queue(acw_mode="MANDATORY")
    ben, cleo = await floor.colleague(queue_id, on=False), await floor.colleague(queue_id)
    client = as_agent(ben)
    talks, users = sdk.ConversationsApi(client), sdk.UsersApi(client)
    on_queue = await call(users.put_user_routingstatus, str(ben.id), {"status": "IDLE"})
    assert on_queue.status == "IDLE"
    conversation_id, _ = await floor.offered(queue_id, ben)

    (offer,) = (await call(talks.get_conversations_messages)).entities
    assert offer.id == str(conversation_id)
    part = next(each for each in offer.participants if each.purpose == "agent")
    assert (part.state, part.alerting_timeout_ms) == ("alerting", 30_000)
    await call(
        talks.patch_conversations_message_participant,
        offer.id,
        part.id,
        body={"state": "connected"},
    )

    (general,) = (await call(talks.get_conversations)).entities
    own = next(each for each in general.participants if each.user_id == str(ben.id))
    communication = own.messages[0]
    assert communication.state == "connected"
    message = sdk.AdditionalMessage()
    message.text_body = "How can I help?"
    sent = await call(
        talks.post_conversations_message_communication_messages,
        offer.id,
        communication.id,
        message,
    )
    assert (sent.status, sent.direction) == ("queued", "outbound")
    texts = await call(
        talks.post_conversations_message_messages_bulk, offer.id, body=[str(sent.id)]
    )
    assert texts.entities[0].normalized_message.text == "How can I help?"

    await call(
        talks.post_conversation_participant_replace_agent,
        offer.id,
        part.id,
        {"userId": str(cleo.id)},
    )
    await wrap_up(talks, offer.id, part.id, floor)
    assert (await call(talks.get_conversations_messages)).entities == []
    await finish(sdk.ConversationsApi(as_agent(cleo)), floor)


async def wrap_up(talks: Any, conversation_id: str, part_id: str, floor: Floor) -> None:
    """Choose a code and give it."""
    made = await floor.api.post("/api/v2/routing/wrapupcodes", {"name": f"Of {part_id}"})
    codes = await call(
        talks.get_conversations_message_participant_wrapupcodes, conversation_id, part_id
    )
    assert made.json()["id"] in [each.id for each in codes]
    given = {"code": made.json()["id"], "notes": "Passed on"}
    await call(
        talks.post_conversations_message_participant_communication_wrapup,
        conversation_id,
        part_id,
        part_id,
        body=given,
    )
    said = await call(talks.get_conversations_message_participant_wrapup, conversation_id, part_id)
    assert (said.code, said.notes) == (given["code"], "Passed on")


async def finish(talks: Any, floor: Floor) -> None:
    """The colleague accepts, parks, resumes, gives it to a queue."""
    (shown,) = (await call(talks.get_conversations_messages)).entities
    part = shown.participants[-1]
    assert part.state == "alerting"
    change = talks.patch_conversations_message_participant
    await call(change, shown.id, part.id, body={"state": "connected"})
    park = talks.patch_conversations_message_participant_parkingstate
    await call(park, shown.id, part.id, {"state": "parked"})
    assert (await call(talks.get_conversations_message, shown.id)).participants[-1].state == (
        "parked"
    )
    await call(park, shown.id, part.id, {"state": "connected"})
    other = await floor.queue()
    replace = talks.post_conversation_participant_replace_queue
    await call(replace, shown.id, part.id, {"queueId": str(other)})
    assert await floor.state(UUID(shown.id)) == ("open", None)


async def test_it_hands_over_to_who_is_consulted(
    floor: Floor, as_agent: Callable[[Actor], Any]
) -> None:
    queue_id = await floor.queue()
    ben, cleo = await floor.colleague(queue_id), await floor.colleague(queue_id)
    conversation_id, part_id = await floor.connected(queue_id, ben)
    talks, others = sdk.ConversationsApi(as_agent(ben)), sdk.ConversationsApi(as_agent(cleo))
    attended = sdk.TransferRequest()
    attended.user_id, attended.transfer_type = str(cleo.id), "Attended"
    ids = (str(conversation_id), str(part_id))
    replace = talks.post_conversations_message_participant_replace

    await call(replace, *ids, attended)
    (asked,) = (await call(others.get_conversations_messages)).entities
    own = asked.participants[-1]
    assert own.state == "alerting"
    with pytest.raises(ApiException) as early:
        await call(replace, *ids, attended)
    assert early.value.status == 409
    accept = others.patch_conversations_message_participant
    await call(accept, asked.id, own.id, body={"state": "connected"})
    await call(replace, *ids, attended)

    assert await floor.state(conversation_id) == ("connected", cleo.id)
    left = next(
        each
        for each in (await call(others.get_conversations_message, asked.id)).participants
        if each.id == str(part_id)
    )
    assert (left.state, left.disconnect_type) == ("disconnected", "transfer.consult")


async def test_it_is_told_who_has_a_conversation(
    floor: Floor, as_agent: Callable[[Actor], Any]
) -> None:
    queue_id = await floor.queue()
    ben, cleo = await floor.colleague(queue_id), await floor.colleague(queue_id)
    conversation_id, part_id = await floor.connected(queue_id, ben)
    talks = sdk.ConversationsApi(as_agent(cleo))

    with pytest.raises(ApiException) as refused:
        await call(
            talks.post_conversations_message_communication_messages,
            str(conversation_id),
            str(part_id),
            {"textBody": "Mine"},
        )

    assert refused.value.status == 409
    assert ben.name in refused.value.body


async def test_a_supervisor_observes_queues_and_gives_conversations_out(
    floor: Floor, as_agent: Callable[[Actor], Any]
) -> None:
    queue_id = await floor.queue()
    ben = await floor.colleague(queue_id)
    vera = await floor.colleague(role="supervisor")
    conversation_id = await floor.queued(queue_id)
    client = as_agent(vera)
    query = sdk.QueueObservationQuery()
    query.filter = {
        "type": "or",
        "predicates": [{"type": "dimension", "dimension": "queueId", "value": str(queue_id)}],
    }
    query.metrics = ["oWaiting", "oInteracting", "oOnQueueUsers"]
    observe = sdk.AnalyticsApi(client).post_analytics_queues_observations_query

    async def waiting() -> int:
        found = await call(observe, query)
        counts = {each.metric: each.stats.count for each in found.results[0].data}
        assert found.results[1].data[0].metric == "oOnQueueUsers"
        count: int = counts["oWaiting"]
        return count

    assert await waiting() == 1
    talks = sdk.ConversationsApi(client)
    await call(talks.post_conversation_assign, str(conversation_id), {"id": str(ben.id)})
    assert await waiting() == 0
    assert await floor.state(conversation_id) == ("connected", ben.id)
    await call(talks.post_conversation_disconnect, str(conversation_id))
    assert await floor.state(conversation_id) == ("disconnected", None)


async def test_it_changes_what_a_waiting_conversation_asks_for(
    floor: Floor, as_agent: Callable[[Actor], Any]
) -> None:
    conversation_id = await floor.queued(await floor.queue())
    supervisor = await floor.colleague(role="supervisor", on=False)
    routing = sdk.RoutingApi(as_agent(supervisor))
    skill_id, language_id = await floor.skill("Tides"), await floor.skill("Norsk", kind="language")
    asked = sdk.RoutingConversationAttributesRequest()
    asked.priority, asked.skill_ids, asked.language_id = 12, [str(skill_id)], str(language_id)

    given = await call(routing.patch_routing_conversation, str(conversation_id), asked)

    assert (given.priority, [each.name for each in given.skills]) == (12, ["Tides"])
    assert (given.language.id, given.language.name) == (str(language_id), "Norsk")
