"""Counts that cannot be counts: more cases than there were. They are left out and said, so that the fault of
one deployment does not keep the figures of all others from being published.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pandas as pd

LOG = logging.getLogger("plimsoll.assess")
SHOWN = 5


def leave_impossible(counts: pd.DataFrame, definitions: Mapping[str, dict[str, Any]]) -> pd.DataFrame:
    """The rows whose numerator lies within their denominator; of a share that has none, nothing is known."""
    shares = [name for name, one in definitions.items() if one["kind"] == "proportion"]
    is_within = (counts["numerator"] >= 0) & (counts["numerator"] <= counts["denominator"])
    is_wrong = counts["indicator_id"].isin(shares) & ~is_within
    for (deployment, indicator), rows in counts[is_wrong].groupby(["deployment_id", "indicator_id"]):
        places = [f"{one.period} {one.period_start}" for one in rows.head(SHOWN).itertuples()]
        LOG.warning(
            "  assess: %s/%s: more cases than there were in %s%s; left out as unknown. 0 <= numerator <= "
            "denominator is allowed; see the definition's SQL and ledger.delivery.",
            deployment,
            indicator,
            ", ".join(places),
            " ..." if len(rows) > SHOWN else "",
        )
    return counts[~is_wrong].reset_index(drop=True)
