"""The errors of the register that a person is meant to read.

Each message says what is wrong, where and with which value, and what is allowed or what to do next.
The command line and the pages show it as it stands.
"""


class RegisterError(Exception):
    """Something a person can put right; the message is complete in itself."""


class ContentError(RegisterError):
    """Content (signals, risks, checklists, regimes) is not valid; nothing of it is loaded."""


class StoreError(RegisterError):
    """The governance store cannot be opened or written, or is not at the expected version."""


class StoreVersionError(StoreError):
    """The tables of the governance store belong to older or newer code; `plimsoll upgrade` brings them up."""


class StoreReadOnlyError(StoreError):
    """The governance store is read and takes no writing: a standby, or a disk that became read-only."""


class UnknownRecordError(RegisterError):
    """The deployment, account, risk, item or proposal that was named does not exist."""


class NotAllowedError(RegisterError):
    """The state of a record, or the rules of the workflow, do not allow what was asked."""


class SelfApprovalError(NotAllowedError):
    """One person tried to do both halves of something that needs two."""


class ChangedMeanwhileError(NotAllowedError):
    """Somebody else changed the record after the version that the decision was about."""


class DesignLostError(RegisterError):
    """A sample is no longer what was drawn, so nothing may be estimated from it."""
