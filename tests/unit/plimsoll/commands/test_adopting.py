"""A model scores every deployment: whoever makes it live answers for all of them, and each has the break."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from methods.bridge import measure_bridge
from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.linear.model import MODEL_FILE, SHIPPED, load_model, write_model
from pipelines.detect.extras import make_home_cascade
from pipelines.detect.model_store import find_live_model, models_folder, read_adoption, shipped_version
from pipelines.errors import StateError
from pipelines.settings import Home
from risk_register.account import accounts
from risk_register.account.permissions import Role
from risk_register.database.store import Store
from risk_register.deployment.changes import list_changes
from tests.unit.plimsoll.commands.governance_factory import Done, Run, make_governed_home, make_run

OTHER = "more_careful"
DEPLOYMENTS = ("companion", "other")


def keep_copy(home: Home) -> None:
    description = load_model(SHIPPED).description.model_copy(update={"version": OTHER})
    files = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.name != MODEL_FILE}
    write_model(models_folder(home) / OTHER, description, files)


def write_labels(folder: Path, labels: dict[str, int] | None = None, name: str = "held_back") -> Path:
    path = folder / f"{name}.jsonl"
    given = {"self_harm_or_suicide": 0} if labels is None else labels
    row = {"id": "1", "role": "user", "text": "the river looks calm", "labels": given}
    path.write_text(json.dumps(row) + "\n")
    return path


@dataclass(frozen=True)
class Desk:
    """A home with another model, whose officer may act on one deployment of two."""

    home: Home
    store: Store
    run: Run
    labelled: Path

    def adopt(self, version: str, reason: str) -> Done:
        words = ("model", "adopt", version, self.labelled, "--reason", reason, "--deployment", "companion")
        return self.run(*words, account="officer")

    def allow_everywhere(self) -> None:
        at = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
        accounts.grant(
            self.store, name="officer", role=Role.SAFETY_OFFICER, deployment_id="other",
            actor="command_line", at=at,
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    home, store = make_governed_home(tmp_path / "home")
    keep_copy(home)
    return Desk(home, store, make_run(home, monkeypatch, capfd), write_labels(tmp_path))


def test_who_may_act_on_one_deployment_does_not_decide_for_all(desk: Desk) -> None:
    home, store = desk.home, desk.store
    refused = desk.adopt(OTHER, "Fewer alarms.")
    assert refused.code == 1
    assert "every deployment" in refused.complaint
    assert find_live_model(home) is None
    assert not any(list_changes(store, deployment_id=name) for name in DEPLOYMENTS)

    desk.allow_everywhere()
    assert desk.adopt(OTHER, "Fewer alarms.").code == 0
    assert find_live_model(home) is not None
    shipped = make_cascade().detectors["linear"].card.version
    assert make_home_cascade(home).detectors["linear"].card.version != shipped  # it scores from now on
    for name in DEPLOYMENTS:
        (change,) = list_changes(store, deployment_id=name)
        assert f"Linear model {OTHER} is live. Fewer alarms." in change.note


@pytest.mark.parametrize(
    ("labels", "why"),
    [({}, "none has a label by which the models could be compared"), ({"selfharm": 0}, "called selfharm")],
)
def test_a_model_is_not_adopted_on_rows_without_a_label_that_anybody_knows(
    desk: Desk, tmp_path: Path, *, labels: dict[str, int], why: str
) -> None:
    desk.allow_everywhere()
    blind = replace(desk, labelled=write_labels(tmp_path, labels, "blind"))
    refused = blind.adopt(OTHER, "Fewer alarms.")
    assert refused.code == 1
    assert why in refused.complaint
    assert find_live_model(desk.home) is None
    compared = desk.run("model", "compare", OTHER, blind.labelled)
    assert (compared.code, "called selfharm" in compared.complaint) == (int(bool(labels)), bool(labels))


def test_names_of_ones_own_are_understood_where_models_are_compared(desk: Desk, tmp_path: Path) -> None:
    names = tmp_path / "labels.yaml"
    names.write_text("labels: {selfharm: {signals: [u_suicidal_ideation], role: user}}\n")
    labelled = write_labels(tmp_path, {"selfharm": 0}, "own")
    compared = desk.run("model", "compare", OTHER, labelled, "--labels", names)
    assert "own | u_suicidal_ideation | n 1, 0 positive: flagged 0.000 -> 0.000" in compared.output


def test_a_home_without_reviews_is_told_so_where_it_would_learn_from_them(desk: Desk, tmp_path: Path) -> None:
    asked = desk.run("train", tmp_path, "--reviews")
    assert asked.code == 1
    assert "No review label of this home teaches anything" in asked.complaint


def test_what_is_recorded_of_a_trial_hides_small_counts_and_is_of_one_deployment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.allow_everywhere()
    tried = {
        ("companion", "u_suicidal_ideation"): measure_bridge([20], [0], [3]),
        ("companion", "a_refusal"): measure_bridge([20], [0], [0]),
        ("other", "a_refusal"): measure_bridge([0], [0], [0]),
    }
    monkeypatch.setattr("pipelines.detect.trial.read_trial", lambda *_: tried)
    assert desk.adopt(OTHER, "Fewer alarms.").code == 0
    one, other = (list_changes(desk.store, deployment_id=name)[0].note for name in DEPLOYMENTS)
    assert "companion, u_suicidal_ideation: too few conversations to be written down" in one
    assert "companion, a_refusal: 20 -> 20 conversations" in one
    assert "Bridge: other, a_refusal: 0 -> 0 conversations." in other
    assert "companion" not in other


def test_the_way_back_to_the_shipped_model_is_a_decision_as_well(desk: Desk) -> None:
    run, store = desk.run, desk.store
    desk.allow_everywhere()
    shipped = shipped_version()
    assert f"{shipped}  shipped  live" in run("model", "list").output
    assert desk.adopt(OTHER, "Fewer alarms.").code == 0
    assert f"{OTHER}  live" in run("model", "list").output
    assert desk.adopt(shipped, "Too few.").code == 0
    said = run("model", "list").output
    assert f"{shipped}  shipped  live" in said
    assert "Decided by officer: Too few." in said
    for name in DEPLOYMENTS:
        notes = [change.note for change in list_changes(store, deployment_id=name)]
        assert len(notes) == 2
        assert any(f"Linear model {shipped} is live. Too few." in note for note in notes)


def test_an_adoption_that_was_killed_is_finished_by_asking_again_and_declared_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, store = desk.home, desk.store
    desk.allow_everywhere()

    def die(*_: object) -> None:
        raise StateError("killed here")

    def count() -> list[int]:
        return [len(list_changes(store, deployment_id=name)) for name in DEPLOYMENTS]

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.detect.model_store.adopt", die)
        assert desk.adopt(OTHER, "Fewer alarms.").code == 1
    assert (find_live_model(home), count()) == (None, [1, 1])
    assert desk.adopt(OTHER, "Fewer alarms.").code == 0
    assert count() == [1, 1]
    live = read_adoption(home)
    assert live is not None
    declared = {list_changes(store, deployment_id=name)[0].change_id for name in DEPLOYMENTS}
    assert (live.version, set(live.change_ids)) == (OTHER, declared)
    # Whoever decides again, or for another reason, declares another change.
    assert desk.adopt(OTHER, "Fewer alarms.").code == 0
    assert count() == [2, 2]
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.detect.model_store.adopt", die)
        assert desk.adopt(shipped_version(), "Too few.").code == 1
    assert desk.adopt(shipped_version(), "For another reason.").code == 0
    assert count() == [4, 4]
