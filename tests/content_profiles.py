"""Content profiles as tests make them, and ways to have a number use one."""

from typing import Any
from uuid import UUID

from tests.api_client import Answer, Api
from tests.channels import WHATSAPP

PROFILES = "/api/v2/conversations/messaging/supportedcontent"
PICTURES = ("image/jpeg", "image/png")


def media_types(
    inbound: tuple[str, ...] = PICTURES, outbound: tuple[str, ...] = PICTURES
) -> dict[str, Any]:
    """The types of a profile as a request gives them."""
    return {
        "allow": {
            "inbound": [{"type": each} for each in inbound],
            "outbound": [{"type": each} for each in outbound],
        }
    }


async def create(api: Api, name: str, **ways: tuple[str, ...]) -> Answer:
    """Ask for a profile."""
    return await api.post(PROFILES, {"name": name, "mediaTypes": media_types(**ways)})


async def profile(api: Api, name: str, **ways: tuple[str, ...]) -> dict[str, Any]:
    """A new profile."""
    answer = await create(api, name, **ways)
    assert answer.status == 200, answer
    made: dict[str, Any] = answer.json()
    return made


async def use(api: Api, integration_id: UUID, content_id: str | None) -> Answer:
    """Have a number use a profile; None: the organization's default."""
    chosen = None if content_id is None else {"id": content_id}
    answer = await api.patch(f"{WHATSAPP}/{integration_id}", {"supportedContent": chosen})
    assert answer.status == 200, answer
    return answer


async def govern(
    api: Api, integration_id: UUID, name: str, **ways: tuple[str, ...]
) -> dict[str, Any]:
    """Have a number use a new profile."""
    made = await profile(api, name, **ways)
    await use(api, integration_id, made["id"])
    return made
