"""The errors that a person is meant to read.

Each message says what is wrong, exactly where and with which value (an id, never text of a
conversation), and what is allowed or what to do next. The command line prints it without a traceback.
"""


class PlimsollError(Exception):
    """Something a person can put right; the message is complete in itself."""


class DefinitionError(PlimsollError):
    """A shipped or an operator's definition (mapping, indicator, rule file) is not valid."""


class SourceError(PlimsollError):
    """A delivery cannot be read at all; other deliveries are not affected."""


class HomeError(PlimsollError):
    """The home directory is missing, of the wrong kind, or in use."""


class StateError(PlimsollError):
    """What was asked needs data that is not there (yet)."""


class NothingToReportError(StateError):
    """A deployment has no data in the month that a report is asked for."""
