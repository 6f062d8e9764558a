"""The design effect of a part of a population, such as a slice or a group, of which only units are counted.

How much one person's units resemble each other is estimated on the whole, where events are counted by
cluster; how many units a person has is the part's own. Source: Kish 1965 (1 + (size - 1) * correlation).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from methods.intervals import FEW_CLUSTERS, FEW_EVENTS, ICC_PRIOR


def estimate_part_effect(
    events: ArrayLike,
    units: ArrayLike,
    *,
    whole_effect: ArrayLike,
    whole_size: ArrayLike,
    part_size: ArrayLike,
    clusters: ArrayLike,
) -> Any:
    """Design effects of parts, never below that of their whole, nor below 1; arrays of one shape.

    With few events or few clusters the prior for the correlation is a floor, as it is for the whole.

    Args:
        events: of the part.
        units: of the part.
        whole_effect: design effect of the same share in the whole.
        whole_size: units a person has in the whole, as the mean over units (`estimate_cluster_size`).
        part_size: the same in the part.
        clusters: how many people the part has, at the least.
    """
    x, n = np.asarray(events, dtype=float), np.asarray(units, dtype=float)
    whole, size = np.asarray(whole_effect, dtype=float), np.asarray(part_size, dtype=float)
    spare = np.maximum(np.asarray(whole_size, dtype=float) - 1, 1e-9)
    correlation = np.clip((whole - 1) / spare, 0.0, 1.0)
    effect = np.maximum(np.maximum(whole, 1.0), 1 + correlation * (size - 1))
    says_little = (np.minimum(x, n - x) < FEW_EVENTS) | (np.asarray(clusters) < FEW_CLUSTERS)
    return np.where(says_little, np.maximum(effect, 1 + ICC_PRIOR * (size - 1)), effect)[()]


def scale_size(size: ArrayLike, share: ArrayLike) -> Any:
    """Units a person has of a kind, from those of a broader kind; `share` is the kind over the broader kind.

    Below 1 units are drawn from those of a person; above 1 each stands for several that belong together.
    """
    part = np.asarray(share, dtype=float)
    return (np.maximum(part, 1.0) + (np.asarray(size, dtype=float) - 1) * part)[()]
