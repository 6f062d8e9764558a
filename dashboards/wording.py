"""Numbers in words: values, intervals and counts of an indicator's kind.

Text only, so that a chart, its table twin and an export say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboards.records import Change, EquityRatio, Indicator, LanguageShare, Observation
from dashboards.theme import ABSENCE_MARKS, Absence
from risk_register.content import load_taxonomy

MISSING = "–"
CENSUS = "census"
SMALLEST_FACTOR, LARGEST_FACTOR = 0.01, 100.0
SMALLEST_SHARE = 0.001  # less is not said as nothing
WRITTEN_DAY = re.compile(r"(?<![\w-])(\d{4}-\d{2}-\d{2})(?![\w-])")
"""A day as machines write it, which is no part of a name such as `tern-2026-08-06`."""
SIGNAL_NEED = re.compile(r"\bsignal:(\w+)")
WORDED_SLICES = frozenset({"age_band", "gender", "surface", "use"})
"""Slices whose groups are ids of ours; the others are named by the operator, and shown as they came."""
REASON_KINDS = {"tell": "rule missed:", "stop": "stop rule missed:", "owed": "messages owed by"}

_FORMATS: dict[str, Callable[[float], str]] = {
    "proportion": lambda value: f"{_round(value * 100)}\u00a0%",
    "rate_per_1000": lambda value: f"{_round(value)}",
    "count": lambda value: f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}",
    "distribution": lambda value: f"{_round(value)}",
    "index": lambda value: f"{value:.3f}" if abs(value) < 1 else _round(value),
}


def _round(value: float) -> str:
    """Three figures that matter, without an exponent and without digits that a rate cannot carry."""
    size = abs(value)
    digits = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    return f"{value:,.{digits}f}"


def say_value(value: float | None, kind: str) -> str:
    """A value as people read it."""
    return MISSING if value is None else _FORMATS[kind](value)


def say_level(row: Observation, kind: str) -> str:
    """The value of an observation, or `at least 40` where no more is known of it."""
    if row.bound is not None:
        return f"at least {say_value(row.bound, kind)}"
    return say_value(row.value, kind)


def say_interval(row: Observation, kind: str) -> str:
    """The 95 % interval, or why there is none."""
    if row.method == CENSUS and row.value is not None:
        return "all of them were reviewed"  # an interval of no width would look like a fault
    if row.ci_low is None or row.ci_high is None:
        return "no interval"
    return f"{say_value(row.ci_low, kind)} to {say_value(row.ci_high, kind)}"


def say_count(value: float | None) -> str:
    """A numerator or a denominator."""
    return MISSING if value is None else _FORMATS["count"](value)


def say_counts(numerator: float | None, denominator: float | None) -> str:
    """Both counts; of an index or a weighted share, which has no numerator, the denominator alone."""
    of = f"of {say_count(denominator)}"
    return of if numerator is None and denominator is not None else f"{say_count(numerator)} {of}"


def say_share(value: float | None) -> str:
    """A share such as coverage; a few of very many are not none."""
    if value is None:
        return MISSING
    if 0 < value < SMALLEST_SHARE:
        return "below 0.1\u00a0%"
    return f"{value * 100:.{0 if value in (0, 1) else 1}f}\u00a0%"


def say_zero(row: Observation, kind: str) -> str | None:
    """`0 seen in n: at most x` for an observation without a single event; None for any other."""
    if row.numerator != 0 or not row.denominator or kind not in {"proportion", "rate_per_1000", "count"}:
        return None
    if row.ci_high is None:
        return f"0 seen in {say_count(row.denominator)}"
    unit = " per 1,000" if kind == "rate_per_1000" else ""
    return f"0 seen in {say_count(row.denominator)}: at most {say_value(row.ci_high, kind)}{unit}"


def say_unit(indicator: Indicator) -> str:
    """What a value of the indicator is: `share of conversations`, `per 1,000 messages`, `median, seconds`.

    What is computed day by day from other tables has no unit of its own; its denominator says what it counts.
    """
    units = indicator.denominator if indicator.unit == "day" else f"{indicator.unit.replace('_', '-')}s"
    match indicator.kind:
        case "proportion":
            return f"share of {units}"
        case "rate_per_1000":
            return f"per 1,000 {units}"
        case "distribution":
            return f"median, {indicator.value_unit}"
        case kind:
            return indicator.value_unit or kind


def say_observation(row: Observation | None, indicator: Indicator) -> str:
    """One sentence fragment: value, interval, counts."""
    if row is None or (row.value is None and row.bound is None):
        return "no value"
    zero = say_zero(row, indicator.kind)
    if zero:
        return zero
    unit = " per 1,000" if indicator.kind == "rate_per_1000" else f" {indicator.value_unit}".rstrip()
    return (
        f"{say_level(row, indicator.kind)}{unit} ({say_interval(row, indicator.kind)}; "
        f"{say_counts(row.numerator, row.denominator)})"
    )


def say_ratio(ratio: EquityRatio) -> str:
    """A rate ratio with its interval, or that there is none."""
    if ratio.ratio is None or ratio.ci_low is None:
        return "no ratio"
    if ratio.ci_high is None:
        return f"{say_factor(ratio.ci_low)} or more"
    return f"{say_factor(ratio.ratio)} ({say_factor(ratio.ci_low)} to {say_factor(ratio.ci_high)})"


def say_factor(value: float) -> str:
    """How many times; beyond a hundred or below a hundredth more figures would say nothing."""
    if value < SMALLEST_FACTOR:
        return "below 0.01"
    return "above 100" if value > LARGEST_FACTOR else f"{value:.2f}"


def say_absences(absences: Sequence[Absence]) -> str:
    """The words of everything a number must be read with."""
    return ", ".join(ABSENCE_MARKS[absence].word for absence in absences)


def say_unseen(languages: Sequence[LanguageShare]) -> str:
    """Which share of the conversations is in languages that no detector reads."""
    total = sum(row.conversation_count for row in languages)
    if not total:
        return "No conversation in this range."
    unseen = [row for row in languages if not row.is_seen]
    count = sum(row.conversation_count for row in unseen)
    if not count:
        return f"Detectors read the language of all {say_count(total)} conversations in this range."
    named = ", ".join(
        f"{'not known' if row.language == 'unknown' else row.language} {say_count(row.conversation_count)}"
        for row in unseen
    )
    return (
        f"{say_share(count / total)} of the conversations in this range ({say_count(count)} of "
        f"{say_count(total)}) are in languages that no detector reads ({named}): what is said there is "
        "unknown, not clear."
    )


def say_day(day: date | None) -> str:
    """A day such as 9 Nov 2026."""
    return MISSING if day is None else f"{day.day} {day:%b %Y}"


def say_moment(moment: datetime) -> str:
    """A moment in UTC, to the minute."""
    return f"{say_day(moment.date())}, {moment:%H:%M} UTC"


def say_local(moment: datetime, zone: str) -> str:
    """A moment in a zone and in UTC, such as 20 Nov 2026, 15:30 in Europe/Berlin (14:30 UTC)."""
    here, utc = moment.astimezone(ZoneInfo(zone)), moment.astimezone(UTC)
    if here.replace(tzinfo=None) == utc.replace(tzinfo=None):
        return say_moment(utc)
    there = f"{utc:%H:%M} UTC" if here.date() == utc.date() else say_moment(utc)
    return f"{say_day(here.date())}, {here:%H:%M} in {zone} ({there})"


def say_month(period: str) -> str:
    """A month such as October 2026, from `2026-10`; anything else as it is."""
    try:
        return f"{date.fromisoformat(f'{period}-01'):%B %Y}"
    except ValueError:
        return period


def say_size(count: int) -> str:
    """The size of a file."""
    return f"{count / 1_000_000:.1f}\u00a0MB" if count >= 1_000_000 else f"{max(count // 1000, 1)}\u00a0kB"


def say_duration(length: timedelta) -> str:
    """How long something lasts: days and hours, or hours and minutes."""
    minutes = int(length.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}\u00a0d {hours}\u00a0h"
    return f"{hours}\u00a0h {minutes % 60}\u00a0min"


def say_words(identifier: str) -> str:
    """An identifier as words."""
    return identifier.replace("_", " ")


def say_group(slice_name: str, value: str) -> str:
    """A group of a slice as people read it."""
    return say_words(value) if slice_name in WORDED_SLICES else value


def say_things(count: int, noun: str) -> str:
    """A number of things: `1 alarm`, `2 alarms`, `1,013 groups`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def say_days_in(text: str) -> str:
    """A sentence that a machine wrote, with its days as people write them."""
    return WRITTEN_DAY.sub(_say_written_day, text)


