"""The order of a run is that of a simple model, whatever the columns hold."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pumping import Pumping, phones, row
from tests.sending import Line
from tidings.domain.contact_filters import parse_number
from tidings.engine import layout_turns
from tidings.engine.pump_layout import lay_out
from tidings.store.campaign_runs import select_definitions, select_working
from tidings.store.query import fetch

PLACES = {"1": 1, "2": 2, "Zone": 3, "Rank": 4}
cells = st.one_of(
    st.none(),
    st.sampled_from(
        ["1", "10", "9", "-2.5", " 3", "1e3", ".5", "x", "Ä", "a", "B", "zz", "2026-01-02"]
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6),
)
rows = st.lists(st.tuples(cells, cells), min_size=1, max_size=25)
sorts = st.lists(
    st.builds(
        lambda name, numeric, direction: {
            "fieldName": name,
            "numeric": numeric,
            "direction": direction,
        },
        st.sampled_from(["Zone", "Rank"]),
        st.booleans(),
        st.sampled_from(["ASC", "DESC"]),
    ),
    max_size=4,
)


def in_order(values: list[list[str | None]], wanted: list[dict[str, Any]]) -> list[int]:
    """The positions in order: one stable sort for each column, the last first."""
    positions = list(range(1, len(values) + 1))
    for sort in reversed(wanted):
        place, numeric = PLACES[sort["fieldName"]], sort["numeric"]
        found: dict[int, Any] = {}
        for position in positions:
            cell = values[position - 1][place]
            if cell is not None:
                found[position] = parse_number(cell) if numeric else cell.encode()
        defined = [each for each in positions if found.get(each) is not None]
        undefined = [each for each in positions if found.get(each) is None]
        key: dict[int, Decimal | bytes] = {each: found[each] for each in defined}
        positions = sorted(defined, key=key.__getitem__, reverse=sort["direction"] == "DESC")
        positions += undefined
    return positions


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(values=rows, wanted=sorts)
async def test_contacts_are_laid_out_in_the_order_of_the_model(
    pumping: Pumping, line: Line, values: list[tuple[str | None, str | None]], wanted: Any
) -> None:
    contacts = [
        row(number, "Amina", "A-1", *each)
        for number, each in zip(phones(len(values)), values, strict=True)
    ]
    campaign = await pumping.campaign(line, contacts, agreed=False, sorts=wanted)
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pump.look()
    await pump.layout_done()

    found = await pumping.sending.rows(
        "SELECT position FROM campaign_contact WHERE campaign_id = %s ORDER BY sequence",
        campaign.id,
    )
    await pumping.sending.rows("UPDATE campaign SET status = 'off' WHERE id = %s", campaign.id)

    assert [each[0] for each in found] == in_order(contacts, wanted)


async def test_values_that_are_no_numbers_come_last_and_are_counted(
    pumping: Pumping, line: Line
) -> None:
    ranks = ["7", "soon", None, "-1", "n/a"]
    contacts = [
        row(number, "A", "B", None, rank) for number, rank in zip(phones(5), ranks, strict=True)
    ]
    sort = {"fieldName": "Rank", "numeric": True, "direction": "DESC"}
    campaign = await pumping.campaign(line, contacts, sorts=[sort])
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pump.look()
    await pump.layout_done()

    message = await pumping.sending.one(
        "SELECT message FROM outbound_event WHERE entity_id = %s", campaign.id
    )
    assert message.startswith("2 contacts have no number in the column Rank")


async def test_campaigns_that_start_together_are_laid_out_in_one_turn(
    pumping: Pumping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout_turns, "TURN_SECONDS", 60.0)
    line = await pumping.sending.connect()
    list_id = (await pumping.campaign(line, [row(each) for each in phones(2)])).list_id
    campaigns = [await pumping.campaign_over(line, list_id) for _ in range(12)]
    for each in campaigns:
        await pumping.start(each)
    pump = await pumping.pump(line)
    await pump.look()
    await pump.layout_done()

    phases = await pumping.sending.rows(
        "SELECT phase FROM campaign WHERE id = ANY(%s)", [each.id for each in campaigns]
    )
    assert [each[0] for each in phases] == ["ready"] * len(campaigns)


async def test_what_was_laid_out_meanwhile_is_not_laid_out_again(
    pumping: Pumping, line: Line
) -> None:
    first, listed = phones(2)
    dnc_list_id = await pumping.dnc_list(listed)
    campaign = await pumping.campaign(line, [row(first), row(listed)], dnc_list_ids=[dnc_list_id])
    await pumping.start(campaign)
    lease = await pumping.hold(line)
    async with pumping.database.connection() as connection:
        seen = await fetch(connection, select_working(pumping.organization.id, line.integration_id))
        [definition] = await fetch(
            connection, select_definitions(pumping.organization.id, [campaign.id])
        )
    [before] = [each for each in seen if each.id == campaign.id]

    assert await lay_out(pumping.database, lease, definition, before)
    assert not await lay_out(pumping.database, lease, definition, before)

    assert await pumping.states(campaign) == {("waiting", None): 1, ("excluded", "dnc.listed"): 1}
    await pumping.stop(campaign)


async def test_only_contacts_of_the_filter_are_laid_out(pumping: Pumping, line: Line) -> None:
    contacts = [
        row(number, "A", "B", None, rank) for number, rank in zip(phones(3), "123", strict=True)
    ]
    campaign = await pumping.campaign(line, contacts)
    await pumping.filter(campaign, {"column": "Rank", "operator": "LESS_THAN", "value": "3"})
    await pumping.start(campaign)
    pump = await pumping.pump(line)
    await pumping.work(pump)
    assert await pumping.messaged(campaign) == [each[0] for each in contacts[:2]]

    added = [
        row(number, "A", "B", None, rank) for number, rank in zip(phones(2), "42", strict=True)
    ]
    await pumping.agree([str(each[0]) for each in added])
    await pumping.add_contacts(campaign.list_id, added)
    await pumping.work(pump)

    assert await pumping.messaged(campaign) == [contacts[0][0], contacts[1][0], added[1][0]]
    filtered = await pumping.sending.one(
        "SELECT filtered_out FROM campaign WHERE id = %s", campaign.id
    )
    assert filtered == 2
