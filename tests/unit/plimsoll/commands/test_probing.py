"""`plimsoll canary run`: an endpoint that does not answer is no first run."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.detect import canary
from pipelines.errors import StateError
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands.probing import run

SETTINGS = 'canary: {deployment: harbor, endpoint: {url: "http://127.0.0.1:9/v1", model: m}}\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    (place.definitions / "detectors.yaml").write_text(SETTINGS)
    return place.path


def answer(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    found: dict[str, Any] = {
        "model": "m", "probe_count": 50, "answered_count": count, "withheld_count": 0, "changed_share": None,
    }  # fmt: skip
    monkeypatch.setattr(canary, "run_canary", lambda *given, **more: found)


def test_too_few_answers_end_with_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, 0)
    with pytest.raises(StateError, match="Only 0 of 50 probes were answered"):
        run(home)


def test_a_full_first_run_says_that_there_is_none_before(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, 50)
    run(home)
    assert (
        "50 of 50 probes were answered, 0 of them with nothing to read.\nThere is no comparable run before"
        in capsys.readouterr().out
    )
