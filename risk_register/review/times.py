"""How long drawn conversations waited for their first label; nothing by name."""

from __future__ import annotations

from sqlalchemy import select

from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewItem, ReviewLabel, ReviewSample
from risk_register.review.states import Purpose

SECONDS_AN_HOUR = 3600.0


def list_waits(store: Store, *, sample_id: str) -> tuple[float, ...]:
    """Hours from the draw to the first label of every labelled item of a sample, in the order of the draw."""
    with store.read() as session:
        drawn_at = session.scalar(select(ReviewSample.drawn_at).filter_by(sample_id=sample_id))
        labelled = session.scalars(
            select(ReviewLabel.labelled_at)
            .join(ReviewItem, ReviewItem.item_id == ReviewLabel.item_id)
            .where(ReviewItem.sample_id == sample_id, ReviewLabel.purpose == Purpose.FIRST.value)
            .order_by(ReviewItem.draw_position)
        ).all()
    if drawn_at is None:
        return ()
    return tuple((moment - drawn_at).total_seconds() / SECONDS_AN_HOUR for moment in labelled)
