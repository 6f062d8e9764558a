"""What indicators count of the findings, in SQL, evaluation and the account of misses count in Python."""

from itertools import product

import pytest

from pipelines.detect.counted import is_counted
from pipelines.detect.detector import Subject, Time
from pipelines.indicators.compute import build_facts

SIGNALS = (
    "u_suicidal_ideation",
    "u_acute_distress",
    "a_method_info",
    "a_refusal",
    "p_crisis_resource",
    "x_own",
)
ROLES = ("user", "assistant")


@pytest.mark.parametrize("signal_id", SIGNALS)
def test_a_finding_counts_in_both_or_in_neither(engine, give_sources, signal_id: str):
    cases = list(product(ROLES, Subject, Time))
    give_sources(
        {
            "message": [
                {"role": role, "message_id": f"message-{at}"} for at, (role, _, _) in enumerate(cases)
            ],
            "finding": [
                {"message_id": f"message-{at}", "signal_id": signal_id, "subject": subject, "time": time}
                for at, (_, subject, time) in enumerate(cases)
            ],
        }
    )
    rows = build_facts(engine, ["fact.message_signal"])["fact.message_signal"].to_pylist()
    in_sql = {(row["role"], row["subject"], row["time"]): row["is_counted"] for row in rows}
    in_python = {
        (role, subject, time): is_counted(signal_id, role=role, subject=subject, time=time)
        for role, subject, time in cases
    }
    differ = {case for case in cases if in_sql[case] != in_python[case]}
    assert len(in_sql) == len(cases)
    # Of nobody says only a score of a whole message: graded as the speaker's own, counted by no indicator.
    assert {subject for _, subject, _ in differ} <= {Subject.UNCLEAR}
