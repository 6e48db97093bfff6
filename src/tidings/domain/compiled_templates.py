"""Works out, once for each template, what it needs: its placeholders and its text in pieces.

Sending fills thousands of messages a second from one template, so nothing of it is parsed then.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from tidings.domain.template_shapes import (
    Button,
    Component,
    Placeholder,
    Template,
    ValueKind,
    Where,
)

VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
HEADER_LIMIT: Final = 60
BODY_LIMIT: Final = 1024
LONE_BODY_LIMIT: Final = 32_768
CODE_LIMIT: Final = 15
COUPON_LIMIT: Final = 20
PAYLOAD_LIMIT: Final = 128
URL_LIMIT: Final = 2000

_MEDIA_HEADERS: Final = {
    "IMAGE": ValueKind.IMAGE,
    "VIDEO": ValueKind.VIDEO,
    "GIF": ValueKind.VIDEO,
    "DOCUMENT": ValueKind.DOCUMENT,
    "LOCATION": ValueKind.LOCATION,
}
_UNSUPPORTED_COMPONENTS: Final = frozenset({"CAROUSEL", "LIMITED_TIME_OFFER"})
_UNSUPPORTED_BUTTONS: Final = frozenset({"MPM", "SPM"})
_ONE_TIME_CODE: Final = "AUTHENTICATION"

# Meta writes the body of such templates itself, in the template's language; this stands for it.
_CODE_TEXT: Final = "{{1}} is your verification code."
_CODE_WARNING: Final = " For your security, do not share this code."


class CompiledTemplate(msgspec.Struct, frozen=True):
    """A template made ready for sending. Caching it is the caller's business.

    `header_slots`, `body_slots` and `button_slots` are the placeholders by part; `body_pieces`
    alternates literal text and keys: even places text, odd places keys. `unsupported` names a
    part we cannot fill, and with it the template cannot be sent.
    """

    template: Template
    named: bool
    one_time_code: bool
    header: Component | None
    header_pieces: tuple[str, ...]
    body_pieces: tuple[str, ...]
    body_limit: int
    header_slots: tuple[Placeholder, ...]
    body_slots: tuple[Placeholder, ...]
    button_slots: tuple[Placeholder, ...]
    header_keys: frozenset[str]
    body_keys: frozenset[str]
    button_keys: frozenset[str]
    buttons: tuple[Button, ...]
    unsupported: str | None


def compile_template(template: Template) -> CompiledTemplate:
    """Take a template apart. Never fails: what cannot be filled is named in `unsupported`."""
    parts = {part.type.upper(): part for part in template.components}
    header, body = parts.get("HEADER"), parts.get("BODY")
    one_time_code = template.category.upper() == _ONE_TIME_CODE
    header_pieces = _pieces(header.text if header and header.text else "")
    body_pieces = _pieces(_body_text(body, one_time_code=one_time_code))
    buttons = _all_buttons(template)
    limit = CODE_LIMIT if one_time_code else BODY_LIMIT
    header_slots = _header_slots(header, header_pieces)
    body_slots = _text_slots(Where.BODY, body_pieces, limit)
    button_slots = _button_slots(buttons, one_time_code=one_time_code)
    return CompiledTemplate(
        template=template,
        named=_is_named(template, [*header_pieces[1::2], *body_pieces[1::2]]),
        one_time_code=one_time_code,
        header=header,
        header_pieces=header_pieces,
        body_pieces=body_pieces,
        body_limit=LONE_BODY_LIMIT if parts.keys() == {"BODY"} else BODY_LIMIT,
        header_slots=header_slots,
        body_slots=body_slots,
        button_slots=button_slots,
        header_keys=frozenset(slot.key for slot in header_slots),
        body_keys=frozenset(slot.key for slot in body_slots),
        button_keys=frozenset(slot.key for slot in button_slots),
        buttons=tuple(buttons),
        unsupported=_unsupported(parts.keys(), buttons),
    )


def fill(pieces: tuple[str, ...], given: dict[str, str]) -> str:
    """Put values between the pieces of a text; a variable without a value stays as {{key}}."""
    if len(pieces) == 1:
        return pieces[0]
    filled = list(pieces)
    for place in range(1, len(pieces), 2):
        filled[place] = given.get(pieces[place]) or f"{{{{{pieces[place]}}}}}"
    return "".join(filled)


def _all_buttons(template: Template) -> list[Button]:
    return [
        button
        for part in template.components
        if part.type.upper() == "BUTTONS"
        for button in part.buttons or ()
    ]


def _pieces(text: str) -> tuple[str, ...]:
    """Split a text at its variables: literal, key, literal, ..., literal."""
    return tuple(VARIABLE.split(text))


def _body_text(body: Component | None, *, one_time_code: bool) -> str:
    text = body.text if body and body.text else ""
    if one_time_code and not text:
        warned = body is not None and body.add_security_recommendation
        return _CODE_TEXT + _CODE_WARNING if warned else _CODE_TEXT
    return text


def _is_named(template: Template, keys: list[str]) -> bool:
    if template.parameter_format is not None:
        return template.parameter_format.upper() == "NAMED"
    return any(not key.isdecimal() for key in keys)


def _text_slots(where: Where, pieces: tuple[str, ...], limit: int) -> tuple[Placeholder, ...]:
    """Give one slot for each variable; numbered ones in the order of their numbers."""
    keys = list(dict.fromkeys(pieces[1::2]))
    if all(key.isdecimal() for key in keys):
        keys.sort(key=int)
    return tuple(Placeholder(where, key, ValueKind.TEXT, max_length=limit) for key in keys)


def _header_slots(header: Component | None, pieces: tuple[str, ...]) -> tuple[Placeholder, ...]:
    if header is None:
        return ()
    kind = _MEDIA_HEADERS.get((header.format or "TEXT").upper())
    if kind is None:
        return _text_slots(Where.HEADER, pieces, HEADER_LIMIT)
    slot = Placeholder(Where.HEADER, "1", kind, max_length=URL_LIMIT)
    if kind is not ValueKind.DOCUMENT:
        return (slot,)
    filename = Placeholder(Where.HEADER, "filename", ValueKind.TEXT, required=False, max_length=240)
    return (slot, filename)


def _button_slots(buttons: list[Button], *, one_time_code: bool) -> tuple[Placeholder, ...]:
    slots: list[Placeholder] = []
    counted = 0
    for index, button in enumerate(buttons):
        slot = _button_slot(index, button, key=str(counted + 1), one_time_code=one_time_code)
        if slot is not None:
            slots.append(slot)
            counted += slot.key == str(counted + 1)
    return tuple(slots)


def _button_slot(
    index: int, button: Button, *, key: str, one_time_code: bool
) -> Placeholder | None:
    match button.type.upper():
        case "OTP":
            return _code_slot(index, key)
        case "URL" if VARIABLE.search(button.url or ""):
            if one_time_code:
                return _code_slot(index, key)
            return Placeholder(Where.BUTTON, key, ValueKind.URL, index, max_length=URL_LIMIT)
        case "COPY_CODE":
            return Placeholder(
                Where.BUTTON, key, ValueKind.COPY_CODE, index, max_length=COUPON_LIMIT
            )
        case "QUICK_REPLY":
            return _optional_slot(f"payload{index}", ValueKind.PAYLOAD, index)
        case "FLOW":
            return _optional_slot(f"flow{index}", ValueKind.FLOW, index)
        case _:
            return None


def _code_slot(index: int, key: str) -> Placeholder:
    """The button of a one-time code repeats the body's code unless told otherwise."""
    return Placeholder(
        Where.BUTTON, key, ValueKind.OTP, index, required=False, max_length=CODE_LIMIT
    )


def _optional_slot(key: str, kind: ValueKind, index: int) -> Placeholder:
    return Placeholder(Where.BUTTON, key, kind, index, required=False, max_length=PAYLOAD_LIMIT)


def _unsupported(types: Iterable[str], buttons: list[Button]) -> str | None:
    found = [name for name in types if name in _UNSUPPORTED_COMPONENTS]
    found += [one.type for one in buttons if one.type.upper() in _UNSUPPORTED_BUTTONS]
    return found[0].lower() if found else None


def parse_location(value: str) -> dict[str, str] | None:
    """Read "latitude,longitude;name;address" into Graph's location; None when it is not one."""
    point, _, rest = value.partition(";")
    name, _, address = rest.partition(";")
    try:
        latitude, longitude = (float(part) for part in point.split(","))
    except ValueError:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    place = {"latitude": str(latitude), "longitude": str(longitude)}
    return place | {key: text for key, text in (("name", name), ("address", address)) if text}
