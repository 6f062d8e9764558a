"""What only a judge can see has no number in the published findings while only phrases look for it."""

import pyarrow as pa
import pytest

from pipelines.publish.leads import drop_leads

SEEN = [
    {"detector_id": "lexicon", "signal_id": "a_validates_delusion", "message_count": 4},
    {"detector_id": "lexicon", "signal_id": "u_self_harm", "message_count": 3},
    {"detector_id": "x_own", "signal_id": "x_own", "message_count": 2},
]


def kept(badge: str, detector: str = "lexicon") -> list[str]:
    findings = pa.Table.from_pylist([row | {"detector_id": row["detector_id"].replace("lexicon", detector)}
                                     for row in SEEN])  # fmt: skip
    cards = [{"detector_id": detector, "signal_id": row["signal_id"], "badge": badge} for row in SEEN]
    return drop_leads(findings, pa.Table.from_pylist(cards))["signal_id"].to_pylist()


@pytest.mark.parametrize(
    ("badge", "detector", "is_kept"),
    [
        ("unvalidated", "lexicon", False),
        ("limited", "lexicon", True),
        ("validated", "lexicon", True),
        ("unvalidated", "judge", True),
    ],
)
def test_meaning_is_counted_by_a_judge_or_by_what_people_have_measured(
    badge: str, detector: str, is_kept: bool
) -> None:
    found = kept(badge, detector)
    assert ("a_validates_delusion" in found) is is_kept
    assert found[-2:] == ["u_self_harm", "x_own"]
