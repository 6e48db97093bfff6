"""The web process's way to send: requests of one moment are decided and written together."""

from uuid import UUID

import msgspec

from tidings.actions.catalogue import Catalogue
from tidings.actions.send_message import Renderer, ReplayedMeanwhile, Result, send_messages
from tidings.domain.sending import Intent
from tidings.store.database import UNAVAILABLE, Database
from tidings.store.group_commit import GroupCommit

MOST = 128
AT_ONCE = 3  # while one batch waits for the disk, others are decided
TRIES = 5


class Failed(msgspec.Struct, frozen=True):
    """Why one message could not be decided; the others of its batch stand."""

    error: Exception


class Outgoing:
    """The dependency `outgoing`."""

    def __init__(self, database: Database, render: Renderer) -> None:
        self.database = database
        self.catalogue = Catalogue()
        self._render = render
        self._group: GroupCommit[Intent, Result | Failed] = GroupCommit(
            self._send_all, most=MOST, at_once=AT_ONCE
        )

    async def send(self, intent: Intent) -> Result:
        """Queue one message durably, or say why not."""
        result = await self._group.submit(intent)
        if isinstance(result, Failed):
            raise result.error
        return result

    async def drain(self) -> None:
        """Wait for what is being written."""
        await self._group.drain()

    async def _send_all(self, intents: list[Intent]) -> list[Result | Failed]:
        """One transaction for each organization of the batch.

        A failure of one is told to its own callers only: what another has committed already
        must not be sent a second time, nor be called not done.
        """
        results: dict[int, Result | Failed] = {}
        for organization_id in {intent.organization_id for intent in intents}:
            places = [
                i for i, each in enumerate(intents) if each.organization_id == organization_id
            ]
            done = await self._send_for(organization_id, [intents[i] for i in places])
            results |= zip(places, done, strict=True)
        return [results[i] for i in range(len(intents))]

    async def _send_for(
        self, organization_id: UUID, intents: list[Intent]
    ) -> list[Result | Failed]:
        """One organization's messages together; after a defect each alone, so one bad fails."""
        try:
            return [*await self._send_at_once(organization_id, intents)]
        except UNAVAILABLE as error:
            return [Failed(error)] * len(intents)
        except Exception as error:
            if len(intents) == 1:
                return [Failed(error)]
            alone = [await self._send_for(organization_id, [each]) for each in intents]
            return [result for results in alone for result in results]

    async def _send_at_once(self, organization_id: UUID, intents: list[Intent]) -> list[Result]:
        """In one transaction, again when another process answered one of them meanwhile."""
        for tried in range(TRIES):
            try:
                async with self.database.transaction(organization_id) as connection:
                    return await send_messages(
                        connection, self.catalogue, intents, render=self._render
                    )
            except ReplayedMeanwhile:
                if tried == TRIES - 1:
                    raise
        raise AssertionError("unreachable")
