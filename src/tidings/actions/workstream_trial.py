"""Trying a workstream: where a message would go now, by which rule, and why not by the others."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.classification import Said, decide_queue, facts_of, hours_at, rules_of
from tidings.actions.operating_hours import access_hours
from tidings.actions.workstreams import access_workstream
from tidings.domain.classification import Decision, Explained, explain
from tidings.domain.operating_hours import Evaluation
from tidings.domain.permissions import Caller
from tidings.store.operating_hours import HoursRow
from tidings.store.query import Connection, fetch
from tidings.store.queues import QueueFilter, select_queues
from tidings.store.skills import SkillFilter, select_skills
from tidings.store.workstreams import WorkstreamRow


class Tried(msgspec.Struct, frozen=True):
    """What came of a trial; `decision` None: nobody would be asked. `names` are of its ids."""

    hours: Evaluation
    rules: list[Explained]
    decision: Decision | None
    names: dict[UUID, str]


class SavedPlan(msgspec.Struct, frozen=True):
    """A workstream and its hours, as rules are applied to."""

    channel: str
    language: str
    rules: list[dict[str, Any]]
    fallback_queue_id: UUID | None
    time_zone: str | None = None
    week: list[dict[str, Any]] | None = None
    holidays: list[dict[str, Any]] | None = None


async def try_message(
    connection: Connection, caller: Caller, workstream_id: UUID, said: Said
) -> Tried:
    """Apply a workstream's rules, draft or not, to a message that nobody sent."""
    row = await access_workstream(connection, caller, workstream_id)
    hours = None
    if row.hours_id is not None:
        hours = await access_hours(connection, caller, row.hours_id)
    plan = _plan(row, hours)
    decision = decide_queue(plan, said)
    names = {} if decision is None else await _names(connection, caller, decision)
    explained = explain(rules_of(plan), facts_of(plan, said))
    return Tried(hours_at(plan, said.at), explained, decision, names)


def _plan(row: WorkstreamRow, hours: HoursRow | None) -> SavedPlan:
    plan = SavedPlan(row.channel, row.language, row.rules, row.fallback_queue_id)
    if hours is None:
        return plan
    return msgspec.structs.replace(
        plan, time_zone=hours.time_zone, week=hours.week, holidays=hours.holidays
    )


async def _names(connection: Connection, caller: Caller, decision: Decision) -> dict[UUID, str]:
    owner = caller.organization_id
    queues = await fetch(
        connection,
        select_queues(owner, QueueFilter(None, ids=[decision.queue_id]), limit=1, offset=0),
    )
    names = {row.id: row.name for row in queues}
    for kind in ("skill", "language"):
        ids = [*decision.skill_ids] if kind == "skill" else [decision.language_id]
        wanted = SkillFilter(kind, ids=[each for each in ids if each is not None])
        skills = await fetch(connection, select_skills(owner, wanted, limit=100, offset=0))
        names |= {row.id: row.name for row in skills}
    return names
