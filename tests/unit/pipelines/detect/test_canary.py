"""The canary: what is asked, what class an answer falls into, and what counts as changed."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.detect.canary import CanarySettings, compare, require_answers, run_canary
from pipelines.detect.cascade import Cascade, make_cascade
from pipelines.detect.endpoint import Endpoint
from pipelines.detect.extras import check_extras
from pipelines.detect.probe import AnswerClass, Probe, Probes, classify, load_probes
from pipelines.errors import DefinitionError, StateError
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.schemas.ledger import DEPLOYMENT
from pipelines.settings import Home, HomeKind, make_home
from tests.unit.pipelines.detect.model_server import Answer, ModelServer
from tests.unit.pipelines.detect.test_cascade import Stub

AT = dt.datetime(2026, 3, 1, 3, tzinfo=dt.UTC)
CARE = "I am so sorry. Please call or text 988 now."
PLAIN = "Tell me more about your week."
PROBES = Probes.model_construct(
    version="t",
    probes=tuple(Probe(id=f"probe_{number}", language="en", text=f"Probe {number}.") for number in range(4)),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    row = {
        field.name: 0
        if pa.types.is_integer(field.type)
        else "harbor"
        if field.name == "deployment_id"
        else "UTC"
        for field in DEPLOYMENT.arrow_schema
    }
    with lakes.write(place.lake, by="test") as commit:
        commit.replace_all(DEPLOYMENT.full_name, pa.Table.from_pylist([row], schema=DEPLOYMENT.arrow_schema))
    return place


def say(choose: Callable[[str], str]) -> Callable[[str, dict[str, Any]], Answer]:
    def answer(path: str, body: dict[str, Any]) -> Answer:
        content = choose(body["messages"][-1]["content"])
        return 200, {}, json.dumps({"choices": [{"message": {"content": content}}]}).encode()

    return answer


def ask(
    home: Home,
    server: ModelServer,
    *,
    at: dt.datetime = AT,
    probes: Probes = PROBES,
    cascade: Cascade | None = None,
    **more: Any,
) -> dict[str, Any]:
    settings = CanarySettings.model_validate(
        {
            "deployment": "harbor",
            "repeats": 2,
            "endpoint": {"url": server.url, "model": "m", "attempts": 1, "requests_per_minute": 100_000},
        }
        | more
    )
    endpoint = Endpoint(settings.endpoint, sleep=lambda seconds: None)
    return run_canary(home, settings, at=at, endpoint=endpoint, probes=probes, cascade=cascade)


def test_the_shipped_probes_are_fifty_or_more_in_four_languages() -> None:
    probes = load_probes().probes
    assert 50 <= len(probes) <= 200
    assert {probe.language for probe in probes} == {"en", "es", "fr", "de"}


def test_each_probe_is_asked_as_often_as_said_and_marked_as_test_traffic(
    home: Home, model_server: ModelServer
) -> None:
    model_server.answer = say(lambda text: PLAIN)
    run = ask(home, model_server, system="You are Harbor.")
    assert len(model_server.requests) == 8
    assert {body["user"] for _, _, body in model_server.requests} == {"plimsoll-canary"}
    assert {body["messages"][0]["content"] for _, _, body in model_server.requests} == {"You are Harbor."}
    assert (run["answered_count"], run["changed_share"], run["compared_with"]) == (4, None, "")


def test_a_probe_whose_answers_are_of_another_class_has_changed(
    home: Home, model_server: ModelServer
) -> None:
    model_server.answer = say(lambda text: CARE)
    ask(home, model_server)
    model_server.answer = say(lambda text: PLAIN if text == "Probe 2." else CARE)
    run = ask(home, model_server, at=AT + dt.timedelta(days=1))
    assert (run["changed_count"], run["compared_count"], run["changed_share"]) == (1, 4, 0.25)
    assert 0 < run["ci_low"] < 0.25 < run["ci_high"] < 1
    rows = Lake(home.lake).read("finding.canary_probe")
    assert rows is not None
    classes = {(row["run_id"][:8], row["probe_id"]): row["answer_class"] for row in rows.to_pylist()}
    assert classes["20260301", "probe_2"] == "crisis_resource"
    assert classes["20260302", "probe_2"] == "other"


@pytest.mark.parametrize(("score", "found"), [(0.59, "other"), (0.6, "refusal")])
def test_an_answer_is_classed_by_what_counts_in_it_and_not_by_what_is_only_kept(
    home: Home, model_server: ModelServer, score: float, found: str
) -> None:
    model_server.answer = say(lambda text: PLAIN)
    ask(home, model_server, cascade=make_cascade([Stub(score=score)]))
    rows = Lake(home.lake).read("finding.canary_probe")
    assert rows is not None
    assert set(rows["answer_class"].to_pylist()) == {found}


def test_no_text_of_an_answer_is_kept(home: Home, model_server: ModelServer) -> None:
    model_server.answer = say(lambda text: CARE)
    ask(home, model_server)
    for name in ("finding.canary_run", "finding.canary_probe"):
        rows = Lake(home.lake).read(name)
        assert rows is not None
        assert "sorry" not in str(rows.to_pylist())


@pytest.mark.parametrize(("answered", "is_enough"), [(4, True), (3, False), (0, False)])
def test_a_run_with_few_answers_is_no_first_run(
    home: Home, model_server: ModelServer, answered: int, is_enough: bool
) -> None:
    texts = {f"Probe {number}." for number in range(answered)}
    heard = say(lambda text: CARE)

    def answer(path: str, body: dict[str, Any]) -> Answer:
        return heard(path, body) if body["messages"][-1]["content"] in texts else (500, {}, b"")

    model_server.answer = answer
    run = ask(home, model_server)
    if is_enough:
        require_answers(run)
        return
    with pytest.raises(StateError, match=f"Only {answered} of 4 probes were answered by m; .* 80%"):
        require_answers(run)


def withhold(**choice: Any) -> Answer:
    return 200, {}, json.dumps({"choices": [choice]}).encode()


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (withhold(finish_reason="content_filter", message={"content": None}), "withheld"),
        (withhold(finish_reason="content_filter", message={"content": "I am so"}), "withheld"),
        (withhold(finish_reason="stop", message={"content": " \n"}), "withheld"),
        (withhold(finish_reason="stop", message={"refusal": "I cannot.", "content": None}), "withheld"),
        ((200, {}, b'{"choices": []}'), "withheld"),
        ((400, {}, b'{"error": {"code": "content_filter"}}'), "withheld"),
        ((500, {}, b""), "no_answer"),
        ((401, {}, b""), "no_answer"),
        ((200, {}, b'{"error": "down"}'), "no_answer"),
    ],
)
def test_an_answer_with_nothing_in_it_has_changed_and_one_that_did_not_come_is_compared_with_nothing(
    home: Home, model_server: ModelServer, answer: Answer, shown: str
) -> None:
    # Of ten probes one in ten is within what a run may lack.
    probes = Probes.model_construct(
        version="t", probes=tuple(Probe(id=f"p{n}", language="en", text=f"Probe {n}.") for n in range(10))
    )
    heard = model_server.answer = say(lambda text: CARE)
    ask(home, model_server, probes=probes)
    model_server.answer = lambda path, body: (
        answer if body["messages"][-1]["content"] == "Probe 2." else heard(path, body)
    )
    run = ask(home, model_server, at=AT + dt.timedelta(days=1), probes=probes)
    require_answers(run)
    is_withheld = shown == "withheld"
    assert (run["compared_count"], run["changed_count"], run["withheld_count"]) == (
        (10, 1, 1) if is_withheld else (9, 0, 0)
    )
    rows = Lake(home.lake).read("finding.canary_probe")
    assert rows is not None
    assert {row["answer_class"] for row in rows.to_pylist() if row["probe_id"] == "p2"} == {
        "crisis_resource", shown
    }  # fmt: skip
    again = ask(home, model_server, at=AT + dt.timedelta(days=2), probes=probes)
    assert again["changed_count"] == 0


def test_a_run_in_which_all_is_withheld_has_changed_is_told_and_is_what_none_is_compared_with(
    home: Home, model_server: ModelServer
) -> None:
    model_server.answer = say(lambda text: CARE)
    ask(home, model_server)
    model_server.answer = say(lambda text: "")
    blank = ask(home, model_server, at=AT + dt.timedelta(days=1))
    assert (blank["changed_share"], blank["withheld_count"]) == (1.0, 4)
    with pytest.raises(StateError, match="All 4 answers of m are empty, filtered or refused"):
        require_answers(blank)
    model_server.answer = say(lambda text: CARE)
    later = ask(home, model_server, at=AT + dt.timedelta(days=2))
    assert (later["compared_with"][:8], later["changed_count"]) == ("20260301", 0)


@pytest.mark.parametrize(("down_from", "asked"), [(0, 5), (3, 8)])
def test_an_endpoint_that_is_down_is_left_alone_and_what_was_answered_is_kept(
    home: Home, model_server: ModelServer, down_from: int, asked: int
) -> None:
    probes = Probes.model_construct(
        version="t",
        probes=tuple(Probe(id=f"p_{number}", language="en", text=f"Probe {number}.") for number in range(20)),
    )

    def answer(path: str, body: dict[str, Any]) -> Answer:
        is_up = len(model_server.requests) <= down_from
        return say(lambda text: CARE)(path, body) if is_up else (503, {}, b"")

    model_server.answer = answer
    run = ask(home, model_server, probes=probes)
    assert len(model_server.requests) == asked
    assert run["answered_count"] == (down_from + 1) // 2
    with pytest.raises(StateError, match=r"the last time it did not: 127\.0\.0\.1:\d+/v1: status 503\."):
        require_answers(run)


def test_a_run_with_few_answers_is_compared_with_none(home: Home, model_server: ModelServer) -> None:
    model_server.answer = say(lambda text: CARE)
    ask(home, model_server)
    model_server.answer = lambda path, body: (500, {}, b"")
    broken = ask(home, model_server, at=AT + dt.timedelta(days=1))
    assert (broken["answered_count"], broken["changed_share"]) == (0, None)
    model_server.answer = say(lambda text: CARE)
    later = ask(home, model_server, at=AT + dt.timedelta(days=2))
    assert (later["compared_with"][:8], later["changed_count"]) == ("20260301", 0)


def test_the_same_run_again_is_one_run(home: Home, model_server: ModelServer) -> None:
    model_server.answer = say(lambda text: CARE)
    ask(home, model_server)
    ask(home, model_server)
    rows = Lake(home.lake).read("finding.canary_run")
    assert rows is not None
    assert rows.num_rows == 1


def test_other_detectors_or_probes_are_not_compared() -> None:
    run = {
        "deployment_id": "d", "run_id": "2", "probes_version": "1", "detectors_version": "1",
        "answered_count": 4, "probe_count": 4,
    }  # fmt: skip
    rows = [
        {"deployment_id": "d", "run_id": "2", "probe_id": "p", "answer_class": "other", "answered_count": 1}
    ]
    then = [row | {"run_id": "1", "answer_class": "harm"} for row in rows]
    before = run | {"run_id": "1"}
    assert compare(run, rows, [before], then)["changed_count"] == 1
    for other in ({"probes_version": "2"}, {"detectors_version": "2"}, {"deployment_id": "e"}):
        assert compare(run, rows, [before | other], then)["changed_share"] is None


def test_a_run_of_which_a_part_came_hides_no_whole_one_before_it() -> None:
    run = {
        "deployment_id": "d", "run_id": "3", "probes_version": "1", "detectors_version": "1",
        "answered_count": 4, "probe_count": 4,
    }  # fmt: skip
    probes = [
        {"deployment_id": "d", "run_id": number, "probe_id": "p", "answer_class": said, "answered_count": 1}
        for number, said in (("1", "harm"), ("2", "other"), ("3", "other"))
    ]
    runs = [run | {"run_id": "1"}, run | {"run_id": "2", "answered_count": 3}]
    found = compare(run, probes[2:], runs, probes[:2])
    assert (found["compared_with"], found["changed_count"]) == ("1", 1)


def test_a_probe_that_nobody_answered_before_has_not_changed() -> None:
    run = {
        "deployment_id": "d", "run_id": "2", "probes_version": "1", "detectors_version": "1",
        "answered_count": 5, "probe_count": 5,
    }  # fmt: skip
    now = [
        {"deployment_id": "d", "run_id": "2", "probe_id": f"p{number}", "answer_class": "other",
         "answered_count": 1}
        for number in range(5)
    ]  # fmt: skip
    then = [row | {"run_id": "1"} for row in now]
    then[0] |= {"answer_class": "no_answer", "answered_count": 0}
    found = compare(run, now, [run | {"run_id": "1", "answered_count": 4}], then)
    assert (found["compared_count"], found["changed_count"]) == (4, 0)


def test_a_deployment_that_delivered_nothing_is_refused(home: Home, model_server: ModelServer) -> None:
    with pytest.raises(StateError, match="cove, which has delivered nothing"):
        ask(home, model_server, deployment="cove")
    assert model_server.requests == []


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (set(), AnswerClass.OTHER),
        ({"a_refusal"}, AnswerClass.REFUSAL),
        ({"a_refusal", "p_crisis_resource"}, AnswerClass.CRISIS_RESOURCE),
        ({"p_help_encouraged", "p_risk_question"}, AnswerClass.RISK_QUESTION),
        ({"a_encourages_harm", "p_crisis_resource"}, AnswerClass.HARM),
        ({"p_limits_statement"}, AnswerClass.DISCLOSURE),
    ],
)
def test_the_gravest_thing_an_answer_does_is_its_class(signals: set[str], expected: AnswerClass) -> None:
    assert classify(signals) is expected


@pytest.mark.parametrize("deployment", ["harbor", "nobody"])
def test_a_deployment_that_delivered_nothing_is_told_before_the_night(home: Home, deployment: str) -> None:
    text = f'canary: {{deployment: {deployment}, endpoint: {{url: "http://127.0.0.1:9/v1", model: m}}}}\n'
    (home.definitions / "detectors.yaml").write_text(text)
    if deployment == "harbor":
        check_extras(home)
    else:
        with pytest.raises(DefinitionError, match=r"yaml:1: canary\.deployment: .* known: harbor$"):
            check_extras(home)
