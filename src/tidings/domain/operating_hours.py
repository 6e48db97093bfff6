"""Operating hours: when somebody is there, by the week and its holidays, in one time zone."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from tidings.domain.errors import FieldError
from tidings.domain.quiet_hours import DAYS, find_zone

MOST_INTERVALS: Final = 70
MOST_HOLIDAYS: Final = 500
LONGEST_LOOK_DAYS: Final = 400
LONGEST_OPEN_TIMES: Final = 14
MINUTES_OF_DAY: Final = 24 * 60


class Interval(msgspec.Struct, frozen=True):
    """Open on a day of the week from one time to another (HH:MM, to 24:00), over midnight if the
    end is not after the beginning."""

    day: str
    opens: str = msgspec.field(name="from")
    closes: str = msgspec.field(name="to")


class Holiday(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date on which the week does not count: closed, or open from one time to another."""

    date: str
    name: str = ""
    opens: str | None = msgspec.field(default=None, name="from")
    closes: str | None = msgspec.field(default=None, name="to")


class Hours(msgspec.Struct, frozen=True):
    """A week of open times and the days that are different."""

    time_zone: str
    week: tuple[Interval, ...] = ()
    holidays: tuple[Holiday, ...] = ()


class HoursState(StrEnum):
    """What a moment is."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


class Evaluation(msgspec.Struct, frozen=True):
    """What a moment is, why, and when that ends; `changes_at` None: not within a year or so.

    Who is open without a break is told a moment some days ahead.
    """

    state: HoursState
    holiday: str | None = None
    changes_at: datetime | None = None


def check_hours(hours: Hours) -> list[FieldError]:
    """Name everything that does not fit; an empty list means that `evaluate_hours` takes it."""
    wrong: list[tuple[str, str]] = []
    if find_zone(hours.time_zone) is None:
        wrong.append(("timeZone", f"{hours.time_zone} is no IANA time zone (Europe/Berlin)."))
    if len(hours.week) > MOST_INTERVALS:
        wrong.append(("week", f"A week has at most {MOST_INTERVALS} open times."))
    if len(hours.holidays) > MOST_HOLIDAYS:
        wrong.append(("holidays", f"There are at most {MOST_HOLIDAYS} holidays."))
    for index, interval in enumerate(hours.week):
        if interval.day not in DAYS:
            wrong.append(
                (f"week[{index}].day", f"{interval.day} is no day; they are {', '.join(DAYS)}.")
            )
        wrong += _wrong_times(f"week[{index}]", interval.opens, interval.closes)
    for index, holiday in enumerate(hours.holidays):
        if _date(holiday.date) is None:
            wrong.append(
                (f"holidays[{index}].date", f"{holiday.date} is no date; write it as 2026-12-25.")
            )
        if (holiday.opens is None) is not (holiday.closes is None):
            wrong.append((f"holidays[{index}].from", "Give both from and to, or neither."))
        elif holiday.opens is not None and holiday.closes is not None:
            wrong += _wrong_times(f"holidays[{index}]", holiday.opens, holiday.closes)
    return [FieldError("invalid.value", name, message) for name, message in wrong]


def evaluate_hours(hours: Hours, at: datetime) -> Evaluation:
    """Whether it is open at a moment, by the clock of its time zone.

    Without any open time it is always open: nobody has said when it is closed.
    """
    zone = find_zone(hours.time_zone) or ZoneInfo("UTC")
    holidays = {each.date: each for each in hours.holidays}
    today = at.astimezone(zone).date()
    closes = _closes(hours, holidays, at, zone)
    if closes is not None:
        return Evaluation(HoursState.OPEN, changes_at=closes)
    holiday = holidays.get(today.isoformat())
    if holiday is None and not hours.week:
        return Evaluation(HoursState.OPEN)
    opens_at = _next_opening(hours, holidays, at, zone)
    if holiday is None:
        return Evaluation(HoursState.CLOSED, changes_at=opens_at)
    return Evaluation(HoursState.HOLIDAY, holiday=holiday.name, changes_at=opens_at)


def _closes(
    hours: Hours, holidays: dict[str, Holiday], at: datetime, zone: ZoneInfo
) -> datetime | None:
    """When the open time of a moment ends, over times that follow each other; None when closed."""
    end = at
    for _ in range(LONGEST_OPEN_TIMES):
        day = end.astimezone(zone).date()
        times = [
            closes
            for each in (day - timedelta(days=1), day)
            for opens, closes in _open_times(hours, holidays, each, zone)
            if opens <= end < closes
        ]
        if not times:
            break
        end = max(times)
    return end if end > at else None


def _next_opening(
    hours: Hours, holidays: dict[str, Holiday], at: datetime, zone: ZoneInfo
) -> datetime | None:
    today = at.astimezone(zone).date()
    for ahead in range(LONGEST_LOOK_DAYS):
        day = today + timedelta(days=ahead)
        later = [opens for opens, _ in _open_times(hours, holidays, day, zone) if opens > at]
        if later:
            return min(later)
        if not hours.week and day.isoformat() not in holidays:
            return _moment(day, 0, zone)
    return None


def _open_times(
    hours: Hours, holidays: dict[str, Holiday], day: date, zone: ZoneInfo
) -> list[tuple[datetime, datetime]]:
    holiday = holidays.get(day.isoformat())
    if holiday is not None:
        given = [(holiday.opens, holiday.closes)] if holiday.opens and holiday.closes else []
    else:
        name = DAYS[day.weekday()]
        given = [(each.opens, each.closes) for each in hours.week if each.day == name]
    times = []
    for opens, closes in given:
        first, last = _minutes(opens), _minutes(closes)
        if first is not None and last is not None:
            after = last if last > first else last + MINUTES_OF_DAY
            times.append((_moment(day, first, zone), _moment(day, after, zone)))
    return times


def _wrong_times(field: str, opens: str, closes: str) -> list[tuple[str, str]]:
    wrong = [
        (f"{field}.{name}", f"{text} is no time of day; write it as HH:MM, such as 09:00.")
        for name, text in (("from", opens), ("to", closes))
        if _minutes(text) is None or (name == "from" and text == "24:00")
    ]
    if not wrong and opens == closes:
        wrong.append((f"{field}.to", "The end must be another time than the beginning."))
    return wrong


def _minutes(text: str) -> int | None:
    """A time of day as minutes since midnight; None when it is none."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()):
        return None
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= MINUTES_OF_DAY else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, MINUTES_OF_DAY)
    local = datetime(day.year, day.month, day.day, rest // 60, rest % 60, tzinfo=zone)
    return (local + timedelta(days=days)).astimezone(UTC)
