"""A week of conversations for the review page: texts of ours in a small lake, a drawn sample, a reviewer."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from pipelines.lake import lake as lakes
from pipelines.schemas.staging import CONVERSATION, MESSAGE
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.database.store import Store
from risk_register.review import reviews
from risk_register.review.reviews import Frame, FrameStratum, FrameUnit

HARBOR = "harbor_companion"
WEEK = date(2026, 11, 9)
DRAWN_AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SENT_AT = datetime(2026, 11, 11, 20, 15, tzinfo=UTC)
CONTACT = "The counsellor of the house, extension 12, day and night."
PROTOCOL = "1. Tell the on-call what you read.\n2. Do not contact the person yourself.\n3. Stay reachable."
TEXTS = (
    ("user", "I could not sleep again. The exam is on Friday and I keep thinking I will fail."),
    ("assistant", "That sounds exhausting. What usually helps you wind down in the evening?"),
    ("user", "Walking, sometimes. <b>But</b> it has rained all week."),
    ("assistant", "Even ten minutes under an umbrella counts. Shall we plan one for tonight?"),
)
FIELDS = {"string": "unknown", "int32": 0, "int64": 0, "bool": False, "double": 0.0}


def name_conversation(number: int) -> str:
    return f"conversation_{number:03d}"


def fill_lake(folder: Path, *, count: int = 30) -> None:
    """Staging messages of one day; every column that a reader does not need has a plain value."""
    rows = []
    for number in range(count):
        for turn, (role, text) in enumerate(TEXTS):
            row = {column.name: None for column in MESSAGE.columns}
            row |= {name: FIELDS.get(str(kind)) for name, kind in _types().items()}
            row |= {
                "deployment_id": HARBOR,
                "day": SENT_AT.date(),
                "conversation_id": name_conversation(number),
                "thread_id": f"thread_{number:03d}",
                "user_id": f"user_{number // 2:03d}",
                "message_id": f"message_{number:03d}_{turn}",
                "turn": turn,
                "role": role,
                "text": text,
                "sent_at": SENT_AT + timedelta(minutes=turn),
                "sent_on": SENT_AT.date(),
                "received_on": SENT_AT.date() + timedelta(days=1),
            }
            rows.append(row)
    table = pa.Table.from_pylist(rows, schema=MESSAGE.arrow_schema)
    with lakes.write(folder, by="a test") as commit:
        commit.replace_days("staging.message", table, {(HARBOR, SENT_AT.date())})


def fill_conversations(folder: Path, *, count: int = 3) -> None:
    """Which thread a conversation is of."""
    plain = {field.name: FIELDS.get(str(field.type)) for field in CONVERSATION.arrow_schema}
    rows = [
        {**plain, "deployment_id": HARBOR, "day": SENT_AT.date(),
         "conversation_id": name_conversation(number),
         "thread_id": f"thread_{number:03d}", "started_at": SENT_AT, "ended_at": SENT_AT,
         "received_on": SENT_AT.date()}
        for number in range(count)
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=CONVERSATION.arrow_schema)
    with lakes.write(folder, by="a test") as commit:
        commit.replace_days("staging.conversation", table, {(HARBOR, SENT_AT.date())})


def _types() -> dict[str, pa.DataType]:
    return {field.name: field.type for field in MESSAGE.arrow_schema}


def add_reviewers(store: Store, *names: str) -> None:
    """Accounts with the role of reviewer who read English."""
    at = DRAWN_AT
    for name in names:
        accounts.create_account(store, name=name, actor="command_line", at=at)
        accounts.grant(
            store, name=name, role=Role.REVIEWER, deployment_id=HARBOR, actor="command_line", at=at
        )
        reviews.set_reviewer(store, languages=("en",), actor=name, at=at)


def draw_week(store: Store, *, count: int = 30, severe: int = 4) -> str:
    """A sample of the first `count` conversations, the first `severe` of which the detectors rate 3."""
    units = [
        FrameUnit(
            name_conversation(number),
            ("suicide_and_self_harm",) if number < severe else (),
            {"user_risk_level": 3 if number < severe else 0},
            day=SENT_AT.date(),
            user_id=f"user_{number // 2:03d}",
        )
        for number in range(count)
    ]
    strata = (
        FrameStratum("user_at_risk_level_3_en", "en", 3, True, tuple(units[:severe]), severe),
        FrameStratum("unflagged_en", "en", 0, False, tuple(units[severe:]), count - severe),
    )
    reviews.set_settings(
        store, deployment_id=HARBOR, capacity_per_week=count * 2, support_contact=CONTACT,
        crisis_protocol=PROTOCOL, actor="safety_officer", at=DRAWN_AT,
    )  # fmt: skip
    return reviews.draw_sample(
        store, deployment_id=HARBOR, week=WEEK, frame=Frame(strata, "lexicon 1.0.0"), capacity=count * 2,
        seed=20261116, actor="weekly_draw", at=DRAWN_AT,
    )  # fmt: skip
