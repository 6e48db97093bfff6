"""Planning automated messages: written down with the step of a conversation that asks for them.

What is planned is sent by `actions/automated_messages.py`, once, whatever is killed in between.
"""

from collections.abc import Sequence
from uuid import UUID

from tidings.store.automated_messages import Planned, plan_messages
from tidings.store.query import Connection, execute

# The parts of a survey are planned like messages; its words are the survey's own.
SURVEY = "survey"
SURVEY_COMMENT = "survey_comment"
SURVEY_THANKS = "survey_thanks"


async def plan_automated(
    connection: Connection, organization_id: UUID, planned: Sequence[Planned]
) -> None:
    """Plan what workstreams say on these occasions (domain.automated_messages.Trigger).

    One statement, in the caller's transaction; conversations of no workstream and occasions on
    which theirs says nothing leave no row. The same occasion of the same stay is planned once.
    """
    if planned:
        await execute(connection, plan_messages(organization_id, planned))
