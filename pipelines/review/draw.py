"""The week's review sample, drawn from what the pipelines computed: by hand, or by itself once a week.

The frame is read here and handed to the register, which draws, freezes and refuses a second draw.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pipelines.errors import PlimsollError, StateError
from pipelines.lake.lake import Lake
from pipelines.review.frame import FLAGGED_LEVEL, find_detectors, make_frame, read_week
from pipelines.settings import Home
from pipelines.zone import find_zone
from risk_register.database.store import Store, open_store
from risk_register.errors import DesignLostError, RegisterError
from risk_register.register.deployments import list_deployments
from risk_register.review import reviews
from risk_register.review.reviews import Frame, Tally

ACTOR = "weekly_draw"
WEEK = dt.timedelta(days=7)
MORNING = dt.timedelta(hours=4)  # of the deployment: by then a day's delivery is in and computed
LOG = logging.getLogger("plimsoll.review")


def draw_week(
    lake: Lake,
    store: Store,
    *,
    deployment_id: str,
    week: dt.date,
    capacity: int,
    seed: int | None,
    actor: str,
    at: dt.datetime,
) -> tuple[str, Frame]:
    """Draw the sample of a week, named by its Monday; returns its id and the frame it was drawn from.

    Raises:
        StateError: the week has not ended where the deployment is, holds no computed conversation, or the
            capacity does not reach for each stratum.
        NotAllowedError: the week has not ended, or has its sample.
    """
    zone = find_zone(lake, deployment_id)
    if at.astimezone(zone).date() < week + WEEK:
        raise StateError(f"The week of {week} has not ended in {zone.key}, the zone of {deployment_id}.")
    frame = make_frame(
        read_week(lake, deployment_id=deployment_id, week=week),
        capacity=capacity,
        earlier=_tally_before(store, deployment_id=deployment_id, week=week, at=at),
        detector_version=find_detectors(lake),
    )
    sample_id = reviews.draw_sample(
        store,
        deployment_id=deployment_id,
        week=week,
        frame=frame,
        capacity=capacity,
        seed=secrets.randbits(63) if seed is None else seed,
        actor=actor,
        at=at,
    )
    return sample_id, frame


def draw_due(home: Home, *, at: dt.datetime) -> list[str]:
    """Draw last week's sample of every deployment that has a capacity and no such sample. Safe to repeat.

    What keeps one deployment from being drawn is logged, and does not keep the others.
    """
    store, lake = open_store(home.governance_url), Lake(home.lake)
    drawn = []
    for deployment in list_deployments(store):
        name = deployment.deployment_id
        week = find_last_week(at, zone=find_zone(lake, name))
        capacity = reviews.read_settings(store, name).capacity_per_week
        if capacity is None or week in {one.week for one in reviews.list_samples(store, name)}:
            continue
        try:
            sample_id, _ = draw_week(
                lake, store, deployment_id=name, week=week, capacity=capacity, seed=None, actor=ACTOR, at=at
            )
        except (PlimsollError, RegisterError) as error:
            LOG.warning("No review sample of %s: %s", name, error)
            continue
        drawn.append(sample_id)
        LOG.info("%s is drawn", sample_id)
    return drawn


def find_last_week(at: dt.datetime, *, zone: ZoneInfo) -> dt.date:
    """The Monday of the last week that is to be drawn: it has ended here, and it is morning there.

    What was said on its last evening is delivered and computed in the night.
    """
    local = (at.astimezone(zone) - MORNING).date()
    day = min(local, at.astimezone(dt.UTC).date())
    return day - dt.timedelta(days=day.weekday()) - WEEK


def is_user_at_risk(answers: Mapping[str, int]) -> bool:
    """Whether a label says that the escalation policy applies."""
    return reviews.find_risk_level(answers) >= FLAGGED_LEVEL


def _tally_before(store: Store, *, deployment_id: str, week: dt.date, at: dt.datetime) -> dict[str, Tally]:
    """What the sample before found by stratum: where looking again narrows the interval.

    One whose design is lost is passed over: it must not keep every later week from being drawn.
    """
    for found in reviews.list_samples(store, deployment_id):
        if found.week >= week:
            continue
        try:
            labels = reviews.export_labels(store, sample_id=found.sample_id, at=at)
        except DesignLostError as error:
            LOG.warning("The sample before does not count: %s", error)
            continue
        return {one.stratum_id: one for one in reviews.tally(labels, is_case=is_user_at_risk)}
    return {}
