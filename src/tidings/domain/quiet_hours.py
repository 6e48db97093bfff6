"""Quiet hours: when a contact may be messaged, by the clock on their own wall (C14).

Days and hours are of the contact's time zone: that of a column, else that of the phone number,
else the campaign's. A number that may be in several zones is messaged when all of them allow it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import phonenumbers
from phonenumbers import timezone as phone_zones

from tidings.domain.errors import FieldError

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_LOOK_DAYS: Final = 9
MOST_TRIES: Final = 30
FIELD: Final = "quietHours"


class QuietHours(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """When nobody is messaged: from `quiet_from` to `quiet_to` (HH:MM, over midnight if later).

    Without both there are no quiet hours. `days` are those on which messages may go out; empty
    means all. `time_zone_column` names the list's column with IANA zone names.
    """

    quiet_from: str | None = msgspec.field(default=None, name="from")
    quiet_to: str | None = msgspec.field(default=None, name="to")
    days: tuple[str, ...] = ()
    time_zone_column: str | None = None
    time_zone_from_number: bool = True
    time_zone: str = "UTC"


def check_quiet_hours(given: dict[str, Any], columns: Sequence[str]) -> list[FieldError]:
    """Name everything that does not fit; an empty list means that `read_quiet_hours` takes it."""
    try:
        quiet = msgspec.convert(given, QuietHours)
    except msgspec.ValidationError as error:
        return [FieldError("invalid.value", FIELD, f"The quiet hours cannot be read: {error}.")]
    wrong = []
    if (quiet.quiet_from is None) is not (quiet.quiet_to is None):
        wrong.append(("from", "Give both from and to, or neither."))
    for name, text in (("from", quiet.quiet_from), ("to", quiet.quiet_to)):
        if text is not None and _clock(text) is None:
            wrong.append((name, f"{text} is no time of day; write it as HH:MM, such as 21:00."))
    if quiet.quiet_from is not None and quiet.quiet_from == quiet.quiet_to:
        wrong.append(("to", "The quiet hours must end at another time than they begin."))
    for day in quiet.days:
        if day not in DAYS:
            wrong.append(("days", f"{day} is no day; the days are {', '.join(DAYS)}."))
    if quiet.time_zone_column is not None and quiet.time_zone_column not in columns:
        wrong.append(("timeZoneColumn", f"The list has no column {quiet.time_zone_column}."))
    if find_zone(quiet.time_zone) is None:
        wrong.append(("timeZone", f"{quiet.time_zone} is no IANA time zone (Europe/Berlin)."))
    return [FieldError("invalid.value", f"{FIELD}.{name}", message) for name, message in wrong]


class QuietRule:
    """Quiet hours made ready for many contacts of a list with these columns."""

    def __init__(self, quiet: QuietHours, columns: Sequence[str]) -> None:
        self._from = _clock(quiet.quiet_from) if quiet.quiet_from else None
        self._to = _clock(quiet.quiet_to) if quiet.quiet_to else None
        self._days = frozenset(DAYS.index(each) for each in quiet.days) or frozenset(range(7))
        self._column = (
            columns.index(quiet.time_zone_column) if quiet.time_zone_column in columns else None
        )
        self._from_number = quiet.time_zone_from_number
        self._default = find_zone(quiet.time_zone) or ZoneInfo("UTC")

    @property
    def same_for_all(self) -> bool:
        """Whether no contact has a time zone of their own."""
        return self._column is None and not self._from_number

    def opens_at(self, now: datetime, *, address: str, values: Sequence[str | None]) -> datetime:
        """When the contact may be messaged: `now`, or the next moment at which it is allowed."""
        zones = self._zones(address, values)
        moment = now
        for _ in range(MOST_TRIES):
            latest = max(self._opens_in(zone, moment) for zone in zones)
            if latest == moment:
                return moment
            moment = latest
        return self._opens_in(self._default, now)  # zones so far apart that no hour suits all

    def _zones(self, address: str, values: Sequence[str | None]) -> tuple[ZoneInfo, ...]:
        if self._column is not None and self._column < len(values):
            named = find_zone(values[self._column] or "")
            if named is not None:
                return (named,)
        if self._from_number:
            return zones_of(address) or (self._default,)
        return (self._default,)

    def _opens_in(self, zone: ZoneInfo, now: datetime) -> datetime:
        today = now.astimezone(zone).date()
        for ahead in range(LONGEST_LOOK_DAYS):
            day = today + timedelta(days=ahead)
            if day.weekday() in self._days:
                for opens, closes in self._open_times(day, zone):
                    if opens < closes and now < closes:
                        return max(opens, now)
        return now

    def _open_times(self, day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """The parts of a day outside the quiet hours, as moments."""
        start = _moment(day, time.min, zone)
        end = _moment(day + timedelta(days=1), time.min, zone)
        if self._from is None or self._to is None:
            return [(start, end)]
        quiet_from, quiet_to = _moment(day, self._from, zone), _moment(day, self._to, zone)
        if self._from < self._to:
            return [(start, quiet_from), (quiet_to, end)]
        return [(quiet_to, quiet_from)]


def read_quiet_hours(given: dict[str, Any] | None, columns: Sequence[str]) -> QuietRule | None:
    """The rule that a campaign's JSON stands for; None when it has none."""
    return None if not given else QuietRule(msgspec.convert(given, QuietHours), columns)


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name; None when there is no such zone."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=65_536)
def zones_of(phone_id: str) -> tuple[ZoneInfo, ...]:
    """The time zones in which a phone number may be; empty when that is not known."""
    try:
        number = phonenumbers.parse("+" + phone_id)
    except phonenumbers.NumberParseException:
        return ()
    found = (find_zone(name) for name in phone_zones.time_zones_for_number(number))
    return tuple(zone for zone in found if zone is not None and zone.key != "Etc/Unknown")


def _clock(text: str) -> time | None:
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()):
        return None
    if int(hours) > 23 or int(minutes) > 59:
        return None
    return time(int(hours), int(minutes))


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
