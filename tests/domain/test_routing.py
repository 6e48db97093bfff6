"""The router's rules: who is offered what, and what hinders the rest."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.domain.routing import (
    Agent,
    Decision,
    Group,
    Hindrance,
    Membership,
    Offer,
    Queue,
    Ring,
)
from tidings.domain.routing_round import route, score

Drawn = dict[str, Any]
NOW = 1_000_000.0
QUEUE, OTHER = UUID(int=1), UUID(int=2)
FRENCH, BOATS, DANISH = UUID(int=11), UUID(int=12), UUID(int=13)
ANNA, BEN, CLEO = UUID(int=101), UUID(int=102), UUID(int=103)


def conversation(number: int) -> UUID:
    return UUID(int=1_000 + number)


def agent(who: UUID, *, ring: int = 1, assigned: float = 0.0, **changes: object) -> Agent:
    """A member of the queue with room for one."""
    known = {"capacity": 1, "queues": {QUEUE: Membership(ring, assigned)}, **changes}
    return Agent(id=who, **known)  # type: ignore[arg-type]


def group(*ages: float, first: int = 1, **changes: object) -> Group:
    """Waiting conversations of these ages in seconds, the oldest first."""
    return Group(
        **{  # type: ignore[arg-type]
            "queue_id": QUEUE,
            "conversation_ids": [conversation(first + at) for at in range(len(ages))],
            "entered": [NOW - age for age in ages],
            **changes,
        }
    )


def decide(agents: list[Agent], *groups: Group, **rules: object) -> Decision:
    """A round of one queue with these rules."""
    queue = Queue(id=QUEUE, **rules)  # type: ignore[arg-type]
    return route(NOW, {QUEUE: queue, OTHER: Queue(id=OTHER)}, agents, groups)


def given_to(decision: Decision) -> list[tuple[int, UUID]]:
    """Which conversation went to whom, in order."""
    return [(each.conversation_id.int - 1_000, each.agent_id) for each in decision.offers]


def test_a_priority_point_is_a_minute_of_waiting() -> None:
    older, important = group(100), group(50, first=2, priority=1)

    assert given_to(decide([agent(ANNA)], older, important)) == [(2, ANNA)]
    assert score(Queue(id=QUEUE), 1, 50) == 110


def test_by_priority_alone_age_only_breaks_ties() -> None:
    rules = {"scoring_method": "PriorityOnly"}
    groups = group(10_000), group(20, 10, first=2, priority=1)

    decision = decide([agent(ANNA, capacity=3)], *groups, **rules)

    assert [number for number, _ in given_to(decision)] == [2, 3, 1]


@pytest.mark.parametrize(("evaluation", "chosen"), [("ALL", CLEO), ("BEST", CLEO), ("NONE", ANNA)])
def test_skills_count_as_the_queue_says(evaluation: str, chosen: UUID) -> None:
    agents = [
        agent(ANNA, idle_since=1.0),
        agent(BEN, skills={FRENCH: 5.0}, idle_since=2.0),
        agent(CLEO, skills={FRENCH: 3.0, BOATS: 3.0}, idle_since=3.0),
    ]

    decision = decide(agents, group(5, skill_ids=(FRENCH, BOATS)), skill_evaluation=evaluation)

    assert given_to(decision) == [(1, chosen)]


@pytest.mark.parametrize("evaluation", ["ALL", "BEST", "NONE"])
def test_the_language_is_needed_whatever_skills_count(evaluation: str) -> None:
    decision = decide([agent(ANNA)], group(5, language_id=DANISH), skill_evaluation=evaluation)

    assert decision.offers == []
    assert decision.stuck[0].missing == {DANISH: 1}


@pytest.mark.parametrize(
    ("method", "chosen"),
    [
        ("longest_idle", ANNA),
        ("free_capacity", BEN),
        ("round_robin", CLEO),
        ("best_skills", BEN),
    ],
)
def test_the_method_orders_those_who_can(method: str, chosen: UUID) -> None:
    agents = [
        agent(ANNA, capacity=2, idle_since=1.0, assigned=9.0, skills={BOATS: 1.0}),
        agent(BEN, capacity=5, idle_since=2.0, assigned=8.0, skills={BOATS: 2.0}),
        agent(CLEO, capacity=1, idle_since=3.0, assigned=7.0, skills={BOATS: 1.0}),
    ]

    decision = decide(agents, group(5, skill_ids=(BOATS,)), assignment_method=method)

    assert given_to(decision) == [(1, chosen)]


def test_who_holds_nothing_comes_before_who_holds_something() -> None:
    busy = agent(ANNA, capacity=3, load=1, last_assigned=1.0)
    free = agent(BEN, capacity=3, idle_since=999.0)

    decision = decide([busy, free], group(4, 3, 2))

    assert [who for _, who in given_to(decision)] == [BEN, ANNA, BEN]


def test_later_rings_are_asked_when_the_earlier_ones_had_their_time() -> None:
    rings = (Ring(30.0), Ring(60.0))
    agents = [agent(ANNA, ring=2)]

    assert decide(agents, group(29), rings=rings).stuck[0].hindrances == {Hindrance.RING: 1}
    assert given_to(decide(agents, group(31), rings=rings)) == [(1, ANNA)]
    both = [agent(ANNA, ring=2, idle_since=1.0), agent(BEN, idle_since=2.0)]
    assert given_to(decide(both, group(31), rings=rings)) == [(1, BEN)]
    last = [agent(CLEO, ring=6)]
    assert decide(last, group(89), rings=rings).offers == []
    assert decide(last, group(91), rings=rings).offers == [Offer(conversation(1), CLEO, "Bullseye")]


def test_a_ring_that_ended_drops_its_skills() -> None:
    rings = (Ring(30.0, (FRENCH,)),)
    agents = [agent(ANNA, skills={BOATS: 1.0})]
    asked = (FRENCH, BOATS)

    assert decide(agents, group(29, skill_ids=asked), rings=rings).offers == []
    assert given_to(decide(agents, group(31, skill_ids=asked), rings=rings)) == [(1, ANNA)]


@pytest.mark.parametrize(
    ("mode", "member", "chosen"),
    [
        ("QueueMembersOnly", True, BEN),
        ("QueueMembersOnly", False, ANNA),
        ("AnyAgent", False, BEN),
        ("Disabled", True, ANNA),
    ],
)
def test_the_last_agent_is_preferred_as_the_queue_says(
    mode: str, member: bool, chosen: UUID
) -> None:
    known = agent(BEN, idle_since=9.0, queues={QUEUE if member else OTHER: Membership()})
    agents = [agent(ANNA, idle_since=1.0), known]

    decision = decide(agents, group(5, preferred_id=BEN), last_agent_mode=mode)

    assert decision.offers == [
        Offer(conversation(1), chosen, "Last" if chosen == BEN else "Standard")
    ]


def test_nobody_waits_for_a_last_agent_without_room() -> None:
    agents = [agent(ANNA), agent(BEN, load=1)]

    assert given_to(decide(agents, group(5, preferred_id=BEN))) == [(1, ANNA)]


def test_who_declined_is_asked_last_and_not_too_often() -> None:
    both = [agent(ANNA, idle_since=1.0), agent(BEN, idle_since=2.0)]

    assert given_to(decide(both, group(5, declined={ANNA: 1}))) == [(1, BEN)]
    assert given_to(decide([agent(ANNA)], group(5, declined={ANNA: 2}))) == [(1, ANNA)]
    decision = decide([agent(ANNA)], group(5, declined={ANNA: 3}))
    assert decision.offers == []
    assert decision.stuck[0].hindrances == {Hindrance.DECLINED: 1}


def test_presence_and_units_must_fit() -> None:
    away = agent(ANNA, presence="Busy")
    small = agent(BEN, capacity=2, load=1)

    decision = decide([away, small], group(5, units=2))

    assert decision.stuck[0].hindrances == {Hindrance.PRESENCE: 1, Hindrance.CAPACITY: 1}
    allowed = group(5, allowed_presences=("OnQueue", "Busy"))
    assert given_to(decide([away], allowed)) == [(1, ANNA)]


SKILLS = st.sampled_from([FRENCH, BOATS])
AGENTS = st.lists(
    st.builds(
        lambda **known: known,
        presence=st.sampled_from(["OnQueue", "Busy"]),
        load=st.integers(0, 3),
        capacity=st.integers(0, 4),
        skills=st.dictionaries(SKILLS, st.floats(0, 5), max_size=2),
        ring=st.integers(1, 4),
        idle_since=st.floats(0, 100),
    ),
    max_size=8,
)
GROUPS = st.lists(
    st.builds(
        lambda **known: known,
        ages=st.lists(st.integers(0, 200), min_size=1, max_size=6),
        priority=st.integers(-2, 2),
        skill_ids=st.sets(SKILLS).map(lambda each: tuple(sorted(each))),
        units=st.integers(1, 3),
        preferred=st.none() | st.integers(0, 7),
        declined=st.dictionaries(st.integers(0, 7), st.integers(1, 3), max_size=2),
    ),
    max_size=6,
)
RULES = st.fixed_dictionaries(
    {
        "skill_evaluation": st.sampled_from(["ALL", "BEST", "NONE"]),
        "assignment_method": st.sampled_from(
            ["longest_idle", "free_capacity", "round_robin", "best_skills"]
        ),
        "rings": st.sampled_from([(), (Ring(50.0, (FRENCH,)), Ring(50.0))]),
    }
)


def made(drawn_agents: list[Drawn], drawn_groups: list[Drawn]) -> tuple[list[Agent], list[Group]]:
    agents = [
        agent(UUID(int=200 + at), **drawn)
        for at, drawn in enumerate(dict(each) for each in drawn_agents)
    ]
    groups, first = [], 1
    for drawn in (dict(each) for each in drawn_groups):
        ages = sorted(drawn.pop("ages"), reverse=True)
        preferred = drawn.pop("preferred")
        drawn["preferred_id"] = None if preferred is None else UUID(int=200 + preferred)
        drawn["declined"] = {UUID(int=200 + k): v for k, v in drawn["declined"].items()}
        groups.append(group(*ages, first=first, **drawn))
        first += len(ages)
    return agents, groups


def may_serve(who: Agent, waits: Group, entered: float, rules: Drawn) -> bool:
    """The rules of eligibility once more, as plainly as can be, without room."""
    waited = NOW - entered
    dropped: set[UUID] = set()
    last_ring = 99
    if rules["rings"]:
        last_ring = 1 if waited < 50 else 2 if waited < 100 else 99
        dropped = set() if waited < 50 else {FRENCH}
    if who.presence != "OnQueue" or waits.declined.get(who.id, 0) >= 3:
        return False
    if waits.preferred_id == who.id and who.id not in waits.declined:
        return True
    if rules["skill_evaluation"] == "ALL" and not set(waits.skill_ids) - dropped <= set(who.skills):
        return False
    return who.queues[QUEUE].ring <= last_ring


@settings(max_examples=300)
@given(AGENTS, GROUPS, RULES)
def test_a_round_is_eligible_within_capacity_and_in_order(
    drawn_agents: list[Drawn],
    drawn_groups: list[Drawn],
    rules: Drawn,
) -> None:
    agents, groups = made(drawn_agents, drawn_groups)
    decision = decide(agents, *groups, **rules)

    queue = Queue(id=QUEUE, **rules)
    items = {
        id_: (each, entered)
        for each in groups
        for id_, entered in zip(each.conversation_ids, each.entered, strict=True)
    }
    known = {each.id: each for each in agents}
    load = {each.id: each.load for each in agents}
    offered: dict[UUID, int] = {}
    scores = []
    for offer in decision.offers:
        waits, entered = items[offer.conversation_id]
        assert may_serve(known[offer.agent_id], waits, entered, rules)
        assert offer.conversation_id not in offered
        offered[offer.conversation_id] = len(offered)
        load[offer.agent_id] += waits.units
        assert load[offer.agent_id] <= known[offer.agent_id].capacity
        scores.append(score(queue, waits.priority, NOW - entered))
    assert scores == sorted(scores, reverse=True)
    for id_, (waits, entered) in items.items():
        if id_ not in offered:
            for who in agents:
                room = load[who.id] + waits.units <= who.capacity
                assert not (room and may_serve(who, waits, entered, rules)), (id_, who)
