"""When a campaign shall run: intervals, and windows that recur by day or week in a time zone.

A start or stop is due where a moment enters or leaves all windows together, so windows that
overlap or touch are one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

MOST_OCCURRENCES: Final = 50_000
MOST_JOINED: Final = 1_000


class Action(StrEnum):
    """What a schedule does to its campaign."""

    START = "start"
    STOP = "stop"


class PatternType(StrEnum):
    """How a window recurs."""

    DAILY = "Daily"
    WEEKLY = "Weekly"


class RangeType(StrEnum):
    """When recurring ends."""

    NO_END = "NoEnd"
    END_DATE = "EndDate"
    NUMBERED = "Numbered"


class AlterationType(StrEnum):
    """An occurrence left out, or a window put in."""

    EXCLUSION = "Exclusion"
    INCLUSION = "Inclusion"


class Window(msgspec.Struct, frozen=True, order=True):
    """A span of time in which the campaign shall run; the end is not in it. Times are UTC."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether the moment is within."""
        return self.start <= moment < self.end


class Alteration(msgspec.Struct, frozen=True):
    """One exception of a recurrence, by local time."""

    type: AlterationType
    start: datetime
    end: datetime


class Recurrence(msgspec.Struct, frozen=True):
    """A window that recurs. `start` and `end` are local, those of the first time.

    `days`: 0 (Monday) to 6, of a weekly one. `until`: no occurrence begins after it, local.
    """

    start: datetime
    end: datetime
    zone: ZoneInfo
    pattern: PatternType
    interval: int = 1
    days: tuple[int, ...] = ()
    until: datetime | None = None
    occurrences: int | None = None
    alterations: tuple[Alteration, ...] = ()


class Due(msgspec.Struct, frozen=True):
    """The next thing to do, and when."""

    at: datetime
    action: Action


def next_due(windows: list[Window], recurrences: list[Recurrence], *, now: datetime) -> Due | None:
    """What comes next after this moment: the stop of the window it is in, or the next start.

    None: no window is left.
    """
    inside = [each for each in _next_windows(windows, recurrences, now) if each.holds(now)]
    if inside:
        return Due(_end_of_all(windows, recurrences, max(each.end for each in inside)), Action.STOP)
    coming = min(_next_windows(windows, recurrences, now), default=None)
    return None if coming is None else Due(coming.start, Action.START)


def is_inside(windows: list[Window], recurrences: list[Recurrence], *, now: datetime) -> bool:
    """Whether the campaign shall run at this moment."""
    return any(each.holds(now) for each in _next_windows(windows, recurrences, now))


def _end_of_all(windows: list[Window], recurrences: list[Recurrence], end: datetime) -> datetime:
    """The end of the windows that follow each other without a gap; bounded, for some never end."""
    for _ in range(MOST_JOINED):
        joined = [each for each in _next_windows(windows, recurrences, end) if each.holds(end)]
        if not joined:
            break
        end = max(each.end for each in joined)
    return end


def _next_windows(
    windows: list[Window], recurrences: list[Recurrence], now: datetime
) -> Iterator[Window]:
    """The windows that hold the moment or come after it; of each recurrence the next at least."""
    yield from (each for each in windows if each.end > now)
    for recurrence in recurrences:
        yield from _coming(recurrence, now)


def _coming(recurrence: Recurrence, now: datetime) -> Iterator[Window]:
    """The occurrences that hold the moment, and the first one after it."""
    left_out = {
        each.start for each in recurrence.alterations if each.type is AlterationType.EXCLUSION
    }
    for each in recurrence.alterations:
        window = _window(each.start, each.end, recurrence.zone)
        if each.type is AlterationType.INCLUSION and window.end > now:
            yield window
    for number, start in enumerate(_starts(recurrence)):
        if number >= (recurrence.occurrences or MOST_OCCURRENCES):
            return
        if recurrence.until is not None and start > recurrence.until:
            return
        if start in left_out:
            continue
        window = _window(start, start + (recurrence.end - recurrence.start), recurrence.zone)
        if window.end > now:
            yield window
            if window.start > now:
                return


def _starts(recurrence: Recurrence) -> Iterator[datetime]:
    """The local starts of all occurrences, in order, without end."""
    if recurrence.pattern is PatternType.DAILY:
        for turn in count():
            yield recurrence.start + timedelta(days=turn * recurrence.interval)
    monday = recurrence.start - timedelta(days=recurrence.start.weekday())
    days = sorted(set(recurrence.days)) or [recurrence.start.weekday()]
    for turn in count():
        for day in days:
            start = monday + timedelta(weeks=turn * recurrence.interval, days=day)
            if start >= recurrence.start:
                yield start


def _window(start: datetime, end: datetime, zone: ZoneInfo) -> Window:
    return Window(
        start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)
    )
