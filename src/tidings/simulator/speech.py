"""What a customer with a script says at a step: the message as WhatsApp would send it on."""

import base64
from importlib import resources
from random import Random
from typing import TYPE_CHECKING, Any

from tidings.simulator.bubbles import bubble_of
from tidings.simulator.media import Medium
from tidings.simulator.people import digits_of
from tidings.simulator.scripts import Delete, Edit, React, Say, Score, SendThing, Spoken, Stop, Tap
from tidings.simulator.world import Number

if TYPE_CHECKING:
    from tidings.simulator.simulation import Simulation

Message = dict[str, Any]
FILES = {
    "image": ("photo.jpg", "image/jpeg"),
    "document": ("invoice.pdf", "application/pdf"),
    "voice": ("voice.ogg", "audio/ogg; codecs=opus"),
    "sticker": ("sticker.webp", "image/webp"),
}
PLACE = {
    "latitude": 52.5163,
    "longitude": 13.3777,
    "name": "Brandenburg Gate",
    "address": "Pariser Platz, Berlin",
}
CARD = {
    "name": {"formatted_name": "Bram de Wit", "first_name": "Bram", "last_name": "de Wit"},
    "phones": [{"phone": "+31 6 55501234", "type": "CELL", "wa_id": "31655501234"}],
}
POLL = {
    "type": "unsupported",
    "unsupported": {"type": "poll"},
    "errors": [
        {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "This type of message cannot be passed on."},
        }
    ],
}


class NothingToTap(Exception):
    """The business offered no such button or row, and the step brings none of its own."""


class Props:
    """The files that customers send, kept in the simulator's media until they expire."""

    def __init__(self, simulation: "Simulation") -> None:
        self._simulation = simulation
        self._media: dict[str, Medium] = {}

    def payload(self, kind: str) -> Message:
        """The payload of a message with the file of this kind."""
        name, mime_type = FILES[kind]
        medium = self._media.get(kind)
        if medium is None or self._simulation.media.find(medium.id) is None:
            content = resources.files("tidings.simulator").joinpath("props", name).read_bytes()
            medium = self._simulation.media.add(content, mime_type, filename=name, inbound=True)
            self._media[kind] = medium
        sha256 = base64.b64encode(bytes.fromhex(medium.sha256)).decode()
        return {"id": medium.id, "mime_type": mime_type, "sha256": sha256}


def message_of(step: Spoken, *, said: str, heard: Message, luck: Random, props: Props) -> Message:
    """The message of a step. `said` is the id of the customer's last one; `heard` what a phone
    shows of the business's last one, with its id. Raises NothingToTap.
    """
    match step:
        case Say():
            return _text(_one(step.text, luck))
        case SendThing():
            return _thing(step, props)
        case Tap():
            return _tap(step, heard, luck)
        case Score():
            return _score(luck.choice(step.of), heard)
        case React():
            return {
                "type": "reaction",
                "reaction": {"message_id": heard["id"], "emoji": step.emoji},
            }
        case Edit():
            edit = {"original_message_id": said, "message": _text(_one(step.text, luck))}
            return {"type": "edit", "edit": edit}
        case Delete():
            return {"type": "revoke", "revoke": {"original_message_id": said}}
        case Stop():
            return _text(step.word)


def shown(simulation: "Simulation", number: Number, message_id: str, message: Message) -> Message:
    """A business's message as the customer's phone shows it, with its id and whose it is."""
    sender = digits_of(number.display_phone_number)
    return {"id": message_id, "from": sender, **bubble_of(simulation, number, message)}


def _one(texts: str | list[str], luck: Random) -> str:
    return texts if isinstance(texts, str) else luck.choice(texts)


def _text(body: str) -> Message:
    return {"type": "text", "text": {"body": body}}


def _thing(step: SendThing, props: Props) -> Message:
    if step.kind == "location":
        return {"type": "location", "location": PLACE}
    if step.kind == "contact":
        return {"type": "contacts", "contacts": [CARD]}
    if step.kind == "unsupported":
        return POLL
    payload = props.payload(step.kind)
    if step.kind == "voice":
        return {"type": "audio", "audio": {**payload, "voice": True}}
    if step.kind == "document":
        payload["filename"] = FILES["document"][0]
    if step.caption and step.kind != "sticker":
        payload["caption"] = step.caption
    return {"type": step.kind, step.kind: payload}


def _offers(heard: Message) -> list[Message]:
    """What can be tapped of a message, as the messages that tapping sends."""
    context = {"context": {"from": heard.get("from", ""), "id": heard.get("id", "")}}
    offers: list[Message] = []
    for button in heard.get("buttons", ()):
        if button["kind"] == "reply":
            offers.append({**context, **_reply("button_reply", button["id"], button["title"])})
        elif button["kind"] == "quick_reply":
            tapped = {"payload": button["payload"], "text": button["title"]}
            offers.append({**context, "type": "button", "button": tapped})
    for section in heard.get("list", {}).get("sections", ()):
        for row in section["rows"]:
            offers.append({**context, **_reply("list_reply", row["id"], row["title"])})
    return offers


def _reply(kind: str, reply_id: str, title: str) -> Message:
    reply = {"type": kind, kind: {"id": reply_id, "title": title}}
    return {"type": "interactive", "interactive": reply}


def _label(offer: Message) -> tuple[str, str]:
    """Title and id of something to tap."""
    if offer["type"] == "button":
        return offer["button"]["text"], offer["button"]["payload"]
    interactive = offer["interactive"]
    reply = interactive[interactive["type"]]
    return reply["title"], reply["id"]


def _tap(step: Tap, heard: Message, luck: Random) -> Message:
    offers = _offers(heard)
    titled = [offer for offer in offers if _label(offer)[0] == step.title]
    if titled or offers:
        return luck.choice(titled or offers)
    if not step.title:
        raise NothingToTap("the business offered nothing to tap, and the step has no title")
    return _reply(f"{step.what}_reply", step.id or step.title, step.title)


def _score(score: int, heard: Message) -> Message:
    """Tap what says the score in its title or ends with it in its id, else write it."""
    number = str(score)
    for offer in _offers(heard):
        title, reply_id = _label(offer)
        if number in title.split() or title.startswith(number) or reply_id.endswith(number):
            return offer
    return _text(number)
