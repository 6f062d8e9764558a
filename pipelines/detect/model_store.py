"""Models of a home: they lie side by side below `models/`, and one file says which is live and who decided.

Nothing becomes live by being trained. A folder is named by its version; the pointer changes in one step.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.detect.detectors.linear.model import MODEL_FILE, load_model, write_model
from pipelines.errors import StateError
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.detect.training import Fitted  # scikit-learn is loaded by who trains, not by who scores

LIVE = "live.json"


@dataclass(frozen=True)
class Adoption:
    """Who made which model live, when, why, and in which entries of the register's changes."""

    version: str
    decided_by: str
    decided_at: str
    reason: str
    change_ids: tuple[str, ...]


def models_folder(home: Home) -> Path:
    """Where the home's models lie."""
    return home.path / "models"


def keep(home: Home, fitted: Fitted) -> Path:
    """Write a trained model into the home, not live."""
    folder = models_folder(home) / fitted.model.description.version
    write_model(folder, fitted.model.description, fitted.files)
    return folder


def list_models(home: Home) -> tuple[str, ...]:
    """Versions that the home holds."""
    folder = models_folder(home)
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{MODEL_FILE}")))


def find_model(home: Home, version: str) -> Path:
    """The folder of a version.

    Raises:
        StateError: the home does not hold it.
        DefinitionError: it is not whole.
    """
    known = list_models(home)
    if version not in known:
        raise StateError(
            f"The home holds no model {version}. It holds: {', '.join(known) or 'none'}; "
            "`plimsoll train` makes one."
        )
    folder = models_folder(home) / version
    load_model(folder)
    return folder


def adopt(home: Home, adoption: Adoption) -> None:
    """Make a model live; the decision itself is the register's."""
    find_model(home, adoption.version)
    target = models_folder(home) / LIVE
    draft = target.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(adoption), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(draft, target)


def read_adoption(home: Home) -> Adoption | None:
    """The decision that is in force; None while the shipped model is live."""
    path = models_folder(home) / LIVE
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return Adoption(**content | {"change_ids": tuple(content["change_ids"])})


def find_live_model(home: Home) -> Path | None:
    """The folder of the live model; None while it is the shipped one."""
    adoption = read_adoption(home)
    return None if adoption is None else find_model(home, adoption.version)
