"""Makes something readable of a body that is no proper JSON: its good parts are not lost."""

import json
import re
from typing import Final

DEEPEST: Final = 64
TOO_DEEP: Final = b'"[nested too deeply]"'

# A whole string, or one bracket outside of strings.
_TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def salvage(text: bytes) -> bytes:
    """Give JSON that any parser reads, or raise ValueError (or RecursionError) where there is none.

    Replaced are what is no UTF-8: broken bytes, and the half characters that a cut-off emoji
    leaves; and, if the nesting is a bomb, what lies deeper than DEEPEST. The standard library's
    json puts up with control characters in a text, where msgspec, rightly, does not.
    """
    try:
        return _rewritten(text)
    except RecursionError:
        return _rewritten(prune(text))


def prune(text: bytes) -> bytes:
    """Replace every array and object below DEEPEST by a word. Works without recursion."""
    depth, kept_to = 0, 0
    kept: list[bytes] = []
    for token in _TOKENS.finditer(text):
        mark = text[token.start()]
        if mark in b"[{":
            depth += 1
            if depth == DEEPEST + 1:
                kept += (text[kept_to : token.start()], TOO_DEEP)
        elif mark in b"]}":
            if depth == DEEPEST + 1:
                kept_to = token.end()
            depth -= 1
    if depth > DEEPEST:  # never closed: nothing behind the bomb's beginning is kept
        return b"".join(kept)
    return b"".join((*kept, text[kept_to:]))


def _rewritten(text: bytes) -> bytes:
    loaded = json.loads(text.decode("utf-8", "replace"), strict=False)
    return json.dumps(loaded, ensure_ascii=False).encode("utf-8", "replace")
