"""Content profiles as tests make them, and ways to have a number use one."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tests.api_client import Answer, Api
from tests.channels import WHATSAPP
from tests.sending import Line, Sending

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


async def line_of_pictures(sending: Sending) -> Line:
    """A new number, known to no process, whose template begins with a picture."""
    line = await sending.connect()
    components = [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way."},
    ]
    await sending.rows(
        "UPDATE template SET components = %s WHERE account_id = %s AND name = 'order_update'",
        Jsonb(components),
        line.account_id,
    )
    return line