def _say_written_day(found: re.Match[str]) -> str:
    try:
        return say_day(date.fromisoformat(found[1]))
    except ValueError:
        return found[1]


def say_signal(signal_id: str) -> str:
    """The title of a signal in the taxonomy; one of an operator's own by its id."""
    titles = {signal.id: signal.title for signal in load_taxonomy().signals}
    return titles.get(signal_id, say_words(signal_id))


def say_missing(missing: str) -> str:
    """What an indicator lacks, as it is published, with signals by their titles."""
    return SIGNAL_NEED.sub(lambda need: say_signal(need[1]), missing)


def say_needing_eyes(count: int) -> str:
    """How many grave findings nobody has looked at yet."""
    return "1 grave finding needs eyes" if count == 1 else f"{say_things(count, 'grave finding')} need eyes"


def say_unanswered(count: int) -> str:
    """How many conversations show risk of level 3 that nothing answers."""
    return f"{say_things(count, 'conversation')} with unanswered risk of level 3"


def say_all_reasons(reasons: str) -> str:
    """The reasons of a day, as they are published, in words; empty where there are none."""
    return ", ".join(say_reason(reason) for reason in reasons.split(",") if reason)


def say_reason(reason: str) -> str:
    """Why a row or a day is what it is: `rejected: missing field`, `rule missed: region is known`."""
    kind, colon, what = reason.partition(":")
    return say_words(f"{REASON_KINDS.get(kind, kind + colon)} {what}" if colon else kind)


def say_detectors(versions: str) -> str:
    """Detectors and their releases, `lexicon 1.5, linear 1.5`, without the hash of what is in each."""
    names = (one.replace("@", " ").strip() for one in versions.split(",") if one.strip())
    return ", ".join(re.sub(r"-[0-9a-f]{6,}$", "", name) for name in names)


def say_origin(change: Change) -> str:
    """Who said so, and whether it was planned."""
    planned = {True: "planned", False: "not planned", None: "not known whether planned"}[change.is_planned]
    by = (
        f" by {change.declared_by}"
        if change.declared_by
        else " in the logs"
        if change.origin == "observed"
        else ""
    )
    return f"{change.origin}{by}, {planned}"
