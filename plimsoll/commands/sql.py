"""`plimsoll sql show`: an indicator's SQL, ready to paste into the DuckDB shell."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The SQL behind the numbers.")


@app.command()
def show(indicator: Annotated[str, typer.Argument(help="Id of an indicator.")]) -> None:
    """Print the `set variable` lines and the SQL of an indicator."""
    from pipelines.indicators.show import show as show_sql

    print(show_sql(indicator))


@app.callback()
def _group() -> None:
    """Keeps `show` a command of its own."""
