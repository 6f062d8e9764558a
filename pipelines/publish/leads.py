"""Leaves out of the published findings what is a lead and no number: meaning that phrases alone have found.

Reviewers still see such findings, conversation by conversation; readiness says "needs review or a judge".
"""

from __future__ import annotations

import pyarrow as pa

from risk_register.content import load_taxonomy


def drop_leads(findings: pa.Table, detectors: pa.Table) -> pa.Table:
    """The rows of `finding_summary` whose detector may measure the signal; `detectors` say its badge.

    A detector that has no card any more has measured what it had a card for.
    """
    signals = {signal.id: signal for signal in load_taxonomy().signals}
    leads = {
        (row["detector_id"], row["signal_id"])
        for row in detectors.select(["detector_id", "signal_id", "badge"]).to_pylist()
        if row["signal_id"] in signals
        and not signals[row["signal_id"]].is_measured_by(row["detector_id"], row["badge"])
    }
    pairs = zip(findings["detector_id"].to_pylist(), findings["signal_id"].to_pylist(), strict=True)
    return findings.filter(pa.array([pair not in leads for pair in pairs], pa.bool_()))
