"""Regimes: which law asks for what, whether it applies here and who signed that; the paper map beside it."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.form import draw_choice, draw_form, draw_text
from dashboards.components.marks import draw_mark
from dashboards.components.shell import draw_heading, draw_none_of
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.naming import name_indicators
from dashboards.pages.page import Page, Shelf
from dashboards.pages.regimes.paper import draw_paper
from dashboards.sheet import Sheet
from dashboards.theme import OVERDUE
from dashboards.view import View
from dashboards.wording import MISSING, say_day, say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.content import Regime
from risk_register.deployment.applicability import RegimeStanding, list_standings, sign
from risk_register.errors import NotAllowedError

PATH = "/regimes"
HEADINGS = tuple(
    Heading(title) for title in ("Regime", "In force", "Applies here", "Text read", "Ground for its return")
)


def layout(view: View) -> Component:
    """The page."""
    standings = list_standings(view.store, view.deployment_id)
    signed = sum(one.decision is not None for one in standings)
    late = sum(view.today > one.regime.verify_again_by for one in standings)
    lead = (
        f"{signed} of {len(standings)} regimes have a signed decision for this deployment; {late} are past "
        "the day by which their text has to be read again. A working aid, not legal advice. The last column "
        "says whether there is ground for a return that the regime itself asks for; this tool builds none of "
        "these. The monthly review is issued apart from them, under Reports."
    )
    opened = next((one for one in standings if one.regime.id == view.filter("regime")), None)
    return html.Div(
        [
            draw_heading(view, "Regimes", lead),
            _draw_opened(view, opened) if opened else draw_none_of(view, "regime"),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("Laws, guidance and frameworks"),
                            draw_download(view.download("regimes"), "these regimes"),
                        ],
                        className="section-heading",
                    ),
                    draw_table(
                        "Regimes", HEADINGS, [_draw_line(view, one) for one in standings], empty="None ships."
                    ),
                ],
                className="card",
            ),
            draw_paper(view),
        ]
    )  # fmt: skip


def _draw_line(view: View, one: RegimeStanding) -> Line:
    regime, is_open = one.regime, view.filter("regime") == one.regime.id
    read: list[Component | str] = [
        f"{say_day(regime.verified_on)}, again by {say_day(regime.verify_again_by)}"
    ]
    if view.today > regime.verify_again_by:
        read.append(draw_mark(OVERDUE))
    return Line(
        (
            dcc.Link(regime.title, href=view.href(None, regime=None if is_open else regime.id)),
            _say_force(regime),
            _say_decision(one),
            read,
            _say_issue(view, one),
        ),
        is_open=is_open,
    )


def _say_issue(view: View, one: RegimeStanding) -> str:
    """Whether there is ground for its return; which regime it is stands beside it."""
    why_not = one.why_not_issue(view.today)
    return "yes" if why_not is None else f"no: {why_not.removeprefix(f'{one.regime.id}: ')}"


def _say_force(regime: Regime) -> str:
    begun = f"from {say_day(regime.effective_from)}" if regime.effective_from else "no date"
    ended = f" to {say_day(regime.effective_to)}" if regime.effective_to else ""
    return f"{regime.jurisdiction}, {regime.force}, {begun}{ended}"


def _say_decision(one: RegimeStanding) -> str:
    if one.decision is None:
        return "nobody has signed"
    verdict = "applies" if one.decision.is_applicable else "does not apply"
    stale = "; the text was read again since" if one.is_stale else ""
    return f"{verdict}, signed by {one.decision.decided_by}, {say_moment(one.decision.decided_at)}{stale}"


def _draw_opened(view: View, one: RegimeStanding) -> Component:
    regime, titles = one.regime, name_indicators(view)
    duties = [
        Line(
            (
                duty.duty,
                say_day(duty.effective_from) if duty.effective_from else "as the regime",
                [
                    html.P(dcc.Link(titles.get(name, say_words(name)), href=view.href(f"/indicators/{name}")))
                    for name in duty.indicators
                ]
                or MISSING,
                f"{say_words(duty.report)} (not built here)" if duty.report else MISSING,
            )
        )
        for duty in regime.duties
    ]
    facts = (
        ("Confidence in the text", say_words(regime.confidence)),
        ("Source", regime.source),
        ("Zone of its clocks", regime.zone),
        ("Penalty", regime.penalty or "none named"),
        ("Open questions", _list_questions(regime)),
        ("Applies here", _say_decision(one)),
        ("Reason", one.decision.reason if one.decision else "none"),
        ("Ground for its return", _say_issue(view, one)),
    )  # fmt: skip
    return html.Section(
        [
            html.Div(
                [
                    html.H2(regime.title),
                    dcc.Link("Close", href=view.href(None, regime=None), className="button button-quiet"),
                ],
                className="section-heading",
            ),
            html.Dl(
                [part for name, value in facts for part in (html.Dt(name), html.Dd(value))],
                className="facts wide",
            ),
            _draw_sign(view, regime),
            html.H3("Duties"),
            draw_table(
                "Duties of the regime",
                [Heading(title) for title in ("Duty", "From", "Shown by", "Return")],
                duties,
                empty="None is written down.",
            ),
            _draw_earlier(one),
        ],
        id="regime",
        className="card details",
        tabIndex=-1,
    )


def _list_questions(regime: Regime) -> Component | str:
    if not regime.open_questions:
        return "none"
    return html.Ul([html.Li(words) for words in regime.open_questions])


def _draw_sign(view: View, regime: Regime) -> Component:
    if not view.may(Action.DECIDE_REGIME):
        return html.P("Whether it applies is signed by compliance.", className="hint")
    choices = [("yes", "It applies to this deployment"), ("no", "It does not apply")]
    note = "Signed with your name and the time. Earlier signatures stay."
    form = draw_form(
        view,
        "sign",
        [
            draw_choice("applies", "Decision", choices, note=note),
            draw_text(
                "reason", "Reason", note="So that an auditor can follow it.", is_long=True, is_required=True
            ),
        ],
        button=f"Sign for {view.deployment.title}",
        hidden={"regime": regime.id},
    )
    return html.Details([html.Summary("Sign whether it applies"), form], className="decisions")


def _draw_earlier(one: RegimeStanding) -> Component | None:
    if not one.earlier:
        return None
    return html.Div(
        [
            html.H3("Earlier signatures"),
            html.Ul(
                [
                    html.Li(
                        f"{say_moment(each.decided_at)}, {each.decided_by}: "
                        f"{'applies' if each.is_applicable else 'does not apply'}. {each.reason}"
                    )
                    for each in one.earlier
                ]
            ),
        ]
    )


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Sign whether a regime applies.

    Raises:
        RegisterError: the account may not, or something is missing.
    """
    view.check_may(Action.DECIDE_REGIME)
    if fields.get("applies") not in {"yes", "no"}:
        raise NotAllowedError("Say whether it applies.")
    is_applicable = fields["applies"] == "yes"
    sign(
        view.store,
        deployment_id=view.deployment_id,
        regime_id=fields.get("regime", ""),
        is_applicable=is_applicable,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Signed: it {'applies' if is_applicable else 'does not apply'}."


def make_sheet(view: View) -> Sheet:
    """Every regime beside the deployment, one row a regime."""
    columns = (
        "regime_id", "title", "jurisdiction", "force", "effective_from", "effective_to", "is_applicable",
        "decided_by", "decided_at", "reason", "confidence", "verified_on", "verify_again_by", "why_not_issue",
        "source",
    )  # fmt: skip
    rows = []
    for one in list_standings(view.store, view.deployment_id):
        regime, decision = one.regime, one.decision
        rows.append(
            (
                regime.id, regime.title, regime.jurisdiction, regime.force, regime.effective_from,
                regime.effective_to, decision.is_applicable if decision else None,
                decision.decided_by if decision else None, decision.decided_at if decision else None,
                decision.reason if decision else None, regime.confidence.value, regime.verified_on,
                regime.verify_again_by, one.why_not_issue(view.today), regime.source,
            )
        )  # fmt: skip
    return Sheet("regimes", columns, rows)


PAGE = Page(
    PATH,
    "Regimes",
    layout,
    shelf=Shelf.GOVERN,
    needs_run=False,
    has_range=False,
    submit=submit,
    sheets={"regimes": make_sheet},
    aliases=("regime", "laws", "paper"),
)
