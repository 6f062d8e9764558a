"""The `plimsoll` command as a stranger starts it: a process of its own, with an empty environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    status: int
    output: str
    errors: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on standard output."""
        return dict(json.loads(self.output))


def plimsoll(*arguments: object, home: Path | None = None, status: int = 0) -> Answer:
    """Run a command; it must end with `status`, and never with a traceback."""
    command = [sys.executable, "-m", "plimsoll", *map(str, arguments)]
    if home is not None:
        command += ["--home", str(home)]
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ
    }
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=REPOSITORY
    )
    answer = Answer(ended.returncode, ended.stdout, ended.stderr)
    assert "Traceback" not in answer.errors + answer.output, answer.errors
    assert answer.status == status, f"{command} ended with {answer.status}: {answer.errors}{answer.output}"
    return answer
