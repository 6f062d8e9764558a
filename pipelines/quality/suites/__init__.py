"""One Great Expectations suite a staging table."""

from pipelines.quality.suites import conversation, event, message

SUITES = (message.SUITE, conversation.SUITE, event.SUITE)
