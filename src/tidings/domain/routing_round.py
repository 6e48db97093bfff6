"""Who is offered what: conversations that wait, in the order of their score, to agents with room.

Pure and quick. Conversations that ask for the same are one group, the oldest first: what the
oldest cannot have, the younger ones cannot have either, since rings only open with age. Agents
who can serve the same demand are one pool, a heap by the queue's assignment method. So a round
costs about a step for each offer and each group, and for each pool a look at its agents.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from tidings.domain.routing import Agent, Decision, Group, Hindrance, Offer, Queue, Stuck

MINUTE: Final = 60.0


class _Seat:
    """An agent in the course of a round."""

    __slots__ = ("agent", "assigned", "given", "load")

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.load = agent.load
        self.assigned = agent.last_assigned
        self.given: dict[UUID, float] = {}

    def has_room(self, units: int) -> bool:
        return self.load + units <= self.agent.capacity

    def rest(self) -> tuple[bool, float]:
        """The smaller, the longer without work: who holds nothing comes first."""
        if self.load == 0:
            return False, self.agent.idle_since
        return True, self.assigned

    def take(self, queue_id: UUID, units: int, *, turn: float) -> None:
        self.load += units
        self.assigned = turn
        self.given[queue_id] = turn


Key = tuple[float | bool, ...]


class _Pool:
    """The agents who can serve one demand, the next one on top.

    An agent's key only grows in a round, so the key in the heap is at most the true one: the top
    is put back with its true key until it is that.
    """

    def __init__(self, queue: Queue, demand: "_Demand", seats: Iterable[_Seat]) -> None:
        self.queue = queue
        self.units = demand.units
        self.hindrances: Counter[Hindrance] = Counter()
        self.missing: Counter[UUID] = Counter()
        self.full = 0
        self._skills: dict[UUID, float] = {}
        self._heap: list[tuple[Key, int, _Seat]] = []
        for number, seat in enumerate(seats):
            if self._admits(demand, seat):
                self._heap.append((self._key(seat), number, seat))
        heapq.heapify(self._heap)

    def _admits(self, demand: "_Demand", seat: _Seat) -> bool:
        agent = seat.agent
        if agent.presence not in demand.presences:
            self.hindrances[Hindrance.PRESENCE] += 1
            return False
        if demand.last_ring is not None and self._ring(agent) > demand.last_ring:
            self.hindrances[Hindrance.RING] += 1
            return False
        for skill_id in demand.required:
            if skill_id not in agent.skills:
                self.hindrances[Hindrance.SKILL] += 1
                self.missing[skill_id] += 1
                return False
        self._skills[agent.id] = sum(agent.skills.get(each, 0.0) for each in demand.asked)
        return True

    def _ring(self, agent: Agent) -> int:
        return agent.queues[self.queue.id].ring

    def _key(self, seat: _Seat) -> Key:
        """The smaller, the sooner: earlier rings first, then the queue's method."""
        queue, agent = self.queue, seat.agent
        key: Key = (self._ring(agent) if queue.rings else 0,)
        if queue.skill_evaluation == "BEST" or queue.assignment_method == "best_skills":
            key += (-self._skills[agent.id],)
        if queue.assignment_method == "free_capacity":
            return (*key, seat.load - agent.capacity, *seat.rest())
        if queue.assignment_method == "round_robin":
            return (*key, seat.given.get(queue.id, agent.queues[queue.id].last_assigned))
        return key + seat.rest()

    def choose(self, declined: Mapping[UUID, int], limit: int) -> _Seat | None:
        """The next agent with room: who never declined before who did, but not too often."""
        aside: list[tuple[Key, int, _Seat]] = []
        chosen = None
        while chosen is None and self._heap:
            key, number, seat = self._heap[0]
            if not seat.has_room(self.units):
                heapq.heappop(self._heap)
                self.full += 1
            elif (true := self._key(seat)) != key:
                heapq.heapreplace(self._heap, (true, number, seat))
            elif seat.agent.id in declined:
                aside.append(heapq.heappop(self._heap))
            else:
                chosen = seat
        for entry in aside:
            heapq.heappush(self._heap, entry)
        if chosen is None:
            willing = [
                (declined[seat.agent.id], key, number, seat)
                for key, number, seat in aside
                if declined[seat.agent.id] < limit
            ]
            chosen = min(willing)[-1] if willing else None
        return chosen

    def count_unwilling(self, declined: Mapping[UUID, int]) -> int:
        """How many of those with room declined; they were passed over for declining too often."""
        return sum(seat.agent.id in declined for _, _, seat in self._heap) if declined else 0


