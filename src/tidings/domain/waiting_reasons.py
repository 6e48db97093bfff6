"""Why conversations wait, as codes with counts and names: whoever shows them finds the words.

The public API says them in English beside the codes; the console in the person's language.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.domain.routing import Hindrance, Stuck

NOBODY: Final = "nobody"
PICK: Final = "pick"
NOT_RESPONDING: Final = "notResponding"
OFF_QUEUE: Final = "offQueue"


class Skill(msgspec.Struct, frozen=True):
    """What may be lacking: `kind` is skill or language, which are reasons of the same names."""

    kind: str
    name: str


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """What hinders so many agents of the queue; `name` is that of the skill or language."""

    code: str
    count: int = 0
    name: str = ""


UNKNOWN: Final = Skill("skill", "asked for")
# One agent, and several.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "skill": ("lacks the skill {name}", "lack the skill {name}"),
    "language": ("does not speak {name}", "do not speak {name}"),
    Hindrance.PRESENCE: ("has another presence", "have another presence"),
    Hindrance.RING: ("is in a later ring", "are in a later ring"),
    Hindrance.CAPACITY: ("is at capacity", "are at capacity"),
    Hindrance.DECLINED: ("declined too often", "declined too often"),
    NOT_RESPONDING: ("does not respond", "do not respond"),
    OFF_QUEUE: ("is off queue", "are off queue"),
}
# A code that a newer worker wrote while this process is not yet replaced.
OTHER_WORDS: Final = ("cannot take it", "cannot take it")
# What is no matter of single agents.
ALONE: Final[dict[str, str]] = {
    NOBODY: "Nobody takes part in this queue.",
    PICK: "It waits for somebody to pick it.",
}


def explain(
    stuck: Stuck, *, off_queue: int, not_responding: int, skills: Mapping[UUID, Skill]
) -> list[Reason]:
    """Why a group waits: what each agent of the queue lacks first, in the order of the round.

    off_queue and not_responding are members of the queue that the round did not see; `skills`
    are what is missing, by id.
    """
    found = []
    for skill_id, count in sorted(stuck.missing.items(), key=lambda each: (-each[1], each[0])):
        skill = skills.get(skill_id, UNKNOWN)
        found.append(Reason(skill.kind, count, skill.name))
    for hindrance in (Hindrance.PRESENCE, Hindrance.RING, Hindrance.CAPACITY, Hindrance.DECLINED):
        found.append(Reason(hindrance.value, stuck.hindrances.get(hindrance, 0)))
    found += [Reason(NOT_RESPONDING, not_responding), Reason(OFF_QUEUE, off_queue)]
    return [each for each in found if each.count] or [Reason(NOBODY)]


def sentence(reasons: Iterable[Reason]) -> str:
    """The reasons in English: "3 agents lack the skill French, 1 is at capacity."."""
    told: list[str] = []
    for reason in reasons:
        if reason.code in ALONE:
            return ALONE[reason.code]
        one, many = WORDS.get(reason.code, OTHER_WORDS)
        words = (one if reason.count == 1 else many).format(name=reason.name)
        noun = "" if told else " agent" if reason.count == 1 else " agents"
        told.append(f"{reason.count}{noun} {words}")
    return f"{', '.join(told)}."


def read_reasons(
    stored: list[dict[str, Any]] | None, *, distribution: str | None = None
) -> list[Reason]:
    """The reasons as they are stored; none where none were written yet.

    The router gives no reasons for what is to be picked (`distribution`): it never offers it.
    """
    if not stored and distribution == PICK:
        return [Reason(PICK)]
    return msgspec.convert(stored or [], list[Reason])
