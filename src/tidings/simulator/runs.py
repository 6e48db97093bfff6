"""Runs: many customers at once, each with a script, at a pace, repeatable by a seed."""

from array import array
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from tidings.simulator.actors import Actor, State
from tidings.simulator.ledger import DELIVERED, READ
from tidings.simulator.people import digits_of, wa_id_of
from tidings.simulator.scripts import Script, expand
from tidings.simulator.speech import Props, shown
from tidings.simulator.world import Customer

if TYPE_CHECKING:
    from tidings.simulator.journeys import Journey
    from tidings.simulator.simulation import Simulation

RUNS_KEPT = 50
MOST_CUSTOMERS = 100_000
FIRST_NAMES = (
    "Amina", "Bram", "Chidi", "Dana", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Karla",
    "Liam", "Mette", "Nils", "Olga", "Priya", "Quentin", "Rosa", "Sami", "Tilde", "Uwe", "Vera",
    "Wanda", "Yusuf", "Zofia",
)  # fmt: skip
LAST_NAMES = (
    "Abel", "Berg", "Costa", "Dahl", "Engel", "Fischer", "Garcia", "Holm", "Ito", "Jansen", "Koch",
    "Lund", "Moreau", "Novak", "Otieno", "Petrov", "Rossi", "Silva", "Tanaka", "Weber",
)  # fmt: skip


