"""Every page of the console: nothing that axe objects to, light and dark, and a quiet browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import Visit
from tests.e2e.demo import Demo

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
if not AXE.exists():
    pytest.skip("axe-core is not installed (make console)", allow_module_level=True)

pytestmark = pytest.mark.timeout(900)
PAGES = [
    "/desk", "/campaigns", "/campaigns/new", "/campaigns/settings",
    "/contacts/lists", "/contacts/lists?sheet=new", "/contacts/dnc", "/contacts/dnc?sheet=new",
    "/interactions", "/interactions/send", "/channels", "/channels/whatsapp/new", "/consent",
    "/consent?sheet=record", "/consent?sheet=import", "/consent/imports", "/consent/suppressions",
    "/consent/keywords", "/templates", "/channels/workstreams", "/channels/workstreams?sheet=new",
    "/reports/now", "/reports/surveys", "/reports/usage", "/administration/queues",
    "/administration/queues?sheet=new", "/administration/queues?sheet=capacity",
    "/administration/skills", "/administration/skills?tab=languages&open=new",
    "/administration/wrapup-codes", "/administration/wrapup-codes?open=new",
    "/administration/hours", "/administration/hours/new", "/administration/people",
    "/administration/people/new", "/administration/roles", "/administration/roles/new",
    "/administration/divisions", "/administration/divisions?open=new", "/administration/oauth",
    "/administration/oauth/new", "/administration/audit", "/administration/system", "/profile",
]  # fmt: skip
# Lists whose first row leads to a page of its own.
DETAILS = [
    "/campaigns", "/contacts/lists", "/contacts/dnc",
    "/interactions", "/channels", "/templates", "/administration/people", "/administration/roles",
    "/administration/oauth", "/administration/queues", "/administration/hours",
    "/channels/workstreams",
]  # fmt: skip
# Tabs of the pages that the first rows of those lists lead to.
TABS = {
    "/administration/people": ["tab=routing"],
    "/administration/queues": ["tab=codes", "tab=settings"],
    "/channels/workstreams": [
        f"step={each}" for each in ("rules", "distribution", "behaviour", "messages", "survey")
    ],
}
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# Colours are all that is different in the dark.
IN_THE_DARK = ["color-contrast"]
# What moves is judged where it comes to rest; a spinner never does.
JUDGE = """async (runOnly) => {
  const moving = document.getAnimations().filter((a) =>
    a.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(moving.map((a) => a.finished));
  const found = await axe.run(document, {runOnly, resultTypes: ["violations"], preload: false});
  return found.violations.map((v) =>
    `${v.id}: ${v.help} at ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")}`);
}"""
IS_DARK = "document.documentElement.dataset.mantineColorScheme === 'dark'"


@pytest.fixture
def visit(demo: Demo, browser: Browser) -> Iterator[Visit]:
    """A tab; the page's own policy would keep the judge out, so it is not applied."""
    visit = Visit(browser, demo.console, width=1280, height=800, with_policy=False)
    yield visit
    visit.close()


def judged(visit: Visit, address: str) -> list[str]:
    """What axe says about a page, light and dark, and what the browser complained of meanwhile."""
    page = visit.page
    visit.settle()
    page.evaluate(AXE.read_text())
    said: list[str] = page.evaluate(JUDGE, RULES)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(IS_DARK)
    said += [f"in the dark: {each}" for each in page.evaluate(JUDGE, IN_THE_DARK)]
    page.emulate_media(color_scheme="light")
    said += visit.troubles
    visit.troubles.clear()
    return [f"{address}: {each}" for each in said]


def test_the_judge_sees_a_picture_without_words_and_grey_on_grey_in_the_dark(
    visit: Visit,
) -> None:
    visit.page.goto("/login")
    visit.settle()
    visit.page.evaluate("document.querySelector('main').append(new Image())")
    visit.page.add_style_tag(content="[data-mantine-color-scheme=dark] h1 { color: #333 }")

    found = " ".join(judged(visit, "/login"))
    assert "image-alt" in found
    assert "in the dark: color-contrast" in found


def test_every_page_is_open_to_everybody_and_quiet(visit: Visit, demo: Demo) -> None:
    page = visit.page
    page.goto("/login")
    found = judged(visit, "/login")
    visit.sign_in("ada@demo.example", demo.password, to="/interactions")

    for address in PAGES:
        page.goto(address)
        found += judged(visit, address)
    for address in DETAILS:
        page.goto(address)
        detail = page.locator("a[data-row-link]").first.get_attribute("href")
        assert detail is not None
        for tab in ("", *(f"?{each}" for each in TABS.get(address, []))):
            page.goto(f"{detail}{tab}")
            found += judged(visit, f"{detail}{tab}")

    assert found == []
