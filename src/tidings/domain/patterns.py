"""Patterns that administrators write to recognise customers' words, matched in bounded time.

The usual engine of the language can be made to run for hours by a careless pattern, and these are
matched against whatever customers send. RE2 takes time by the length of the text, whatever the
pattern; it knows no look-around and no back references. Upper and lower case are the same.
"""

from functools import lru_cache
from typing import Any, Final

import re2

LONGEST_PATTERN: Final = 200
LONGEST_TEXT: Final = 1_000
MOST_MEMORY: Final = 1 << 20


class PatternError(ValueError):
    """The pattern cannot be read; the message says why."""


class Pattern:
    """A pattern made ready."""

    def __init__(self, text: str) -> None:
        if not text:
            raise PatternError("the pattern is empty")
        if len(text) > LONGEST_PATTERN:
            raise PatternError(f"a pattern has at most {LONGEST_PATTERN} characters")
        try:
            self._expression: Any = re2.compile(text, _options())
        except re2.error as error:
            raise PatternError(_words(error)) from error

    def found_in(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in the first 1,000 characters of the text."""
        return self._expression.search(text[:LONGEST_TEXT]) is not None


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Pattern:
    """Make a pattern ready; raises PatternError for one that cannot be read."""
    return Pattern(text)


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    return options


def _words(error: Exception) -> str:
    told = error.args[0] if error.args else error
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)
