"""Nobody is messaged in their quiet hours, by the clock on their own wall."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.domain.quiet_hours import DAYS, QuietRule, check_quiet_hours, read_quiet_hours

COLUMNS = ("Phone", "Zone")
NIGHT = {"from": "21:00", "to": "08:00"}
GERMAN, INDIAN, AMERICAN = "4915112345678", "919812345678", "12125550123"


def rule(**given: object) -> QuietRule:
    made = read_quiet_hours(given, COLUMNS)
    assert made is not None
    return made


def opens(rule: QuietRule, at: str, *, address: str = GERMAN, zone: str | None = None) -> str:
    """When a contact may be messaged, told from a moment in UTC, in UTC."""
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = rule.opens_at(now, address=address, values=(address, zone))
    return f"{found.astimezone(UTC):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-14T07:00", "2026-01-14T07:00"),  # 8 o'clock in Germany: open
        ("2026-01-14T19:59", "2026-01-14T19:59"),
        ("2026-01-14T20:00", "2026-01-15T07:00"),  # 21 o'clock
        ("2026-01-14T23:30", "2026-01-15T07:00"),
        ("2026-01-14T05:00", "2026-01-14T07:00"),
        ("2026-03-28T21:00", "2026-03-29T06:00"),  # the clocks go forward in between
    ],
)
def test_at_night_a_contact_waits_for_their_morning(at: str, expected: str) -> None:
    assert opens(rule(**NIGHT), at) == expected


def test_the_number_tells_the_zone_and_a_column_tells_it_better() -> None:
    night = rule(**NIGHT, timeZoneColumn="Zone")
    assert opens(night, "2026-01-14T12:00", address=INDIAN) == "2026-01-14T12:00"
    assert opens(night, "2026-01-14T16:00", address=INDIAN) == "2026-01-15T02:30"
    assert opens(night, "2026-01-14T12:00", address=AMERICAN) == "2026-01-14T13:00"
    assert opens(night, "2026-01-14T12:00", zone="Asia/Tokyo") == "2026-01-14T23:00"
    assert opens(night, "2026-01-14T12:00", zone="no zone") == "2026-01-14T12:00"


def test_the_campaigns_zone_is_for_those_of_whom_nothing_is_known() -> None:
    fixed = rule(**NIGHT, timeZoneFromNumber=False, timeZone="Asia/Tokyo")
    assert fixed.same_for_all
    assert opens(fixed, "2026-01-14T12:00") == "2026-01-14T23:00"
    assert not rule(**NIGHT).same_for_all


def test_only_on_the_days_that_are_allowed() -> None:
    weekdays = rule(**NIGHT, days=list(DAYS[:5]))
    assert opens(weekdays, "2026-01-16T19:00") == "2026-01-16T19:00"
    assert opens(weekdays, "2026-01-16T20:30") == "2026-01-19T07:00"  # Friday night to Monday
    assert opens(rule(days=["monday"]), "2026-01-17T12:00") == "2026-01-18T23:00"


def test_quiet_hours_in_the_middle_of_the_day() -> None:
    siesta = rule(**{"from": "13:00", "to": "15:00"})
    assert opens(siesta, "2026-01-14T11:59") == "2026-01-14T11:59"
    assert opens(siesta, "2026-01-14T12:30") == "2026-01-14T14:00"
    morning = rule(**{"from": "00:00", "to": "09:00"})
    assert opens(morning, "2026-01-14T23:30") == "2026-01-15T08:00"


def test_a_number_of_several_zones_waits_until_it_is_day_in_all() -> None:
    night = rule(**NIGHT)
    toll_free = "18005550123"  # anywhere in North America and beyond
    opened = datetime.fromisoformat(opens(night, "2026-01-14T12:00", address=toll_free))
    for zone in ("America/New_York", "America/Los_Angeles"):
        local = opened.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert 8 <= local.hour < 21


clocks = st.times().map(lambda each: f"{each:%H:%M}")
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
).map(lambda each: each.replace(tzinfo=UTC))
zones = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"])
some_days = st.lists(st.sampled_from(DAYS), min_size=1, unique=True)


@given(clocks, clocks, some_days, zones, moments)
def test_whenever_it_opens_it_is_open_then_and_not_in_the_past(
    start: str, end: str, days: list[str], zone: str, now: datetime
) -> None:
    if start == end:
        return
    quiet = rule(**{"from": start, "to": end}, days=days, timeZoneColumn="Zone")
    found = quiet.opens_at(now, address=GERMAN, values=(GERMAN, zone))
    assert now <= found <= now + timedelta(days=9)
    assert quiet.opens_at(found, address=GERMAN, values=(GERMAN, zone)) == found
    local = found.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    is_quiet = start <= clock < end if start < end else clock >= start or clock < end
    assert DAYS[local.weekday()] in days
    assert not is_quiet


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": "21:00"}, "quietHours.from"),
        ({"from": "25:00", "to": "08:00"}, "quietHours.from"),
        ({"from": "21:00", "to": "8"}, "quietHours.to"),
        ({"from": "08:00", "to": "08:00"}, "quietHours.to"),
        ({"days": ["someday"]}, "quietHours.days"),
        ({"timeZoneColumn": "Where"}, "quietHours.timeZoneColumn"),
        ({"timeZone": "Europe/Atlantis"}, "quietHours.timeZone"),
        ({"days": 5}, "quietHours"),
    ],
)
def test_what_does_not_fit_is_named(given: dict[str, object], field: str) -> None:
    assert [each.field for each in check_quiet_hours(given, COLUMNS)] == [field]
    assert check_quiet_hours({**NIGHT, "timeZoneColumn": "Zone", "days": ["friday"]}, COLUMNS) == []
