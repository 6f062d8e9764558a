"""What the gate checks and what it found, and what the owner of the data should look at."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.health_records import DataAlert, RuleResult
from dashboards.sheet import Sheet
from dashboards.view import View
from dashboards.vocabulary import DATA_ALERT_MARKS, SEVERITY_MARKS
from dashboards.wording import MISSING, say_count, say_day, say_days_in, say_share

CHECKERS = {"engine": "engine, row by row", "great_expectations": "Great Expectations, the day as a whole"}
UNJUDGED = "A share of a day is judged from 20 messages on; without them nothing is known."


def draw_alerts(alerts: Sequence[DataAlert]) -> Component:
    """Alerts for the owner of the data: open ones first, each with what to do."""
    lasting = [alert for alert in alerts if alert.is_open]
    ended = [alert for alert in alerts if not alert.is_open]
    headings = [
        Heading(title)
        for title in ("What", "Days", "State", "What was seen", "What to do", "Holds alarms back")
    ]
    return html.Section(
        [
            html.H2(f"To look at ({len(lasting)})"),
            draw_table(
                "Alerts for the owner of the data",
                headings,
                _alert_lines(lasting),
                empty="Nothing: data come as usual. Days that are not whole are marked below.",
            ),
            html.Details(
                [
                    html.Summary(f"{len(ended)} that ended in this range"),
                    draw_table("Alerts that ended", headings, _alert_lines(ended), empty="None."),
                ]
            )
            if ended
            else None,
        ],
        className="card",
    )


def _alert_lines(alerts: Sequence[DataAlert]) -> list[Line]:
    return [
        Line(
            (
                draw_mark(DATA_ALERT_MARKS[alert.kind]),
                _say_span(alert),
                "lasts" if alert.is_open else f"ended {say_day(alert.closed_on)}",
                say_days_in(alert.note),
                say_days_in(alert.next_step),
                "yes" if alert.holds_pages else "no",
            )
        )
        for alert in alerts
    ]


def draw_rules(view: View, rules: Sequence[RuleResult]) -> Component:
    """The rules of the gate: those that a day missed, that every judged day kept, and that judged no day."""
    missed = [rule for rule in rules if rule.missed_day_count]
    kept = [rule for rule in rules if rule.day_count and not rule.missed_day_count]
    unjudged = [rule for rule in rules if not rule.day_count]
    headings = (
        Heading("What must hold"),
        Heading("If not"),
        Heading("Days missed", is_number=True),
        Heading("Newest"),
        Heading("Worst", is_number=True),
        Heading("Allowed"),
        Heading("Why"),
        Heading("What to do"),
    )
    return html.Section(
        [
            html.Div(
                [html.H2("What the gate checks"), draw_download(view.download("rules"), "these rules")],
                className="section-heading",
            ),
            html.P(
                "Rows are counted by the engine; shares of whole days are expectations of Great Expectations."
            ),
            draw_table(
                "Rules that a day missed",
                headings,
                [_line(rule) for rule in missed],
                empty="No day of this range missed a rule that judged it.",
            ),
            _draw_fold(kept, "that every judged day kept", headings),
            _draw_fold(unjudged, "that judged no day", headings, hint=UNJUDGED) if unjudged else None,
        ],
        className="card",
    )


def _draw_fold(
    rules: Sequence[RuleResult], which: str, headings: Sequence[Heading], *, hint: str | None = None
) -> Component:
    """Rules that no day missed, folded away; open where a hint says that nothing is known of them."""
    many = f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"
    return html.Details(
        [
            html.Summary(f"{many} {which}"),
            *([] if hint is None else [html.P(hint)]),
            draw_table(f"Rules {which}", headings, [_line(rule) for rule in rules], empty="None."),
        ],
        open=hint is not None,
    )


def make_rules_sheet(view: View) -> Sheet:
    """Every rule and what it found in the range."""
    names = tuple(RuleResult.__dataclass_fields__)
    rules = view.reader.rules(view.deployment_id, view.since)
    return Sheet("rules", names, [tuple(getattr(rule, name) for name in names) for rule in rules])


def _line(rule: RuleResult) -> Line:
    return Line(
        (
            [rule.what, html.P(CHECKERS[rule.checked_by], className="why")],
            draw_mark(SEVERITY_MARKS[rule.severity]),
            f"{say_count(rule.missed_day_count)} of {say_count(rule.day_count)}",
            say_day(rule.newest_missed_on),
            MISSING if rule.worst_observed is None else say_share(rule.worst_observed),
            rule.allowed,
            rule.why,
            rule.next_step,
        )
    )


def _say_span(alert: DataAlert) -> str:
    if alert.opened_on == alert.last_on:
        return say_day(alert.opened_on)
    return f"{say_day(alert.opened_on)} to {say_day(alert.last_on)}"
