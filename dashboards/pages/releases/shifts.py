"""What moved in the weeks that drifted, in shares before and then; how it is measured is said on request."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.table import Heading, Line, draw_table
from dashboards.measurements import Shift
from dashboards.wording import say_day, say_share, say_words

LENGTHS = frozenset({"message_length", "user_message_length"})
"""Features whose categories are bins that grow by the square root of two."""


def say_category(feature: str, category: str) -> str:
    """A category as a reader names it: lengths and scores are kept as numbers of bins."""
    if feature in LENGTHS:
        place = float(category)
        low, high = (math.ceil(2 ** (edge / 2)) for edge in (place, place + 1))
        unit = "characters" if high > 2 else "character"
        return f"{low:,} to {high - 1:,} {unit}" if high - 1 > low else f"{low:,} {unit}"
    if feature == "score":
        tenth = float(category) / 10
        return "1.0" if tenth >= 1 else f"{tenth:.1f} to {tenth + 0.1:.1f}"
    return say_words(category)


def draw_shifts(rows: Sequence[Shift]) -> Component | None:
    """What moved, in shares before and then."""
    if not rows:
        return None
    lines = [
        Line(
            (
                say_day(row.week),
                say_words(row.feature),
                say_category(row.feature, row.category),
                say_share(row.reference_share),
                say_share(row.week_share),
                "yes" if row.is_practical else "small",
            )
        )
        for row in rows
    ]
    titles = ("Week of", "Feature", "What", "Usually", "That week", "Matters in practice")
    table = draw_table("What moved", [Heading(title) for title in titles], lines, empty="Nothing.")
    method = (
        "A week has moved when it is past a practical threshold and past what reference weeks differ by "
        "among "
        "themselves (each against the others, times 1.2). Mixes: Jensen-Shannon distance; lengths and "
        "scores also "
        "the Wasserstein distance in reference standard deviations; texts: how well a classifier tells the "
        "week "
        "from the reference, whole conversations held out. Categories are listed by their part of the "
        "distance."
    )
    return html.Section(
        [html.H2("What moved"), table, html.Details([html.Summary("How it is measured"), html.P(method)])],
        className="card",
    )
