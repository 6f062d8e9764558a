"""What an account may be called: a name that stands under decisions for good, and belongs to nobody else.

Commands and stages write to the audit under names of their own; no person may have one of these, for what
they did would look like what the machine did.
"""

from __future__ import annotations

import re

from risk_register.errors import NotAllowedError

NAME = re.compile(r"[a-z0-9][a-z0-9._@\-]{0,99}")
RESERVED = frozenset(
    {"assess", "command_line", "notify", "pipelines", "plimsoll", "review_queue", "weekly_draw"}
)
"""The actors of commands and stages."""


def check_name(name: str) -> None:
    """Raise if no account may have a name.

    Raises:
        NotAllowedError: it is not a name, or stands for a command or a stage.
    """
    if not NAME.fullmatch(name):
        raise NotAllowedError(
            f"{name!r} is not an account name. Allowed: lower-case letters, digits and . _ @ -, at most 100."
        )
    if name in RESERVED:
        raise NotAllowedError(
            f"{name} stands in the audit for what commands and stages do; no account may be called so."
        )
