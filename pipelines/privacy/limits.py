"""How long each layer is kept: `<home>/definitions/retention.yaml`, or what ships.

A file that is not valid stops retention: nothing is dropped on a guess.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import DefinitionError

FILE = "retention.yaml"
DAYS_OF_A_YEAR = 365


class Limits(BaseModel):
    """Days that a layer is kept after its reporting day; a day of exactly that age is still kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    text_days: Annotated[int, Field(ge=1, le=3650)] = 90
    finding_days: Annotated[int, Field(ge=1, le=3650)] = 2 * DAYS_OF_A_YEAR
    count_days: Annotated[int, Field(ge=365, le=36500)] = 10 * DAYS_OF_A_YEAR
    backup_days: Annotated[int, Field(ge=1, le=3650)] = 90

    @model_validator(mode="after")
    def _each_layer_outlives_the_one_before(self) -> Limits:
        if not self.text_days <= self.finding_days <= self.count_days:
            raise ValueError("text_days may not be above finding_days, nor finding_days above count_days")
        return self

    def first_day(self, days: int, *, as_of: dt.date) -> dt.date:
        """The oldest day that is still kept."""
        return as_of - dt.timedelta(days=days)


def are_agreed(folder: Path) -> bool:
    """Whether somebody has written down the limits of this home; until then nothing drops by itself."""
    return (folder / FILE).exists()


def load_limits(folder: Path) -> Limits:
    """Read the limits of a home.

    Raises:
        DefinitionError: the file is not valid, each problem with what is allowed.
    """
    path = folder / FILE
    if not path.exists():
        return Limits()
    try:
        return Limits.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError):
        raise DefinitionError(f"{path}: not valid YAML. Nothing was dropped.") from None
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, one['loc'])) or '(file)'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        allowed = ", ".join(Limits.model_fields)
        raise DefinitionError(
            "\n".join([f"{path} is not valid, so nothing was dropped. Allowed are {allowed}.", *lines])
        ) from None
