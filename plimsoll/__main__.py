"""The `plimsoll` command: exit 0 done, 1 data or state wrong (one message), 2 wrong usage."""

from __future__ import annotations

import os
import sys
import warnings

from methods.errors import MethodsError
from pipelines.errors import PlimsollError
from pipelines.shown_text import show_line, show_text
from plimsoll.command_table import COMMANDS
from plimsoll.deferred import make_front_door
from risk_register.errors import RegisterError

app = make_front_door(
    "Watch a deployed language model for mental health: ingest its logs, compute indicators, publish.",
    COMMANDS,
)


def main() -> None:
    """Run a command; an error of ours, or of the operating system, is one message without a traceback."""
    # Beta notices of Dagster are for whoever upgrades it, not for whoever runs a command.
    warnings.filterwarnings("ignore", module=r"dagster(\..*)?")
    try:
        app()
    except (PlimsollError, RegisterError, MethodsError) as error:
        print(show_text(str(error)), file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.errno is None:  # a library's own, whose cause only a traceback tells
            raise
        where = "" if error.filename is None else f": {error.filename}"
        print(show_line(f"{os.strerror(error.errno)}{where}"), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
