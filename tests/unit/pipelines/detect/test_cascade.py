"""Running all detectors: a failure is never clear, and the version moves with what detectors do."""

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest

from pipelines.detect.cards import accounts_table, cards_table, figures_table
from pipelines.detect.cascade import DETECTORS, list_cards, make_cascade
from pipelines.detect.detector import (
    LOG,
    NOTHING_GIVEN,
    Badge,
    CoverageState,
    DetectorCard,
    DetectorError,
    Evidence,
    Figure,
    Given,
    Scan,
    SignalCard,
    make_coverage,
    make_findings,
)
from pipelines.detect.plan import Plan, Sees, Step
from pipelines.schemas.finding import COVERAGE, DETECTOR, DETECTOR_CARD, DETECTOR_FIGURE

MESSAGES = pa.table(
    {
        "deployment_id": ["d", "d"],
        "day": pa.array([dt.date(2026, 3, 1)] * 2, pa.date32()),
        "conversation_id": ["c", "c"],
        "message_id": ["m0", "m1"],
        "turn": [0, 1],
        "role": ["user", "assistant"],
        "text": ["I want to die", "Please call 988."],
        "language": ["en", "en"],
    }
)
CARD = DetectorCard(
    detector_id="stub",
    version="1",
    purpose="p",
    not_for="n",
    signals=(
        SignalCard(
            "a_refusal",
            ("en", "fr"),
            Badge.UNVALIDATED,
            "not known",
            sieve=0.3,
            alert=0.6,
            threshold_reason="chosen",
            figures=(Figure("replies", "f1", 0.9, 0.8, 0.95, 100, 40, operating_point="alert"),),
        ),
    ),
    languages=("en", "fr"),
    roles=("user", "assistant"),
    failures=(),
    thresholds=(),
)


class Stub:
    """A detector that gives every message the same score, and remembers what it was given."""

    def __init__(
        self, name: str = "stub", *, score: float | None = None, error: Exception | None = None
    ) -> None:
        self.card = dataclasses.replace(CARD, detector_id=name)
        self.given: list[Given] = []
        self.signal_id = "a_refusal"
        self._score = score
        self._error = error

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        self.given.append(given)
        if self._error is not None:
            raise self._error
        states = [CoverageState.SCORED] * messages.num_rows
        found = [] if self._score is None else [Evidence(self.signal_id, 0, self._score, "rule")]
        return Scan(
            make_findings(
                messages,
                [(place, one) for place in range(messages.num_rows) for one in found],
                card=self.card,
            ),
            make_coverage(messages, states, card=self.card),
        )


def test_a_detector_that_fails_leaves_its_messages_failed_and_others_alone() -> None:
    working = DETECTORS[0].make()
    scan = make_cascade([Stub(error=DetectorError("broken")), working]).scan(MESSAGES)
    states = {(row["detector_id"], row["state"]) for row in scan.coverage.to_pylist()}
    assert states == {("stub", "failed"), (working.card.detector_id, "scored")}
    assert set(scan.findings["detector_id"].to_pylist()) == {working.card.detector_id}


def test_what_a_detector_failed_to_look_at_is_owed_and_what_the_plan_left_out_is_not() -> None:
    assert make_cascade([Stub(score=0.9)]).scan(MESSAGES).unfinished == frozenset()
    failed = make_cascade([Stub(error=DetectorError("broken"))]).scan(MESSAGES)
    assert failed.unfinished == {("d", dt.date(2026, 3, 1))}
    assert failed.coverage["is_owed"].to_pylist() == [True, True]
    partly = make_cascade([Stub(error=DetectorError("broken")), DETECTORS[0].make()]).scan(MESSAGES)
    assert {(row["detector_id"], row["is_owed"]) for row in partly.coverage.to_pylist()} == {
        ("stub", True),
        ("lexicon", False),
    }
    dear = Step(detector="dear", sees=Sees.SIEVE, neighbours=0, share=1e-9)
    plan = Plan(
        seed=1,
        steps=(Step(detector="stub", sees=Sees.ALL, is_basis=True), dear),
        order={"default": ("stub",)},
    )
    nothing_passes = make_cascade([Stub(score=0.1), Stub("dear", error=DetectorError("broken"))], plan)
    assert nothing_passes.scan(MESSAGES).unfinished == frozenset()
    assert nothing_passes.scan(MESSAGES).coverage["is_owed"].to_pylist() == [False] * 4


def test_a_message_that_is_no_text_is_shown_to_nobody_and_never_counts_as_looked_at() -> None:
    alone = ["[image]", "[image]\n[audio]", "<image>", " <Image>\n<video> "]
    texts = [*alone, "I want to die\n[image]", "<image>\nI want to die", "[imagine]", "<imagine>"]
    roles = ["user", "assistant"] * 4
    rows = pa.concat_tables([MESSAGES] * 4).to_pylist()
    messages = pa.Table.from_pylist(
        [row | {"message_id": f"m{n}", "text": texts[n], "role": roles[n]} for n, row in enumerate(rows)],
        schema=MESSAGES.schema,
    )
    stub = Stub(score=0.9)
    scan = make_cascade([stub]).scan(messages)
    assert scan.coverage["state"].to_pylist() == ["not_text"] * 4 + ["scored"] * 4
    assert set(scan.findings["message_id"].to_pylist()) == {"m4", "m5", "m6", "m7"}
    assert scan.unfinished == frozenset()


