"""The delivery ladder: callbacks come in any order and more than once, the end is the same."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.delivery import (
    DeliveryStatus,
    analytics_status,
    highest,
    parse_analytics_status,
    receipt_status,
    rest_status,
)

statuses = st.sampled_from(list(DeliveryStatus))


@given(st.lists(statuses, min_size=1), st.randoms())
def test_the_order_of_callbacks_does_not_matter(seen: list[DeliveryStatus], random: Random) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)
    assert settle(seen) == settle(shuffled) == settle(seen + seen)


def settle(seen: list[DeliveryStatus]) -> DeliveryStatus:
    status = DeliveryStatus.QUEUED
    for one in seen:
        status = highest(status, one)
    return status


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ("sent", "delivered", True),
        ("sent", "failed", True),
        ("failed", "delivered", True),
        ("delivered", "failed", False),
        ("read", "failed", False),
        ("read", "delivered", False),
        ("unknown", "sent", True),
        ("sent", "unknown", False),
        ("delivered", "delivered", False),
    ],
)
def test_a_status_is_replaced_only_by_a_higher_one(old: str, new: str, replaces: bool) -> None:
    before = DeliveryStatus(old)
    assert (highest(before, DeliveryStatus(new)) is not before) is replaces


@pytest.mark.parametrize(
    ("status", "rest", "receipt", "analytics"),
    [
        ("queued", "queued", None, "Queued"),
        ("unknown", "queued", None, "Queued"),
        ("sent", "sent", "Sent", "Sent"),
        ("failed", "failed", "Failed", "Failed"),
        ("delivered", "delivery-success", "Delivered", "DeliverySuccess"),
        ("read", "read", "Read", "Read"),
    ],
)
def test_the_three_spellings_of_the_public_api(
    status: str, rest: str, receipt: str | None, analytics: str
) -> None:
    status = DeliveryStatus(status)
    assert rest_status(status) == rest
    assert receipt_status(status) == receipt
    assert analytics_status(status) == analytics
    assert status in parse_analytics_status(analytics)


def test_a_filter_value_we_never_use_stands_for_nothing() -> None:
    assert parse_analytics_status("Published") == ()
