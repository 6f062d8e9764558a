"""`plimsoll definitions check`: whether what an operator defines can be used, line by line."""

from __future__ import annotations

import typer

from plimsoll.commands.option import HomeOption, JsonOption, open_home, tell, write_json

app = typer.Typer(no_args_is_help=True)


@app.callback()
def definitions() -> None:
    """The operator's own definitions: check them before they are used."""


@app.command()
def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read everything below the home's definitions; end with 1 if anything is wrong."""
    from pipelines.definition_check import check_definitions

    place = open_home(home)
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
