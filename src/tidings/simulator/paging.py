"""Graph's way of listing: fields, cursors and pages."""

import base64
import binascii
from typing import Any
from urllib.parse import urlencode

from tidings.simulator.errors import GraphError
from tidings.simulator.http import Request

MOST = 1000


def fields_of(request: Request, usual: str) -> list[str]:
    """The fields asked for, or the usual ones; nested selections count by their name."""
    text = request.query.get("fields") or usual
    names, depth, word = [], 0, ""
    for letter in text + ",":
        if letter == "," and depth == 0:
            names.append(word.partition("{")[0].partition(".")[0].strip())
            word = ""
            continue
        depth += (letter in "{(") - (letter in "})")
        word += letter
    return [name for name in names if name]


def select(row: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """The row with those fields it has, and always its id."""
    chosen = {name: row[name] for name in fields if row.get(name) is not None}
    return {**chosen, "id": row["id"]} if "id" in row else chosen


def page_of(request: Request, rows: list[dict[str, Any]], address: str) -> dict[str, Any]:
    """One page of the rows, with cursors and the address of the next page."""
    query = request.query
    limit = _limit(query.get("limit", "25"))
    start = _position(query["after"]) + 1 if query.get("after") else 0
    if query.get("before"):
        start = max(_position(query["before"]) - limit, 0)
    shown = rows[start : start + limit]
    if not shown:
        return {"data": []}
    paging: dict[str, Any] = {
        "cursors": {"before": _cursor(start), "after": _cursor(start + len(shown) - 1)}
    }
    if start + limit < len(rows):
        again = {**query, "after": paging["cursors"]["after"]}
        again.pop("before", None)
        again.pop("access_token", None)
        paging["next"] = f"{address}{request.path}?{urlencode(again)}"
    return {"data": shown, "paging": paging}


def _limit(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise GraphError(100, message="(#100) Param limit must be an integer of 1 to 1000")
    return int(text)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(b"at:%d" % position).decode().rstrip("=")


def _position(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return int(text.removeprefix("at:"))
    except (binascii.Error, ValueError):
        raise GraphError(100, message="(#100) Invalid cursor") from None
