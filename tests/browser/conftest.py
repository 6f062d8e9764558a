"""A running dashboard over an invented home, and a Chromium that reports everything it does."""

import importlib.util
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, StorageState, sync_playwright

from risk_register.account import accounts
from risk_register.database.store import Store

FACTORIES = Path(__file__).parents[1] / "unit" / "dashboards"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
START_SECONDS = 60
WAIT_SECONDS = 20


def load_factory(name: str) -> ModuleType:
    """A factory of the unit tests; tests are no package, so it is loaded by its path."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FACTORIES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass
class Site:
    """A running dashboard."""

    url: str
    home: Path
    store: Store

    def issue_link(self, name: str) -> str:
        """The address of a fresh one-time link."""
        token = accounts.issue_link(self.store, name=name, at=datetime.now(UTC), valid_for=timedelta(hours=1))
        return f"{self.url}/sign-in?token={token}"


@dataclass
class Reader:
    """Somebody at a screen, and what the browser noticed meanwhile."""

    site: Site
    page: Page
    faults: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page and wait until it is drawn."""
        self.page.goto(f"{self.site.url}{path}")
        self.settle()
        return self.page

    def go(self, path: str) -> Page:
        """Go to another page as a link does, without reading the scripts again; its title must differ."""
        self.wait("document.title.endsWith(' · Plimsoll')")
        before = self.page.title()
        self.page.evaluate(
            """path => {
              history.pushState({}, '', path);
              window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'));
            }""",
            path,
        )
        self.wait(f"document.title !== {json.dumps(before)}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page, its charts and its grids are drawn."""
        self.page.wait_for_selector("#page h1")
        self.wait("[...document.querySelectorAll('.chart-picture')].every(c => c.querySelector('.main-svg'))")
        self.wait("[...document.querySelectorAll('.grid')].every(g => g.querySelector('.ag-row'))")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true; Playwright's own waiting needs `eval`, which the pages forbid."""
        end = time.monotonic() + WAIT_SECONDS
        while not self._is_true(condition):
            if time.monotonic() > end:
                pytest.fail(f"Not true within {WAIT_SECONDS} s: {condition}")
            self.page.wait_for_timeout(50)

    def _is_true(self, condition: str) -> bool:
        try:
            return bool(self.page.evaluate(condition))
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
            return False  # the page reloads just now, as after an answer that changed it


@pytest.fixture(scope="session")
def factories() -> dict[str, ModuleType]:
    """The factories of published files and of governance stores."""
    return {
        name: load_factory(name)
        for name in ("published_factory", "governance_factory", "report_factory", "review_factory")
    }


@pytest.fixture(scope="session")
def site(tmp_path_factory, factories) -> Iterator[Site]:
    """A dashboard of two workers, started as its users start it."""
    home = tmp_path_factory.mktemp("home")
    factories["published_factory"].publish(home / "published")
    url = factories["governance_factory"].govern(home)
    factories["report_factory"].build(home / "reports")
    factories["review_factory"].fill_lake(home / "lake")
    factories["review_factory"].add_reviewers(Store(url), "reviewer_one", "reviewer_two")
    factories["review_factory"].draw_week(Store(url))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dashboards", "--home", str(home), "--port", str(port), "--workers", "2"]
    server = subprocess.Popen(command)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(f"{address}/health", server)
        yield Site(address, home, Store(url))
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_until_healthy(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait for the first answer; fail with the reason if the server ends before."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"The dashboard ended with {server.returncode} before it answered.")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own address
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail(f"The dashboard did not answer within {START_SECONDS} s.")


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[Browser]:
    """Chromium without anything that calls home."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def signed_in(site, browser) -> Callable[[str], StorageState]:
    """The cookies of an account that has signed in once; the door itself is tested elsewhere."""
    states: dict[str, StorageState] = {}

    def sign_in(name: str) -> StorageState:
        if name not in states:
            context = browser.new_context()
            page = context.new_page()
            page.goto(site.issue_link(name))
            page.get_by_role("button", name="Sign in with this link").click()
            page.wait_for_selector("#page h1")
            states[name] = context.storage_state()
            context.close()
        return states[name]

    return sign_in


@pytest.fixture(scope="session")
def open_context(site, browser, signed_in) -> Callable[[str | None, int, str], BrowserContext]:
    """A new window of somebody, with a width and a scheme."""

    def open_new(name: str | None, width: int, scheme: str) -> BrowserContext:
        state = None if name is None else signed_in(name)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=state
        )
        context.add_cookies([{"name": "plimsoll_scheme", "value": scheme, "url": site.url}])
        return context

    return open_new


@pytest.fixture(scope="session")
def shared_contexts() -> Iterator[dict[tuple[str | None, int, str], BrowserContext]]:
    """Windows that tests share, so that the browser keeps the scripts it has read."""
    contexts: dict[tuple[str | None, int, str], BrowserContext] = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def make_reader(site, open_context, shared_contexts) -> Iterator[Callable[..., Reader]]:
    """Make readers with a screen of a width and a scheme; `name` is signed in already, and None is not.

    `is_own` is for a test that changes cookies: its window is shared with nobody.
    """
    readers: list[tuple[Reader, BrowserContext | None]] = []

    def make(
        name: str | None = "safety_officer",
        *,
        width: int = 1440,
        scheme: str = "light",
        is_own: bool = False,
    ) -> Reader:
        is_own = is_own or name is None
        key = (name, width, scheme)
        if not is_own and key not in shared_contexts:
            shared_contexts[key] = open_context(*key)
        context = open_context(*key) if is_own else shared_contexts[key]
        reader = Reader(site, context.new_page())
        readers.append((reader, context if is_own else None))
        listen(reader)
        return reader

    yield make
    for reader, context in readers:
        reader.page.close()
        if context is not None:
            context.close()


def listen(reader: Reader) -> None:
    """Note errors, refused answers, and every request that leaves the site."""
    page = reader.page
    page.on("pageerror", lambda error: reader.faults.append(str(error)))
    page.on(
        "console",
        lambda message: reader.faults.append(message.text) if message.type in {"error", "warning"} else None,
    )
    page.on(
        "response",
        lambda answer: (
            reader.faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            reader.external.append(request.url)
            if not request.url.startswith((reader.site.url, "data:", "blob:"))
            else None
        ),
    )


@pytest.fixture
def reader(make_reader) -> Reader:
    """A safety officer at a desk."""
    return make_reader()
