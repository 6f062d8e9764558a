"""The frame around every page: rail, deployment switcher, time range, scheme switch, footer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.records import Build
from dashboards.theme import Scheme
from dashboards.view import RANGE_WORDS, Period, Range, View
from dashboards.wording import say_day, say_duration, say_moment, say_words

RANGE_LABELS = {Range.FOUR_WEEKS: "4 weeks", Range.THIRTEEN_WEEKS: "13 weeks", Range.ALL: "All"}
PERIOD_LABELS = {Period.WEEK: "Weekly", Period.DAY: "Daily"}


def draw_frame(scheme: Scheme) -> Component:
    """The frame with empty places; the callback of the page fills them."""
    header = dmc.AppShellHeader(
        html.Div(
            [
                dmc.Burger(
                    id="rail-burger", size="sm", hiddenFrom="sm", opened=False, **{"aria-label": "Menu"}
                ),
                html.Div(
                    [html.Span(className="brand-mark", **{"aria-hidden": "true"}), html.Span("Plimsoll")],
                    className="brand",
                ),
                html.Div(id="switcher", className="switcher"),
                html.Div(id="ranges", className="ranges"),
                html.Div(
                    [
                        html.Button(
                            html.Span(className="shape shape-scheme", **{"aria-hidden": "true"}),
                            id="scheme-switch",
                            className="icon-button",
                            type="button",
                            title="Light or dark",
                            **{"aria-label": "Switch between light and dark"},
                        ),
                        html.Div(id="account"),
                    ],
                    className="header-end",
                ),
            ],
            className="header",
        )
    )
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            dcc.Store(id="scheme", data=scheme),
            dcc.Store(id="page-title"),
            dcc.Store(id="shown-deployment"),
            html.A("Skip to the page", href="#main", className="skip-link"),
            dmc.AppShell(
                [
                    header,
                    dmc.AppShellNavbar(html.Nav(id="rail", **{"aria-label": "Pages"})),
                    dmc.AppShellMain(
                        [
                            html.Div(  # what is around it is the page's one main landmark
                                html.Div(id="page", **{"aria-busy": "true"}),  # until it has come (pages.js)
                                id="main",
                                tabIndex=-1,
                                className="main",
                            ),
                            html.P(id="arrived", className="visually-hidden", role="status"),
                            html.Footer(id="footer", className="footer"),
                        ]
                    ),
                ],
                id="shell",
                header={"height": {"base": 0, "sm": 56}},
                navbar={"width": 208, "breakpoint": "sm", "collapsed": {"mobile": True}},
                padding=0,
            ),
        ],
        id="provider",
        forceColorScheme=scheme,
        theme={"primaryColor": "blue", "fontFamily": "inherit", "respectReducedMotion": True},
    )


def draw_rail(
    shelves: Mapping[str, Sequence[tuple[str, str]]], *, here: str, view: View | None, root: str = ""
) -> list[Component]:
    """Links to the pages, shelf by shelf; the one that is open says so. Without a view `root` leads there."""
    return [
        html.Div(
            [
                html.P(shelf, className="rail-shelf", id=f"rail-{shelf.lower()}"),
                html.Ul(
                    [_draw_rail_link(path, title, here=here, view=view, root=root) for path, title in pages],
                    className="rail",
                    **{"aria-labelledby": f"rail-{shelf.lower()}"},
                ),
            ]
        )
        for shelf, pages in shelves.items()
    ]


def _draw_rail_link(path: str, title: str, *, here: str, view: View | None, root: str) -> Component:
    is_here = path == here
    return html.Li(
        dcc.Link(
            [title, html.Span(" (open)", className="visually-hidden")] if is_here else title,
            href=view.href(path) if view else f"{root}{path}",
            className="rail-link is-here" if is_here else "rail-link",
        )
    )


def draw_switcher(view: View) -> Component:
    """The deployments that the account may read."""
    return dmc.Select(
        id="deployment",
        data=[{"value": d.deployment_id, "label": d.title} for d in view.deployments],
        value=view.deployment_id,
        allowDeselect=False,
        searchable=len(view.deployments) > 8,
        size="sm",
        **{"aria-label": "Deployment"},
    )


def draw_ranges(view: View, *, has_range: bool, has_period: bool) -> list[Component]:
    """Time range and, where it matters, weekly or daily; links, so that each has an address."""
    groups: list[Component] = []
    if has_period:
        groups.append(
            draw_segments(
                "Period",
                [(PERIOD_LABELS[p], view.href(None, period=p), p is view.query.period) for p in Period],
            )
        )
    if has_range:
        groups.append(
            draw_segments(
                "Time range",
                [(RANGE_LABELS[r], view.href(None, range=r), r is view.query.range) for r in Range],
            )
        )
    return groups


def draw_segments(label: str, choices: Sequence[tuple[str, str, bool]]) -> Component:
    """A few views of one thing, of which one is chosen; links, so that each has an address."""
    return html.Div(
        [
            dcc.Link(
                [words, html.Span(" (chosen)", className="visually-hidden")] if is_chosen else words,
                href=href,
                className="segment is-chosen" if is_chosen else "segment",
            )
            for words, href, is_chosen in choices
        ],
        className="segments",
        role="group",
        **{"aria-label": label},
    )


def draw_account(name: str, csrf_token: str, root: str) -> Component:
    """Who is signed in, and the way out."""
    return html.Form(
        [
            dcc.Input(type="hidden", name="csrf_token", value=csrf_token),
            dcc.Link(name, href=f"{root}/account", className="account-name", title="Your account"),
            html.Button("Sign out", type="submit", className="button button-quiet"),
        ],
        method="post",
        action=f"{root}/sign-out",
        className="account",
    )


def draw_printed_line(view: View, title: str, *, has_range: bool, has_period: bool) -> Component:
    """The first line on paper: page, deployment, period, range and generation; the frame is not printed."""
    parts = [
        f"Plimsoll: {title}",
        view.deployment.title,
        *([PERIOD_LABELS[view.query.period]] if has_period else []),
        *([RANGE_WORDS[view.query.range]] if has_range else []),
        f"generation {view.build.generation}, built {say_moment(view.build.built_at)}"
        if view.is_published
        else "before the first run",
        f"opened {say_moment(view.at)}",
    ]
    return html.P(" · ".join(parts), className="printed-line")


def draw_footer(build: Build | None, at: datetime | None = None) -> list[Component]:
    """What this is not, how late it can be, how old what is shown is at a moment, and which generation it is.

    Whether a schedule runs is not known here, so the age stands beside what a schedule would promise.
    """
    if build is None or at is None:
        return [html.P("Plimsoll is not a crisis service.")]
    hours = build.worst_delay_minutes / 60
    delay = f"{hours:.0f} h" if hours == int(hours) else f"{hours:.1f} h"
    parts: list[Component] = [
        html.P(
            [
                html.Strong("Plimsoll is not a crisis service"),
                f"; worst-case delay {delay} from delivery to this page with the hourly schedule. "
                f"The last run was {say_duration(at - build.built_at)} ago.",
            ]
        ),
        html.P(
            f"Generation {build.generation}, built {say_moment(build.built_at)}, "
            f"code {build.code_version}, taxonomy {build.taxonomy_version}."
        ),
    ]
    if build.home_kind == "demo":
        parts.insert(0, html.P("Demo: none of this is data of a running product.", className="demo-mark"))
    return parts


def draw_facts(
    view: View, *more: tuple[str, str | Component], has_range: bool = True
) -> list[tuple[str, str | Component]]:
    """What every chart says of itself: the range, how far the data reach, and when they were built."""
    reach = view.deployment.last_day
    last_day = say_day(reach) if reach else "none"
    return [
        *([("Range", RANGE_WORDS[view.query.range])] if has_range else []),
        *more,
        (
            "Data as of",
            f"{say_moment(view.build.built_at)}; last day {last_day} ({view.deployment.zone})",
        ),
    ]


def draw_heading(view: View, title: str, lead: str | None = None) -> Component:
    """A page's heading: what it is and for which deployment."""
    children: list[Component] = [html.P(view.deployment.title, className="eyebrow"), html.H1(title)]
    if lead:
        children.append(html.P(lead, className="lead"))
    return html.Div(children, className="page-heading")


def draw_none_of(view: View, name: str) -> Component | None:
    """What a page says instead of the one that its address names, where there is none of that id."""
    asked = view.filter(name)
    if asked is None:
        return None
    return html.P(
        f"There is no {name} {asked!r} in {view.deployment.title}.", className="message", role="status"
    )


def draw_chips(view: View, names: Sequence[str]) -> Component | None:
    """The filters in force, each with a way to drop it."""
    chips = [
        dcc.Link(
            [
                f"{say_words(name)}: {say_words(value)}",
                html.Span(className="shape shape-remove", **{"aria-hidden": "true"}),
                html.Span(" remove this filter", className="visually-hidden"),
            ],
            href=view.href(None, **{name: None}),
            className="chip",
        )
        for name, value in view.query.filters.items()
        if name in names
    ]
    return html.Div(chips, className="chips") if chips else None
