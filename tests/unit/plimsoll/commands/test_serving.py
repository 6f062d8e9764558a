"""What the dashboard is started with: the key that signs its sessions."""

from __future__ import annotations

import stat
from pathlib import Path

from pipelines.settings import Home, HomeKind, make_home
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
