"""Patterns that administrators write to recognise customers' words, matched in bounded time.

The usual engine of the language can be made to run for hours by a careless pattern, and these are
written by people and matched against whatever customers send. So this one is its own: all ways to
match are followed at once, which takes at most states times characters. It knows letters, `.`,
classes such as `[a-z]` and `\\d \\w \\s`, groups, `|`, `? * + {2,5}`, `^`, `$` and `\\b`. Upper and
lower case are the same.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec

LONGEST_PATTERN: Final = 200
LONGEST_TEXT: Final = 1_000
MOST_STATES: Final = 300
MOST_REPEATS: Final = 50
DEEPEST_GROUPS: Final = 20
SPECIAL: Final = frozenset("\\.[](){}|?*+^$")

Takes = Callable[[str], bool]


class PatternError(ValueError):
    """The pattern cannot be read; the message says where and why."""


class _State(msgspec.Struct):
    """A place in the pattern: what it takes (None: nothing), what must hold, where it leads."""

    to: list[int]
    takes: Takes | None = None
    holds: str = ""


class Pattern:
    """A pattern made ready."""

    def __init__(self, text: str) -> None:
        if not text:
            raise PatternError("the pattern is empty")
        if len(text) > LONGEST_PATTERN:
            raise PatternError(f"a pattern has at most {LONGEST_PATTERN} characters")
        self._states: list[_State] = [_State([])]
        self._start = _Builder(self._states).build(_Reader(text).read(), then=0)

    def found_in(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in the first 1,000 characters of the text."""
        text = text[:LONGEST_TEXT].lower()
        current: set[int] = set()
        for position in range(len(text) + 1):
            reached = self._reach({*current, self._start}, text, position)
            if 0 in reached:
                return True
            if position < len(text):
                current = self._step(reached, text[position])
        return False

    def _step(self, reached: set[int], character: str) -> set[int]:
        following: set[int] = set()
        for number in reached:
            state = self._states[number]
            if state.takes is not None and state.takes(character):
                following.update(state.to)
        return following

    def _reach(self, begun: set[int], text: str, position: int) -> set[int]:
        """All states that can be got to from these without taking a character."""
        reached = set(begun)
        open_ends = list(begun)
        while open_ends:
            state = self._states[open_ends.pop()]
            if state.takes is None and _holds(state.holds, text, position):
                new = [each for each in state.to if each not in reached]
                reached.update(new)
                open_ends.extend(new)
        return reached


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """The pattern of this text; PatternError when it cannot be read."""
    return Pattern(text)


def _holds(condition: str, text: str, position: int) -> bool:
    if condition == "^":
        return position == 0
    if condition == "$":
        return position == len(text)
    if condition == "b":
        before = position > 0 and _is_word(text[position - 1])
        after = position < len(text) and _is_word(text[position])
        return before is not after
    return True


class _One(msgspec.Struct):
    """One character that passes."""

    takes: Takes


class _Assertion(msgspec.Struct):
    """Something that must hold between two characters."""

    holds: str


class _Sequence(msgspec.Struct):
    """Parts one after the other."""

    parts: list["_Node"]


class _Choice(msgspec.Struct):
    """One of several ways."""

    ways: list["_Node"]


class _Repeat(msgspec.Struct):
    """A part several times; `most` None: as often as it comes."""

    part: "_Node"
    least: int
    most: int | None


_Node = _One | _Assertion | _Sequence | _Choice | _Repeat


class _Builder:
    """Turns a read pattern into states, from its end to its beginning."""

    def __init__(self, states: list[_State]) -> None:
        self._states = states

    def build(self, node: _Node, *, then: int) -> int:
        """Add the node's states; gives the one where it begins. `then` is what follows it."""
        match node:
            case _One(takes):
                return self._add(_State([then], takes=takes))
            case _Assertion(holds):
                return self._add(_State([then], holds=holds))
            case _Sequence(parts):
                for part in reversed(parts):
                    then = self.build(part, then=then)
                return then
            case _Choice(ways):
                return self._add(_State([self.build(each, then=then) for each in ways]))
            case _Repeat():
                return self._repeat(node, then)

    def _repeat(self, node: _Repeat, then: int) -> int:
        begin = then
        if node.most is None:
            begin = self._add(_State([then]))
            self._states[begin].to.append(self.build(node.part, then=begin))
        else:
            for _ in range(node.most - node.least):
                begin = self._add(_State([self.build(node.part, then=begin), then]))
        for _ in range(node.least):
            begin = self.build(node.part, then=begin)
        return begin

    def _add(self, state: _State) -> int:
        if len(self._states) >= MOST_STATES:
            raise PatternError("the pattern repeats too much; make it simpler")
        self._states.append(state)
        return len(self._states) - 1