class _Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent must be to serve: everything equal for those of one pool."""

    queue_id: UUID
    units: int
    presences: tuple[str, ...]
    required: tuple[UUID, ...]
    asked: tuple[UUID, ...]
    last_ring: int | None


class _Round:
    """One round: agents as they stand, pools as they are needed."""

    def __init__(self, now: float, queues: Mapping[UUID, Queue], agents: Sequence[Agent]) -> None:
        self._now = now
        self._queues = queues
        self._seats = {agent.id: _Seat(agent) for agent in agents}
        self._members: dict[UUID, list[_Seat]] = {}
        for seat in self._seats.values():
            for queue_id in seat.agent.queues:
                self._members.setdefault(queue_id, []).append(seat)
        self._pools: dict[_Demand, _Pool] = {}
        self._turn = now

    def find(self, group: Group, place: int) -> Offer | None:
        """An agent for one of a group, who then holds it; None when there is none."""
        queue = self._queues[group.queue_id]
        seat, way = self._preferred(queue, group), "Last"
        if seat is None:
            seat = self.pool(group, place).choose(group.declined, group.decline_limit)
            way = "Bullseye" if queue.rings else "Standard"
        if seat is None:
            return None
        self._turn += 1e-6
        seat.take(group.queue_id, group.units, turn=self._turn)
        return Offer(group.conversation_ids[place], seat.agent.id, way)

    def _preferred(self, queue: Queue, group: Group) -> _Seat | None:
        """The agent the customer knows, if they are there with room; nobody waits for them."""
        if group.preferred_id is None or queue.last_agent_mode == "Disabled":
            return None
        seat = self._seats.get(group.preferred_id)
        if seat is None or group.preferred_id in group.declined:
            return None
        is_member = queue.id in seat.agent.queues or queue.last_agent_mode == "AnyAgent"
        is_there = seat.agent.presence in group.allowed_presences and seat.has_room(group.units)
        return seat if is_member and is_there else None

    def pool(self, group: Group, place: int) -> _Pool:
        """The agents who can serve one of a group at its age."""
        queue = self._queues[group.queue_id]
        demand = _demand_of(queue, group, self._now - group.entered[place])
        pool = self._pools.get(demand)
        if pool is None:
            members = self._members.get(queue.id, [])
            pool = self._pools[demand] = _Pool(queue, demand, members)
        return pool


def route(
    now: float, queues: Mapping[UUID, Queue], agents: Sequence[Agent], groups: Sequence[Group]
) -> Decision:
    """Decide one round: the highest score first, each to the best agent who has room for it.

    Nobody gets more than their capacity, nor what they may not serve. Equal scores go by age.
    """
    course = _Round(now, queues, agents)
    heads: list[tuple[float, float, int, int]] = []
    for number, group in enumerate(groups):
        if group.conversation_ids:
            heads.append(_head(now, queues[group.queue_id], group, number=number, place=0))
    heapq.heapify(heads)
    offers: list[Offer] = []
    waiting: list[tuple[int, int]] = []
    while heads:
        *_, number, place = heads[0]
        group = groups[number]
        offer = course.find(group, place)
        if offer is None:
            waiting.append((number, place))
            heapq.heappop(heads)
            continue
        offers.append(offer)
        if place + 1 < len(group.conversation_ids):
            head = _head(now, queues[group.queue_id], group, number=number, place=place + 1)
            heapq.heapreplace(heads, head)
        else:
            heapq.heappop(heads)
    return Decision(offers, [_stuck(course, groups, number, place) for number, place in waiting])


def score(queue: Queue, priority: int, waited: float) -> float:
    """How urgent a conversation is, in seconds: a priority point is a minute of waiting."""
    if queue.scoring_method == "PriorityOnly":
        return priority * MINUTE
    return priority * MINUTE + waited


def _head(
    now: float, queue: Queue, group: Group, *, number: int, place: int
) -> tuple[float, float, int, int]:
    entered = group.entered[place]
    return -score(queue, group.priority, now - entered), entered, number, place


def _demand_of(queue: Queue, group: Group, waited: float) -> _Demand:
    """What is asked of an agent after so many seconds: rings open, and their skills drop."""
    opened, dropped = 0, set[UUID]()
    for ring in queue.rings:
        waited -= ring.seconds
        if waited < 0:
            break
        opened += 1
        dropped.update(ring.drop_skills)
    asked = tuple(each for each in group.skill_ids if each not in dropped)
    required = asked if queue.skill_evaluation == "ALL" else ()
    if group.language_id is not None and group.language_id not in dropped:
        required += (group.language_id,)
    return _Demand(
        queue_id=queue.id,
        units=group.units,
        presences=group.allowed_presences,
        required=required,
        asked=asked if queue.skill_evaluation != "NONE" else (),
        last_ring=None if opened >= len(queue.rings) else opened + 1,
    )


def _stuck(course: _Round, groups: Sequence[Group], number: int, place: int) -> Stuck:
    group = groups[number]
    pool = course.pool(group, place)
    hindrances = dict(pool.hindrances)
    if pool.full:
        hindrances[Hindrance.CAPACITY] = pool.full
    unwilling = pool.count_unwilling(group.declined)
    if unwilling:
        hindrances[Hindrance.DECLINED] = unwilling
    return Stuck(number, place, hindrances, dict(pool.missing))
