"""One suite of rules a staging table, and one for the day as a whole."""

from pipelines.quality.suites import batch, conversation, event, message

ROW_SUITES = (message.SUITE, conversation.SUITE, event.SUITE)
BATCH_SUITE = batch.SUITE
SUITES = (*ROW_SUITES, BATCH_SUITE)
