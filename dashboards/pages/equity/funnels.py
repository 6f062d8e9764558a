"""The funnel on the equity page: is a group unlike groups of its size, where groups differ anyway?"""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc
from dash.development.base_component import Component

from dashboards.components.chart import draw_chart
from dashboards.components.shell import draw_facts
from dashboards.components.table import Heading, Line, draw_table
from dashboards.figures.funnel import draw_funnel, is_inside, share_compared
from dashboards.records import EquityRatio, Indicator
from dashboards.theme import Direction, Scheme
from dashboards.view import View
from dashboards.wording import say_count, say_day, say_group, say_share, say_words


def draw_funnel_card(
    view: View, chosen: str, rows: Sequence[EquityRatio], indicator: Indicator | None
) -> Component | None:
    """The funnel of one indicator with its table; None where no group has one."""
    is_good = indicator is not None and indicator.goodness is Direction.HIGHER_IS_BETTER
    mine = sorted(
        (row for row in rows if row.indicator_id == chosen and row.funnel_high is not None),
        key=lambda row: (is_inside(row, is_good=is_good), row.slice, -row.denominator),
    )
    if not mine:
        return None
    outside = [say_group(row.slice, row.slice_value) for row in mine if not is_inside(row, is_good=is_good)]
    told = f"Outside: {', '.join(outside)}." if outside else "No group lies outside."
    title = indicator.title if indicator else say_words(chosen)
    lines = [
        Line(
            (
                f"{say_words(row.slice)}: {say_group(row.slice, row.slice_value)}",
                say_share(share_compared(row, is_good=is_good)),
                f"{say_share(row.funnel_low)} to {say_share(row.funnel_high)}",
                say_count(row.denominator),
                "within" if is_inside(row, is_good=is_good) else "outside",
            )
        )
        for row in mine
    ]
    headings = ("Group", "Share", "Groups of that size", "Cases", "It lies")
    return draw_chart(
        "funnel",
        {scheme: draw_funnel(mine, scheme, is_good=is_good) for scheme in Scheme},
        scheme=view.scheme,
        title=f"{title}: is a group unlike groups of its size?",
        summary=f"{told} By detectors' counts as they are: a group outside may only be heard worse.",
        facts=draw_facts(
            view,
            ("Period", f"{say_day(mine[0].first_day)} to {say_day(mine[0].last_day)}"),
            ("Compared", say_compared(indicator)),
            ("Broad line", "95 % of groups of that size, widened by what groups usually differ"),
            ("Open mark", "outside"),
            has_range=False,
        ),
        definition=dcc.Link("How it is counted", href=view.href(f"/indicators/{chosen}")),
        twin=draw_table(
            f"{title}, funnel by group", [Heading(name) for name in headings], lines, empty="No group."
        ),
    )


def say_compared(indicator: Indicator | None) -> str:
    """Where events are good, cases without them are compared: 96 and 100 % are alike only as successes."""
    if indicator is not None and indicator.goodness is Direction.HIGHER_IS_BETTER:
        return "cases without the event"
    return "cases with the event"