class _Reader:
    """Reads a pattern's text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def read(self) -> _Node:
        """The whole pattern."""
        node = self._choice()
        if self._at < len(self._text):
            raise self._wrong("a closing bracket has no opening one")
        return node

    def _choice(self) -> _Node:
        ways = [self._sequence()]
        while self._take("|"):
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else _Choice(ways)

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            parts.append(self._repeated())
        return _Sequence(parts)

    def _repeated(self) -> _Node:
        node = self._single()
        least, most = self._bounds()
        if (least, most) == (1, 1):
            return node
        if isinstance(node, _Assertion):
            raise self._wrong("an anchor cannot be repeated")
        if self._at < len(self._text) and self._text[self._at] in "?*+{":
            raise self._wrong("a repetition cannot be repeated; put it in a group")
        return _Repeat(node, least, most)

    def _bounds(self) -> tuple[int, int | None]:
        if self._take("?"):
            return 0, 1
        if self._take("*"):
            return 0, None
        if self._take("+"):
            return 1, None
        if not self._take("{"):
            return 1, 1
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at : max(end, self._at)].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            raise self._wrong("write a repetition as {2}, {2,} or {2,5}")
        self._at = end + 1
        least = int(low)
        most = int(high) if high else None if comma else least
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise self._wrong(
                f"a repetition is from a smaller to a larger number, to {MOST_REPEATS}"
            )
        return least, most

    def _single(self) -> _Node:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return _One(self._class())
        if character == ".":
            return _One(lambda each: each != "\n")
        if character in "^$":
            return _Assertion(character)
        if character == "\\":
            return self._escaped()
        if character in SPECIAL:
            raise self._wrong(f"{character} stands where it has no meaning; write \\{character}")
        return _One(_equals(character))

    def _group(self) -> _Node:
        self._depth += 1
        if self._depth > DEEPEST_GROUPS:
            raise self._wrong("groups lie too deep in each other")
        if self._take("?") and not self._take(":"):
            raise self._wrong("of the special groups only (?: ) is known")
        node = self._choice()
        if not self._take(")"):
            raise self._wrong("a group is not closed")
        self._depth -= 1
        return node

    def _escaped(self) -> _Node:
        character = self._next()
        if character == "b":
            return _Assertion("b")
        return _One(self._kind(character) or self._literal(character))

    def _class(self) -> Takes:
        negated = self._take("^")
        tests: list[Takes] = []
        while not self._take("]"):
            character = self._next()
            escaped = character == "\\"
            if escaped:
                character = self._next()
            kind = self._kind(character) if escaped else None
            if kind is not None:
                tests.append(kind)
            elif (
                self._text[self._at : self._at + 1] == "-" and self._text[self._at + 1 :][:1] != "]"
            ):
                self._at += 1
                tests.append(self._range(character, self._next()))
            else:
                tests.append(self._literal(character) if escaped else _equals(character))
        if not tests:
            raise self._wrong("a class names no character")
        return lambda each: any(test(each) for test in tests) is not negated

    def _range(self, first: str, last: str) -> Takes:
        if last == "\\" or first > last:
            raise self._wrong("a range runs from a smaller to a larger character, such as a-z")
        return lambda each: first <= each <= last or first <= each.upper() <= last

    def _literal(self, character: str) -> Takes:
        if character.isalnum():
            raise self._wrong(f"\\{character} is not known")
        return _equals(character)

    def _kind(self, character: str) -> Takes | None:
        test = _KINDS.get(character.lower())
        if test is None or character.islower():
            return test
        return lambda each: not test(each)

    def _take(self, wanted: str) -> bool:
        found = self._text.startswith(wanted, self._at)
        if found:
            self._at += len(wanted)
        return found

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise self._wrong("the pattern ends too early")
        self._at += 1
        return self._text[self._at - 1]

    def _wrong(self, why: str) -> PatternError:
        return PatternError(f"{why} (at character {self._at})")


def _equals(character: str) -> Takes:
    lowered = character.lower()
    return lambda each: each == lowered


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


_KINDS: Final[dict[str, Takes]] = {"d": str.isdecimal, "w": _is_word, "s": str.isspace}
