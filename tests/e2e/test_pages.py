"""Every page of the console: nothing that axe objects to, light and dark, and a quiet browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import CHROMIUM, Visit, chromium
from tests.e2e.demo import Demo, running_demo

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
if not CHROMIUM.exists():
    pytest.skip(f"{CHROMIUM} is not installed (make browser)", allow_module_level=True)
if not AXE.exists():
    pytest.skip("axe-core is not installed (make console)", allow_module_level=True)

pytestmark = pytest.mark.timeout(240)
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
JUDGE = """async () => {
  const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa",
                                                   "best-practice"]});
  return found.violations.map((v) =>
    `${v.id}: ${v.help} at ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")}`);
}"""


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with running_demo() as demo:
        yield demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=["light", "dark"])
def visit(demo: Demo, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Ada is signed in; the page's own policy would keep the judge out, so it is not applied."""
    visit = Visit(
        browser, demo.console, width=1280, height=800, scheme=request.param, with_policy=False
    )
    yield visit
    visit.close()


def judged(visit: Visit, address: str) -> list[str]:
    """What axe says about a page, and what the browser complained of meanwhile."""
    visit.settle()
    visit.page.evaluate(AXE.read_text())
    said = [*visit.page.evaluate(JUDGE), *visit.troubles]
    visit.troubles.clear()
    return [f"{address}: {each}" for each in said]


def test_the_judge_sees_a_picture_without_words(visit: Visit) -> None:
    visit.page.goto("/login")
    visit.settle()
    visit.page.evaluate("document.querySelector('main').append(new Image())")

    assert any("image-alt" in each for each in judged(visit, "/login"))


def test_every_page_is_open_to_everybody_and_quiet(visit: Visit, demo: Demo) -> None:
    visit.page.goto("/login")
    found = judged(visit, "/login")
    visit.sign_in("ada@demo.example", demo.password, to="/interactions")

    for address in PAGES:
        visit.page.goto(address)
        found += judged(visit, address)
    for address in DETAILS:
        visit.page.goto(address)
        visit.page.locator("a[data-row-link]").first.click()
        visit.page.wait_for_url(f"**{address}/**")
        found += judged(visit, visit.page.url)
        opened = visit.page.url
        for tab in TABS.get(address, []):
            visit.page.goto(f"{opened}?{tab}")
            found += judged(visit, visit.page.url)

    assert found == []
