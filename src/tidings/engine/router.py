"""The router: gives what waits in an organization's queues to its agents, round by round.

A round reads what waits, the rules and the agents with room from their rows, decides by pure
rules, and offers. Nothing is kept between rounds, so a worker that takes the lease over needs
nothing from the last one. It runs when NOTIFY wakes it, and each second while something waits.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
import structlog

from tidings.actions.offers import offer_many
from tidings.actions.utilization import DEFAULT_CAPACITY
from tidings.domain.routing import (
    Agent,
    Decision,
    Group,
    Membership,
    Queue,
    Ring,
    Stuck,
)
from tidings.domain.routing_round import route
from tidings.domain.waiting_reasons import Skill, explain
from tidings.store import router_view as store
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.ids import new_id
from tidings.store.leases import Lease
from tidings.store.offers import NewOffer
from tidings.store.query import Connection, execute, fetch
from tidings.store.router_view import Absent, AgentView, QueueRules, WaitingGroup

log = structlog.get_logger()

LOOK_SECONDS = 1.0
REST_SECONDS = 0.02
WHY_SECONDS = 2.0
AT_ONCE = 250
MOST_GROUPS = 20_000
TOLD_OF_GROUP = 50
TOLD_AT_ONCE = 2_000


class View(msgspec.Struct, frozen=True):
    """What a round decides about."""

    queues: dict[UUID, Queue]
    agents: list[Agent]
    groups: list[Group]


class Router:
    """The work of holding an organization's router lease."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wakes: dict[str, asyncio.Event] = {}

    def wake(self, organization_id: str) -> None:
        """Something changed for this organization's queues or agents; look at once."""
        event = self._wakes.get(organization_id)
        if event is not None:
            event.set()

    async def look_loop(self, stop: asyncio.Event) -> None:
        """Each second wake the organizations in which something waits, until told to stop.

        One look for all of them: an organization in which nothing waits costs nothing.
        """
        while not stop.is_set():
            try:
                async with self._database.connection() as connection:
                    rows = await fetch(connection, store.select_waiting_organizations())
                for row in rows:
                    self.wake(str(row.organization_id))
            except UNAVAILABLE as error:
                log.warning("router.unavailable", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def work(self, lease: Lease, ended: asyncio.Event) -> None:
        """Route an organization's conversations until the lease ends."""
        wake = self._wakes[lease.key] = asyncio.Event()
        organization_id, told_at = UUID(lease.key), 0.0
        try:
            while not ended.is_set():
                wake.clear()
                began = time.monotonic()
                tells = began - told_at >= WHY_SECONDS
                if await self.route_some(organization_id, tells=tells) and tells:
                    told_at = began
                took = time.monotonic() - began
                await asyncio.sleep(max(REST_SECONDS, took / 2))
                await _either(wake, ended)
        finally:
            self._wakes.pop(lease.key, None)

    async def route_some(self, organization_id: UUID, *, tells: bool = True) -> bool:
        """One round; with `tells` it also writes why things wait. False: nothing waits."""
        async with self._database.connection() as connection:
            view = await _look(connection, organization_id, with_full=tells)
        if view is None:
            return False
        decision = await asyncio.to_thread(
            route, time.time(), view.queues, view.agents, view.groups
        )
        offers = [
            NewOffer(
                conversation_id=each.conversation_id,
                user_id=each.agent_id,
                participant_id=new_id(),
                used_routing=each.used_routing,
            )
            for each in decision.offers
        ]
        for start in range(0, len(offers), AT_ONCE):
            await self._offer(organization_id, offers[start : start + AT_ONCE])
        if tells and decision.stuck:
            await self._tell_why(organization_id, view, decision)
        return True

    async def _offer(self, organization_id: UUID, offers: Sequence[NewOffer]) -> None:
        """Offer many in one transaction; if that fails, each by itself, so that one holds up none.

        What was passed over or failed is found again by the next round.
        """
        try:
            async with self._database.transaction() as connection:
                await offer_many(connection, organization_id, offers)
        except UNAVAILABLE:
            raise
        except Exception:
            log.exception("router.offers_failed", offers=len(offers))
            if len(offers) > 1:
                for each in offers:
                    await self._offer(organization_id, [each])

    async def _tell_why(self, organization_id: UUID, view: View, decision: Decision) -> None:
        """Write why the oldest of each group wait, where it is not said already."""
        stuck = decision.stuck[:TOLD_AT_ONCE]
        skill_ids = sorted({each for one in stuck for each in one.missing})
        skills_of = store.select_skill_names(organization_id, skill_ids)
        absent_of = store.count_absent(organization_id, list(view.queues))
        async with self._database.connection() as connection:
            rows = await fetch(connection, skills_of)
            skills = {row.id: Skill(row.kind, row.name) for row in rows}
            absent = {row.queue_id: row for row in await fetch(connection, absent_of)}
            told = [
                (conversation_id, reasons)
                for one in stuck
                for reasons in [_explain(view, one, absent, skills)]
                for conversation_id in _still_waiting(view, one)
            ][:TOLD_AT_ONCE]
            ids, why = [each for each, _ in told], [reasons for _, reasons in told]
            await execute(connection, store.write_why(organization_id, ids, why))


async def _either(wake: asyncio.Event, ended: asyncio.Event) -> None:
    """Wait until one of the two is set."""
    waits = [asyncio.create_task(each.wait()) for each in (wake, ended)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()


def _explain(
    view: View, stuck: Stuck, absent: Mapping[UUID, Absent], skills: Mapping[UUID, Skill]
) -> str:
    """The reasons as they are stored; one text for all of a group."""
    away = absent.get(view.groups[stuck.group].queue_id)
    reasons = explain(
        stuck,
        off_queue=away.off_queue if away else 0,
        not_responding=away.not_responding if away else 0,
        skills=skills,
    )
    return msgspec.json.encode(reasons).decode()


def _still_waiting(view: View, stuck: Stuck) -> Sequence[UUID]:
    group = view.groups[stuck.group]
    return group.conversation_ids[stuck.place : stuck.place + TOLD_OF_GROUP]


async def _look(connection: Connection, organization_id: UUID, *, with_full: bool) -> View | None:
    """Read what a round decides about; None when nothing waits."""
    groups = await fetch(
        connection,
        store.select_groups(
            organization_id,
            default_capacity=DEFAULT_CAPACITY,
            least=TOLD_OF_GROUP if with_full else 0,
            most_groups=MOST_GROUPS,
        ),
    )
    if not groups:
        return None
    queue_ids = sorted({each.queue_id for each in groups})
    rules = await fetch(connection, store.select_rules(organization_id, queue_ids))
    agents = await fetch(
        connection,
        store.select_agents_on_queue(
            organization_id,
            queue_ids,
            preferred_ids=sorted({each.preferred_id for each in groups if each.preferred_id}),
            default_capacity=DEFAULT_CAPACITY,
            with_full=with_full,
        ),
    )
    known = {each.id: _queue(each) for each in rules}
    return View(
        queues=known,
        agents=[_agent(each) for each in agents],
        groups=[_group(each) for each in groups if each.queue_id in known],
    )


def _queue(row: QueueRules) -> Queue:
    return Queue(
        id=row.id,
        scoring_method=row.scoring_method,
        skill_evaluation=row.skill_evaluation,
        assignment_method=row.assignment_method,
        last_agent_mode=row.last_agent_mode,
        rings=tuple(
            Ring(each["seconds"], tuple(UUID(skill) for skill in each["drop_skills"]))
            for each in row.rings
        ),
    )


def _agent(row: AgentView) -> Agent:
    memberships = zip(row.queue_ids, row.rings, row.assigned, strict=True)
    return Agent(
        id=row.user_id,
        presence=row.presence,
        load=row.load,
        capacity=row.capacity,
        skills=dict(zip(row.skill_ids, row.proficiencies, strict=True)),
        queues={queue_id: Membership(ring, at) for queue_id, ring, at in memberships},
        idle_since=row.idle_since,
        last_assigned=row.last_assigned,
    )


def _group(row: WaitingGroup) -> Group:
    return Group(
        queue_id=row.queue_id,
        conversation_ids=row.conversation_ids,
        entered=row.entered,
        priority=row.priority,
        skill_ids=tuple(row.skill_ids),
        language_id=row.language_id,
        units=row.units,
        allowed_presences=tuple(row.allowed_presences),
        preferred_id=row.preferred_id,
        declined={UUID(user): times for user, times in row.declined.items()},
        decline_limit=row.decline_limit,
    )
