"""Limits that a value can pass: without that, every value would be within them.

Which values an indicator can have stands in its definition; deciding on limits is in `appetites`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType

from risk_register.deployment.appetites import AppetiteDecision, Side, check_limits
from risk_register.errors import NotAllowedError

EXPECTED_SIDE = MappingProxyType({"lower_is_better": Side.ABOVE, "higher_is_better": Side.BELOW})
"""The bad side of an indicator by its direction; one that is in neither is context."""
HIGHEST = MappingProxyType({"proportion": 1.0, "rate_per_1000": 1000.0})
"""The most that a value can be, by the indicator's kind; a count, a median or an index has no end."""


def check_passable(
    title: str,
    *,
    kind: str,
    direction: str,
    side: Side,
    watch: float,
    breach: float,
    say: Callable[[float], str] = str,
) -> None:
    """Raise for limits that no value of an indicator can pass on its bad side: it would always be within.

    Args:
        title: how the indicator is called.
        kind: what its values are, as its definition says; a proportion is a share between 0 and 1.
        direction: which way of it is good, as its definition says.
        side: the side that is to be bad.
        watch: the limit that is passed first.
        breach: the limit that is passed then.
        say: a limit in the unit in which people type it.

    Raises:
        NotAllowedError: neither side of the indicator is bad, the other one is, the limits are not numbers
            or in the wrong order, or they lie at the end of what a value can be; says what is allowed.
    """
    expected = EXPECTED_SIDE.get(direction)
    if expected is None:
        raise NotAllowedError(f"{title} is context: neither side of it is bad, so no limit applies.")
    if side is not expected:
        words = direction.replace("_", " ")
        raise NotAllowedError(
            f"{title}: {words}, so bad is {expected} the limits; with {side} the worst would be within."
        )
    check_limits(side, watch=watch, breach=breach, say=say)
    highest = HIGHEST.get(kind, math.inf)
    if side is Side.ABOVE:
        ends = f"{say(0)} or more" + ("" if math.isinf(highest) else f" and less than {say(highest)}")
    else:
        ends = f"more than {say(0)}" + ("" if math.isinf(highest) else f" and at most {say(highest)}")
    for name, limit in (("watch", watch), ("breach", breach)):
        if not (0 <= limit < highest if side is Side.ABOVE else 0 < limit <= highest):
            raise NotAllowedError(
                f"The {name} limit {say(limit)} is out of range for {title}; allowed on the side {side}: "
                f"{ends}."
            )


def can_pass(decision: AppetiteDecision, *, kind: str, direction: str) -> bool:
    """Whether a value of an indicator can pass these limits on its bad side; watch is passed first.

    Limits approved before `check_passable` was asked, or before a definition changed, may be of the other
    sort: whoever judges by limits leaves these out, and says so.
    """
    if decision.side != EXPECTED_SIDE.get(direction):
        return False
    return decision.watch < HIGHEST.get(kind, math.inf) if decision.side == Side.ABOVE else decision.watch > 0
