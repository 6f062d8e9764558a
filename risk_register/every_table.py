"""Every table of the governance store; a table is known only once the module that declares it was read."""

from __future__ import annotations

from sqlalchemy import MetaData

from risk_register import (  # noqa: F401  read for the tables that they declare
    account_tables,
    alarm_tables,
    incident_tables,
    notice_tables,
    register_tables,
    report_tables,
    review_tables,
)
from risk_register.model import Base

METADATA: MetaData = Base.metadata
