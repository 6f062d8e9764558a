"""Risk of level 3 that nothing after it answers: it calls nobody, so a person has to come and look.

Each is a finding like the grave ones beside it (`floor`), read and decided on in the same way (`finding`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.alarms.finding import draw_looked_at, draw_name, draw_way_to_decide
from dashboards.view import View
from dashboards.vocabulary import FINDING_MARKS
from dashboards.wording import say_day, say_signal, say_unanswered
from risk_register.alarm.grave_findings import FindingState, GraveFindingRecord

PLACE = "unanswered"
LEVEL = "3"
LONGEST_LIST = 200
"""Of those that nobody decided on; more is a page that does not open."""
LEFT_OUT = (
    "Eyes are asked for at the gravest level alone: harm by the assistant, and risk that nothing after it "
    "answers, of level 4. A person at risk of level 3, such as one with an intention and no day for it, "
    "calls nobody though no answer came. So none that needs eyes does not say that nobody waits for an "
    "answer: "
)


def draw_left_out(unanswered: Sequence[GraveFindingRecord]) -> Component:
    """What the floor leaves out, with the way to its list."""
    count = sum(one.state is FindingState.UNCONFIRMED for one in unanswered)
    verb = "is" if count == 1 else "are"
    link = html.A(f"{say_unanswered(count)} {verb} listed below", href=f"#{PLACE}")
    return html.P([LEFT_OUT, link, ", looked at by nobody."], className="hint")


def draw_unanswered(view: View, unanswered: Sequence[GraveFindingRecord]) -> Component:
    """Those that nobody has decided on, the newest first; then the others."""
    open_ones = [one for one in unanswered if one.state is FindingState.UNCONFIRMED]
    decided = [one for one in unanswered if one.state is not FindingState.UNCONFIRMED]
    titles = ("Finding", "State", "Day", "Level", "Not answered", "Found by", "Decide")
    return html.Section(
        [
            html.H2("Unanswered risk of level 3"),
            html.P(
                "One line a conversation: the first message of this level that nothing at or after it "
                "answers, be it a crisis line, an offer of help, a question about safety or a colleague. "
                "They call nobody. What is answered after all leaves the list with the next run, unless "
                "somebody decided on it.",
                className="hint",
            ),
            html.Div(
                draw_table(
                    "Unanswered risk of level 3 that nobody decided on",
                    [Heading(one) for one in titles],
                    [_draw_open(view, one) for one in open_ones[:LONGEST_LIST]],
                    empty="None is open.",
                ),
                className="long-list",
            ),
            html.P(f"The newest {LONGEST_LIST} of {len(open_ones)} are shown.", className="hint")
            if len(open_ones) > LONGEST_LIST
            else None,
            *draw_looked_at(view, "Unanswered risk of level 3 that somebody looked at", decided),
        ],
        className="card",
        id=PLACE,
    )


def _draw_open(view: View, finding: GraveFindingRecord) -> Line:
    return Line(
        (
            draw_name(view, finding),
            draw_mark(FINDING_MARKS[finding.state]),
            say_day(finding.day),
            LEVEL,
            say_signal(finding.signal_id),
            finding.detector_id,
            draw_way_to_decide(view, finding),
        )
    )
