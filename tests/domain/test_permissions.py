"""Who may do what where: patterns, divisions, and not more than one's own."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.errors import Rejection
from tidings.domain.permissions import (
    ALL_DIVISIONS,
    CATALOGUE,
    Caller,
    Grant,
    exists,
    label,
    matches,
)

NORTH, SOUTH = UUID(int=1), UUID(int=2)
PARTS = st.sampled_from(["*", "a", "b"])
PATTERNS = st.tuples(PARTS, PARTS, PARTS).map(":".join)


def caller(*grants: Grant) -> Caller:
    """Somebody with these grants."""
    return Caller(UUID(int=9), "user", UUID(int=8), "Somebody", grants)


@pytest.mark.parametrize(
    ("held", "asked", "fits"),
    [
        ("oauth:client:view", "oauth:client:view", True),
        ("oauth:client:*", "oauth:client:view", True),
        ("oauth:*:view", "oauth:client:view", True),
        ("*:*:*", "oauth:client:view", True),
        ("oauth:client:view", "oauth:client:edit", False),
        ("oauth:client", "oauth:client:view", False),
        ("oauth:client:view", "oauth:client:*", False),
        ("oauth:client:*", "oauth:client:*", True),
    ],
)
def test_a_pattern_covers_what_it_names(held: str, asked: str, fits: bool) -> None:
    assert matches(held, asked) is fits


@given(wide=PATTERNS, narrow=PATTERNS, asked=PATTERNS)
def test_who_is_covered_may_no_more_than_who_covers(wide: str, narrow: str, asked: str) -> None:
    if matches(wide, narrow) and matches(narrow, asked):
        assert matches(wide, asked)


@pytest.mark.parametrize("pattern", ["", "oauth", "nothing:*:*", "oauth:client:fly", "a:b:c:d"])
def test_a_pattern_that_names_nothing_does_not_exist(pattern: str) -> None:
    assert not exists(pattern)


def test_a_permission_counts_in_its_division_only() -> None:
    somebody = caller(Grant("oauth:client:view", NORTH), Grant("oauth:client:edit", ALL_DIVISIONS))

    assert somebody.may("oauth:client:view")
    assert somebody.may("oauth:client:view", NORTH)
    assert not somebody.may("oauth:client:view", SOUTH)
    assert not somebody.may("oauth:client:view", ALL_DIVISIONS)
    assert somebody.may("oauth:client:edit", SOUTH)
    assert somebody.divisions("oauth:client:view") == [NORTH]
    assert somebody.divisions("oauth:client:edit") is None
    assert somebody.divisions("oauth:client:add") == []


@pytest.mark.parametrize(
    ("grant", "covered"),
    [
        (Grant("oauth:client:view", NORTH), True),
        (Grant("oauth:client:*", NORTH), True),
        (Grant("oauth:*:*", NORTH), False),
        (Grant("oauth:client:view", SOUTH), False),
        (Grant("oauth:client:view", ALL_DIVISIONS), False),
    ],
)
def test_only_what_is_held_whole_is_covered(grant: Grant, covered: bool) -> None:
    assert caller(Grant("oauth:client:*", NORTH)).covers(grant) is covered


def test_a_refusal_names_the_permission_and_the_division() -> None:
    with pytest.raises(Rejection) as refused:
        caller().require("oauth:client:view", NORTH)
    with pytest.raises(Rejection, match="in all divisions"):
        caller().require_cover([Grant("oauth:client:view", ALL_DIVISIONS)])

    assert refused.value.params == {"permissions": "oauth:client:view"}
    assert str(NORTH) in refused.value.message


def test_each_permission_has_words_and_each_pattern_of_it_exists() -> None:
    for domain, entities in CATALOGUE.items():
        for entity, actions in entities.items():
            for action in actions:
                assert exists(f"{domain}:{entity}:{action}")
                assert label(domain, entity, action)[0].isupper()
