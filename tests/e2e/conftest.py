"""One demo and one browser for all tests of the console; each test brings its own people."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import CHROMIUM, Visit, chromium
from tests.e2e.demo import Demo, running_demo


@pytest.fixture(scope="package")
def demo() -> Iterator[Demo]:
    """The demo, once for all: what one test changes, the next one finds."""
    with running_demo() as demo:
        yield demo


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser. While it is open no asynchronous test can run, so there are none beside these."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed (make browser)")
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(demo: Demo, browser: Browser) -> Iterator[Visit]:
    """A tab of somebody who has not signed in yet."""
    visit = Visit(browser, demo.console, width=1280, height=900)
    yield visit
    visit.close()
