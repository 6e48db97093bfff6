"""Whatever people and workers do in whatever order: each contact comes to exactly one end."""

import contextlib
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pumping import Campaign, Pumping, phones, row
from tests.sending import Line
from tidings.actions.catalogue import Catalogue
from tidings.engine.pump import NumberPump
from tidings.engine.pump_round import pump_contacts

DEEDS = (
    "pump", "pump", "pump", "send", "send", "fail", "stop", "start", "crash", "another_worker",
    "zombie", "add", "forbid", "same_address", "delete", "retry", "lay_out", "edit",
)  # fmt: skip
ADDED = 3


class Killed(Exception):
    """The worker died before its commit."""


class Play:
    """One campaign, and everything that may happen to it."""

    def __init__(self, pumping: Pumping, line: Line, campaign: Campaign, dnc_list_id: Any) -> None:
        self.pumping, self.line, self.campaign = pumping, line, campaign
        self.dnc_list_id = dnc_list_id
        self.pump: NumberPump
        self.zombies: list[NumberPump] = []
        self.retried = False

    async def do(self, deed: str) -> None:
        """One thing happens."""
        await getattr(self, f"_{deed}")()

    async def _pump(self) -> None:
        await self.pumping.work(self.pump, 2)

    async def _lay_out(self) -> None:
        await self.pump.look()

    async def _send(self) -> None:
        await self.pumping.send_out(self.line)

    async def _fail(self) -> None:
        await self.pumping.send_out(self.line, "failed", "meta.131000")

    async def _stop(self) -> None:
        if await self.pumping.status(self.campaign) == "on":
            await self.pumping.stop(self.campaign)

    async def _start(self) -> None:
        await self.pumping.start(self.campaign)

    async def _crash(self) -> None:
        """The worker dies in the middle of a round, everything written but the commit."""
        await self.pump.look()
        await self.pump.layout_done()
        run = self.pump._runs.get(self.campaign.id)
        if run is not None:
            with contextlib.suppress(Killed):
                async with self.pumping.database.transaction() as connection:
                    await pump_contacts(
                        connection,
                        Catalogue(),
                        self.pump._lease,
                        runs={self.campaign.id: run},
                        shares={self.campaign.id: 2},
                    )
                    raise Killed
        await self._another_worker()

    async def _another_worker(self) -> None:
        self.zombies.append(self.pump)
        self.pump = await self.pumping.pump(self.line)

    async def _zombie(self) -> None:
        for each in self.zombies[-1:]:
            await self.pumping.work(each, 1)

    async def _add(self) -> None:
        numbers = phones(ADDED)
        await self.pumping.agree(numbers)
        await self.pumping.add_contacts(self.campaign.list_id, [row(each) for each in numbers])

    async def _forbid(self) -> None:
        await self._rows(
            "INSERT INTO dnc_entry (organization_id, list_id, kind, key, value)"
            " SELECT organization_id, %s, 'phone', address_key(values[1]), values[1] FROM contact"
            " WHERE list_id = %s ORDER BY position DESC LIMIT 1 ON CONFLICT DO NOTHING",
            self.dnc_list_id,
            self.campaign.list_id,
        )

    async def _same_address(self) -> None:
        await self._rows(
            "UPDATE contact SET values[1] = (SELECT values[1] FROM contact WHERE list_id = %s"
            " ORDER BY position LIMIT 1) WHERE list_id = %s AND position = 3",
            self.campaign.list_id,
            self.campaign.list_id,
        )

    async def _delete(self) -> None:
        await self._rows(
            "DELETE FROM contact WHERE list_id = %s AND position = 4", self.campaign.list_id
        )

    async def _edit(self) -> None:
        await self._rows(
            "UPDATE campaign SET version = version + 1, messages_per_minute = 30000 WHERE id = %s",
            self.campaign.id,
        )

    async def _retry(self) -> None:
        self.retried |= await self.pumping.retry(self.campaign, ["meta.131000"]) > 0

    async def _rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return await self.pumping.sending.rows(sql, *params)

    async def come_to_an_end(self) -> None:
        """Nobody meddles any more: the campaign is started and runs until it is complete."""
        for _ in range(60):
            if await self.pumping.status(self.campaign) in ("off", "stopping"):
                await self._start()
            await self.pumping.work(self.pump, 2)
            await self._send()
            if await self.pumping.status(self.campaign) == "complete":
                return
        raise AssertionError(await self.pumping.states(self.campaign))


@settings(
    max_examples=20,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=4, max_size=14))
async def test_each_contact_comes_to_exactly_one_end(
    pumping: Pumping, line: Line, deeds: list[str]
) -> None:
    await pumping.sending.rows("UPDATE campaign SET status = 'off'")
    dnc_list_id = await pumping.dnc_list()
    rows = [row(each) for each in phones(8)]
    campaign = await pumping.campaign(line, rows, dnc_list_ids=[dnc_list_id])
    play = Play(pumping, line, campaign, dnc_list_id)
    play.pump = await pumping.pump(line)
    await pumping.start(campaign)

    for deed in deeds:
        await play.do(deed)
    await play.come_to_an_end()

    await every_contact_has_one_end(play)


async def every_contact_has_one_end(play: Play) -> None:
    pumping, campaign = play.pumping, play.campaign
    states = await pumping.states(campaign)
    contacts = await pumping.sending.rows(
        "SELECT k.position, cc.state FROM contact k LEFT JOIN campaign_contact cc"
        " ON cc.campaign_id = %s AND cc.position = k.position WHERE k.list_id = %s",
        campaign.id,
        campaign.list_id,
    )
    assert all(state in ("taken", "excluded") for _, state in contacts), contacts
    taken = sum(count for (state, _), count in states.items() if state == "taken")
    messaged = Counter(await pumping.messaged(campaign))
    progress = await pumping.progress(campaign)
    if not play.retried:
        assert set(messaged.values()) <= {1}
        assert messaged.total() == taken
    assert messaged.total() == progress.queued
    assert len(messaged) <= taken
    assert progress.remaining == 0
    assert progress.laid_out == sum(states.values())
    assert progress.sent + progress.failed == progress.queued
