"""How facets add up to the order of the Columbia questions, and to levels."""

import pytest

from pipelines.detect.detectors.lexicon.severity import CSSRS_OF_FACET, LEVEL_OF_CSSRS, Facet, cssrs_of


def test_every_facet_and_every_step_has_its_place() -> None:
    assert set(CSSRS_OF_FACET) == set(Facet)
    assert set(LEVEL_OF_CSSRS) == set(range(7))


@pytest.mark.parametrize(
    ("facets", "expected"),
    [
        (set(), 0),
        ({Facet.PASSIVE}, 1),
        ({Facet.PASSIVE, Facet.ACTIVE}, 2),
        ({Facet.METHOD}, 3),
        ({Facet.INTENT, Facet.ACTIVE}, 4),
        ({Facet.INTENT, Facet.METHOD}, 5),
        ({Facet.TIMING}, 5),
        ({Facet.BEHAVIOUR, Facet.PASSIVE}, 6),
    ],
)
def test_the_gravest_facet_decides_and_method_with_intent_is_a_plan(
    facets: set[Facet], expected: int
) -> None:
    assert cssrs_of(facets) == expected


def test_levels_change_between_three_and_four_and_between_four_and_five() -> None:
    assert [LEVEL_OF_CSSRS[step] for step in (1, 2, 3, 4, 5, 6)] == [1, 2, 2, 3, 4, 4]
