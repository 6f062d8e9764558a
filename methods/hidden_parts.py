"""Which parts of one total to hide, the rule of `suppression.suppress_column` on plain lists, for very many.

Arrays of five numbers cost more to make than to use, and a published file holds tens of thousands of totals.
A part that is hidden for another reason than its size must not stand alone either. Sources: as `suppression`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from methods.suppression import HIDDEN_UP_TO, MINIMUM_WIDTH, SMALLEST_HIDDEN


@dataclass(frozen=True)
class HiddenParts:
    """Which parts are hidden, and whether their total must be too."""

    is_hidden: list[bool]
    is_total_hidden: bool


def hide_parts(
    counts: Sequence[float],
    is_hidden: Sequence[bool],
    *,
    hidden_up_to: int = HIDDEN_UP_TO,
    minimum_width: float = MINIMUM_WIDTH,
) -> HiddenParts:
    """Hide small parts, and the smallest others until no hidden one follows from the total and the rest."""
    hidden = [given or 0 < count <= hidden_up_to for count, given in zip(counts, is_hidden, strict=True)]
    if not any(hidden) or 0 < sum(counts) <= hidden_up_to:
        return HiddenParts(hidden, any(hidden))
    shown = sorted((count, place) for place, count in enumerate(counts) if count > 0 and not hidden[place])
    covered = [count for count, is_covered in zip(counts, hidden, strict=True) if is_covered and count > 0]
    for count, place in shown:
        if has_room(covered, hidden_up_to, minimum_width):
            return HiddenParts(hidden, False)
        hidden[place] = True
        covered.append(count)
    return HiddenParts(hidden, not has_room(covered, hidden_up_to, minimum_width))


def has_room(
    covered: Sequence[float], hidden_up_to: int = HIDDEN_UP_TO, width: float = MINIMUM_WIDTH
) -> bool:
    """As `suppression.leaves_room`; hidden parts that are all large need only not stand alone."""
    if not covered:
        return True
    if len(covered) == 1:
        return False
    small = [count for count in covered if count <= hidden_up_to]
    greatest = sum(covered) - SMALLEST_HIDDEN * (len(covered) - 1)
    return not small or (greatest - SMALLEST_HIDDEN >= width and all(count < greatest for count in small))
