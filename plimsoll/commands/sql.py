"""`plimsoll sql show`: an indicator's SQL, ready to paste into the DuckDB shell."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.settings import find_home
from plimsoll.commands.option import HomeOption

app = typer.Typer(no_args_is_help=True)


@app.command()
def show(
    indicator: Annotated[str, typer.Argument(help="Id of an indicator, or a fact such as fact.event.")],
    home: HomeOption = None,
) -> None:
    """Print the `set variable` lines and the SQL of an indicator."""
    from pipelines.indicators.own import load_home_definitions
    from pipelines.indicators.show import show as show_sql

    place = find_home(home)
    print(show_sql(indicator, None if place.kind is None else load_home_definitions(place)))


@app.callback()
def _group() -> None:
    """Keeps `show` a command of its own."""
