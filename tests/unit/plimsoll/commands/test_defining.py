"""`plimsoll definitions check` reads a folder of definitions wherever it lies."""

from pathlib import Path

import pytest
import typer

from pipelines.errors import HomeError
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands.defining import check


def give(folder: Path, text: str) -> Path:
    (folder / "definitions").mkdir(parents=True)
    (folder / "definitions" / "retention.yaml").write_text(text)
    return folder


def test_a_folder_with_definitions_alone_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    check(home=give(tmp_path / "clone", "text_days: 30\n"))
    assert "nothing is wrong" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "clone").iterdir()] == ["definitions"]


def test_what_is_wrong_there_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(typer.Exit) as ended:
        check(home=give(tmp_path / "clone", "text_days: 0\n"))
    assert ended.value.exit_code == 1
    assert "retention.yaml:1" in capsys.readouterr().err


def test_a_folder_without_definitions_is_not_found_sound(tmp_path: Path):
    with pytest.raises(HomeError, match="nothing was checked"):
        check(home=tmp_path / "misspelt")


def test_a_home_may_define_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    check(home=make_home(Home(tmp_path / "home"), HomeKind.REAL).path)
    assert "nothing is wrong" in capsys.readouterr().out
