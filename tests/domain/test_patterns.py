"""Patterns: they find what they should, refuse what they do not know, and never take long."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.patterns import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("refund", "I want a REFUND now", True),
        ("refund", "re fund", False),
        (r"\border\b", "my order, please", True),
        (r"\border\b", "at the border", False),
        (r"^hello$", "hello", True),
        (r"^hello$", "hello you", False),
        (r"[A-Z]{2}-\d{4,6}", "it is de-12345.", True),
        (r"[A-Z]{2}-\d{4,6}$", "it is de-1234567", False),
        (r"\d{3}", "12", False),
        (r"inv(oice)?|bill(ing)?", "about billing", True),
        (r"(?:a|b)+c", "ababc", True),
        (r"[^a-z ]", "only letters", False),
        (r"[\w.-]+@[\w-]+\.[a-z]{2,}", "write to a.b@example.org!", True),
        (r"col?r", "cor", True),
        (r"\$5\.00", "costs $5.00", True),
        (r"(a*)*b", "aaac", False),
        ("straße", "Hauptstraße 5", True),
        ("x{0,2}y", "y", True),
        ("a[-]b", "a-b", True),
    ],
)
def test_a_pattern_finds_what_it_says(pattern: str, text: str, found: bool) -> None:
    assert compile_pattern(pattern).found_in(text) is found


UNREADABLE = [
    *("", "(", ")", "a)", "[", "[]", "*a", "a**", "a{5,2}", "a{1001}", r"\q", "(?=a)", "a\\"),
    *("x" * 201, "((a{50}){50}){50}", "[z-a]"),
]


@pytest.mark.parametrize("pattern", UNREADABLE)
def test_a_pattern_that_cannot_be_read_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(PatternError) as refused:
        compile_pattern(pattern)
    assert str(refused.value)


@pytest.mark.parametrize(
    "pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+$", "a?" * 60 + "b", "(.*.*.*)=x"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    begun = time.process_time()
    assert compile_pattern(pattern).found_in("a" * 999 + "!" * 100_000) is False
    assert time.process_time() - begun < 20


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\b", "^", "$", "1"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map("|".join).map("({})".format),
        st.tuples(inner, st.sampled_from("?*+")).map(lambda each: f"(?:{each[0]}){each[1]}"),
    ),
    max_leaves=6,
)


@given(pattern=PATTERNS, text=st.text("ab1 ", max_size=8))
def test_it_agrees_with_the_usual_engine(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).found_in(text) is bool(re.search(pattern, text, re.ASCII))
