"""`plimsoll simulate alarms`: are false alarms within the budget, and how fast is a doubling found?"""

from __future__ import annotations

import math
from typing import Annotated, Any

import typer

from plimsoll.commands.option import JsonOption, tell, write_json

app = typer.Typer(no_args_is_help=True)
SIZES = (200, 2_000, 50_000, 100_000)


@app.callback()
def simulate() -> None:
    """Simulations that hold the statistics to what they promise."""


@app.command("alarms")
def alarms(
    *,
    units: Annotated[
        list[int] | None, typer.Option("--units", min=1, help="Units a day; may be given several times.")
    ] = None,
    runs: Annotated[int, typer.Option(min=2, help="Streams of each size.")] = 2000,
    rate: Annotated[float, typer.Option(help="The rate, which is also the appetite.")] = 0.002,
    variation: Annotated[float, typer.Option(min=0.0, help="How days vary, as a CV.")] = 0.20,
    weekend: Annotated[float, typer.Option(min=0.0, help="How much higher weekends are.")] = 0.10,
    days: Annotated[int, typer.Option(min=1, help="Days of each stream.")] = 365,
    threshold: Annotated[float, typer.Option(min=1, help="Days between false alarms: the budget.")] = 1000.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Simulate days at the appetite, and days at twice the appetite, for several volumes."""
    from methods.simulation import Setting, measure_alarms

    found = []
    for size in units or SIZES:
        setting = Setting(size, rate, variation, weekend, days)

        def show(done: int, size: int = size) -> None:
            if done % 500 == 0 or done == runs:
                tell(f"{size} a day: {done} of {runs}")

        found.append(measure_alarms(setting, runs=runs, threshold=threshold, seed=seed, progress=show))
    if as_json:
        write_json({"seed": seed, "runs": runs, "results": [_describe(one) for one in found]})
        return
    print(
        "units/day  false/100 days (limit)  budget  year with one  days to a doubling (90 %)  within budget"
    )
    for one in found:
        print(
            f"{one.setting.units_a_day:>9}  {one.false_per_100_days:>14.3f} ({one.false_limit:.3f})"
            f"  {one.budget_per_100_days:>6.3f}  {one.false_year_share:>13.2f}"
            f"  {one.median_delay:>17.0f} ({one.late_delay:.0f})"
            f"  {'yes' if one.is_within_budget else 'no':>14}"
        )


def _describe(one: Any) -> dict[str, Any]:
    return {
        "units_a_day": one.setting.units_a_day,
        "rate": one.setting.rate,
        "variation": one.setting.variation,
        "weekend_effect": one.setting.weekend_effect,
        "days": one.setting.days,
        "threshold_days": one.threshold,
        "false_alarms_per_100_days": one.false_per_100_days,
        "false_alarms_upper_limit": one.false_limit,
        "budget_per_100_days": one.budget_per_100_days,
        "share_of_years_with_a_false_alarm": one.false_year_share,
        "median_delay_days": None if math.isinf(one.median_delay) else one.median_delay,
        "delay_days_90": None if math.isinf(one.late_delay) else one.late_delay,
        "is_within_budget": one.is_within_budget,
    }
