"""Schedules as the public API writes them down, read into windows; what does not fit is named."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tidings.domain.campaign_schedules import (
    Alteration,
    AlterationType,
    PatternType,
    RangeType,
    Recurrence,
    Window,
)
from tidings.domain.errors import invalid

MOST_INTERVALS: Final = 500
MOST_RECURRENCES: Final = 20
MOST_ALTERATIONS: Final = 200
LONGEST_WINDOW: Final = timedelta(days=366)
LARGEST_INTERVAL: Final = 99
EARLIEST_YEAR: Final = 2000
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def parse_schedule(
    intervals: list[dict[str, Any]], recurrences: list[dict[str, Any]], time_zone: str
) -> tuple[list[Window], list[Recurrence]]:
    """The windows of a schedule; 400 names the field that does not fit."""
    zone = _zone(time_zone, "timeZone")
    _check_count(intervals, MOST_INTERVALS, "intervals")
    _check_count(recurrences, MOST_RECURRENCES, "recurrences")
    if not intervals and not recurrences:
        raise invalid("intervals", "Give intervals, recurrences, or both.")
    windows = []
    for at, each in enumerate(intervals):
        start, end = _span(each, f"intervals[{at}]")
        windows.append(Window(_utc(start), _utc(end)))
    return windows, [
        _recurrence(each, zone, f"recurrences[{at}]") for at, each in enumerate(recurrences)
    ]


def _recurrence(given: dict[str, Any], zone: ZoneInfo, field: str) -> Recurrence:
    start, end = (each.replace(tzinfo=None) for each in _span(given, field))
    pattern, bound = given.get("pattern") or {}, given.get("range") or {}
    interval = pattern.get("interval") or 1
    if not 1 <= interval <= LARGEST_INTERVAL:
        raise invalid(f"{field}.pattern.interval", f"interval is from 1 to {LARGEST_INTERVAL}.")
    if given.get("timeZone"):
        zone = _zone(given["timeZone"], f"{field}.timeZone")
    kind, number = RangeType(bound.get("type") or RangeType.NO_END), None
    until = None
    if kind is RangeType.NUMBERED:
        number = bound.get("numberOfOccurrences") or 0
        if number < 1:
            raise invalid(f"{field}.range.numberOfOccurrences", "Say how many times, 1 or more.")
    if kind is RangeType.END_DATE:
        until = _time(bound.get("end"), f"{field}.range.end").replace(tzinfo=None)
        if len(str(bound.get("end"))) <= len("2026-01-31"):
            until += timedelta(days=1, microseconds=-1)
    altered = given.get("alterations") or []
    _check_count(altered, MOST_ALTERATIONS, f"{field}.alterations")
    return Recurrence(
        start,
        end,
        zone,
        PatternType(pattern.get("type") or PatternType.DAILY),
        interval,
        tuple(DAYS.index(each) for each in pattern.get("daysOfWeek") or ()),
        until,
        number,
        tuple(_alteration(each, f"{field}.alterations[{at}]") for at, each in enumerate(altered)),
    )


def _alteration(given: dict[str, Any], field: str) -> Alteration:
    start, end = (each.replace(tzinfo=None) for each in _span(given, field))
    return Alteration(AlterationType(given.get("type") or AlterationType.EXCLUSION), start, end)


def _span(given: dict[str, Any], field: str) -> tuple[datetime, datetime]:
    start = _time(given.get("start"), f"{field}.start")
    end = _time(given.get("end"), f"{field}.end")
    if _utc(start) >= _utc(end):
        raise invalid(f"{field}.end", "The end is after the start.")
    if _utc(end) - _utc(start) > LONGEST_WINDOW:
        raise invalid(f"{field}.end", f"A span is at most {LONGEST_WINDOW.days} days long.")
    return start, end


def _time(text: object, field: str) -> datetime:
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        raise invalid(
            field,
            f"{field} is not a date and time such as 2026-01-31T09:00:00.",
            code="invalid.date",
        ) from None
    if not EARLIEST_YEAR <= time.year < 9_000:
        raise invalid(field, f"{field} lies too far away.", code="invalid.date")
    return time


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _zone(name: str, field: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise invalid(field, f"{name} is no time zone such as Europe/Berlin.") from None


def _check_count(given: list[Any], most: int, field: str) -> None:
    if len(given) > most:
        raise invalid(field, f"At most {most} {field} are possible.")
