"""A running dashboard over an invented home, and a Chromium that reports everything it does."""

import importlib.util
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
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from risk_register import accounts
from risk_register.store import Store

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

    def settle(self) -> None:
        """Wait until the page, its charts and its grids are drawn."""
        self.page.wait_for_selector("#page h1")
        self.page.wait_for_load_state("networkidle")
        self.wait("[...document.querySelectorAll('.chart-picture')].every(c => c.querySelector('.main-svg'))")
        self.wait("[...document.querySelectorAll('.grid')].every(g => g.querySelector('.ag-row'))")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true; Playwright's own waiting needs `eval`, which the pages forbid."""
        end = time.monotonic() + WAIT_SECONDS
        while not self.page.evaluate(condition):
            if time.monotonic() > end:
                pytest.fail(f"Not true within {WAIT_SECONDS} s: {condition}")
            self.page.wait_for_timeout(50)


@pytest.fixture(scope="session")
def factories() -> dict[str, ModuleType]:
    """The factories of published files and of governance stores."""
    return {name: load_factory(name) for name in ("published_factory", "governance_factory")}


@pytest.fixture(scope="session")
def site(tmp_path_factory, factories) -> Iterator[Site]:
    """A dashboard of two workers, started as its users start it."""
    home = tmp_path_factory.mktemp("home")
    factories["published_factory"].publish(home / "published")
    url = factories["governance_factory"].govern(home)
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


@pytest.fixture
def make_reader(site, browser) -> Iterator[Callable[..., Reader]]:
    """Make readers with a screen of a width and a scheme; `name` signs in."""
    contexts: list[BrowserContext] = []

    def make(name: str | None = "safety_officer", *, width: int = 1440, scheme: str = "light") -> Reader:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        reader = Reader(site, context.new_page())
        listen(reader)
        if name is not None:
            reader.page.goto(site.issue_link(name))
            reader.page.get_by_role("button", name="Sign in with this link").click()
            reader.settle()
        return reader

    yield make
    for context in contexts:
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
