"""Episodes stay right however far what belongs together lies apart, and whatever came first."""

import itertools

import pytest

from pipelines.lake.lake import Lake

LONG = {"silence_hours": 72, "maximum_hours": 168}


def staged(place) -> list[tuple]:
    return [
        (row["day"].isoformat(), row["message_count"], row["started_at"], row["ended_at"])
        for row in place.rows("staging.conversation")
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_deliveries_does_not_change_episodes(place, order):
    parts = [[place.say(0), place.say(11)], [place.say(22), place.say(33)], [place.say(44), place.say(49)]]
    for part in order:
        place.deliver(*parts[part])
    assert place.days() == {"2026-08-03": 5, "2026-08-05": 1}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_episode_of_a_week_is_found_again_by_its_last_message(place, mapping, order):
    parts = [[place.say(hours) for hours in span] for span in ((0, 70, 140), (167,), (200,))]
    for part in order:
        place.deliver(*parts[part], mapping=mapping(**LONG))
    assert place.days() == {"2026-08-03": 4, "2026-08-11": 1}


def test_an_event_finds_the_episode_that_began_a_week_before(place, mapping):
    place.deliver(*[place.say(hours) for hours in (0, 60, 120, 167)], mapping=mapping(**LONG))
    place.deliver(place.notice(167 + 72), mapping=mapping(**LONG))
    (event,) = place.rows("staging.event")
    assert event["conversation_id"] is not None
    assert event["day"].isoformat() == "2026-08-03"


def test_a_message_that_joins_two_chains_cuts_them_anew(place):
    place.deliver(*[place.say(hours) for hours in range(0, 60, 10)])
    place.deliver(*[place.say(hours) for hours in range(65, 125, 10)])
    assert [count for _, count, *_ in staged(place)] == [5, 1, 5, 1]
    place.deliver(place.say(57.5))
    assert place.days() == {"2026-08-03": 5, "2026-08-05": 6, "2026-08-07": 2}
    place.deliver(place.say(-11))
    assert place.days() == {"2026-08-03": 5, "2026-08-05": 6, "2026-08-07": 3}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "America/St_Johns"])
def test_zones_far_from_utc_find_their_episodes(place, mapping, zone):
    place.deliver(*[place.say(hours) for hours in range(0, 48, 8)], mapping=mapping(zone=zone))
    place.deliver(place.say(47.9), place.notice(47.9 + 12), mapping=mapping(zone=zone))
    assert len(staged(place)) == 1
    assert {row["day"] for row in place.rows("staging.event")} == {
        place.rows("staging.conversation")[0]["day"]
    }


def test_only_the_days_that_change_are_written_again(place):
    for day in range(6):
        place.deliver(place.say(24 * day, thread=f"t{day}"))
    before = Lake(place.home.lake).fingerprints("staging.message")
    place.deliver(place.say(24 * 3 + 1, thread="t3"))
    after = Lake(place.home.lake).fingerprints("staging.message")
    changed = {day.isoformat() for (_, day), files in after.items() if before[("one", day)] != files}
    assert changed == {"2026-08-06"}
