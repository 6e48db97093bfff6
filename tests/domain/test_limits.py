"""Rate control, by property: never above the rate in any window, and no wait longer than told."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.limits import PairLimiter, RecipientBudget, TokenBucket, tier_limit

rates = st.floats(min_value=0.1, max_value=1000)
bursts = st.integers(min_value=1, max_value=50)
starts = st.floats(min_value=0, max_value=1e6)
gaps = st.lists(st.floats(min_value=0, max_value=5), min_size=1, max_size=120)


@given(rates, bursts, starts, gaps)
def test_no_window_holds_more_than_burst_and_rate(
    rate: float, burst: int, start: float, gaps: list[float]
) -> None:
    bucket, now, taken = TokenBucket(rate, burst), start, []
    for gap in gaps:
        now += gap
        if bucket.take(now):
            taken.append(now)
    for first, since in enumerate(taken):
        for last in range(first, len(taken)):
            held = last - first + 1
            assert held <= burst + rate * (taken[last] - since) + 1e-3


@given(rates, bursts, starts, gaps)
def test_ready_in_tells_the_truth(rate: float, burst: int, start: float, gaps: list[float]) -> None:
    bucket, now = TokenBucket(rate, burst), start
    for gap in gaps:
        now += gap / rate
        wait = bucket.ready_in(now)
        assert (wait == 0) == (bucket.available(now) >= 1)
        if wait > 1e-5:
            assert not bucket.take(now + wait - 1e-5)
        now += wait
        assert bucket.take(now)


@given(rates, bursts, starts)
def test_available_can_be_taken_at_once_and_no_more(rate: float, burst: int, start: float) -> None:
    bucket = TokenBucket(rate, burst)
    count = bucket.available(start)
    assert count == burst
    assert bucket.take(start, count)
    assert not bucket.take(start)


def test_sends_are_spaced_evenly_once_the_burst_is_used() -> None:
    bucket, now, times = TokenBucket(10), 100.0, []
    for _ in range(50):
        now += bucket.ready_in(now)
        assert bucket.take(now)
        times.append(now)
    assert all(abs(later - earlier - 0.1) < 1e-5 for earlier, later in pairwise(times))


def test_what_came_in_counts_against_what_goes_out() -> None:
    bucket = TokenBucket(1)
    bucket.charge(0.0, 3)
    assert bucket.ready_in(0.0) == pytest.approx(3.0, abs=1e-3)


def test_a_pause_holds_everything_back_and_then_lets_one_through() -> None:
    bucket = TokenBucket(10, burst=5)
    bucket.pause(0.0, 2.0)
    assert not bucket.take(1.99)
    assert bucket.take(2.0)
    assert not bucket.take(2.0)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        TokenBucket(0)


def test_one_recipient_gets_a_burst_of_45_and_then_one_in_six_seconds() -> None:
    pairs = PairLimiter()
    assert sum(pairs.take("4915112345678", 0.0) for _ in range(100)) == 45
    assert not pairs.take("4915112345678", 5.9)
    assert pairs.take("4915112345678", 6.0)
    assert pairs.ready_in("4915112345678", 6.0) == pytest.approx(6.0, abs=1e-3)
    assert pairs.take("254711000042", 6.0)


def test_a_recipient_the_provider_held_back_waits() -> None:
    pairs = PairLimiter()
    pairs.charge("4915112345678", 0.0, wait_s=16)
    assert not pairs.take("4915112345678", 15.9)
    assert pairs.take("4915112345678", 16.0)


def test_recipients_at_rest_take_no_memory() -> None:
    pairs = PairLimiter(max_recipients=5000)
    for number in range(30_000):
        assert pairs.take(str(number), number * 0.01)
        assert len(pairs) <= 5001
    for number in range(30_000):
        pairs.take(f"x{number}", 300.0)
        assert len(pairs) <= 5001


@given(
    st.integers(min_value=1, max_value=5),
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.floats(min_value=0, max_value=30_000)),
        max_size=60,
    ),
)
def test_never_more_different_people_in_a_day_than_the_limit(
    limit: int, steps: list[tuple[str, float]]
) -> None:
    budget, now, admitted = RecipientBudget(limit), 0.0, []
    for recipient, gap in steps:
        now += gap
        if budget.take(recipient, now):
            admitted.append((recipient, now))
        else:
            assert budget.ready_in(now) > 0
        in_window = {who for who, when in admitted if when > now - 86_400}
        assert len(in_window) <= limit
        assert budget.used(now) == len(in_window)


def test_who_was_messaged_before_a_restart_still_counts() -> None:
    budget = RecipientBudget(2, [("b", 200.0), ("a", 100.0)])
    assert not budget.take("c", 300.0)
    assert budget.take("a", 300.0)
    assert budget.ready_in(300.0) == 200.0 + 86_400 - 300.0
    assert budget.take("c", 200.0 + 86_400)


@pytest.mark.parametrize(
    ("tier", "limit"),
    [
        ("TIER_50", 50),
        ("TIER_250", 250),
        ("TIER_1K", 1000),
        ("tier_2k", 2000),
        ("2000", 2000),
        ("TIER_100K", 100_000),
        ("TIER_UNLIMITED", None),
        ("-1", None),
        ("TIER_NOT_SET", 250),
        ("something new", 250),
        (None, 250),
    ],
)
def test_tiers_as_meta_spells_them(tier: str | None, limit: int | None) -> None:
    assert tier_limit(tier) == limit
