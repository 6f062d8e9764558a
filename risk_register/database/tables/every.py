"""Every table of the governance store; a table is known only once the module that declares it was read."""

from __future__ import annotations

from sqlalchemy import MetaData

from risk_register.database.model import Base
from risk_register.database.tables import account as account_tables  # noqa: F401  read for the tables that they declare
from risk_register.database.tables import alarm as alarm_tables  # noqa: F401  read for the tables that they declare
from risk_register.database.tables import incident as incident_tables  # noqa: F401  read for the tables that they declare
from risk_register.database.tables import notice as notice_tables  # noqa: F401  read for the tables that they declare
from risk_register.database.tables import register as register_tables  # noqa: F401  read for the tables that they declare
from risk_register.database.tables import report as report_tables  # noqa: F401  read for the tables that they declare
from risk_register.database.tables import review as review_tables  # noqa: F401  read for the tables that they declare

METADATA: MetaData = Base.metadata
