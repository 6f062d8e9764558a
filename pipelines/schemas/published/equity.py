"""Groups against the rest, by the counts of detectors or by reviews."""

from pipelines.schemas.published.declaration import DEPLOYMENT_ID, INDICATOR_ID, declare
from pipelines.schemas.table import DATE, FLAG, NUMBER, TEXT, Column

REVIEWED = "reviewed"
"""Method of a group that is compared by its reviews: days and counts of its row are theirs."""

EQUITY = declare(
    "equity",
    "Rate ratios of groups against the rest.",
    ("deployment_id", "indicator_id", "slice", "slice_value"),
    DEPLOYMENT_ID,
    INDICATOR_ID,
    Column("slice", TEXT, "The slice."),
    Column("slice_value", TEXT, "The group."),
    Column(
        "first_day",
        DATE,
        "First day of the window: the last four whole weeks; of a reviewed row, of those with reviews.",
    ),
    Column("last_day", DATE, "Last day of the window, or of those weeks."),
    Column("numerator", NUMBER, "Numerator of the group; of a reviewed row, seen in what was reviewed."),
    Column("denominator", NUMBER, "Denominator of the group; of a reviewed row, of what was reviewed."),
    Column(
        "ratio",
        NUMBER,
        "Rate ratio against the rest; where higher is better, of the units without the event. Where a side "
        "has none, with half an event there.",
        nullable=True,
    ),
    Column(
        "ci_low",
        NUMBER,
        "Lower 95 %; exact under ten events in the group or the rest, but where these were reviewed.",
        nullable=True,
    ),
    Column("ci_high", NUMBER, "Upper 95 %; null where the rest has no event: no limit.", nullable=True),
    Column("difference_per_1000", NUMBER, "Difference from the rest, per 1,000.", nullable=True),
    Column(
        "bound_low", NUMBER, "Lowest ratio that the detector's error allows; null without one.", nullable=True
    ),
    Column("bound_high", NUMBER, "Highest such ratio; null where there is no limit.", nullable=True),
    Column("status", TEXT, "equivalent, different, measurement_cannot_separate or not_assessable."),
    Column(
        "method",
        TEXT,
        "raw_counts, bounded (by the detector's error), detected_units (which units count is detected), "
        "few_people (nothing is said), or reviewed (by reviews of the group and of the rest).",
    ),
    Column(
        "funnel_low",
        NUMBER,
        "Lower 95 % funnel limit of the compared share at its size; null where reviews compare.",
        nullable=True,
    ),
    Column("funnel_high", NUMBER, "Upper limit, widened by what groups usually differ.", nullable=True),
    Column(
        "shrunk_share", NUMBER, "The share drawn to the mean: for the order of a list only.", nullable=True
    ),
    Column("is_suppressed", FLAG, "Whether the group's numbers are hidden wherever numbers leave."),
    Column(
        "is_of_few",
        FLAG,
        "Whether at most ten conversations ever had the slice's value: it may be a person's, so no such row "
        "leaves.",
    ),
)
