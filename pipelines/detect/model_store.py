"""Models of a home: they lie side by side below `models/`, and one file says which is live and who decided.

Nothing becomes live by being trained. A folder is named by its version; the pointer changes in one step. The
shipped model can be made live again like any other; from then on it is whichever one ships.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.detect.detectors.linear.model import MODEL_FILE, SHIPPED, load_model, write_model
from pipelines.durable import replace_durably
from pipelines.errors import StateError
from pipelines.reviewed_text import models_folder, write_reviewed
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
    is_shipped: bool = False
    """The decision was for the model that ships: an upgrade may bring another."""


def keep(home: Home, fitted: Fitted) -> Path:
    """Write a trained model into the home, not live."""
    folder = models_folder(home) / fitted.model.description.version
    write_reviewed(home, folder, fitted.reviewed)
    write_model(folder, fitted.model.description, fitted.files)
    return folder


def shipped_version() -> str:
    """The version of the model that ships."""
    return load_model(SHIPPED).description.version


def list_models(home: Home) -> tuple[str, ...]:
    """Versions that the home holds; the shipped one lies elsewhere."""
    folder = models_folder(home)
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{MODEL_FILE}")))


def find_model(home: Home, version: str) -> Path:
    """The folder of a version: of the home, or the shipped one.

    Raises:
        StateError: the home does not hold it, and it does not ship.
        DefinitionError: it is not whole.
    """
    if version == (shipped := shipped_version()):
        return SHIPPED
    known = list_models(home)
    if version not in known:
        raise StateError(
            f"The home holds no model {version}. It holds: {', '.join(known) or 'none'}; "
            f"`plimsoll train` makes one, {shipped} ships."
        )
    folder = models_folder(home) / version
    load_model(folder)
    return folder


def adopt(home: Home, adoption: Adoption) -> None:
    """Make a model live; the decision itself is the register's."""
    folder = find_model(home, adoption.version)
    adoption = replace(adoption, is_shipped=folder == SHIPPED)
    target = models_folder(home) / LIVE
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(adoption), indent=1, sort_keys=True) + "\n"
    replace_durably(target, text, aside=target.with_suffix(".tmp"))


def read_adoption(home: Home) -> Adoption | None:
    """The decision that is in force; None while nobody has decided, and the shipped model is live.

    Raises:
        StateError: the file that says so is damaged.
    """
    path = models_folder(home) / LIVE
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Adoption(**content | {"change_ids": tuple(content["change_ids"])})
    except (ValueError, KeyError, TypeError):
        raise StateError(
            f"{path} is damaged, so nothing says which model is live. `plimsoll change list` says which was. "
            "Delete the file: then the shipped one is live, until `plimsoll model adopt` decides again."
        ) from None


def find_live_model(home: Home) -> Path | None:
    """The folder of the live model; None while it is the shipped one."""
    adoption = read_adoption(home)
    return None if adoption is None or adoption.is_shipped else find_model(home, adoption.version)


def find_live_version(home: Home) -> str:
    """The version of the live model."""
    adoption = read_adoption(home)
    return shipped_version() if adoption is None or adoption.is_shipped else adoption.version