class Order(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a run shall be: which scripts by what share, how many customers, how fast.

    `first` is the number of the first customer, the others follow; `to` are the business numbers
    they write to in turn. `at_once` lets the next one begin only when an earlier one has ended.
    `speed` divides every pause and every patience.
    """

    scripts: dict[str, float]
    customers: int = 1
    rate: float = 10.0
    at_once: int | None = None
    seed: int = 1
    to: list[str] = msgspec.field(default_factory=list)
    first: str = "4916010000001"
    speed: float = 1.0

    def __post_init__(self) -> None:
        shares = self.scripts.values()
        if not shares or any(share < 0 for share in shares) or not sum(shares):
            raise ValueError("scripts must name one script or more, with shares above 0")
        if not 1 <= self.customers <= MOST_CUSTOMERS:
            raise ValueError(f"customers must be 1 to {MOST_CUSTOMERS}")
        if not 0 < self.rate <= 10_000:
            raise ValueError("rate must be more than 0 and at most 10000 a second")
        if self.at_once is not None and self.at_once < 1:
            raise ValueError("at_once must be 1 or more")
        if not 0.01 <= self.speed <= 1000:
            raise ValueError("speed must be 0.01 to 1000")
        last = str(int(digits_of(self.first) or 0) + self.customers - 1)
        if not digits_of(self.first) or not digits_of(last):
            raise ValueError(f"first {self.first!r} must be a phone number, with all that follow")


class Run:
    """One run and its customers, in the order in which they begin."""

    def __init__(
        self, simulation: "Simulation", run_id: int, order: Order, *, scripts: dict[str, Script]
    ) -> None:
        self._simulation = simulation
        self._scripts = scripts
        self._numbers = order.to
        self._started = simulation.timeline.now()
        self._ended_at = 0.0
        self._is_coming_back = False
        self._waits = array("f")
        self._next = 0
        self._open = 0
        self.id = run_id
        self.order = order
        self.sent: Counter[str] = Counter()
        self.answers = 0
        self.actors = [self._actor(index) for index in range(order.customers)]

    def _actor(self, index: int) -> Actor:
        order = self.order
        luck = Random(f"{order.seed}/{index}")  # noqa: S311 - a test needs repeatable luck
        name = luck.choices(list(order.scripts), list(order.scripts.values()))[0]
        return Actor(
            self._simulation,
            self,
            number_id=self._numbers[index % len(self._numbers)],
            wa_id=wa_id_of(str(int(digits_of(order.first)) + index)),
            script=name,
            course=expand(self._scripts[name].steps, luck),
            luck=luck,
            speed=order.speed,
        )

    def guest(self, index: int) -> Customer:
        """The customer behind an actor: on WhatsApp, with a name of their own."""
        luck = Random(f"{self.order.seed}/name/{index}")  # noqa: S311
        name = f"{luck.choice(FIRST_NAMES)} {luck.choice(LAST_NAMES)}"
        return Customer(wa_id=self.actors[index].wa_id, name=name, on_whatsapp=True)

    def begin(self) -> None:
        """Let everyone begin whose turn it is, and come back for the next one."""
        most = self.order.at_once or self.order.customers
        while self._next < len(self.actors) and self._open < most and not self._ended_at:
            turn = self._started + self._next / self.order.rate
            wait = turn - self._simulation.timeline.now()
            if wait > 0:
                self._come_back(wait)
                return
            actor = self.actors[self._next]
            self._next += 1
            self._open += 1
            actor.begin()

    def _come_back(self, seconds: float) -> None:
        if not self._is_coming_back:
            self._is_coming_back = True
            self._simulation.timeline.after(seconds, self._back)

    def _back(self) -> None:
        self._is_coming_back = False
        self.begin()

    def said(self, kind: str) -> None:
        """A customer sent a message."""
        self.sent[kind] += 1

    def answered(self, seconds: float) -> None:
        """A customer got an answer."""
        self._waits.append(seconds)

    def ended(self, actor: Actor) -> None:
        """A customer came to an end; the next one may begin."""
        self._open -= 1
        if not self._open and self._next == len(self.actors):
            self._ended_at = self._ended_at or self._simulation.timeline.now()
        self._simulation.runs.forget(actor)
        if self.order.at_once is not None:
            self._come_back(0.0)

    def stop(self) -> None:
        """Halt everyone who is under way; nobody begins any more."""
        self._ended_at = self._ended_at or self._simulation.timeline.now()
        for actor in self.actors[: self._next]:
            actor.halt()
        for actor in self.actors[self._next :]:
            actor.state = State.HALTED
            self._simulation.runs.forget(actor)

    @property
    def is_over(self) -> bool:
        """Whether nobody is under way and nobody will begin."""
        return bool(self._ended_at)

    def report(self) -> dict[str, Any]:
        """How it stands: how many customers are where, what was sent, how fast answers came."""
        until = self._ended_at or self._simulation.timeline.now()
        states = Counter(actor.state for actor in self.actors)
        return {
            "id": self.id,
            "over": self.is_over,
            "seconds": round(until - self._started, 3),
            "order": self.order,
            "customers": {state.value: states[state] for state in State if states[state]},
            "scripts": dict(sorted(Counter(actor.script for actor in self.actors).items())),
            "sent": dict(sorted(self.sent.items())),
            "heard": sum(actor.heard for actor in self.actors),
            "answers": _spread(self._waits),
        }


def _spread(waits: "array[float]") -> dict[str, Any]:
    """How many answers came, and after how many seconds."""
    ordered = sorted(waits)
    if not ordered:
        return {"count": 0}
    at = {f"p{share}_s": ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
          for share in (50, 95, 99)}  # fmt: skip
    return {"count": len(ordered), **{name: round(value, 3) for name, value in at.items()}}


class Runs:
    """All runs since the start, and who of their customers listens."""

    def __init__(self, simulation: "Simulation") -> None:
        self._simulation = simulation
        self._actors: dict[tuple[str, str], Actor] = {}
        self._last_id = 0
        self.props = Props(simulation)
        self.runs: dict[int, Run] = {}

    def start(self, order: Order, scripts: dict[str, Script]) -> Run:
        """Begin a run. Raises ValueError when a customer of it is still in another one.

        `order.to` must be ids of numbers by now, and its scripts among those given.
        """
        run = Run(self._simulation, self._last_id + 1, order, scripts=scripts)
        for actor in run.actors:
            if (actor.number_id, actor.wa_id) in self._actors:
                raise ValueError(
                    f"customer {actor.wa_id} is still in another run: wait for its end, "
                    "stop it, or begin with another first"
                )
        self._last_id += 1
        self.runs[run.id] = run
        for index, actor in enumerate(run.actors):
            self._actors[actor.number_id, actor.wa_id] = actor
            self._simulation.book.guests[actor.wa_id] = run.guest(index)
        self._drop_old()
        run.begin()
        return run

    def _drop_old(self) -> None:
        over = [run.id for run in self.runs.values() if run.is_over]
        for run_id in over[: max(0, len(self.runs) - RUNS_KEPT)]:
            del self.runs[run_id]

    def forget(self, actor: Actor) -> None:
        """The customer follows no script any more."""
        self._actors.pop((actor.number_id, actor.wa_id), None)

    def hear(self, journey: "Journey", kind: int) -> None:
        """A message arrived at a customer's phone; it matters when they follow a script."""
        if not self._actors or kind not in (DELIVERED, READ):
            return
        actor = self._actors.get((journey.number_id, journey.wa_id))
        number = self._simulation.book.numbers.get(journey.number_id)
        if actor is None or number is None:
            return
        if journey.bubble is None:
            raw = self._simulation.ledger.read(journey.n).message
            message = msgspec.json.decode(raw, type=dict[str, Any])
        else:
            message = journey.bubble.message
        actor.hear(shown(self._simulation, number, journey.id, message))

    def clock_moved(self) -> None:
        """Let those come back who waited for simulated time to pass."""
        for actor in list(self._actors.values()):
            actor.look_at_clock()

    def clear(self) -> None:
        """Stop and forget all runs."""
        for run in self.runs.values():
            run.stop()
        self.runs.clear()
        self._actors.clear()
        self._simulation.book.guests.clear()
