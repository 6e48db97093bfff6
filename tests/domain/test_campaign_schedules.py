"""When a schedule starts and stops its campaign, as tables of cases."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tidings.domain.campaign_schedules import Action, Due, next_due
from tidings.domain.errors import Rejection
from tidings.domain.schedule_forms import parse_schedule

WORKDAY = {"start": "2026-03-02T09:00:00", "end": "2026-03-02T17:00:00"}
DAILY = {"type": "Daily", "interval": 1}
ENDLESS = {"type": "NoEnd"}


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def recurring(**changes: Any) -> dict[str, Any]:
    """Every day from nine to five, from Monday 2 March 2026, unless told otherwise."""
    return WORKDAY | {"pattern": DAILY, "range": ENDLESS} | changes


def due(now: str, *recurrences: dict[str, Any], zone: str = "UTC", **more: Any) -> Due | None:
    """What is due next."""
    windows, parsed = parse_schedule(more.get("intervals", []), list(recurrences), zone)
    return next_due(windows, parsed, now=at(now))


START, STOP = Action.START, Action.STOP
WEEKLY = {"type": "Weekly", "interval": 2, "daysOfWeek": ["Tuesday", "Monday"]}


@pytest.mark.parametrize(
    ("now", "changes", "expected"),
    [
        ("2026-03-01T08:00:00", {}, Due(at("2026-03-02T09:00:00"), START)),
        ("2026-03-02T09:00:00", {}, Due(at("2026-03-02T17:00:00"), STOP)),
        ("2026-03-02T17:00:00", {}, Due(at("2026-03-03T09:00:00"), START)),
        (
            "2026-03-03T18:00:00",
            {"pattern": WEEKLY},
            Due(at("2026-03-16T09:00:00"), START),
        ),
        (
            "2026-03-02T18:00:00",
            {"pattern": WEEKLY},
            Due(at("2026-03-03T09:00:00"), START),
        ),
        ("2026-03-03T18:00:00", {"range": {"type": "Numbered", "numberOfOccurrences": 2}}, None),
        ("2026-03-04T18:00:00", {"range": {"type": "EndDate", "end": "2026-03-04"}}, None),
        (
            "2026-03-03T18:00:00",
            {"range": {"type": "EndDate", "end": "2026-03-04"}},
            Due(at("2026-03-04T09:00:00"), START),
        ),
        (
            "2026-03-02T18:00:00",
            {
                "alterations": [
                    {
                        "type": "Exclusion",
                        "start": "2026-03-03T09:00:00",
                        "end": "2026-03-03T17:00:00",
                    },
                    {
                        "type": "Inclusion",
                        "start": "2026-03-03T20:00:00",
                        "end": "2026-03-03T21:00:00",
                    },
                ]
            },
            Due(at("2026-03-03T20:00:00"), START),
        ),
    ],
)
def test_a_window_recurs(now: str, changes: dict[str, Any], expected: Due | None) -> None:
    assert due(now, recurring(**changes)) == expected


def test_hours_are_of_the_time_zone_also_when_clocks_change() -> None:
    winter = due("2026-03-27T18:00:00", recurring(), zone="Europe/Berlin")
    summer = due("2026-03-29T18:00:00", recurring(), zone="Europe/Berlin")

    assert winter == Due(at("2026-03-28T08:00:00"), START)
    assert summer == Due(at("2026-03-30T07:00:00"), START)


def test_windows_that_touch_are_one() -> None:
    intervals = [
        {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T12:00:00Z"},
        {"start": "2026-03-02T12:00:00Z", "end": "2026-03-02T13:00:00Z"},
        {"start": "2026-03-02T12:30:00+00:00", "end": "2026-03-02T14:00:00Z"},
    ]

    assert due("2026-03-02T10:00:00", intervals=intervals) == Due(at("2026-03-02T14:00:00"), STOP)
    assert due("2026-03-02T14:00:00", intervals=intervals) is None


def test_a_window_round_the_clock_never_stops_but_is_bounded() -> None:
    whole_day = recurring(start="2026-03-02T00:00:00", end="2026-03-03T00:00:00")

    found = due("2026-03-02T10:00:00", whole_day)

    assert found is not None
    assert found.action is STOP
    assert found.at > at("2028-01-01T00:00:00")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"intervals": [{"start": "2026-03-02", "end": "2026-03-01"}]}, "intervals[0].end"),
        ({"intervals": [{"start": "soon", "end": "2026-03-01"}]}, "intervals[0].start"),
        ({"intervals": [{"start": "2026-01-01", "end": "2029-01-01"}]}, "intervals[0].end"),
        ({"intervals": []}, "intervals"),
        ({"recurrences": [recurring(timeZone="Mars/Base")]}, "recurrences[0].timeZone"),
        (
            {"recurrences": [recurring(pattern={"type": "Daily", "interval": -1})]},
            "recurrences[0].pattern.interval",
        ),
        (
            {"recurrences": [recurring(range={"type": "Numbered"})]},
            "recurrences[0].range.numberOfOccurrences",
        ),
        ({"intervals": [WORKDAY], "time_zone": "../etc/passwd"}, "timeZone"),
    ],
)
def test_what_does_not_fit_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejection) as refused:
        parse_schedule(
            given.get("intervals", []), given.get("recurrences", []), given.get("time_zone", "UTC")
        )

    assert refused.value.fields[0].field == field
