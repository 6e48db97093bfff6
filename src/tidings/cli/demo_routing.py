"""The demo's desk: queues with members, skills and codes, and workstreams of the two numbers."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.operating_hours import HoursDraft, create_hours
from tidings.actions.queue_members import add_members
from tidings.actions.queues import create_queue, offer_codes
from tidings.actions.roles import RoleDraft, change_role
from tidings.actions.skills import Rated, create_skill, rate_skills
from tidings.actions.workstreams import create_workstream
from tidings.actions.wrapup_codes import WrapupCodeDraft, create_wrapup_code
from tidings.cli import demo_cast as cast
from tidings.domain.automated_messages import AutomatedMessage, Trigger
from tidings.domain.classification import Condition, Rule
from tidings.domain.operating_hours import Interval
from tidings.domain.permissions import Caller
from tidings.domain.quiet_hours import DAYS
from tidings.domain.surveys import Survey
from tidings.store.query import Connection, fetch, fetch_optional
from tidings.store.queues import QueueFilter, select_queues
from tidings.store.roles import RoleFilter, select_roles
from tidings.store.skills import SkillFilter, select_skills

SKILLS = ("Returns", "Appointments")
CODES = ("Solved", "To be called back", "Not for us")
BEST = 5.0
# Which words of customers ask for which skill, by queue; in the languages of the cast.
WORDS = {
    "Shop": ("Returns", ("return", "refund", "exchange", "zurück", "umtausch", "retur")),
    "Clinic": ("Appointments", ("appointment", "reschedule", "termin", "aftale")),
}
URGENT = ("urgent", "emergency", "dringend", "notfall", "haster")
FIRST = 30
SAYINGS = {
    Trigger.GREETING: {
        "en": "Hello {{customer}}, welcome to {{queue}}. Somebody will be with you shortly.",
        "de": "Guten Tag {{customer}}, willkommen bei {{queue}}. Gleich ist jemand für Sie da.",
        "da": "Hej {{customer}}, velkommen til {{queue}}. Vi er hos dig om et øjeblik.",
    },
    Trigger.OUT_OF_HOURS: {
        "en": "We are here from Monday to Saturday, 7:00 to 21:00, and answer you then.",
        "de": "Wir sind montags bis samstags von 7 bis 21 Uhr da und antworten Ihnen dann.",
        "da": "Vi er her mandag til lørdag kl. 7-21 og svarer dig til den tid.",
    },
    Trigger.WAITING: {
        "en": "Thank you for waiting. You are number {{position}} now.",
        "de": "Danke für Ihre Geduld. Sie sind jetzt Nummer {{position}}.",
        "da": "Tak for din tålmodighed. Du er nu nummer {{position}}.",
    },
    Trigger.AGENT_JOINED: {
        "en": "{{agent}} is here for you now.",
        "de": "{{agent}} ist jetzt für Sie da.",
        "da": "{{agent}} er her for dig nu.",
    },
}
WAITING_SECONDS = 120


async def make_desk(
    connection: Connection, caller: Caller, *, shop: UUID, clinic: UUID, members: list[UUID]
) -> None:
    """Make the queues of the shop's and the clinic's division; the members are in both."""
    codes = [
        await create_wrapup_code(connection, caller, WrapupCodeDraft(name=name)) for name in CODES
    ]
    for name, division_id in (("Shop", shop), ("Clinic", clinic)):
        settings = {
            "name": name,
            "division_id": division_id,
            "description": f"Customers of the {name.lower()}",
        }
        queue = await create_queue(connection, caller, settings)
        await offer_codes(connection, caller, queue.id, [code.id for code in codes])
        await add_members(connection, caller, queue.id, members)
    skills = [await create_skill(connection, caller, kind="skill", name=name) for name in SKILLS]
    rated = [Rated(skill.id, BEST) for skill in skills]
    for member in members:
        await rate_skills(connection, caller, member, rated, kind="skill")


async def make_workstreams(
    connection: Connection, caller: Caller, *, numbers: dict[str, list[UUID]]
) -> None:
    """Make a workstream for each of these queues, with its numbers; they share their hours."""
    owner = caller.organization_id
    queues = await fetch(connection, select_queues(owner, QueueFilter(None), limit=100, offset=0))
    skills = await fetch(
        connection, select_skills(owner, SkillFilter("skill"), limit=100, offset=0)
    )
    known = {row.name: row.id for row in skills}
    week = tuple(Interval(day, "07:00", "21:00") for day in DAYS[:-1])
    hours = await create_hours(
        connection, caller, HoursDraft(name="Service", time_zone="Europe/Berlin", week=week)
    )
    for queue in queues:
        if queue.name in numbers:
            skill, words = WORDS[queue.name]
            settings: dict[str, Any] = {
                "name": queue.name,
                "division_id": queue.division_id,
                "fallback_queue_id": queue.id,
                "hours_id": hours.id,
                "rules": msgspec.to_builtins(_rules(queue.id, skill, known[skill], words)),
                "messages": msgspec.to_builtins(_messages()),
                "survey": msgspec.to_builtins(Survey()),
                "quick_replies": [
                    {"name": "Thanks", "text": "Thank you for writing to us, {{customer}}."}
                ],
            }
            ids = numbers[queue.name]
            await create_workstream(connection, caller, settings, number_ids=ids)


def _rules(queue_id: UUID, skill: str, skill_id: UUID, words: tuple[str, ...]) -> list[Rule]:
    urgent = Condition("text", "containsWord", URGENT)
    asked = Condition("text", "containsAny", words)
    return [
        Rule("Urgent", queue_id, (urgent,), priority=FIRST),
        Rule(skill, queue_id, (asked,), (skill_id,)),
    ]


def _messages() -> list[AutomatedMessage]:
    return [
        AutomatedMessage(
            trigger, language, text, WAITING_SECONDS if trigger is Trigger.WAITING else 0
        )
        for trigger, texts in SAYINGS.items()
        for language, text in texts.items()
    ]


async def keep_role(connection: Connection, caller: Caller) -> None:
    """The clinic's agents gain what agents of this version may do; what else they got stays."""
    wanted = RoleFilter(name_like=cast.AGENT_ROLE)
    query = select_roles(caller.organization_id, wanted, limit=1, offset=0)
    role = await fetch_optional(connection, query)
    if role is None:
        return
    gained = [each for each in cast.AGENT_PERMISSIONS if each not in role.permissions]
    if gained:
        draft = RoleDraft(permissions=[*role.permissions, *gained])
        await change_role(connection, caller, role.id, draft)
