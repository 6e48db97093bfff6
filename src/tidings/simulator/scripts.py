"""Scripts that customers follow: what may stand in one, checked when it is given."""

import re
from importlib import resources
from random import Random
from typing import Literal, NamedTuple

import msgspec

Between = int | tuple[int, int]
"""Milliseconds: exactly, or by luck between two bounds."""

LONGEST_MS = 3_600_000
LONGEST_SECONDS = 7 * 86_400
MOST_STEPS = 200
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class _Step(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """Something to do; the fields of each kind are its own."""


class _Spoken(_Step):
    """A step with which the customer writes, after a pause to think and type."""

    pause_ms: Between = (400, 2500)

    def __post_init__(self) -> None:
        _check_between(self.pause_ms)


class Say(_Spoken, tag="say", kw_only=True):
    """Write a text; of several, one by luck."""

    text: str | list[str]

    def __post_init__(self) -> None:
        _check_between(self.pause_ms)
        _check_texts("text", self.text)


class SendThing(_Spoken, tag="send", kw_only=True):
    """Send something that is no text. A caption is for images and documents."""

    kind: Literal["image", "document", "voice", "sticker", "location", "contact", "unsupported"]
    caption: str = ""


class Tap(_Spoken, tag="tap"):
    """Answer with a button or a row of a list.

    Of what the business offered last: the one with this title, or any by luck. When it offered
    nothing to tap, the title and id given here are sent as they are.
    """

    what: Literal["button", "list"] = "button"
    title: str = ""
    id: str = ""


class React(_Spoken, tag="react"):
    """React to the last message of the business."""

    emoji: str = "👍"


class Edit(_Spoken, tag="edit", kw_only=True):
    """Change the last message that this customer wrote."""

    text: str | list[str]

    def __post_init__(self) -> None:
        _check_between(self.pause_ms)
        _check_texts("text", self.text)


class Delete(_Spoken, tag="delete"):
    """Delete the last message that this customer wrote."""


class Stop(_Spoken, tag="stop"):
    """Say the word that ends messages, or switch marketing off in WhatsApp's own menu."""

    by: Literal["word", "menu"] = "word"
    word: str = "STOP"


class Score(_Spoken, tag="score"):
    """Give a number: the button or row of the last message that has it, else as text."""

    of: list[int] = msgspec.field(default_factory=lambda: [1, 2, 3, 4, 5])

    def __post_init__(self) -> None:
        _check_between(self.pause_ms)
        if not self.of or not all(0 <= score <= 10 for score in self.of):
            raise ValueError("of must have one or more numbers from 0 to 10")


class Wait(_Step, tag="wait"):
    """Wait for a message of the business since the customer's own last one.

    With `matching` only one with these words in it counts. When none comes in time, the customer
    gives up, goes on with the next step, or is content and ends.
    """

    matching: str = ""
    seconds: float = 120.0
    otherwise: Literal["give_up", "go_on", "end"] = "give_up"

    def __post_init__(self) -> None:
        _check_seconds("seconds", self.seconds)


class Silence(_Step, tag="silence"):
    """Read nothing and say nothing for a while; without a time for good."""

    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None:
            _check_seconds("seconds", self.seconds)


class Return(_Step, tag="return"):
    """Come back when so much simulated time has passed; moving the clock brings it about."""

    after_seconds: float = 86_400.0

    def __post_init__(self) -> None:
        _check_seconds("after_seconds", self.after_seconds)


class Rate(_Step, tag="rate"):
    """Answer a survey: wait for its question, give a score, and a comment when asked for one."""

    scores: list[int] = msgspec.field(default_factory=lambda: [1, 2, 3, 4, 5])
    comment: str | list[str] = "Thank you"
    seconds: float = 120.0
    comment_seconds: float = 30.0
    pause_ms: Between = (400, 2500)

    def __post_init__(self) -> None:
        for step in self.steps():
            step.__post_init__()

    def steps(self) -> "list[Wait | Score | Say]":
        """The single steps of it. Who is asked for no comment has answered all."""
        return [
            Wait(seconds=self.seconds),
            Score(of=self.scores, pause_ms=self.pause_ms),
            Wait(seconds=self.comment_seconds, otherwise="end"),
            Say(text=self.comment, pause_ms=self.pause_ms),
        ]


class Repeat(_Step, tag="repeat", kw_only=True):
    """Do some steps several times: exactly so often, or by luck between two bounds."""

    times: Between
    steps: "list[Step]"

    def __post_init__(self) -> None:
        low, high = _bounds(self.times)
        if not 1 <= low <= high <= MOST_STEPS or not self.steps:
            raise ValueError(f"times must be 1 to {MOST_STEPS}, and steps not empty")


Spoken = Say | SendThing | Tap | React | Edit | Delete | Stop | Score
Single = Spoken | Wait | Silence | Return
Step = Single | Rate | Repeat


class Script(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A named course of steps."""

    name: str
    about: str = ""
    steps: list[Step]

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(
                f"name {self.name!r} must be 1 to 40 small letters, digits, - and _, "
                "and begin with a letter or digit"
            )
        if not 1 <= _longest(self.steps) <= MOST_STEPS:
            raise ValueError(f"a script has 1 to {MOST_STEPS} steps, with all repetitions")
        _check_order(self.steps)


class _Order(NamedTuple):
    said: bool
    heard: bool


def _check_order(steps: list[Step]) -> None:
    """Raise for a step that needs an earlier one which no course of the script can have."""
    order = _Order(said=False, heard=False)
    for at, step in enumerate(steps):
        order = _after(step, order, f"steps[{at}]")


def _after(step: Step, order: _Order, place: str) -> _Order:
    if isinstance(step, Edit | Delete) and not order.said:
        raise ValueError(f"{place}: nothing was said before that could be changed or deleted")
    if isinstance(step, React) and not order.heard:
        raise ValueError(f"{place}: wait for a message before reacting to it")
    if isinstance(step, Tap) and not (order.heard or step.title):
        raise ValueError(f"{place}: wait for something to tap before, or give a title")
    if isinstance(step, Repeat):
        for at, inner in enumerate(step.steps):
            order = _after(inner, order, f"{place}.steps[{at}]")
        return order
    said = order.said or isinstance(step, Say | SendThing | Tap | Score | Rate)
    return _Order(said, order.heard or isinstance(step, Wait | Rate))


def expand(steps: list[Step], luck: Random) -> list[Single]:
    """The single steps of one customer, in order, with repetitions drawn."""
    course: list[Single] = []
    for step in steps:
        if isinstance(step, Repeat):
            for _ in range(drawn(step.times, luck)):
                course += expand(step.steps, luck)
        elif isinstance(step, Rate):
            course += step.steps()
        else:
            course.append(step)
    return course


def drawn(between: Between, luck: Random) -> int:
    """The number, or one between the bounds by luck."""
    low, high = _bounds(between)
    return luck.randint(low, high)


def built_in_scripts() -> dict[str, Script]:
    """The scripts that every simulator has, by name."""
    file = resources.files("tidings.simulator").joinpath("default_scripts.json")
    scripts = msgspec.json.decode(file.read_bytes(), type=list[Script])
    return {script.name: script for script in scripts}


def _bounds(between: Between) -> tuple[int, int]:
    return (between, between) if isinstance(between, int) else between


def _longest(steps: list[Step]) -> int:
    total = 0
    for step in steps:
        if isinstance(step, Repeat):
            total += _bounds(step.times)[1] * _longest(step.steps)
        else:
            total += len(step.steps()) if isinstance(step, Rate) else 1
    return total


def _check_between(between: Between) -> None:
    low, high = _bounds(between)
    if not 0 <= low <= high <= LONGEST_MS:
        raise ValueError(f"pause_ms must be 0 to {LONGEST_MS}, the smaller bound first")


def _check_seconds(name: str, seconds: float) -> None:
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ValueError(f"{name} must be more than 0 and at most {LONGEST_SECONDS}")


def _check_texts(name: str, text: str | list[str]) -> None:
    texts = [text] if isinstance(text, str) else text
    if not texts or not all(each.strip() and len(each) <= 4096 for each in texts):
        raise ValueError(f"{name} must have 1 to 4096 characters, and at least one choice")
