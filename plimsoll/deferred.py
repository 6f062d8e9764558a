"""Commands whose module is loaded when they are called, not when `plimsoll` starts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class Deferred(TyperCommand):
    """A command, or a group of them, of which only name and sentence are known until it is called.

    `place` is `module:attribute` below `plimsoll.commands`: a function, or the Typer of a group.
    """

    def __init__(self, name: str, place: str, sentence: str) -> None:
        super().__init__(name=name, help=sentence)
        self.place = place

    @cached_property
    def loaded(self) -> Any:
        """The command itself, with its options or its own commands."""
        module, _, attribute = self.place.partition(":")
        target = getattr(import_module(f"plimsoll.commands.{module}"), attribute)
        shell = typer.Typer()
        if isinstance(target, typer.Typer):
            shell.add_typer(target, name=self.name, help=self.help)
        else:
            shell.command(self.name)(target)
        return get_group(shell).commands[str(self.name)]

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """How Typer calls a command: from here on the loaded one answers."""
        return self.loaded.make_context(*args, **extra)


def make_front_door(sentence: str, commands: Iterable[Deferred]) -> TyperGroup:
    """A program of these commands; its help names them all and loads none."""
    return TyperGroup(
        help=sentence, no_args_is_help=True, commands={str(command.name): command for command in commands}
    )
