"""The table of commands and the commands say the same, and every command can show its help."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from plimsoll.__main__ import app
from plimsoll.command_table import COMMANDS


def walk(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """The words that name each command below one."""
    yield path
    found = getattr(command, "loaded", command)
    for name, one in getattr(found, "commands", {}).items():
        yield from walk(one, *path, name)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_is_what_the_table_says(command):
    first, *_ = inspect.cleandoc(command.loaded.help).split("\n\n")
    assert " ".join(first.split()) == command.help
    assert command.loaded.name == command.name


def test_names_are_said_once():
    assert len(app.commands) == len(COMMANDS)


def test_every_command_shows_its_help(capsys: pytest.CaptureFixture[str]):
    silent = []
    for words in walk(app):
        with pytest.raises(SystemExit) as ending:
            app.main(args=[*words, "--help"], prog_name="plimsoll")
        if ending.value.code != 0 or " ".join(["Usage: plimsoll", *words]) not in capsys.readouterr().out:
            silent.append(words)
    assert silent == []
