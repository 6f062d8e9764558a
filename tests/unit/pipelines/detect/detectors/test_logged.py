"""Scores of the log become findings; a message without one is not run."""

import pyarrow as pa

from pipelines.detect.cascade import make_cascade
from pipelines.detect.category import MAPPED, map_category
from pipelines.detect.detector import Given
from pipelines.detect.detectors.logged import load_logged_detector
from pipelines.schemas.staging import SCORE
from risk_register.content import load_taxonomy
from tests.unit.pipelines.detect.message_factory import make_messages

MESSAGES = make_messages({"text": "one"}, {"text": "two"}, {"text": "three"})


def make_scores(*rows: tuple[str, str, float | None, bool | None]) -> pa.Table:
    names = {"text": "", "string": ""}
    filled = [
        {
            field.name: names.get(str(field.type), MESSAGES["day"][0].as_py())
            for field in SCORE.arrow_schema
        }
        | {
            "deployment_id": "d", "message_id": message, "source": "log", "name": name, "score": score,
            "is_flagged": flag,
        }
        for message, name, score, flag in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(filled, schema=SCORE.arrow_schema)


def test_the_highest_score_of_a_signal_is_taken_over() -> None:
    scores = make_scores(
        ("m0", "self-harm", 0.4, False), ("m0", "self-harm/intent", 0.8, True), ("m1", "weather", 0.9, True)
    )
    scan = load_logged_detector().scan(MESSAGES, Given(scores=scores))
    (row,) = scan.findings.to_pylist()
    assert (row["message_id"], row["signal_id"], row["score"], row["level"], row["is_alert"]) == (
        "m0", "u_suicidal_ideation", 0.8, 2, True,
    )  # fmt: skip
    assert scan.coverage["state"].to_pylist() == ["scored", "not_run", "not_run"]


def test_a_flag_without_a_score_is_an_alert_and_no_flag_is_nothing() -> None:
    scores = make_scores(("m0", "self_harm_intent", None, True), ("m2", "self-harm", None, False))
    rows = load_logged_detector().scan(MESSAGES, Given(scores=scores)).findings.to_pylist()
    assert [(row["message_id"], row["is_alert"]) for row in rows] == [("m0", True), ("m2", False)]


def test_without_scores_in_the_log_it_takes_no_part() -> None:
    cascade = make_cascade([load_logged_detector()])
    assert cascade.scan(MESSAGES).coverage.num_rows == 0
    assert cascade.scan(MESSAGES, make_scores(("m0", "self-harm", 0.9, True))).coverage.num_rows == 3


def test_every_category_stands_for_a_signal_and_a_level_of_the_taxonomy() -> None:
    taxonomy = load_taxonomy()
    for mapped in MAPPED:
        signal = taxonomy.signal(mapped.signal_id)
        assert signal.minimum_level <= mapped.level <= signal.maximum_level
        assert signal.speaker == mapped.role
        assert map_category(mapped.category.replace("/", "-").replace("-", "_"), mapped.role) == mapped
