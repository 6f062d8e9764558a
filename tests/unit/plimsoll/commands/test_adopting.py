"""A model scores every deployment: whoever makes it live answers for all of them, and each has the break."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pipelines.detect.detectors.linear.model import MODEL_FILE, SHIPPED, load_model, write_model
from pipelines.detect.model_store import find_live_model, models_folder
from risk_register import accounts
from risk_register.changes import list_changes
from risk_register.permissions import Role
from tests.unit.plimsoll.commands.governance_factory import make_governed_home, make_run

OTHER = "more_careful"
DEPLOYMENTS = ("companion", "other")


def test_who_may_act_on_one_deployment_does_not_decide_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home, store = make_governed_home(tmp_path / "home")
    description = load_model(SHIPPED).description.model_copy(update={"version": OTHER})
    files = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.name != MODEL_FILE}
    write_model(models_folder(home) / OTHER, description, files)
    labelled = tmp_path / "held_back.jsonl"
    row = {"id": "1", "role": "user", "text": "the river looks calm", "labels": {"self_harm_or_suicide": 0}}
    labelled.write_text(json.dumps(row) + "\n")
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
    for name in DEPLOYMENTS:
        (change,) = list_changes(store, deployment_id=name)
        assert f"Linear model {OTHER} is live. Fewer alarms." in change.note
