"""What the figures rest on: rows accepted and refused, days held, messages not scored, readiness."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set

from methods.day_counts import ABOUT_WORDS, hide_days
from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.published import Facts
from pipelines.report.suppress import hide_parts, must_hide_total

GROUPS = {
    "accepted": "Accepted",
    "rejected": "Rejected",
    "exact_duplicate": "Duplicates",
    "conflicting_duplicate": "Duplicates",
    "late": "Late",
    "out_of_order": "Out of order",
    "clock_skew": "Dated after their delivery",
    "waiting_event": "Waiting for their conversation",
    "redacted": "Redacted",
    "unscored": "Not scored",
    "owed": "Owed by a detector",
    "stop": "Days held by a check",
    "tell": "Told by a check",
}
OTHER = "Other"
ALL = "all"
UNTROUBLED = frozenset({"complete", "quiet"})
WHOLE = UNTROUBLED | {"restated"}
"""States of a day whose data came and could be used; a restated one changed after it was shown."""

ABOUT_PEOPLE = frozenset({GROUPS[kind] for kind in ("accepted", *ABOUT_WORDS)} | {OTHER})
"""Groups whose small rows are hidden; all others count lines of a log and are shown as they are."""

UNSUPPORTED = "unscored:unsupported_language"
OUTSIDE = "before the first data or still to come"

QUALITY_COLUMNS = (
    Column("group", "What", width=28),
    Column("reason", "Reason", width=40),
    Column("source", "Seen by", width=24),
    Column("row_count", "Rows", Kind.COUNT, 14),
    Column("day_count", "Days", Kind.COUNT, 8),
)
DAY_COLUMNS = (
    Column("day", "Day", Kind.DATE, 12),
    Column("state", "State", width=12),
    Column("reasons", "Why", width=40),
    Column("message_count", "Messages", Kind.COUNT, 14),
    Column("expected_count", "Usual for the weekday", Kind.COUNT, 14),
)
READINESS_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("state", "State", width=12),
    Column("missing", "What is missing", width=50),
    Column("next_step", "What to do next", width=50),
)


def build_quality(facts: Facts) -> Table:
    """Rows of the month by what happened to them; a group of several reasons opens with its total."""
    groups: dict[str, list[Row]] = {title: [] for title in [*GROUPS.values(), OTHER]}
    for row in facts.data_quality:
        groups[GROUPS.get(row["reason"].split(":")[0], OTHER)].append(row)
    same = facts.find("unsupported_language_rate", facts.month)
    kept_back = {UNSUPPORTED} if same is not None and same.is_suppressed else set()
    rows = [cells for title, members in groups.items() for cells in _group_rows(title, members, kept_back)]
    return Table(
        "data_quality",
        "Data received and data refused",
        QUALITY_COLUMNS,
        tuple(rows),
        note="Rejected rows count on the day of their delivery, all others on the reporting day.",
        empty="Nothing is published about the data of this month: its quality is unknown.",
    )


def build_days(facts: Facts) -> Table:
    """Days of the month whose data are late, partial, held, not scored, or changed after they were shown."""
    outside = count_gaps(facts).get(OUTSIDE, 0)
    few = hide_days({row["day"]: row["message_count"] for row in facts.data_days})
    rows = tuple(
        {
            "day": row["day"],
            "state": row["state"],
            "reasons": row["reasons"].replace(",", ", ").replace("_", " ") or Mark.NONE,
            "message_count": Mark.HIDDEN if row["day"] in few else row["message_count"],
            "expected_count": _expected_cell(row, is_few=row["day"] in few),
        }
        for row in facts.data_days
        if row["state"] not in UNTROUBLED
    )
    return Table(
        "data_days",
        "Days whose data are not whole",
        DAY_COLUMNS,
        rows,
        note="Weeks and months that hold such a day say so beside their numbers.",
        empty=f"{outside} days of this month are {OUTSIDE}. Of the others all data came and could be used."
        if outside
        else "All data of the days of this month came, and all of it could be used.",
    )


def build_readiness(facts: Facts) -> Table:
    """Indicators that are not ready, or only in part, and the next step for each."""
    rows = tuple(
        {
            **row,
            "title": facts.titles.get(row["indicator_id"], row["indicator_id"]),
            "missing": row["missing"] or Mark.NONE,
            "next_step": row["next_step"] or Mark.NONE,
        }
        for row in sorted(facts.readiness, key=lambda row: (row["state"] != "not_ready", row["indicator_id"]))
        if row["state"] != "ready"
    )
    return Table(
        "readiness",
        "Indicators that are not ready",
        READINESS_COLUMNS,
        rows,
        empty="Every indicator that readiness was published for is ready."
        if facts.readiness
        else "Readiness of the indicators is not published: it is unknown.",
    )


def _expected_cell(row: Row, *, is_few: bool) -> Cell:
    if is_few:
        return Mark.HIDDEN
    return Mark.UNKNOWN if row["expected_count"] is None else round(row["expected_count"])


def _group_rows(title: str, members: list[Row], kept_back: Set[str]) -> list[dict[str, Cell]]:
    """Rows of a group; reasons that are `kept_back` count the cell of an indicator that is hidden."""
    counts = [row["row_count"] for row in members]
    given = [row["reason"] in kept_back for row in members]
    is_exact = title not in ABOUT_PEOPLE
    hidden = (False,) * len(counts) if is_exact else hide_parts(counts, hidden=given)
    rows: list[dict[str, Cell]] = [
        {
            "group": title,
            "reason": row["reason"].partition(":")[2].replace("_", " ") or row["reason"].replace("_", " "),
            "source": row["source"],
            "row_count": Mark.HIDDEN if is_hidden else row["row_count"],
            "day_count": row["day_count"],
        }
        for row, is_hidden in zip(members, hidden, strict=True)
    ]
    if len(members) < 2:
        return rows
    is_hidden_too = not is_exact and must_hide_total(counts, hidden)
    total: Cell = Mark.HIDDEN if is_hidden_too else sum(counts)
    return [
        {"group": title, "reason": ALL, "source": Mark.NONE, "row_count": total, "day_count": Mark.NONE},
        *rows,
    ]


def unscored_reasons(facts: Facts) -> list[str]:
    """Why messages were left without a score in the month, in words."""
    reasons: dict[str, int] = defaultdict(int)
    for row in facts.data_quality:
        kind, _, state = row["reason"].partition(":")
        if kind == "unscored":
            reasons[state.replace("_", " ")] += row["row_count"]
    return [state for state, count in sorted(reasons.items()) if count]


def count_gaps(facts: Facts) -> dict[str, int]:
    """Days of the month whose data are not whole, by state; a day that no state is known of is no whole one.

    Without any the month is complete: each of its days has ended, and its data came or are not usual.
    """
    gaps = Counter(str(row["state"]) for row in facts.data_days if row["state"] not in WHOLE)
    outside = facts.month.last.day - len(facts.data_days)
    return dict(sorted(gaps.items())) | ({OUTSIDE: outside} if outside else {})


def held_day_count(facts: Facts) -> int:
    """Most days held by one check: checks can hold the same day, so days of several checks do not add up."""
    return max(
        (row["day_count"] for row in facts.data_quality if row["reason"].startswith("stop:")), default=0
    )
