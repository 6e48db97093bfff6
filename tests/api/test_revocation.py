"""What is revoked in one process is over in every other within a second."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api_client import Api, started
from tests.world import World
from tidings.api.application import Application
from tidings.settings import Settings


@pytest.fixture(scope="module")
async def other(database_url: str, settings: Settings, world: World) -> AsyncIterator[Api]:
    """A second web process on the same database."""
    async with started(Application(settings, database_url)) as application:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://other.test") as client:
            yield Api(client, None)


async def last_served(api: Api, path: str, *, refusal: int) -> float:
    """Ask until the refusal; when, in seconds from now, the last request that was served began."""
    begun = time.monotonic()
    served = 0.0
    while served < 2:
        asked = time.monotonic() - begun
        if (await api.get(path)).status == refusal:
            break
        served = asked
    return served


async def test_a_deleted_client_is_turned_away_everywhere_within_a_second(
    api: Api, other: Api, world: World
) -> None:
    backend = other.as_(world.backend)
    assert (await backend.get("/api/v2/tokens/me")).status == 200

    await api.delete(f"/api/v2/oauth/clients/{world.backend.id}")

    assert await last_served(backend, "/api/v2/tokens/me", refusal=401) < 1


async def test_a_grant_taken_back_acts_everywhere_within_a_second(
    api: Api, other: Api, world: World
) -> None:
    nils = other.as_(world.nils)
    assert (await nils.get("/api/v2/users")).status == 200

    await api.post(f"/api/v2/authorization/subjects/{world.nils.id}/bulkreplace", {"grants": []})

    assert await last_served(nils, "/api/v2/users", refusal=403) < 1


async def test_a_deactivated_person_is_turned_away_everywhere_within_a_second(
    api: Api, other: Api, world: World
) -> None:
    sven = other.as_(world.sven)
    assert (await sven.get("/api/v2/users/me")).status == 200

    await api.patch(f"/api/v2/users/{world.sven.id}", {"state": "inactive"})

    assert await last_served(sven, "/api/v2/users/me", refusal=401) < 1
