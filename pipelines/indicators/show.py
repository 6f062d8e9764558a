"""Prints an indicator's or a fact's SQL so that a person can run it by hand.

The DuckDB shell binds no `$named` parameter, so the text is shown with `getvariable('named')` in its
place, after the `set variable` lines that give the values. The files themselves stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.errors import DefinitionError
from pipelines.indicators.definition import Definition, load_definitions
from pipelines.settings import REPOSITORY

FACTS = REPOSITORY / "sql" / "fact"
PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


def show(identifier: str, definitions: Sequence[Definition] | None = None) -> str:
    """The `set variable` lines and the select of an indicator, or the select of a fact such as `fact.event`.

    `definitions` are those of a home; without them, those that ship.

    Raises:
        DefinitionError: nothing of that name is computed by SQL; the message lists what is.
    """
    counted = {one.indicator_id: one for one in definitions or load_definitions() if one.sql}
    facts = {f"fact.{path.stem}": path for path in sorted(FACTS.glob("*.sql"))}
    if identifier in facts:
        return facts[identifier].read_text(encoding="utf-8")
    if identifier not in counted:
        known = ", ".join([*counted, *facts])
        raise DefinitionError(f"Nothing called {identifier} is computed by SQL. There is: {known}.")
    chosen = counted[identifier]
    lines = [f"set variable {name} = {_quote(value)};" for name, value in sorted(chosen.parameters.items())]
    return "\n".join([*lines, PARAMETER.sub(r"getvariable('\1')", chosen.sql).rstrip() + ";", ""])


def _quote(value: int | str) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
