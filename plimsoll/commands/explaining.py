"""`plimsoll explain`: what stands behind one published figure. Counts only, small cells hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from plimsoll.commands.option import HomeOption, JsonOption, open_home, write_json
from plimsoll.commands.publication import choose_deployment

MISSING = "-"
HIDDEN = "hidden, for a small cell could name somebody"
COUNTS = (("message", "messages"), ("rejected", "rejected"), ("late", "late"))


def explain(
    figure: Annotated[
        str,
        typer.Argument(
            help="INDICATOR/PERIOD/START/SLICE=VALUE or the beginning of it, such as "
            "refusal_rate/week/2026-11-16; without a start the newest whole week (or the newest), without a "
            "slice the whole deployment. "
            "Or miss_rate, or miss_rate/SIGNAL: what detectors miss, by a judge's random sample."
        ),
    ],
    deployment: Annotated[
        str | None, typer.Option(help="The deployment; needed where there are several.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what stands behind a figure: definition, limits, days, changes, versions and origin."""
    from pipelines.explanation import explain as explain_figure
    from pipelines.explanation import parse_figure
    from pipelines.miss_account import account_for_misses, is_about_misses
    from pipelines.pointer import current_file

    published = current_file(open_home(home).published)
    wanted = choose_deployment(published, deployment)
    if is_about_misses(figure):
        document = account_for_misses(published, figure, deployment_id=wanted)
        told = say_misses(document)
    else:
        document = explain_figure(published, parse_figure(figure), deployment_id=wanted)
        told = say(document)
    if as_json:
        write_json(document)
    else:
        print("\n".join(told))


def say(document: dict[str, Any]) -> Iterable[str]:
    """The document for a reader."""
    one = document["indicator"]
    yield f"{one['title']} ({document['figure']}), {document['deployment_id']}"
    yield one["question"]
    for row in document["observations"]:
        yield from _say_observation(row)
    limits = document["appetite"]
    if limits is None:
        yield "limits      none: no appetite is set"
    else:
        who = "a placeholder" if limits["is_placeholder"] else f"approved by {limits['approved_by']}"
        yield (
            f"limits      watch {limits['side']} {_number(limits['watch'])}, breach {limits['side']} "
            f"{_number(limits['breach'])}, from {limits['effective_from']}, "
            f"version {limits['version']}, {who}"
        )
        yield f"            {limits['reason']}"
    yield f"numerator   {one['numerator']}"
    yield f"denominator {one['denominator']}; fewest to judge {one['minimum_denominator']}"
    yield f"definition  {one['definition_version']}, {one['lifecycle']}, owner {one['owner']}"
    yield from _say_days(document)
    for change in document["changes"]:
        yield f"change      {change['effective_on']} {change['what']}: {change['note']}"
    yield f"from        {', '.join(document['computed_from']) or MISSING}"
    file = document["file"]
    yield (
        f"file        {file['name']}, generation {file['generation']}, built "
        f"{file['built_at']:%Y-%m-%d %H:%M} UTC by version {file['code_version']}, "
        f"taxonomy {file['taxonomy_version']}, {file['home_kind']} data"
    )
    if document["sql"]:
        yield f"SQL         {document['sql']}"


def say_misses(document: dict[str, Any]) -> Iterable[str]:
    """What is missed, for a reader: three lines a signal and period."""
    yield f"What the detectors miss, {document['deployment_id']}"
    if document["note"]:
        yield document["note"]
    for row in document["misses"]:
        yield (
            f"{row['signal_id']}, {row['period']} from {row['period_start']}: {row['state']}, as the "
            f"{row['detector_id']} sees it, which is no ground truth"
        )
        if row["is_suppressed"]:
            yield f"            {HIDDEN}"
            continue
        ends = f"{_share(row['ci_low'])} to {_share(row['ci_high'])}"
        yield (
            f"missed      {_share(row['value'])} ({ends}) of messages with the signal; "
            f"{_number(row['numerator'])} ({_number(row['numerator_low'])} to "
            f"{_number(row['numerator_high'])}) messages; {row['confirmed_count']} of "
            f"{row['passed_count']} passed on are confirmed"
        )
        yield (
            f"sample      {row['seen_count']} in {row['sampled_count']} read of {row['rest_count']} not "
            f"passed on; {row['unanswered_count']} unanswered; {row['first_day']} to {row['last_day']}, "
            f"{row['day_count']} days, {row['left_out_day_count']} left out"
        )


def _say_observation(row: dict[str, Any]) -> Iterable[str]:
    if row["is_suppressed"]:
        value = HIDDEN
    elif row["value"] is None and row["at_least"]:
        counts = f"{_number(row['numerator'])} of {_number(row['denominator'])}"
        value = f"at least {_number(row['at_least'])}; {counts}"
    elif row["value"] is None:
        value = "no value"
    else:
        value = (
            f"{_number(row['value'])} ({_number(row['ci_low'])} to {_number(row['ci_high'])}, "
            f"{row['method']}); {_number(row['numerator'])} of {_number(row['denominator'])}"
        )
    yield f"{row['estimate']:<11} {value}"
    partial = "; the period is not whole" if row["is_partial"] else ""
    level, change = (row[name] or "hidden" for name in ("status", "variation"))
    yield (
        f"            level {level}, change {change}, scored {_number(row['coverage'])}, "
        f"data {row['data_state']}{partial}"
    )
    yield f"            detectors {row['detector_version'] or MISSING}"


def _say_days(document: dict[str, Any]) -> Iterable[str]:
    days = document["days"]
    states = Counter(day["state"] for day in days)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    wanted = (document["period_end"] - document["period_start"]).days + 1
    yield (
        f"days        {len(days)} of {wanted} with data ({told or 'none'}); "
        + ", ".join(f"{sum_counts([day[f'{name}_count'] for day in days])} {said}" for name, said in COUNTS)
    )
    for day in days:
        if day["reasons"]:
            yield f"            {day['day']} {day['state']}: {day['reasons']}"


def sum_counts(counts: Sequence[int | None]) -> str:
    """The sum of what is shown; a day whose counts are hidden makes it a least one."""
    shown = [count for count in counts if count is not None]
    return f"{'' if len(shown) == len(counts) else 'at least '}{sum(shown)}"


def _share(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.4g}" if value % 1 else f"{value:.0f}"
