"""Scripts: what may stand in one, and how they are given and forgotten."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import QUICK, Meta, running

HELLO = {"name": "hello", "steps": [{"do": "say", "text": "Hello"}]}


def script(*steps: dict[str, Any], name: str = "mine") -> dict[str, Any]:
    return {"name": name, "steps": list(steps)}


SAY = {"do": "say", "text": "Hello"}


async def names(meta: Meta) -> list[str]:
    return [each["name"] for each in await meta.control("GET", "scripts")]


async def test_a_few_scripts_are_built_in(meta: Meta) -> None:
    assert {"question", "talk", "silent", "next_day", "survey", "stop"} <= set(await names(meta))


async def test_a_script_is_given_replaced_and_forgotten(meta: Meta) -> None:
    await meta.control("POST", "scripts", HELLO)
    await meta.control("POST", "scripts", {**HELLO, "about": "Says hello"})
    listed = [each for each in await meta.control("GET", "scripts") if each["name"] == "hello"]
    await meta.control("DELETE", "scripts/hello")

    assert [each["about"] for each in listed] == ["Says hello"]
    assert "hello" not in await names(meta)


async def test_a_given_script_stands_before_the_built_in_one_of_its_name(meta: Meta) -> None:
    await meta.control("POST", "scripts", {**HELLO, "name": "question"})
    mine = [each for each in await meta.control("GET", "scripts") if each["name"] == "question"]
    await meta.control("DELETE", "scripts/question")

    assert len(mine) == 1
    assert len(mine[0]["steps"]) == 1
    assert "question" in await names(meta)
    assert (await meta.call("DELETE", "/_simulator/scripts/question")).status == 400


async def test_given_scripts_outlive_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as meta:
        await meta.control("POST", "scripts", HELLO)
    async with running(tmp_path, QUICK) as meta:
        assert "hello" in await names(meta)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "Not good", "steps": [SAY]}, "small letters"),
        (script(), "1 to 200 steps"),
        (script({"do": "repeat", "times": 201, "steps": [SAY]}), "times must be 1 to 200"),
        (script({"do": "repeat", "times": [3, 101], "steps": [SAY, SAY]}), "1 to 200 steps"),
        (script({"do": "sing"}), "Invalid value 'sing' - at `$.steps[0].do`"),
        (script({"do": "sing"}), "What a step can do: say, send"),
        (script({"do": "say"}), "missing required field `text` - at `$.steps[0]`"),
        (script({"do": "say", "text": " "}), "text must have 1 to 4096 characters"),
        (script({**SAY, "pause_ms": [9, 1]}), "the smaller bound first"),
        (script({**SAY, "loud": True}), "unknown field `loud`"),
        (script({"do": "wait", "seconds": 0}), "seconds must be more than 0"),
        (script({"do": "send", "kind": "hologram"}), "`$.steps[0].kind`"),
        (script({"do": "edit", "text": "x"}), "steps[0]: nothing was said before"),
        (script(SAY, {"do": "react"}), "steps[1]: wait for a message"),
        (script(SAY, {"do": "tap"}), "steps[1]: wait for something to tap"),
        (script({"do": "rate", "scores": [11]}), "from 0 to 10"),
    ],
)
async def test_what_cannot_be_followed_is_refused_with_its_place(
    meta: Meta, given: dict[str, Any], words: str
) -> None:
    answer = await meta.call("POST", "/_simulator/scripts", given)

    assert answer.status == 400
    assert words in answer.json["error"]
    assert given["name"] not in await names(meta)
