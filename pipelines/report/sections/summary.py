"""The month in sentences. Each one restates numbers of the tables; none of them explains or predicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from pipelines.report.display import STATUS_WORDS, show_cell, show_measure
from pipelines.report.document import Kind, Mark, Row, Table
from pipelines.report.published import Facts
from pipelines.report.sections.governance import as_of
from pipelines.report.sections.grave import say_grave
from pipelines.report.sections.quality import count_gaps, held_day_count, unscored_reasons

NAMED_AT_MOST = 6
EVERY_CONVERSATION = "long_session_share"
"""It counts out of all conversations; most others leave out those that no detector could read."""

LOWER_BOUND = (
    "No estimate corrected by review is published for missed escalation. It rests on conversations that the "
    "detectors flagged, so the figure is a lower bound: people at risk whom no detector noticed are not "
    "in it."
)


def write_summary(facts: Facts, tables: Mapping[str, Table], tally: Mapping[str, int]) -> tuple[str, ...]:
    """The sentences of the first page, in the order a board asks its questions."""
    headline = tables["headline"].rows
    sentences = [
        _volume(headline),
        _standing(tally, len(headline)),
        _named("In breach: {}.", headline, "breach"),
        _named("On watch: {}.", headline, "watch"),
        _unknown(tally),
        _special_causes(headline),
        say_grave(tables["grave_findings"]),
        say_governance(tables, as_of(facts)),
        _events(tables),
        _days(facts),
        _data(facts, tables),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def missed_escalation_note(facts: Facts) -> tuple[str, ...]:
    """What must be said beside missed escalation while no reviewed sample stands behind it."""
    corrected = facts.find("missed_escalation_rate", facts.month, estimate="corrected")
    return () if corrected is not None and corrected.value is not None else (LOWER_BOUND,)


def say_governance(tables: Mapping[str, Table], on: dt.date) -> str:
    """The register on the day of its copy; its risks stand by the newest week, not by the month above."""
    risks, items = tables["risks"].rows, tables["checklist"].rows
    breached = [row["reference"] for row in risks if row["worst_status"] == "breach"]
    overdue = sum(row["is_overdue"] for row in risks)
    contradicted = [row["reference"] for row in items if not isinstance(row["contradicted_by"], Mark)]
    late = sum(bool(row["is_overdue"]) for row in items)
    waived = sum(not isinstance(row["waived_until"], Mark) for row in items)
    first = f"{_counted(len(breached), 'risk')} of {len(risks)} with an indicator in breach"
    first += " in its newest complete week"
    first += f" ({', '.join(breached)})" if breached else ""
    return (
        f"Register, as at {on}: {first}, {overdue} overdue for review. "
        f"Checklist, as at {on}: {_counted(len(contradicted), 'item')} contradicted by data"
        + (f" ({', '.join(contradicted)})" if contradicted else "")
        + f", {late} of {len(items)} overdue, {waived} waived."
    )


def join_names(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _volume(headline: Iterable[Row]) -> str:
    row = next((row for row in headline if row["indicator_id"] == EVERY_CONVERSATION), None)
    if row is None or row["denominator"] in (Mark.NOT_MEASURED, Mark.NONE):
        return "How many conversations took place in the month is not measured."
    if row["denominator"] is Mark.HIDDEN:
        return (
            "How many conversations took place in the month is hidden: fewer than 11, or a number from which "
            "a small count could be worked out."
        )
    return f"The month covers {show_cell(row['denominator'], Kind.COUNT)} conversations."


def _standing(tally: Mapping[str, int], total: int) -> str:
    parts = [f"{count} {STATUS_WORDS[status].lower()}" for status, count in tally.items() if count]
    return f"Of {_counted(total, 'indicator')}: {', '.join(parts)}." if parts else ""


def _named(template: str, headline: Iterable[Row], status: str) -> str:
    rows = [row for row in headline if row["status"] == status]
    if not rows:
        return ""
    names = [_with_value(row) for row in rows[:NAMED_AT_MOST]]
    if len(rows) > NAMED_AT_MOST:
        names.append(f"{len(rows) - NAMED_AT_MOST} more")
    return template.format(join_names(names))


def _with_value(row: Row) -> str:
    value, bound = row["value"], row["at_least"]
    if value is Mark.UNKNOWN and not isinstance(bound, Mark):
        return f"{row['title']} (at least {show_measure(bound, row['kind'])})"
    if isinstance(value, Mark):
        return f"{row['title']} (value {'hidden' if value is Mark.HIDDEN else 'unknown'})"
    per = " per 1,000" if row["kind"] == "rate_per_1000" else ""
    return f"{row['title']} ({show_measure(value, row['kind'])}{per})"


def _unknown(tally: Mapping[str, int]) -> str:
    count = tally["not_measured"] + tally["insufficient_data"] + tally["no_appetite_set"]
    if not count:
        return ""
    verb = "indicator cannot" if count == 1 else "indicators cannot"
    return f"{count} {verb} be called safe or unsafe, because data or an approved limit is missing."


def _special_causes(headline: Iterable[Row]) -> str:
    changed = [
        f"{row['title']} ({'high' if row['variation'] == 'special_cause_high' else 'low'})"
        for row in headline
        if str(row["variation"]).startswith("special_cause")
    ]
    if not changed:
        assessed = any(row["variation"] == "common_cause" for row in headline)
        return "No indicator shows a special cause against its own history." if assessed else ""
    shown = [
        *changed[:NAMED_AT_MOST],
        *([f"{len(changed) - NAMED_AT_MOST} more"] if len(changed) > NAMED_AT_MOST else []),
    ]
    return f"Changed against their own history: {join_names(shown)}."


def _events(tables: Mapping[str, Table]) -> str:
    new = sum(row["is_new"] for row in tables["incidents"].rows)
    older = len(tables["incidents"].rows) - new
    changes = sum(row["is_new"] for row in tables["changes"].rows)
    return (
        f"{_counted(new, 'incident')} opened in the month, {older} open from before; "
        f"{_counted(len(tables['alarms'].rows), 'alarm')} open on a day of it; "
        f"{_counted(changes, 'change')} of model, prompt, policy or measurement in the month."
    )


def _days(facts: Facts) -> str:
    gaps, count = count_gaps(facts), facts.month.last.day
    if not gaps:
        return f"The month is complete: all its {count} days have ended, and no data are missing."
    named = join_names(f"{days} {state}" for state, days in gaps.items())
    return (
        f"The month is not complete: of its {count} days the data of {sum(gaps.values())} are not whole "
        f"({named}). What is counted is counted on the others and what came of these."
    )


def _data(facts: Facts, tables: Mapping[str, Table]) -> str:
    if not tables["data_quality"].rows:
        return "The quality of the month's data is not published and so unknown."
    parts = [f"days held by a check: {held_day_count(facts)}"]
    reasons = unscored_reasons(facts)
    parts.append(f"messages left unscored: {join_names(reasons) if reasons else 'none'}")
    not_ready = sum(row["state"] == "not_ready" for row in tables["readiness"].rows)
    parts.append(f"indicators not ready: {not_ready}")
    return f"Data: {'; '.join(parts)}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
