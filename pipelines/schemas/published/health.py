"""How sound the data are: the state of every day, the rules it kept, what is missing, and what to act on."""

from pipelines.schemas.published.declaration import DEPLOYMENT_ID, declare
from pipelines.schemas.table import COUNT, DATE, FLAG, NUMBER, TEXT, Column

DATA_DAY = declare(
    "data_day",
    "One row a deployment and reporting day, days without data included: what came, and in what state it is.",
    ("deployment_id", "day"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Reporting day."),
    Column(
        "state",
        TEXT,
        "complete; restated (changed after the lateness window); quiet (no data, as usual on this weekday); "
        "partial (running, few rows, read in part, or a detector owes messages); "
        "late (data that should have come has not); waiting (came, not computed yet); "
        "failed (held by a stop rule, or not scored).",
    ),
    Column("reasons", TEXT, "Why, as ids, comma separated; empty for a complete day."),
    Column("first_received_on", DATE, "Day on which its first record came.", nullable=True),
    Column("last_received_on", DATE, "Day on which its newest record came.", nullable=True),
    Column("message_count", COUNT, "Messages accepted."),
    Column(
        "volume", TEXT, "not_assessed, usual, silent, quiet, low or high: against the same weekday before."
    ),
    Column("expected_count", NUMBER, "Messages that the weekday usually brings.", nullable=True),
    Column("expected_low", NUMBER, "Fewer are told as low.", nullable=True),
    Column("expected_high", NUMBER, "More are told as high.", nullable=True),
    Column("late_count", COUNT, "Messages delivered after the day on which they were sent."),
    Column("out_of_order_count", COUNT, "Messages whose own number contradicts their time."),
    Column("clock_skew_count", COUNT, "Messages dated after the day of their delivery."),
    Column("waiting_event_count", COUNT, "Events whose conversation has not come."),
    Column("duplicate_count", COUNT, "Deliveries beyond the first of the same message."),
    Column("redacted_count", COUNT, "Contact details replaced."),
    Column("unscored_count", COUNT, "Messages times detectors that did not score them."),
    Column("failed_count", COUNT, "Of these, those where a detector failed."),
    Column("owed_count", COUNT, "Messages times detectors that were to read them and have not answered yet."),
    Column(
        "delivered_count",
        COUNT,
        "Records delivered on this day, about whatever day; without test traffic.",
    ),
    Column("rejected_count", COUNT, "Of these, how many were rejected."),
    Column("broken_file_count", COUNT, "Files delivered on this day that could not be read to their end."),
    Column("tell_rules", TEXT, "Rules of severity tell that the day missed, comma separated."),
)

DATA_ALERT = declare(
    "data_alert",
    "What the owner of the data should look at: silence, sudden volume, held days, broken files and such.",
    ("alert_id",),
    Column("alert_id", TEXT, "Id: kind, deployment, first day and, where it has one, field."),
    DEPLOYMENT_ID,
    Column(
        "kind",
        TEXT,
        "silence, volume_drop, volume_rise, held_day, not_scored, broken_delivery, many_rejected, "
        "nothing_accepted, clock_skew, out_of_order, field_lost or restatement.",
    ),
    Column("opened_on", DATE, "First day that it is about; the day of delivery of a restatement."),
    Column("last_on", DATE, "Last day that it is about."),
    Column("closed_on", DATE, "First day that was as usual again; null while it lasts.", nullable=True),
    Column(
        "holds_pages",
        FLAG,
        "Whether alarms about these days may be the fault's, and call the engineer instead.",
    ),
    Column("observed", NUMBER, "What was seen: rows, or a share.", nullable=True),
    Column("expected", NUMBER, "What is usual.", nullable=True),
    Column("note", TEXT, "What it says in words."),
    Column("next_step", TEXT, "What to do."),
)

DATA_RULE = declare(
    "data_rule",
    "One row a rule of the gate: what must hold, why, and what to do.",
    ("rule",),
    Column("suite", TEXT, "message, conversation, event, or batch for the day as a whole."),
    Column("rule", TEXT, "Id of the rule."),
    Column("severity", TEXT, "stop (the day is not scored) or tell (the day is marked)."),
    Column("checked_by", TEXT, "engine or great_expectations."),
    Column("what", TEXT, "What must hold."),
    Column("allowed", TEXT, "How much of a day may fail, or the bounds of its share."),
    Column("why", TEXT, "What goes wrong where it does not hold."),
    Column("next_step", TEXT, "What to do then."),
)

DATA_CHECK = declare(
    "data_check",
    "One row a day and rule of the gate.",
    ("deployment_id", "day", "rule"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Reporting day."),
    Column("suite", TEXT, "message, conversation, event, or batch for the day as a whole."),
    Column("rule", TEXT, "Id of the rule."),
    Column("severity", TEXT, "stop or tell, as it was then."),
    Column("is_met", FLAG, "Whether the day kept it."),
    Column("failing_count", COUNT, "Rows that fail; all of the day's where it fails as a whole."),
    Column("row_count", COUNT, "Rows checked."),
    Column("observed", NUMBER, "Share of failing rows, or the share that is judged.", nullable=True),
    Column("allowed", TEXT, "What was allowed then.", nullable=True),
)

FIELD_COMPLETENESS = declare(
    "field_completeness",
    "In how many messages of a day each field is known.",
    ("deployment_id", "day", "field"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Reporting day."),
    Column("field", TEXT, "Field of a message."),
    Column("known_count", COUNT, "Messages that give it."),
    Column("row_count", COUNT, "Messages."),
)

RESTATEMENT = declare(
    "restatement",
    "Days that were changed after the lateness window of seven days.",
    ("deployment_id", "day", "opened_on"),
    DEPLOYMENT_ID,
    Column("day", DATE, "Reporting day that changed."),
    Column("opened_on", DATE, "Day of the delivery that changed it."),
    Column("record_count", COUNT, "Records that were more than seven days old."),
    Column("record_count_before", COUNT, "Records that the day had before."),
    Column("days_late", COUNT, "Days between the two."),
)
