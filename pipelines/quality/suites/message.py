"""Rules for `staging.message`."""

from pipelines.quality.suite import Rule, Severity, Suite

CHECK_MAPPING = "Check the mapping of this field and deliver the day again."

SUITE = Suite(
    name="message",
    key="message_id",
    columns=("message_id", "role", "text", "sent_at", "user_id", "language", "model", "region"),
    rules=(
        Rule(
            "message_id_is_unique",
            Severity.STOP,
            "ExpectColumnValuesToBeUnique",
            why="A message that is counted twice moves every rate.",
            next_step="Check which field of the log identifies a message.",
            arguments={"column": "message_id"},
        ),
        Rule(
            "text_is_present",
            Severity.STOP,
            "ExpectColumnValueLengthsToBeBetween",
            why="A message without text cannot be scored and would look clear.",
            next_step=CHECK_MAPPING,
            arguments={"column": "text", "min_value": 1},
        ),
        Rule(
            "role_is_known",
            Severity.STOP,
            "ExpectColumnValuesToBeInSet",
            why="Who spoke decides which signals are looked for.",
            next_step=CHECK_MAPPING,
            arguments={"column": "role", "value_set": ["user", "assistant", "agent"]},
        ),
        Rule(
            "no_address_is_left",
            Severity.STOP,
            "ExpectColumnValuesToNotMatchRegex",
            why="An e-mail address past redaction is a breach of privacy.",
            next_step="Report the spelling to the owner of redaction; erase and deliver the day again.",
            arguments={"column": "text", "regex": r"[\w.+%-]+@[\w-]+\.[A-Za-z]{2,}"},
        ),
        Rule(
            "text_has_plausible_length",
            Severity.TELL,
            "ExpectColumnValueLengthsToBeBetween",
            why="A very long message is often a whole transcript in one field.",
            next_step="Look at the export; such a message is scored as one.",
            arguments={"column": "text", "max_value": 20_000},
            tolerance=0.001,
        ),
        Rule(
            "user_is_known",
            Severity.TELL,
            "ExpectColumnValuesToNotBeInSet",
            why="Without users there are no user-clustered intervals and no counts of people.",
            next_step="Map the user's id; it is stored as a keyed hash only.",
            arguments={"column": "user_id", "value_set": ["unknown"]},
            tolerance=0.02,
        ),
        Rule(
            "language_is_known",
            Severity.TELL,
            "ExpectColumnValuesToNotBeInSet",
            why="A message in an unknown language is not scored.",
            next_step="Map the language of the message or of the session.",
            arguments={"column": "language", "value_set": ["unknown", "unrecognised"]},
            tolerance=0.02,
        ),
        Rule(
            "model_is_known",
            Severity.TELL,
            "ExpectColumnValuesToNotBeInSet",
            why="Without the model a change of behaviour cannot be traced to a release.",
            next_step="Map the model that answered.",
            arguments={"column": "model", "value_set": ["unknown", "unrecognised"]},
            tolerance=0.02,
        ),
        Rule(
            "region_is_known",
            Severity.TELL,
            "ExpectColumnValuesToNotBeInSet",
            why="Statutory counts and the check of crisis lines need the region.",
            next_step="Map the region as ISO 3166-1 or 3166-2.",
            arguments={"column": "region", "value_set": ["unknown", "unrecognised"]},
            tolerance=0.05,
        ),
    ),
)
