"""The web process's way to send: requests of one moment are decided and written together."""

from tidings.actions.catalogue import Catalogue
from tidings.actions.send_message import Renderer, Result, send_messages
from tidings.domain.sending import Intent
from tidings.store.database import Database
from tidings.store.group_commit import GroupCommit

MOST = 128
AT_ONCE = 2


class Outgoing:
    """The dependency `outgoing`."""

    def __init__(self, database: Database, render: Renderer) -> None:
        self.database = database
        self.catalogue = Catalogue()
        self._render = render
        self._group: GroupCommit[Intent, Result] = GroupCommit(
            self._send_all, most=MOST, at_once=AT_ONCE
        )

    async def send(self, intent: Intent) -> Result:
        """Queue one message durably, or say why not."""
        return await self._group.submit(intent)

    async def drain(self) -> None:
        """Wait for what is being written."""
        await self._group.drain()

    async def _send_all(self, intents: list[Intent]) -> list[Result]:
        """One transaction for each organization of the batch."""
        results: list[Result | None] = [None] * len(intents)
        organizations = {intent.organization_id for intent in intents}
        for organization_id in organizations:
            places = [
                i for i, each in enumerate(intents) if each.organization_id == organization_id
            ]
            chosen = [intents[i] for i in places]
            async with self.database.transaction(organization_id) as connection:
                done = await send_messages(connection, self.catalogue, chosen, render=self._render)
            for i, result in zip(places, done, strict=True):
                results[i] = result
        return [result for result in results if result is not None]