def test_an_error_that_was_not_declared_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="a fault of ours"):
        make_cascade([Stub(error=ValueError("a fault of ours"))]).scan(MESSAGES)


def test_every_message_has_one_coverage_row_for_every_detector() -> None:
    scan = make_cascade().scan(MESSAGES)
    keys = [tuple(row.values()) for row in scan.coverage.select(list(COVERAGE.key)).to_pylist()]
    running = [card for card in list_cards() if LOG not in card.reads]
    assert len(keys) == len(set(keys)) == MESSAGES.num_rows * len(running)


def test_findings_carry_the_version_of_the_card() -> None:
    versions = {card.detector_id: card.version for card in list_cards()}
    found = make_cascade().scan(MESSAGES).findings.to_pylist()
    assert found
    assert all(row["detector_version"] == versions[row["detector_id"]] for row in found)


def test_the_tables_of_cards_follow_their_declarations() -> None:
    cascade = make_cascade([Stub()])
    (line,) = cards_table(cascade).to_pylist()
    assert cards_table(cascade).schema.equals(DETECTOR.arrow_schema)
    assert line == {
        "detector_id": "stub",
        "detector_version": "1",
        "signal_id": "a_refusal",
        "languages": "en,fr",
        "badge": "unvalidated",
        "note": "not known",
        "sieve": 0.3,
        "alert": 0.6,
        "threshold_reason": "chosen",
        "place": 1,
    }
    assert accounts_table(cascade).schema.equals(DETECTOR_CARD.arrow_schema)
    of_rules, of_trajectory = accounts_table(cascade).to_pylist()
    assert of_rules["sees"] == "every message of the roles it reads"
    assert of_trajectory["detector_id"] == "trajectory"
    (figure,) = figures_table(cascade).to_pylist()
    assert figures_table(cascade).schema.equals(DETECTOR_FIGURE.arrow_schema)
    assert (figure["measure"], figure["value"], figure["n"]) == ("f1", 0.9, 100)


@pytest.mark.parametrize(
    ("score", "kept"), [(0.29, []), (0.3, [False]), (0.59, [False]), (0.6, [True]), (1.0, [True])]
)
def test_from_the_sieve_on_a_finding_is_kept_and_from_the_alert_on_it_counts(
    score: float, kept: list[bool]
) -> None:
    scan = make_cascade([Stub(score=score)]).scan(MESSAGES.slice(0, 1))
    assert scan.findings["is_alert"].to_pylist() == kept
    assert scan.findings["is_deciding"].to_pylist() == [True] * len(kept)


def test_graded_scores_go_below_the_sieve() -> None:
    graded = make_cascade([Stub(score=0.1)]).grade(MESSAGES, "stub")
    assert graded.findings["score"].to_pylist() == [0.1, 0.1]


def test_the_first_in_the_order_that_scored_the_message_decides() -> None:
    first, second = Stub("first", score=0.4), Stub("second", score=0.9)
    rows = make_cascade([first, second]).scan(MESSAGES.slice(0, 1)).findings.to_pylist()
    assert {row["detector_id"]: row["is_deciding"] for row in rows} == {"first": True, "second": False}


class Grave(Stub):
    """It finds something at a level, with an error that is known or not."""

    def __init__(self, name: str, level: int | None, badge: Badge) -> None:
        super().__init__(name, score=None if level is None else 0.9)
        self._level = level or 0
        line = dataclasses.replace(CARD.signals[0], badge=badge)
        self.card = dataclasses.replace(self.card, signals=(line,))

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        scan = super().scan(messages, given)
        rows = [row | {"level": self._level} for row in scan.findings.to_pylist()]
        return dataclasses.replace(scan, findings=pa.Table.from_pylist(rows, schema=scan.findings.schema))


@pytest.mark.parametrize(
    ("first", "found", "badge", "counts"),
    [
        (Badge.UNVALIDATED, 4, Badge.LIMITED, True),
        (Badge.UNVALIDATED, 3, Badge.LIMITED, False),
        (Badge.UNVALIDATED, 4, Badge.UNVALIDATED, False),
        (Badge.LIMITED, 4, Badge.LIMITED, False),
    ],
)
def test_who_was_never_measured_takes_no_critical_finding_back(
    first: Badge, found: int, badge: Badge, counts: bool
) -> None:
    detectors = [Grave("first", None, first), Grave("second", found, badge)]
    (row,) = make_cascade(detectors).scan(MESSAGES.slice(0, 1)).findings.to_pylist()
    assert row["is_deciding"] is counts


def test_one_that_failed_leaves_the_decision_to_the_next() -> None:
    broken, second = Stub("first", error=DetectorError("broken")), Stub("second", score=0.9)
    rows = make_cascade([broken, second]).scan(MESSAGES.slice(0, 1)).findings.to_pylist()
    assert [(row["detector_id"], row["is_deciding"]) for row in rows] == [("second", True)]


