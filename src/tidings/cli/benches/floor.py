"""A floor of agents for benches and chaos runs: queues, a workstream, people with tokens."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.grants import RoleIn, access_subject, grant_roles
from tidings.actions.organizations import operator
from tidings.actions.queue_members import add_members
from tidings.actions.queues import create_queue, offer_codes
from tidings.actions.tokens import issue_token
from tidings.actions.users import UserDraft, create_user
from tidings.actions.workstreams import create_workstream
from tidings.actions.wrapup_codes import WrapupCodeDraft, create_wrapup_code
from tidings.cli.benches.cast import Cast
from tidings.domain.permissions import ALL_DIVISIONS, Caller
from tidings.store.agents import put_default_capacity
from tidings.store.database import Database
from tidings.store.query import Connection, execute, fetch_one
from tidings.store.roles import RoleFilter, select_roles

CODES = ("Solved", "To be called back")
MEMBERS_AT_ONCE = 100
TOKEN_SECONDS = 86_400


class Hired(msgspec.Struct, frozen=True):
    """An agent and their token."""

    id: UUID
    token: str


class Floor(msgspec.Struct, frozen=True):
    """Who works, and in which queues; everybody is a member of each."""

    cast: Cast
    queue_ids: list[UUID]
    code_ids: list[UUID]
    agents: list[Hired]


async def furnish(
    database: Database,
    cast: Cast,
    *,
    agents: int,
    queues: int = 1,
    capacity: int = 4,
    **settings: Any,
) -> Floor:
    """Queues with these settings, agents with tokens, and a workstream for the cast's number."""
    caller = operator(cast.organization_id)
    async with database.transaction() as connection:
        await execute(connection, put_default_capacity(cast.organization_id, capacity))
        drafts = [WrapupCodeDraft(name=name) for name in CODES]
        codes = [(await create_wrapup_code(connection, caller, each)).id for each in drafts]
        queue_ids = []
        for number in range(queues):
            queue = await create_queue(connection, caller, {"name": f"Queue {number}", **settings})
            await offer_codes(connection, caller, queue.id, codes)
            queue_ids.append(queue.id)
        stream = {"name": "Customers", "fallback_queue_id": queue_ids[0]}
        numbers = [cast.integration_id]
        await create_workstream(connection, caller, stream, number_ids=numbers)
    hired = await _hire(database, caller, agents)
    async with database.transaction() as connection:
        for queue_id in queue_ids:
            for start in range(0, agents, MEMBERS_AT_ONCE):
                ids = [each.id for each in hired[start : start + MEMBERS_AT_ONCE]]
                await add_members(connection, caller, queue_id, ids)
    return Floor(cast, queue_ids, codes, hired)


async def _hire(database: Database, caller: Caller, count: int) -> list[Hired]:
    async with database.transaction() as connection:
        wanted = RoleFilter(default_roles=["agent"])
        query = select_roles(caller.organization_id, wanted, limit=1, offset=0)
        role = RoleIn((await fetch_one(connection, query)).id, ALL_DIVISIONS)
        return [await _hire_one(connection, caller, role, number) for number in range(count)]


async def _hire_one(connection: Connection, caller: Caller, role: RoleIn, number: int) -> Hired:
    draft = UserDraft(name=f"Agent {number}", email=f"agent{number}@bench.example")
    user = await create_user(connection, caller, draft)
    subject = await access_subject(connection, caller, user.id)
    await grant_roles(connection, caller, subject, [role])
    token = await issue_token(
        connection,
        caller.organization_id,
        kind="bearer",
        subject_kind="user",
        subject_id=user.id,
        lifetime_s=TOKEN_SECONDS,
    )
    return Hired(user.id, token)
