"""What a page is: a path, a title, a layout of a view, and what it lets people send and take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dash.development.base_component import Component

from dashboards.sheet import Sheet
from dashboards.view import View


@dataclass(frozen=True)
class Page:
    """A page; `takes_subject` means that one more part of the path names what it is about."""

    path: str
    title: str
    layout: Callable[[View], Component]
    in_rail: bool = True
    takes_subject: bool = False
    has_range: bool = True
    has_period: bool = False
    submit: Callable[[View, Mapping[str, str]], str] | None = None
    sheets: Mapping[str, Callable[[View], Sheet]] = field(default_factory=dict)
