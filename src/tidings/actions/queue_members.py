"""Members of queues: added and removed by who runs a queue; they join and leave by themselves."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject
from tidings.actions.queues import EDIT, access_queue, subject_of
from tidings.actions.routing_changes import note_change
from tidings.actions.skills import access_colleague, seen_divisions
from tidings.domain.errors import absent, invalid
from tidings.domain.permissions import Caller, missing_permission
from tidings.store import queue_members as store
from tidings.store.query import Connection, execute, fetch
from tidings.store.queues import QueueFilter, QueueRow, select_queues
from tidings.store.users import UserFilter, select_users

MANAGE = "routing:queueMember:manage"
JOIN = "routing:queue:join"
MOST_AT_ONCE = 100
MOST_RINGS = 6


class MemberChange(msgspec.Struct, frozen=True):
    """What is asked for of one member; None keeps what is."""

    user_id: UUID
    ring: int | None = None
    joined: bool | None = None


class Joining(msgspec.Struct, frozen=True):
    """Whether somebody takes part in a queue."""

    queue_id: UUID
    joined: bool


async def access_managed(connection: Connection, caller: Caller, queue_id: UUID) -> QueueRow:
    """The queue, where the caller may say who its members are; else 404 or 403."""
    queue = await access_queue(connection, caller, queue_id)
    if not any(caller.may(each, queue.division_id) for each in (EDIT, MANAGE)):
        raise missing_permission((EDIT, MANAGE), division_id=queue.division_id)
    return queue


async def add_members(
    connection: Connection, caller: Caller, queue_id: UUID, user_ids: Sequence[UUID]
) -> None:
    """Make people members of a queue; 400 for one who is not there or not for the caller to see."""
    queue = await access_managed(connection, caller, queue_id)
    wanted = _few(user_ids)
    seen = UserFilter(ids=wanted, divisions=seen_divisions(caller))
    rows = await fetch(
        connection,
        select_users(caller.organization_id, seen, limit=MOST_AT_ONCE, offset=0),
    )
    missing = set(wanted) - {row.id for row in rows}
    if missing:
        raise invalid("id", f"There is no user {min(missing)}.")
    await execute(connection, store.add_members(caller.organization_id, queue_id, wanted))
    added = {"members": [row.name for row in rows]}
    await note_change(connection, caller, "add_members", subject_of(queue), after=added)


async def remove_members(
    connection: Connection, caller: Caller, queue_id: UUID, user_ids: Sequence[UUID]
) -> int:
    """Let people be members no longer; gives how many were."""
    queue = await access_managed(connection, caller, queue_id)
    wanted = _few(user_ids)
    gone = await execute(connection, store.remove_members(caller.organization_id, queue_id, wanted))
    if gone:
        removed = {"members": [str(each) for each in wanted]}
        await note_change(connection, caller, "remove_members", subject_of(queue), before=removed)
    return gone


async def remove_member(
    connection: Connection, caller: Caller, queue_id: UUID, user_id: UUID
) -> None:
    """Let one person be a member no longer; 404 when they are none."""
    if not await remove_members(connection, caller, queue_id, [user_id]):
        raise absent("member", user_id)


async def change_members(
    connection: Connection, caller: Caller, queue_id: UUID, changes: Sequence[MemberChange]
) -> None:
    """Set ring and taking part of members; 404 for who is none, and then nothing is changed."""
    queue = await access_managed(connection, caller, queue_id)
    by_user = {each.user_id: each for each in changes}
    wanted = _few(list(by_user))
    for each in changes:
        if each.ring is not None and not 1 <= each.ring <= MOST_RINGS:
            raise invalid("ringNumber", f"ringNumber is from 1 to {MOST_RINGS}.")
    query = store.update_members(
        caller.organization_id,
        queue_id,
        wanted,
        rings=[by_user[each].ring for each in wanted],
        joined=[by_user[each].joined for each in wanted],
    )
    found = {row.user_id for row in await fetch(connection, query)}
    if missing := set(wanted) - found:
        raise absent("member", min(missing))
    after = {str(each.user_id): each for each in changes}
    await note_change(connection, caller, "change_members", subject_of(queue), after=after)


async def join_queues(
    connection: Connection, caller: Caller, user_id: UUID, joinings: Sequence[Joining]
) -> None:
    """Let somebody take part in their queues or not.

    404 for a queue of which they are no member, or that the caller may not see. Oneself with the
    right to join, others with the right to manage members, in their division.
    """
    user = await access_colleague(connection, caller, user_id)
    if user_id == caller.id:
        if not any(map(caller.may, (JOIN, MANAGE))):
            raise missing_permission((JOIN, MANAGE))
    else:
        caller.require(MANAGE, user.division_id)
    wanted = {each.queue_id: each.joined for each in joinings}
    ids = _few(list(wanted))
    known = await read_memberships(connection, caller, user_id, joined=None)
    if missing := set(ids) - {queue.id for queue, _ in known}:
        raise absent("queue", min(missing))
    query = store.join_queues(
        caller.organization_id, user_id, ids, joined=[wanted[each] for each in ids]
    )
    await execute(connection, query)
    subject = Subject("user_queues", user.id, user.name, user.division_id)
    after = {str(each): joined for each, joined in wanted.items()}
    await note_change(connection, caller, "join", subject, after=after)


async def read_memberships(
    connection: Connection, caller: Caller, user_id: UUID, *, joined: bool | None
) -> list[tuple[QueueRow, bool]]:
    """The queues of a person by name, each with whether they take part in it.

    Of others only those that the caller may see; one's own all.
    """
    await access_colleague(connection, caller, user_id)
    rows = await fetch(
        connection, store.select_memberships(caller.organization_id, user_id, joined=joined)
    )
    takes_part = {row.queue_id: row.joined for row in rows}
    seen = None if user_id == caller.id else caller.divisions("routing:queue:view")
    queues = await fetch(
        connection,
        select_queues(
            caller.organization_id,
            QueueFilter(seen, ids=list(takes_part)),
            limit=len(takes_part),
            offset=0,
        ),
    )
    return [(queue, takes_part[queue.id]) for queue in queues]


def _few(ids: Sequence[UUID]) -> list[UUID]:
    if len(ids) > MOST_AT_ONCE:
        raise invalid("id", f"Name at most {MOST_AT_ONCE} at once.")
    return list(dict.fromkeys(ids))
