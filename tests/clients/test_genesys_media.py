"""The official Genesys Cloud SDK, unchanged, uploads a file for a conversation and reads files."""

import urllib.request
from collections.abc import Iterator
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.api.test_messages import Scene
from tests.media import picture
from tests.serving import Server
from tests.world import World
from tidings.store.database import Database
from tidings.store.ids import new_id

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
async def scene(database: Database, world: World) -> Scene:
    return await Scene.build(database, world)


@pytest.fixture(scope="module")
def conversations(server: Server, world: World, scene: Scene) -> Iterator[Any]:
    """The SDK's conversations, signed in with client credentials."""
    before = sdk.configuration.host
    sdk.configuration.host = server.address
    client = sdk.api_client.ApiClient()
    client.get_client_credentials_token(str(world.robot.id), world.robot.secret)
    yield sdk.ConversationsApi(client)
    sdk.configuration.host = before


def test_it_uploads_a_picture_and_waits_until_it_is_valid(
    conversations: Any, scene: Scene, server: Server
) -> None:
    place = (str(scene.amina.conversation_id), str(new_id()))
    content = picture("JPEG")
    request = sdk.UploadMediaRequest()
    request.file_name, request.content_length_bytes = "beach.jpg", len(content)

    given = conversations.post_conversations_message_communication_messages_media_uploads(
        *place, request
    )
    before = conversations.get_conversations_message_communication_messages_media_media_id(
        *place, given.id
    )
    url = server.address + given.upload_url[given.upload_url.index("/uploads/") :]
    file = urllib.request.Request(url, content, given.upload_headers, method="PUT")
    assert urllib.request.urlopen(file).status == 200
    after = conversations.get_conversations_message_communication_messages_media_media_id(
        *place, given.id
    )

    assert (before.status, after.status) == ("uploading", "valid")
    assert (after.media_type, after.content_length_bytes) == ("image/jpeg", len(content))
    listed = conversations.get_conversations_message_communication_messages_media(
        *place, status="valid"
    )
    assert [each.id for each in listed.entities] == [given.id]


def test_it_is_told_what_whatsapp_would_not_take(conversations: Any, scene: Scene) -> None:
    request = sdk.UploadMediaRequest()
    request.file_name, request.content_length_bytes = "film.mp4", 50_000_000

    with pytest.raises(ApiException) as refused:
        conversations.post_conversations_message_communication_messages_media_uploads(
            str(scene.amina.conversation_id), str(new_id()), request
        )

    assert refused.value.status == 400
    assert "at most 16 MB" in refused.value.body
