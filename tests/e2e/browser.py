"""A person at the console in a real browser, and what their browser complained about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
]  # fmt: skip
# Waits end early: a minute costs nothing where all is well.
PATIENCE_MS = 60_000
# A page that is left behind takes its questions back, and a download is no page.
TAKEN_BACK = "net::ERR_ABORTED"
# Notices go by themselves after some seconds: what was seen of them is kept.
KEEP_NOTICES = """
window.noticed = [];
new MutationObserver((changes) => {
  for (const node of changes.flatMap((each) => [...each.addedNodes]))
    for (const each of node.parentElement?.querySelectorAll("[role=status]") ?? [])
      if (node.contains(each))
        requestAnimationFrame(() => each.checkVisibility() && noticed.push(each.innerText));
}).observe(document, {childList: true, subtree: true});
"""
TAKE_NOTICE = """(words) => {
  const at = noticed.findIndex((each) => each.includes(words));
  return at >= 0 && noticed.splice(at, 1);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window, until the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


class Visit:
    """One tab of somebody with cookies of their own. `troubles` is what its browser reported."""

    def __init__(
        self,
        browser: Browser,
        console: str,
        *,
        width: int,
        height: int,
        scheme: Literal["light", "dark"] = "light",
        with_policy: bool = True,
    ) -> None:
        self.troubles: list[str] = []
        context = browser.new_context(
            base_url=console,
            viewport={"width": width, "height": height},
            locale="en",
            color_scheme=scheme,
            bypass_csp=not with_policy,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(KEEP_NOTICES)
        self.page: Page = context.new_page()
        self.page.on("console", self._heed_console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"uncaught: {error}"))
        self.page.on("response", self._heed_response)
        self.page.on("requestfailed", self._heed_failure)

    def close(self) -> None:
        """Leave, with all cookies forgotten."""
        self.page.context.close()

    def _heed_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text}")

    def _heed_response(self, response: Response) -> None:
        if response.status >= 400:
            request = response.request
            self.troubles.append(f"{response.status}: {request.method} {request.url}")

    def _heed_failure(self, request: Request) -> None:
        if request.failure != TAKEN_BACK:
            self.troubles.append(f"{request.failure}: {request.method} {request.url}")

    def settle(self) -> None:
        """Wait until the page shows what it has, not that it is fetching."""
        expect(self.page.get_by_role("heading", level=1).first).to_be_visible()
        expect(self.page.locator("[aria-busy=true]:visible")).to_have_count(0)
        expect(self.page.locator(".mantine-Skeleton-root:visible")).to_have_count(0)

    def is_told(self, words: str) -> None:
        """Wait until a notice has said this, once for each time that it is said."""
        self.page.wait_for_function(TAKE_NOTICE, arg=words)

    def sign_in(self, email: str, password: str, *, to: str) -> None:
        """Ask for a page as a visitor, sign in, and be led to that page."""
        self.page.goto(to)
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"**{to}")
        expect(self.page.get_by_label("Password", exact=True)).to_have_count(0)

    def choose(self, field: str, option: str) -> None:
        """Choose in a list that opens."""
        self.page.get_by_role("combobox", name=field).click()
        self.page.get_by_role("option", name=option).click()

    def write_reminder(self, address: str, values: dict[str, str]) -> None:
        """Fill in the page that sends, from the clinic, up to the button; values by label."""
        self.choose("From", "Lakeside Clinic")
        self.choose("Template", "appointment_reminder · en_US")
        for label, value in values.items():
            self.page.get_by_label(label, exact=True).fill(value)
        self.page.get_by_label("To", exact=True).fill(address)

    def send(self) -> None:
        """Press the button."""
        self.page.get_by_role("button", name="Send", exact=True).click()

    def filter(self, label: str, value: str) -> None:
        """Set a filter through its chip."""
        chips = self.page.get_by_role("group", name="Filters")
        chips.get_by_role("button", name=label, exact=True).click()
        self.page.get_by_role("textbox", name=label).fill(value)
        self.page.get_by_role("button", name="Apply").click()

    def row(self, conversation: str) -> Locator:
        """The row of a conversation in the list."""
        link = self.page.locator(f"a[href$='/interactions/{conversation}']")
        return self.page.get_by_role("row").filter(has=link)
