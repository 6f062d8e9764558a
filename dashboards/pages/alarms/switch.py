"""Switching streams on and off and muting them, with the back-test that comes before.

A stream can be switched on only where its back-test on this deployment's own history can be made, and what
was shown is kept with the decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from dash.development.base_component import Component

from dashboards.components.form import draw_day, draw_form, draw_text
from dashboards.pages.submission import read_day
from dashboards.records import Alarm, Appetite, Indicator, Observation
from dashboards.view import View
from methods.alarms import alarm_threshold
from methods.backtest import BackTest, run_back_test
from methods.errors import InvalidArgumentError
from risk_register.account.accounts import Action
from risk_register.alarm.streams import (
    MAXIMUM_PAGING,
    Question,
    end_mute,
    mute,
    switch_off,
    switch_on,
)
from risk_register.errors import NotAllowedError

PER_UNIT = {"proportion": 1.0, "rate_per_1000": 1000.0}
KINDS = {
    Question.LEVEL: "appetite_exceeded",
    Question.MISSED: "missed_above_appetite",
    Question.RELEASE: "worse_since_release",
}


@dataclass(frozen=True)
class History:
    """What a stream did on the history that is held, and how fast it is where that is known."""

    first: date | None
    last: date | None
    alarms: tuple[Alarm, ...]
    test: BackTest | None
    why_not: str

    @property
    def figures(self) -> dict[str, object]:
        """What is kept with a decision."""
        kept: dict[str, object] = {
            "first": self.first,
            "last": self.last,
            "alarm_count": len(self.alarms),
            "threshold": self.alarms[0].threshold if self.alarms else alarm_threshold(MAXIMUM_PAGING),
        }
        return kept | (dict(self.test.figures()) | {"alarm_count": len(self.alarms)} if self.test else {})


def read_history(view: View, stream_id: str, indicator: Indicator | None, alarms: Sequence[Alarm]) -> History:
    """The back-test of a stream: alarms as the pipelines raised them, and the speed at this volume.

    Alarms of all streams are raised in every run, whether or not they call anybody; so the history of a list
    is its back-test, late records and all.
    """
    question, _, name = stream_id.partition(":")
    mine = tuple(one for one in alarms if one.stream_id == stream_id and one.state != "watch")
    first, last = view.deployment.first_day, view.deployment.last_day
    appetite = _find_appetite(view.reader.appetites(view.deployment_id), name)
    test, why_not = None, ""
    if indicator is None or question not in set(Question):
        why_not = f"There is no stream {stream_id}."
    elif first is None or last is None:
        why_not = "No day with data is held yet."
    elif question != Question.RELEASE and (appetite is None or appetite.breach is None):
        why_not = "No appetite is approved: a placeholder calls nobody."
    elif question == Question.RELEASE and not _list_days(view, name, since=first):
        why_not = "No day with units is held, so nothing is judged."
    elif question == Question.LEVEL and appetite is not None and indicator.kind in PER_UNIT:
        test = _run(view, name, appetite, per=PER_UNIT[indicator.kind])
        why_not = "" if test else "No day with units is held under the approved appetite."
    return History(first, last, mine, test, why_not)


def _run(view: View, indicator_id: str, appetite: Appetite, *, per: float) -> BackTest | None:
    """The detector over the days since the appetite holds; None where no day has units."""
    raw = _list_days(view, indicator_id, since=appetite.effective_from)
    share, is_below = (appetite.breach or 0.0) / per, appetite.side == "below"
    units = [float(one.denominator or 0) for one in raw]
    events = [float(one.numerator or 0) for one in raw]
    bad = [unit - event for unit, event in zip(units, events, strict=True)] if is_below else events
    try:
        return run_back_test(
            bad,
            units,
            appetite=1 - share if is_below else share,
            threshold=alarm_threshold(MAXIMUM_PAGING),
        )
    except InvalidArgumentError:
        return None


def _list_days(view: View, indicator_id: str, *, since: date) -> list[Observation]:
    days = view.reader.series(view.deployment_id, indicator_id, period="day", of=("all", "all"), since=since)
    return [one for one in days if one.estimate == "raw" and one.denominator]


def _find_appetite(appetites: Sequence[Appetite], indicator_id: str) -> Appetite | None:
    approved = [one for one in appetites if one.indicator_id == indicator_id and not one.is_placeholder]
    return max(approved, key=lambda one: (one.effective_from, one.version), default=None)


def draw_switch(
    view: View, stream_id: str, *, is_on: bool, is_muted: bool, can_be_on: bool
) -> list[Component]:
    """The forms for a stream that is looked at."""
    if not view.may(Action.DECIDE_ALARM):
        return []
    hidden = {"stream": stream_id}
    if not is_on:
        if not can_be_on:
            return []
        field = draw_text("reason", "Reason", note="Why this one may call people.", is_required=True)
        return [draw_form(view, "switch_on", [field], button="Let it call people", hidden=hidden)]
    off = draw_text("reason", "Reason", note="Why it calls nobody any more.", is_required=True, within="off")
    forms = [draw_form(view, "switch_off", [off], button="Make it a list", hidden=hidden)]
    if is_muted:
        return [draw_form(view, "unmute", [], button="End the mute", hidden=hidden), *forms]
    fields = [
        draw_day("until", "Until the end of", note="At most 30 days from now (UTC).", is_required=True),
        draw_text("reason", "Reason", note="What is known and being done.", is_required=True, within="mute"),
    ]
    return [draw_form(view, "mute", fields, button="Mute it", hidden=hidden), *forms]


def switch(view: View, action: str, fields: Mapping[str, str]) -> str:
    """Do what a form about a stream asks for.

    Raises:
        RegisterError: the account may not, or something is missing.
    """
    view.check_may(Action.DECIDE_ALARM)
    stream = fields.get("stream", "")
    given: Mapping[str, Any] = {
        "deployment_id": view.deployment_id,
        "stream_id": stream,
        "actor": view.account.name,
        "at": view.at,
    }
    reason = fields.get("reason", "")
    match action:
        case "switch_on":
            name = stream.partition(":")[2]
            indicator = next((one for one in view.reader.indicators() if one.indicator_id == name), None)
            history = read_history(view, stream, indicator, view.reader.alarms(view.deployment_id))
            if history.why_not:
                raise NotAllowedError(history.why_not)
            switch_on(view.store, reason=reason, back_test=history.figures, **given)
            return f"{stream} calls people from the next run on."
        case "switch_off":
            switch_off(view.store, reason=reason, **given)
            return f"{stream} is a list again."
        case "mute":
            mute(view.store, until=_read_end(fields.get("until", "")), reason=reason, **given)
            return f"{stream} calls nobody until then; its alarms are shown."
        case "unmute":
            end_mute(view.store, **given)
            return f"{stream} calls people again."
        case _:
            raise NotAllowedError(f"{action!r} is nothing to do with an alarm.")


def _read_end(text: str) -> datetime:
    return datetime.combine(read_day(text), time(23, 59), UTC)
