"""The demo's desk: two queues with members, skills and wrap-up codes."""

from uuid import UUID

from tidings.actions.queue_members import add_members
from tidings.actions.queues import create_queue, offer_codes
from tidings.actions.skills import Rated, create_skill, rate_skills
from tidings.actions.wrapup_codes import WrapupCodeDraft, create_wrapup_code
from tidings.domain.permissions import Caller
from tidings.store.query import Connection

SKILLS = ("Returns", "Appointments")
CODES = ("Solved", "To be called back", "Not for us")
BEST = 5.0


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