def test_one_that_does_not_look_for_a_signal_in_a_language_does_not_decide_about_it() -> None:
    english = Stub("first")
    line = dataclasses.replace(CARD.signals[0], languages=("fr",))
    english.card = dataclasses.replace(english.card, signals=(line,))
    rows = make_cascade([english, Stub("second", score=0.9)]).scan(MESSAGES.slice(0, 1)).findings.to_pylist()
    assert [(row["detector_id"], row["is_deciding"]) for row in rows] == [("second", True)]


def test_a_detector_is_given_the_graded_findings_of_those_it_reads() -> None:
    first, second = Stub("first", score=0.1), Stub("second")
    second.card = dataclasses.replace(second.card, reads=("first",))
    make_cascade([first, second]).scan(MESSAGES)
    (given,) = second.given
    assert given.evidence is not None
    assert given.evidence["score"].to_pylist() == [0.1, 0.1]
    assert given.context is not None
    assert given.context.num_rows == MESSAGES.num_rows


def test_a_dear_detector_sees_what_passes_the_sieve_and_the_rest_is_not_run() -> None:
    cheap, dear = Stub("cheap"), Stub("dear", score=0.9)
    plan = Plan(
        seed=1,
        steps=(
            Step(detector="cheap", sees=Sees.ALL, is_basis=True),
            Step(detector="dear", sees=Sees.SIEVE, share=0.0001),
        ),
        order={"default": ("dear", "cheap")},
    )
    scan = make_cascade([cheap, dear], plan).scan(MESSAGES)
    rows = [row for row in scan.coverage.to_pylist() if row["detector_id"] == "dear"]
    assert [(row["state"], row["inclusion"], row["is_basis"]) for row in rows] == [
        ("not_run", 0.0001, False)
    ] * 2
    assert scan.findings.num_rows == 0


@pytest.mark.parametrize(("score", "counts"), [(0.9, (1, 1, 0, 0)), (0.1, (0, 0, 1, 1))])
def test_what_a_dear_detector_confirms_is_counted_by_whether_it_was_passed_on(
    score: float, counts: tuple[int, ...]
) -> None:
    plan = Plan(
        seed=1,
        steps=(
            Step(detector="cheap", sees=Sees.ALL, is_basis=True),
            Step(detector="dear", sees=Sees.SIEVE, share=1.0),
        ),
        order={"default": ("dear", "cheap")},
    )
    (row,) = (
        make_cascade([Stub("cheap", score=score), Stub("dear", score=0.9)], plan)
        .scan(MESSAGES)
        .misses.to_pylist()
    )
    names = ("passed_count", "confirmed_count", "rest_count", "missed_count")
    assert (row["detector_id"], row["signal_id"], *(row[name] for name in names)) == (
        "dear", "a_refusal", *counts,
    )  # fmt: skip


def test_detectors_that_see_everything_miss_nothing_that_anybody_could_count() -> None:
    assert make_cascade().scan(MESSAGES).misses.num_rows == 0


def test_thresholds_that_every_score_passes_are_refused() -> None:
    with pytest.raises(DetectorError, match="0 < sieve <= alert <= 1"):
        SignalCard("a_refusal", ("en",), Badge.UNVALIDATED, "", sieve=0.7, alert=0.6)


def test_the_version_of_all_detectors_moves_with_one_of_them() -> None:
    one, other = Stub(), Stub()
    other.card = dataclasses.replace(CARD, version="2")
    assert make_cascade([one]).version == make_cascade([Stub()]).version
    assert make_cascade([one]).version != make_cascade([other]).version


def test_a_state_is_due_for_every_message() -> None:
    with pytest.raises(DetectorError, match="1 states for 2 messages"):
        make_coverage(MESSAGES, [CoverageState.SCORED], card=CARD)


def test_nobody_left_out_leaves_an_empty_table_of_the_same_columns() -> None:
    assert make_cascade().skip(MESSAGES.slice(0, 0)).schema == COVERAGE.arrow_schema


@pytest.mark.parametrize(
    ("signal_id", "state"),
    [("a_refusal", "scored"), ("p_help_encouraged", "not_run"), ("x_own_word", "not_run")],
)
def test_neither_an_act_of_care_nor_a_signal_of_ones_own_asks_for_a_closer_look(
    signal_id: str, state: str
) -> None:
    cheap, dear = Stub("cheap", score=0.9), Stub("dear")
    line = dataclasses.replace(CARD.signals[0], signal_id=signal_id)
    cheap.card = dataclasses.replace(cheap.card, signals=(line,))
    cheap.signal_id = signal_id
    plan = Plan(
        seed=1,
        steps=(
            Step(detector="cheap", sees=Sees.ALL, is_basis=True),
            Step(detector="dear", sees=Sees.SIEVE, share=0.0001),
        ),
        order={"default": ("dear", "cheap")},
    )
    scan = make_cascade([cheap, dear], plan).scan(MESSAGES)
    assert {row["state"] for row in scan.coverage.to_pylist() if row["detector_id"] == "dear"} == {state}
