"""Operating hours: a week, its holidays, and the clock of one time zone."""

from datetime import UTC, datetime

import pytest

from tidings.domain.operating_hours import (
    Holiday,
    Hours,
    HoursState,
    Interval,
    check_hours,
    evaluate_hours,
)

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = Hours(
    "Europe/Berlin",
    (
        *(Interval(day, "09:00", "17:00") for day in WORKDAYS),
        Interval("saturday", "22:00", "02:00"),
    ),
    (Holiday("2026-12-25", "Christmas"), Holiday("2026-12-24", "Eve", "10:00", "12:00")),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "state", "changes"),
    [
        ("2026-11-23T08:00", HoursState.OPEN, "2026-11-23T16:00"),  # Monday, 09:00 in Berlin
        ("2026-11-23T07:59", HoursState.CLOSED, "2026-11-23T08:00"),
        ("2026-11-23T16:00", HoursState.CLOSED, "2026-11-24T08:00"),
        ("2026-07-20T07:00", HoursState.OPEN, "2026-07-20T15:00"),  # summer time
        ("2026-11-29T00:30", HoursState.OPEN, "2026-11-29T01:00"),  # Sunday, from Saturday on
        ("2026-11-29T12:00", HoursState.CLOSED, "2026-11-30T08:00"),
        ("2026-12-25T10:00", HoursState.HOLIDAY, "2026-12-26T21:00"),
        ("2026-12-24T10:00", HoursState.OPEN, "2026-12-24T11:00"),
        ("2026-12-24T15:00", HoursState.HOLIDAY, "2026-12-26T21:00"),
    ],
)
def test_a_moment_is_open_closed_or_a_holiday_until_it_changes(
    moment: str, state: HoursState, changes: str
) -> None:
    found = evaluate_hours(OFFICE, at(moment))

    assert (found.state, found.changes_at) == (state, at(changes))


def test_without_open_times_it_is_open_but_on_holidays() -> None:
    hours = Hours("UTC", holidays=(Holiday("2026-12-25", "Christmas"),))

    assert evaluate_hours(hours, at("2026-12-24T12:00")).state is HoursState.OPEN
    found = evaluate_hours(hours, at("2026-12-25T12:00"))
    assert (found.state, found.holiday) == (HoursState.HOLIDAY, "Christmas")
    assert found.changes_at == at("2026-12-26T00:00")


def test_times_that_follow_each_other_are_one() -> None:
    days = (Interval("monday", "00:00", "24:00"), Interval("tuesday", "00:00", "24:00"))

    found = evaluate_hours(Hours("UTC", days), at("2026-11-23T12:00"))

    assert found.changes_at == at("2026-11-25T00:00")


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (Hours("Berlin"), "timeZone"),
        (Hours("UTC", (Interval("Monday", "09:00", "17:00"),)), "week[0].day"),
        (Hours("UTC", (Interval("monday", "9:00", "17:00"),)), "week[0].from"),
        (Hours("UTC", (Interval("monday", "09:00", "25:00"),)), "week[0].to"),
        (Hours("UTC", (Interval("monday", "09:00", "09:00"),)), "week[0].to"),
        (Hours("UTC", holidays=(Holiday("2026-02-30"),)), "holidays[0].date"),
        (Hours("UTC", holidays=(Holiday("2026-02-03", opens="09:00"),)), "holidays[0].from"),
    ],
)
def test_what_does_not_fit_is_named_by_its_field(hours: Hours, field: str) -> None:
    assert [each.field for each in check_hours(hours)] == [field]
    assert check_hours(OFFICE) == []
