"""Rate control: how fast a number may send, how often to one person, and to how many people a day.

All clocks are the caller's. The buckets count in seconds of a monotonic clock and are exact as
long as one process owns them: one dispatcher holds an integration's lease (rule 7).
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Final

PAIR_INTERVAL_S: Final = 6.0
PAIR_BURST: Final = 45
BUDGET_WINDOW: Final = timedelta(hours=24)

# What rounding may cost on a monotonic clock; without it, waiting exactly ready_in() can be
# refused for the last bit.
_ROUNDING_S: Final = 1e-7


class TokenBucket:
    """At most `rate` a second, and `burst` at once; over any t seconds at most burst + rate * t.

    It is GCRA: instead of counting tokens it keeps the time at which the bucket is full again, so
    sends come evenly spaced once the burst is used, never in lumps at whole seconds.
    """

    __slots__ = ("_full_at", "_interval", "_tolerance", "burst", "rate")

    def __init__(self, rate: float, burst: int = 1) -> None:
        self._full_at = float("-inf")
        self.set_rate(rate, burst)

    def set_rate(self, rate: float, burst: int = 1) -> None:
        """Change the rate from now on; what was taken stays taken. Both must be positive."""
        if rate <= 0 or burst < 1:
            raise ValueError("rate and burst must be positive")
        self.rate = rate
        self.burst = burst
        self._interval = 1.0 / rate
        self._tolerance = burst * self._interval + _ROUNDING_S

    def take(self, now: float, n: int = 1) -> bool:
        """Take `n` at once, or nothing. More than `burst` at once is never possible."""
        full_at = max(self._full_at, now) + n * self._interval
        if full_at - now > self._tolerance:
            return False
        self._full_at = full_at
        return True

    def available(self, now: float) -> int:
        """How many could be taken now."""
        slack = self._tolerance - max(self._full_at - now, 0.0)
        return max(0, int(slack / self._interval))

    def ready_in(self, now: float, n: int = 1) -> float:
        """Seconds until `n` can be taken; 0.0 when they can be now. `n` is at most `burst`."""
        wait = max(self._full_at, now) + n * self._interval - self._tolerance - now
        return wait + _ROUNDING_S if wait > 0 else 0.0

    def charge(self, now: float, n: int = 1) -> None:
        """Count what was used without asking, such as incoming messages: it delays what follows."""
        self._full_at = max(self._full_at, now) + n * self._interval

    def pause(self, now: float, seconds: float) -> None:
        """Let nothing through for so long, because the provider asked; never shortens a wait."""
        resumes_at = now + seconds + self.burst * self._interval - self._interval
        self._full_at = max(self._full_at, resumes_at)


class PairLimiter:
    """One message in six seconds to one recipient, with a burst of 45 (Meta, pair rate limit).

    Recipients that are at rest take no memory. Above `max_recipients` those nearest to rest are
    forgotten: the provider would then refuse at worst, which costs a retry and no message.
    """

    def __init__(
        self,
        interval_s: float = PAIR_INTERVAL_S,
        burst: int = PAIR_BURST,
        *,
        max_recipients: int = 200_000,
    ) -> None:
        self._interval = interval_s
        self._tolerance = burst * interval_s + _ROUNDING_S
        self._max = max_recipients
        self._full_at: dict[str, float] = {}
        self._prune_above = 1024

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, recipient: str, now: float) -> bool:
        """Take one message for a recipient, or refuse."""
        full_at = max(self._full_at.get(recipient, now), now) + self._interval
        if full_at - now > self._tolerance:
            return False
        self._full_at[recipient] = full_at
        if len(self._full_at) > self._prune_above:
            self._prune(now)
        return True

    def ready_in(self, recipient: str, now: float) -> float:
        """Seconds until the recipient may get another message; 0.0 when now."""
        full_at = max(self._full_at.get(recipient, now), now)
        wait = full_at + self._interval - self._tolerance - now
        return wait + _ROUNDING_S if wait > 0 else 0.0

    def charge(self, recipient: str, now: float, *, wait_s: float) -> None:
        """Hold a recipient back for so long, because the provider refused for this pair."""
        full_at = now + wait_s + self._tolerance - self._interval
        self._full_at[recipient] = max(self._full_at.get(recipient, now), full_at)

    def _prune(self, now: float) -> None:
        """Forget who is at rest. Done when the size doubled, so its cost is spread thin."""
        waiting = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        if len(waiting) > self._max:
            longest = sorted(waiting.items(), key=lambda item: item[1])[-self._max // 2 :]
            waiting = dict(longest)
        self._full_at = waiting
        self._prune_above = min(max(1024, 2 * len(waiting)), max(self._max, 1024))


class RecipientBudget:
    """How many different people may be messaged in a moving day (W6).

    `known` are those already messaged, with the time of their last message (any seconds clock,
    the same as `now`). With `limit` None everybody is admitted. Only messages outside a service
    window count; asking only for those is the caller's business.
    """

    def __init__(
        self,
        limit: int | None,
        known: Iterable[tuple[str, float]] = (),
        *,
        window: timedelta = BUDGET_WINDOW,
    ) -> None:
        self.limit = limit
        self._window = window.total_seconds()
        self._last: dict[str, float] = dict(sorted(known, key=lambda item: item[1]))

    def take(self, recipient: str, now: float) -> bool:
        """Admit a recipient: free of charge who was messaged within the day, else if room is."""
        self._expire(now)
        known = self._last.pop(recipient, None)
        if known is None and self.limit is not None and len(self._last) >= self.limit:
            return False
        self._last[recipient] = max(now, known or now)  # moves to the end: oldest stay in front
        return True

    def used(self, now: float) -> int:
        """How many people count at the moment."""
        self._expire(now)
        return len(self._last)

    def remaining(self, now: float) -> int | None:
        """How many new people fit; None when there is no limit."""
        return None if self.limit is None else max(0, self.limit - self.used(now))

    def ready_in(self, now: float) -> float:
        """Seconds until a new person fits; 0.0 when one does now."""
        self._expire(now)
        if self.limit is None or len(self._last) < self.limit:
            return 0.0
        surplus = min(len(self._last) - self.limit, len(self._last) - 1)
        leaves_next = next(islice(self._last.values(), surplus, None), now)
        return max(0.0, leaves_next + self._window - now)

    def _expire(self, now: float) -> None:
        horizon = now - self._window
        last = self._last
        while last:
            recipient = next(iter(last))
            if last[recipient] > horizon:
                return
            del last[recipient]


_TIERS: Final = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}
_SMALLEST_USUAL: Final = 250


def tier_limit(tier: str | None) -> int | None:
    """Read a messaging limit as Meta spells it: TIER_2K, "2000", TIER_UNLIMITED (None), -1 (None).

    What is not set or not known counts as 250, the limit every account starts with.
    """
    if tier is None:
        return _SMALLEST_USUAL
    name = tier.strip().upper()
    if name in ("TIER_UNLIMITED", "UNLIMITED", "-1"):
        return None
    if name.isdecimal() and int(name) > 0:
        return int(name)
    return _TIERS.get(name, _SMALLEST_USUAL)
