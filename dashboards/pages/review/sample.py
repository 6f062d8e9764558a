"""The week's sample: what was drawn and why, how far it is, what it will tell, and whether people agree.

No figure names a reviewer. What nobody labelled is non-response, and never means that nothing was there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.theme import OVERDUE
from dashboards.view import View
from dashboards.vocabulary import NO_REVIEWER
from dashboards.wording import say_day, say_moment, say_share, say_words
from methods.agreement import LEAST_PAIRS, Scale, judge_labels, krippendorff_alpha
from methods.precision import foresee, say_precision
from risk_register.account.accounts import Action
from risk_register.review import reviews
from risk_register.review.reviews import Progress, StratumProgress, Wait

HEADINGS = (
    Heading("Stratum"),
    Heading("Conversations", is_number=True),
    Heading("Drawn", is_number=True),
    Heading("Labelled", is_number=True),
    Heading("Past their clock", is_number=True),
    Heading("Reviewers"),
)
CLOCK_WORDS = {4: "1 h", 3: "24 h", 2: "72 h"}


def draw_sample(view: View) -> Component:
    """The newest sample and the lanes."""
    samples = reviews.list_samples(view.store, view.deployment_id)
    if not samples:
        return html.Section(
            [
                html.H2("No sample yet"),
                html.P(
                    "A week's sample is drawn by itself on the first morning after the week, once a safety "
                    "officer has said under Settings how many labels people can give."
                ),
            ],
            className="card",
        )
    found = reviews.read_progress(view.store, sample_id=samples[0].sample_id, at=view.at)
    return html.Div(
        [
            _draw_lanes(view),
            _draw_progress(found, reviews.find_waits(view.store, found)),
            _draw_precision(found),
            _draw_agreement(view, found),
            _draw_flagged(view),
        ]
    )


def _draw_lanes(view: View) -> Component:
    lanes = reviews.read_lanes(view.store, deployment_id=view.deployment_id, at=view.at)
    clocks = ", ".join(
        f"{count} of level {level} (within {CLOCK_WORDS[level]})" for level, count in lanes.by_level.items()
    )
    late = (
        f"{lanes.overdue_count} are past their clock: non-response, never clear."
        if lanes.overdue_count
        else ""
    )
    lines = [
        f"Triage, the most severe first: {clocks or 'nothing waits'}.",
        f"Measurement, in the random order of the draw: {lanes.waiting_count} without a label in all; "
        f"{say_share(reviews.MEASUREMENT_SHARE)} of the labels are kept for it, however long triage is.",
        late,
    ]
    return html.Section(
        [html.H2("The two lanes"), html.Ul([html.Li(line) for line in lines if line], className="listed")],
        className="card",
    )


def _draw_progress(found: Progress, waits: Mapping[str, Wait]) -> Component:
    sample = found.sample
    lead = (
        f"Week of {say_day(sample.week)}: {sample.sample_size:,} of {sample.frame_size:,} conversations, "
        f"drawn on {say_moment(sample.drawn_at)} for {sample.capacity:,} labels; detectors "
        f"{sample.detector_version}. {found.labelled_count:,} have a label."
    )
    design = (
        "The seed is gone: nothing is estimated from this sample."
        if sample.seed is None
        else f"Seed {sample.seed}; frame {sample.frame_hash[:12]}. Anybody who has both can repeat the draw."
    )
    return html.Section(
        [
            html.H2(sample.sample_id),
            html.P(lead),
            draw_table(
                "Strata of the sample",
                HEADINGS,
                [_draw_line(one) for one in found.strata],
                empty="No stratum.",
            ),
            *[
                html.P(_say_held(one, waits.get(one.stratum_id)), className="message")
                for one in found.strata
                if one.is_held
            ],
            html.P(design, className="hint"),
        ],
        className="card",
    )


def _draw_line(one: StratumProgress) -> Line:
    late = draw_mark(OVERDUE, str(one.overdue_count)) if one.overdue_count else "none"
    return Line(
        (
            say_words(one.stratum_id),
            f"{one.unit_count:,}",
            f"{one.sample_count:,}",
            f"{one.labelled_count:,}",
            late,
            "there are some" if one.has_reviewer else draw_mark(NO_REVIEWER),
        )
    )


def _say_held(one: StratumProgress, wait: Wait | None) -> str:
    """Why nothing is estimated from a stratum though it has labels, and what would change that."""
    reasons = []
    if one.waiting_count:
        since = f" since {say_day(wait.since.date())}" if wait else ""
        reasons.append(f"{one.waiting_count} of its labels wait for a second person{since}")
    if wait and wait.unreadable_count:
        reasons.append(
            f"nobody else who reviews here and reads {one.language} is left for {wait.unreadable_count} of "
            "them: it counts once another person who does has read them, and not before"
        )
    if one.passed_over_count:
        reasons.append(
            f"{one.passed_over_count} of its conversations were passed over and shown to nobody, so that "
            "what is labelled is no random part of it; they need a reviewer who takes them"
        )
    return f"{say_words(one.stratum_id)} does not count yet: {'; '.join(reasons)}."


def _draw_precision(found: Progress) -> Component:
    """What the whole sample buys, and what the labels so far do."""
    strata = [one for one in found.strata if one.unit_count]
    flagged = [one.is_flagged for one in strata]
    sizes = [one.unit_count for one in strata]
    whole = say_precision(foresee(sizes, reviewed=[one.sample_count for one in strata], is_flagged=flagged))
    parts: list[Component] = [html.H2("What it tells"), html.H3("When all of it is labelled")]
    parts += [html.P(line) for line in whole]
    if sum(one.counted_count for one in strata) < found.sample.sample_size:
        parts.append(html.H3("With the labels there are now"))
        empty = [say_words(one.stratum_id) for one in strata if not one.counted_count]
        if empty:
            parts.append(
                html.P(
                    f"Nothing over all conversations: no label that counts yet in {', '.join(empty)}.",
                    className="empty",
                )
            )
        else:
            now = foresee(sizes, reviewed=[one.counted_count for one in strata], is_flagged=flagged)
            parts += [html.P(line) for line in say_precision(now)]
    return html.Section(parts, className="card")


def _draw_agreement(view: View, found: Progress) -> Component | None:
    """For safety officers, without names."""
    if not view.may(Action.EDIT_REGISTER):
        return None
    pairs = reviews.list_double_labels(view.store, sample_id=found.sample.sample_id)
    disputed = found.by_state.get("disputed", 0)
    share = say_share(found.agreed_count / found.doubled_count) if pairs else "none yet"
    lines = [
        f"Labelled by two people: {found.doubled_count}; the same in every signal: {found.agreed_count} "
        f"({share}).",
        f"Waiting for the label that counts: {disputed}.",
    ]
    if pairs:
        ratings = [[reviews.find_risk_level(labels) for labels in one] for one in zip(*pairs, strict=True)]
        alpha = krippendorff_alpha(ratings, scale=Scale.ORDINAL)
        said = "not defined: all labels are alike" if math.isnan(alpha) else f"{alpha:.2f}"
        quality = judge_labels(alpha, pair_count=len(pairs))
        few = f" (too few to say; {LEAST_PAIRS} are needed)" if len(pairs) < LEAST_PAIRS else ""
        lines.append(
            f"Krippendorff's alpha of the level of risk: {said}, of {len(pairs)} pairs{few}; "
            f"label quality {quality}."
        )
    return html.Section(
        [html.H2("Do people see the same?"), html.Ul([html.Li(line) for line in lines], className="listed")],
        className="card",
    )


def _draw_flagged(view: View) -> Component | None:
    if not view.may(Action.EDIT_REGISTER):
        return None
    flagged = reviews.list_flagged(view.store, view.deployment_id)
    lines = [Line((one.item_id, say_words(one.state.value), say_moment(one.flagged_at))) for one in flagged]
    return html.Section(
        [
            html.H2("Flagged"),
            draw_table(
                "Flagged items",
                [Heading("Item"), Heading("State"), Heading("Flagged")],
                lines,
                empty="Nobody has asked for a second pair of eyes.",
            ),
        ],
        className="card",
    )
