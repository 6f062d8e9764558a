"""The week's sample of a deployment: drawn once, frozen, and checkable against its frame ever after.

The frame (ids, strata, sizes) is passed in. Nobody can redraw a week until they like it: the second draw of a
week is refused, and `verify_draw` repeats the first one.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.content import load_taxonomy
from risk_register.database.model import Deployment, columns_of
from risk_register.database.store import Store, Write
from risk_register.database.tables.review import ReviewItem, ReviewSample, ReviewStratum
from risk_register.errors import DesignLostError, NotAllowedError, UnknownRecordError
from risk_register.review.frame import Drawn, Frame, draw
from risk_register.review.states import ItemStatus, find_due

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class SampleRecord:
    """A sample as it was drawn; `seed` is None when somebody deleted it, and then nothing is estimated."""

    sample_id: str
    deployment_id: str
    week: dt.date
    seed: int | None
    frame_hash: str
    frame_size: int
    sample_size: int
    capacity: int
    detector_version: str
    taxonomy_version: str
    drawn_by: str
    drawn_at: dt.datetime


def draw_sample(
    store: Store,
    *,
    deployment_id: str,
    week: dt.date,
    frame: Frame,
    capacity: int,
    seed: int,
    actor: str,
    at: dt.datetime,
) -> str:
    """Draw and freeze the sample of a week (its Monday). Returns the sample's id.

    `capacity` is how many labels people can give; a tenth of the items needs two.

    Raises:
        NotAllowedError: the week has not ended or has its sample, or the frame or the capacity do not allow
            it.
        UnknownRecordError: the register does not know the deployment.
    """
    drawn = draw(frame, seed=seed)
    _check_week(week, at=at)
    label_count = len(drawn) + sum(item.needs_second for item in drawn)
    if label_count > capacity:
        raise NotAllowedError(
            f"{len(drawn)} conversations need {label_count} labels, a tenth of them two; the capacity is "
            f"{capacity}. Draw fewer, or raise the capacity."
        )
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        known = write.session.scalar(
            select(ReviewSample.sample_id).filter_by(deployment_id=deployment_id, week=week)
        )
        if known is not None:
            raise NotAllowedError(f"The week of {week} has its sample, {known}; a sample is drawn once.")
        year, number, _ = week.isocalendar()
        sample = ReviewSample(
            sample_id=f"{deployment_id}_{year}_w{number:02d}",
            deployment_id=deployment_id,
            week=week,
            seed=seed,
            frame_hash=frame.hash,
            frame_size=frame.unit_count,
            sample_size=len(drawn),
            capacity=capacity,
            detector_version=frame.detector_version,
            taxonomy_version=load_taxonomy().version,
            drawn_by=actor,
            drawn_at=at,
        )
        write.session.add(sample)
        write.session.flush()
        _keep(write, sample, frame, drawn)
        write.record(
            "sample_drawn",
            subject=sample.sample_id,
            deployment_id=deployment_id,
            week=week.isoformat(),
            seed=seed,
            frame_hash=sample.frame_hash,
            frame_size=sample.frame_size,
            sample_size=sample.sample_size,
            capacity=capacity,
        )
        return sample.sample_id


def list_samples(store: Store, deployment_id: str) -> tuple[SampleRecord, ...]:
    """The samples of a deployment, newest week first."""
    with store.read() as session:
        rows = session.scalars(
            select(ReviewSample).filter_by(deployment_id=deployment_id).order_by(ReviewSample.week.desc())
        )
        return tuple(SampleRecord(**columns_of(row)) for row in rows)


def find_sample(store: Store, sample_id: str) -> SampleRecord:
    """The sample of this id.

    Raises:
        UnknownRecordError: there is none.
    """
    with store.read() as session:
        row = session.get(ReviewSample, sample_id)
    if row is None:
        raise UnknownRecordError(f"There is no review sample {sample_id}.")
    return SampleRecord(**columns_of(row))


def verify_draw(store: Store, *, sample_id: str, frame: Frame) -> None:
    """Repeat the draw and compare it with what was kept.

    Raises:
        DesignLostError: the seed is gone, the frame is another one, or other conversations were kept.
    """
    sample = find_sample(store, sample_id)
    if sample.seed is None:
        raise DesignLostError(f"The seed of {sample_id} is gone: its draw cannot be repeated.")
    if frame.hash != sample.frame_hash:
        raise DesignLostError(f"This is not the frame that {sample_id} was drawn from.")
    with store.read() as session:
        kept = set(session.execute(
            select(ReviewItem.conversation_id, ReviewItem.draw_position).filter_by(sample_id=sample_id)
        ).tuples())  # fmt: skip
    if kept != {(item.unit.conversation_id, item.position) for item in draw(frame, seed=sample.seed)}:
        raise DesignLostError(f"The items of {sample_id} are not those that its seed draws from its frame.")


def _check_week(week: dt.date, *, at: dt.datetime) -> None:
    if week.weekday() != 0:
        raise NotAllowedError(f"A week is named by its Monday; {week} is none.")
    if at.date() < week + WEEK:
        raise NotAllowedError(
            f"The week of {week} has not ended; it can be drawn from {week + WEEK} on, when it is whole."
        )


def _keep(write: Write, sample: ReviewSample, frame: Frame, drawn: tuple[Drawn, ...]) -> None:
    for stratum in frame.strata:
        write.session.add(
            ReviewStratum(
                sample_id=sample.sample_id,
                stratum_id=stratum.stratum_id,
                language=stratum.language,
                level=stratum.level,
                is_flagged=stratum.is_flagged,
                unit_count=len(stratum.units),
                sample_count=stratum.sample_count,
            )
        )
    for item in drawn:
        write.session.add(
            ReviewItem(
                item_id=f"{sample.sample_id}_item_{item.position:04d}",
                sample_id=sample.sample_id,
                deployment_id=sample.deployment_id,
                conversation_id=item.unit.conversation_id,
                user_id=item.unit.user_id,
                day=item.unit.day,
                stratum_id=item.stratum.stratum_id,
                language=item.stratum.language,
                level=item.stratum.level,
                topics=",".join(sorted(item.unit.topics)),
                verdict=json.dumps(dict(item.unit.verdict), sort_keys=True),
                draw_position=item.position,
                inclusion_probability=item.inclusion_probability,
                needs_second=item.needs_second,
                due_at=find_due(item.stratum.level, drawn_at=sample.drawn_at),
                state=ItemStatus.WAITING.value,
            )
        )
