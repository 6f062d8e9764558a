"""`plimsoll definitions check`: whether what an operator defines can be used, line by line."""

from __future__ import annotations

import typer

from pipelines.errors import HomeError
from pipelines.settings import find_home
from plimsoll.commands.option import HomeOption, JsonOption, tell, write_json

app = typer.Typer(no_args_is_help=True)


@app.callback()
def definitions() -> None:
    """The operator's own definitions: check them before they are used."""


@app.command()
def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read `definitions/` of a home, or of a folder with nothing else; end with 1 if anything is wrong."""
    from pipelines.definition_check import check_definitions

    place = find_home(home)
    if place.kind is None and not place.definitions.is_dir():
        raise HomeError(f"There is no {place.definitions}, so nothing was checked. Name the folder above it.")
    found = check_definitions(place)
    if as_json:
        write_json(
            {
                "checked": found.checked,
                "problems": [
                    {
                        "file": str(one.path.relative_to(place.definitions)),
                        "line": one.line,
                        "field": one.field,
                        "what": one.what,
                    }
                    for one in found.problems
                ],
            }
        )
    else:
        for problem in found.problems:
            tell(str(problem))
        print(
            f"{len(found.problems)} problems in {place.definitions}."
            if found.problems
            else f"{', '.join(found.checked) or 'Nothing'} in {place.definitions}: nothing is wrong."
        )
    if found.problems:
        raise typer.Exit(1)
