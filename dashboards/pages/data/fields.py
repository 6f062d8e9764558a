"""How completely each field is given, and which days changed after the lateness window."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.health_records import FieldCompleteness, Restatement
from dashboards.sheet import SUPPRESSED, Sheet
from dashboards.view import View
from dashboards.wording import MISSING, say_count, say_day, say_share, say_words
from methods.suppression import is_small

USES = {
    "user_id": "intervals that respect people, counts of people",
    "model": "releases, equity between models",
    "prompt_version": "releases",
    "language": "which detectors can read",
    "region": "statutory counts, crisis lines of the country",
    "age_band": "minors, equity",
    "gender": "equity",
    "use": "slices by use",
    "surface": "slices by surface",
    "source_turn": "the order of messages of one moment",
}
"""What is lost without a field."""


def draw_fields(view: View, fields: Sequence[FieldCompleteness]) -> Component:
    """The share of messages that give each field, in the range and in its newest week."""
    lines = [
        Line(
            (
                say_words(field.field),
                _say(field.newest_known_count, field.newest_row_count),
                _say(field.known_count, field.row_count),
                f"{say_count(field.known_count)} of {say_count(field.row_count)}",
                USES.get(field.field, MISSING),
            )
        )
        for field in fields
    ]
    headings = (
        Heading("Field"),
        Heading("Known, newest 7 days", is_number=True),
        Heading("Known, range", is_number=True),
        Heading("Messages", is_number=True),
        Heading("What needs it"),
    )
    return html.Section(
        [
            html.Div(
                [html.H2("Completeness of fields"), draw_download(view.download("fields"), "these fields")],
                className="section-heading",
            ),
            draw_table("Completeness of fields", headings, lines, empty="No messages in this range."),
        ],
        className="card",
    )


def draw_restatements(restatements: Sequence[Restatement]) -> Component:
    """Days that were shown before and changed after the lateness window."""
    lines = [
        Line(
            (
                say_day(one.day),
                say_day(one.opened_on),
                say_count(one.days_late),
                say_count(one.record_count),
                say_count(one.record_count_before),
            )
        )
        for one in restatements
    ]
    headings = (
        Heading("Day that changed"),
        Heading("By the delivery of"),
        Heading("Days late", is_number=True),
        Heading("Records that joined", is_number=True),
        Heading("Records before", is_number=True),
    )
    return html.Section(
        [
            html.H2("Restatements"),
            html.P(
                "Records up to seven days late are part of the ordinary; later ones change what was shown, "
                "and are listed. Reports that were issued stay as they are."
            ),
            draw_table("Restatements", headings, lines, empty="No day was restated in this range."),
        ],
        className="card",
    )


def make_fields_sheet(view: View) -> Sheet:
    """Every field of the range; a few messages that give it, or do not, are hidden."""
    names = tuple(FieldCompleteness.__dataclass_fields__)
    rows = []
    for field in view.reader.fields(view.deployment_id, view.since):
        known = [
            SUPPRESSED if is_small([known, count - known]).any() else known
            for known, count in (
                (field.known_count, field.row_count),
                (field.newest_known_count, field.newest_row_count),
            )
        ]
        rows.append((field.field, known[0], field.row_count, known[1], field.newest_row_count))
    return Sheet("fields", names, rows)


def _say(known: int, count: int) -> str:
    return say_share(known / count) if count else MISSING
