"""Whether the decisions of a home are of the version that this code reads, asked before anything is computed.

Where they lie is `governance_place`; bringing them to another version is `plimsoll upgrade`'s business.
"""

from __future__ import annotations

from pipelines.settings import Home
from risk_register.database.store import open_store


def require_current_decisions(home: Home) -> None:
    """Refuse before anything is computed what could not be assessed and published after it.

    Raises:
        StoreError: the decisions cannot be read, or are those of another version.
    """
    open_store(home.governance_url).close()
