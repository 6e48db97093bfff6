"""What a bench prints: one JSON object on its last line."""

from typing import Any

import msgspec


class BenchResult(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Figures of one bench. `limit_rate` is the bare reference of the same run."""

    bench: str
    rate: float
    unit: str
    seconds: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    rss_mb: float | None = None
    lost: int | None = None
    doubled: int | None = None
    limit_rate: float | None = None
    ratio: float | None = None
    detail: dict[str, float] | None = None

    def rounded(self) -> "BenchResult":
        """The same with readable figures, and the ratio to the bare limit."""
        ratio = self.rate / self.limit_rate if self.limit_rate else None
        values: dict[str, Any] = msgspec.structs.asdict(self) | {"ratio": ratio}
        rounded = {k: round(v, 2) if isinstance(v, float) else v for k, v in values.items()}
        return msgspec.convert(rounded, BenchResult)
