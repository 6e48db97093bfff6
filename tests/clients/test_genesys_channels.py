"""Genesys' own Python SDK reads our integrations and keeps our responses, unchanged."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.channels import MetaAccount, channel_settings, listen, open_account, serving
from tests.world import World
from tidings.api.application import Application
from tidings.settings import Settings
from tidings.simulator.main import simulator
from tidings.simulator.simulation import Simulation

sdk: Any = pytest.importorskip("PureCloudPlatformClientV2")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return channel_settings(str(tmp_path_factory.mktemp("home")), port=8080)


@pytest.fixture(scope="module")
async def simulation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulation]:
    async with simulator(tmp_path_factory.mktemp("simulator")) as simulation:
        yield simulation


@pytest.fixture(scope="module")
def meta(simulation: Simulation) -> MetaAccount:
    account = open_account(simulation)
    account.add_template("delivery", "Hello {{1}}, it is on its way.", category="MARKETING")
    return account


@pytest.fixture(scope="module")
async def served(application: Application, world: World) -> AsyncIterator[str]:
    with listen() as listening:
        async with serving(application, listening) as address:
            yield address


@pytest.fixture
def client(served: str, world: World) -> Iterator[Any]:
    """The SDK as its users set it up: a host and a token."""
    before = sdk.configuration.host, sdk.configuration.access_token
    sdk.configuration.host, sdk.configuration.access_token = served, world.ada.token
    yield sdk.api_client.ApiClient()
    sdk.configuration.host, sdk.configuration.access_token = before


async def test_integrations_are_connected_read_changed_and_deleted(
    client: Any, meta: MetaAccount
) -> None:
    conversations = sdk.ConversationsApi(client)

    def visit() -> None:
        made = conversations.post_conversations_messaging_integrations_whatsapp(
            meta.connection("Clinic")
        )
        assert made.status == "Active"
        assert made.create_status == "Completed"
        assert made.phone_number.isdecimal()
        assert made.whats_app_business_account_id == meta.waba.id
        listed = conversations.get_conversations_messaging_integrations_whatsapp(page_size=10)
        assert [one.id for one in listed.entities] == [made.id]
        assert (listed.total, listed.page_count, listed.page_number) == (1, 1, 1)
        every = conversations.get_conversations_messaging_integrations()
        assert every.entities[0].messenger_type == "whatsapp"
        update = sdk.WhatsAppIntegrationUpdateRequest()
        update.name = "Clinic, renamed"
        changed = conversations.patch_conversations_messaging_integrations_whatsapp_integration_id(
            made.id, update
        )
        assert changed.name == "Clinic, renamed"
        assert changed.version == made.version + 1
        read = conversations.get_conversations_messaging_integrations_whatsapp_integration_id(
            made.id
        )
        assert read.to_dict() == changed.to_dict()
        assert read.date_created is not None
        gone = conversations.delete_conversations_messaging_integrations_whatsapp_integration_id(
            made.id
        )
        assert gone.id == made.id

    await asyncio.to_thread(visit)


async def test_genesys_own_request_is_told_what_is_missing(client: Any) -> None:
    conversations = sdk.ConversationsApi(client)
    request = sdk.WhatsAppIntegrationRequest()
    request.name, request.phone_number = "Clinic", "15550100200"
    request.waba_certificate = "certificate"

    def visit() -> None:
        with pytest.raises(sdk.rest.ApiException) as refused:
            conversations.post_conversations_messaging_integrations_whatsapp(request)
        assert refused.value.status == 400
        assert "whatsAppBusinessAccountId" in refused.value.body

    await asyncio.to_thread(visit)


async def test_templates_arrive_as_responses(client: Any, simulation: Simulation) -> None:
    meta = open_account(simulation)
    meta.add_template("delivery", "Hello {{1}}, it is on its way.", category="MARKETING")
    conversations, responses = sdk.ConversationsApi(client), sdk.ResponseManagementApi(client)

    def visit() -> None:
        conversations.post_conversations_messaging_integrations_whatsapp(
            meta.connection("Templates")
        )
        libraries = responses.get_responsemanagement_libraries(
            messaging_template_filter="whatsapp", library_prefix="WhatsApp templates: Templates"
        )
        assert len(libraries.entities) == 1
        listed = responses.get_responsemanagement_responses(libraries.entities[0].id)
        template = listed.entities[0]
        assert template.response_type == "MessagingTemplate"
        assert template.messaging_template.whats_app.name == "delivery"
        assert template.messaging_template.whats_app.category == "marketing"
        assert [each.id for each in template.substitutions] == ["1"]

    await asyncio.to_thread(visit)


async def test_libraries_and_responses_are_kept(client: Any) -> None:
    responses = sdk.ResponseManagementApi(client)

    def visit() -> None:
        wanted = sdk.Library()
        wanted.name = "Greetings"
        library = responses.post_responsemanagement_libraries(wanted)
        assert library.version == 1
        draft = sdk.Response()
        draft.name = "Welcome"
        draft.libraries = [sdk.DomainEntityRef()]
        draft.libraries[0].id = library.id
        draft.texts = [sdk.ResponseText()]
        draft.texts[0].content, draft.texts[0].content_type = "Welcome, {{name}}!", "text/plain"
        draft.substitutions = [sdk.ResponseSubstitution()]
        draft.substitutions[0].id = "name"
        made = responses.post_responsemanagement_responses(draft)
        assert made.response_type is None

        made.name = "Welcome back"
        changed = responses.put_responsemanagement_response(made.id, made)
        assert (changed.name, changed.version) == ("Welcome back", 2)
        with pytest.raises(sdk.rest.ApiException) as stale:
            responses.put_responsemanagement_response(made.id, made)
        assert stale.value.status == 409

        query = sdk.ResponseQueryRequest()
        query.query_phrase = "welcome"
        found = responses.post_responsemanagement_responses_query(query)
        assert [one.id for one in found.results.entities] == [made.id]
        criterion = sdk.QueryCriteriaItem()
        criterion.key, criterion.operator, criterion.value = "Name", "BEGINS_WITH", "Greet"
        group, criteria = sdk.QueryCriteriaGroup(), sdk.QueryCriteriaQuery()
        group.criteria, criteria.query = criterion, [group]
        shelves = responses.post_responsemanagement_libraries_query(criteria)
        assert [one.id for one in shelves.entities] == [library.id]

        responses.delete_responsemanagement_response(made.id)
        responses.delete_responsemanagement_library(library.id)
        with pytest.raises(sdk.rest.ApiException) as gone:
            responses.get_responsemanagement_library(library.id)
        assert gone.value.status == 404

    await asyncio.to_thread(visit)
