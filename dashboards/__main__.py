"""Serve the dashboard: `serve` for the command line, and `python -m dashboards` for development."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from dashboards.app import HERE_ALONE, create_app
from dashboards.guesses import Guesses
from dashboards.reach import Reach, spell_host
from risk_register.account.identities import Provider, read_provider
from risk_register.incident.locations import Locate
from risk_register.report.editions import Draw

THREADS = 4  # a page waits on DuckDB and the store, both of which let other threads run
WORKER_SECONDS = 60  # a worker that answers nothing for so long is replaced
SECRET_BYTES = 32


class DashboardServer(BaseApplication):
    """Gunicorn with our settings; each worker builds its own application after the fork."""

    def __init__(self, options: dict[str, Any], **parts: Any) -> None:
        self._options = options
        self._parts = parts
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one worker; file handles and connections are opened after the fork."""
        return create_app(**self._parts).server


def serve(
    *,
    published: Path,
    governance_url: str,
    secret: bytes,
    host: str,
    port: int,
    reports: Path | None = None,
    lake: Path | None = None,
    locate: Locate | None = None,
    draw_edition: Draw | None = None,
    way_to_on_call: Callable[[], bool] | None = None,
    evidence: Path | None = None,
    provider: Provider | None = None,
    workers: int = 2,
    reach: Reach = HERE_ALONE,
) -> None:
    """Serve until stopped; `reports` and `evidence` are folders of files, `lake` that of texts.

    `secret` signs the sessions and must be the same for all workers.
    """
    options = {
        "bind": spell_host(host, port),
        "workers": workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "timeout": WORKER_SECONDS,
        "loglevel": "warning",
        "proc_name": "plimsoll-dashboard",
        "preload_app": False,
        "forwarder_headers": "",  # a header that gunicorn would take for the path of the address
    }
    DashboardServer(
        options,
        published=published,
        governance_url=governance_url,
        secret=secret,
        reports=reports,
        lake=lake,
        locate=locate,
        draw_edition=draw_edition,
        way_to_on_call=way_to_on_call,
        evidence=evidence,
        provider=provider,
        reach=reach,
        guesses=Guesses(),
    ).run()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m dashboards", description="Serve the dashboard of a home."
    )
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("PLIMSOLL_HOME", "data")))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8050)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    home: Path = arguments.home.expanduser().resolve()
    serve(
        published=home / "published",
        governance_url=os.environ.get("PLIMSOLL_GOVERNANCE_URL", f"sqlite:///{home / 'governance.sqlite'}"),
        secret=secrets.token_bytes(SECRET_BYTES),
        host=arguments.host,
        port=arguments.port,
        reports=home / "reports",
        lake=home / "lake",
        way_to_on_call=(home / "definitions" / "notify.yaml").is_file,
        evidence=home / "governance" / "evidence",
        provider=read_provider(home / "openid.yaml"),
        workers=arguments.workers,
    )


if __name__ == "__main__":
    main()
