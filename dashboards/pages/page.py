"""What a page is: a path, a title, a layout of a view, and what it lets people send and take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from dashboards.sheet import Sheet
from dashboards.view import View


class Shelf(StrEnum):
    """Where in the rail a page stands."""

    WATCH = "Watch"
    """What the data say."""
    GOVERN = "Govern"
    """What people decide."""
    DATA = "Data"
    """Whether the data can be relied on."""


@dataclass(frozen=True)
class Attachment:
    """A file that a page hands out, ready to be sent."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Page:
    """A page; `takes_subject` means that one more part of the path names what it is about.

    One that does not need a run rests on decisions and opens before the first, with all data unknown.
    `submit` answers a form, `answer` a script of the page in JSON; `sheets` are its tables as CSV,
    `attach` finds a file by name or raises RegisterError. `aliases` are other first words of a path by
    which people look for it.
    """

    path: str
    title: str
    layout: Callable[[View], Component]
    shelf: Shelf = Shelf.WATCH
    in_rail: bool = True
    needs_run: bool = True
    takes_subject: bool = False
    has_range: bool = True
    has_period: bool = False
    submit: Callable[[View, Mapping[str, str]], str] | None = None
    answer: Callable[[View, Mapping[str, str]], Mapping[str, Any]] | None = None
    attach: Callable[[View, str], Attachment] | None = None
    sheets: Mapping[str, Callable[[View], Sheet]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
