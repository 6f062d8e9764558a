"""What the dashboard is started with: the key that signs its sessions, and where it can be reached."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipelines.errors import HomeError
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands import serving
from plimsoll.commands.serving import SECRET_FILE, session_secret


def test_the_key_of_the_sessions_stays_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    key = session_secret(home)
    assert len(key) == 32
    assert session_secret(home) == key
    assert stat.S_IMODE((home.keys / SECRET_FILE).stat().st_mode) == 0o600
    assert [path.name for path in home.keys.iterdir()] == [SECRET_FILE]


def test_a_key_whose_making_was_broken_off_is_made_anew(tmp_path: Path) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    (home.keys / SECRET_FILE).touch(mode=0o600)
    assert len(session_secret(home)) == 32


@pytest.mark.parametrize(
    ("host", "https", "is_told"),
    [
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("[::1]", False, False),
        ("localhost", False, False),
        ("203.0.113.9", True, False),
        ("203.0.113.9", False, True),
        ("::", False, True),
        ("[::]", False, True),
    ],
)
def test_whoever_serves_others_without_tls_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
    *,
    https: bool,
    is_told: bool,
) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    monkeypatch.setattr(serving, "start_dashboard", lambda *_, **__: None)
    serving.serve(host=host, https=https, home=home.path)
    assert ("without TLS" in capsys.readouterr().err) is is_told


def test_whoever_stops_the_schedule_stops_dagster_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    become: list[object] = []
    monkeypatch.chdir(tmp_path)  # and back again afterwards
    monkeypatch.setattr(serving.os, "execve", lambda *given: become.extend(given))
    serving.orchestrate(home=home.path)
    program, arguments, environment = become
    assert arguments[:2] == [program, "dev"]
    assert environment["PLIMSOLL_HOME"] == str(home.path)
    assert (home.path / "dagster" / "dagster.yaml").exists()


def test_settings_of_dagster_that_a_kill_or_a_full_disk_emptied_are_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serving.os, "execve", lambda *_: None)
    settings = home.path / "dagster" / "dagster.yaml"
    settings.parent.mkdir()
    settings.touch()
    serving.orchestrate(home=home.path)
    assert settings.read_text(encoding="utf-8") == serving.INSTANCE


def test_an_address_with_colons_is_printed_as_a_browser_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    become: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serving.os, "execve", lambda _, arguments, __: become.append(arguments))
    serving.orchestrate(host="[::1]", home=home.path)
    assert "http://[::1]:3000 " in capsys.readouterr().err
    assert "::1" in become[0]


def test_a_second_dagster_of_a_home_is_refused(tmp_path: Path) -> None:
    serving._hold(tmp_path)
    with pytest.raises(HomeError, match="is running already"):
        serving._hold(tmp_path)
