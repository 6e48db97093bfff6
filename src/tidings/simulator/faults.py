"""Faults that tests switch on and off while the simulator runs."""

import random
import time
from typing import Any, Literal

import msgspec

from tidings.simulator.errors import GraphError


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One switch. A fault strikes with `probability`, after the first `after` chances, at most
    `count` times and only during `seconds` from when it was set; the rest are its own terms.
    """

    probability: float = 1.0
    after: int = 0
    count: int | None = None
    seconds: float | None = None
    when: Literal["before", "after"] = "before"
    delay_ms: int = 1000
    status: int = 0
    code: int = 0
    size: int = 10
    times: int = 1
    template: str = ""
    token: str = ""


class Faults(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All switches; what is absent is off.

    Requests: `rate_limited`, `server_error`, `slow`, `reset` (each `when` before or after the
    message is accepted), `template_paused`, `token_killed`. Webhooks: `duplicate`, `reorder`,
    `delay`, `batch`, `status_first`. People: `no_phone`.
    """

    rate_limited: Fault | None = None
    server_error: Fault | None = None
    slow: Fault | None = None
    reset: Fault | None = None
    template_paused: Fault | None = None
    token_killed: Fault | None = None
    duplicate: Fault | None = None
    reorder: Fault | None = None
    delay: Fault | None = None
    batch: Fault | None = None
    status_first: Fault | None = None
    no_phone: Fault | None = None


ON_REQUESTS = ("rate_limited", "server_error", "slow", "reset")
ON_ACCEPTS = ("template_paused", "token_killed")


class Switches:
    """The current faults, with how often each had its chance and struck."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.use(Faults())

    def use(self, faults: Faults) -> None:
        """Replace all switches and start their counts again."""
        self.faults = faults
        self._dice = random.Random(self._seed)  # noqa: S311 - a test needs repeatable luck
        self._since = time.monotonic()
        self._chances: dict[str, int] = {}
        self._struck: dict[str, int] = {}
        self.on_requests = any(getattr(faults, name) for name in ON_REQUESTS)
        self.on_accepts = any(getattr(faults, name) for name in ON_ACCEPTS)
        self.on_webhooks = any((faults.duplicate, faults.reorder, faults.delay))

    def report(self) -> dict[str, Any]:
        """Every switch that is set, with `struck`, the number of times it did something."""
        return {
            name: {**msgspec.to_builtins(fault), "struck": self._struck.get(name, 0)}
            for name in Faults.__struct_fields__
            if (fault := getattr(self.faults, name)) is not None
        }

    def strike(self, name: str, when: str = "before") -> Fault | None:
        """Give the fault its chance; returns it when it strikes now."""
        fault: Fault | None = getattr(self.faults, name)
        if fault is None or fault.when != when:
            return None
        if fault.seconds is not None and time.monotonic() - self._since > fault.seconds:
            return None
        if fault.count is not None and self._struck.get(name, 0) >= fault.count:
            return None
        chances = self._chances[name] = self._chances.get(name, 0) + 1
        if chances <= fault.after or self._dice.random() >= fault.probability:
            return None
        self._struck[name] = self._struck.get(name, 0) + 1
        return fault

    def share(self) -> float:
        """A random number of 0 to 1 from the faults' own dice."""
        return self._dice.random()

    def refuse(self, when: str) -> None:
        """Raise the refusal of a struck `rate_limited` or `server_error`, if there is one."""
        if fault := self.strike("rate_limited", when):
            raise GraphError(fault.code or 130429, "Simulated limit", status=fault.status or 429)
        if fault := self.strike("server_error", when):
            raise GraphError(fault.code or 131000, "Simulated outage", status=fault.status or 500)
