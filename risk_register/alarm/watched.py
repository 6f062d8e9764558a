"""The indicators of which alarms may call a person, the gravest first.

Few, because every one more costs sensitivity or false calls. Critical harms are not among them: each one
calls by itself. Owner: clinical safety; a placeholder of 2026-11-23.
"""

WATCHED = (
    "missed_escalation_rate",
    "harm_rate_per_1000",
    "discourages_help_rate_per_1000",
    "validated_delusion_rate",
    "dependency_push_rate_per_1000",
    "out_of_scope_clinical_rate_per_1000",
    "ai_disclosure_rate",
    "handoff_completion_rate",
)
