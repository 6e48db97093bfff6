"""Files as customers and agents send them, and ways to have them sent and fetched."""

import base64
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image

from tests.api_client import Answer, Api
from tests.sending import HOOK, Line, Sending, entry, inbound, sign, webhook
from tidings.settings import Settings
from tidings.simulator.media import Medium
from tidings.simulator.simulation import Simulation
from tidings.store.ids import new_id

MESSAGES = "/api/v2/conversations/messages"
DOWNLOADS = "/api/v2/downloads/media"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
OPUS = b"OggS\0\2" + bytes(20) + b"\1\x13OpusHead\1\1" + bytes(64)
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64)
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(form: str = "PNG", *, size: tuple[int, int] = (800, 600), **options: Any) -> bytes:
    """A picture of one colour."""
    drawn = BytesIO()
    Image.new("RGB", size, "teal").save(drawn, form, **options)
    return drawn.getvalue()


def hosted(simulation: Simulation, content: bytes, mime_type: str) -> Medium:
    """A file that a customer put on their phone's provider."""
    return simulation.media.add(content, mime_type, inbound=True)


def media_message(medium: Medium, kind: str, *, sender: str, wamid: str, **more: Any) -> Any:
    """The change that tells of a message with a file."""
    digest = base64.b64encode(bytes.fromhex(medium.sha256)).decode()
    file = {"id": medium.id, "mime_type": medium.mime_type, "sha256": digest, **more}
    value = inbound("", sender=sender, wamid=wamid, type=kind)
    message = value["messages"][0]
    del message["text"]
    message[kind] = file
    return value


async def receive(api: Api, sending: Sending, line: Line, *changes: Any) -> None:
    """Webhooks come in and are applied."""
    body = webhook(entry(line, *changes))
    answer = await api.as_(None).post(HOOK, content=body, headers=sign(line.app_secret, body))
    assert answer.status == 200, answer
    await sending.apply_webhooks()


async def conversation_of(sending: Sending, wamid: str) -> tuple[UUID, UUID]:
    """The ids of a received message and of its conversation."""
    rows = await sending.rows(
        "SELECT id, conversation_id FROM message WHERE provider_message_id = %s", wamid
    )
    return rows[0][0], rows[0][1]


async def attachment(api: Api, conversation_id: UUID) -> dict[str, Any]:
    """The file of a conversation's last message, as the console reads it."""
    answer = await api.get(f"/api/v2/interactions/{conversation_id}")
    found: dict[str, Any] = answer.json()["messages"][-1]["attachment"]
    return found


async def announce(
    api: Api, conversation_id: UUID, *, name: str, size: int, communication_id: UUID | None = None
) -> Answer:
    """Ask for an address to send a file to."""
    path = f"{MESSAGES}/{conversation_id}/communications/{communication_id or conversation_id}"
    return await api.post(
        f"{path}/messages/media/uploads",
        {"fileName": name, "contentLengthBytes": size},
        headers={"Idempotency-Key": str(new_id())},
    )


async def upload(api: Api, conversation_id: UUID, content: bytes, *, name: str) -> str:
    """A file that is ready to go out in a conversation; gives its id."""
    announced = await announce(api, conversation_id, name=name, size=len(content))
    assert announced.status == 200, announced
    sent = await put(api, announced.json()["uploadUrl"], content)
    assert (sent.status, sent.json()["status"]) == (200, "valid"), sent
    return str(announced.json()["id"])


async def put(api: Api, url: str, content: bytes | AsyncIterator[bytes]) -> Answer:
    """Send bytes to an upload's address, with no other proof."""
    path = "/uploads/" + url.partition("/uploads/")[2]
    return await api.as_(None).put(path, content=content)


def stored_files(settings: Settings) -> set[Path]:
    """What lies in the folder of media."""
    return {each for each in (settings.home_path / "media").rglob("*") if each.is_file()}


def is_stored(settings: Settings, media_id: object) -> bool:
    """Whether any bytes of a file lie in the folder."""
    return any(str(media_id) in each.name for each in stored_files(settings))


def sha256(content: bytes) -> str:
    """The digest as the API writes it."""
    return hashlib.sha256(content).hexdigest()
