"""Reads the Cloud API's webhooks: proves who sent them, and turns every element into an event.

Each element stands alone: one that cannot be read comes out as Unparsed between its neighbours.
Nothing here raises for what a body contains.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from tidings.domain.delivery import DeliveryStatus
from tidings.domain.inbound import (
    Ignored,
    InboundEvent,
    NumberError,
    Pricing,
    StatusUpdate,
    Unparsed,
)
from tidings.providers.meta_graph import GraphError, provider_error
from tidings.providers.whatsapp_cloud.changes import parse_change
from tidings.providers.whatsapp_cloud.identity import aware_time, phone_digits, user_id_of
from tidings.providers.whatsapp_cloud.messages import parse_message
from tidings.providers.whatsapp_cloud.salvage import salvage
from tidings.providers.whatsapp_cloud.wire import (
    Change,
    Entry,
    Envelope,
    EnvelopeIds,
    MessagesValue,
    Metadata,
    Status,
)

_ENVELOPE: Final = msgspec.json.Decoder(Envelope)
_ENVELOPE_IDS: Final = msgspec.json.Decoder(EnvelopeIds)
_MESSAGES_VALUE: Final = msgspec.json.Decoder(MessagesValue)
_ANYTHING: Final = msgspec.json.Decoder()
_QUOTED_LIMIT: Final = 2000
_NUMERIC_ID: Final = re.compile(rb'"id"\s*:\s*"?([0-9]{1,20})\b')
_MOST_GUESSES: Final = 1000

# Whatever a broken element can make the parser raise; RecursionError is a nesting bomb.
_UNREADABLE: Final = (
    msgspec.MsgspecError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
    OSError,
    RecursionError,
)

_STATUSES: Final = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}


def verify_signature(secret: bytes, body: bytes, header: str | None) -> bool:
    """Check X-Hub-Signature-256 over the bytes as received, in constant time.

    The body must not be parsed and written again before: Meta escapes non-ASCII its own way.
    """
    if header is None or not header.startswith("sha256="):
        return False
    expected = hmac.digest(secret, body, hashlib.sha256).hex()
    return hmac.compare_digest(expected.encode(), header[7:].encode("utf-8", "replace"))


def waba_ids(body: bytes) -> list[str]:
    """List the accounts a body claims to be about, cheaply, before its signature is known.

    Use it only to choose the secrets to try. Empty when the body is not a webhook. One broken
    element must not blind us to the accounts around it: then every id that may be one is listed.
    """
    try:
        entries = _ENVELOPE_IDS.decode(body).entry
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = islice(_NUMERIC_ID.finditer(body), _MOST_GUESSES)
        return list(dict.fromkeys(match[1].decode() for match in found))
    return list(dict.fromkeys(str(entry.id) for entry in entries if entry.id != ""))


def parse(body: bytes) -> list[InboundEvent]:
    """Read every entry, change, message, status and error of a verified body, in order."""
    if b"\\u0000" in body:  # PostgreSQL's text cannot hold it, and no person wrote it
        body = body.replace(b"\\u0000", b"\\ufffd")
    try:
        envelope = _ENVELOPE.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return list(_parse_piecewise(body))
    events: list[InboundEvent] = []
    for entry in envelope.entry:
        for change in entry.changes:
            events.extend(_parse_change(envelope.object, entry, change))
    return events


def _parse_change(subject: str, entry: Entry, change: Change) -> Iterable[InboundEvent]:
    if subject != "whatsapp_business_account":
        return (Ignored(subject or "object missing"),)
    if change.field == "messages":
        return _parse_messages(str(entry.id), change.value)
    try:
        return parse_change(str(entry.id), change.field, at=entry.time, value=change.value)
    except _UNREADABLE as error:
        return (_unparsed(error, {"field": change.field, "value": change.value}),)


def _parse_messages(account_id: str, raw: msgspec.Raw) -> Iterable[InboundEvent]:
    try:
        value = _MESSAGES_VALUE.decode(raw)
    except _UNREADABLE:
        return _parse_messages_piecewise(account_id, raw)
    number_id = str(value.metadata.phone_number_id)
    events: list[InboundEvent] = []
    for status in value.statuses or ():
        events.append(_status(account_id, number_id, status))
    if value.messages or value.errors:
        events.extend(_messages_and_errors(account_id, number_id, value))
    return events


def _messages_and_errors(
    account_id: str, number_id: str, value: MessagesValue
) -> Iterator[InboundEvent]:
    contacts = [one for one in value.contacts or () if isinstance(one, dict)]
    for message in value.messages or ():
        try:
            yield parse_message(account_id, number_id, message=message, contacts=contacts)
        except _UNREADABLE as error:
            yield _unparsed(error, {"message": message, "number_id": number_id})
    for raised in value.errors or ():
        try:
            found = msgspec.convert(raised, GraphError, strict=False)
            yield NumberError(account_id, number_id, provider_error(found))
        except _UNREADABLE as error:
            yield _unparsed(error, {"error": raised, "number_id": number_id})


def _status(account_id: str, number_id: str, status: Status) -> InboundEvent:
    step = _STATUSES.get(status.status)
    if step is None:
        if status.status == "deleted":
            return Ignored("messages.statuses.deleted")
        return Unparsed("a status we do not know", msgspec.to_builtins(status))
    try:
        at = aware_time(status.timestamp)
    except _UNREADABLE as error:
        return _unparsed(error, msgspec.to_builtins(status))
    recipient = status.recipient_participant_id or status.recipient_id
    return StatusUpdate(
        provider_message_id=status.id,
        account_id=account_id,
        number_id=number_id,
        status=step,
        at=at,
        callback_data=status.biz_opaque_callback_data,
        recipient_id=phone_digits(recipient),
        recipient_user_id=user_id_of(status.recipient_user_id) or user_id_of(recipient),
        pricing=_pricing(status),
        error=provider_error(status.errors[0]) if status.errors else None,
    )


def _pricing(status: Status) -> Pricing | None:
    pricing = status.pricing
    if pricing is None:
        return None
    category = pricing.category
    return Pricing(
        category=category.lower().replace("-", "_") if category else None,
        type=pricing.type,
        model=pricing.pricing_model,
        billable=pricing.billable,
    )


def _parse_messages_piecewise(account_id: str, raw: msgspec.Raw) -> Iterator[InboundEvent]:
    """Read a value with something odd in it, each of its elements on its own."""
    value: Any = raw
    try:
        value = _ANYTHING.decode(salvage(bytes(raw)))
        metadata = msgspec.convert(value["metadata"], Metadata, strict=False)
        number_id = str(metadata.phone_number_id)
    except _UNREADABLE as error:
        yield _unparsed(error, {"field": "messages", "value": value})
        return
    for name in value.keys() & {"statuses", "messages", "errors", "contacts"}:
        if value[name] is not None and not isinstance(value[name], list):
            yield Unparsed(f"{name} is not a list", {"value": value[name]})
            value[name] = None
    for one in value.get("statuses") or ():
        try:
            status = msgspec.convert(one, Status, strict=False)
        except _UNREADABLE as error:
            yield _unparsed(error, {"status": one, "number_id": number_id})
        else:
            yield _status(account_id, number_id, status)
    rest = MessagesValue(
        metadata, value.get("contacts"), value.get("messages"), errors=value.get("errors")
    )
    yield from _messages_and_errors(account_id, number_id, rest)


def _parse_piecewise(body: bytes) -> Iterator[InboundEvent]:
    """Read a body with something odd in its frame, each entry and change on its own."""
    try:
        envelope = _ANYTHING.decode(salvage(body))
        entries, subject = envelope["entry"], str(envelope.get("object") or "")
        if not isinstance(entries, list):
            raise TypeError("entry is not a list")
    except _UNREADABLE as error:
        yield _unparsed(error, {"body": body[:_QUOTED_LIMIT].decode("utf-8", "replace")})
        return
    for entry in entries:
        yield from _parse_entry_piecewise(subject, entry)


def _parse_entry_piecewise(subject: str, entry: Any) -> Iterator[InboundEvent]:
    try:
        changes = entry["changes"]
        frame = msgspec.convert({**entry, "changes": []}, Entry)
    except _UNREADABLE as error:
        yield _unparsed(error, {"entry": entry})
        return
    for change in changes if isinstance(changes, list) else [changes]:
        try:
            typed = msgspec.json.decode(msgspec.json.encode(change), type=Change)
        except _UNREADABLE as error:
            yield _unparsed(error, {"change": change})
        else:
            yield from _parse_change(subject, frame, typed)


def _unparsed(error: Exception, fragment: dict[str, Any]) -> Unparsed:
    reason = f"{type(error).__name__}: {error}"
    return Unparsed(reason, {name: _quoted(part) for name, part in fragment.items()})


def _quoted(part: Any) -> Any:
    if not isinstance(part, msgspec.Raw):
        return part
    try:
        return _ANYTHING.decode(part)
    except _UNREADABLE:
        return bytes(part)[:_QUOTED_LIMIT].decode("utf-8", "replace")
