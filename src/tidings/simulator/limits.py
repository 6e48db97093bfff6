"""Rates Meta enforces while sending: throughput of a number, and messages to one person."""

import time

PAIR_INTERVAL = 6.0
PAIR_BURST = 45
PAIRS_KEPT = 100_000


class Limits:
    """Token buckets, kept as the moment at which each bucket would be full again."""

    def __init__(self) -> None:
        self._numbers: dict[str, float] = {}
        self._pairs: dict[tuple[str, str], float] = {}

    def clear(self) -> None:
        """Fill every bucket."""
        self._numbers.clear()
        self._pairs.clear()

    def take_number(self, number_id: str, per_second: int) -> bool:
        """Spend one message of the number's throughput; 0 per second means no limit."""
        if per_second <= 0:
            return True
        now = time.monotonic()
        full_at = max(self._numbers.get(number_id, 0.0), now)
        if full_at - now > 1.0 - 1.0 / per_second + 1e-9:
            return False
        self._numbers[number_id] = full_at + 1.0 / per_second
        return True

    def count_inbound(self, number_id: str, per_second: int) -> None:
        """Inbound messages use up the same throughput, but are never refused."""
        if per_second > 0:
            now = time.monotonic()
            full_at = max(self._numbers.get(number_id, 0.0), now) + 1.0 / per_second
            self._numbers[number_id] = min(full_at, now + 1.0)

    def take_pair(self, number_id: str, wa_id: str) -> bool:
        """Spend one message to this person: one in six seconds, and forty-five at a stretch."""
        now = time.monotonic()
        key = (number_id, wa_id)
        full_at = max(self._pairs.get(key, 0.0), now)
        if full_at - now > (PAIR_BURST - 1) * PAIR_INTERVAL:
            return False
        if len(self._pairs) > PAIRS_KEPT:
            self._pairs = {pair: at for pair, at in self._pairs.items() if at > now}
        self._pairs[key] = full_at + PAIR_INTERVAL
        return True
