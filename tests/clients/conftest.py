"""The reference's own SDK, pointed at a real web process of ours."""

from collections.abc import Iterator
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest

from tests.serving import Server
from tests.world import World


@pytest.fixture(scope="module")
def client(server: Server, world: World) -> Iterator[Any]:
    """The SDK's client, signed in with client credentials."""
    before = sdk.configuration.host
    sdk.configuration.host = server.address
    client = sdk.api_client.ApiClient()
    yield client.get_client_credentials_token(str(world.robot.id), world.robot.secret)
    sdk.configuration.host = before


@pytest.fixture(scope="module")
def outbound(client: Any) -> Any:
    """The SDK's outbound area."""
    return sdk.OutboundApi(client)
