"""Every table of the governance store; a table is known only once the module that declares it was read."""

from __future__ import annotations

from sqlalchemy import MetaData

from risk_register.database.model import Base
from risk_register.database.tables import (  # noqa: F401  read for the tables that they declare
    account,
    alarm,
    incident,
    notice,
    register,
    report,
    review,
)

METADATA: MetaData = Base.metadata
