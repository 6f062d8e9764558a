"""Rules for the rows of `staging.message`."""

from pipelines.quality.suite import RowRule, RowSuite, Severity

CHECK_MAPPING = "Check the mapping of this field and deliver the day again."
ADDRESS_PATTERN = r"[\w.+%-]+@[\w-]+\.[A-Za-z]{2,}"
LONGEST_TEXT = 20_000
"""Characters. People and models write less; more is a transcript in one field."""

SUITE = RowSuite(
    "message",
    parameters={"address_pattern": ADDRESS_PATTERN, "longest_text": LONGEST_TEXT},
    rules=(
        RowRule(
            "message_id_is_unique",
            Severity.STOP,
            "Every message is there once.",
            why="A message that is counted twice moves every rate.",
            next_step="Earlier versions stored a message twice where a copy came days after the first. "
            "Deliver its thread again, in a file that is not the same byte for byte.",
        ),
        RowRule(
            "text_is_present",
            Severity.STOP,
            "Every message has text.",
            why="A message without text cannot be scored and would look clear.",
            next_step=CHECK_MAPPING,
        ),
        RowRule(
            "role_is_known",
            Severity.STOP,
            "Every message is by a user, the assistant or a human agent.",
            why="Who spoke decides which signals are looked for.",
            next_step=CHECK_MAPPING,
        ),
        RowRule(
            "no_address_is_left",
            Severity.STOP,
            "No text holds an e-mail address.",
            why="An e-mail address past redaction is a breach of privacy.",
            next_step="Report the spelling to the owner of redaction; erase and deliver the day again.",
        ),
        RowRule(
            "text_has_plausible_length",
            Severity.TELL,
            f"Texts have at most {LONGEST_TEXT:,} characters.",
            why="A very long message is often a whole transcript in one field.",
            next_step="Look at the export; such a message is scored as one.",
            tolerance=0.001,
        ),
        RowRule(
            "user_is_known",
            Severity.TELL,
            "Messages name their user.",
            why="Without users there are no user-clustered intervals and no counts of people.",
            next_step="Map the user's id; it is stored as a keyed hash only.",
            tolerance=0.02,
        ),
        RowRule(
            "language_is_known",
            Severity.TELL,
            "Messages name their language.",
            why="A message in an unknown language is not scored.",
            next_step="Map the language of the message or of the session.",
            tolerance=0.02,
        ),
        RowRule(
            "model_is_known",
            Severity.TELL,
            "Messages name the model.",
            why="Without the model a change of behaviour cannot be traced to a release.",
            next_step="Map the model that answered.",
            tolerance=0.02,
        ),
        RowRule(
            "region_is_known",
            Severity.TELL,
            "Messages name the region.",
            why="Statutory counts and the check of crisis lines need the region.",
            next_step="Map the region as ISO 3166-1 or 3166-2.",
            tolerance=0.05,
        ),
    ),
)
