"""Presences an organization defines: create, change, deactivate (P2).

What somebody had a presence by must stay readable, so deleting one is deactivating it.
"""

import re
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.routing_changes import note_change
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.permissions import Caller
from tidings.domain.presence import (
    OFFLINE,
    ON_QUEUE,
    PRIMARY,
    SYSTEM_PRESENCES,
    parse_system_presence,
)
from tidings.store import presences as store
from tidings.store.ids import new_id
from tidings.store.presences import PresenceRow
from tidings.store.query import Connection, fetch, fetch_one, fetch_optional

MOST_PRESENCES = 200
MOST_LABELS = 50
LONGEST_LABEL = 100
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*")


async def list_presences(connection: Connection, caller: Caller) -> list[PresenceRow]:
    """The system presences, then the organization's own, those out of use among them."""
    own = await fetch(connection, store.select_presences(caller.organization_id))
    return [_primary(presence_id) for presence_id in PRIMARY] + own


async def access_presence(connection: Connection, caller: Caller, presence_id: UUID) -> PresenceRow:
    """The presence, a system one or one of the organization's, or a 404."""
    if presence_id in PRIMARY:
        return _primary(presence_id)
    presence = await fetch_optional(
        connection, store.select_presences(caller.organization_id, ids=[presence_id])
    )
    if presence is None:
        raise absent("presence definition", presence_id)
    return presence


async def create_presence(
    connection: Connection,
    caller: Caller,
    *,
    system_presence: str | None,
    labels: dict[str, str] | None,
) -> PresenceRow:
    """Define a presence under a system one. 400 for one that cannot have others under it."""
    under = parse_system_presence(system_presence or "")
    if under in (None, ON_QUEUE, OFFLINE):
        possible = [each for each in SYSTEM_PRESENCES if each not in (ON_QUEUE, OFFLINE)]
        raise invalid("systemPresence", f"systemPresence is one of {', '.join(possible)}.")
    assert under is not None
    own = await fetch(connection, store.select_presences(caller.organization_id))
    if len(own) >= MOST_PRESENCES:
        raise conflict(
            "presence.limit", f"An organization defines at most {MOST_PRESENCES} presences."
        )
    presence = PresenceRow(new_id(), under, check_labels(labels), deactivated=False)
    made = await fetch_one(connection, store.put_presence(caller.organization_id, presence))
    await note_change(connection, caller, "create", _subject(made), after=made)
    return made


async def change_presence(
    connection: Connection,
    caller: Caller,
    presence_id: UUID,
    *,
    labels: dict[str, str] | None,
    deactivated: bool | None,
) -> PresenceRow:
    """Rename a presence or take it out of use and back; 409 for a system one."""
    before = await access_presence(connection, caller, presence_id)
    if presence_id in PRIMARY:
        raise conflict("presence.of.system", "A system presence stays as it is.")
    wanted = msgspec.structs.replace(
        before,
        labels=before.labels if labels is None else check_labels(labels),
        deactivated=before.deactivated if deactivated is None else deactivated,
    )
    after = await fetch_one(connection, store.put_presence(caller.organization_id, wanted))
    await note_change(connection, caller, "update", _subject(after), before=before, after=after)
    return after


def check_labels(labels: dict[str, str] | None) -> dict[str, str]:
    """Labels by language, one at least and none empty; 400 otherwise."""
    field = "languageLabels"
    if not labels or len(labels) > MOST_LABELS:
        raise invalid(field, f"Give a label in a language, and in at most {MOST_LABELS}.")
    for language, label in labels.items():
        if not LANGUAGE.fullmatch(language):
            raise invalid(field, "A language is written such as en, de or pt-BR.")
        if not 0 < len(label.strip()) <= LONGEST_LABEL or "\0" in label:
            raise invalid(field, f"A label has 1 to {LONGEST_LABEL} characters.")
    return {language: label.strip() for language, label in labels.items()}


def label_of(presence: PresenceRow) -> str:
    """The English label, else the first there is."""
    return presence.labels.get("en") or next(iter(presence.labels.values()))


def _primary(presence_id: UUID) -> PresenceRow:
    primary = PRIMARY[presence_id]
    return PresenceRow(primary.id, primary.system_presence, primary.labels, deactivated=False)


def _subject(presence: PresenceRow) -> Subject:
    return Subject("presence_definition", presence.id, label_of(presence))
