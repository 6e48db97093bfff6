"""Why something waits: codes with counts, and what they are in English."""

from uuid import UUID

import msgspec

from tidings.domain.routing import Hindrance, Stuck
from tidings.domain.waiting_reasons import Reason, Skill, explain, read_reasons, sentence

FRENCH, BOATS = UUID(int=11), UUID(int=12)
SKILLS = {FRENCH: Skill("language", "French"), BOATS: Skill("skill", "Boats")}
NOTHING = Stuck(0, 0, {}, {})


def test_what_most_lack_comes_first_then_what_else_hinders() -> None:
    stuck = Stuck(0, 0, {Hindrance.SKILL: 4, Hindrance.CAPACITY: 1}, {BOATS: 1, FRENCH: 3})

    reasons = explain(stuck, off_queue=2, not_responding=0, skills=SKILLS)

    assert reasons == [
        Reason("language", 3, "French"),
        Reason("skill", 1, "Boats"),
        Reason("capacity", 1),
        Reason("offQueue", 2),
    ]
    assert sentence(reasons) == (
        "3 agents do not speak French, 1 lacks the skill Boats, 1 is at capacity, 2 are off queue."
    )


def test_each_hindrance_has_its_words() -> None:
    stuck = Stuck(0, 0, dict.fromkeys(Hindrance, 2), {BOATS: 2})

    reasons = explain(stuck, off_queue=1, not_responding=1, skills=SKILLS)

    assert sentence(reasons) == (
        "2 agents lack the skill Boats, 2 have another presence, 2 are in a later ring, "
        "2 are at capacity, 2 declined too often, 1 does not respond, 1 is off queue."
    )


def test_a_queue_in_which_nobody_takes_part_says_so() -> None:
    reasons = explain(NOTHING, off_queue=0, not_responding=0, skills={})

    assert sentence(reasons) == "Nobody takes part in this queue."
    assert sentence(explain(NOTHING, off_queue=1, not_responding=0, skills={})) == (
        "1 agent is off queue."
    )


def test_what_is_stored_is_what_is_read() -> None:
    reasons = [Reason("skill", 1, "Boats"), Reason("nobody")]
    stored = msgspec.json.decode(msgspec.json.encode(reasons))

    assert stored == [{"code": "skill", "count": 1, "name": "Boats"}, {"code": "nobody"}]
    assert read_reasons(stored) == reasons
    assert read_reasons(None) == []


def test_a_code_of_a_newer_version_is_said_in_general() -> None:
    assert sentence([Reason("moon", 2)]) == "2 agents cannot take it."


def test_what_is_to_be_picked_waits_for_that() -> None:
    reasons = read_reasons(None, distribution="pick")

    assert sentence(reasons) == "It waits for somebody to pick it."
    assert read_reasons(None, distribution="push") == []
