"""The errors of the statistics package: one base, one class a reason.

A message says which values were refused and what is allowed; it never holds text of a conversation.
"""


class MethodsError(ValueError):
    """Base of every error raised by the statistics package."""


class InvalidCountsError(MethodsError):
    """Counts that cannot be counts: negative, or more events than trials."""


class InvalidArgumentError(MethodsError):
    """An argument outside its allowed range, or arrays whose shapes do not fit."""


class EstimateRefusedError(MethodsError):
    """An estimate that would mislead, such as a correction by a detector that hardly detects."""
