"""What is routed and what comes of it: queues' rules, agents, waiting conversations, decisions.

How it is decided: `routing_round`.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

NEVER: Final = 0.0


class Ring(msgspec.Struct, frozen=True):
    """How long only this ring and those before it are asked; the skills dropped when it ends."""

    seconds: float
    drop_skills: tuple[UUID, ...] = ()


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a queue."""

    id: UUID
    scoring_method: str = "TimestampAndPriority"
    skill_evaluation: str = "ALL"
    assignment_method: str = "longest_idle"
    last_agent_mode: str = "QueueMembersOnly"
    rings: tuple[Ring, ...] = ()


class Membership(msgspec.Struct, frozen=True):
    """A member's ring in a queue, and when they last got something from it (0: never)."""

    ring: int = 1
    last_assigned: float = NEVER


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent on queue. Times are seconds of one clock; 0: never."""

    id: UUID
    presence: str = "OnQueue"
    load: int = 0
    capacity: int = 4
    skills: Mapping[UUID, float] = {}
    queues: Mapping[UUID, Membership] = {}
    idle_since: float = NEVER
    last_assigned: float = NEVER


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Waiting conversations that ask for the same, the oldest first, with when they came."""

    queue_id: UUID
    conversation_ids: Sequence[UUID]
    entered: Sequence[float]
    priority: int = 0
    skill_ids: tuple[UUID, ...] = ()
    language_id: UUID | None = None
    units: int = 1
    allowed_presences: tuple[str, ...] = ("OnQueue",)
    preferred_id: UUID | None = None
    declined: Mapping[UUID, int] = {}
    decline_limit: int = 3


class Offer(msgspec.Struct, frozen=True):
    """A conversation for an agent, and by which way it was found."""

    conversation_id: UUID
    agent_id: UUID
    used_routing: str


class Hindrance(StrEnum):
    """Why an agent of the queue does not get a conversation; told by these codes."""

    PRESENCE = "presence"
    SKILL = "skill"
    RING = "ring"
    CAPACITY = "capacity"
    DECLINED = "declined"


class Stuck(msgspec.Struct, frozen=True):
    """A group of which some still wait, from this place on, and what hinders the agents.

    `hindrances` counts the queue's agents who are on queue, `missing` those who lack a skill, by
    the first skill that each lacks.
    """

    group: int
    place: int
    hindrances: Mapping[Hindrance, int]
    missing: Mapping[UUID, int]


class Decision(msgspec.Struct, frozen=True):
    """A round's offers, in the order of score, and what stays."""

    offers: list[Offer]
    stuck: list[Stuck]
