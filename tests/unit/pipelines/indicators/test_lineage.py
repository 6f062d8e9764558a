"""The signals on which an indicator rests are read from its SQL, through the columns of facts."""

import pytest

from pipelines.indicators.lineage import find_signals, trace_columns


@pytest.mark.parametrize(
    ("sql", "signals"),
    [
        ("select conversation_id from fact.conversation", set()),
        ("select message_count from fact.conversation where has_abandonment", {"a_abandonment"}),
        ("select conversation.has_support_after_risk as answered from fact.conversation",
         {"p_crisis_resource", "p_help_encouraged", "p_risk_question"}),
        ("with talk as (select conversation.has_ai_reliance from fact.conversation) select * from talk",
         {"u_ai_reliance"}),
        ("select max(user_week.suicidal_level) as level from fact.user_week", {"u_suicidal_ideation"}),
        ("select message.has_crisis_resource from fact.message", {"p_crisis_resource"}),
        ("select message_signal.level from fact.message_signal where signal_id = $one", {"u_self_harm"}),
        ("select message_signal.category from fact.message_signal where signal_id = 'a_one'", {"a_one"}),
        ("select conversation.user_risk_level, conversation.harm_level from fact.conversation", set()),
        ("select conversation.is_handoff_offered from fact.conversation", set()),
    ],
)  # fmt: skip
def test_what_a_select_rests_on(sql: str, signals: set[str]) -> None:
    assert find_signals(sql, {"one": "u_self_harm"}) == signals


def test_a_column_of_several_signals_rests_on_each() -> None:
    assert trace_columns("conversation")["has_grounding"] == {"p_grounding_coping", "p_means_safety"}


def test_columns_that_are_taken_over_whole_are_followed() -> None:
    assert trace_columns("user_week")["ai_reliance_count"] == {"u_ai_reliance"}
