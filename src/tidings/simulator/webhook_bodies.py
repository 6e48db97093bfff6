"""Webhook bodies: one update as a piece, and pieces put together into what Meta posts."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from itertools import groupby
from typing import Any

import msgspec

from tidings.simulator.ledger import STEP_NAMES

encode = msgspec.json.Encoder().encode


class Piece(msgspec.Struct, gc=False):
    """One update, already JSON. `list_name` is the list of a `messages` change it belongs to;
    without one, `body` is the whole value of a change of `field`.
    """

    waba_id: str
    number_id: str
    field: str
    list_name: str
    body: bytes
    contact: bytes = b""
    status: int = -1
    event: int = -1


def contact_of(*, name: str, username: str, wa_id: str, user_id: str) -> bytes:
    """An element of `contacts`; a customer who hides their phone has no wa_id in it."""
    profile = {"name": name, "username": username} if username else {"name": name}
    contact: dict[str, Any] = {"profile": profile}
    if wa_id:
        contact["wa_id"] = wa_id
    contact["user_id"] = user_id
    return encode(contact)


def pricing_of(category: str) -> dict[str, Any]:
    """The pricing object: templates by category, everything else as a free service message."""
    if category == "service":
        return {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        }
    return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}


def status_name(kind: int) -> str:
    """How a step is called in a status."""
    return STEP_NAMES[kind]


def render(pieces: list[Piece], metadata_by_number: Callable[[str], bytes]) -> bytes:
    """The body of one post: an entry for each account in a row, a change for each number."""
    entries = []
    for waba_id, of_account in groupby(pieces, key=lambda piece: piece.waba_id):
        changes = []
        timed = b""
        for (number_id, field, name), group in groupby(of_account, key=_change_key):
            if name:
                changes.append(_messages_change(list(group), metadata_by_number(number_id), name))
            else:
                timed = b',"time":%d' % int(time.time())
                changes.extend(
                    b'{"value":' + piece.body + b',"field":"' + field.encode() + b'"}'
                    for piece in group
                )
        entries.append(
            b'{"id":"%s"%s,"changes":[%s]}' % (waba_id.encode(), timed, b",".join(changes))
        )
    body = b'{"object":"whatsapp_business_account","entry":[%s]}' % b",".join(entries)
    return escape(body)


def _change_key(piece: Piece) -> tuple[str, str, str]:
    return (piece.number_id, piece.field, piece.list_name)


def _messages_change(pieces: list[Piece], metadata: bytes, name: str) -> bytes:
    contacts = dict.fromkeys(piece.contact for piece in pieces if piece.contact)
    listed = b',"contacts":[' + b",".join(contacts) + b"]" if contacts else b""
    updates = b",".join(piece.body for piece in pieces)
    return (
        b'{"value":{"messaging_product":"whatsapp","metadata":%s%s,"%s":[%s]},'
        b'"field":"messages"}' % (metadata, listed, name.encode(), updates)
    )


def escape(body: bytes) -> bytes:
    """Write it as Meta does: ASCII only, and slashes escaped.

    A receiver that parses and serialises again before it checks the signature fails on this.
    """
    if not body.isascii():
        body = json.dumps(json.loads(body), separators=(",", ":")).encode()
    return body.replace(b"/", b"\\/")


def signature_of(body: bytes, secret: bytes) -> str:
    """The X-Hub-Signature-256 header over the bytes as posted."""
    return "sha256=" + hmac.digest(secret, body, hashlib.sha256).hex()
