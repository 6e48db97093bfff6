"""Genesys' own Python SDK keeps our content profiles, unchanged."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.channels import listen, serving
from tests.world import World
from tidings.api.application import Application

sdk: Any = pytest.importorskip("PureCloudPlatformClientV2")


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


def pictures_only() -> Any:
    """A profile that lets pictures in and nothing out."""
    picture = sdk.MediaType()
    picture.type = "image/*"
    access = sdk.MediaTypeAccess()
    access.inbound, access.outbound = [picture], []
    wanted = sdk.SupportedContent()
    wanted.name = "Pictures in"
    wanted.media_types = sdk.MediaTypes()
    wanted.media_types.allow = access
    return wanted


async def test_profiles_are_made_listed_changed_and_become_the_default(client: Any) -> None:
    conversations = sdk.ConversationsApi(client)

    def visit() -> None:
        before = conversations.get_conversations_messaging_supportedcontent_default()
        made = conversations.post_conversations_messaging_supportedcontent(pictures_only())
        assert [each.type for each in made.media_types.allow.inbound] == ["image/*"]
        assert made.media_types.allow.outbound == []
        listed = conversations.get_conversations_messaging_supportedcontent(page_size=10)
        assert {each.id for each in listed.entities} == {before.id, made.id}
        made.name = "Pictures in, renamed"
        changed = conversations.patch_conversations_messaging_supportedcontent_supported_content_id(
            made.id, made
        )
        assert (changed.name, changed.version) == ("Pictures in, renamed", 2)
        wanted = sdk.SupportedContentReference()
        wanted.id = made.id
        chosen = conversations.put_conversations_messaging_supportedcontent_default(wanted)
        assert chosen.id == made.id
        wanted.id = before.id
        conversations.put_conversations_messaging_supportedcontent_default(wanted)
        conversations.delete_conversations_messaging_supportedcontent_supported_content_id(made.id)
        listed = conversations.get_conversations_messaging_supportedcontent()
        assert [each.id for each in listed.entities] == [before.id]

    await asyncio.to_thread(visit)
