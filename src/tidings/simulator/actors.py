"""A customer who follows a script: says, waits, goes silent, comes back."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from tidings.simulator.errors import GraphError
from tidings.simulator.scripts import (
    Delete,
    Edit,
    React,
    Return,
    Silence,
    Single,
    Spoken,
    Stop,
    Wait,
    drawn,
)
from tidings.simulator.speech import NothingToTap, message_of

if TYPE_CHECKING:
    from tidings.simulator.simulation import Simulation


class State(StrEnum):
    """Where a customer stands with their script; the last six are ends."""

    COMING = "coming"
    WRITING = "writing"
    WAITING = "waiting"
    AWAY = "away"
    DONE = "done"
    SILENT = "silent"
    GAVE_UP = "gave_up"
    STOPPED = "stopped"
    HALTED = "halted"
    FAILED = "failed"


UNDER_WAY = (State.COMING, State.WRITING, State.WAITING, State.AWAY)


class Listener(Protocol):
    """Who is told what a customer does."""

    def said(self, kind: str) -> None:
        """The customer sent a message of this kind."""

    def answered(self, seconds: float) -> None:
        """The business answered after so long."""

    def ended(self, actor: "Actor") -> None:
        """The customer came to an end of the script."""


class Actor:
    """One customer on one number. Their luck is their own, so others do not change it."""

    __slots__ = (
        "_course", "_heard", "_heard_ids", "_listener", "_luck", "_moment", "_returns_at", "_said",
        "_said_at", "_simulation", "_speed", "at", "messages", "note", "number_id", "script",
        "state", "unread", "wa_id",
    )  # fmt: skip

    def __init__(
        self,
        simulation: "Simulation",
        listener: Listener,
        *,
        number_id: str,
        wa_id: str,
        script: str,
        course: list[Single],
        luck: Random,
        speed: float,
    ) -> None:
        self._simulation = simulation
        self._listener = listener
        self._course = course
        self._luck = luck
        self._speed = speed
        self._moment = 0
        self._said = ""
        self._said_at = 0.0
        self._heard: dict[str, Any] = {}
        self._heard_ids: set[str] = set()
        self._returns_at = 0.0
        self.number_id = number_id
        self.wa_id = wa_id
        self.script = script
        self.at = 0
        self.state = State.COMING
        self.note = ""
        self.messages = 0
        self.unread: list[str] = []

    @property
    def heard(self) -> int:
        """How many messages of the business arrived."""
        return len(self._heard_ids)

    def begin(self) -> None:
        """Take the first step."""
        self._go_on()

    def halt(self) -> None:
        """Stop in the middle."""
        if self.state in UNDER_WAY:
            self._end(State.HALTED)

    def hear(self, shown: dict[str, Any]) -> None:
        """A message of the business arrived, as the phone shows it; once for each."""
        if shown["id"] in self._heard_ids or self.state not in UNDER_WAY:
            return
        self._heard_ids.add(shown["id"])
        self._heard = shown
        if self._said_at:
            self._listener.answered(self._simulation.timeline.now() - self._said_at)
            self._said_at = 0.0
        self.unread.append(str(shown.get("text", "")))
        step = self._course[self.at]
        if self.state is State.WAITING and isinstance(step, Wait) and self._has(step):
            self._go_to(self.at + 1)

    def look_at_clock(self) -> None:
        """The simulated time moved: come back if that was waited for."""
        if self.state is State.AWAY and 0 < self._returns_at <= self._simulation.clock.now():
            self._go_to(self.at + 1)

    def _has(self, step: Wait) -> bool:
        """Whether an unread message is what the step waits for."""
        words = step.matching.casefold()
        return any(words in text.casefold() for text in self.unread)

    def _go_to(self, at: int) -> None:
        self.at = at
        self._go_on()

    def _go_on(self) -> None:
        """Do what the script says here."""
        self._moment += 1
        if self.at >= len(self._course):
            self._end(State.DONE)
            return
        step = self._course[self.at]
        match step:
            case Wait():
                self._wait(step)
            case Silence():
                self._fall_silent(step)
            case Return():
                self._leave(step)
            case _:
                self.state = State.WRITING
                pause = drawn(step.pause_ms, self._luck) / 1000
                self._later(pause, partial(self._speak, step))

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do it after a while, unless the script has gone on meanwhile."""
        moment = self._moment

        def due() -> None:
            if self._moment == moment and self.state in UNDER_WAY:
                action()

        self._simulation.timeline.after(seconds / self._speed, due)

    def _wait(self, step: Wait) -> None:
        if self._has(step):
            self._go_to(self.at + 1)
            return
        self.state = State.WAITING
        self._later(step.seconds, partial(self._wait_no_longer, step))

    def _wait_no_longer(self, step: Wait) -> None:
        if step.otherwise == "go_on":
            self._go_to(self.at + 1)
        elif step.otherwise == "end":
            self._end(State.DONE)
        else:
            wanted = f" with {step.matching!r}" if step.matching else ""
            self._end(State.GAVE_UP, f"no answer{wanted} within {step.seconds:g} s")

    def _fall_silent(self, step: Silence) -> None:
        if step.seconds is None:
            self._end(State.SILENT)
            return
        self.state = State.AWAY
        self._returns_at = 0.0
        self._later(step.seconds, lambda: self._go_to(self.at + 1))

    def _leave(self, step: Return) -> None:
        self.state = State.AWAY
        self._returns_at = self._simulation.clock.now() + step.after_seconds
        # Real time passes too; it is not hurried by the speed of the run.
        self._later(step.after_seconds * self._speed, self.look_at_clock)

    def _speak(self, step: Spoken) -> None:
        simulation = self._simulation
        try:
            if isinstance(step, Stop) and step.by == "menu":
                simulation.inbound.preference(self.number_id, self.wa_id, "stop")
            else:
                self._write(step)
        except GraphError as refusal:
            self._end(State.FAILED, refusal.message)
            return
        except NothingToTap as error:
            self._end(State.FAILED, str(error))
            return
        if isinstance(step, Stop):
            self._end(State.STOPPED)
        else:
            self._go_to(self.at + 1)

    def _write(self, step: Spoken) -> None:
        simulation = self._simulation
        message = message_of(
            step, said=self._said, heard=self._heard, luck=self._luck, props=simulation.runs.props
        )
        wamid = simulation.inbound.write(self.number_id, self.wa_id, message)
        self.messages += 1
        self._listener.said(message["type"])
        if isinstance(step, Edit | Delete | React):
            return
        self._said = wamid
        self._said_at = simulation.timeline.now()
        self.unread.clear()

    def _end(self, state: State, note: str = "") -> None:
        self._moment += 1
        self.state = state
        self.note = note
        self._listener.ended(self)
