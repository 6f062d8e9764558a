"""A model scores every deployment: whoever makes it live answers for all of them, and each has the break."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.linear.model import MODEL_FILE, SHIPPED, load_model, write_model
from pipelines.detect.extras import make_home_cascade
from pipelines.detect.model_store import find_live_model, models_folder, read_adoption, shipped_version
from pipelines.errors import StateError
from pipelines.settings import Home
from risk_register import accounts
from risk_register.changes import list_changes
from risk_register.permissions import Role
from tests.unit.plimsoll.commands.governance_factory import make_governed_home, make_run

OTHER = "more_careful"
DEPLOYMENTS = ("companion", "other")


def keep_copy(home: Home) -> None:
    description = load_model(SHIPPED).description.model_copy(update={"version": OTHER})
    files = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.name != MODEL_FILE}
    write_model(models_folder(home) / OTHER, description, files)


def write_labels(folder: Path) -> Path:
    path = folder / "held_back.jsonl"
    row = {"id": "1", "role": "user", "text": "the river looks calm", "labels": {"self_harm_or_suicide": 0}}
    path.write_text(json.dumps(row) + "\n")
    return path


def test_who_may_act_on_one_deployment_does_not_decide_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home, store = make_governed_home(tmp_path / "home")
    keep_copy(home)
    labelled = write_labels(tmp_path)
    run = make_run(home, monkeypatch, capfd)
    words = ("model", "adopt", OTHER, labelled, "--reason", "Fewer alarms.", "--deployment", "companion")

    refused = run(*words, account="officer")
    assert refused.code == 1
    assert "every deployment" in refused.complaint
    assert find_live_model(home) is None
    assert not any(list_changes(store, deployment_id=name) for name in DEPLOYMENTS)

    accounts.grant(
        store,
        name="officer",
        role=Role.SAFETY_OFFICER,
        deployment_id="other",
        actor="command_line",
        at=dt.datetime(2026, 8, 1, tzinfo=dt.UTC),
    )
    assert run(*words, account="officer").code == 0
    assert find_live_model(home) is not None
    shipped = make_cascade().detectors["linear"].card.version
    assert make_home_cascade(home).detectors["linear"].card.version != shipped  # it scores from now on
    for name in DEPLOYMENTS:
        (change,) = list_changes(store, deployment_id=name)
        assert f"Linear model {OTHER} is live. Fewer alarms." in change.note


def test_the_way_back_to_the_shipped_model_is_a_decision_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home, store = make_governed_home(tmp_path / "home")
    at = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    accounts.grant(
        store, name="officer", role=Role.SAFETY_OFFICER, deployment_id="other", actor="command_line", at=at
    )
    keep_copy(home)
    labelled = write_labels(tmp_path)
    run = make_run(home, monkeypatch, capfd)

    def make_live(version: str, reason: str) -> int:
        words = ("model", "adopt", version, labelled, "--reason", reason, "--deployment", "companion")
        return run(*words, account="officer").code

    shipped = shipped_version()
    assert f"{shipped}  shipped  live" in run("model", "list").output
    assert make_live(OTHER, "Fewer alarms.") == 0
    assert f"{OTHER}  live" in run("model", "list").output
    assert make_live(shipped, "Too few.") == 0
    said = run("model", "list").output
    assert f"{shipped}  shipped  live" in said
    assert "Decided by officer: Too few." in said
    for name in DEPLOYMENTS:
        notes = [change.note for change in list_changes(store, deployment_id=name)]
        assert len(notes) == 2
        assert any(f"Linear model {shipped} is live. Too few." in note for note in notes)


def test_an_adoption_that_was_killed_is_finished_by_asking_again_and_declared_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home, store = make_governed_home(tmp_path / "home")
    at = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    accounts.grant(
        store, name="officer", role=Role.SAFETY_OFFICER, deployment_id="other", actor="command_line", at=at
    )
    keep_copy(home)
    labelled = write_labels(tmp_path)
    run = make_run(home, monkeypatch, capfd)

    def make_live(version: str, reason: str) -> int:
        words = ("model", "adopt", version, labelled, "--reason", reason, "--deployment", "companion")
        return run(*words, account="officer").code

    def die(*_: object) -> None:
        raise StateError("killed here")

    def count() -> list[int]:
        return [len(list_changes(store, deployment_id=name)) for name in DEPLOYMENTS]

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.detect.model_store.adopt", die)
        assert make_live(OTHER, "Fewer alarms.") == 1
    assert (find_live_model(home), count()) == (None, [1, 1])
    assert make_live(OTHER, "Fewer alarms.") == 0
    assert count() == [1, 1]
    live = read_adoption(home)
    assert live is not None
    declared = {list_changes(store, deployment_id=name)[0].change_id for name in DEPLOYMENTS}
    assert (live.version, set(live.change_ids)) == (OTHER, declared)
    # Whoever decides again, or for another reason, declares another change.
    assert make_live(OTHER, "Fewer alarms.") == 0
    assert count() == [2, 2]
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.detect.model_store.adopt", die)
        assert make_live(shipped_version(), "Too few.") == 1
    assert make_live(shipped_version(), "For another reason.") == 0
    assert count() == [4, 4]
