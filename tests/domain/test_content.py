"""What is stored between the decision and the call comes back exactly as it was."""

import msgspec
import pytest

from tidings.domain.content import (
    ContactsContent,
    Content,
    InteractiveContent,
    LocationContent,
    MediaContent,
    MediaKind,
    Outbound,
    ReactionContent,
    TemplateContent,
    TextContent,
)

CONTENTS: list[Content] = [
    TextContent("Grüße 📦", preview_url=True),
    TemplateContent("notice", "en_US", [{"type": "body", "parameters": []}], "Hello"),
    TemplateContent("plain", "da"),
    MediaContent(MediaKind.DOCUMENT, link="https://x.example/a.pdf", filename="a.pdf"),
    MediaContent(MediaKind.AUDIO, media_id="9", voice=True),
    LocationContent(52.52, 13.405, "Alex", None),
    ContactsContent([{"name": {"formatted_name": "Bram"}}]),
    ReactionContent("wamid.1"),
    InteractiveContent({"type": "button", "body": {"text": "?"}}),
]


@pytest.mark.parametrize("content", CONTENTS)
def test_a_message_survives_storage(content: Content) -> None:
    message = Outbound("id", content, "out:1", to="4915112345678", reply_to="wamid.9")
    assert msgspec.convert(msgspec.to_builtins(message), Outbound) == message
