"""Campaigns go at their pace and never above it, and share a number fairly."""

import math
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.campaign_pace import (
    LONGEST_LEAD,
    Paces,
    burst_of,
    lead_of,
    rates_of,
    share_room,
)

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))
paces = st.integers(min_value=1, max_value=100_000)
naps = st.lists(st.floats(min_value=0.001, max_value=3), min_size=1, max_size=80)
wants = st.dictionaries(st.uuids(), st.integers(min_value=0, max_value=500), max_size=12)


@given(paces, naps)
def test_no_window_holds_more_than_the_pace_and_its_burst(
    per_minute: int, gaps: list[float]
) -> None:
    rate = per_minute / 60
    paces, now, sent = Paces(), 1000.0, []
    for gap in gaps:
        now += gap
        paces.update({ONE: rate}, now)
        n = paces.available(ONE, now)
        paces.charge(ONE, now, n)
        sent.append((now, n))
    burst = burst_of(rate)
    for first in range(len(sent)):
        held = 0
        for at, n in sent[first:]:
            held += n
            assert held <= burst + rate * (at - sent[first][0]) + 1e-3


@given(st.integers(min_value=60, max_value=100_000))
def test_a_pump_that_comes_five_times_a_second_keeps_the_pace_within_one_per_cent(
    per_minute: int,
) -> None:
    paces, now, sent = Paces(), 1000.0, 0
    paces.update({ONE: per_minute / 60}, now)
    paces.charge(ONE, now, paces.available(ONE, now))
    for _ in range(300):
        now += 0.2
        n = paces.available(ONE, now)
        paces.charge(ONE, now, n)
        sent += n
    assert abs(sent - per_minute) <= max(1, per_minute / 100)


def test_changing_the_pace_gains_nothing() -> None:
    paces = Paces()
    paces.update({ONE: 10.0}, 40.0)
    assert paces.available(ONE, 40.0) == 1
    assert paces.available(ONE, 50.0) == 6
    paces.charge(ONE, 50.0, 6)
    paces.update({ONE: 20.0}, 50.0)
    paces.update({ONE: 10.0}, 50.0)
    assert paces.available(ONE, 50.0) == 0


def test_waiting_as_long_as_told_is_enough() -> None:
    paces = Paces()
    paces.update({ONE: 2.0, TWO: 0.5}, 50.0)
    for each in (ONE, TWO):
        paces.charge(each, 50.0, 1)
    wait = paces.ready_in([ONE, TWO], 50.0)
    assert 0.49 < wait < 0.51
    assert paces.available(ONE, 50.0 + wait) == 1
    assert paces.ready_in([], 50.0) == math.inf


@given(wants, st.integers(min_value=0, max_value=2000), st.integers(min_value=0, max_value=50))
def test_room_is_shared_out_whole_and_nobody_gets_more_than_they_want(
    wanted: dict[UUID, int], room: int, turn: int
) -> None:
    shares = share_room(room, wanted, turn=turn)
    assert sum(shares.values()) == min(room, sum(wanted.values()))
    assert all(0 < share <= wanted[key] for key, share in shares.items())
    least = min(
        (shares.get(key, 0) for key in wanted if shares.get(key, 0) < wanted[key]), default=math.inf
    )
    assert all(share <= least + 1 for share in shares.values() if least < math.inf)


def test_a_small_campaign_is_not_starved_by_a_large_one() -> None:
    assert share_room(10, {ONE: 500, TWO: 3}, turn=0) == {ONE: 7, TWO: 3}


def test_with_less_room_than_campaigns_each_has_its_turn() -> None:
    served = [share_room(1, {ONE: 5, TWO: 5, THREE: 5}, turn=turn) for turn in range(3)]
    assert served == [{ONE: 1}, {TWO: 1}, {THREE: 1}]


def test_the_organizations_maximum_slows_all_its_campaigns_alike() -> None:
    rates = rates_of({ONE: 600, TWO: 1200}, all_per_minute=3600, most_per_minute=1800)
    assert rates == {ONE: 5.0, TWO: 10.0}
    assert rates_of({ONE: 600}, all_per_minute=600, most_per_minute=60_000) == {ONE: 10.0}


def test_about_a_second_of_messages_waits_for_the_dispatcher() -> None:
    assert [lead_of(0.2), lead_of(80), lead_of(100_000)] == [1, 80, LONGEST_LEAD]
